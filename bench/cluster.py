"""A cluster on this machine whose workers a bench chooses, watches and kills."""

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from daskvine import DaskVine
from daskvine import records as r
from daskvine.programs import PACKAGE_ROOT, child_environment, find_daskvine

_START_SECONDS = 60
_END_SECONDS = 10
# Names of files that a worker keeps, gathers and writes.
_CACHED = ("file-", "part-", "out-")


class Cluster:
    """A manager and local workers with options of one's own; `vine` is the client. Ends with the `with` block.

    `links` False keeps workers from linking each other's files on one disk, so that they behave like machines of their own.
    `options` are more arguments of ``daskvine worker``, and `options_of(name)` those of one worker. `warm` False leaves the slots
    without a process that has run anything.
    """

    def __init__(self, workers, cores=1, *, links=True, options=(), options_of=lambda name: (), warm=True):
        self.directory = tempfile.mkdtemp(prefix="bench-")
        self.vine = DaskVine(workers=0, progress=False)
        self.workers = {}
        self._cores = cores
        self._options = [*([] if links else ["--no-hard-links"]), *options]
        self._options_of = options_of
        for _ in range(workers):
            self.start_worker()
        self.wait_for_workers()
        if warm:
            self._warm_up()

    def tune(self, name, value):
        """Set a parameter of the manager by TaskVine's name for it."""
        self.vine._connection.post([r.TUNE, name, round(value * 1000)])
        self.vine._connection.flush()

    def start_worker(self):
        """Start one worker more, named after its place: "w1" is the first. `wait_for_workers` waits for it."""
        name = f"w{len(self.workers) + 1}"
        command = [
            find_daskvine(), "worker", self.vine.address, "--cores", str(self._cores), "--worker-name", name, "--cache-dir",
            f"{self.directory}/{name}", "--python", sys.executable, "--host-package", str(PACKAGE_ROOT), "--exit-with-stdin",
            *self._options, *self._options_of(name),
        ]
        paths = os.pathsep.join(map(os.path.abspath, sys.path))
        with open(f"{self.directory}/{name}.log", "wb") as log:
            self.workers[name] = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=child_environment(DASKVINE_SYS_PATH=paths)
            )
        return name

    def wait_for_workers(self):
        """Return when all workers that were started are linked to the manager."""
        for name, worker in self.workers.items():
            if worker.stdout and worker.poll() is None:
                if not select.select([worker.stdout], [], [], _START_SECONDS)[0] or not worker.stdout.readline():
                    sys.exit(f"worker {name} did not start:\n{Path(self.directory, f'{name}.log').read_text()}")
                worker.stdout.close()
                worker.stdout = None

    def kill(self, name):
        """``kill -9``, and wait for the end."""
        self.workers[name].send_signal(signal.SIGKILL)
        self.workers[name].wait()

    def cpu_seconds(self, name):
        """What a worker has taken so far, and what the processes that it started and that have ended did."""
        fields = Path(f"/proc/{self.workers[name].pid}/stat").read_text().rpartition(")")[2].split()
        own, ended = (sum(map(int, fields[first:first + 2])) for first in (11, 13))
        return own / os.sysconf("SC_CLK_TCK"), ended / os.sysconf("SC_CLK_TCK")

    def cache_bytes(self, name=None):
        """Bytes of files in the caches of all workers, or of one; what is linked counts once."""
        sizes = {}
        pending = [f"{self.directory}/{name}"] if name else [f"{self.directory}/{each}" for each in self.workers]
        while pending:
            try:
                with os.scandir(pending.pop()) as entries:
                    for entry in entries:
                        if entry.is_dir(follow_symlinks=False):
                            pending.append(entry.path)
                        elif entry.name.startswith(_CACHED):
                            sizes[entry.inode()] = entry.stat(follow_symlinks=False).st_size
            except FileNotFoundError:
                # It was deleted while we looked.
                continue
        return sum(sizes.values())

    def cached_files(self, name):
        """How many complete results the cache of a worker has."""
        return sum(1 for _ in Path(self.directory, name).rglob("file-*"))

    def _warm_up(self):
        """Give every slot of every worker a call, with numpy loaded."""
        graph = {("warm", i): (_warm, i) for i in range(20 * len(self.workers) * self._cores)}
        self.vine.get({**graph, "all": (sum, list(graph))}, "all")

    def close(self):
        self.vine.close()
        for worker in self.workers.values():
            worker.stdin.close()
        for worker in self.workers.values():
            try:
                worker.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
            if worker.stdout:
                worker.stdout.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


def _warm(value):
    import numpy

    return float(numpy.full(4096, value).sum())
