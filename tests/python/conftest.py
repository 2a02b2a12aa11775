"""Makes the package of this checkout importable, here and in the processes that tests start."""

import os
import sys
from pathlib import Path

import pytest

PACKAGE = str(Path(__file__).resolve().parents[2] / "interop" / "python")

sys.path.insert(0, PACKAGE)
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [PACKAGE, os.environ.get("PYTHONPATH")]))


@pytest.fixture(scope="module")
def vine():
    """An embedded cluster of two workers, one for all tests of a file."""
    from daskvine import DaskVine

    with DaskVine(workers=2, progress=False) as vine:
        yield vine


@pytest.fixture(params=["function-calls", "tasks"])
def mode(request):
    """Each task mode in turn."""
    return request.param


@pytest.fixture
def run_dir(tmp_path_factory):
    """A directory whose path is short enough for Unix sockets."""
    return tmp_path_factory.mktemp("v")


@pytest.fixture
def host(tmp_path):
    """A running library host, driven as a worker does."""
    from host_driver import Host

    with Host(tmp_path, "library") as host:
        yield host


@pytest.fixture
def child(host):
    """A child of that host, in slot 3."""
    return host.fork(3)


@pytest.fixture
def manager(run_dir):
    """A manager made of real sockets, which runs what it is sent by itself."""
    from fake_manager import FakeManager

    with FakeManager(run_dir) as manager:
        yield manager


@pytest.fixture
def fake(manager):
    """A client of that manager."""
    from daskvine import DaskVine

    with DaskVine(manager.address, progress=False) as vine:
        yield vine


@pytest.fixture
def web(tmp_path):
    """A server of files in a directory, as an object with their `url` and `directory`, and what was `asked`."""
    from web_server import WebServer

    with WebServer(tmp_path) as server:
        yield server
