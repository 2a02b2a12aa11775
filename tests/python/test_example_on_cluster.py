"""The example as a user runs it: a process of its own, on a real cluster."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
CMS = ROOT.parent / "shared" / "data" / "cms" / "Zmumu_Run2011A.csv"


def run_example(tmp_path, *arguments):
    picture = tmp_path / "z_mass.svg"
    run = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "z_mass.py"), "--output", str(picture), *arguments],
        capture_output=True, text=True, timeout=120, cwd=tmp_path,
    )
    return run, picture


def z_peak(output):
    return float(re.search(r"Z peak: ([0-9.]+)", output)[1])


@pytest.mark.parametrize("mode", ["function-calls", "tasks"])
def test_generated_sample_fills_the_histogram_on_two_workers(tmp_path, mode):
    run, picture = run_example(tmp_path, "--events", "100000", "--partitions", "8", "--task-mode", mode)
    assert run.returncode == 0, run.stderr
    assert "checked: identical to the histogram made in process" in run.stdout
    assert 90.7 < z_peak(run.stdout) < 91.7
    assert "17 of 17 tasks done" in run.stderr
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")


def test_cms_open_data_has_its_peak_at_the_z_mass(tmp_path):
    if not CMS.exists():
        pytest.skip(f"{CMS.name} is not beside this checkout")
    run, _ = run_example(tmp_path, "--input", str(CMS))
    assert run.returncode == 0, run.stderr
    assert "checked: identical" in run.stdout
    assert 90.5 < z_peak(run.stdout) < 91.7


def test_missing_input_is_one_sentence(tmp_path):
    run, _ = run_example(tmp_path, "--input", "/nonexistent/events.csv")
    assert run.returncode == 2 and "/nonexistent/events.csv" in run.stderr and "Traceback" not in run.stderr
