"""The front: `DaskVine`, whose `get` is a Dask scheduler."""

import os
import reprlib
import weakref
from collections.abc import Mapping

from daskvine import movements, nested, shuffles
from daskvine.annotations import TaskOptions, annotations_of, defaults_with
from daskvine.callbacks import watching
from daskvine.cluster import Cluster
from daskvine.connection import Connection
from daskvine.workflow.declaring import Declaring
from daskvine.door import Door
from daskvine.assemblies.library import DotNetLibrary
from daskvine.assemblies.mixed import mixed
from daskvine.errors import DaskVineError
from daskvine.workflow.file_table import FileTable
from daskvine.graph import as_dict, flatten_keys, nest_results
from daskvine.intermediates import Intermediates
from daskvine.interning import Interning
from daskvine.keys import keys_for, named_directory
from daskvine.libraries.graph_library import installed_for, library_for
from daskvine.libraries.graph_run import GraphLibraries
from daskvine.notices import Notices
from daskvine.progress import showing
from daskvine.run import MODES, GraphRun
from daskvine.workflow.calling import Calling
from daskvine.workflow.commanding import Commanding
from daskvine.workflow.installing import Installing
from daskvine.workflow.library_table import LibraryTable
from daskvine.workflow.session import Session
from daskvine.workflow.submissions import TaskBoard
from daskvine.workflow.submitting import Submitting
from daskvine.tune import Parameters, Tuning
from daskvine.uploads import upload_record


class DaskVine(nested.Computing, Declaring, Installing, Submitting, Tuning):
    """A manager to run Dask graphs on: ``x.compute(scheduler=vine.get)``.

    ``DaskVine()`` starts a manager and `workers` local workers (one per core by default) of `cores` cores each.
    ``DaskVine("ipc:///path")`` and ``DaskVine("tcp://host:port")`` attach to a manager that is running.
    ``DaskVine(port=…, name=…)`` starts a manager that listens on ``tcp://127.0.0.1:port`` (0: any free port), can
    be found by `name`, and gets local workers only when `workers` says so; a bare number is a port as well.

    `keys` is the directory of keys that ``daskvine keys DIR`` has made, or an export of it; the environment's
    DASKVINE_KEYS counts where the manager is at a TCP address. With keys links are encrypted, and a manager that is started
    with `port` or `name` listens on all addresses of this machine: workers elsewhere come to ``tcp://THIS-HOST:port``.

    `task_mode` is "function-calls" (functions stay loaded), "forked" (a fresh process each) or "tasks" (a fresh interpreter each).
    `discover_context`: whether large objects that several tasks have as an argument are sent once (see `get`).
    `progress`: None shows a bar on a terminal and in a notebook, True always shows something, False never.
    `print_output`: whether what tasks print, log and warn appears here when they end.
    What it started ends with `close()`, at the end of the `with` block, or with this process.
    Raises ManagerUnreachable, ValueError, and DaskVineError when the program is not there.

    It may be used inside tasks (``x.compute(scheduler=vine.get)``): pickled, it becomes an object whose `get` runs the
    graph where it is, so that no task waits for another's worker. Back in this process it is the same DaskVine again.
    """

    def __init__(
        self, address=None, *, workers=None, cores=1, port=None, name=None, task_mode="function-calls", progress=None,
        print_output=False, keys=None, discover_context=True,
    ):
        if isinstance(address, int):
            address, port = None, address
        _check_mode(task_mode)
        _check_arguments(address, workers, cores, port, name)
        self._task_mode = task_mode
        self._progress = progress
        self._print_output = print_output
        self._discovers = discover_context
        self._notices = Notices()
        self._cluster = None
        if address is None:
            listens = port is not None or name is not None
            cluster_keys = named_directory(keys, listens)
            self._cluster = Cluster(
                workers=workers if workers is not None else 0 if listens else _core_count() // cores or 1,
                cores=cores,
                listen=f"tcp://{'*' if cluster_keys else '127.0.0.1'}:{port or 0}" if listens else None,
                name=name,
                keys=cluster_keys,
            )
        try:
            self._connection = self._connect(address, keys)
        except BaseException:
            if self._cluster:
                self._cluster.close()
            raise
        self._owner = os.getpid()
        self._capacity = len(self.worker_pids) * cores
        self._tuning = Parameters()
        self._session = Session(self._connection)
        self._files = FileTable(self._session, self._tuning, is_remote=not self._door.is_near)
        self._libraries = LibraryTable(self._connection, self._session, self._files)
        calling = Calling(self._connection, self._session, self._libraries, discovers=discover_context)
        self._tasks = TaskBoard(self._session, self._files, calling, Commanding(self._session, self._files, self._tuning))
        self._identity = nested.give_identity(self)
        self._close = weakref.finalize(self, _close, self._connection, self._cluster, self._files)
        shuffles.prefer_tasks(self._connection)
        _opened.add(self)

    @property
    def address(self):
        """Where the manager listens: what `DaskVine(address)` and `daskvine worker` take."""
        return self._door.address

    @property
    def port(self):
        """The TCP port of the manager's door, or None when it listens on a Unix socket."""
        return int(self.address.rpartition(":")[2]) if self.address.startswith("tcp:") else None

    @property
    def name(self):
        """The name of the manager."""
        return self._door.name

    @property
    def manager_pid(self):
        """The process id of the manager that this object started, or None."""
        return self._cluster.manager.pid if self._cluster else None

    @property
    def worker_pids(self):
        """The process ids of the workers that this object started, in the order of their names."""
        return [worker.pid for worker in self._cluster.workers] if self._cluster else []

    @property
    def notices(self):
        """What the manager last had to say, by code: ``{"waiting-for-workers": text}``."""
        return dict(self._notices.texts)

    def movements(self):
        """What was moved between the processes of this cluster since its manager started, as `daskvine.movements.Movements`."""
        return movements.ask(self._connection)

    def upload_file(self, path):
        """Send a module (.py) or an archive of modules (.zip, .egg, .whl) to all workers, also to those that come later.

        Tasks of graphs that are computed from now on can import it. A file of the same name takes the place of the one
        that was sent before. Raises OSError when it cannot be read and ValueError when it is of another kind or larger
        than 256 MiB.
        """
        self._check_usable()
        record = upload_record(path)
        self._connection.post(record, [(record, 3)])
        self._connection.flush()

    def close(self):
        """End the connection and everything that this object started. May be called twice."""
        self._close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def __repr__(self):
        state = "" if self._close.alive else " closed"
        return f"<DaskVine {self.address} workers={len(self.worker_pids)}{state}>"

    def __reduce__(self):
        return nested.vine_or_stand_in, (self._identity,)

    def _compute(self, dsk, keys, task_mode, callbacks, print_output, asked, intermediates, library_asked, discover_context, as_tables):
        self._check_usable()
        with self._libraries.using(lambda: installed_for(self._libraries, task_mode, library_asked)) as installed:
            task_mode = "function-calls" if installed else task_mode or self._task_mode
            _check_mode(task_mode)
            library = installed.library if installed else library_for(self, task_mode, library_asked)
            number = installed and installed.number
            discovers = self._discovers if discover_context is None else discover_context
            return self._run(dsk, keys, task_mode, callbacks, print_output, asked, intermediates, library, number, discovers, as_tables)

    def _run(self, dsk, keys, task_mode, callbacks, print_output, asked, intermediates, library, number, discovers, as_tables):
        _check_graph(dsk)
        intermediates = Intermediates(**intermediates)
        wanted = _flat(keys)
        if not wanted:
            return nest_results(keys, {}), None
        annotations, dsk = annotations_of(dsk), as_dict(dsk)
        options = TaskOptions(annotations, defaults_with(asked), intermediates.checkpoints(dsk))
        interning = Interning(self._connection)
        libraries, neutral = None, frozenset()
        parts = mixed(dsk)
        if parts:
            dsk, neutral = parts.graph, frozenset(parts.neutral)
        if parts or library:
            dotnet = {identity: self._dotnet_library(each) for identity, each in parts.assemblies.items()} if parts else None
            libraries = GraphLibraries(
                self._connection, interning, options, self._files, library=library, number=number, dotnet=dotnet)
        print_output = self._print_output if print_output is None else print_output
        self._notices.forget_waiting()
        with watching(callbacks) as watch:
            # One bar is enough, unless ours was asked for.
            with showing(False if watch and watch.shows_progress and not self._progress else self._progress) as progress:
                if watch:
                    dsk = watch.start(dsk)
                run = GraphRun(
                    self._connection, dsk, wanted, task_mode, options, intermediates, interning=interning, libraries=libraries,
                    neutral=neutral, discovers=discovers, progress=progress, watch=watch, print_output=print_output,
                    as_tables=as_tables,
                )
                results = run.execute()
                if watch:
                    watch.succeeded = run.failure is None
        return (None if run.failure else nest_results(keys, results)), run.failure

    def _dotnet_library(self, assembly):
        return DotNetLibrary(assembly, lambda path: self.declare_file(path, cache="worker"))

    def _check_usable(self):
        if not self._close.alive:
            raise DaskVineError("this DaskVine was closed")
        if os.getpid() != self._owner:
            raise DaskVineError("a DaskVine cannot be used in a forked child of the process that made it")

    def _forget_after_fork(self):
        if self._close.alive:
            self._connection.forget_after_fork()
            if self._cluster:
                self._cluster.forget_after_fork()

    def _connect(self, address, keys):
        cluster = self._cluster
        self._door = cluster.open_door() if cluster else Door(address)
        try:
            link_keys = keys_for(self._door, keys)
        except BaseException:
            self._door.close()
            raise
        return Connection(
            self._door,
            watched=cluster.watched() if cluster else None,
            on_lost=cluster.how_manager_ended if cluster else lambda: f"it was at {address}",
            on_notice=self._notices.hear,
            keys=link_keys,
        )


# As TaskVine's programs call it.
Manager = DaskVine


def _close(connection, cluster, files):
    shuffles.forget(connection)
    connection.close()
    files.unlink_all()
    if cluster:
        cluster.close()


def _check_mode(task_mode):
    if task_mode not in MODES:
        raise ValueError(f"task_mode is {task_mode!r}, but must be one of: {', '.join(map(repr, MODES))}")


def _check_graph(dsk):
    if not isinstance(dsk, Mapping) and not hasattr(dsk, "__dask_graph__"):
        raise TypeError(
            "a graph is a dict of keys and computations, a HighLevelGraph or a Dask collection, "
            f"not {type(dsk).__qualname__}: {reprlib.repr(dsk)}"
        )


def _flat(keys):
    try:
        return flatten_keys(keys)
    except TypeError as error:
        raise TypeError(f"{reprlib.repr(keys)} is neither a key of a graph nor a list of keys: {error}") from None


def _check_arguments(address, workers, cores, port, name):
    if address is not None and (workers is not None or port is not None or name is not None):
        raise ValueError("an address is for attaching to a manager that runs; workers, port and name are for a new one")
    if cores < 1 or (workers is not None and workers < 0):
        raise ValueError(f"workers={workers!r}, cores={cores!r}: there is nothing to run on")
    if port is not None and not 0 <= port <= 65535:
        raise ValueError(f"port={port!r} is not a TCP port")


def _core_count():
    return len(os.sched_getaffinity(0))


# Every open DaskVine; a forked child closes its copies of their pipes, or nothing would end with this process.
_opened = weakref.WeakSet()


def _forget_after_fork():
    for vine in _opened:
        vine._forget_after_fork()


os.register_at_fork(after_in_child=_forget_after_fork)
