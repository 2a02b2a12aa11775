"""What users ask for tasks, by `dask.annotate` or by keywords of `get`: who runs first, where, how often, with what."""

from collections.abc import Mapping
from math import isfinite
from numbers import Integral, Real

import dask
from dask.highlevelgraph import HighLevelGraph

from daskvine import records as r

try:
    from dask._expr import _AnnotationsTombstone as _Absent
except ImportError:

    class _Absent:
        """What newer Dask has in place of the annotation of a key that has none."""


_ABSENT = _Absent()

# Thousandths of more than this have no place in a record.
_MOST = 1e12
_MOST_RETRIES = 2**31 - 1


def annotations_of(dsk):
    """Key → what was asked for it, by name, as far as DaskVine knows the names; empty when nothing was.

    `dsk` is a HighLevelGraph, a collection that has one, or an expression of newer Dask; other graphs have lost them.
    """
    if not isinstance(dsk, Mapping):
        if hasattr(dsk, "__dask_annotations__"):
            return _by_key(dsk.__dask_annotations__())
        dsk = dsk.__dask_graph__()
    found = {}
    if isinstance(dsk, HighLevelGraph):
        for layer in dsk.layers.values():
            asked = {name: _of_key(value) for name, value in (layer.annotations or {}).items() if name in _FORMS}
            if asked:
                found.update(dict.fromkeys(layer, asked))
    return found


def defaults_with(keywords):
    """What holds for all tasks of a graph: what is not None in `keywords`, else what `dask.annotate` says around `get`."""
    around = dask.get_annotations() if hasattr(dask, "get_annotations") else dask.config.get("annotations", None) or {}
    defaults = {name: value for name, value in around.items() if name in _FORMS}
    defaults.update((name, value) for name, value in keywords.items() if value is not None)
    return defaults


def _by_key(values_by_name):
    found = {}
    for name in values_by_name.keys() & _FORMS.keys():
        for key, value in values_by_name[name].items():
            found.setdefault(key, {})[name] = value
    return found


def _of_key(value):
    """A function of the key where older Dask has spelt out the values of the layer's keys, as its shuffles do."""
    if isinstance(value, dict) and "__expanded_annotations__" in value:
        return lambda key: value.get(str(key), _ABSENT)
    return value


class TaskOptions:
    """Numbers what is asked for the tasks of one graph; equal wishes have one number.

    `annotations` are those of `annotations_of`; `defaults`, by name, hold for what they leave open; `is_checkpoint(key)`, if
    given, tells whether the manager is to have a task's result.
    Values may be functions of the key. Raises TypeError and ValueError that name the wish, the task and the form.
    """

    def __init__(self, annotations, defaults, is_checkpoint=None):
        self._annotations = annotations
        self._defaults = defaults
        self._is_checkpoint = is_checkpoint
        # The number of the library that runs the tasks, None for the workers' own, and the cores that each takes.
        self._where = None, 0
        # What each takes of its worker's resources unless it is told, in thousandths.
        self._resources = {}
        self._numbers = {}
        # What the manager has not been told yet: records without the graph's number.
        self._unsent = []
        for name, value in self._defaults.items():
            if not callable(value):
                _checked(name, value, "every task")

    def run_in(self, library, cores, resources):
        """Have the tasks, of which none was numbered yet, run by a library: the number of its spec.

        `cores` and `resources`, in thousandths, are those that each call takes.
        """
        self._where = library, cores
        self._resources = resources

    @property
    def are_given(self):
        """Whether there is anything but locks."""
        return bool(self._annotations or self._defaults or self._is_checkpoint) or self._where[0] is not None

    def number(self, key, locks, where=None):
        """The number of what task `key`, which holds `locks` while it runs, asks for; 0 for nothing.

        `where`, the number of a library's spec and the cores of each call, is for a task that runs elsewhere than `run_in` says.
        """
        wishes = dict(_NOTHING)
        for asked in (self._defaults, self._annotations.get(key, {})):
            for name, value in asked.items():
                if callable(value):
                    value = _asked_of(value, name, key)
                if not isinstance(value, _Absent):
                    wishes[name] = _checked(name, value, f"task {key!r}")
        checkpoint = self._is_checkpoint is not None and self._is_checkpoint(key)
        resources = {} if where else self._resources
        where = where or self._where
        if wishes == _NOTHING and not locks and not checkpoint and where[0] is None:
            return 0
        identity = (*wishes.values(), locks, checkpoint, where)
        number = self._numbers.get(identity)
        if number is None:
            number = self._numbers[identity] = len(self._numbers) + 1
            priority, retries, asked, workers, elsewhere, *_ = identity
            self._unsent.append([number, priority, retries, [*workers], elsewhere, {**resources, **dict(asked)}, [*locks], checkpoint, *where])
        return number

    def records(self, graph):
        """The TaskOptions records that are to be sent before nodes that were numbered since the last call."""
        unsent, self._unsent = self._unsent, []
        return [[r.TASK_OPTIONS, graph, *fields] for fields in unsent]


def _asked_of(function, name, key):
    try:
        return function(key)
    except Exception as error:
        error.add_note(f"raised by the function given as {name}, for task {key!r}")
        raise


def _checked(name, value, whose):
    form, check = _FORMS[name]
    try:
        return check(value)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}={value!r} is asked for {whose}, but must be {form}") from None


def _priority(value):
    return _thousandths(value)


def _retries(value):
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError
    if not 0 <= value <= _MOST_RETRIES or int(value) != value:
        raise ValueError
    return int(value)


def _resources(value):
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise TypeError
    amounts = {name: _thousandths(amount) for name, amount in value.items()}
    if any(amount < 0 for amount in amounts.values()):
        raise ValueError
    # However little it is, it is not nothing.
    return tuple(sorted((name, amount or 1) for name, amount in amounts.items() if value[name]))


def _workers(value):
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, (list, tuple, set, frozenset)) or not all(isinstance(name, str) for name in value):
        raise TypeError
    return tuple(sorted({*value}))


def _elsewhere(value):
    if not isinstance(value, bool):
        raise TypeError
    return value


def _thousandths(value):
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError
    if not isfinite(value) or abs(value) > _MOST:
        raise ValueError
    return int(value) * 1000 if isinstance(value, Integral) else round(float(value) * 1000)


# Name → (what it must be, how it is read).
_FORMS = {
    "priority": ("a number: tasks with a higher one run first", _priority),
    "retries": ("a whole number from 0: how often a task that raised is run again", _retries),
    "resources": ('a dict of names and numbers from 0, such as {"GPU": 1}', _resources),
    "workers": ("the name of a worker, or a list of names", _workers),
    "allow_other_workers": ("True or False", _elsewhere),
}
_NOTHING = {"priority": 0, "retries": 0, "resources": (), "workers": (), "allow_other_workers": False}
