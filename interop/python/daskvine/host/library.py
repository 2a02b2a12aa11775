"""The library role: a warm process that user code never runs in, which forks a child for each slot and buries it."""

import ctypes
import gc
import os
import select
import signal
import socket
import sys

import cloudpickle  # noqa: F401  so that children have it without loading it each

from daskvine.host.calls import Calls
from daskvine.host.channel import EXITED, FORK, Channel, frame
from daskvine.host.child import hello, serve
from daskvine.host.output import Output
from daskvine.versions import installed

_SET_PARENT_DEATH_SIGNAL = 1
_libc = ctypes.CDLL(None)


class Library:
    """Serves one worker. `_children` holds pid → slot of exactly the children that were not buried yet."""

    def __init__(self, path, parent_pipe, inline_limit, logs):
        self._path = path
        self._parent_pipe = parent_pipe
        self._inline_limit = inline_limit
        self._logs = logs
        self._children = {}
        self._channel = Channel(path)
        self._wakeup, self._wakeup_end = socket.socketpair()

    def run(self):
        """Serves until the worker's pipe or socket closes, then kills the children; returns the exit code."""
        self._wait_for_signals()
        # A collection in a child would touch, and so copy, every page of what it shares with the library.
        gc.collect()
        gc.disable()
        gc.freeze()
        self._channel.send(hello("library", 0, installed(("dask", "numpy", "pandas"))))
        poll = select.poll()
        for descriptor in (self._channel.socket, self._parent_pipe, self._wakeup):
            poll.register(descriptor, select.POLLIN)
        try:
            while self._handle({descriptor for descriptor, _ in poll.poll()}):
                pass
        except ConnectionError as error:
            print(f"daskvine: the worker is gone: {error}", file=sys.stderr)
        finally:
            self._kill_children()
        return 0

    def _wait_for_signals(self):
        """Lets the end of a child wake the poll; the handler itself has nothing to do."""
        self._wakeup.setblocking(False)
        self._wakeup_end.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda number, stack: None)
        signal.set_wakeup_fd(self._wakeup_end.fileno(), warn_on_full_buffer=False)

    def _handle(self, ready):
        """One round for the descriptors that are ready; False when the worker is gone."""
        if self._parent_pipe in ready and not os.read(self._parent_pipe, 4096):
            return False
        if self._wakeup.fileno() in ready:
            self._wakeup.recv(4096)
            self._bury()
        if self._channel.socket.fileno() in ready:
            if not self._channel.fill():
                return False
            while (record := self._channel.take()) is not None:
                if record[0] != FORK:
                    raise ValueError(f"the worker sent record kind {record[0]} to a library")
                self._fork(record[1])
        return True

    def _fork(self, slot):
        library = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            print(f"daskvine: no process for slot {slot}: {error}", file=sys.stderr)
            self._channel.send(frame((EXITED, slot, 0, error.errno)))
            return
        if pid == 0:
            self._become_child(slot, library)
        self._children[pid] = slot

    def _become_child(self, slot, library):
        """The whole life of a child. Never returns: what the library has on its stack is not the child's."""
        status = 1
        try:
            self._serve_slot(slot, library)
            status = 0
        except ConnectionError:
            status = 0  # the worker is gone, and so is whoever would want to know
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(status)

    def _serve_slot(self, slot, library):
        _libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != library:
            return  # it died before the signal was asked for
        output = Output(self._logs, f"slot-{slot}")
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for end in (self._channel, self._wakeup, self._wakeup_end):
            end.close()
        os.close(self._parent_pipe)
        gc.enable()
        channel = Channel(self._path)
        # A process that user code forks must not speak for this one, nor keep its socket open.
        os.register_at_fork(after_in_child=channel.close)
        channel.send(hello("child", slot))
        serve(channel, Calls(self._inline_limit, output), output)
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()

    def _bury(self):
        """Reports every child that has ended; one signal may stand for several."""
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            slot = self._children.pop(pid, None)
            if slot is None:
                continue  # a child from before this process became a library
            self._channel.send(frame((EXITED, slot, pid, os.waitstatus_to_exitcode(status))))

    def _kill_children(self):
        for pid in self._children:  # none is buried yet, so the numbers are still theirs
            os.kill(pid, signal.SIGKILL)
        for pid in self._children:
            os.waitpid(pid, 0)
        self._children.clear()
