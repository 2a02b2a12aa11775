"""What is told about a call that failed: kind, message, traceback of the user's frames, the exception if it travels."""

import os

from daskvine import values

RAISED, UNLOADABLE, UNPICKLABLE = 0, 1, 2

# Bounds of what a failure may cost the manager, in characters and bytes.
MESSAGE_LIMIT = 4_000
TRACEBACK_LIMIT = 64_000
EXCEPTION_LIMIT = 256 * 1024

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep

# Words in the reason why something cannot be pickled, and what to do then.
_ADVICE = {
    "generator' object": "return list(...) of it instead of the generator itself",
    "'coroutine' object": "return asyncio.run(...) of it instead of the coroutine itself",
    "'_io.": "return what was read from the file, or its path, instead of the open file",
    "annot pickle files": "return what was read from the file, or its path, instead of the open file",
    "'_thread.": "a lock is of use in one process only: return the data without it and make the lock where it is needed",
    "RecursionError": "it is nested too deeply: return it in a flatter form",
}


class Unloadable(Exception):
    """A function or argument that cannot be had in this process; its text is for the user."""

    def __init__(self, what, error=None):
        text = what if error is None else f"{what}: {describe(error)}"
        if isinstance(error, ModuleNotFoundError) and error.name:
            module = error.name.partition(".")[0]
            text += (f". The module {module} is not on the worker: install it there, or upload it, "
                     f'vine.upload_file("{module}.py"), or have it sent with each function that needs it, '
                     f"cloudpickle.register_pickle_by_value({module})")
        elif isinstance(error, AttributeError) and "Can't get attribute" in text:
            text += (". The worker has another version of that module: upload it, vine.upload_file(...), "
                     "or have it sent with each function, cloudpickle.register_pickle_by_value(...)")
        super().__init__(text)


class Unpicklable(Exception):
    """A result that cannot leave this process; its text is for the user."""

    def __init__(self, what, error):
        text = describe(error)
        if isinstance(error.__cause__, RecursionError):  # cloudpickle's words for it lack the name
            text += f" ({describe(error.__cause__)})"
        advice = next((f" – {advice}" for words, advice in _ADVICE.items() if words in text), "")
        super().__init__(f"{what}: {text}{advice}")


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
    """The traceback as text with its causes and notes, each from the first frame that is not the host's."""
    if error is None:
        return ""
    import traceback  # not for every process

    try:
        told = traceback.TracebackException.from_exception(error)
        parts = [told]
        for part in parts:
            while part.stack and _is_ours(part.stack[0].filename):
                del part.stack[0]
            more = (part.__cause__, part.__context__, *(getattr(part, "exceptions", None) or ()))
            parts += [other for other in more if other is not None]
        return _bounded("".join(told.format()), TRACEBACK_LIMIT)
    except BaseException as problem:
        return f"<no traceback: {type(problem).__name__}>"


def _is_ours(filename):
    # msgpack's own frames, in between when a nested call raised, bear the name of its source; cloudpickle's are there
    # when an object raised while it was pickled.
    return filename.startswith(_PACKAGE) or filename.startswith("msgpack/") or "/cloudpickle/cloudpickle" in filename


def _pickled(error):
    """The pickle of an exception, or None. Tried both ways, as many fail only when they are loaded."""
    try:
        # It is told as text; where tblib is in use, every frame of it would be pickled.
        error.__traceback__ = None
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
