"""Finds locks among the arguments of tasks, so that they can hold across workers (da.store, from_array, to_hdf …).

A `dask.utils.SerializableLock` is one lock per process that unpickles it, and a `threading.Lock`, which da.store makes in Dask before
2024.12, cannot be pickled at all. The manager makes either one for all: of the tasks that have the same one, only one runs at a time.
"""

import io
import os
import threading

import cloudpickle
from dask.utils import SerializableLock

_NAME = SerializableLock.__name__.encode()
# What makes a fresh one, by the type of a lock that knows only this process.
MAKERS_OF_THREAD_LOCKS = {type(threading.Lock()): threading.Lock, type(threading.RLock()): threading.RLock}


def locks_in(pickled, item):
    """The names of the locks in `item`, whose pickle is `pickled`: a tuple, empty for nearly everything."""
    return _tokens(item) if _NAME in pickled else ()


def name_of_thread_lock(lock):
    """The name under which tasks share a lock of this process; its own use of the lock does not count."""
    return f"{type(lock).__qualname__}:{os.getpid()}:{id(lock)}"


def inherited(nodes):
    """The nodes that `resolve` yields, where whoever reads a literal with a lock in it holds that lock."""
    locked = {}
    for number, node in enumerate(nodes):
        key, inputs, (functions, body, locks) = node
        if functions is None:
            if locks:
                locked[number] = locks
        elif locked:
            locks = tuple(dict.fromkeys([*locks, *(lock for used in inputs for lock in locked.get(used, ()))]))
            node = key, inputs, (functions, body, locks)
        yield node


def _tokens(item):
    finder = _Finder(io.BytesIO(), protocol=5)
    finder.dump(item)
    return tuple(dict.fromkeys(f"{SerializableLock.__name__}:{token}" for token in finder.tokens))


class _Finder(cloudpickle.CloudPickler):
    """Pickles once more, noting the locks on the way."""

    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.tokens = []

    def reducer_override(self, item):
        if isinstance(item, SerializableLock):
            self.tokens.append(item.token)
        return super().reducer_override(item)
