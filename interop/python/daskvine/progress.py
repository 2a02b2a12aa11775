"""Shows how far a graph is, on standard error; loads rich only when there is something to show."""

import sys
import time

_LINE_EVERY_SECONDS = 1.0


def make_progress(wanted):
    """A progress display, or None.

    `wanted` None: a bar when standard error is a terminal; True: always, as plain lines where it is none;
    False: never. A display has ``update(done, running, total)`` and ``close()``.
    """
    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    if wanted is False or not (wanted or is_terminal):
        return None
    return Bar() if is_terminal and _has_rich() else Lines()


class Lines:
    """One plain line per second at most, and one at the end."""

    def __init__(self):
        self._next = 0.0
        self._last = None

    def update(self, done, running, total):
        self._last = f"daskvine: {done} of {total} tasks done, {running} running"
        if time.monotonic() >= self._next:
            self._print()

    def close(self):
        self._print()

    def _print(self):
        if self._last:
            print(self._last, file=sys.stderr, flush=True)
            self._last = None
            self._next = time.monotonic() + _LINE_EVERY_SECONDS


class Bar:
    """A bar that vanishes when the graph is done."""

    def __init__(self):
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
        from rich.progress import TimeRemainingColumn

        self._progress = Progress(
            TextColumn("[green]tasks"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[running]} running"),
            TimeElapsedColumn(), TimeRemainingColumn(),
            console=Console(stderr=True), transient=True,
        )
        self._task = None

    def update(self, done, running, total):
        # Not before there is something to tell: starting the display costs more than a small graph.
        if self._task is None:
            self._progress.start()
            self._task = self._progress.add_task("", total=total, running=running)
        self._progress.update(self._task, completed=done, total=total, running=running)

    def close(self):
        if self._task is not None:
            self._progress.stop()


def _has_rich():
    from importlib.util import find_spec

    return find_spec("rich") is not None
