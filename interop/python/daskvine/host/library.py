"""The library role: a warm process that sets up and loads what its calls need, and forks a child for each slot."""

import contextlib
import gc
import os
import select
import signal
import socket
import sys
import time

import cloudpickle  # noqa: F401  so that children have it without loading it each

from daskvine.host import output, sandbox, uploads
from daskvine.host.calls import Calls
from daskvine.host.channel import FORGET, FORK, FUNCTION, LOADED, SETUP, UPLOAD, Channel, frame
from daskvine.host.child import hello, serve, serve_one
from daskvine.host.failure import Unloadable, describe
from daskvine.host.forking import Children
from daskvine.host.functions import Functions
from daskvine.host.imports import import_ahead
from daskvine.host.lifeline import ending_with
from daskvine.host.setup import set_up
from daskvine.host.shelf import Shelf
from daskvine.versions import installed


class Library:
    """Serves one worker, in one thread: while user code runs here, forks and the reports of ends wait."""

    def __init__(self, path, parent_pipe, inline_limit, logs):
        self._path = path
        self._parent_pipe = parent_pipe
        self._inline_limit = inline_limit
        self._logs = logs
        self._spec = {}
        # Where its inputs are.
        self._directory = os.getcwd()
        self._functions = Functions()
        self._shelf = Shelf(logs)
        self._channel = Channel(path)
        self._children = Children(self._channel.send)
        self._wakeup, self._wakeup_end = socket.socketpair()
        self._wakeup.setblocking(False)
        self._wakeup_end.setblocking(False)

    def run(self):
        """Serves until the worker's pipe or socket closes, then kills the children; returns the exit code."""
        self._wait_for_signals()
        _hide_from_collections()
        self._channel.send(hello("library", 0, installed(("dask", "numpy", "pandas"))))
        poll = select.poll()
        for descriptor in (self._channel.socket, self._parent_pipe, self._wakeup):
            poll.register(descriptor, select.POLLIN)
        try:
            while self._handle({descriptor for descriptor, _ in poll.poll()}):
                pass
        except ConnectionError as error:
            print(f"daskvine: the worker is gone: {error}", file=sys.stderr)
        except _SetupFailed:
            return 1
        finally:
            self._children.kill()
        return 0

    def _wait_for_signals(self):
        """Lets the end of a child wake the poll; the handler itself has nothing to do."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda number, stack: None)
        signal.set_wakeup_fd(self._wakeup_end.fileno(), warn_on_full_buffer=False)

    def _handle(self, ready):
        """One round for the descriptors that are ready; False when the worker is gone."""
        if self._parent_pipe in ready and not os.read(self._parent_pipe, 4096):
            return False
        if self._wakeup.fileno() in ready:
            self._wakeup.recv(4096)
        if self._channel.socket.fileno() in ready:
            if not self._channel.fill():
                return False
            while (record := self._channel.take()) is not None:
                self._obey(*record)
        # In any case: user code may have kept the signal away.
        self._children.bury()
        return True

    def _obey(self, kind, *fields):
        if kind == FORK:
            self._fork(fields[0])
        elif kind == FUNCTION:
            self._load(*fields[:3])
        elif kind == FORGET:
            self._forget(fields[0])
        elif kind == UPLOAD:
            self._add(fields[0])
        elif kind == SETUP:
            self._set_up(fields[0])
        else:
            raise ValueError(f"the worker sent record kind {kind} to a library")

    @contextlib.contextmanager
    def _user_code(self):
        """Keeps this process what it has to be, whatever the user's code does to it."""
        gc.enable()
        try:
            with ending_with(self._parent_pipe):
                yield
        finally:
            # Or children would write it once more, each into its own log.
            output.flush()
            self._wait_for_signals()
            _hide_from_collections()
            self._children.expect_changes()

    def _set_up(self, data):
        with self._user_code():
            message, self._spec = set_up(data)
        self._channel.send(message)
        if self._spec is None:
            raise _SetupFailed

    def _load(self, number, name, code):
        """Loads a function, for children that are forked from now on, and tells whether they have it."""
        start = time.perf_counter_ns()
        self._functions.learn(number, name, code)
        with self._user_code():
            is_loaded = self._try_to_load(number)
        if is_loaded:
            self._functions.shelve(number, self._shelf)
        else:
            self._functions.forget([number])
        self._channel.send(frame((LOADED, number, (time.perf_counter_ns() - start) // 1000, is_loaded)))

    def _try_to_load(self, number):
        try:
            import_ahead(self._functions.load(number))
        except BaseException as error:  # SystemExit too: it costs the function only
            what = error if isinstance(error, Unloadable) else f"function number {number}: {describe(error)}"
            print(f"daskvine: left to the processes that call it: {what}", file=sys.stderr)
            return False
        return True

    def _forget(self, numbers):
        if self._functions.forget(numbers):
            # Those that refer to themselves are found by a collection only, and are hidden from it.
            gc.unfreeze()
            _hide_from_collections()

    def _add(self, path):
        """Takes an upload in, and loads anew for children that are forked from now on; what fails is left to them."""
        with self._user_code():
            if uploads.add(path):
                for number in self._functions.drop_loaded():
                    self._try_to_load(number)

    def _fork(self, slot):
        is_one_call = self._spec.get("exec") == "fork-per-call"
        self._children.fork(slot, lambda: self._serve_slot(slot, is_one_call), is_one_call and self._spec.get("sandbox"))

    def _serve_slot(self, slot, is_one_call):
        """What a child does."""
        if is_one_call and self._spec.get("sandbox"):
            sandbox.link(self._directory, self._spec.get("inputs", ()))
        log = output.Output(self._logs, f"slot-{slot}")
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
        calls = Calls(self._inline_limit, log, self._functions)
        if is_one_call:
            log.bound()
            serve_one(channel, calls)
        else:
            serve(channel, calls, log)
        output.flush()


class _SetupFailed(Exception):
    """The worker has been told."""


def _hide_from_collections():
    """A collection in a child would touch, and so copy, every page of what it shares with this process."""
    gc.collect()
    gc.disable()
    gc.freeze()
