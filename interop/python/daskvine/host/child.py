"""A process that runs calls: a library's child, or a task's own interpreter."""

import os
import sys
import time

from daskvine.host import uploads
from daskvine.host.calls import Calls
from daskvine.host.channel import CALL, FORGET, FUNCTION, HELLO, SETUP, UPLOAD, Channel, frame
from daskvine.host.output import Output

# Nanoseconds. Results of calls shorter than SHORT may wait for each other as long as calls are at hand that are
# expected to end before the first of them has waited for HOLD.
SHORT = 50_000
HOLD = 1_000_000


def serve(channel, calls, output):
    """Runs calls in order of arrival until the worker closes the socket, or, in a task's process, sends no more."""
    held = []
    since = 0
    while True:
        record = channel.take()
        if record is None:
            if held:
                channel.send(b"".join(held))
                held.clear()
            output.bound()
            if not channel.fill():
                return
            continue
        if record[0] == CALL:
            if held and time.perf_counter_ns() - since + calls.expect(record) > HOLD:
                channel.send(b"".join(held))
                held.clear()
            message, took = calls.run(record)
            if took >= SHORT:
                held.append(message)
                channel.send(b"".join(held))
                held.clear()
                continue
            if not held:
                since = time.perf_counter_ns()
            held.append(message)
        elif record[0] == SETUP:
            from daskvine.host.setup import set_up  # not for every process
            message, spec = set_up(record[1])
            channel.send(message)
            if spec is None:
                sys.exit(1)
        else:
            learn(calls, record)


def learn(calls, record):
    """Takes in what is not a call. Raises ValueError for any other record."""
    if record[0] == FUNCTION:
        calls.learn(record[1], record[2], record[3])
    elif record[0] == FORGET:
        calls.forget(record[1])
    elif record[0] == UPLOAD:
        if uploads.add(record[1]):
            calls.load_anew()
    else:
        raise ValueError(f"a worker sent record kind {record[0]}, which has no meaning here")


def serve_one(channel, calls):
    """Runs one call, sends its end and closes the channel. False when the worker closed it before."""
    while True:
        record = channel.take()
        if record is not None and record[0] == CALL:
            message, _ = calls.run(record)
            channel.send(message)
            channel.close()
            return True
        if record is not None:
            learn(calls, record)
        elif not channel.fill():
            return False


def run_task(path, slot, inline_limit, logs):
    """The task role: one call, whose result is sent, and the exit code."""
    output = Output(logs, f"task-{slot}")
    channel = Channel(path)
    channel.send(hello("task", slot))
    if not channel.fill():
        return 1
    # Until now the slot's logs may have been those of the task before.
    output.bound()
    return 0 if serve_one(channel, Calls(inline_limit, output)) else 1


def run_child(path, slot, inline_limit, logs):
    """The child role: a process of a library that sets itself up, then serves calls until the worker closes the socket.

    Returns the exit code.
    """
    output = Output(logs, f"slot-{slot}")
    channel = Channel(path)
    # As a forked child: what user code forks must not speak for this process.
    os.register_at_fork(after_in_child=channel.close)
    channel.send(hello("child", slot))
    serve(channel, Calls(inline_limit, output), output)
    return 0


def hello(role, slot, versions=()):
    """The first message of every process; `versions` are what it tells beside those of what it has imported."""
    versions = {**dict(versions), "python": sys.version.split()[0], "implementation": sys.implementation.name}
    for name in ("cloudpickle", "msgpack"):
        if name in sys.modules:
            versions[name] = _version(sys.modules[name])
    return frame((HELLO, role, slot, os.getpid(), versions))


def _version(module):
    """The version of one of our two packages, each of which tells it in its own way (and older ones in another)."""
    version = getattr(module, "__version__", None) or module.version
    return version if isinstance(version, str) else ".".join(map(str, version))
