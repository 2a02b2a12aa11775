"""What Dask calls, and what becomes of it where it is pickled to: a graph inside a task runs in that task's process.

Workers import this module, so it imports neither dask nor zmq.
"""

import os
import uuid
import weakref

# Identity → DaskVine of this process.
_owned = weakref.WeakValueDictionary()


class Computing:
    """What a DaskVine and its StandIn have in common: `get` is one function, which cloudpickle tells from its object."""

    def get(
        self, dsk, keys, *, task_mode=None, callbacks=None, print_output=None, priority=None, retries=None, resources=None,
        workers=None, allow_other_workers=None, worker_transfers=True, lazy_transfers=None, checkpoint_fn=None, prune_depth=None,
        lib_resources=None, lib_modules=None, hoisting_modules=None, import_modules=None, lib_extra_functions=None, lib_command=None,
        lib_context=None, env_vars=None, extra_files=None, environment=None, library=None, discover_context=None,
        result_format=None, **ignored,
    ):
        """The values of `keys` in the graph `dsk`: Dask's scheduler interface.

        `keys` is a key or a list of such, nested at will; every list becomes a tuple.
        `callbacks` are those of `dask.callbacks`, by default the active ones. One whose posttask takes a value has the
        value of every task sent here (Dask's ProgressBar and Profiler do not); others get None for what `keys` leave out.
        `print_output` shows what tasks print (default: as this DaskVine was told).
        `priority` (higher runs first), `retries` (of a task that raised), `resources` (``{"GPU": 1}``), `workers` (names)
        and `allow_other_workers` hold for all tasks that `dask.annotate` says nothing else about; functions of a task's
        key are allowed.
        `worker_transfers` False brings every result to the manager (`lazy_transfers` is its old name); `checkpoint_fn(graph, key)`
        says of which it is to have a copy, so that they need not be made again. A result is deleted when all that read it are done,
        with `prune_depth` 2 when all that read their results are, and so on; with 0 when the graph ends.

        `task_mode` is "function-calls" (processes that keep functions loaded), "forked" (a fresh process for each task in a directory of its own,
        forked from one that is warm) or "tasks" (a fresh interpreter for each). In the first two the tasks run in a library of their own when one
        of these is given, the same one whenever they are the same: `lib_resources`,
        ``{"cores": 4, "slots": 2, "memory": MB, "gpus": 1, "disk": MB}``, shares so many cores and GPUs of a worker among so many tasks at a
        time (slots are as many as cores unless told; disk has no effect); `lib_modules` are modules to import before any task, or functions and classes of them (`hoisting_modules` and `import_modules` are old names);
        `lib_context`, ``(function, args, kwargs)``, is called once before any task, and what is in the dict that it returns tasks read with
        ``load_variable_from_library(name)``; `lib_extra_functions` are there in the same way, by their names; `lib_command` stands in front of
        the interpreter's command. `env_vars` are variables of its processes, ``{name: text, or function of the manager and the Library}``,
        `extra_files`, ``{File: name}``, are in the directory where they start, and `environment`, the path of a packed environment
        (.tar.gz) or a File, has the Python that they run. With task_mode="tasks" these three make the tasks fresh processes forked from one
        that has imported nothing, as "forked" does; what begins with ``lib_`` has no meaning there, as in TaskVine, except that
        `lib_context` is refused.
        `library`, in place of all these, is a library that `install_library` has installed, or its name: the tasks run in its processes, with its
        context, beside its calls.
        `discover_context` False has large objects, of which several tasks have the same one as an argument, sent with each of these, in
        place of once. As with Dask's threads, such an object is one for all tasks of a process: one that changes it changes it for others.

        `result_format` "arrow" has the results as Arrow tables, whatever they are: pyarrow's where that is installed, else `daskvine.arrow.Table`.

        Other keywords, which Dask passes on to its own schedulers, are ignored.

        Raises what a task raised (with the remote traceback as cause and a note that names task and worker),
        KeyError for an unknown key, RuntimeError for a cycle, TypeError for what is no graph, no key or no option,
        ValueError for an option out of range, SerializationError, TaskDied, ResultTooLarge, ManagerLost, WorkersLost.
        """
        if result_format not in (None, "python", "arrow"):
            raise ValueError(f'result_format={result_format!r}, but must be "python" or "arrow"')
        asked = {
            "priority": priority, "retries": retries, "resources": resources, "workers": workers,
            "allow_other_workers": allow_other_workers,
        }
        intermediates = {
            "worker_transfers": worker_transfers, "lazy_transfers": lazy_transfers, "checkpoint_fn": checkpoint_fn,
            "prune_depth": prune_depth,
        }
        library_asked = {
            "library": library, "lib_resources": lib_resources, "lib_modules": lib_modules, "hoisting_modules": hoisting_modules,
            "import_modules": import_modules, "lib_extra_functions": lib_extra_functions, "lib_command": lib_command, "lib_context": lib_context,
            "env_vars": env_vars, "extra_files": extra_files, "environment": environment,
        }
        results, failure = self._compute(
            dsk, keys, task_mode, callbacks, print_output, asked, intermediates, library_asked, discover_context,
            result_format == "arrow",
        )
        if failure is not None:
            # Raised here, so that its traceback has one frame that is not the user's.
            raise failure
        return results

    __call__ = get


class StandIn(Computing):
    """Takes the place of a DaskVine inside its tasks: `get` runs the graph here, with Dask's synchronous scheduler.

    So a task that computes something with the vine that runs it never waits for a free worker. What `get` is told about
    workers has no meaning here.
    """

    def __init__(self, identity):
        self._identity = identity

    def _compute(self, dsk, keys, task_mode, callbacks, print_output, asked, intermediates, library, discover_context, as_tables):
        from dask.local import get_sync

        results = get_sync(dsk, keys, callbacks=callbacks)
        return (_tables(keys, results) if as_tables else results), None

    def __reduce__(self):
        return vine_or_stand_in, (self._identity,)


def _tables(keys, results):
    from daskvine.rows import row_as_table

    if isinstance(keys, list):
        return tuple(_tables(key, result) for key, result in zip(keys, results))
    return row_as_table(results)


def give_identity(vine):
    """A name for `vine` by which `vine_or_stand_in` finds it in this process."""
    identity = f"{os.getpid()}-{uuid.uuid4().hex}"
    _owned[identity] = vine
    return identity


def vine_or_stand_in(identity):
    """The DaskVine of that identity in the process that made it, and a StandIn anywhere else."""
    is_owner = identity.startswith(f"{os.getpid()}-")
    return is_owner and _owned.get(identity) or StandIn(identity)
