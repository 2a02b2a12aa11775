"""What this machine has for an embedded cluster."""

import os

# Tasks may use this part of the machine's memory together.
_FOR_TASKS = 0.8
_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def task_memory(workers):
    """Bytes that the tasks of one of `workers` workers may use together."""
    return int(_total() * _FOR_TASKS / workers)


def _total():
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([machine, *_limits()])


def _limits():
    for path in _CGROUP_LIMITS:
        try:
            with open(path, encoding="ascii") as file:
                text = file.read().strip()
        except OSError:
            continue
        if text.isdigit():
            yield int(text)
