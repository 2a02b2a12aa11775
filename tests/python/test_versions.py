"""What is told when a worker and a client have different versions."""

import os

import cloudpickle
from cluster_processes import start_worker

from daskvine import DaskVine


def notice_about_a_worker_with(tmp_path, monkeypatch, distribution):
    (tmp_path / f"{distribution}.dist-info").mkdir()
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ["PYTHONPATH"]]))
    with DaskVine(port=0, progress=False) as vine:
        worker = start_worker(vine.address, "--worker-name", "other")
        try:
            assert vine.get({"it": (abs, -1)}, "it") == 1
            return vine.notices.get("versions-differ")
        finally:
            worker.communicate()


def test_worker_with_another_numpy_is_told(tmp_path, monkeypatch):
    text = notice_about_a_worker_with(tmp_path, monkeypatch, "numpy-0.0.1")
    assert "worker other has numpy 0.0.1" in text and "use the same versions on both" in text


def test_worker_with_the_same_versions_is_not_told_about(tmp_path, monkeypatch):
    assert notice_about_a_worker_with(tmp_path, monkeypatch, f"unrelated-{cloudpickle.__version__}") is None
