"""Finds the `daskvine` program and the environment that it needs."""

import os
import shutil
from pathlib import Path

from daskvine.errors import DaskVineError

# The directory that holds the package `daskvine`, which workers put on the path of their hosts.
PACKAGE_ROOT = Path(__file__).resolve().parents[1]
_BUILT = "src/DaskVine.Cli/bin/Release/net10.0"
_PLACES = ("publish", "linux-x64/publish", "linux-x64", "")


def find_daskvine():
    """The path of the `daskvine` program.

    DASKVINE_PROGRAM if set, else the newest build in the checkout that holds this package, else the one on PATH.
    Raises DaskVineError that says how to get one.
    """
    named = os.environ.get("DASKVINE_PROGRAM")
    if named:
        if not os.access(named, os.X_OK):
            raise DaskVineError(f"DASKVINE_PROGRAM={named} is not a program that can be run")
        return named
    built = [path for path in _build_outputs() if path.is_file() and os.access(path, os.X_OK)]
    if built:
        return str(max(built, key=_built_at))
    installed = shutil.which("daskvine")
    if installed:
        return installed
    raise DaskVineError(
        "the program `daskvine` is not there: run `dotnet build -c Release` in the checkout of DaskVine "
        f"({_checkout() or 'this package is not in one'}), put `daskvine` on PATH, or set DASKVINE_PROGRAM"
    )


def child_environment(**more):
    """The environment of a DaskVine process: this one's, where to find .NET, and `more`."""
    environment = {**os.environ, **more}
    if "DOTNET_ROOT" not in environment:
        dotnet = shutil.which("dotnet")
        if dotnet:
            environment["DOTNET_ROOT"] = os.path.dirname(os.path.realpath(dotnet))
    return environment


def _checkout():
    root = PACKAGE_ROOT.parents[1]
    return root if (root / "DaskVine.sln").is_file() else None


def _built_at(program):
    # The program itself is a launcher that builds leave alone; what it runs is beside it.
    return max((library.stat().st_mtime for library in program.parent.glob("*.dll")), default=0.0)


def _build_outputs():
    root = _checkout()
    return [root / _BUILT / place / "daskvine" for place in _PLACES] if root else []
