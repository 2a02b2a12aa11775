"""The pipe from the parent: at its end of file this process ends, even while it is in the midst of user code."""

import contextlib
import fcntl
import os
import select
import signal


def end_with(pipe):
    """From now on the kernel kills this process when the other end of the pipe is closed.

    A thread that waits would need the interpreter's lock, which C code may keep, and threads and forks do not go together;
    a death signal would be that of the parent's thread. Nothing is ever written into the pipe.
    """
    fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(pipe, fcntl.F_SETSIG, signal.SIGKILL)
    _notify(pipe, True)
    poll = select.poll()
    poll.register(pipe, 0)
    if poll.poll(0):  # it was closed before
        os.kill(os.getpid(), signal.SIGKILL)


@contextlib.contextmanager
def ending_with(pipe):
    """The same for a while only, in a process that watches the pipe by itself otherwise."""
    end_with(pipe)
    try:
        yield
    finally:
        _notify(pipe, False)


def _notify(pipe, wanted):
    flags = fcntl.fcntl(pipe, fcntl.F_GETFL)
    fcntl.fcntl(pipe, fcntl.F_SETFL, flags | os.O_ASYNC if wanted else flags & ~os.O_ASYNC)
