"""Makes a process a library's: imports what its spec names, and calls its setup ("Libraries" in src/ARCHITECTURE.md)."""

import _pickle as pickle  # the module pickle takes 6 ms more
import contextlib
import importlib
import time

import msgpack

from daskvine.host import context
from daskvine.host.channel import READY, frame
from daskvine.host.failure import UNLOADABLE, Unloadable, failure


def set_up(data):
    """Sets this process up by the bytes of a spec; returns the message that tells its end, and the spec or None if it failed.

    Raises nothing but the SystemExit of the user's code, which ends the process.
    """
    start = time.perf_counter_ns()
    spec = msgpack.unpackb(data)
    failed = None
    try:
        _run(spec)
    except Unloadable as error:
        _, message, traceback, _ = failure(UNLOADABLE, error)
        failed = message, traceback
    took = time.perf_counter_ns() - start
    return frame((READY, took // 1000, failed)), None if failed else spec


def _run(spec):
    name = spec["name"]
    for module in spec.get("modules", ()):
        with _blamed_on(f"library {name}: the module {module}, which it is to have, cannot be imported"):
            importlib.import_module(module)
    returned = {}
    if spec.get("setup") is not None:
        with _blamed_on(f"library {name}: its setup cannot be unpickled"):
            function, arguments, keywords = pickle.loads(spec["setup"])
        with _blamed_on(f"library {name}: its setup {_name_of(function)} raised"):
            returned = function(*arguments, **(keywords or {}))
    context.keep(name, returned)


@contextlib.contextmanager
def _blamed_on(what):
    try:
        yield
    except SystemExit:
        raise
    except BaseException as error:
        raise Unloadable(what, error) from error


def _name_of(function):
    return getattr(function, "__name__", None) or type(function).__name__
