"""Uploaded modules in the library host: what is imported, and by which calls."""

import importlib
import pathlib
import sys
import zipfile

import cloudpickle
import msgpack
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from host_driver import CALL, FAILED, UPLOAD, Host, add, value_of  # noqa: E402

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the host cannot import this file

UNLOADABLE = 1
# What pickles by reference: the function `tell` of the module.
TELL = b"\x80\x04cuploaded_module\ntell\n."


def write_module(directory, text):
    directory.mkdir()
    path = directory / "uploaded_module.py"
    path.write_text(f"def tell():\n    return {text!r}\n")
    return str(path)


def write_archive(path, modules):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in modules.items():
            archive.writestr(f"{name}.py", content)
    return str(path)


def test_module_uploaded_is_imported_by_calls_after_it(child, tmp_path):
    child.learn(1, TELL)
    record = child.call([1])
    assert record[0] == FAILED and record[3] == UNLOADABLE
    child.send([UPLOAD, write_module(tmp_path / "1", "first")])
    assert value_of(child.call([1])) == "first"


def test_module_uploaded_again_replaces_the_one_that_was_imported(child, tmp_path):
    child.learn(1, TELL)
    child.learn(2, lambda: importlib.import_module("uploaded_module").tell())
    for text in ("first", "second", "third"):
        child.send([UPLOAD, write_module(tmp_path / text, text)])
        assert [value_of(child.call([number])) for number in (1, 2)] == [text, text]
    child.send([UPLOAD, str(tmp_path / "first" / "uploaded_module.py")])
    assert value_of(child.call([1])) == "first"


def test_module_uploaded_between_calls_is_for_those_behind_it(child, tmp_path):
    first, second = (write_module(tmp_path / text, text) for text in ("first", "second"))
    child.learn(1, TELL)
    calls = [[CALL, number, [1], msgpack.packb([]), [], "", False, False] for number in range(3)]
    child.send([UPLOAD, first], calls[0], [UPLOAD, second], calls[1], calls[2])
    assert [value_of(child.receive()) for _ in calls] == ["first", "second", "second"]


@pytest.mark.parametrize("suffix", ["zip", "egg", "whl"])
def test_archive_uploaded_is_imported_and_replaced_with_its_submodules(child, tmp_path, suffix):
    def tell():
        from uploaded_package.part import value
        return value
    child.learn(1, tell)
    for value in (1, 2):
        modules = {"uploaded_package/__init__": "", "uploaded_package/part": f"value = {value}"}
        child.send([UPLOAD, write_archive(tmp_path / f"{value}.{suffix}", modules)])
        assert value_of(child.call([1])) == value


def test_module_uploaded_goes_before_one_that_is_installed(child, tmp_path):
    (tmp_path / "colorsys.py").write_text("own = True\n")
    child.learn(1, lambda: importlib.import_module("colorsys").own)
    child.send([UPLOAD, str(tmp_path / "colorsys.py")])
    assert value_of(child.call([1])) is True


def test_modules_of_others_stay_as_they_are(child, tmp_path):
    child.learn(1, lambda: [id(sys.modules[name]) for name in ("pickle", "msgpack", "__main__", "sys", "daskvine")])
    before = value_of(child.call([1]))
    child.send([UPLOAD, write_archive(tmp_path / "a.zip", dict.fromkeys(("__main__", "sys", "daskvine", "other"), ""))])
    assert value_of(child.call([1])) == before


def test_archive_that_is_none_is_told_and_costs_nothing(tmp_path):
    logs = tmp_path / "logs"
    logs.mkdir()
    (tmp_path / "bad.zip").write_text("no archive")
    with Host(tmp_path, "library", DASKVINE_LOGS=str(logs)) as host:
        child = host.fork(0)
        child.send([UPLOAD, str(tmp_path / "bad.zip")], [UPLOAD, str(tmp_path / "absent.whl")])
        child.learn(1, add)
        assert value_of(child.call([1], 1)) == 2
    text = (logs / "slot-0.err").read_text()
    assert "the upload bad.zip cannot be used" in text and "the upload absent.whl cannot be used" in text


def test_functions_sent_by_value_still_work_after_an_upload(child, tmp_path):
    child.learn(1, add)
    assert value_of(child.call([1], 1)) == 2
    child.send([UPLOAD, write_module(tmp_path / "1", "first")])
    assert value_of(child.call([1], 1)) == 2


def test_task_imports_what_was_uploaded(tmp_path):
    with Host(tmp_path, "task", "0") as host:
        host.link.send([UPLOAD, write_module(tmp_path / "1", "first")])
        host.link.learn(1, TELL)
        assert value_of(host.link.call([1])) == "first"
