"""A DaskVine inside its own tasks: every one of them has a result, however few workers there are."""

import pickle
import subprocess
import sys

import cloudpickle
import dask
import pytest
from dask.callbacks import Callback

from daskvine import DaskVine


@pytest.fixture(scope="module")
def vine():
    with DaskVine(workers=1, progress=False) as vine:
        yield vine


def total(items, scheduler):
    return sum(dask.compute(*[dask.delayed(abs)(-item) for item in items], scheduler=scheduler))


@pytest.mark.parametrize("mode", ["function-calls", "tasks"])
def test_compute_inside_a_task_runs_where_the_task_is(vine, mode):
    get = vine.get
    by_closure = dask.delayed(lambda items: total(items, get) + total(items, vine.get))([1, 2, 3])
    by_argument = dask.delayed(total)([4, 5, 6], vine)
    deeper = dask.delayed(lambda: dask.delayed(total)([7, 8], vine.get).compute(scheduler=vine))()
    assert dask.compute(by_closure, by_argument, deeper, scheduler=vine.get, task_mode=mode) == (12, 15, 15)


def test_get_inside_a_task_takes_what_the_outer_one_takes(vine):
    def inner():
        dsk = {"x": 1, "y": (abs, "x")}
        seen = []
        keywords = {"task_mode": "tasks", "priority": 1, "num_workers": 3, "print_output": True}
        values = vine.get(dsk, ["y", ["x"]], callbacks=[Callback(pretask=lambda key, *_: seen.append(key))._callback], **keywords)
        return values, seen

    assert vine.get({"x": (inner,)}, "x") == ((1, (1,)), ["y"])


@pytest.mark.parametrize("dumps", [pickle.dumps, cloudpickle.dumps])
def test_pickled_and_back_in_its_process_it_is_the_same(vine, dumps):
    assert pickle.loads(dumps(vine)) is vine
    assert pickle.loads(dumps(vine.get)) == vine.get


def test_returned_by_a_task_it_is_the_same_again(vine):
    assert vine.get({"x": (lambda: [vine],)}, "x")[0] is vine


def test_what_tasks_need_of_it_brings_neither_dask_nor_zmq(vine):
    program = (
        "import pickle, sys\n"
        "stand_in, get = pickle.loads(sys.stdin.buffer.read())\n"
        "assert stand_in.get == get\n"
        "assert not {'dask', 'zmq'} & {*sys.modules}\n"
        "assert get({'x': 1}, 'x', retries=3) == 1\n"
    )
    subprocess.run([sys.executable, "-c", program], input=cloudpickle.dumps((vine, vine.get)), check=True)


def test_in_a_forked_child_it_becomes_one_that_runs_there(vine):
    import multiprocessing

    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(total, ([1, 2], vine.get)) == 3
