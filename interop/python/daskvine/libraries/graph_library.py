"""The library that a graph asks for by keywords of `get`."""

import os
import warnings
from collections.abc import Mapping

from daskvine.libraries.preparing import prepare
from daskvine.libraries.spec import amount, context_parts, meant, megabytes, module_names
from daskvine.workflow.files import File
from daskvine.workflow.libraries import Library, name_of_function
from daskvine.workflow.submittable import amount as number

_NAME = "graph"
_RESOURCES = ("cores", "slots", "memory", "disk", "gpus")
_OLD_MODULES = ("hoisting_modules", "import_modules")
# What needs no more than a fresh process for each task, and so is there for task_mode="tasks" too.
_FOR_TASKS = ("env_vars", "extra_files", "environment")


def library_for(vine, task_mode, keywords):
    """The Library that runs a graph whose `get` had these keywords, or None: the workers' own, or fresh interpreters, will do.

    Raises TypeError, ValueError and SerializationError that name the keyword.
    """
    asked = _given(keywords)
    for old in _OLD_MODULES:
        if old in asked:
            warnings.warn(f"{old} is now called lib_modules", DeprecationWarning, stacklevel=5)
            asked.setdefault("lib_modules", asked.pop(old))
    if task_mode == "tasks":
        if "lib_context" in asked:
            raise ValueError('lib_context needs a library to set up, which task_mode="tasks" has not: "function-calls" and "forked" have')
        asked = {name: value for name, value in asked.items() if name in _FOR_TASKS}
    if not asked and task_mode != "forked":
        return None
    return _library(vine, task_mode, **asked)


def installed_for(libraries, task_mode, keywords):
    """What of a LibraryTable runs a graph whose `get` had these keywords: an Installed, or None when they name none.

    `task_mode` is that of the keywords. Raises TypeError and ValueError that name the keyword.
    """
    asked = _given(keywords)
    library = asked.pop("library", None)
    if library is None:
        return None
    if not isinstance(library, (str, Library)):
        raise TypeError(f"library={library!r}, but must be a Library that is installed, or its name")
    if task_mode not in (None, "function-calls"):
        raise ValueError(f"library={library!r} and task_mode={task_mode!r}: an installed library runs tasks as its exec mode says")
    if asked:
        raise ValueError(f"library={library!r} and {', '.join(asked)}: an installed library stays as it is, so these go without library=")
    name = library.name if isinstance(library, Library) else library
    installed = libraries.find(name)
    if isinstance(library, Library) and (installed is None or installed.library is not library):
        raise ValueError(f"library={library!r} is not installed: install_library(library) comes first")
    if installed is None:
        there = libraries.names()
        raise ValueError(f"library={name!r}{meant(name, there)} is not installed, but: {', '.join(there) or 'none'}")
    return installed


def _given(keywords):
    return {name: value for name, value in keywords.items() if value is not None and value != {}}


def _library(
    vine, task_mode, *, lib_resources=None, lib_modules=None, lib_extra_functions=None, lib_command=None, lib_context=None, env_vars=None,
    extra_files=None, environment=None,
):
    is_forked = task_mode != "function-calls"
    if lib_extra_functions:
        parts = context_parts(lib_context, "lib_context") if lib_context is not None else ()
        lib_context = prepare, (_by_name(lib_extra_functions), *parts)
    library = Library(
        _NAME, exec_mode="fork-per-call" if is_forked else "fork", context=lib_context, context_keyword="lib_context",
        modules=module_names(lib_modules, "lib_modules"), command=lib_command,
    )
    library.set_sandbox(is_forked)
    library.set_retries(vine._tuning.library_retries)
    _set_resources(library, lib_resources or {})
    for name, value in _mapping("env_vars", env_vars, "names and texts, or functions of the manager and the library").items():
        library.set_env_var(name, value(vine, library) if callable(value) else value)
    for file, name in _mapping("extra_files", extra_files, "Files and their names").items():
        library.add_input(file, name)
    if environment is not None:
        if not isinstance(environment, (str, os.PathLike, File)):
            raise TypeError(f"environment={environment!r}, but must be the path of a packed environment (.tar.gz) or a File")
        library.add_environment(vine.declare_poncho(environment, cache="worker"))
    return library


def _set_resources(library, resources):
    for name, value in _mapping("lib_resources", resources, f"numbers of {', '.join(_RESOURCES)}").items():
        if name not in _RESOURCES:
            raise ValueError(f"lib_resources has {name!r}{meant(name, _RESOURCES)}, but may have: {', '.join(_RESOURCES)}")
        check, set_it = {
            "cores": (amount, library.set_cores), "slots": (amount, library.set_function_slots), "memory": (megabytes, library.set_memory),
            "disk": (megabytes, library.set_disk), "gpus": (number, library.set_gpus),
        }[name]
        check(f"lib_resources[{name!r}]", value)
        set_it(value)


def _by_name(functions):
    return {name_of_function(function): function for function in (functions if isinstance(functions, (list, tuple, set)) else [functions])}


def _mapping(keyword, value, of):
    if value is not None and not isinstance(value, Mapping):
        raise TypeError(f"{keyword}={value!r}, but must be a dict of {of}")
    return value or {}
