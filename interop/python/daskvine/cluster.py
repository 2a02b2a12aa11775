"""The embedded cluster: a manager and local workers as child processes in a private directory."""

import json
import logging
import os
import select
import shutil
import sys
import tempfile
import time

from daskvine import machine
from daskvine.door import Door
from daskvine.errors import DaskVineError, ManagerUnreachable, WorkersLost
from daskvine.processes import Process
from daskvine.programs import PACKAGE_ROOT, child_environment, find_daskvine

_CLOSE_SECONDS = 5.0
# A Unix socket's path has 107 bytes, and the longest name below the directory takes some of them.
_DIRECTORY_BYTES_MAX = 60
_log = logging.getLogger("daskvine")


class Cluster:
    """A manager and `workers` workers of `cores` cores each, which end with this process.

    Without `listen` the manager's door is a Unix socket in the private directory; with ``tcp://127.0.0.1:PORT`` it is
    there, and `address` is only known once `open_door` returned. `name` is what workers elsewhere find it by.
    `keys` is the directory of the cluster's keys, for encrypted links. Nothing is waited for here: `open_door` does that.
    """

    def __init__(self, *, workers, cores, listen=None, name=None, keys=None):
        self._program = find_daskvine()
        self._owner = os.getpid()
        self._keys = keys
        self.directory = _make_directory()
        self.address = None if listen else f"ipc://{self.directory}/door"
        self.manager = None
        self.workers = []
        try:
            self._start_manager(listen or self.address, name)
            if listen:
                # From here a manager that listens at every address of this machine is at the nearest.
                self.address = self._read_ready(timeout=30.0)["address"].replace("*", "127.0.0.1")
            self._start_workers(workers, cores)
        except BaseException:
            self.close()
            raise

    def open_door(self, timeout=30.0):
        """An open Door of the manager. Raises ManagerUnreachable with the manager's own words."""
        return Door(self.address, timeout, while_starting=self._check_starting)

    def watched(self):
        """What to watch while waiting: file descriptors and what to call when one is readable."""
        return {worker.ended: lambda worker=worker: self._on_worker_ended(worker) for worker in self.workers}

    def how_manager_ended(self):
        self.manager.end(1.0)
        return self.manager.how_it_ended()

    def close(self):
        """End all processes, the manager last, and remove the directory. May be called twice and in forked children."""
        if os.getpid() != self._owner or self.directory is None:
            return
        processes = [*self.workers, *([self.manager] if self.manager else [])]
        for process in processes:
            process.let_go()
        deadline = time.monotonic() + _CLOSE_SECONDS
        for process in processes:
            process.end(max(0.0, deadline - time.monotonic()))
        shutil.rmtree(self.directory, ignore_errors=True)
        self.directory = None

    def forget_after_fork(self):
        for process in (self.manager, *self.workers):
            process.forget_after_fork()

    def _start_manager(self, listen, name):
        arguments = [self._program, "manager", "--listen", listen, "--run-dir", self.directory, "--exit-with-stdin"]
        if name:
            arguments += ["--name", name]
        if self._keys:
            arguments += ["--keys", self._keys]
        self.manager = Process(
            arguments,
            label="the manager",
            log=f"{self.directory}/manager.log",
            environment=child_environment(DASKVINE_KEYS=self._keys or ""),
            read_output=True,
        )

    def _start_workers(self, workers, cores):
        environment = child_environment(DASKVINE_KEYS=self._keys or "", DASKVINE_SYS_PATH=os.pathsep.join(map(os.path.abspath, sys.path)))
        for number in range(1, workers + 1):
            name = f"w{number}"
            arguments = [
                self._program, "worker", self.address, "--cores", str(cores), "--worker-name", name,
                "--cache-dir", f"{self.directory}/{name}", "--python", sys.executable,
                "--host-package", str(PACKAGE_ROOT), "--exit-with-stdin",
                "--memory", str(machine.task_memory(workers)),
            ]
            if self._keys:
                arguments += ["--keys", self._keys]
            log = f"{self.directory}/{name}.log"
            self.workers.append(Process(arguments, label=f"worker {name}", log=log, environment=environment))

    def _check_starting(self):
        """Raise ManagerUnreachable when the manager cannot come up any more."""
        if select.select([self.manager.output], [], [], 0)[0]:
            self._read_ready(timeout=0)

    def _read_ready(self, timeout):
        """The manager's ready event, a dict; ManagerUnreachable when it reports an error, ends or says nothing."""
        if not select.select([self.manager.output], [], [], timeout)[0]:
            raise ManagerUnreachable(f"the manager is not ready after {timeout:g} s; {self.manager.how_it_ended()}")
        line = self.manager.output.readline()
        if not line:
            self.manager.end(1.0)
            raise ManagerUnreachable(f"the manager did not start: {self.manager.how_it_ended()}")
        event = json.loads(line)
        if event.get("event") == "error":
            raise ManagerUnreachable(f"the manager did not start: {event.get('message')}")
        return event

    def _on_worker_ended(self, worker):
        _log.warning("%s", worker.how_it_ended())
        if not any(other.is_alive() for other in self.workers):
            raise WorkersLost(f"no worker is left; {worker.how_it_ended()}")
        return True


def _make_directory():
    """A new directory for this user alone, with a path that is short enough for Unix sockets."""
    parent = tempfile.gettempdir()
    if len(parent) > _DIRECTORY_BYTES_MAX:
        parent = "/tmp"
    try:
        return tempfile.mkdtemp(prefix="daskvine-", dir=parent)
    except OSError as error:
        raise DaskVineError(f"no directory for the cluster in {parent}: {error}") from error
