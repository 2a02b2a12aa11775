"""DaskVine: run Dask graphs with ``scheduler=DaskVine().get``.

The names load on first use: workers import `daskvine.host` and `daskvine.values`
from this package, and neither dask nor zmq may come in with them.
"""

__version__ = "0.1.0"

_HOME_OF = {
    "DaskVine": "dask_vine",
    "Manager": "dask_vine",
    "Task": "workflow.tasks",
    "FunctionCall": "workflow.calls",
    "PythonTask": "workflow.calls",
    "Library": "workflow.libraries",
    "LibraryTask": "workflow.libraries",
    "load_variable_from_library": "host.context",
    "Result": "workflow.commands",
    "File": "workflow.files",
    "FileType": "workflow.files",
    "dotnet": "assemblies.function",
    "DaskVineError": "errors",
    "ManagerUnreachable": "errors",
    "ManagerLost": "errors",
    "WorkersLost": "errors",
    "TaskError": "errors",
    "TaskDied": "errors",
    "LibraryError": "errors",
    "SerializationError": "errors",
    "ResultTooLarge": "errors",
    "FileUnavailable": "errors",
    "RemoteTraceback": "errors",
}

__all__ = sorted(_HOME_OF)


def __getattr__(name):
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *__all__})
