"""Shows how far a graph is; loads rich only when there is something to show, and needs no thread."""

import os
import sys
import time
from contextlib import contextmanager

# A graph that is done by then shows nothing.
_SHOW_AFTER_SECONDS = 0.3
_BAR_EVERY_SECONDS = 0.1
_LINE_EVERY_SECONDS = 1.0


@contextmanager
def showing(wanted):
    """A display for the time of one graph, or None.

    `wanted` None: a bar when standard error is a terminal or this is a notebook; True: always, as plain lines where it
    is neither; False: never. A display has ``update(done, running, total)``, and ``tick()``, which shows what is due
    and tells in how many seconds it wants to be called again.
    """
    display = _choose(wanted)
    try:
        yield display
    finally:
        if display:
            display.close()


def _choose(wanted):
    if wanted is False:
        return None
    if _is_notebook() and _has_rich():
        return Bar(_Notebook())
    if _is_terminal() and _has_rich():
        return Bar(_Terminal())
    return Lines() if wanted or _is_terminal() else None


def _is_terminal():
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


def _is_notebook():
    """Whether this process is a Jupyter kernel: only there IPython's shell has a kernel, and someone to show bars to."""
    if "ipykernel" not in sys.modules:
        return False
    from IPython import get_ipython

    return getattr(get_ipython(), "kernel", None) is not None


def _has_rich():
    from importlib.util import find_spec

    return find_spec("rich") is not None


class _Display:
    """Keeps the newest numbers and says when it is time to show them."""

    def __init__(self, first, every):
        self._numbers = None
        self._is_new = False
        self._every = every
        self._due = time.monotonic() + first

    def update(self, done, running, total):
        self._numbers = done, running, total
        self._is_new = True
        self.tick()

    def tick(self):
        if self._numbers is None:
            return None
        now = time.monotonic()
        if now >= self._due:
            self._due = now + self._every
            self._show(*self._numbers)
            self._is_new = False
        return self._due - now


class Lines(_Display):
    """One plain line per second at most, and one at the end."""

    def __init__(self):
        super().__init__(0.0, _LINE_EVERY_SECONDS)

    def close(self):
        if self._is_new:
            self._show(*self._numbers)

    def _show(self, done, running, total):
        if self._is_new:
            print(f"daskvine: {done} of {total} tasks done, {running} running", file=sys.stderr, flush=True)


class Bar(_Display):
    """A bar that vanishes when the graph is done; `place` is where it is drawn."""

    def __init__(self, place):
        super().__init__(_SHOW_AFTER_SECONDS, _BAR_EVERY_SECONDS)
        self._place = place
        self._progress = None
        self._task = None

    def close(self):
        if self._progress:
            self._place.end(self._progress)

    def _show(self, done, running, total):
        if self._progress is None:
            self._progress = self._place.begin(_columns())
            self._task = self._progress.add_task("", completed=done, total=total, running=running)
        else:
            self._progress.update(self._task, completed=done, total=total, running=running)
        self._place.draw(self._progress)


def _columns():
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    return [
        TextColumn("[green]tasks"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[running]} running"),
        TimeElapsedColumn(), TimeRemainingColumn(),
    ]


class _Terminal:
    """On standard error. What is printed meanwhile appears above the bar."""

    def begin(self, columns):
        from rich.console import Console
        from rich.progress import Progress

        progress = Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
        progress.start()
        return progress

    def draw(self, progress):
        progress.refresh()

    def end(self, progress):
        progress.stop()


class _Notebook:
    """An output of the cell that runs. Rich's own way would need ipywidgets."""

    def __init__(self):
        self._output = None

    def begin(self, columns):
        from rich.progress import Progress

        return Progress(*columns, auto_refresh=False)

    def draw(self, progress):
        from IPython.display import display

        # A Progress knows how to become HTML, and text for those who cannot show that.
        if self._output is None:
            self._output = display(progress, display_id=True)
        else:
            self._output.update(progress)

    def end(self, progress):
        self._output.update({"text/plain": "", "text/html": ""}, raw=True)
