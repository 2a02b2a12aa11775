"""Graphs that run in a library that was installed: what the manager is told, and what is refused."""

import pytest
from test_graph_libraries import get
from test_libraries import inc, load, specs

from daskvine import DaskVine, FunctionCall, Task
from daskvine import records as r


def options(manager):
    """``(resources, library, cores)`` of each TaskOptions."""
    return [(record[7], record[10], record[11]) for record in manager.seen if record[0] == r.TASK_OPTIONS]


@pytest.fixture
def library(fake):
    library = fake.create_library_from_functions("models", inc, library_context_info=[load, ["x"], {}])
    library.set_cores(4)
    library.set_function_slots(2)
    return library


def test_graph_runs_in_the_library_that_calls_run_in(fake, manager, library):
    fake.install_library(library)
    fake.submit(FunctionCall("models", "inc", 1))
    fake.wait(30)
    assert get(fake, library="models") == get(fake, library=library, task_mode="function-calls") == (15, 2)
    [number] = {record[1] for record in manager.seen if record[0] == r.FUNCTION and record[3] == "library models"}
    assert options(manager) == [({}, number, 2)] * 3 and len(specs(manager)) == 1


def test_graph_mode_of_the_client_gives_way_to_the_library(manager):
    with DaskVine(manager.address, progress=False, task_mode="tasks") as vine:
        vine.install_library(vine.create_library_from_functions("models", inc))
        assert get(vine, library="models") == (15, 2)
    assert [record[2] for record in manager.seen if record[0] == r.OPEN_GRAPH] == [0]


def test_inputs_of_the_library_are_the_last_of_its_tasks(fake, manager, tmp_path):
    (tmp_path / "table").write_text("1 2 3")
    library = fake.create_library_from_functions("models", inc)
    library.add_input(fake.declare_file(tmp_path / "table"), "table")
    fake.install_library(library)
    assert get(fake, library=library) == (15, 2)
    graph = manager.seen[-1][1]
    tasks = [node for record in manager.seen if record[0] == r.SUBMIT_NODES and record[1] == graph for node in record[3] if node[0] is not None]
    assert tasks and all(node[2][-1] == 0 for node in tasks) and len(specs(manager)) == 1


def test_graph_cannot_have_a_library_whose_input_is_made_by_tasks(fake, library):
    library.add_input(made := fake.declare_temp(), "made")
    task = Task("touch made")
    task.add_output(made, "made")
    fake.submit(task)
    fake.install_library(library)
    with pytest.raises(ValueError, match="a graph cannot have <Temp"):
        get(fake, library="models")


def test_library_that_is_removed_stays_for_the_graph_that_runs_in_it(fake, manager, monkeypatch):
    monkeypatch.setattr(r, "IDLE_FUNCTION_BYTES", 99_000)
    fake.install_library(fake.create_library_from_functions("models", inc, library_context_info=[load, ["x" * 100_000], {}]))
    # Asked for each task while the graph is sent.
    assert get(fake, library="models", priority=lambda key: int(fake.remove_library("models"))) == (15, 2)
    assert not fake.check_library_exists("models")
    fake.get({"a": 1}, "a")
    kinds = manager.kinds()
    assert kinds.count(r.FORGET_FUNCTIONS) == 1 and kinds.index(r.FORGET_FUNCTIONS) > kinds.index(r.SEAL_GRAPH)


@pytest.mark.parametrize(
    ("how", "error", "message"),
    [
        ({"library": "modles"}, ValueError, r"library='modles' \(did you mean models\?\) is not installed, but: models$"),
        ({"library": "zzz"}, ValueError, "library='zzz' is not installed, but: models$"),
        ({"library": 4}, TypeError, "library=4, but must be a Library that is installed, or its name"),
        ({"library": "models", "task_mode": "tasks"}, ValueError, "library='models' and task_mode='tasks': an installed library runs tasks as its"),
        ({"library": "models", "task_mode": "forked"}, ValueError, "library='models' and task_mode='forked'"),
        ({"library": "models", "lib_context": load, "lib_modules": [pytest]}, ValueError, "library='models' and lib_modules, lib_context: an installed"),
        ({"library": "models", "env_vars": {"A": "1"}}, ValueError, "library='models' and env_vars: an installed library stays as it is"),
    ],
)
def test_what_cannot_be_asked_for_beside_it_is_told(fake, library, how, error, message):
    fake.install_library(library)
    with pytest.raises(error, match=message):
        get(fake, **how)


def test_library_that_is_not_installed_is_told(fake, library):
    with pytest.raises(ValueError, match="library=<Library models: inc> is not installed: install_library"):
        get(fake, library=library)
    with pytest.raises(ValueError, match="library='models' is not installed, but: none"):
        get(fake, library="models")
    fake.install_library(fake.create_library_from_functions("models", inc))
    with pytest.raises(ValueError, match="library=<Library models: inc> is not installed"):
        get(fake, library=library)
    fake.remove_library("models")
    with pytest.raises(ValueError, match="library='models' is not installed"):
        get(fake, library="models")


def test_gpus_of_a_library_are_shared_by_its_slots(fake, manager, library):
    library.set_gpus(1)
    fake.install_library(library)
    get(fake, library="models")
    fake.submit(FunctionCall("models", "inc", 1))
    call = FunctionCall("models", "inc", 1)
    call.set_gpus(2)
    fake.submit(call)
    get(fake, lib_resources={"gpus": 2})
    get(fake, lib_resources={"gpus": 1, "slots": 3}, resources={"GPU": 1})
    assert [resources for resources, *_ in options(manager)] == [
        {"gpus": 500}, {"gpus": 500}, {"gpus": 2000}, {"gpus": 2000}, {"gpus": 333, "GPU": 1000},
    ]
    assert [spec["env"] for spec in specs(manager)] == [{"GPUS": "1"}, {"GPUS": "2"}, {"GPUS": "1"}]
