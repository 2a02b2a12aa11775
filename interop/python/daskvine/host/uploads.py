"""Modules and archives of modules that a client uploads, made importable in a process that runs calls."""

import importlib
import os
import sys

# Modules that the process stands on: an upload of their name is found by nobody, but must not take them away.
_KEPT = frozenset(("__main__", "daskvine", *sys.builtin_module_names))


def add(path):
    """Puts a file's modules before all others of their names, in place of any that were imported already.

    One that cannot be read is told on standard error: whoever imports from it will say the rest.
    """
    try:
        names = _names(path)
    except (OSError, ValueError) as error:
        print(f"daskvine: the upload {os.path.basename(path)} cannot be used: {error}", file=sys.stderr)
        return
    entry = os.path.dirname(path) if path.endswith(".py") else path
    sys.path[:] = [entry, *(other for other in sys.path if other != entry)]
    importlib.invalidate_caches()
    for module in list(sys.modules):
        if module.partition(".")[0] in names:
            del sys.modules[module]


def _names(path):
    """The top-level modules that a file provides."""
    if path.endswith(".py"):
        found = {os.path.basename(path)[:-len(".py")]}
    else:
        found = _names_in_archive(path)
    return found - _KEPT


def _names_in_archive(path):
    import zipfile  # not for every process that has no upload
    try:
        with zipfile.ZipFile(path) as archive:
            return {name.partition("/")[0].partition(".py")[0] for name in archive.namelist()}
    except zipfile.BadZipFile as error:
        raise ValueError(str(error)) from error
