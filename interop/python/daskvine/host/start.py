"""What must come before user code can be found, and the roles' beginnings. Neither dask nor zmq."""

import _signal  # the module signal takes 3 ms more
import _thread
import faulthandler
import os
import resource
import sys

USAGE = "usage: python3 -m daskvine.host library SOCKET | child SOCKET SLOT | task SOCKET SLOT"
DEFAULT_INLINE_LIMIT = 4096
# Each nested call takes 40 KiB of C's stack to decode, and Python's own limit is at some 480 of them.
STACK_BYTES = 64 << 20


def main(arguments, users_bytecode):
    """Runs the role that arguments name; returns the exit code, or ends the process by itself.

    `users_bytecode` is what holds for modules that are not DaskVine's own: (sys.dont_write_bytecode, sys.pycache_prefix).
    """
    own_bytecode = _exchange_bytecode(users_bytecode)
    _use_path_of_user()
    # A terminal's Ctrl-C reaches the whole process group; what it means is the worker's decision.
    _signal.signal(_signal.SIGINT, _signal.SIG_IGN)
    parent_pipe = _take_standard_input()
    _write_output_by_line()
    _tell_of_crashes()
    _let_stack_grow()
    # A task that computes a Dask collection is one of many beside each other: threads of its own would only be in the way.
    os.environ.setdefault("DASK_SCHEDULER", "sync")
    limit = int(os.environ.get("DASKVINE_INLINE_LIMIT", DEFAULT_INLINE_LIMIT))
    logs = os.environ.get("DASKVINE_LOGS")
    # Imported here, since msgpack and cloudpickle are to come from the path of the user.
    if len(arguments) == 2 and arguments[0] == "library":
        from daskvine.host.library import Library
        _leave_after(lambda: Library(arguments[1], parent_pipe, limit, logs).run())
    if len(arguments) == 3 and arguments[0] in ("task", "child"):
        run_task, run_child = _import_roles(own_bytecode)
        if arguments[0] == "task":
            _end_with(parent_pipe)
            return run_task(arguments[1], int(arguments[2]), limit, logs)
        from daskvine.host.lifeline import end_with
        end_with(parent_pipe)
        _leave_after(lambda: run_child(arguments[1], int(arguments[2]), limit, logs))
    print(USAGE, file=sys.stderr)
    return 2


def _import_roles(own_bytecode):
    import _pickle  # noqa: F401  all that is not DaskVine's own and comes along below

    import msgpack  # noqa: F401
    users_bytecode = _exchange_bytecode(own_bytecode)
    from daskvine.host.child import run_child, run_task
    _exchange_bytecode(users_bytecode)
    return run_task, run_child


def _exchange_bytecode(wanted):
    """Sets (sys.dont_write_bytecode, sys.pycache_prefix); returns what they were."""
    before = sys.dont_write_bytecode, sys.pycache_prefix
    sys.dont_write_bytecode, sys.pycache_prefix = wanted
    return before


def _use_path_of_user():
    """Makes sys.path what DASKVINE_SYS_PATH says; without it, only drops the current directory that -m put first."""
    wanted = os.environ.get("DASKVINE_SYS_PATH")
    if wanted is not None:
        sys.path[:] = wanted.split(os.pathsep)
    elif not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
        del sys.path[0]
    foreign = os.environ.get("DASKVINE_FOREIGN_PATH")
    if foreign:
        sys.path += [entry for entry in foreign.split(os.pathsep) if entry not in sys.path and _is_users(entry)]


def _is_users(entry):
    """Whether a directory on another Python's path has modules of the user's, not that Python's own and what is installed for it."""
    own = os.path.basename(entry) in ("site-packages", "dist-packages", "lib-dynload") or entry.endswith(".zip")
    return not own and not os.path.exists(os.path.join(entry, "os.py"))


def _take_standard_input():
    """Moves the pipe from the worker to a descriptor that user code does not see; standard input becomes empty."""
    pipe = os.dup(0)  # closed on exec
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return pipe


def _write_output_by_line():
    """Lets what user code prints appear in time, without a flush after each call."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.reconfigure(line_buffering=True)


def _tell_of_crashes():
    """Lets a segmentation fault write the Python stack to what is standard error then, in children too."""
    if sys.stderr is not None:
        faulthandler.enable()


def _let_stack_grow():
    """Makes Python's recursion limit what ends a deep recursion, not a crash. The main thread's stack grows as it is used."""
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    wanted = STACK_BYTES if hard == resource.RLIM_INFINITY else min(STACK_BYTES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_STACK, (wanted, hard))


def _end_with(parent_pipe):
    """Ends this process when its parent does. A death signal would be that of the parent's thread, hence a pipe."""
    def wait():
        while os.read(parent_pipe, 4096):
            pass
        os._exit(1)

    # Not one of the module threading, whose frames would be in the way where a crash is told.
    _thread.start_new_thread(wait, ())


def _leave_after(run):
    """Ends this process with the exit code that `run` returns, without waiting for threads that a setup may have left in it."""
    code = 1
    try:
        code = run()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        from daskvine.host.output import flush
        flush()
        os._exit(code)
