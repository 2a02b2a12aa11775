"""Modules and archives of modules that a client uploads, made importable in a process that runs calls."""

import os
import sys

# Modules that the process stands on: an upload of their name is found by nobody, but must not take them away.
_KEPT = frozenset(("__main__", "daskvine", *sys.builtin_module_names))

# Top-level module → the path that it was uploaded to last.
_latest = {}


def add(path):
    """Puts a file's modules before all others of their names, in place of any that were imported already. True if some were.

    What this process, or the one that it was forked from, has already changes nothing. A file that cannot be read is told
    on standard error: whoever imports from it will say the rest.
    """
    try:
        names = _names(path)
    except (OSError, ValueError) as error:
        print(f"daskvine: the upload {os.path.basename(path)} cannot be used: {error}", file=sys.stderr)
        return False
    if names and all(_latest.get(name) == path for name in names):
        return False
    _latest.update(dict.fromkeys(names, path))
    entry = os.path.dirname(path) if path.endswith(".py") else path
    sys.path[:] = [entry, *(other for other in sys.path if other != entry)]
    import importlib  # not for every process that has no upload
    importlib.invalidate_caches()
    replaced = [module for module in sys.modules if module.partition(".")[0] in names]
    for module in replaced:
        del sys.modules[module]
    return bool(replaced)


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
