"""What can go wrong, by name. An exception of the user's function keeps its own type."""


class DaskVineError(RuntimeError):
    """Base of every error that DaskVine itself raises."""


class ManagerUnreachable(DaskVineError, ConnectionError):
    """No manager answers at the address, or it refuses this client."""


class ManagerLost(DaskVineError, ConnectionError):
    """The manager went away while it was in use."""


class WorkersLost(DaskVineError):
    """All workers of an embedded cluster ended."""


class TaskError(DaskVineError):
    """A task failed and its own exception could not be brought back."""


class TaskDied(TaskError):
    """The process that ran a task ended: it exited, crashed or was killed."""


class LibraryError(TaskError):
    """The library that was to run a task could not be set up, ended again and again, or is not installed."""


class SerializationError(DaskVineError, TypeError):
    """A function, an argument or a result cannot be pickled."""


class ResultTooLarge(DaskVineError, MemoryError):
    """There is no memory at the client for a result."""


class FileUnavailable(DaskVineError, OSError):
    """A declared file cannot be had: nothing is there, its server does not answer, or no worker has it any more."""


class RemoteTraceback(Exception):
    """The traceback as text from the worker; the cause of a task's exception."""

    def __str__(self):
        return "\n" + self.args[0].rstrip() if self.args else ""
