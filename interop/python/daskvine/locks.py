"""Finds Dask's own locks in what is pickled, so that they can hold across workers (da.store, from_array, to_hdf …).

A `dask.utils.SerializableLock` is one lock per process that unpickles it. The manager makes it one for all: of the tasks that have
the same token, only one runs at a time.
"""

import io

import cloudpickle
from dask.utils import SerializableLock

_NAME = SerializableLock.__name__.encode()


def locks_in(pickled, item):
    """The names of the locks in `item`, whose pickle is `pickled`: a tuple, empty for nearly everything."""
    return _tokens(item) if _NAME in pickled else ()


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
