"""What a library imports with a function that it loads, since the function would import it when it is called."""

import functools
import os
import pathlib
import sys

import cloudpickle
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from host_driver import Host, value_of  # noqa: E402

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the host cannot import this file


# None of the modules that these import is there otherwise; `absent_module` is nowhere.
def imports_itself():
    import absent_module
    import colorsys
    return absent_module, colorsys


def imports_in_a_nested_function():
    return lambda: __import__("sys") and nested()


def nested():
    import xml.dom.minidom as dom
    from wsgiref import util
    return dom, util


class Importing:
    def __call__(self):
        return self.helper()

    @staticmethod
    def helper():
        import tabnanny
        return tabnanny


def recursive():
    import stringprep
    return recursive, stringprep


@pytest.mark.parametrize("function, modules", [
    (imports_itself, ["colorsys"]), (imports_in_a_nested_function, ["xml.dom.minidom", "wsgiref.util"]),
    (functools.partial(imports_itself), ["colorsys"]), (functools.partial(map, imports_itself), ["colorsys"]),
    (Importing(), ["tabnanny"]), (Importing, ["tabnanny"]), (recursive, ["stringprep"])],
    ids=["body", "reached", "partial", "argument", "instance", "class", "recursive"])
def test_imports_in_bodies_are_made_by_the_library(host, function, modules):
    assert host.link.load(1, function)
    child = host.fork(0)
    child.learn(2, lambda names: [name in sys.modules for name in names])
    assert value_of(child.call([2], modules)) == [True] * len(modules)


def test_import_relative_to_its_package_is_made_by_the_library(tmp_path):
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("def call():\n    from . import part\n    from .other import absent\n    return part, absent\n"
                                         "def other():\n    import package.untouched\n")
    for name in ("part", "other", "untouched"):
        (package / f"{name}.py").touch()
    with Host(tmp_path, "library", DASKVINE_SYS_PATH=os.pathsep.join([str(tmp_path), *filter(None, sys.path)])) as host:
        assert host.link.load(1, b"\x80\x04cpackage\ncall\n.")
        child = host.fork(0)
        child.learn(2, lambda: sorted(name for name in sys.modules if name.startswith("package")))
        assert value_of(child.call([2])) == ["package", "package.other", "package.part"]
