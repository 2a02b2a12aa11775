"""Methods of .NET in graphs of Python, run by real workers."""

import operator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import daskvine
from daskvine import DaskVine, DaskVineError, SerializationError, TaskDied, TaskError
from daskvine.assemblies.function import DotNetFunction

ASSEMBLY = Path(__file__).parents[1] / "DaskVine.LibraryHost.TestFunctions/bin/Release/net10.0/DaskVine.LibraryHost.TestFunctions.dll"


def kernel(name, **how):
    return daskvine.dotnet(ASSEMBLY, f"DaskVine.LibraryHost.TestFunctions.Kernels.{name}", **how)


@pytest.fixture(scope="module")
def vine():
    with DaskVine(workers=2, progress=False) as vine:
        yield vine


def test_method_is_called_with_numbers(vine):
    assert vine.get({"a": (kernel("Add"), 2, 3)}, "a") == 5
    assert vine.get({"a": (kernel("Half"), 3)}, "a") == 1.5


def test_values_pass_both_ways(vine):
    graph = {"x": (np.arange, 5.0), "sum": (kernel("SumOf"), "x"), "more": (operator.add, "sum", 1)}
    assert vine.get(graph, ["sum", "more"]) == (10.0, 11.0)


def test_literals_of_the_graph_are_read_by_methods(vine):
    graph = {"x": np.array([1.0, 2.5]), "other name": "x", "sum": (kernel("SumOf"), "other name")}
    assert vine.get(graph, "sum") == 3.5


def test_large_array_passes(vine):
    graph = {"x": (np.ones, 1_000_000), "sum": (kernel("SumOf"), "x")}
    assert vine.get(graph, "sum") == 1e6


def test_array_is_an_argument(vine):
    assert vine.get({"a": (kernel("SumOf"), np.array([1.5, 2.5]))}, "a") == 4.0


def test_calls_inside_of_calls_of_the_other_are_tasks_of_their_own(vine):
    graph = {"a": (operator.mul, (kernel("Half"), (operator.add, 1, 2)), 10), "b": (kernel("Half"), [][:0] or (kernel("Half"), 8))}
    assert vine.get(graph, ["a", "b"]) == (15.0, 2.0)


def test_records_are_dicts(vine):
    muon = {"Name": "mu", "Energy": 2.5}
    assert vine.get({"a": (kernel("Describe"), muon)}, "a") == "mu 2.5"
    graph = {"p": (kernel("Boost"), muon, 2.0), "b": (operator.itemgetter("Energy"), "p")}
    assert vine.get(graph, ["p", "b"]) == ({"Name": "mu", "Energy": 5.0}, 5.0)


@pytest.mark.parametrize("value", [
    None, True, 7, 2.5, "grün", b"\x00\xff", np.arange(6, dtype=np.int32), np.arange(4.0), np.array(["a", "bc"]), np.array([True, False]),
])
def test_object_comes_back_with_what_is_in_it(vine, value):
    same = kernel("Same", generic=["System.Object"])
    result = vine.get({"v": (lambda: value,), "a": (same, "v")}, "a")
    assert np.array_equal(result, value) if isinstance(value, np.ndarray) else result == value and type(result) is type(value)


def test_frame_is_a_table(vine):
    frame = pd.DataFrame({"x": [1.0, np.nan, 3.0], "name": ["a", None, "c"]})
    same = kernel("Same", generic=["DaskVine.Arrow.ArrowTable, DaskVine.Arrow"])
    result = vine.get({"f": (lambda: frame,), "a": (same, "f")}, "a")
    result = result.to_pandas() if not isinstance(result, pd.DataFrame) else result
    assert result["name"].tolist() == ["a", None, "c"] and np.array_equal(result["x"], frame["x"], equal_nan=True)


def test_text_from_methods_is_read_by_functions(vine):
    graph = {"t": (kernel("Repeat"), "ab", 3), "long": (kernel("Repeat"), "ab", 100_000), "n": (len, "t"), "m": (len, "long")}
    assert vine.get(graph, ["t", "n", "m"]) == ("ababab", 6, 200_000)


def test_exception_of_a_method_is_told_with_its_stack(vine):
    with pytest.raises(TaskError, match="InvalidOperationException: no such luck") as raised:
        vine.get({"a": (kernel("Fail"), "no such luck")}, "a")
    assert "Kernels.Fail(String message)" in str(raised.value.__cause__) and "importable" not in str(raised.value)


def test_exception_of_a_function_that_a_method_reads_is_the_functions(vine):
    with pytest.raises(ZeroDivisionError):
        vine.get({"a": (operator.truediv, 1, 0), "b": (kernel("Half"), "a")}, "b")


def test_method_that_is_not_there_is_named(vine):
    with pytest.raises(TaskError, match="Kernels has no method Missing"):
        vine.get({"a": (kernel("Missing"), 1)}, "a")


def test_type_that_is_not_there_is_named(vine):
    with pytest.raises(TaskError, match="the assembly has no type No.Such.Type"):
        vine.get({"a": (daskvine.dotnet(ASSEMBLY, "No.Such.Type.Method"), 1)}, "a")


def test_argument_that_does_not_fit_its_parameter_is_named(vine):
    with pytest.raises(TaskError, match="Kernels.Add"):
        vine.get({"a": (kernel("Add"), "one", 2)}, "a")


def test_object_of_python_is_no_argument(vine):
    with pytest.raises(SerializationError, match="task 'a': a function of .NET cannot take an argument of type object: give it numbers"):
        vine.get({"a": (kernel("Add"), object())}, "a")


def test_object_of_python_that_a_task_made_is_no_argument(vine):
    with pytest.raises(TaskError, match="has no Arrow form"):
        vine.get({"o": (object,), "a": (kernel("Same", generic=["System.Object"]), "o")}, "a")


def test_crash_of_a_method_costs_its_task_only(vine):
    graph = {("ok", i): (kernel("Add"), i, 1) for i in range(50)}
    with pytest.raises(TaskDied, match="Stack overflow"):
        vine.get({**graph, "bad": (kernel("Overflow"), 1_000_000), "all": (list, ["bad", *graph])}, "all")
    assert vine.get({**graph, "all": (sum, list(graph))}, "all") == sum(range(1, 51))


def test_method_is_no_function_of_this_process():
    with pytest.raises(DaskVineError, match=r"<.NET DaskVine.LibraryHost.TestFunctions.Kernels.Add of .*> runs at workers of DaskVine only"):
        kernel("Add")(1, 2)


def test_assembly_that_is_not_there_is_named():
    with pytest.raises(FileNotFoundError, match="there is no assembly 'Missing.dll'"):
        daskvine.dotnet("Missing.dll", "A.B.C")


@pytest.mark.parametrize("name", ["", "Method", ".Method", "Type."])
def test_name_that_names_no_method_is_refused(name):
    with pytest.raises(ValueError, match="it has to be Namespace.Type.Method"):
        daskvine.dotnet(ASSEMBLY, name)


def test_method_inside_of_an_argument_is_refused(vine):
    with pytest.raises(SerializationError, match="it can be what a task calls"):
        vine.get({"a": (map, kernel("Half"), [1.0])}, "a")


def test_calls_nested_too_deeply_are_refused_by_their_key(vine):
    deep = 1
    for _ in range(2_000):
        deep = (kernel("Half"), deep)
    with pytest.raises(RecursionError, match="task 'deep' is nested too deeply"):
        vine.get({"deep": deep}, "deep")


def test_graphs_without_methods_are_not_looked_through():
    from daskvine.assemblies.mixed import mixed

    assert DotNetFunction.are_there and mixed({"a": (operator.add, 1, 2), "b": [("x",), "a"]}) is None
