"""One large file to many workers, and an environment of many small files, by way of the workers and by way of the manager alone.

    PYTHONPATH=interop/python python3 bench/spread.py [--repeat 3] [--output bench/results/spread.md]

File: 256 MiB, declared, an input of one task on each of eight one-core workers, hard links off; `peers` is what DaskVine does, `manager`
has disable_peer_transfers(). Target: what leaves the source is at most twice the file.

Environment: 30,000 files of 35,000 bytes each. `archive`: a tar of them, declared with declare_untar, so that each of four workers
gets it and unpacks it once; `in place`: the same tasks read the original directory. Each worker runs the task twice, one after the
other: it opens every file and reads it. The page cache cannot be dropped here and there is no shared file system, so in place is at its
best: what counts is how many opens the original has to serve. Those of the archive are counted by inotify, the others by the tasks.
"""

import ctypes
import os
import random
import shutil
import struct
import sys
import tarfile
import tempfile
import threading
import time
from pathlib import Path

import measure
from cluster import Cluster

# A command that takes longer hangs.
TASK_SECONDS = 500
FILE_CASES = ("peers", "manager")
ENVIRONMENT_CASES = ("archive", "in place")
ENVIRONMENT_WORKERS = 4
FILE_BYTES = 35_000
FILES_PER_DIRECTORY = 100

# Prints how many files it has opened, and their bytes.
READER = """\
import os, sys
files = size = 0
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        with open(os.path.join(folder, name), "rb", buffering=0) as file:
            size += len(file.readall())
            files += 1
print(files, size)
"""


class OpenCounter(threading.Thread):
    """Counts how often a file is opened, by whomever, until `stop`. What happens between two looks counts once."""

    _IN_ATTRIB, _IN_OPEN = 0x04, 0x20
    # Watch, mask, cookie, length of the name: none, as the watch is on the file itself.
    _EVENT = struct.Struct("iIII")

    def __init__(self, path):
        super().__init__(daemon=True)
        self.count = 0
        self._path = path
        libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = libc.inotify_init1(os.O_CLOEXEC)
        if libc.inotify_add_watch(self._descriptor, os.fsencode(path), self._IN_OPEN | self._IN_ATTRIB) < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), path)

    def run(self):
        while True:
            for _, mask, _, _ in self._EVENT.iter_unpack(os.read(self._descriptor, 4096)):
                if mask & self._IN_ATTRIB:
                    return
                self.count += 1

    def stop(self):
        """End the thread, by way of a change of the file's times."""
        os.utime(self._path)
        self.join()
        os.close(self._descriptor)


def write_large(path, size):
    """A file of `size` MiB of the same noise each time."""
    noise = random.Random(1)
    with open(path, "wb") as file:
        for _ in range(size):
            file.write(noise.randbytes(measure.MIB))


def write_environment(directory, files):
    """`content`, a directory tree of small files, and `content.tar`, the same each time."""
    noise = random.Random(2)
    content = Path(directory, "content")
    for number in range(files):
        folder = content / f"part-{number // FILES_PER_DIRECTORY:04}"
        if number % FILES_PER_DIRECTORY == 0:
            folder.mkdir(parents=True)
        (folder / f"file-{number:06}").write_bytes(noise.randbytes(FILE_BYTES))
    with tarfile.open(f"{directory}/content.tar", "w", format=tarfile.GNU_FORMAT) as archive:
        archive.add(content, ".")


def cluster_of_named(workers):
    """A cluster whose workers each have a feature of their own, so that a task can say where it is to run."""
    return Cluster(workers, links=False, options_of=lambda name: ["--resources", f"{name}=1"])


def run_everywhere(cluster, make_task):
    """Run a task on each worker at once; their outputs, and seconds until all were done. Ends the bench when one fails."""
    began = time.perf_counter()
    for name in cluster.workers:
        task = make_task()
        task.add_feature(name)
        cluster.vine.submit(task)
    done = [cluster.vine.wait(TASK_SECONDS) for _ in cluster.workers]
    seconds = time.perf_counter() - began
    for task in done:
        if task is None or not task.successful():
            sys.exit(f"{task!r} failed: {task and task.output}")
    return [task.output for task in done], seconds


def spread_file(case, data, workers):
    """Bytes and seconds for the large file. Run in a process of its own."""
    from daskvine.workflow.tasks import Task

    path = f"{data}/large"
    with cluster_of_named(workers) as cluster:
        if case == "manager":
            cluster.vine.disable_peer_transfers()
        file = cluster.vine.declare_file(path, cache=True)
        before = cluster.vine.movements()
        outputs, seconds = run_everywhere(cluster, lambda: Task("wc -c f", inputs={file: "f"}))
        size = os.path.getsize(path)
        measure.check({output.split()[0] for output in outputs}, {str(size)}, case)
        told = cluster.vine.movements().since(before)
    measure.tell({"seconds": seconds, "size": size, "source": told.through_manager, "moved": told.moved, "linked": told.linked})


def spread_environment(case, data, files):
    """Seconds for the first and the second task on each worker. Run in a process of its own."""
    from daskvine.workflow.tasks import Task

    Path(data, "read.py").write_text(READER, encoding="utf-8")
    counter = OpenCounter(f"{data}/content.tar")
    counter.start()
    opens = 0
    with cluster_of_named(ENVIRONMENT_WORKERS) as cluster:
        reader = cluster.vine.declare_file(f"{data}/read.py", cache=True)
        inputs, place = {reader: "read.py"}, f"{data}/content"
        if case == "archive":
            archive = cluster.vine.declare_file(f"{data}/content.tar", cache=True)
            inputs, place = {**inputs, cluster.vine.declare_untar(archive, cache=True): "content"}, "content/."
        before = cluster.vine.movements()
        rounds = []
        for _ in range(2):
            outputs, seconds = run_everywhere(cluster, lambda: Task(f"{sys.executable} read.py {place}", inputs=dict(inputs)))
            measure.check({output.strip() for output in outputs}, {f"{files} {files * FILE_BYTES}"}, case)
            rounds.append(seconds)
            opens += sum(int(output.split()[0]) for output in outputs)
        told = cluster.vine.movements().since(before)
    counter.stop()
    if case == "archive":
        opens = counter.count
    measure.tell({"first": rounds[0], "second": rounds[1], "opens": opens, "source": told.through_manager, "moved": told.moved})


def report(samples, options):
    lines = measure.heading("A file and an environment to many workers", options.repeat)
    by_case = {case: {name: measure.median(found, name) for name in found[0]} for (_, case), found in samples.items()}
    rows = []
    for case in FILE_CASES:
        found = by_case[case]
        rows.append([
            case, measure.mib(found["size"]), str(options.workers), measure.mib(found["source"]), f"{found['source'] / found['size']:.2f}",
            measure.mib(found["moved"]), f"{found['seconds']:.2f}", f"{found['seconds'] / by_case['manager']['seconds']:.2f}",
        ])
    header = ["", "file, MiB", "workers", "out of the source, MiB", "× size", "moved in all, MiB", "s", "of manager's time"]
    lines += measure.table(header, rows)
    ratio = by_case["peers"]["source"] / by_case["peers"]["size"]
    lines += [f"Target: at most 2.0 × size out of the source; {'reached' if ratio < 2.01 else 'missed'} with {ratio:.2f}.", ""]
    rows = []
    for case in ENVIRONMENT_CASES:
        found = by_case[case]
        rows.append([
            case, f"{options.files:,}", measure.mib(options.files * FILE_BYTES), f"{found['opens']:,.0f}", measure.mib(found["source"]),
            measure.mib(found["moved"]), f"{found['first']:.2f}", f"{found['second']:.2f}",
        ])
    header = [
        "environment", "files", "MiB", "opens at the original", "out of the source, MiB", "moved in all, MiB", "first tasks, s",
        "second tasks, s",
    ]
    lines += measure.table(header, rows)
    return [*lines, f"Four workers, two tasks on each; each task opens {options.files:,} files, with archive those of its worker's own "
            "copy. All workers share one disk, and the original's pages are in memory."]


def main():
    options = measure.parse(
        __doc__, repeat=3, size=(256, "MiB of the large file"), workers=(8, "workers that get it"), files=(30_000, "small files"),
        data=("", "directory with the files, which the measurements are told"),
    )
    if options.measure:
        what, case = options.measure
        spread_file(case, options.data, options.workers) if what == "file" else spread_environment(case, options.data, options.files)
        return
    cases = [("file", case) for case in FILE_CASES] + [("environment", case) for case in ENVIRONMENT_CASES]
    directory = tempfile.mkdtemp(prefix="bench-data-")
    try:
        write_large(f"{directory}/large", options.size)
        write_environment(directory, options.files)
        samples = measure.in_turns(cases, options.repeat, "--data", directory)
    finally:
        shutil.rmtree(directory)
    measure.finish(report(samples, options), options.output)


if __name__ == "__main__":
    main()
