"""The C# example of the eight benchmark queries as a user runs it, against plain loops over the same files."""

import json
import subprocess
from pathlib import Path

import pytest

import adl_reference

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "examples/csharp/DaskVine.Examples.Adl/bin/Release/net10.0/DaskVine.Examples.Adl"


def run_adl(*arguments, **options):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, timeout=120, **options)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    directory = tmp_path_factory.mktemp("events")
    made = run_adl("generate", "--events", 20_000, "--partitions", 3, "--seed", 7, "--output", directory)
    assert made.returncode == 0, made.stderr
    return sorted(directory.glob("*.arrow"))


@pytest.fixture(scope="module")
def counted(files, tmp_path_factory):
    """Name → counts, by the cluster."""
    directory = tmp_path_factory.mktemp("adl")
    run = run_adl("--input", files[0].parent / "*.arrow", "--plots", directory, "--json", directory / "counts.json")
    assert run.returncode == 0, run.stderr
    for name in adl_reference.RANGES:
        assert (directory / f"adl_{name}.svg").read_text().startswith("<svg"), name
    for number in range(1, 9):
        assert f"Query {number}: " in run.stdout
    return {entry["name"]: entry["counts"] for entry in json.loads((directory / "counts.json").read_text())}


@pytest.fixture(scope="module")
def expected(files):
    return adl_reference.run(files)


def test_three_files_hold_all_events(files):
    assert len(files) == 3
    assert sum(1 for _ in adl_reference.read_events(files)) == 20_000


@pytest.mark.parametrize("name", adl_reference.RANGES)
def test_every_bin_is_that_of_the_plain_loop(counted, expected, name):
    counts, near = expected
    assert sum(counts[name]) > 500, "the sample is too small to tell"
    assert counted[name] == counts[name], f"values within {adl_reference.NEAR_EDGE} of an edge: {near[name]}"


def test_the_same_seed_makes_the_same_files(files, tmp_path):
    made = run_adl("generate", "--events", 20_000, "--partitions", 3, "--seed", 7, "--output", tmp_path)
    assert made.returncode == 0, made.stderr
    assert [file.read_bytes() for file in sorted(tmp_path.iterdir())] == [file.read_bytes() for file in files]


def test_input_that_is_not_there_is_one_line(tmp_path):
    run = run_adl("--input", tmp_path / "*.arrow")
    assert run.returncode == 2
    assert run.stderr.strip() == f"No file matches {tmp_path}/*.arrow."
