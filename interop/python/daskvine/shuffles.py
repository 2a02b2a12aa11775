"""Shuffles of dataframes and bags go by tasks.

Dask's disk shuffle appends to files that its tasks share: rows are there twice when a task ran twice, and missing for
tasks on another machine. So Dask chooses the shuffle by tasks while a DaskVine is open, and a graph with the other
kind is refused.
"""

import threading
from functools import partial
from types import FunctionType

import dask

from daskvine.errors import DaskVineError


def _config_key():
    """What this Dask calls the choice: "shuffle", later "dataframe.shuffle.method"."""
    key = "shuffle"
    while key in dask.config.deprecations:
        key = dask.config.deprecations[key]
    return key


_KEY = _config_key()
# An object of its own, which tells our choice from the same choice made by the user.
_TASKS = b"tasks".decode()

# By module and name, so that nothing has to be imported. What makes the files, and what reads them: a graph that was
# computed in part by another scheduler has only the latter.
_DISK_SHUFFLE = frozenset({
    ("dask.dataframe.shuffle", "maybe_buffered_partd"),
    ("dask.dataframe.shuffle", "collect"),
    ("dask.bag.core", "partition"),
    ("dask.bag.core", "collect"),
    # partd.Python: wraps the files of a bag, in a task that is never fused, while the two above may be.
    ("partd.encode", "Encode"),
})

# Reentrant, as the collector may close a DaskVine wherever another one is opened.
_lock = threading.RLock()
_users = set()
_choice = None


def prefer_tasks(user):
    """Let Dask shuffle by tasks until `forget` was called for every user, unless something else is configured."""
    global _choice
    with _lock:
        _users.add(user)
        if not dask.config.get(_KEY, None):
            _choice = dask.config.set({_KEY: _TASKS})


def forget(user):
    """Put Dask's configuration back after the last user, unless it was changed meanwhile. May be called twice."""
    with _lock:
        _users.discard(user)
        if not _users and dask.config.get(_KEY, None) is _TASKS:
            # The one way to remove a key that was not there.
            _choice.__exit__(None, None, None)


def refuse_disk_shuffle(function):
    """Raise DaskVineError when `function` belongs to a disk shuffle."""
    while isinstance(function, partial):
        function = function.func
    named = function if isinstance(function, (FunctionType, type)) else type(function)
    if (named.__module__, named.__qualname__) in _DISK_SHUFFLE:
        raise DaskVineError(
            f"this graph shuffles through files on disk ({named.__module__}.{named.__qualname__}), which gives wrong results "
            "when a task runs twice or on another machine. Make the collection anew while a DaskVine is open, or after "
            f'dask.config.set({{"{_KEY}": "tasks"}}), or with shuffle="tasks" (shuffle_method="tasks" for dataframes of '
            "newer Dask)"
        )
