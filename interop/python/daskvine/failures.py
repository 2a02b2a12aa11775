"""Turns the failure of a task, as the manager reports it, into the exception that `get` raises."""

from daskvine import records as r
from daskvine import values
from daskvine.errors import RemoteTraceback, SerializationError, TaskDied, TaskError

_OWN_TYPES = {
    r.UNPICKLABLE: SerializationError,
    r.DIED: TaskDied,
    r.LOST: TaskDied,
    r.INVALID: ValueError,
}


def failure_of(record, payloads):
    """The exception for a GraphFailed record: the task's own where it came along, else one of DaskVine's.

    It names the task and the worker in a note and has the remote traceback as its cause.
    """
    _, _, _, key, worker, (kind, message, traceback, pickled, *_), *_ = record
    where = f"task {key}" + (f" on worker {worker}" if worker else "")
    exception = _original(kind, pickled if not isinstance(pickled, int) else payloads[pickled])
    if exception is None:
        exception = _OWN_TYPES.get(kind, TaskError)(f"{where}: {message}")
    else:
        exception.add_note(where)
    if traceback:
        exception.__cause__ = RemoteTraceback(traceback)
    return exception


def _original(kind, pickled):
    """The task's own exception, or None when there is none that can be raised here."""
    if pickled is None or kind not in (r.RAISED, r.UNLOADABLE):
        return None
    try:
        exception = values.decode(pickled)
    except Exception:
        # Its type may be unknown here, or its constructor unlike its arguments; the message and traceback say it all.
        return None
    if not isinstance(exception, BaseException):
        return None
    return exception if kind == r.RAISED or isinstance(exception, ImportError) else None
