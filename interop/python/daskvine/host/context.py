"""What the setup of a library left for its calls."""

# (the library's name, what its setup returned); None where no library was set up.
_library = None


def keep(library, returned):
    """Has `load_variable_from_library` read what a library's setup returned, here and in processes forked from now on."""
    global _library
    _library = library, returned


def load_variable_from_library(name):
    """In a function that runs in a library: what the dict that the library's setup returned has under `name`.

    It is made once for all calls that share the process, and calls of other processes do not see changes of it.
    Raises KeyError for a name that the dict lacks, RuntimeError outside of a library.
    """
    if _library is None:
        raise RuntimeError(f"load_variable_from_library({name!r}) was called outside of a library: it is for functions that run in a "
                           "library whose setup returns a dict")
    library, returned = _library
    if not isinstance(returned, dict):
        raise KeyError(f"library {library} has no variable {name!r}: its setup returned {type(returned).__name__}, not a dict")
    if name not in returned:
        raise KeyError(f"library {library} has no variable {name!r}, only: {', '.join(map(str, returned))}")
    return returned[name]
