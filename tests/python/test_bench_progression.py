"""The benches of what calls keep, and the applications that they run: tiny sizes, and the numbers that come out."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import dask
import numpy as np
import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"


@pytest.fixture(autouse=True)
def benches_on_path(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCH))


def run_bench(script, *arguments):
    done = subprocess.run([sys.executable, BENCH / script, *arguments, "--repeat", "1"], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rows_of(report):
    """The cells of each row of the report's table, by the row's first cell."""
    rows = [line.strip("| ").split(" | ") for line in report.splitlines() if line.startswith("| ")]
    return {first: cells for first, *cells in rows[1:]}


def texts_of(path):
    return [text.text for text in ElementTree.parse(path).getroot().iter("{http://www.w3.org/2000/svg}text")]


def test_progression_gives_the_same_numbers_in_four_ways_and_counts_what_each_costs(tmp_path):
    report = run_bench("progression.py", "--small", "1", "--output", str(tmp_path / "told.md"))
    from apps import analysis
    from progression import SMALL, SMALL_EVENTS, digest

    expected = digest(dask.get(analysis.graph(SMALL, SMALL_EVENTS), "histograms"))
    assert f"digest `{expected}`" in report and "8 tasks on" in report
    through_manager, processes, kept, shared = ([float(re.sub("[ %,]", "", cell)) for cell in cells] for cells in rows_of(report).values())
    # Interpreters: one for each task, one for each worker's library, and one that each worker has ready; then only those of the libraries.
    assert 10 <= through_manager[5] <= 12 and 10 <= processes[5] <= 12 and kept[5] == shared[5] == 2
    # Loads of the table: one for each task that has it, until it is discovered.
    assert (through_manager[7], processes[7], kept[7]) == (5, 5, 5) and shared[7] <= 4
    assert through_manager[2] > processes[2]
    assert {"3,545 s", "272 s"} <= set(texts_of(tmp_path / "told.svg"))
    assert any("function calls" in text for text in texts_of(tmp_path / "told-times.svg"))
    assert all("manager" in texts_of(tmp_path / f"told-bytes-{step}.svg") for step in (1, 2))


def test_inference_finds_the_same_classes_whatever_is_kept(tmp_path):
    report = run_bench("inference.py", "--calls", "3", "--each", "2", "--width", "32", "--output", str(tmp_path / "told.md"))
    loads = {case: int(cells[4]) for case, cells in rows_of(report).items()}
    assert list(loads.values())[1:] == [3, 3, 1, 1]
    assert "All cases found the same classes" in report and "7,200 s" in texts_of(tmp_path / "told.svg")


def test_molecules_have_the_same_energies_with_and_without_a_cluster(tmp_path):
    report = run_bench("molecules.py", "--replicas", "2", "--rounds", "1", "--output", str(tmp_path / "told.md"))
    assert "8 tasks for 2 replicas" in report
    loop, processes, kept = (int(cells[2]) for cells in rows_of(report).values())
    assert (loop, kept) == (0, 2) and 10 <= processes <= 12


def test_task_time_begins_with_its_interpreter_only_where_that_is_its_own(tmp_path):
    from apps.counting import Told

    lines = ["interpreter 7 1.0 1.0", "fill 7 1.5 1.75", "fill 8 2.0 2.25", "fill 8 3.0 3.5", "table 8 3.0 3.0"]
    (tmp_path / "counts").write_text("\n".join(lines) + "\n")
    told = Told(tmp_path / "counts")
    assert told.tasks(["fill"]) == [0.75, 0.25, 0.5] and told.inside(["fill"]) == [0.25, 0.25, 0.5]
    assert (told.count("table"), told.count("pandas"), told.span("fill")) == (1, 0, 2.0)


def test_analysis_finds_the_boson_and_moves_it_with_the_muons():
    from apps import analysis

    filled = dask.get(analysis.graph(2, 3000), "histograms")
    centres = np.linspace(60.25, 119.75, 120)
    means = {}
    for variation in ("muons-down", "nominal", "muons-up"):
        counts = sum(filled[variation, region, "dimuon"][0] for region in ("quiet", "busy"))
        near = abs(centres - 91.2) < 8.0
        means[variation] = np.average(centres[near], weights=counts[near])
    assert means["nominal"] == pytest.approx(91.2, abs=0.3)
    assert means["muons-down"] < means["nominal"] < means["muons-up"]


def test_exchange_keeps_both_configurations_and_scales_their_velocities():
    from apps import replicas

    cold, warm = replicas.start(0, 0.8, 27), replicas.start(1, 1.6, 27)
    low, high = (cold[0], cold[1], 5.0), (warm[0], warm[1], -5.0)
    lower, upper = replicas.exchange(low, high, [0.8, 1.6], [0, 0])
    assert lower[0] is high[0] and upper[0] is low[0]
    assert (lower[1] ** 2).sum() == pytest.approx(0.5 * (high[1] ** 2).sum())
    assert replicas.exchange(high, low, [0.8, 1.6], [0, 0])[0][2] == -5.0


def test_bars_are_as_tall_as_their_values_say(tmp_path):
    import pictures

    (tmp_path / "bars.svg").write_text(pictures.bars("title", [("one", [("a", 10.0), ("b < c", 5.0)])]))
    bars = ElementTree.parse(tmp_path / "bars.svg").getroot().findall(".//{http://www.w3.org/2000/svg}rect")[1:]
    tall, half = (float(bar.get("height")) for bar in bars)
    assert half == pytest.approx(tall / 2, abs=0.1) and "b < c" in texts_of(tmp_path / "bars.svg")
