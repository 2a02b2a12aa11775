"""Modules that a client sends to its workers."""

import hashlib
import importlib
import os
import subprocess
import sys
import zipfile

import pytest
from cluster_processes import start_worker
from fake_manager import FakeManager

from daskvine import DaskVine, DaskVineError, records as r
from daskvine.uploads import LIMIT


@pytest.fixture
def fake(run_dir):
    with FakeManager(run_dir) as manager, DaskVine(manager.address, progress=False) as vine:
        yield manager, vine


def write_module(directory, name, source):
    path = directory / f"{name}.py"
    path.write_text(source)
    return path


def write_archive(directory, kind, module, source):
    path = directory / f"{module}_archive{kind}"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{module}.py", source)
    return path


def import_in_task(name):
    return importlib.import_module(name).answer()


def test_upload_sends_name_hash_and_content(fake, tmp_path):
    manager, vine = fake
    path = write_module(tmp_path, "small", "x = 1\n")
    assert vine.upload_file(path) is None
    assert vine.get({"x": 1}, "x") == 1
    record, = (record for record in manager.seen if record[0] == r.UPLOAD)
    assert record == [r.UPLOAD, "small.py", hashlib.blake2b(b"x = 1\n", digest_size=16).digest(), b"x = 1\n"]


@pytest.mark.parametrize("name", ["notes.txt", "module", "module.pyc", "archive.tar.gz", "LIBRARY.so"])
def test_upload_of_another_kind_lists_what_is_possible(fake, tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(ValueError, match=rf"{name}.*\.py.*\.zip, \.egg, \.whl"):
        fake[1].upload_file(tmp_path / name)


def test_upload_of_what_is_not_there_or_a_directory_is_an_os_error(fake, tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere.py"):
        fake[1].upload_file(str(tmp_path / "nowhere.py"))
    (tmp_path / "package.egg").mkdir()
    with pytest.raises(IsADirectoryError):
        fake[1].upload_file(tmp_path / "package.egg")


def test_upload_of_an_archive_that_is_none_says_so(fake, tmp_path):
    (tmp_path / "broken.whl").write_text("not a zip")
    with pytest.raises(ValueError, match="broken.whl.*not a zip archive"):
        fake[1].upload_file(tmp_path / "broken.whl")


def test_upload_too_large_is_refused_before_it_is_read(fake, tmp_path):
    path = tmp_path / "large.py"
    with open(path, "wb") as file:
        os.truncate(file.fileno(), LIMIT + 1)
    with pytest.raises(ValueError, match="256 MiB"):
        fake[1].upload_file(path)


def test_upload_after_close_is_refused(run_dir, tmp_path):
    with FakeManager(run_dir) as manager:
        vine = DaskVine(manager.address)
        vine.close()
        with pytest.raises(DaskVineError, match="closed"):
            vine.upload_file(write_module(tmp_path, "late", ""))


# With real workers.


def test_uploaded_module_and_its_change_are_imported_by_tasks(vine, tmp_path, mode):
    name = f"uploaded_{mode.replace('-', '_')}"
    dsk = {("answer", i): (import_in_task, name) for i in range(6)}
    for answer in (1, 22, 333):
        vine.upload_file(write_module(tmp_path, name, f"def answer():\n    return {answer}\n"))
        assert {*vine.get(dsk, list(dsk), task_mode=mode)} == {answer}


@pytest.mark.parametrize("kind", [".zip", ".egg", ".whl"])
def test_uploaded_archive_and_its_change_are_imported_by_tasks(vine, tmp_path, kind):
    name = f"zipped_{kind[1:]}"
    for answer in (4, 5):
        vine.upload_file(write_archive(tmp_path, kind, name, f"def answer():\n    return {answer}\n"))
        assert vine.get({"x": (import_in_task, name)}, "x") == answer


def test_uploaded_module_larger_than_a_frame_arrives_whole(vine, tmp_path):
    source = "def answer():\n    return len(TEXT)\nTEXT = '" + "x" * (3 << 20) + "'\n"
    vine.upload_file(write_module(tmp_path, "large_upload", source))
    assert vine.get({"x": (import_in_task, "large_upload")}, "x") == 3 << 20


def test_upload_reaches_workers_that_come_later(tmp_path):
    with DaskVine(port=0, progress=False) as vine:
        vine.upload_file(write_module(tmp_path, "early_upload", "def answer():\n    return 9\n"))
        with start_worker(vine.address, "--cores", "1") as worker:
            assert vine.get({"x": (import_in_task, "early_upload")}, "x") == 9
            worker.stdin.close()


def test_functions_of_an_uploaded_module_and_of_its_change_load_by_reference(tmp_path):
    """The client imports the module itself, as workers cannot without the upload."""
    path = write_module(tmp_path, "shared_upload", "")
    program = (
        "import sys\n"
        "from daskvine import DaskVine\n"
        "vine = DaskVine(sys.argv[1], progress=False)\n"
        "sys.path.insert(0, sys.argv[2])\n"
        "import shared_upload\n"
        "for factor in (2, 333):\n"
        "    with open(shared_upload.__file__, 'w') as file:\n"
        "        file.write(f'def times(x):\\n    return {factor} * x\\n')\n"
        "    del sys.modules['shared_upload']\n"
        "    import shared_upload\n"
        "    vine.upload_file(shared_upload.__file__)\n"
        "    assert vine.get({'x': (shared_upload.times, 10)}, 'x') == factor * 10, factor\n"
        "vine.close()\n"
    )
    with DaskVine(port=0, workers=1) as other:
        subprocess.run([sys.executable, "-c", program, other.address, str(path.parent)], check=True, timeout=60)
