"""What a library is, as it is sent ("Libraries" in src/ARCHITECTURE.md)."""

import difflib
import sys
from dataclasses import dataclass, field
from types import ModuleType

import cloudpickle
import msgpack

from daskvine.pickling import short_repr
from daskvine.errors import SerializationError

EXEC_MODES = ("fork", "fork-per-call", "direct", "spawn")
# Beside these, for functions of .NET: "threads".


@dataclass
class LibrarySpec:
    """All that makes its processes what they are: what has the same bytes is one library.

    `memory` is in bytes; 0 slots and cores are as many as a worker has. `setup` is what `setup_pickle` gives. `contents` tell one
    set of `inputs` from another. `retries` is how often a process that cannot be set up is tried again, None for the worker's default.
    """

    name: str
    exec_mode: str = "fork"
    slots: int = 0
    cores: int = 0
    memory: int = 0
    modules: list = field(default_factory=list)
    setup: bytes | None = None
    env: dict = field(default_factory=dict)
    command: str = ""
    inputs: list = field(default_factory=list)
    contents: list = field(default_factory=list)
    environment: str = ""
    sandbox: bool = False
    retries: int | None = None
    runtime: str = "python"

    @property
    def cores_per_call(self):
        """Cores that each of its calls takes."""
        return self.cores // self.slots if 0 < self.slots < self.cores else 1

    def check(self):
        """Raises ValueError when it asks for what cannot be."""
        if self.exec_mode == "direct" and self.slots > 1:
            raise ValueError(f"library {self.name} has {self.slots} function slots, but in exec mode direct one call runs at a time")
        if 0 < self.cores < self.slots:
            raise ValueError(f"library {self.name} has {self.slots} function slots on {self.cores} cores; there can be one for each core")
        if self.sandbox and self.exec_mode != "fork-per-call":
            raise ValueError(f"library {self.name} has a sandbox for each call, which is for exec mode fork-per-call, not {self.exec_mode}")

    def to_bytes(self):
        return msgpack.packb({
            "name": self.name, "exec": self.exec_mode, "slots": self.slots, "cores": self.cores, "memory": self.memory,
            "modules": self.modules, "setup": self.setup, "env": dict(sorted(self.env.items())), "command": self.command,
            "inputs": self.inputs, "environment": self.environment, "sandbox": self.sandbox, "contents": self.contents, "retries": self.retries,
            **({} if self.runtime == "python" else {"runtime": self.runtime}),
        })


def checked_exec_mode(mode):
    """The exec mode. Raises ValueError that names those that are nearest."""
    if mode not in EXEC_MODES:
        raise ValueError(f"exec_mode={mode!r}{meant(mode, EXEC_MODES)}, but must be one of: {', '.join(EXEC_MODES)}")
    return mode


def amount(what, value):
    """A whole number from 0. Raises ValueError that says `what` it is."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{what}={value!r}, but must be a whole number from 0")
    return value


def megabytes(what, value):
    """Bytes of so many MB. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 2**40:
        raise ValueError(f"{what}={value!r}, but must be a number of MB from 0")
    return round(value * (1 << 20))


def meant(name, names):
    """`` (did you mean …?)`` when `name` is like one of `names`, else nothing."""
    near = difflib.get_close_matches(str(name), names, n=2)
    return f" (did you mean {' or '.join(near)}?)" if near else ""


def module_names(hoisted, keyword):
    """The names of modules that a library is to import: those of modules, and of functions and classes theirs.

    What is defined in __main__ has no module that could be imported elsewhere; it travels with what uses it. Raises TypeError.
    """
    if hoisted is None:
        return []
    names = {}
    for item in hoisted if isinstance(hoisted, (list, tuple, set, frozenset)) else [hoisted]:
        name = item if isinstance(item, str) else item.__name__ if isinstance(item, ModuleType) else getattr(item, "__module__", None)
        if not isinstance(name, str) or not (isinstance(item, (str, ModuleType)) or callable(item)):
            raise TypeError(f"{keyword} has {short_repr(item)}, but must be modules, functions, classes or names of modules")
        if isinstance(item, (str, ModuleType)) or (name != "__main__" and name in sys.modules):
            names[name] = None
    return list(names)


def setup_pickle(context, keyword):
    """The pickle of a context ``(function, args, kwargs)``, of which the last two may be left out; None for None.

    Raises TypeError when it is not of that form, and SerializationError when it cannot be pickled.
    """
    if context is None:
        return None
    function, args, kwargs = context_parts(context, keyword)
    try:
        return cloudpickle.dumps((function, tuple(args), dict(kwargs)), protocol=5)
    except Exception as error:
        raise SerializationError(f"{keyword} cannot be pickled: {type(error).__name__}: {error}") from error


def context_parts(context, keyword):
    """``(function, args, kwargs)`` of a context. Raises TypeError when it is not of that form."""
    parts = [context] if callable(context) else context
    try:
        function, args, kwargs = [*parts, *[(), {}][len(parts) - 1:]]
        if callable(function) and isinstance(args, (list, tuple)) and isinstance(kwargs, dict):
            return function, args, kwargs
    except (TypeError, ValueError):
        pass
    raise TypeError(f"{keyword}={short_repr(context)}, but must be [function, args, kwargs]: what sets the library up, and what it is called with")
