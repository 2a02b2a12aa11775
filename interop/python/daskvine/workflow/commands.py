"""What is sent about a shell command, and what comes back ("Commands" in src/ARCHITECTURE.md)."""

from dataclasses import dataclass, field
from enum import IntEnum

import msgpack

INPUT_SYMLINK, INPUT_HELD = 1, 2
OUTPUT_ON_FAILURE, OUTPUT_ON_SUCCESS, OUTPUT_WATCHED = 1, 2, 4


class Result(IntEnum):
    """What became of a task. A command that ended by itself is a SUCCESS, whatever its exit code.

    It equals its number and also its text, as in ``task.result == "input missing"``. They are met when

    - INPUT_MISSING, OUTPUT_MISSING: a file could not be had, or was not made.
    - STDOUT_MISSING: it ran, and its standard output cannot be read or kept. One that was only cut off is not missing.
    - SIGNAL, MAX_END_TIME, MAX_WALL_TIME, CANCELLED: what they say.
    - RESOURCE_EXHAUSTION, SANDBOX_EXHAUSTION: it took more memory, or disk, than it asked for.
    - RMONITOR_ERROR: it ran, and what it took of that could not be measured.
    - OUTPUT_TRANSFER_ERROR: an output was made, and could not be stored at the worker or here.
    - FIXED_LOCATION_MISSING: an input is `strict_input`, and no worker that can run the task holds it.
    - FORSAKEN: it was given up with no fault of its own: its workers died, or could not start it.
    - MAX_RETRIES: the same, for a task with `retries`: its workers died once more than that. TaskVine never gives it.
    - LIBRARY_EXIT: the library that was to run a function call could not be set up, or ended again and again.
    - MISSING_LIBRARY: a function call names a library that was not installed when it was submitted.
    - UNKNOWN: nobody knows.

    A function that raised is a SUCCESS with exit code 1. One that cannot be loaded at the worker is INPUT_MISSING, one whose result cannot be
    pickled OUTPUT_MISSING, one whose process ended SIGNAL.
    """

    SUCCESS = 0
    INPUT_MISSING = 1
    OUTPUT_MISSING = 2
    STDOUT_MISSING = 4
    SIGNAL = 8
    RESOURCE_EXHAUSTION = 16
    MAX_END_TIME = 24
    UNKNOWN = 32
    FORSAKEN = 40
    MAX_RETRIES = 48
    MAX_WALL_TIME = 56
    RMONITOR_ERROR = 64
    OUTPUT_TRANSFER_ERROR = 72
    FIXED_LOCATION_MISSING = 80
    CANCELLED = 88
    LIBRARY_EXIT = 96
    SANDBOX_EXHAUSTION = 104
    MISSING_LIBRARY = 112

    def __str__(self):
        return self.name.lower().replace("_", " ")

    def __eq__(self, other):
        return str(self) == other if isinstance(other, str) else int(self) == other

    __hash__ = IntEnum.__hash__


@dataclass
class Report:
    """How a command ended. Times are in µs since 1970, `sizes` those of its outputs in bytes, None for one that is not there."""

    result: Result
    reason: str = ""
    exit_code: int = -1
    output: bytes = b""
    started: int = 0
    ended: int = 0
    sizes: list = field(default_factory=list)
    measured: dict = field(default_factory=dict)


def body_of(command, *, inputs, outputs, env, cores, wall_ms, end_ms, memory, disk, stdout):
    """The body of a command; `inputs` and `outputs` are ``(name in the sandbox, flags)``. What is None is not asked for."""
    limits = {"cores": cores, "wall_ms": wall_ms, "end_ms": end_ms, "memory": memory, "disk": disk, "stdout": stdout}
    body = {"command": command, "inputs": inputs, "outputs": outputs, "env": env}
    return msgpack.packb({**body, **{name: limit for name, limit in limits.items() if limit is not None}})


def read_report(data):
    """The Report in the value of a command's node."""
    fields = msgpack.unpackb(data)
    try:
        result = Result(fields["result"])
    except ValueError:
        result = Result.UNKNOWN
    return Report(
        result, fields.get("reason", ""), fields.get("exit_code", -1), fields.get("output", b""), fields.get("started", 0),
        fields.get("ended", 0), fields.get("outputs", []), fields.get("measured", {}),
    )
