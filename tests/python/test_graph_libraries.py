"""Keywords of `get` that have a graph run in a library of its own: what the manager is told."""

import math
import pickle

import numpy as np
import pytest
from test_libraries import inc, load, pack, specs

from daskvine import records as r

GRAPH = {"a": (inc, 1), "b": (inc, "a"), "c": (sum, ["a", "b", "d"]), "d": 10}


def get(vine, **how):
    return vine.get(GRAPH, ["c", "a"], **how)


def nodes(manager):
    """``[functions, inputs, options]`` of each node of the last graph, and the number of the first."""
    chunks = [record for record in manager.seen if record[0] == r.SUBMIT_NODES and record[1] == manager.seen[-1][1]]
    return [[functions, inputs, options] for chunk in chunks for functions, _, inputs, _, options, _ in chunk[3]], chunks[0][2]


def test_graph_without_these_keywords_has_no_library(fake, manager):
    assert get(fake) == get(fake, lib_resources={}, env_vars={}, extra_files={}, lib_modules=None) == (15, 2)
    assert get(fake, task_mode="tasks", lib_resources={"cores": 4}, lib_modules=[np], lib_command="nice") == (15, 2)
    assert not specs(manager) and r.TASK_OPTIONS not in manager.kinds()
    assert [record[2] for record in manager.seen if record[0] == r.OPEN_GRAPH] == [0, 0, 1]


def test_library_of_a_graph_is_told_as_it_was_asked_for(fake, manager):
    def inside(manager, library):
        return f"{manager is fake} {library.name}"

    assert get(
        fake, lib_resources={"cores": 4, "slots": 2, "memory": 100, "disk": 5}, lib_modules=[math, "json"], lib_command="nice",
        lib_context=(load, ["x"], {"scale": 2}), env_vars={"A": "1", "B": inside},
    ) == (15, 2)
    [spec] = specs(manager)
    assert {**spec, "setup": None} == {
        "name": "graph", "exec": "fork", "slots": 2, "cores": 4, "memory": 100 << 20, "modules": ["math", "json"], "setup": None,
        "env": {"A": "1", "B": "True graph"}, "command": "nice", "inputs": [], "environment": "", "sandbox": False, "contents": [],
        "retries": None,
    }
    [options] = [record for record in manager.seen if record[0] == r.TASK_OPTIONS]
    library = next(record[1] for record in manager.seen if record[0] == r.FUNCTION and record[3] == "library graph")
    assert options[3:] == [0, 0, [], False, {}, [], False, library, 2]
    sent, first = nodes(manager)
    # A literal is no task.
    assert first == 0 and sorted(options for functions, _, options in sent) == [0, 1, 1, 1]
    assert all((functions is None) == (options == 0) for functions, _, options in sent)


def test_same_library_is_sent_once_for_all_graphs(fake, manager):
    for _ in range(3):
        get(fake, lib_context=(load, ["x"]), lib_resources={"slots": 1})
    get(fake, lib_context=(load, ["y"]), lib_resources={"slots": 1})
    assert len(specs(manager)) == 2


def test_annotations_hold_in_a_library_too(fake, manager):
    get(fake, lib_resources={"cores": 2}, priority=lambda key: 5 if key == "a" else 0)
    asked = sorted(record[3:] for record in manager.seen if record[0] == r.TASK_OPTIONS)
    assert [options[0] for options in asked] == [0, 5000] and asked[0][7] == asked[1][7] is not None


def test_slots_are_as_many_as_cores(fake, manager):
    get(fake, lib_resources={"cores": 3})
    assert (specs(manager)[0]["slots"], specs(manager)[0]["cores"]) == (3, 3)


def test_extra_functions_are_variables_of_the_library(fake, manager):
    get(fake, lib_extra_functions=[inc], lib_context=(load, ["x"]))
    function, args, kwargs = pickle.loads(specs(manager)[0]["setup"])
    variables = function(*args, **kwargs)
    assert variables["inc"](1) == 2 and variables["model"] == "x"


def test_old_names_of_modules_are_deprecated(fake, manager):
    for name in ("hoisting_modules", "import_modules"):
        with pytest.warns(DeprecationWarning, match=f"{name} is now called lib_modules") as warned:
            get(fake, **{name: [math]})
        assert warned[0].filename == __file__
    assert [spec["modules"] for spec in specs(manager)] == [["math"]]


@pytest.mark.parametrize("how", [{"task_mode": "forked"}, {"task_mode": "tasks", "env_vars": {"A": "1"}}])
def test_forked_tasks_have_fresh_processes_and_sandboxes(fake, manager, how):
    assert get(fake, **how) == (15, 2)
    [spec] = specs(manager)
    assert (spec["exec"], spec["sandbox"], spec["env"]) == ("fork-per-call", True, how.get("env_vars", {}))
    assert [record[2] for record in manager.seen if record[0] == r.OPEN_GRAPH] == [0]


def test_files_are_the_first_nodes_and_the_last_inputs(fake, manager, tmp_path):
    (tmp_path / "table").write_text("1 2")
    files = {fake.declare_file(tmp_path / "table"): "table", fake.declare_buffer("x"): "sub/x"}
    package = pack(tmp_path)
    for _ in range(2):
        assert get(fake, extra_files=files, environment=package) == (15, 2)
    assert len(specs(manager)) == 1
    spec = specs(manager)[0]
    assert spec["inputs"] == ["table", "sub/x", "environment"] and spec["environment"] == "environment" and all(spec["contents"])
    sent, first = nodes(manager)
    declared = [record for record in manager.seen if record[0] == r.SUBMIT_FILES and record[1] == manager.seen[-1][1]]
    commands = [record for record in manager.seen if record[0] == r.SUBMIT_COMMAND and record[1] == manager.seen[-1][1]]
    assert first == len(declared) + len(commands) == 5 and [record[2] for record in declared] == [0, 1, 2, 3]
    # The archive comes before what is unpacked from it.
    assert (commands[0][2], commands[0][4], commands[0][5], commands[0][8]) == (4, [2], [3], True)
    mounted = [0, 1, 3]
    by_function = {tuple(inputs) for functions, inputs, _ in sent if functions is not None}
    assert all(list(inputs[-3:]) == mounted for inputs in by_function)
    assert {inputs[:-3] for inputs in by_function} == {(), (first,), (first, first + 1, first + 2)}
    seal = [record for record in manager.seen if record[0] == r.SEAL_GRAPH][-1]
    assert seal[2] == first + len(sent) and sorted(seal[3]) == [first, first + 3]


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"lib_resources": {"slot": 1}}, ValueError, r"lib_resources has 'slot' \(did you mean slots\?\), but may have: cores, slots, memory, disk, gpus"),
        ({"lib_resources": {"slots": -1}}, ValueError, r"lib_resources\['slots'\]=-1, but must be a whole number from 0"),
        ({"lib_resources": {"memory": "1G"}}, ValueError, r"lib_resources\['memory'\]='1G', but must be a number of MB from 0"),
        ({"lib_resources": {"slots": 4, "cores": 2}}, ValueError, "library graph has 4 function slots on 2 cores"),
        ({"lib_resources": 4}, TypeError, "lib_resources=4, but must be a dict of numbers of cores, slots"),
        ({"lib_resources": {"gpus": -1}}, ValueError, r"lib_resources\['gpus'\]=-1, but must be a number from 0"),
        ({"lib_modules": [4]}, TypeError, "lib_modules has 4, but must be modules"),
        ({"lib_context": 4}, TypeError, r"lib_context=4, but must be \[function, args, kwargs\]"),
        ({"lib_context": load, "task_mode": "tasks"}, ValueError, 'lib_context needs a library to set up, which task_mode="tasks" has not'),
        ({"lib_extra_functions": [4]}, ValueError, "4 is no function with a __name__"),
        ({"env_vars": {"A=": "1"}}, ValueError, "'A=' cannot be the name of an environment variable"),
        ({"env_vars": "A"}, TypeError, "env_vars='A', but must be a dict of names and texts"),
        ({"extra_files": {"path": "x"}}, TypeError, "'path' is not a File, which declare_file and the like return"),
        ({"environment": 4}, TypeError, "environment=4, but must be the path of a packed environment"),
        ({"task_mode": "threads"}, ValueError, "task_mode is 'threads', but must be one of: 'function-calls', 'tasks', 'forked'"),
    ],
)
def test_what_cannot_be_asked_for_is_told(fake, how, error, message):
    with pytest.raises(error, match=message):
        get(fake, **how)


def test_files_that_are_not_there_are_told(fake, tmp_path):
    with pytest.raises(ValueError, match=f"the graph cannot have <LocalFile {tmp_path}/no>: it is not there"):
        get(fake, extra_files={fake.declare_file(tmp_path / "no"): "no"})
    with pytest.raises(ValueError, match="the graph cannot have <MiniTaskFile content>: it is not there"):
        get(fake, environment=tmp_path / "no.tar.gz")
    with pytest.raises(ValueError, match="a graph cannot have <Temp .*>: it was undeclared, or is made by tasks that are submitted"):
        get(fake, extra_files={fake.declare_temp(): "x"})
    assert get(fake) == (15, 2)
