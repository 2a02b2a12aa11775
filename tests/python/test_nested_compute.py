"""Tasks that themselves compute Dask collections: in their own process, without threads or processes of theirs."""

import os
import pathlib
import sys
import threading

import cloudpickle
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from host_driver import PACKAGES, Host, value_of  # noqa: E402

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the host cannot import this file


def where(*_):
    """The process and thread that run this."""
    return os.getpid(), threading.get_ident()


def of_delayed():
    import dask
    return dask.delayed(where)().compute(), dask.delayed(lambda: dask.delayed(where)().compute())().compute()


def of_bag():
    import dask.bag
    return tuple(dask.bag.from_sequence([0, 1], npartitions=2).map(where).compute())


def of_array():
    import dask.array
    import numpy
    found = []
    dask.array.ones(4, chunks=2).map_blocks(lambda block: found.append(where()) or block, meta=numpy.ones(0)).compute()
    return tuple(found)


def of_dataframe():
    import dask.dataframe
    import pandas
    frame = dask.dataframe.from_pandas(pandas.DataFrame({"x": range(4)}), npartitions=2)
    return tuple(frame.map_partitions(lambda part: pandas.Series([where()]), meta=("w", object)).compute())


@pytest.mark.parametrize("compute", [of_delayed, of_bag, of_array, of_dataframe])
@pytest.mark.parametrize("role", ["child", "task"])
def test_collection_computed_by_a_task_runs_in_its_thread(tmp_path, monkeypatch, role, compute):
    pytest.importorskip(compute.__name__.replace("of_", "dask."))
    monkeypatch.delenv("DASK_SCHEDULER", raising=False)
    with Host(tmp_path, *(["library"] if role == "child" else ["task", "0"]), PYTHONPATH=packages()) as host:
        link = host.fork(0) if role == "child" else host.link
        link.learn(1, lambda: (where(), compute()))
        here, found = value_of(link.call([1]))
        assert len(found) >= 2 and set(found) == {here}


def test_scheduler_that_the_user_asks_for_is_left_alone(tmp_path):
    with Host(tmp_path, "library", DASK_SCHEDULER="threads", PYTHONPATH=packages()) as host:
        child = host.fork(0)
        child.learn(1, lambda: (where(), of_bag()))
        here, found = value_of(child.call([1]))
        assert here not in found


def packages():
    """Our package, and what this process's PYTHONPATH has: another Dask, say."""
    return os.pathsep.join([PACKAGES, os.environ.get("PYTHONPATH", "")])
