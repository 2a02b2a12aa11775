"""What Dask's collections do with a scheduler, by value."""

import dask
import dask.array as da
import dask.bag as db
import numpy as np
import pytest
from dask.utils import SerializableLock


def inc(x):
    return x + 1


@pytest.fixture
def collections():
    """Two arrays beside each other: where they are apart, newer Dask returns the results in another order."""
    array = da.arange(40, chunks=10)
    bag = db.from_sequence(range(20), npartitions=4).map(inc)
    return array.sum(), array.reshape(8, 5).mean(axis=0), bag.sum(), dask.delayed(inc)(41)


def check(results):
    total, means, *numbers = results
    assert [int(total), *numbers] == [780, 210, 42]
    np.testing.assert_allclose(means, np.arange(40).reshape(8, 5).mean(axis=0))


@pytest.mark.parametrize("optimize_graph", [True, False])
def test_compute_of_several_collections_at_once(vine, collections, optimize_graph):
    check(dask.compute(*collections, scheduler=vine.get, optimize_graph=optimize_graph))


def test_compute_finds_collections_in_containers(vine, collections):
    found, = dask.compute({"a": [collections[0]], "b": (collections[3], 3)}, scheduler=vine.get)
    assert found == {"a": [780], "b": (42, 3)}


@pytest.mark.parametrize("how", ["get", "vine"])
def test_scheduler_from_the_configuration(vine, collections, how):
    with dask.config.set(scheduler=vine.get if how == "get" else vine):
        check(dask.compute(*collections))
        assert collections[3].compute() == 42


def test_persist_keeps_values_and_only_the_rest_is_computed(vine, tmp_path):
    def count(block):
        with open(tmp_path / "runs", "a") as file:
            file.write("x")
        return block + 1

    array = da.arange(40, chunks=10).map_blocks(count, dtype=int, meta=np.array((), dtype=int))
    kept, = dask.persist(array, scheduler=vine.get)
    assert kept.chunks == array.chunks
    for _ in range(2):
        assert kept.sum().compute(scheduler=vine.get) == 820
    assert (tmp_path / "runs").read_text() == "xxxx"


def test_persist_of_bags_and_delayed(vine):
    bag, number = dask.persist(db.from_sequence([3, 1, 2], npartitions=2).map(inc), dask.delayed(inc)(1), scheduler=vine.get)
    assert bag.compute(scheduler=vine.get) == [4, 2, 3]
    assert number.compute(scheduler=vine.get) == 2


def test_optimized_collections_compute_the_same(vine, collections):
    # One by one: of a mixture, Dask 2022.12 cannot rebuild a bag's item.
    check(dask.compute(*(dask.optimize(collection)[0] for collection in collections), scheduler=vine.get))


class ArrayFile:
    """An array on disk that every process opens for itself."""

    def __init__(self, path, shape):
        self._path = path
        np.save(path, np.zeros(shape))

    def __setitem__(self, where, block):
        np.load(self._path, mmap_mode="r+")[where] = block


@pytest.mark.parametrize("lock", [False, SerializableLock()])
def test_array_store_writes_through_workers(vine, tmp_path, lock):
    target = ArrayFile(str(tmp_path / "target.npy"), (6, 4))
    da.store(da.ones((6, 4), chunks=(2, 4)) * 2.5, target, lock=lock, scheduler=vine.get)
    assert (np.load(tmp_path / "target.npy") == 2.5).all()


def test_dataframe_methods_match_pandas(vine):
    pd = pytest.importorskip("pandas")
    dd = pytest.importorskip("dask.dataframe")
    frame = pd.DataFrame({"k": np.arange(100) % 4, "v": np.arange(100.0)})
    lazy = dd.from_pandas(frame, npartitions=5)
    with dask.config.set(scheduler=vine.get):
        pd.testing.assert_frame_equal(lazy.persist().compute(), frame)
        assert len(lazy) == 100
        assert lazy.v.max().compute() == 99
        pd.testing.assert_frame_equal(lazy.nlargest(3, "v").compute(), frame.nlargest(3, "v"))


def test_visualize_draws_the_graph(collections, tmp_path):
    dask.visualize(*collections, filename=str(tmp_path / "graph"), format="svg")
    assert "<svg" in (tmp_path / "graph.svg").read_text()
