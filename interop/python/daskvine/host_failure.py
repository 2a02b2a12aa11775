"""What is told about a call that failed: kind, message, traceback of the user's frames, the exception if it travels."""

import os
import traceback

from daskvine import values

RAISED, UNLOADABLE, UNPICKLABLE = 0, 1, 2

# Bounds of what a failure may cost the manager, in characters and bytes.
MESSAGE_LIMIT = 4_000
TRACEBACK_LIMIT = 64_000
EXCEPTION_LIMIT = 256 * 1024

_HERE = os.path.dirname(os.path.abspath(__file__))


class Unloadable(Exception):
    """A function or argument that cannot be had in this process; its text is for the user."""

    def __init__(self, what, error=None):
        text = what if error is None else f"{what}: {describe(error)}"
        if isinstance(error, ModuleNotFoundError) and error.name:
            module = error.name.partition(".")[0]
            text += (f". Install {module} on the worker, or send it by value: "
                     f"cloudpickle.register_pickle_by_value({module})")
        super().__init__(text)


class Unpicklable(Exception):
    """A result that cannot leave this process; its text is for the user."""


def failure(kind, error):
    """(kind, message, traceback, exception) as the protocol has them. `kind` holds unless error itself tells it.

    `exception` is the pickle of a raised exception, or None when it has none that loads again. Raises nothing:
    what an exception's own methods do, or a lack of memory, only costs detail.
    """
    if isinstance(error, (Unloadable, Unpicklable)):
        kind = UNLOADABLE if isinstance(error, Unloadable) else UNPICKLABLE
        return kind, _bounded(str(error), MESSAGE_LIMIT), _traceback(error.__cause__), None
    return kind, describe(error), _traceback(error), _pickled(error) if kind == RAISED else None


def describe(error):
    """"Type: text" of an exception, bounded."""
    name = type(error).__name__
    try:
        text = str(error)
    except BaseException as problem:
        text = f"<its text cannot be had: {type(problem).__name__}>"
    return _bounded(f"{name}: {text}" if text else name, MESSAGE_LIMIT)


def _traceback(error):
    """The traceback as text, from the first frame that is not the host's."""
    if error is None:
        return ""
    frames = error.__traceback__
    while frames is not None and _is_ours(frames.tb_frame.f_code.co_filename):
        frames = frames.tb_next
    try:
        return _bounded("".join(traceback.format_exception(type(error), error, frames)), TRACEBACK_LIMIT)
    except BaseException as problem:
        return f"<no traceback: {type(problem).__name__}>"


def _is_ours(filename):
    # msgpack's own frames, in between when a nested call raised, bear the name of its source.
    return os.path.dirname(filename) == _HERE or filename.startswith("msgpack/")


def _pickled(error):
    """The pickle of an exception, or None. Tried both ways, as many fail only when they are loaded."""
    try:
        data = values.dumps(error)
        if len(data) > EXCEPTION_LIMIT or type(values.decode(data)) is not type(error):
            return None
        return data
    except BaseException:
        return None


def _bounded(text, limit):
    """The text, its middle left out where it is longer than limit characters."""
    if len(text) <= limit:
        return text
    return f"{text[:limit // 2]}\n… {len(text) - limit} characters left out …\n{text[-(limit // 2):]}"
