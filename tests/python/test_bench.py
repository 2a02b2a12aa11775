"""The benches run: every one of them with sizes so small that its figures mean nothing."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"

TINY = {
    "storage.py": ["--leaves", "9", "--limit", "80"],
    "recovery.py": ["--leaves", "9", "--kills", "1"],
    "spread.py": ["--size", "1", "--workers", "2", "--files", "3"],
}


def run_bench(script, *arguments):
    done = subprocess.run([sys.executable, BENCH / script, *arguments], capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("script", TINY)
def test_bench_reports_a_table_that_begins_with_its_command(script, tmp_path):
    told = run_bench(script, *TINY[script], "--repeat", "1", "--output", str(tmp_path / "told.md"))
    written = (tmp_path / "told.md").read_text()
    assert written.strip() == told.strip()
    title, _, command = written.splitlines()[:3]
    assert title.startswith("# ") and f"bench/{script} {' '.join(TINY[script])}" in command
    assert "\n|---|" in written


def test_locality_draws_every_graph_with_every_placement(tmp_path):
    assert "\n|---|" in run_bench("locality.py", "--scale", "0.01", "--repeat", "1", "--output", str(tmp_path / "locality.md"))
    drawn = {path.stem: ElementTree.parse(path).getroot() for path in tmp_path.glob("*.svg")}
    placements = ("files", "random", "blocks")
    assert set(drawn) == {f"locality-{graph}-{placement}" for graph in ("mb", "shuffle", "tree") for placement in placements}
    assert all(root.tag.endswith("svg") for root in drawn.values())


@pytest.mark.parametrize("peer", ["vine", "vine, in memory", "vine, no links", "dask.threaded"])
def test_graph_of_large_values_is_timed_with_every_peer_but_distributed(peer):
    sample = json.loads(run_bench("mb_graph.py", "--leaves", "4", "--timed", "1", "--measure", peer))
    assert sample["tasks"] == 10 and sample["seconds"] > 0


def test_overhead_is_timed():
    sample = json.loads(run_bench("overhead.py", "--measure", "vine", "tree"))
    assert sample["rate"] > 0 and sample["start"] > 0


MB_PEERS = ("vine", "vine, in memory", "vine, no links", "distributed", "dask.threaded")
OVERHEAD_PEERS = ("dask.get", "vine", "distributed")


@pytest.mark.parametrize(
    ("script", "cases", "sample"),
    [
        ("mb_graph", [(peer,) for peer in MB_PEERS], {"seconds": 1.0, "tasks": 9}),
        ("overhead", [(peer, graph) for peer in OVERHEAD_PEERS for graph in ("sum", "tree")], {"rate": 1000.0, "start": 0.2}),
    ],
)
def test_report_has_a_row_for_every_peer(script, cases, sample, monkeypatch):
    monkeypatch.syspath_prepend(str(BENCH))
    lines = __import__(script).report({case: [sample] for case in cases}, 1)
    rows = [line.split(" | ")[0] for line in lines if line.startswith("| ")]
    assert rows[1:] == [f"| {peer}" for peer in dict.fromkeys(case[0] for case in cases)]
