"""Functions of a module that comes only after they have failed."""

import importlib
import os
import time

import pytest

from daskvine import DaskVine, TaskError

CALLS = 40
# What takes so long to load is not to be loaded by each process.
LONG = 0.05


class Late:
    """A function that needs the module `name` where it is loaded; each process that loads it writes its id into a file."""

    def __init__(self, name, path):
        self._name, self._path = name, path

    def __call__(self, x):
        raise NotImplementedError

    def __reduce__(self):
        return load, (self._name, self._path)


def load(name, path):
    module = importlib.import_module(name)
    time.sleep(LONG)
    with open(path, "a") as file:
        file.write(f"{os.getpid()}\n")
    return lambda x: (module.add(x), os.getppid())


def test_function_whose_module_is_uploaded_after_it_has_failed_is_loaded_once_for_all_processes(tmp_path):
    loads, module = tmp_path / "loads", tmp_path / "comes_late.py"
    function = Late("comes_late", str(loads))
    graph = {f"t{i}": (function, i) for i in range(CALLS)}
    with DaskVine(workers=1, progress=False) as vine:
        with pytest.raises(TaskError, match="comes_late"):
            vine.get(graph, list(graph))
        assert not loads.exists()
        module.write_text("def add(x):\n    return x + 1\n")
        vine.upload_file(module)
        results = vine.get(graph, list(graph))
    assert [value for value, _ in results] == [i + 1 for i in range(CALLS)]
    loader, = loads.read_text().split()
    assert {parent for _, parent in results} == {int(loader)}
