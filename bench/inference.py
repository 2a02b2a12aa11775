"""1,600 inferences in 100 calls with a model of tens of megabytes, by how much of their context calls keep.

    PYTHONPATH=interop/python python3 bench/inference.py [--repeat 3] [--output bench/results/inference.md]

 loop        a bare Python loop that holds the model, one process per core, each with its part of the calls
 L1          no sharing: a process per call, which loads the model
 L2          interpreter and code are kept: function calls, each of which loads the model
 L3          the context is kept: the model is loaded when the library is set up (`lib_context`)
 discovered  the model is an argument of all calls; that it is a context is found out

One worker with all cores; nothing is warm when the clock starts. Each process has one thread for linear algebra. With --output, bars are
drawn beside it. Targets: L3 takes 94.5 % less time than L1, and is within 10 % of the loop.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import measure
import pictures
from apps import counting, network
from cluster import Cluster

CASES = ("loop", "L1", "L2", "L3", "discovered")
LABELS = {
    "loop": "bare loop", "L1": "L1: nothing\nis kept", "L2": "L2: interpreter\nand code", "L3": "L3: context",
    "discovered": "L3: context,\ndiscovered",
}
# Seconds of LNNI, 1.6 million inferences in 100 thousand calls; about two hours and seven minutes: HPDC24, DOI 10.1145/3625549.3658663.
PAPER = [("L1", 7200.0), ("L3", 420.0)]
CORES = os.cpu_count()


def graph_of(case, path, calls, each):
    """The graph of a case, whose key "classes" is a list of classes for each call."""
    if case == "discovered":
        model = network.load(path)
        tasks = {("call", i): (network.infer, model, i, each) for i in range(calls)}
    elif case == "L3":
        tasks = {("call", i): (network.infer_with_context, i, each) for i in range(calls)}
    else:
        tasks = {("call", i): (network.infer_loading, path, i, each) for i in range(calls)}
    return {**tasks, "classes": (list, list(tasks))}


def run_on_cluster(case, path, calls, each):
    """Seconds and classes on a cold cluster."""
    keywords = {"task_mode": "tasks"} if case == "L1" else {}
    if case == "L3":
        keywords["lib_context"] = (network.load_context, [path], {})
    with Cluster(1, CORES, warm=False) as cluster:
        began = time.perf_counter()
        classes = cluster.vine.get(graph_of(case, path, calls, each), "classes", **keywords)
        return time.perf_counter() - began, classes


def run_loops(path, calls, each):
    """Seconds and classes of one process per core, from the start of the first to the end of the last."""
    bounds = [calls * core // CORES for core in range(CORES + 1)]
    began = time.perf_counter()
    command = [sys.executable, __file__, "--measure", "part", path]
    loops = [
        subprocess.Popen([*command, str(first), str(end), str(each)], stdout=subprocess.PIPE, text=True)
        for first, end in zip(bounds, bounds[1:])
    ]
    told = [loop.communicate()[0] for loop in loops]
    seconds = time.perf_counter() - began
    if any(loop.returncode for loop in loops):
        sys.exit("a loop failed")
    return seconds, [[int(number) for number in line.split()] for text in told for line in text.splitlines()]


def run_part(path, first, end, each):
    """The bare loop."""
    model = network.load(path)
    for call in range(first, end):
        print(*network.infer(model, call, each))


def run_case(case, calls, each, width):
    """One run. Run in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-") as directory:
        path, counts = f"{directory}/weights", Path(directory, "counts")
        network.make_file(path, width=width)
        counting.begin(counts)
        seconds, classes = run_loops(path, calls, each) if case == "loop" else run_on_cluster(case, path, calls, each)
        told = counting.Told(counts)
    inside = told.inside(["infer"])
    measure.tell({
        "seconds": seconds, "classes": classes, "loads": told.count("load"), "interpreters": told.count("interpreter"), "inside": sum(inside),
        "span": told.span("infer"), "loading": min(told.inside(["load"])),
    })


def report(samples, repeat, calls, each):
    samples = {case: found for (case,), found in samples.items()}
    expected = samples["loop"][0]["classes"]
    for case, found in samples.items():
        for sample in found:
            measure.check(sample["classes"], expected, case)
    names = ("seconds", "span", "loads", "interpreters", "inside", "loading")
    middle = {case: {name: measure.median(found, name) for name in names} for case, found in samples.items()}
    lines = measure.heading(f"{calls * each:,} inferences in {calls} calls", repeat)
    lines += [
        f"A network of {network.LAYERS} layers, which takes {middle['L2']['loading']:.1f} s to load at least; "
        f"{CORES} cores. All cases found the same "
        "classes.",
        "",
        "![Seconds by what is kept](inference.svg)",
        "",
    ]
    rows = [
        [
            LABELS[case].replace("\n", " "), f"{row['seconds']:.2f}", f"{100 * (1 - row['seconds'] / middle['L1']['seconds']):.1f} %",
            f"{row['seconds'] / middle['loop']['seconds']:.2f}", f"{row['span'] / middle['loop']['span']:.2f}", f"{row['loads']:.0f}",
            f"{row['interpreters']:.0f}", f"{1000 * row['inside'] / calls / each:.2f}",
        ]
        for case, row in middle.items()
    ]
    header = [
        "", "s", "less than L1", "of the loop's time", "of the loop's, from first to last inference", "loads of the model", "interpreters started",
        "an inference, ms",
    ]
    lines += measure.table(header, rows)
    less = 1 - middle["L3"]["seconds"] / middle["L1"]["seconds"]
    of_loop, of_span = (middle["L3"][name] / middle["loop"][name] for name in ("seconds", "span"))
    return [
        *lines,
        f"Targets: L3 takes at least 94.5 % less than L1: {'reached' if less >= 0.945 else 'missed'} with {100 * less:.1f} %; at most 1.10 of "
        f"the loop's time: {'reached' if max(of_loop, of_span) <= 1.1 else 'missed'} with {of_loop:.2f}, and {of_span:.2f} without loading.",
    ]


def draw(samples, output):
    """Bars beside the report."""
    here = [(LABELS[case], measure.median(found, "seconds")) for (case,), found in samples.items()]
    panels = [(f"here, on {CORES} cores", here), ("the paper: LNNI, 1.6 million inferences on a cluster", PAPER)]
    Path(output).with_suffix(".svg").write_text(pictures.bars("Inference: what calls keep", panels) + "\n", encoding="utf-8")


def main():
    options = measure.parse(
        __doc__, repeat=3, calls=(100, "calls"), each=(16, "inferences in each"), width=(network.WIDTH, "of the network's layers")
    )
    # Processes share the cores; threads of their own would only be in each other's way.
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
    if options.measure and options.measure[0] == "part":
        run_part(options.measure[1], *map(int, options.measure[2:]))
    elif options.measure:
        run_case(options.measure[0], options.calls, options.each, options.width)
    else:
        samples = measure.in_turns([(case,) for case in CASES], options.repeat)
        measure.finish(report(samples, options.repeat, options.calls, options.each), options.output)
        if options.output:
            draw(samples, options.output)


if __name__ == "__main__":
    main()
