"""Pickles of functions, and how objects are called in messages."""

import cloudpickle

from daskvine.errors import SerializationError


def pickle_function(function):
    """The pickle of `function`, by value where the worker could not import it.

    Raises SerializationError that names it.
    """
    try:
        return cloudpickle.dumps(function, protocol=5)
    except Exception as error:
        raise SerializationError(
            f"function {short_repr(function)} cannot be pickled: {type(error).__name__}: {error}{advice_on(error)}"
        ) from error


def advice_on(error):
    """What may help, to be appended to a message, or nothing."""
    if "'_thread." not in str(error):
        return ""
    return "; a lock that is not itself an argument of a task must be a dask.utils.SerializableLock, which tasks share wherever it is"


def short_repr(item, limit=200):
    """A repr of at most `limit` characters, whatever the item's own does."""
    try:
        text = repr(item)
    except Exception as error:
        text = f"<{type(item).__qualname__}, whose repr raises {type(error).__name__}>"
    return text if len(text) <= limit else text[: limit - 1] + "…"
