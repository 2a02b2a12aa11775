"""What all that is submitted has in common: shell commands and calls of functions."""

import logging
import time

from daskvine.workflow.commands import Result
from daskvine.workflow.resources import Resources, exceeded

MILLION = 1_000_000
_METRICS = (
    "time_when_submitted", "time_when_done", "time_when_commit_start", "time_when_commit_end", "time_when_retrieval",
    "time_workers_execute_last", "time_workers_execute_all", "time_workers_execute_exhaustion", "time_workers_execute_failure",
    "bytes_received", "bytes_sent", "bytes_transferred",
)
_log = logging.getLogger("daskvine")
# What was said once already.
_without_effect = set()


class Submittable:
    """What is asked for it, and what became of it. It is submitted once; after `DaskVine.wait` has returned it, it has its results."""

    def __init__(self):
        # Id from the submission on; state and report are set by those who run it.
        self.id = 0
        self.state = "INITIAL"
        self.report = None
        self.worker = ""
        self.metrics = dict.fromkeys(_METRICS, 0)
        self.tag = None
        self.category = "default"
        # ``(file, name, flags)`` of each that it reads and makes.
        self.inputs = []
        self.outputs = []
        self.priority = 0
        self.retries = 0
        self.features = []
        self.time_start = None
        self.cores = self.memory = self.disk = self.gpus = None

    def add_feature(self, name):
        """Run only at workers that were started with ``--resources NAME=1``."""
        self.features.append(name)

    def set_gpus(self, gpus):
        """GPUs of the worker, which has those that it was started with: ``--resources gpus=2``."""
        self.gpus = amount("gpus", gpus)

    def set_priority(self, priority):
        """A number: tasks with a higher one run first."""
        if isinstance(priority, bool) or not isinstance(priority, (int, float)):
            raise TypeError(f"a priority is a number, not {priority!r}")
        self.priority = priority

    def set_time_start(self, useconds):
        """Not before this time, in µs since 1970. It waits in this process, so `wait` or `submit` must be called again by then."""
        self.time_start = moment(useconds)

    def set_time_min(self, seconds):
        has_no_effect("time_min: workers do not say how long they will be there")

    def set_tag(self, tag):
        """A name of yours, for `wait_for_tag` and `cancel_by_task_tag`."""
        self.tag = tag

    def set_category(self, name):
        """A kind of tasks of yours, for `cancel_by_category`."""
        self.category = name

    def set_scheduler(self, scheduler):
        has_no_effect("scheduler: a task goes to the worker that holds most of its inputs, then to the least busy one")

    def set_snapshot_file(self, filename):
        has_no_effect("snapshot_file")

    def set_monitor_output(self, directory):
        has_no_effect("monitor_output: what was measured is in resources_measured")

    def set_max_forsaken(self, max_forsaken):
        has_no_effect("max_forsaken: a task that was not started is not counted")

    @property
    def result(self):
        """The Result, or None before the end."""
        return self.report and self.report.result

    @property
    def result_string(self):
        """The result in words, with its reason where there is one: ``input missing: …``."""
        if self.report is None:
            return ""
        return f"{self.report.result}: {self.report.reason}" if self.report.reason else str(self.report.result)

    @property
    def exit_code(self):
        """The command's exit code, −signal when one ended it, −1 when it did not run."""
        return -1 if self.report is None else self.report.exit_code

    @property
    def std_output(self):
        """What it wrote to standard output and standard error, as text."""
        return None if self.report is None else self.report.output.decode(errors="replace")

    @property
    def hostname(self):
        """The name of the worker where it ran."""
        return self.worker

    addrport = hostname

    @property
    def resources_measured(self):
        """Resources that it took, or None before the end."""
        return self.report and Resources.measured(self.report)

    @property
    def resources_requested(self):
        return Resources(cores=self.cores, memory=self.memory, disk=self.disk, gpus=self.gpus)

    @property
    def limits_exceeded(self):
        """Resources of which it took more than it asked for, or None."""
        return self.report and exceeded(self.report, self.resources_requested)

    def completed(self):
        """Whether it ran to its end, whatever its exit code, and left its outputs."""
        return self.result == Result.SUCCESS

    def successful(self):
        """Whether it completed with exit code 0."""
        return self.completed() and self.exit_code == 0

    def get_metric(self, name):
        """A time in µs (since 1970, if it is a moment) or a number of bytes; 0 for what is not known. Raises ValueError."""
        if name not in self.metrics:
            raise ValueError(f"there is no metric {name!r}, but: {', '.join(_METRICS)}")
        return self.metrics[name]

    def options(self, locks=(), library=None, cores=0, resources=None):
        """The fields of its TaskOptions record from priority on, or None when nothing is asked. `resources` are those that it has unless told."""
        resources = {**(resources or {}), **({"gpus": round(self.gpus * 1000)} if self.gpus else {}), **dict.fromkeys(self.features, 1)}
        if not (resources or self.priority or self.retries or locks or library or cores):
            return None
        return [round(self.priority * 1000), self.retries, [], False, resources, [*locks], False, library, cores]

    def is_due(self):
        return self.time_start is None or now() >= self.time_start

    def __repr__(self):
        return f"<{type(self).__name__} {self.id}: {self.what()} {self.result_string or self.state}>"


def now():
    """In µs since 1970."""
    return int(time.time() * MILLION)


def has_no_effect(what):
    """Say so once."""
    if what not in _without_effect:
        _without_effect.add(what)
        _log.warning("a task asks for what has no effect: %s", what)


def amount(what, value):
    """A number, None for 0. Raises ValueError."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise ValueError(f"{what}={value!r}, but must be a number from 0")
    return value or None


def moment(useconds):
    """A time in µs since 1970, or None."""
    return int(useconds) if useconds >= 1 else None
