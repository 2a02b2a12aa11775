"""What this machine has for an embedded cluster: memory, and room on the file system that is in memory."""

import os

_SHARED_MEMORY = "/dev/shm"
# Tasks may use this part of the machine's memory together, and files this part of what is available, or of the room in memory.
_FOR_TASKS = 0.8
_FOR_FILES = 0.25
_OF_THE_ROOM = 0.5
_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def task_memory(workers):
    """Bytes that the tasks of one of `workers` workers may use together."""
    return int(_total() * _FOR_TASKS / workers)


def file_memory(workers):
    """Bytes of files that one of `workers` workers may keep in memory; 0 where there is no file system for it."""
    try:
        room = os.statvfs(_SHARED_MEMORY)
    except OSError:
        return 0
    if not os.access(_SHARED_MEMORY, os.W_OK | os.X_OK):
        return 0
    free = room.f_bavail * room.f_frsize
    return int(min(free * _OF_THE_ROOM, min(_available(), _total()) * _FOR_FILES) / workers)


def _total():
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([machine, *_limits()])


def _available():
    with open("/proc/meminfo", encoding="ascii") as lines:
        for line in lines:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return 0


def _limits():
    for path in _CGROUP_LIMITS:
        try:
            with open(path, encoding="ascii") as file:
                text = file.read().strip()
        except OSError:
            continue
        if text.isdigit():
            yield int(text)
