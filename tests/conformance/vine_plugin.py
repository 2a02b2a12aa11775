"""A pytest plugin that runs Dask's own tests on one DaskVine cluster."""

import faulthandler
import os
import signal

import dask
import daskvine.dask_vine
import pytest
from dask.base import named_schedulers
from expected import expected

# A test that takes this long hangs.
_LIMIT_SECONDS = 120
# The names under which tests, and assert_eq by default, ask for a scheduler that has nothing to do with the matter.
_REPLACED = ("sync", "synchronous", "single-threaded")

_state = pytest.StashKey()
# Taken before pytest captures what is written to it.
_stderr = os.dup(2)


class Counter:
    """In place of the progress bar: how many tasks ran in one get."""

    def __init__(self, vine):
        self._vine = vine
        self._done = 0

    def update(self, done, running, total):
        self._done = done

    def tick(self):
        """It has nothing to show, and need not be called again."""

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._vine.tasks += self._done


class CountingVine(daskvine.DaskVine):
    """Counts what it runs."""

    def __init__(self):
        super().__init__(workers=2, progress=False)
        self.gets = 0
        self.tasks = 0
        # Nothing public tells the count without changing how graphs are run. Should this move, the count is 0, and that fails.
        daskvine.dask_vine.showing = lambda wanted: Counter(self)

    def get(self, dsk, keys, **options):
        self.gets += 1
        return super().get(dsk, keys, **options)


def pytest_sessionstart(session):
    vine = CountingVine()
    session.config.stash[_state] = vine
    named_schedulers.update(dict.fromkeys(_REPLACED, vine.get))


def pytest_unconfigure(config):
    vine = config.stash.get(_state, None)
    if vine:
        vine.close()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    kept, dropped = [], []
    for item in items:
        group = expected(item.nodeid)
        if _shuffles_on_disk(item) or group and group.verdict == "left out":
            dropped.append(item)
            continue
        if group:
            item.add_marker(pytest.mark.xfail(reason=group.reason, strict=True))
        kept.append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


def _shuffles_on_disk(item):
    """Whether the test chooses the shuffle that DaskVine refuses; its twin with "tasks" is there too."""
    return hasattr(item, "callspec") and item.callspec.params.get("shuffle_method") == "disk"


@pytest.fixture(autouse=True)
def _on_vine(pytestconfig):
    with dask.config.set(scheduler=pytestconfig.stash[_state].get):
        yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    def stop(*_):
        pytest.fail(f"took longer than {_LIMIT_SECONDS} s")

    previous = signal.signal(signal.SIGALRM, stop)
    signal.alarm(_LIMIT_SECONDS)
    # What does not come back to Python ends the session, and says where it was.
    faulthandler.dump_traceback_later(2 * _LIMIT_SECONDS, exit=True, file=_stderr)
    yield
    faulthandler.cancel_dump_traceback_later()
    signal.alarm(0)
    signal.signal(signal.SIGALRM, previous)


def pytest_sessionfinish(session, exitstatus):
    vine = session.config.stash[_state]
    if vine.tasks == 0 and exitstatus == 0:
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter, config):
    vine = config.stash[_state]
    terminalreporter.write_line(f"daskvine ran {vine.tasks} tasks in {vine.gets} gets (dask {dask.__version__})")
    if vine.tasks == 0:
        terminalreporter.write_line("that proves nothing, so this run counts as failed")
