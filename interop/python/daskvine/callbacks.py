"""Dask's callbacks (`dask.callbacks`, `dask.diagnostics`), called for tasks that run elsewhere."""

import threading
from contextlib import contextmanager

from dask.callbacks import Callback, normalize_callback

try:
    from dask._task_spec import DataNode, convert_legacy_graph
except ImportError:
    # Dask before 2024.12 hands its callbacks the graph as it is.
    DataNode, convert_legacy_graph = (), dict

# By module and name, so that nothing has to be imported: a posttask that does not look at the value it is given, and
# what begins a progress bar.
_BLIND_POSTTASK = ("dask.diagnostics.profile", "Profiler._posttask")
_BAR_START = ("dask.diagnostics.progress", "ProgressBar._start")

_lock = threading.Lock()


@contextmanager
def watching(callbacks=None):
    """A Watch for one graph, or None when nobody listens.

    `callbacks` are a Callback, a tuple of its five functions, or several of either; None: those that are active, which
    rest until the graph has ended, as with Dask's own schedulers: what is computed meanwhile does not call them.
    The caller sets ``watch.succeeded``.
    """
    if callbacks is not None:
        listeners, instead = _normalized(callbacks), None
    else:
        listeners, instead = _take_active()
    if not listeners:
        yield None
        return
    watch = Watch(listeners)
    try:
        yield watch
    finally:
        try:
            watch.finish()
        finally:
            if instead is not None:
                _put_back(instead)


class Watch:
    """Tells callbacks about one graph, as dask.local does; used by the thread of its `get`.

    A task's value is there for posttask when it was requested or `needs_values`, else None. `shows_progress` tells
    whether Dask's own progress bar listens.
    """

    def __init__(self, callbacks):
        self.succeeded = False
        self.needs_values = any(posttask and _origin(posttask) != _BLIND_POSTTASK for _, _, _, posttask, _ in callbacks)
        self.shows_progress = any(_origin(start) == _BAR_START for start, *_ in callbacks)
        self._callbacks = callbacks
        self._started = []
        self._dsk = None
        self._state = {}
        self._keys = []
        # Nodes of tasks that have not begun, have not ended, and whose values are to come before posttask.
        self._unbegun = set()
        self._unended = set()
        self._awaited = set()
        self._requested = {}
        # Node → value that came before the end, and node → worker of an end that came before the value.
        self._values = {}
        self._workers = {}

    @property
    def is_complete(self):
        """Whether posttask was called for every task."""
        return not self._unended

    def start(self, dsk):
        """Call `start`; returns the graph to run, which the callbacks may have changed: a copy of `dsk`."""
        self._dsk = dict(convert_legacy_graph(dsk))
        for callback in self._callbacks:
            if callback[0]:
                callback[0](self._dsk)
            self._started.append(callback)
        return self._dsk

    def plan(self, nodes, requested):
        """Call `start_state`; returns the nodes whose values are to come here.

        `nodes` are all of the graph, as `resolve` tells them; `requested` those whose values the user wants.
        """
        self._keys = [key for key, _, _ in nodes]
        tasks = {node for node, (_, _, (functions, *_)) in enumerate(nodes) if functions is not None}
        self._unbegun, self._unended = set(tasks), set(tasks)
        self._requested = {node: self._keys[node] for node in requested}
        self._awaited = tasks if self.needs_values else tasks & self._requested.keys()
        self._state.update(_first_state(nodes, tasks, self._dsk))
        self._call(1, self._dsk, self._state)
        return list(dict.fromkeys([*requested, *sorted(self._awaited)]))

    def report(self, begun, ended):
        """Tasks were given to workers, and others ended: nodes, and ``[node, worker, …]``."""
        for node in begun:
            self._begin(node)
        for node, worker, *_ in ended:
            self._begin(node)
            if node in self._awaited and node not in self._values:
                self._workers[node] = worker
            else:
                self._end(node, worker)

    def take(self, node, value):
        """A value has come. Returns it if the user requested it, else None."""
        if node in self._unended:
            self._values[node] = value
            if node in self._workers:
                self._end(node, self._workers.pop(node))
        return value if node in self._requested else None

    def finish(self):
        """Call every `finish`, even if one of them raises."""
        while self._started:
            finish = self._started.pop(0)[4]
            if finish:
                try:
                    finish(self._dsk, self._state, not self.succeeded)
                except BaseException:
                    self.finish()
                    raise

    def _begin(self, node):
        # A task that is run again, because a worker was lost, is not told twice.
        if node not in self._unbegun:
            return
        self._unbegun.remove(node)
        key = self._keys[node]
        self._state["ready"].discard(key)
        # What it waits for has ended elsewhere, though not all of it may be known here.
        self._state["waiting"].pop(key, None)
        self._state["running"].add(key)
        self._call(2, key, self._dsk, self._state)

    def _end(self, node, worker):
        if node not in self._unended:
            return
        self._unended.remove(node)
        key = self._keys[node]
        value = None
        if node in self._values:
            value = self._values.pop(node)
            if key not in self._state["released"]:
                self._state["cache"][key] = value
        _end_task(self._state, key, self._requested.values())
        self._call(3, key, value, self._dsk, self._state, worker)

    def _call(self, which, *arguments):
        for callback in self._callbacks:
            if callback[which]:
                callback[which](*arguments)


def _first_state(nodes, tasks, dsk):
    """The entries of dask.local's state before anything runs. Aliases are not among the keys; `ready` is a set here."""
    keys = [key for key, _, _ in nodes]
    dependencies = {key: {keys[i] for i in inputs} for key, inputs, _ in nodes}
    dependents = {key: set() for key in keys}
    for key, needed in dependencies.items():
        for other in needed:
            dependents[other].add(key)
    cache = {key: _literal(dsk[key]) for node, key in enumerate(keys) if node not in tasks}
    unmet = {keys[node]: dependencies[keys[node]] - cache.keys() for node in sorted(tasks)}
    return {
        "dependencies": dependencies,
        "dependents": dependents,
        "waiting": {key: missing for key, missing in unmet.items() if missing},
        "waiting_data": {key: set(users) for key, users in dependents.items() if users},
        "cache": cache,
        "ready": {key for key, missing in unmet.items() if not missing},
        "running": set(),
        "finished": set(),
        "released": set(),
    }


def _end_task(state, key, requested):
    """Update the state after a task: who may run now, and whose value nobody needs any more."""
    waiting, waiting_data = state["waiting"], state["waiting_data"]
    for user in state["dependents"][key]:
        missing = waiting.get(user)
        if missing:
            missing.discard(key)
            if not missing:
                del waiting[user]
                state["ready"].add(user)
    for needed in state["dependencies"][key]:
        users = waiting_data.get(needed, ())
        if key in users:
            users.remove(key)
            if not users and needed not in requested:
                del waiting_data[needed]
                state["released"].add(needed)
                state["cache"].pop(needed, None)
    state["finished"].add(key)
    state["running"].remove(key)


def _literal(computation):
    return computation.value if isinstance(computation, DataNode) else computation


def _origin(function):
    function = getattr(function, "__func__", function)
    return getattr(function, "__module__", None), getattr(function, "__qualname__", None)


def _normalized(callbacks):
    is_one = isinstance(callbacks, Callback) or (
        isinstance(callbacks, tuple) and len(callbacks) == 5 and all(part is None or callable(part) for part in callbacks)
    )
    return [normalize_callback(callback) for callback in ([callbacks] if is_one else callbacks)]


class _Instead(set):
    """What is active while the callbacks of `before` are a graph's; who ends meanwhile is taken out of them too."""

    def __init__(self, before):
        super().__init__()
        self.before = before

    def discard(self, callback):
        super().discard(callback)
        self.before.discard(callback)

    def remove(self, callback):
        (super() if callback in self else self.before).remove(callback)


def _take_active():
    """The active callbacks, and the empty set that is now in their place; nothing if there are none."""
    with _lock:
        if not Callback.active:
            return [], None
        instead = Callback.active = _Instead(Callback.active)
        return list(instead.before), instead


def _put_back(instead):
    """Make what was taken active again, whatever the order in which graphs of several threads end."""
    with _lock:
        # With what was registered meanwhile, in another thread.
        before = instead.before
        before |= instead
        if Callback.active is instead:
            Callback.active = before
        other = Callback.active
        while isinstance(other, _Instead):
            if other.before is instead:
                other.before = before
            other = other.before
