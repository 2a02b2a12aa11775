"""Libraries: what their makers may ask for, and what the manager is told of it."""

import math
import os.path
import pickle
import tarfile

import msgpack
import numpy as np
import pytest
from fake_manager import FakeManager
from numpy.random import default_rng

from daskvine import DaskVine, FunctionCall, SerializationError
from daskvine import records as r
from daskvine.libraries.preparing import prepare
from daskvine.libraries.spec import LibrarySpec, module_names

SECONDS = 30


def inc(x, by=1):
    return x + by


def load(path, scale=1):
    return {"model": path * scale}


def specs(manager):
    """Those of all libraries that were sent, in order."""
    return [msgpack.unpackb(record[4]) for record in manager.seen if record[0] == r.FUNCTION and record[3].startswith("library ")]


def cores(manager):
    """Those of each TaskOptions."""
    return [record[11] for record in manager.seen if record[0] == r.TASK_OPTIONS]


def test_library_is_told_as_it_was_made(fake, manager):
    library = fake.create_library_from_functions(
        "lib", inc, hoisting_modules=[np, os.path, default_rng, math.sin], exec_mode="fork-per-call", init_command="nice -n 5",
        library_context_info=[load, ["x"], {"scale": 3}],
    )
    library.set_cores(8)
    library.set_function_slots(2)
    library.set_memory(1.5)
    library.set_env_var("B", "2")
    library.set_env_var("A", 1)
    library.set_sandbox()
    fake.install_library(library)
    fake.submit(FunctionCall("lib", "inc", 1))
    assert fake.wait(SECONDS).output == 2
    [spec] = specs(manager)
    setup = spec.pop("setup")
    assert spec == {
        "name": "lib", "exec": "fork-per-call", "slots": 2, "cores": 8, "memory": 3 << 19, "modules": ["numpy", "posixpath", "numpy.random._generator", "math"],
        "env": {"A": "1", "B": "2"}, "command": "nice -n 5", "inputs": [], "environment": "", "sandbox": True, "contents": [],
        "retries": None,
    }
    function, args, kwargs = pickle.loads(setup)
    assert function(*args, **kwargs) == {"model": "xxx"}
    assert cores(manager) == [4]


def test_slots_follow_from_cores_and_exec_mode(fake):
    def made(exec_mode="fork", **how):
        library = fake.create_library_from_functions("lib", inc, exec_mode=exec_mode)
        for name, value in how.items():
            getattr(library, f"set_{name}")(value)
        spec = library.spec()
        return spec.slots, spec.cores, spec.cores_per_call

    assert made() == (0, 0, 1) and made(cores=4) == (4, 4, 1) and made(cores=4, function_slots=2) == (2, 4, 2)
    assert made("direct") == (1, 0, 1) and made("direct", cores=4) == (1, 4, 4) and made(function_slots=3) == (3, 0, 1)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda m: m.create_library_from_functions("lib"), "library lib has no functions"),
        (lambda m: m.create_library_from_functions("lib", inc, inc), "library lib has two functions of the name inc$"),
        (lambda m: m.create_library_from_functions("lib", lambda: 1, lambda: 2), "of the name <lambda>: give one of them another __name__"),
        (lambda m: m.create_library_from_functions("lib", len, 3), "3 is no function with a __name__"),
        (lambda m: m.create_library_from_functions("", inc), "the name of a library is a text, not ''"),
        (lambda m: m.create_library_from_functions("lib", inc, exec_mode="frok"), r"exec_mode='frok' \(did you mean fork\?\), but must be one of: fork,"),
        (lambda m: m.create_library_from_functions("lib", inc).set_function_exec_mode_from_string("x"), "exec_mode='x', but must be one of"),
        (lambda m: m.create_library_from_functions("lib", inc).set_function_slots(-1), "slots=-1, but must be a whole number from 0"),
        (lambda m: m.create_library_from_functions("lib", inc).set_cores(1.5), "cores=1.5, but must be a whole number from 0"),
        (lambda m: m.create_library_from_functions("lib", inc).set_memory("1 GB"), "memory='1 GB', but must be a number of MB"),
        (lambda m: m.create_library_from_functions("lib", inc).set_env_var("A=", 1), "'A=' cannot be the name"),
    ],
)
def test_library_that_cannot_be_is_refused(fake, make, message):
    with pytest.raises(ValueError, match=message):
        make(fake)


def test_slots_that_cannot_be_are_refused_when_it_is_installed(fake):
    library = fake.create_library_from_functions("lib", inc, exec_mode="direct")
    library.set_function_slots(2)
    with pytest.raises(ValueError, match="library lib has 2 function slots, but in exec mode direct one call runs at a time"):
        fake.install_library(library)
    library.set_function_exec_mode_from_string("fork")
    library.set_cores(1)
    with pytest.raises(ValueError, match="library lib has 2 function slots on 1 cores; there can be one for each core"):
        fake.install_library(library)
    library.set_cores(2)
    library.set_sandbox()
    with pytest.raises(ValueError, match="library lib has a sandbox for each call, which is for exec mode fork-per-call, not fork$"):
        fake.install_library(library)
    assert not fake.check_library_exists("lib")
    with pytest.raises(TypeError, match="'lib' is not a Library, which create_library_from_functions makes"):
        fake.install_library("lib")


def test_installed_library_stays_as_it_is(fake):
    library = fake.create_library_from_functions("lib", inc)
    fake.install_library(library)
    for change in (lambda: library.set_cores(2), lambda: library.add_input(fake.declare_buffer("x"), "x"), lambda: library.set_env_var("A", "1")):
        with pytest.raises(ValueError, match="library lib is installed, and stays as it is: remove_library first"):
            change()
    fake.remove_library("lib")
    library.set_cores(2)


def test_context_and_modules_of_another_form_are_refused(fake):
    for context in (3, [3], [load, 3], [load, [], {}, 4], [load, [], []], []):
        with pytest.raises(TypeError, match=r"library_context_info=.*, but must be \[function, args, kwargs\]"):
            fake.create_library_from_functions("lib", inc, library_context_info=context)
    with pytest.raises(SerializationError, match="library_context_info cannot be pickled: TypeError"):
        fake.create_library_from_functions("lib", inc, library_context_info=[load, [(i for i in ())], {}])
    with pytest.raises(TypeError, match="hoisting_modules has 3, but must be modules, functions"):
        fake.create_library_from_functions("lib", inc, hoisting_modules=[np, 3])
    assert module_names(np, "m") == ["numpy"] and module_names(["json", "json"], "m") == ["json"] and module_names(None, "m") == []


def test_function_made_by_exec_is_in_a_library(fake):
    names = {}
    exec("def made(x):\n    return helper(x) + 1\ndef helper(x):\n    return x * 2", names)
    fake.install_library(fake.create_library_from_functions("lib", names["made"]))
    fake.submit(FunctionCall("lib", "made", 4))
    assert fake.wait(SECONDS).output == 9


def test_same_library_is_sent_once(fake, manager):
    for name in ("lib", "lib", "other"):
        fake.install_library(fake.create_library_from_functions(name, inc, library_context_info=[load, ["x"], {}]))
        fake.submit(FunctionCall(name, "inc", 1))
        fake.wait(SECONDS)
        fake.remove_library(name)
    assert [spec["name"] for spec in specs(manager)] == ["lib", "other"]


def test_large_context_is_forgotten_with_its_library_and_calls(run_dir, monkeypatch):
    monkeypatch.setattr(r, "IDLE_FUNCTION_BYTES", 0)
    with FakeManager(run_dir, pause=True) as manager, DaskVine(manager.address, progress=False) as vine:
        vine.install_library(vine.create_library_from_functions("lib", inc, library_context_info=[load, [b"x" * 100_000], {}]))
        vine.submit(FunctionCall("lib", "inc", 1))
        vine.remove_library("lib")
        vine.get({"a": 1}, "a")
        assert r.FORGET_FUNCTIONS not in manager.kinds()
        manager.resume()
        assert vine.wait(SECONDS).output == 2
        vine.get({"a": 1}, "a")
        assert manager.kinds().count(r.FORGET_FUNCTIONS) == 1


def test_inputs_of_a_library_are_the_last_of_its_calls(fake, manager, tmp_path):
    (tmp_path / "table").write_text("1 2")
    library = fake.create_library_from_functions("lib", inc)
    library.add_input(fake.declare_file(tmp_path / "table"), "data/table")
    library.add_input(fake.declare_buffer("x"), "x")
    with pytest.raises(ValueError, match="two files of the name 'x'"):
        library.add_input(fake.declare_buffer("y"), "x")
    fake.install_library(library)
    first = FunctionCall("lib", "inc", 1)
    fake.submit(first)
    fake.submit(FunctionCall("lib", "inc", first))
    assert [fake.wait(SECONDS).output for _ in range(2)] == [2, 3]
    nodes = [record[3][0][2] for record in manager.seen if record[0] == r.SUBMIT_NODES]
    assert nodes[0] == [0, 1] and nodes[1] in ([2, 0, 1], [0, 1])
    [spec] = specs(manager)
    assert spec["inputs"] == ["data/table", "x"] and all(name.startswith(("file-md5-", "buffer-md5-")) for name in spec["contents"])


def test_library_with_other_content_is_another(fake, manager, tmp_path):
    for content in ("1", "2"):
        library = fake.create_library_from_functions("lib", inc)
        (tmp_path / "table").write_text(content)
        library.add_input(fake.declare_file(tmp_path / "table"), "table")
        fake.install_library(library)
        fake.remove_library("lib")
    fake.get({"a": 1}, "a")
    assert len(specs(manager)) == 2


def test_input_that_is_not_there_is_told(fake, tmp_path):
    library = fake.create_library_from_functions("lib", inc)
    library.add_input(fake.declare_file(tmp_path / "no"), "no")
    with pytest.raises(ValueError, match=f"library lib cannot have its input <LocalFile {tmp_path}/no>: it is not there"):
        fake.install_library(library)


def pack(directory, name="env.tar.gz"):
    (directory / "run_in_env").write_text("#!/bin/sh\nexec \"$@\"\n")
    with tarfile.open(directory / name, "w:gz") as tar:
        tar.add(directory / "run_in_env", "bin/run_in_env")
    return str(directory / name)


def test_environment_is_unpacked_by_a_minitask_that_calls_read(fake, manager, tmp_path):
    package = pack(tmp_path)
    for name in ("lib", "again"):
        fake.install_library(fake.create_library_from_functions(name, inc, poncho_env=package))
        fake.submit(FunctionCall(name, "inc", 1))
        assert fake.wait(SECONDS).output == 2
    fake.install_library(fake.create_library_from_functions("none", inc, poncho_env=package, add_env=False))
    assert [spec["environment"] for spec in specs(manager)] == ["environment"] * 2 and specs(manager)[0]["inputs"] == ["environment"]
    [mini] = [record for record in manager.seen if record[0] == r.SUBMIT_COMMAND]
    assert mini[8] and "tar -xf" in msgpack.unpackb(mini[3])["command"]
    assert [record[3][0][2] for record in manager.seen if record[0] == r.SUBMIT_NODES] == [mini[5]] * 2
    library = fake.create_library_from_functions("twice", inc, poncho_env=package)
    with pytest.raises(ValueError, match="library twice has an environment already"):
        library.add_environment(fake.declare_poncho(package))


def test_extra_functions_are_among_the_variables():
    assert prepare({"inc": inc}) == {"inc": inc}
    assert prepare({"inc": inc}, load, ("x",)) == {"inc": inc, "model": "x"}
    assert prepare({"inc": inc}, load, ("x",), {"scale": 2}) == {"inc": inc, "model": "xx"}
    assert prepare({"inc": inc}, len, ("x",)) == {"inc": inc}


def test_spec_has_the_same_bytes_however_its_variables_are_ordered():
    assert LibrarySpec("l", env={"a": "1", "b": "2"}).to_bytes() == LibrarySpec("l", env={"b": "2", "a": "1"}).to_bytes()
