"""What tests with real processes need: to wait for a process's end, and to find what a process has started."""

import os
import select
import subprocess
import sys
from pathlib import Path

from daskvine.programs import PACKAGE_ROOT, child_environment, find_daskvine

WAIT_SECONDS = 30


def has_ended(pid, seconds=WAIT_SECONDS):
    """Wait for the end of a process that need not be a child; False when it still runs after `seconds`."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


def descendants(pid):
    """Process ids of everything below `pid`, not `pid` itself."""
    found = []
    for child in _children(pid):
        found += [child, *descendants(child)]
    return found


def _children(pid):
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
    except FileNotFoundError:
        return []
    found = []
    for task in tasks:
        try:
            found += [int(child) for child in (task / "children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            # The thread ended while we looked.
            continue
    return found


def wait_for_file(path, seconds=WAIT_SECONDS):
    """The content of a named pipe that a task writes to: the tests' way to know that a task has come to a point."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        if not select.select([descriptor], [], [], seconds)[0]:
            raise TimeoutError(f"nothing was written to {path} in {seconds} s")
        return os.read(descriptor, 4096).decode()
    finally:
        os.close(descriptor)


def start_worker(*arguments):
    """A worker that ends with its standard input; `arguments` are an address or a name, and options.

    It finds the modules beside this one, as workers elsewhere have to have the client's.
    """
    path = os.pathsep.join([str(Path(__file__).parent), os.environ["PYTHONPATH"]])
    return subprocess.Popen(
        [find_daskvine(), "worker", *arguments, "--python", sys.executable, "--host-package", str(PACKAGE_ROOT), "--exit-with-stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=child_environment(PYTHONPATH=path),
        text=True,
    )
