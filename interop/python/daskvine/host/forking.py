"""The children of a library: forked, told from each other, buried, killed."""

import ctypes
import errno
import gc
import os
import signal
import sys
import time

from daskvine.host import sandbox
from daskvine.host.channel import EXITED, frame

_SET_PARENT_DEATH_SIGNAL = 1
# Seconds that a thread which was told to end may take to leave the kernel's list.
_ENDING = 0.25
_libc = ctypes.CDLL(None)


class Children:
    """`_slots` holds pid → (slot, directory to be removed or None) of exactly the children that were not buried yet."""

    def __init__(self, send):
        """`send` takes the messages to the worker that tell of ends."""
        self._send = send
        self._slots = {}
        self._threads_told = 0
        self._is_changed = False

    def expect_changes(self):
        """User code has run in this process: it may have left threads, and much memory that is free again."""
        self._is_changed = True

    def fork(self, slot, live, with_sandbox):
        """Forks a child for a slot, whose whole life is `live()`; `with_sandbox` gives it a directory."""
        library = os.getpid()
        directory = None
        # What came since the last time is to stay shared too.
        gc.freeze()
        if self._is_changed:
            _libc.malloc_trim(0)
        try:
            if with_sandbox:
                directory = sandbox.make(slot)
            pid = os.fork()
        except OSError as error:
            print(f"daskvine: no process for slot {slot}: {error}", file=sys.stderr)
            if directory is not None:
                sandbox.remove(directory)
            self._send(frame((EXITED, slot, 0, error.errno or errno.EIO)))
            return
        if pid == 0:
            _become_child(library, live, directory)
        self._slots[pid] = slot, directory
        if self._is_changed:
            self._is_changed = False
            self._tell_of_threads()

    def bury(self):
        """Reports every child that has ended; one signal may stand for several. Processes of user code are not waited for."""
        for pid in list(self._slots):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                slot, directory = self._slots.pop(pid)
                # Before it is told: whoever hears of it finds the directory gone.
                if directory is not None:
                    sandbox.remove(directory)
                self._send(frame((EXITED, slot, pid, os.waitstatus_to_exitcode(status))))

    def kill(self):
        for pid in self._slots:  # none is buried yet, so the numbers are still theirs
            os.kill(pid, signal.SIGKILL)
        for pid, (_, directory) in self._slots.items():
            os.waitpid(pid, 0)
            if directory is not None:
                sandbox.remove(directory)
        self._slots.clear()

    def _tell_of_threads(self):
        """Says so when other threads run here: children lack them, and have the locks that they hold.

        Asked behind a fork, since those that are stopped for it, as OpenBLAS's, do no harm.
        """
        end = time.monotonic() + _ENDING
        while (others := len(os.listdir("/proc/self/task")) - 1) > self._threads_told:
            if time.monotonic() < end:
                time.sleep(0.001)
                continue
            self._threads_told = others
            print(f"daskvine: user code has left {others} thread{'s' * (others > 1)} running in the library's process. The processes that "
                  "are forked from it for calls lack them, and a call that needs them may wait for ever; "
                  'exec_mode="spawn" sets up each process by itself', file=sys.stderr, flush=True)


def _become_child(library, live, directory):
    """The whole life of a child. Never returns: what the library has on its stack is not the child's."""
    status = 1
    try:
        _libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() == library:  # or it died before the signal was asked for
            _draw_other_numbers()
            if directory is not None:
                sandbox.enter(directory)
            live()
        status = 0
    except ConnectionError:
        status = 0  # the worker is gone, and so is whoever would want to know
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)


def _draw_other_numbers():
    """Python's own random numbers differ in each forked process; so do NumPy's then."""
    if (random := sys.modules.get("numpy.random")) is not None:
        random.seed()
