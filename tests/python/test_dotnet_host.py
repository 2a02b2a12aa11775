"""Values between Python and .NET: what one has encoded, the other reads. The .NET side is the host that workers start."""

import os
import pathlib
import shutil
import socket
import subprocess

import msgpack
import numpy
import pandas
import pytest
from host_driver import FAILED, FORK, READY, RETURNED, SETUP, Link, ext

from daskvine import values

ROOT = pathlib.Path(__file__).resolve().parents[2]
KERNELS = "DaskVine.LibraryHost.TestFunctions"
NUMBERS = {
    "Ramp": ("System.Int32",),
    "Scale": ("System.ReadOnlyMemory`1[System.Double]", "System.Double"),
    "Transpose": ("System.Double[,]",),
    "Boost": (f"{KERNELS}.Particle", "System.Double"),
    "Echo": ("System.Object",),
    "Rows": ("DaskVine.Arrow.ArrowTable",),
    "Repeat": ("System.String", "System.Int32"),
}


class DotnetHost:
    """A host that is set up, and its slot 0."""

    def __init__(self, directory):
        self.directory = str(directory)
        built, = ROOT.glob("workers/DaskVine.LibraryHost/bin/Release/net*/*/DaskVine.LibraryHost")
        functions, = ROOT.glob(f"tests/{KERNELS}/bin/Release/net*/{KERNELS}.dll")
        shutil.copy(functions, directory)
        path = os.path.join(self.directory, "s")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen()
        self._process = subprocess.Popen([built, "library", path], stdin=subprocess.PIPE, cwd=self.directory)
        self._library = Link(self._listener.accept()[0])
        spec = {"name": "kernels", "runtime": "dotnet", "exec": "threads", "inputs": [f"{KERNELS}.dll"]}
        self._library.send([SETUP, msgpack.packb(spec)])
        assert self._library.receive()[::2] == [READY, None]
        for number, (method, parameters) in enumerate(NUMBERS.items()):
            code = {"assembly": KERNELS, "hash": b"", "type": f"{KERNELS}.Kernels", "method": method, "generic": [], "parameters": parameters}
            assert self._library.load(number, msgpack.packb({"dotnet": code}))
        self._library.send([FORK, 0])
        self._slot = Link(self._listener.accept()[0])

    def call(self, method, *arguments, inputs=()):
        """The record that tells the end of a call; what is in inputs comes first among its arguments."""
        references = [ext(1, index) for index in range(len(inputs))]
        output = os.path.join(self.directory, "out")
        return self._slot.call([list(NUMBERS).index(method)], *references, *arguments, inputs=[bytes(value) for value in inputs], output=output)

    def result(self, method, *arguments, inputs=()):
        record = self.call(method, *arguments, inputs=[values.encode(value, True) for value in inputs])
        assert record[0] == RETURNED, record
        return values.load_file(os.path.join(self.directory, "out")) if record[4] is None else values.decode(record[4])

    def close(self):
        self._process.stdin.close()
        self._process.wait(30)
        for link in (self._library, self._slot):
            link.socket.close()
        self._listener.close()


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    started = DotnetHost(tmp_path_factory.mktemp("dotnet"))
    yield started
    started.close()


def test_small_and_large_arrays_come_as_numpys(host):
    for count in (3, 10_000):
        ramp = host.result("Ramp", count)
        assert type(ramp) is numpy.ndarray and ramp.dtype == float
        assert ramp.tolist() == list(range(count))


def test_array_of_numpy_is_memory_in_dotnet(host):
    assert host.result("Scale", 0.5, inputs=[numpy.arange(4.0)]).tolist() == [0, 0.5, 1, 1.5]


@pytest.mark.parametrize("order", ["C", "F"])
def test_matrix_is_an_array_of_two_dimensions(host, order):
    matrix = numpy.asarray([[1.0, 2, 3], [4, 5, 6]], order=order)
    assert host.result("Transpose", inputs=[matrix]).tolist() == matrix.T.tolist()


def test_record_of_dotnet_is_a_dictionary(host):
    assert host.result("Boost", {"Name": "e", "Energy": 0.5}, 2) == {"Name": "e", "Energy": 1.0}


@pytest.mark.parametrize("value", [
    None, True, -5, 2**63, 1.5, float("inf"), "é", b"\x00", [1, [2.5, "x"]], {"a": [1, None]}, {"a": {"b": "c" * 5000}},
    [1.5] * 100, ["a", "b"] * 50])
def test_values_without_arrays_are_the_same_there_and_back(host, value):
    back = host.result("Echo", inputs=[value])
    assert (back.tolist() if isinstance(back, numpy.ndarray) else back) == value


@pytest.mark.parametrize("array", [
    numpy.arange(3, dtype="<i2"), numpy.array([True, False]), numpy.zeros((2, 0)), numpy.arange(24.0).reshape(2, 3, 4), numpy.array([], "u1")])
def test_arrays_are_the_same_there_and_back(host, array):
    back = host.result("Echo", inputs=[array])
    assert back.dtype == array.dtype and back.shape == array.shape and (back == array).all()


def test_dictionary_of_arrays_holds_arrays_there(host):
    back = host.result("Echo", inputs=[{"x": numpy.arange(3.0), "n": 1}])
    assert list(back["x"]) == [0, 1, 2] and back["n"] == 1


def test_frame_is_a_table(host):
    assert host.result("Rows", inputs=[pandas.DataFrame({"x": [1.5, 2.5], "name": ["a", "b"]})]) == 2


def test_pickle_is_explained(host):
    record = host.call("Echo", inputs=[values.encode(object())])
    assert record[0] == FAILED and "has no Arrow form, which .NET cannot read" in record[4]
