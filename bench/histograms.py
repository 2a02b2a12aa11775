"""Fills of histograms by one thread, as ratios to numpy and to the memory limit in one run.

    python3 bench/histograms.py [--repeat 3] [--output bench/results/histograms.md]

10 M rows into 100 bins, and into 40 × 40, with and without weights. numpy and the benchmarks of `bench/DaskVine.Benchmarks` read the same
files, take turns in processes of their own, and have to find the same counts. The memory limit is a sum of the same columns, in the
same process as the fills. Build first: `dotnet build -c Release bench/DaskVine.Benchmarks`.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy

import measure

ROWS = 10_000_000
BINS, RANGE = 100, (0, 200)
GRID, GRID_RANGE = (40, 40), ((0, 200), (-4, 4))
PROGRAM = Path(__file__).parent / "DaskVine.Benchmarks/bin/Release/net10.0/DaskVine.Benchmarks.dll"

# What is compared: a name, numpy's case, our benchmark, its memory limit, and the target as a multiple of numpy's speed.
FILLS = (
    ("1-d, counts", "1d", "Fill1d", "SumOfColumn", 10),
    ("1-d, weights", "weighted_1d", "FillWeighted1d", "SumOfTwoColumns", 8),
    ("1-d, weights and variances", "weighted_1d", "FillWeightedVariance1d", "SumOfTwoColumns", 8),
    ("2-d, counts", "2d", "Fill2d", "SumOfTwoColumns", None),
    ("2-d, weights", "weighted_2d", "FillWeighted2d", None, None),
    ("1-d, counts, floats", None, "Fill1dFloats", None, None),
    ("1-d, counts, half masked", None, "Fill1dMasked", None, None),
    ("1-d, counts, 13 bins between edges", None, "Fill1dEdges", None, None),
    ("2-d, counts, 400 × 400", None, "Fill2dLarge", None, None),
    ("1-d, counts, the way of Boost.Histogram", None, "FillBoostStyle", "SumOfColumn", None),
)
LIMIT_TARGET = 0.5


def make_rows(directory):
    random = numpy.random.default_rng(1)
    random.normal(100, 40, ROWS).tofile(directory / "x")
    random.normal(0, 1, ROWS).tofile(directory / "y")
    # Multiples of 2^-20, so that sums are exact in any order.
    (random.integers(0, 1 << 20, ROWS) / (1 << 20)).tofile(directory / "w")


def run_numpy(directory):
    """Seconds of each case, the best of five."""
    x, y, w = (numpy.fromfile(directory / name) for name in "xyw")
    cases = {
        "sum": lambda: x.sum(),
        "1d": lambda: numpy.histogram(x, BINS, RANGE)[0],
        "weighted_1d": lambda: numpy.histogram(x, BINS, RANGE, weights=w)[0],
        "2d": lambda: numpy.histogram2d(x, y, GRID, GRID_RANGE)[0],
        "weighted_2d": lambda: numpy.histogram2d(x, y, GRID, GRID_RANGE, weights=w)[0],
    }
    measure.tell({name: min(_time(case) for _ in range(5)) for name, case in cases.items()})


def _time(case):
    began = time.perf_counter()
    case()
    return time.perf_counter() - began


def run_ours(directory):
    """Seconds of each benchmark, the best of its iterations, as with numpy: others may use the cores meanwhile."""
    with tempfile.TemporaryDirectory() as artifacts:
        subprocess.run(
            ["dotnet", PROGRAM, "--filter", "*FillBenchmarks*", "--artifacts", artifacts],
            env={**os.environ, "DASKVINE_BENCH_DATA": str(directory)}, stdout=subprocess.DEVNULL, check=True,
        )
        (report,) = Path(artifacts, "results").glob("*-report-brief.json")
        benchmarks = json.loads(report.read_text(encoding="utf-8"))["Benchmarks"]
    check_results(directory)
    measure.tell({found["Method"]: found["Statistics"]["Min"] / 1e9 for found in benchmarks})


def check_results(directory):
    """End the bench if a fill gave anything else than numpy. Counts have to be the same, sums may be rounded otherwise."""
    x, y, w = (numpy.fromfile(directory / name) for name in "xyw")
    for name, expected in (
        ("counts", numpy.histogram(x, BINS, RANGE)[0]),
        ("grid", numpy.histogram2d(x, y, GRID, GRID_RANGE)[0]),
        ("sums", numpy.histogram(x, BINS, RANGE, weights=w)[0]),
        ("variances", numpy.histogram(x, BINS, RANGE, weights=w * w)[0]),
        ("weighted_grid", numpy.histogram2d(x, y, GRID, GRID_RANGE, weights=w)[0]),
    ):
        found = numpy.fromfile(directory / name).reshape(expected.shape)
        same = numpy.array_equal(found, expected) if name in ("counts", "grid") else numpy.allclose(found, expected, rtol=1e-9, atol=0)
        measure.check(bool(same), True, name)


def report(samples, repeat):
    theirs = {name: measure.median(samples["numpy",], name) for name in samples["numpy",][0]}
    ours = {name: measure.median(samples["ours",], name) for name in samples["ours",][0]}
    rows, verdicts = [], []
    for name, peer, fill, limit, target in FILLS:
        seconds = ours[fill]
        ratio = theirs[peer] / seconds if peer else None
        of_limit = ours[limit] / seconds if limit else None
        rows.append([
            name, _rate(theirs[peer]) if peer else "", _rate(seconds), f"{ratio:.1f}" if peer else "", _rate(ours[limit]) if limit else "",
            f"{100 * of_limit:.0f} %" if limit else "",
        ])
        if target:
            verdicts.append(f"{name}: at least {target} × numpy: {_verdict(ratio >= target)} with {ratio:.1f}.")
    of_limit = ours["SumOfColumn"] / ours["Fill1d"]
    verdicts.append(f"1-d, counts: at least {LIMIT_TARGET:.0%} of the memory limit: {_verdict(of_limit >= LIMIT_TARGET)} with {of_limit:.0%}.")
    header = ["fill", "numpy, M rows/s", "ours, M rows/s", "ours / numpy", "memory limit, M rows/s", "ours of the limit"]
    lines = [*measure.heading("Fills of histograms", repeat), *measure.table(header, rows)]
    numpy_sum = f"The limit is a sum with vectors of 512 bits; numpy.sum takes {_rate(theirs['sum'])} M rows/s."
    return [*lines, numpy_sum, "", "Targets:", "", *(f"- {verdict}" for verdict in verdicts)]


def _rate(seconds):
    return f"{ROWS / seconds / 1e6:,.0f}"


def _verdict(reached):
    return "reached" if reached else "missed"


def main():
    options = measure.parse(__doc__, repeat=3, data=("", "directory of the rows; they are made anew without one"))
    if options.measure:
        {"numpy": run_numpy, "ours": run_ours}[options.measure[0]](Path(options.data))
        return
    if not PROGRAM.exists():
        sys.exit("Build the benchmarks first: dotnet build -c Release bench/DaskVine.Benchmarks")
    with tempfile.TemporaryDirectory() as directory:
        make_rows(Path(directory))
        samples = measure.in_turns([("numpy",), ("ours",)], options.repeat, "--data", directory)
    measure.finish(report(samples, options.repeat), options.output)


if __name__ == "__main__":
    main()
