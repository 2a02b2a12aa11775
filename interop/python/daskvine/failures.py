"""Turns what went wrong with a task into the exception that `get` raises."""

from daskvine import records as r
from daskvine import values
from daskvine.errors import LibraryError, RemoteTraceback, ResultTooLarge, SerializationError, TaskDied, TaskError

_OWN_TYPES = {
    r.UNPICKLABLE: SerializationError,
    r.DIED: TaskDied,
    r.LOST: TaskDied,
    r.INVALID: ValueError,
    r.LIBRARY: LibraryError,
}

# Of a task's key in a message, in characters.
_KEY_LIMIT = 500

# In the trace of an exception of .NET.
_DOTNET_FRAME = "\n   at "

_DEBUG = 'to debug it in this process: compute(scheduler="synchronous")'
_ADVICE = {
    r.RAISED: "The exception itself cannot be had here: its class must be importable in this process and survive pickling.",
    r.UNLOADABLE: "What its function and arguments import must be there for workers too: install it there, or send it "
    "with vine.upload_file(path).",
    r.UNPICKLABLE: "Return what can be pickled: data instead of an open file, a lock or a generator.",
    r.DIED: f"Its function, or a library that it calls, must return or raise instead; {_DEBUG}",
    r.LOST: "Where memory ran out, make its pieces smaller or start workers with fewer cores; where a library crashes, "
    f"{_DEBUG}",
}


def failure_of(record, payloads):
    """The exception for a GraphFailed record: the task's own where it came along, else one of DaskVine's.

    It names task, function and worker, says what may help, and has the remote traceback as its cause.
    """
    _, _, _, key, worker, (kind, message, traceback, pickled, *_), *rest = record
    where = _place(key, rest[0] if rest else "", worker)
    exception = _original(kind, pickled if not isinstance(pickled, int) else payloads[pickled])
    if exception is None:
        # Nobody expects an exception of .NET itself.
        advice = None if kind == r.RAISED and _DOTNET_FRAME in traceback else _ADVICE.get(kind)
        exception = _OWN_TYPES.get(kind, TaskError)(f"{where}: {message}" + (f"\n{advice}" if advice else ""))
    else:
        exception.add_note(f"{where}; {_DEBUG}" if kind == r.RAISED else f"{where}\n{_ADVICE[kind]}")
    if traceback:
        exception.__cause__ = RemoteTraceback(traceback)
    return exception


def result_too_large(key, size):
    """The exception for a result of `size` bytes for which this process has no memory."""
    return ResultTooLarge(
        f"the result of task {key!r} has {_in_words(size)}, and there is no memory for it here. "
        "Reduce it before you compute, or let tasks write it to disk (to_zarr, to_parquet, to_textfiles, …)"
    )


def undecodable(key, error):
    """The exception for a result that raised `error` when it was unpickled here."""
    return SerializationError(
        f"the result of task {key!r} cannot be unpickled here: {type(error).__name__}: {error}\n"
        "Its class must be importable in this process as it is at the worker, and survive pickling."
    )


def _place(key, function, worker):
    if not key and not worker:
        return "the graph"
    if len(key) > _KEY_LIMIT:
        key = f"{key[:_KEY_LIMIT]}… ({len(key)} characters)"
    return f"task {key}" + (f" (function {function})" if function else "") + (f" on worker {worker}" if worker else "")


def _in_words(size):
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB"):
        if size < 1024:
            break
        size /= 1024
    return f"{size:.4g} {unit}"


def _original(kind, pickled):
    """The task's own exception, or None when there is none that can be raised here."""
    if pickled is None or kind not in (r.RAISED, r.UNLOADABLE):
        return None
    try:
        exception = values.decode(pickled)
    except Exception:
        # Its type may be unknown here, or its constructor unlike its arguments; the message and traceback say it all.
        return None
    if not isinstance(exception, BaseException) or (kind != r.RAISED and not isinstance(exception, ImportError)):
        return None
    # Where tblib is in use, exceptions travel with frames, our host's among them; the remote traceback has the user's.
    return exception.with_traceback(None)
