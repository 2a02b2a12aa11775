"""Puts Ctrl-C off while a message is half sent or half read: without it the rest of the link is worth nothing.

Python runs the handlers of signals in the main thread, between any two steps of it; other threads need none of this.
"""

import signal
import threading
from contextlib import contextmanager

# Those whose handlers are known to raise, and then only if they are Python's.
_SIGNALS = (signal.SIGINT, signal.SIGALRM, signal.SIGTERM)

# Of the main thread, within `deferred`: (signal → its handler, signal → frame of what came meanwhile).
_state = None


@contextmanager
def deferred():
    """What signals come meanwhile are handled at the end, or within `allowed`."""
    global _state
    if _state is not None or threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers, pending = {}, {}
    try:
        for number in _SIGNALS:
            handler = signal.getsignal(number)
            if callable(handler):
                handlers[number] = handler
                signal.signal(number, pending.setdefault)
        _state = handlers, pending
        yield
    finally:
        _state = None
        for number, handler in handlers.items():
            signal.signal(number, handler)
        _handle(handlers, pending)


@contextmanager
def allowed(wakeup=-1):
    """Within `deferred`: signals are handled as if they were not deferred, those first that have come already.

    Something is written to the descriptor `wakeup` when one comes: a signal just before a poll would not end it otherwise.
    """
    if _state is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers, pending = _state
    before = signal.set_wakeup_fd(wakeup, warn_on_full_buffer=False)
    try:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        _handle(handlers, pending)
        yield
    finally:
        try:
            for number in handlers:
                # It may be another now: a handler may well put a sterner one in its place.
                handlers[number] = signal.signal(number, pending.setdefault)
        finally:
            # Also when a signal comes right here: the descriptor may be another file's soon.
            signal.set_wakeup_fd(before)


def _handle(handlers, pending):
    while pending:
        number, frame = pending.popitem()
        if callable(handlers[number]):
            handlers[number](number, frame)
