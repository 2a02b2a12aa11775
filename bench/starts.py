"""What a process per task costs: fresh interpreters and forked ones, against starting a bare interpreter.

    PYTHONPATH=interop/python python3 bench/starts.py [--repeat 5] [--output bench/results/starts.md]

One worker with one core runs no-op tasks one after the other in each mode; the peer starts ``python3 -c pass`` as often, one after the
other. `numpy` cases import numpy in the task, as most tasks would: a forked process has it from its warm parent.
"""

import os
import subprocess
import sys
import time

import measure
from cluster import Cluster

LABELS = {
    "interpreter": "`python3 -c pass`", "interpreter-numpy": "`python3 -c 'import numpy'`", "tasks": "tasks", "forked": "forked",
    "function-calls": "function calls", "tasks-numpy": "tasks, numpy", "forked-numpy": "forked, numpy",
}


def nothing(value):
    return value


def with_numpy(value):
    import numpy

    return int(numpy.int64(value))


def run_case(case, count):
    """Milliseconds per task of one case. Run in a process of its own."""
    kind, numpy, _ = case.partition("-numpy")
    if kind == "interpreter":
        command = [sys.executable, "-c", "import numpy" if numpy else "pass"]
        began = time.perf_counter()
        for _ in range(count):
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        measure.tell({"ms": 1000 * (time.perf_counter() - began) / count})
        return
    function = with_numpy if numpy else nothing
    with Cluster(1) as cluster:
        # What is warm in this mode is warm then.
        cluster.vine.get({("warm", i): (function, i) for i in range(3)}, [("warm", i) for i in range(3)], task_mode=kind)
        keys = [("it", i) for i in range(count)]
        began = time.perf_counter()
        found = cluster.vine.get({key: (function, key[1]) for key in keys}, keys, task_mode=kind)
        seconds = time.perf_counter() - began
    measure.check(found, tuple(range(count)), case)
    measure.tell({"ms": 1000 * seconds / count})


def report(samples, repeat, count):
    middle = {case: measure.median(found, "ms") for (case,), found in samples.items()}
    lines = measure.heading("What a process per task costs", repeat)
    rows = []
    for case, ms in middle.items():
        bare = middle["interpreter-numpy" if case.endswith("numpy") else "interpreter"]
        fresh = middle["tasks-numpy" if case.endswith("numpy") else "tasks"]
        rows.append([LABELS[case], f"{ms:.2f}", f"{ms / bare:.2f}", f"{ms / fresh:.2f}"])
    lines += [f"{count} tasks, one after the other.", ""]
    return lines + measure.table(["", "ms per task", "of a bare interpreter", "of a fresh interpreter per task"], rows)


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
