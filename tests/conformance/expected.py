"""What is known to fail, and why; README.md has the same as a table.

A test is named by its id, by its id without the parameters, or by a beginning that ends in a star.
A group holds for `both` Dasks, the `current` one, which has a task specification, or the `old` one, which is Debian's.
"""

from importlib.util import find_spec
from typing import NamedTuple

# A checkout has no version number to ask for.
_DASK = "current" if find_spec("dask._task_spec") else "old"

_DELAYED = "dask/tests/test_delayed.py::"
_BAG = "dask/bag/tests/test_bag.py::"
_TEXT = "dask/bag/tests/test_text.py::"
_ARRAY = "dask/array/tests/test_"
_FRAME = "dask/dataframe/tests/test_"


class Group(NamedTuple):
    reason: str
    tests: tuple
    # "fails": always, so that success is an error; "left out": not run, as it fails only now and then or harms others.
    verdict: str = "fails"
    dask: str = "both"


GROUPS = (
    Group(
        "wants the very object that it put in: `is`, or == of what is equal only to itself",
        (
            f"{_DELAYED}test_traverse_false",
            f"{_DELAYED}test_callable_obj",
            f"{_BAG}test_repartition_partition_size_complex_dtypes",
            f"{_BAG}test_bag_with_single_callable",
            f"{_FRAME}arithmetics_reduction.py::test_series_agg_with_min_count[9-sum]",
            f"{_FRAME}arithmetics_reduction.py::test_series_agg_with_min_count[9-prod]",
            f"{_FRAME}arithmetics_reduction.py::test_series_agg_with_min_count[9-product]",
            f"{_FRAME}extensions.py::test_register_extension_type",
        ),
    ),
    Group(
        "wants to see a variable, a lock or a memory layout of its own process change",
        (
            f"{_ARRAY}array_core.py::test_from_array_getitem[True-True]",
            f"{_ARRAY}array_core.py::test_from_array_getitem[False-True]",
            f"{_ARRAY}array_core.py::test_from_array_with_lock",
            f"{_FRAME}dataframe.py::test_categorize_info",
            "dask/dataframe/io/tests/test_io.py::test_from_map_column_projection",
        ),
    ),
    Group(
        "wants to see a variable of its own process change",
        (f"{_BAG}test_to_delayed_optimize_graph", f"{_ARRAY}array_core.py::test_store_sources_unoptimized_nocompute"),
        dask="current",
    ),
    Group(
        "wants a warning in its own process; it is given in the worker's",
        (
            f"{_BAG}test_take_npartitions_warn",
            f"{_TEXT}test_files_per_partition",
            f"{_ARRAY}reductions.py::test_array_cumreduction_axis[blelloch-None-False-cumprod]",
            f"{_ARRAY}reductions.py::test_array_cumreduction_axis[blelloch-None-False-nancumprod]",
            f"{_ARRAY}reductions.py::test_array_cumreduction_axis[blelloch-None-True-cumprod]",
            f"{_ARRAY}reductions.py::test_array_cumreduction_axis[blelloch-None-True-nancumprod]",
            f"{_ARRAY}routines.py::test_average_raises",
            f"{_ARRAY}wrap.py::test_full_detects_da_dtype",
            f"{_FRAME}dataframe.py::test_head_npartitions_warn",
            f"{_FRAME}dataframe.py::test_describe_empty",
        ),
    ),
    Group(
        "stores into an array or a dict of its own process",
        (
            f"{_ARRAY}array_core.py::test_store",
            f"{_ARRAY}array_core.py::test_store_delayed_target",
            f"{_ARRAY}array_core.py::test_store_regions",
            f"{_ARRAY}array_core.py::test_store_compute_false",
            f"{_ARRAY}array_core.py::test_store_locks",
            f"{_ARRAY}array_core.py::test_store_locks_count_calls",
        ),
    ),
    Group(
        "wants the disk shuffle, or what only that has: its files, its graph, an indexer as grouper, fewer partitions",
        (
            f"{_BAG}test_groupby_with_indexer",
            f"{_BAG}test_msgpack_unicode",
            f"{_BAG}test_groupby_with_npartitions_changed",
            f"{_BAG}test_temporary_directory",
            f"{_BAG}test_bag_groupby_none[synchronous-disk]",
            f"{_BAG}test_bag_groupby_dataclass[synchronous-disk-*",
            f"{_FRAME}shuffle.py::test_set_index_divisions_compute",
        ),
    ),
    Group("puts a generator into the graph, which cannot be pickled", (f"{_BAG}test_reductions_are_lazy",)),
    Group(
        "a task returns a generator, which cannot be pickled",
        (
            *(f"{_TEXT}test_read_text[{packed}-None-*" for packed in ("None", "zip", "bz2", "gzip", "xz")),
            f"{_TEXT}test_read_text_unicode_no_collection",
        ),
    ),
    Group(
        # Which 2022.12 fuses with what reads it.
        "a task returns a generator, which cannot be pickled",
        (f"{_BAG}test_from_delayed_iterator",),
        dask="current",
    ),
    Group("uses a ufunc made by numpy.frompyfunc, which cannot be pickled", (f"{_ARRAY}ufunc.py::test_frompyfunc",)),
    Group(
        "uses a ufunc made by numpy.frompyfunc, which cannot be pickled",
        (f"{_ARRAY}routines.py::test_argwhere_str", f"{_ARRAY}routines.py::test_count_nonzero_str"),
        dask="old",
    ),
    Group(
        "wants warnings to be errors, which Dask's configuration of pytest makes them",
        (f"{_ARRAY}reductions.py::test_nanquantile_all_nan",),
    ),
    Group(
        "cloudpickle 2.2 cannot load a NamedTuple class that was made in a function",
        (f"{_DELAYED}test_delayed_with_namedtuple",),
    ),
    Group(
        "cloudpickle 2.2 cannot load numpy.dtype[...], which Dask's sizeof has met or not, depending on earlier tests",
        (
            f"{_FRAME}shuffle.py::test_set_index_reduces_partitions_small",
            f"{_FRAME}shuffle.py::test_set_index_reduces_partitions_large",
            f"{_FRAME}shuffle.py::test_set_index_doesnt_increase_partitions",
            f"{_FRAME}shuffle.py::test_set_index_does_not_repeat_work_due_to_optimizations",
            f"{_FRAME}shuffle.py::test_shuffle_by_as_list",
        ),
        "left out",
    ),
    Group(
        "stores into a memmap of its own process and unmaps it; pytest, which shows it then, dies",
        (f"{_ARRAY}array_core.py::test_memmap",),
        "left out",
    ),
    Group(
        "puts 1 GiB into the graph, which DaskVine refuses",
        (f"{_ARRAY}routines.py::test_tensordot_more_than_26_dims",),
    ),
)


def expected(test):
    """The group that the test with this id is in, or None."""
    for group in GROUPS:
        if group.dask in ("both", _DASK) and any(_is_named(test, name) for name in group.tests):
            return group
    return None


def _is_named(test, name):
    return test.startswith(name[:-1]) if name.endswith("*") else name in (test, test.partition("[")[0])
