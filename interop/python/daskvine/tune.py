"""Parameters of TaskVine's name: which count here, and why the others do not."""

import difflib
import logging

from daskvine import records as r

_log = logging.getLogger("daskvine")

_AT_THE_MANAGER = (
    "worker-source-max-transfers", "file-source-max-transfers", "temp-replica-count", "transfer-replica-per-cycle",
    "clean-redundant-replicas", "shift-disk-load", "immediate-recovery", "transient-error-interval", "wait-for-workers",
)
_HERE = {
    "hungry-minimum": "hungry_minimum",
    "hungry-minimum-factor": "hungry_factor",
    "max-task-stdout-storage": "stdout_bytes",
    "load-from-shared-filesystem": "shared_file_system",
    "max-library-retries": "library_retries",
}
_ALIASES = {
    "force-proportional-resources": "proportional-resources",
    "force-proportional-resources-whole-tasks": "proportional-whole-tasks",
    "asynchrony-multiplier": "resource-submit-multiplier",
}
_NO_SCAN = "ready tasks are kept in order, and none is looked through"
_NO_MONITOR = "limits are those that a task asks for, and nothing is learned from its category"
_NO_SHARES = "a task takes one core of a worker, and what it asks for beyond that"
_EVENTS = "nothing is polled: results are sent as soon as they are there"
_LINKS = "heartbeats and connections tell whether a worker is there"
_BACKLOG = "how many tasks a worker is sent follows from how long they take"
_TRANSFERS = "a transfer ends when nothing comes, not by a rate"
_DRAINED = "how many workers there are is up to those who start them"
_MEANINGLESS = {
    "attempt-schedule-depth": _NO_SCAN,
    "category-steady-n-tasks": _NO_MONITOR,
    "default-transfer-rate": _TRANSFERS,
    "disconnect-slow-worker-factor": "tasks that a slow worker has not started are taken back from it",
    "disk-proportion-available-to-task": _NO_SHARES,
    "enforce-worker-eviction-interval": "it is for tests of TaskVine itself",
    "keepalive-interval": _LINKS,
    "keepalive-timeout": _LINKS,
    "large-task-check-interval": "a warning tells at once of what no worker can run",
    "long-timeout": _LINKS,
    "max-new-workers": "all workers that come are taken in at once",
    "max-retrievals": _EVENTS,
    "max-workers": _DRAINED,
    "min-transfer-timeout": _TRANSFERS,
    "monitor-interval": _NO_MONITOR,
    "option-blocklist-slow-workers-timeout": "no host is blocked for being slow",
    "perf-log-interval": "there is no performance log",
    "prefer-dispatch": "sending tasks and taking results do not wait for each other",
    "proportional-resources": _NO_SHARES,
    "proportional-whole-tasks": _NO_SHARES,
    "ramp-down-heuristic": _NO_SHARES,
    "resource-management-interval": _EVENTS,
    "resource-submit-multiplier": _BACKLOG,
    "sandbox-grow-factor": _NO_MONITOR,
    "short-timeout": _LINKS,
    "task-groups": "a task goes to where its inputs are in any case",
    "transfer-outlier-factor": _TRANSFERS,
    "transfer-temps-recovery": "temp-replica-count keeps that many replicas at all times",
    "update-interval": "there is no catalog to be updated",
    "watch-library-logfiles": "workers keep these logs, and print_output=True shows what tasks print",
    "worker-retrievals": _EVENTS,
}


_SCHEDULERS = {"files": "files", "rand": "rand", "time": "files", "disk": "files", "worst": "rand", "fcfs": "rand"}


class Parameters:
    """Those that count in this process, with their defaults."""

    def __init__(self):
        self.hungry_minimum = 10
        self.hungry_factor = 2
        # Of a task's standard output; None leaves it to the worker.
        self.stdout_bytes = None
        self.shared_file_system = False
        # Of libraries that are made from then on; None leaves it to the worker.
        self.library_retries = None
        self._warned = set()

    def take(self, name, value):
        """The records that tell the manager, none when it is not concerned. Raises ValueError for an unknown name or no number."""
        name = _ALIASES.get(name, name)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e12:
            raise ValueError(f"{name}={value!r}, but must be a number")
        if name in _AT_THE_MANAGER:
            return [[r.TUNE, name, round(value * 1000)]]
        if name in _HERE:
            setattr(self, _HERE[name], _checked(name, value))
        elif name not in _MEANINGLESS:
            known = (*_AT_THE_MANAGER, *_HERE, *_ALIASES, *_MEANINGLESS)
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
            raise ValueError(f"there is no parameter {name!r}" + (f"; near it: {', '.join(near)}" if near else ""))
        elif name not in self._warned:
            self._warned.add(name)
            _log.warning("tune: %s has no meaning here: %s", name, _MEANINGLESS[name])
        return []


class Tuning:
    """The part of DaskVine that takes parameters."""

    def tune(self, name, value):
        """Set a parameter by TaskVine's name; those that have no meaning here are named in a warning.

        What the manager honours holds for all its clients. Raises ValueError for an unknown name, with those near it.
        """
        self._check_usable()
        self._send_parameters(self._tuning.take(name, value))

    def enable_peer_transfers(self):
        """Have workers get files from each other, as they do unless told otherwise."""
        self._check_usable()
        self._send_parameters([[r.TUNE, "peer-transfers", 1000]])

    def disable_peer_transfers(self):
        """Have everything pass through the manager."""
        self._check_usable()
        self._send_parameters([[r.TUNE, "peer-transfers", 0]])

    def set_scheduler(self, name):
        """Where tasks go: "files" (the default) to where they would run soonest, by where their inputs are; "rand" to any worker with room.

        TaskVine's other names ("time", "fcfs", "worst", "disk") are taken for the one of the two that is nearest, with a warning. Raises ValueError
        for an unknown name.
        """
        self._check_usable()
        if name not in _SCHEDULERS:
            raise ValueError(f"there is no scheduler {name!r}; choose one of {', '.join(_SCHEDULERS)}")
        used = _SCHEDULERS[name]
        if used != name:
            _log.warning("set_scheduler: %r is taken for %r here", name, used)
        self._send_parameters([[r.TUNE, "any-worker", 1000 if used == "rand" else 0]])

    def _send_parameters(self, records):
        for record in records:
            self._connection.post(record)
        if records:
            self._connection.flush()


def _checked(name, value):
    if name == "load-from-shared-filesystem":
        return bool(value)
    if value < 0:
        raise ValueError(f"{name}={value!r}, but must not be negative")
    return round(value) if name in ("max-task-stdout-storage", "max-library-retries") else value
