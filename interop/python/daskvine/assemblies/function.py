"""A method of .NET as a callable that a graph can have."""

import hashlib
import os

import msgpack

from daskvine.errors import DaskVineError

__all__ = ["DotNetFunction", "dotnet"]


def dotnet(assembly, method, *, generic=(), parameters=None, slots=0, setup=None):
    """A static method of .NET, ``"Namespace.Type.Method"`` of the file `assembly`, as a function for graphs.

    `generic` are the full names of the types that a generic method is made with, `parameters` those of its parameters' types, which tell
    overloads. The library of the assembly runs `slots` calls at a time at each worker (0: as many as it has cores), in one process.
    `setup` is ``"Namespace.Type.Method"`` or that and its arguments, in a tuple: it is called once in that process, and methods get what it
    returns as a parameter of that type.

    The assembly is sent with those beside it that its .deps.json names. Arguments and results are numbers, text, bytes, lists and dicts
    of these, numpy arrays and pandas frames; see README. Raises FileNotFoundError, and ValueError for a name that cannot be one.
    """
    return DotNetFunction(Assembly(assembly, slots, setup), method, tuple(generic), None if parameters is None else tuple(parameters))


class Assembly:
    """The file that methods are in, and how the process is set up that runs them. Equal ones share a process."""

    def __init__(self, path, slots, setup):
        self.path = os.path.realpath(path)
        self.slots = slots
        self.setup = (setup, ()) if isinstance(setup, str) else None if setup is None else (setup[0], tuple(setup[1:]))
        if not os.path.isfile(self.path):
            raise FileNotFoundError(f"there is no assembly {os.fspath(path)!r}: give the path of a .dll that was built")
        self.name = os.path.splitext(os.path.basename(self.path))[0]
        with open(self.path, "rb") as file:
            self.hash = hashlib.sha256(file.read()).digest()

    @property
    def identity(self):
        """What makes it another process."""
        return self.path, self.hash, self.slots, self.setup

    def reference(self, method, generic=(), parameters=None):
        """A method of it as it is sent (FunctionReference in DaskVine.Values). Raises ValueError."""
        kind, dot, name = method.rpartition(".")
        if not dot or not kind or not name:
            raise ValueError(f"{method!r} names no method of .NET: it has to be Namespace.Type.Method")
        reference = {"assembly": self.name, "hash": self.hash, "type": kind, "method": name, "generic": list(generic)}
        if parameters is not None:
            reference["parameters"] = list(parameters)
        return reference


class DotNetFunction:
    """What `dotnet` makes. It runs at workers only."""

    # Whether this process has made any: most graphs need not be looked through for them.
    are_there = False

    def __init__(self, assembly, method, generic, parameters):
        DotNetFunction.are_there = True
        self.assembly = assembly
        self.method = method
        self.code = msgpack.packb({"dotnet": assembly.reference(method, generic, parameters)})
        self.__name__ = ".".join(method.split(".")[-2:])

    def __call__(self, *args, **kwargs):
        raise DaskVineError(f"{self!r} runs at workers of DaskVine only: compute its graph with scheduler=vine.get")

    def __repr__(self):
        return f"<.NET {self.method} of {self.assembly.name}>"

    def __dask_tokenize__(self):
        return type(self).__name__, self.code, self.assembly.slots, self.assembly.setup

    def __reduce__(self):
        raise TypeError(f"{self!r} is inside of an argument or of another function, where nobody can call it: it can be what a task calls")
