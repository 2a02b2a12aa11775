"""What a process per task costs: fresh interpreters and forked ones, against starting a bare interpreter.

    PYTHONPATH=interop/python python3 bench/starts.py [--repeat 5] [--output bench/results/starts.md]

One worker with one core runs no-op tasks one after the other in each mode; the peer starts ``python3 -c pass`` as often, one after the
other. `numpy` cases import numpy in the task, as most tasks would: a forked process has it from its warm parent. The function is one of
this script, which travels by value and needs cloudpickle where it is loaded; `installed` cases call one that is installed there. CPU is
what the processes took, and, told apart, the worker itself.
"""

import operator
import os
import resource
import subprocess
import sys
import time

import measure
from cluster import Cluster

LABELS = {
    "interpreter": "`python3 -c pass`", "interpreter-numpy": "`python3 -c 'import numpy'`", "tasks-installed": "tasks, an installed function",
    "tasks": "tasks", "forked": "forked", "function-calls": "function calls", "tasks-numpy": "tasks, numpy", "forked-numpy": "forked, numpy",
}

def nothing(value):
    return value


def with_numpy(value):
    import numpy

    return int(numpy.int64(value))


def run_case(case, count):
    """Milliseconds per task of one case. Run in a process of its own."""
    kind = case.removesuffix("-numpy").removesuffix("-installed")
    extra = case[len(kind) + 1:]
    if kind == "interpreter":
        command = [sys.executable, "-c", "import numpy" if extra else "pass"]
        began = time.perf_counter()
        for _ in range(count):
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        measure.tell(_per_task(count, time.perf_counter() - began, 0, used.ru_utime + used.ru_stime))
        return
    function = {"": nothing, "installed": operator.pos, "numpy": with_numpy}[extra]
    with Cluster(1) as cluster:
        # What is warm in this mode is warm then.
        cluster.vine.get({("warm", i): (function, i) for i in range(3)}, [("warm", i) for i in range(3)], task_mode=kind)
        worker, processes = cluster.cpu_seconds("w1")
        keys = [("it", i) for i in range(count)]
        began = time.perf_counter()
        found = cluster.vine.get({key: (function, key[1]) for key in keys}, keys, task_mode=kind)
        seconds = time.perf_counter() - began
        worker_then, processes_then = cluster.cpu_seconds("w1")
    measure.check(found, tuple(range(count)), case)
    measure.tell(_per_task(count, seconds, worker_then - worker, processes_then - processes))


def _per_task(count, *seconds):
    return {name: 1000 * each / count for name, each in zip(("ms", "worker", "processes"), seconds, strict=True)}


def report(samples, repeat, count):
    middle = {case: [measure.median(found, name) for name in ("ms", "processes", "worker")] for (case,), found in samples.items()}
    lines = measure.heading("What a process per task costs", repeat)
    rows = []
    for case, (ms, processes, worker) in middle.items():
        bare, bare_cpu, _ = middle["interpreter-numpy" if case.endswith("numpy") else "interpreter"]
        rows.append([LABELS[case], f"{ms:.2f}", f"{ms / bare:.2f}", f"{processes:.1f}", f"{processes / bare_cpu:.2f}", f"{worker:.1f}"])
    lines += [f"{count} tasks, one after the other. Processes that are a library's are counted when they end.", ""]
    header = ["", "ms per task", "of a bare interpreter", "CPU ms of processes", "of a bare interpreter", "CPU ms of the worker"]
    return lines + measure.table(header, rows)


def main():
    options = measure.parse(__doc__, repeat=5, tasks=(40, "tasks per case"))
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
    if options.measure:
        run_case(options.measure[0], options.tasks)
        return
    samples = measure.in_turns([(case,) for case in LABELS], options.repeat)
    measure.finish(report(samples, options.repeat, options.tasks), options.output)


if __name__ == "__main__":
    main()
