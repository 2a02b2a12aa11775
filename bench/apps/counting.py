"""What happens in the processes of a cluster, told by lines that they append to one file.

A line is ``KIND PID BEGAN ENDED``, the last two in seconds of a clock that all processes of a machine share. Nothing is told where
`VARIABLE` is not set.
"""

import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

VARIABLE = "DASKVINE_BENCH_COUNTS"


class Line(NamedTuple):
    """What one process did; `began` and `ended` are equal where only the moment counts."""

    kind: str
    process: int
    began: float
    ended: float


def note(kind, began=None):
    """Leave a line; `kind` is one word, `began` of `time.perf_counter`."""
    path = os.environ.get(VARIABLE)
    if path:
        ended = time.perf_counter()
        # One short write to the end of a file is never mixed with another one.
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(file, f"{kind} {os.getpid()} {began or ended:.6f} {ended:.6f}\n".encode())
        os.close(file)


@contextmanager
def spent(kind):
    """Leave a line for the block."""
    began = time.perf_counter()
    yield
    note(kind, began)


def begin(path):
    """Have processes that are started from now on tell in the file `path`, and their interpreters too."""
    os.environ[VARIABLE] = str(path)
    starts = str(Path(__file__).with_name("starts"))
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [starts, os.environ.get("PYTHONPATH")]))


class Told:
    """The lines of a file."""

    def __init__(self, path):
        lines = Path(path).read_text(encoding="ascii").splitlines() if os.path.exists(path) else []
        split = (line.split() for line in lines)
        self._lines = [Line(kind, int(process), float(began), float(ended)) for kind, process, began, ended in split]

    def count(self, kind):
        """How many lines there are of a kind."""
        return sum(line.kind == kind for line in self._lines)

    def inside(self, kinds):
        """Seconds of each line of these kinds."""
        return [line.ended - line.began for line in self._lines if line.kind in kinds]

    def tasks(self, kinds):
        """Seconds of each line of these kinds, from the start of its interpreter where that is its own and did nothing before."""
        starts = {line.process: line.began for line in self._lines if line.kind == "interpreter"}
        return [line.ended - starts.pop(line.process, line.began) for line in self._lines if line.kind in kinds]

    def span(self, kind):
        """Seconds from the beginning of the first line of a kind to the end of the last."""
        lines = [line for line in self._lines if line.kind == kind]
        return max(line.ended for line in lines) - min(line.began for line in lines)
