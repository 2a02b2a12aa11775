"""Tasks that are shell commands, in the manner of TaskVine."""

import logging
import shlex
import time

from daskvine.workflow.commands import INPUT_SYMLINK, OUTPUT_ON_FAILURE, OUTPUT_ON_SUCCESS, OUTPUT_WATCHED, Result, body_of
from daskvine.workflow.resources import Resources, exceeded
from daskvine.workflow.sandbox import mounted

_MB = 1 << 20
_MILLION = 1_000_000
_METRICS = (
    "time_when_submitted", "time_when_done", "time_when_commit_start", "time_when_commit_end", "time_when_retrieval",
    "time_workers_execute_last", "time_workers_execute_all", "time_workers_execute_exhaustion", "time_workers_execute_failure",
    "bytes_received", "bytes_sent", "bytes_transferred",
)
_log = logging.getLogger("daskvine")
# What was said once already.
_without_effect = set()


class Task:
    """A shell command with its files: ``Task("sort in > out", inputs={f: "in"}, outputs={g: "out"}, cores=1)``.

    It runs under ``/bin/sh`` in a directory of its own. Keywords are what the setters below are called for: tag, category, retries,
    cores, memory, disk, gpus, priority, time_start, time_end, time_max, time_min, features (a name or a list), env (a dict),
    inputs and outputs (dicts of File → name in the sandbox, or → a dict of the arguments of `add_input` or `add_output`).
    Raises TypeError for an unknown keyword. A task is submitted once; after `DaskVine.wait` has returned it, it has its results.
    """

    def __init__(self, command, **info):
        if not isinstance(command, str):
            raise TypeError(f"a command is a str, not {type(command).__qualname__}: {command!r}")
        # Id from the submission on; state and report are set by those who run it.
        self.id = 0
        self.state = "INITIAL"
        self.report = None
        self.worker = ""
        self.metrics = dict.fromkeys(_METRICS, 0)
        self.tag = None
        self.category = "default"
        self.inputs = []
        self.outputs = []
        self.priority = 0
        self.retries = 0
        self.features = []
        self.env = {}
        self.time_start = self.time_end = self.time_max = None
        self.cores = self.memory = self.disk = self.gpus = None
        self._command = command
        self._environments = []
        for name, value in info.items():
            self._set(name, value)

    @property
    def command(self):
        """The command as it was given, without its environments."""
        return self._command

    def set_command(self, command):
        self._command = command

    def add_input(self, file, remote_name, strict_input=False, mount_symlink=False):
        """Have `file` in the sandbox as `remote_name`, a relative path; as a symbolic link if `mount_symlink`."""
        if strict_input:
            _has_no_effect("strict_input: files are always brought to where a task runs")
        name = mounted(file, remote_name, as_output=False, inputs=self.inputs, outputs=self.outputs)
        self.inputs.append((file, name, INPUT_SYMLINK if mount_symlink else 0))

    def add_output(self, file, remote_name, watch=False, failure_only=None, success_only=None):
        """Keep what the command leaves at `remote_name`, a relative path, as `file`: only when it fails, or only when it succeeds.

        With `watch`, what the command appends to it appears at the path of a `declare_file` while it runs, whenever this program waits;
        when the task runs again after its worker was lost, the file begins anew. In the end the whole output replaces it, and when there is
        none what has come stays. Other kinds of files have no path here: they come in the end as without it.
        """
        name = mounted(file, remote_name, as_output=True, inputs=self.inputs, outputs=self.outputs)
        if not file.may_be_made:
            raise ValueError(f"{file!r} cannot be the output of a task: declare_file, declare_buffer() or declare_temp can")
        flags = bool(failure_only) * OUTPUT_ON_FAILURE | bool(success_only) * OUTPUT_ON_SUCCESS | (bool(watch) and isinstance(file, LocalFile)) * OUTPUT_WATCHED
        self.outputs.append((file, name, flags))

    def add_execution_context(self, file):
        """Run the command by the ``bin/run_in_env`` of this directory; the first one added is the outermost."""
        name = f"environment-{len(self._environments)}"
        self.add_input(file, name)
        self._environments.append(name)

    add_environment = add_poncho_package = add_starch_package = add_execution_context

    def add_feature(self, name):
        """Run only at workers that were started with ``--resources NAME=1``."""
        self.features.append(name)

    def set_cores(self, cores):
        """How many threads the command may start: it is told so in CORES, OMP_NUM_THREADS and the like."""
        self.cores = _amount("cores", cores)

    def set_memory(self, memory):
        """The most memory in MB (of 2**20 bytes): a command that takes more ends with RESOURCE_EXHAUSTION."""
        self.memory = _amount("memory", memory)

    def set_disk(self, disk):
        """The most disk in MB that its sandbox may take; more ends it with SANDBOX_EXHAUSTION."""
        self.disk = _amount("disk", disk)

    def set_gpus(self, gpus):
        """GPUs of the worker, which has those that it was started with: ``--resources gpus=2``."""
        self.gpus = _amount("gpus", gpus)

    def set_priority(self, priority):
        """A number: tasks with a higher one run first."""
        if isinstance(priority, bool) or not isinstance(priority, (int, float)):
            raise TypeError(f"a priority is a number, not {priority!r}")
        self.priority = priority

    def set_retries(self, max_retries):
        """How often it is tried again after it was lost with its worker; 0 leaves it to the manager."""
        self.retries = max(0, int(max_retries))

    def set_time_start(self, useconds):
        """Not before this time, in µs since 1970. It waits in this process, so `wait` or `submit` must be called again by then."""
        self.time_start = _moment(useconds)

    def set_time_end(self, useconds):
        """Ended with MAX_END_TIME when it is not done by this time, in µs since 1970."""
        self.time_end = _moment(useconds)

    def set_time_max(self, seconds):
        """Ended with MAX_WALL_TIME when it has run for this many seconds."""
        self.time_max = float(seconds) if seconds > 0 else None

    def set_time_min(self, seconds):
        _has_no_effect("time_min: workers do not say how long they will be there")

    def set_env_var(self, name, value=None):
        """Set a variable of the command's environment; None removes it."""
        if not name or "=" in name or "\0" in name:
            raise ValueError(f"{name!r} cannot be the name of an environment variable")
        self.env[name] = None if value is None else str(value)

    def set_tag(self, tag):
        """A name of yours, for `wait_for_tag` and `cancel_by_task_tag`."""
        self.tag = tag

    def set_category(self, name):
        """A kind of tasks of yours, for `cancel_by_category`."""
        self.category = name

    def set_scheduler(self, scheduler):
        _has_no_effect("scheduler: a task goes to the worker that holds most of its inputs, then to the least busy one")

    def set_snapshot_file(self, filename):
        _has_no_effect("snapshot_file")

    def set_monitor_output(self, directory):
        _has_no_effect("monitor_output: what was measured is in resources_measured")

    def set_max_forsaken(self, max_forsaken):
        _has_no_effect("max_forsaken: a task that was not started is not counted")

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
    def output(self):
        """The same as `std_output`."""
        return self.std_output

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
        """Whether the command ran to its end, whatever its exit code, and left its outputs."""
        return self.result == Result.SUCCESS

    def successful(self):
        """Whether it completed with exit code 0."""
        return self.completed() and self.exit_code == 0

    def get_metric(self, name):
        """A time in µs (since 1970, if it is a moment) or a number of bytes; 0 for what is not known. Raises ValueError."""
        if name not in self.metrics:
            raise ValueError(f"there is no metric {name!r}, but: {', '.join(_METRICS)}")
        return self.metrics[name]

    def options(self):
        """The fields of its TaskOptions record from priority on, or None when nothing is asked."""
        resources = {**({"gpus": round(self.gpus * 1000)} if self.gpus else {}), **dict.fromkeys(self.features, 1)}
        if not (resources or self.priority or self.retries):
            return None
        return [round(self.priority * 1000), self.retries, [], False, resources, [], False]

    def body(self, outputs=None, stdout=None):
        """The body of its record; `outputs` are names in the sandbox in place of its own, `stdout` how many bytes of it are kept."""
        return body_of(
            self._whole_command(),
            inputs=[[name, flags] for _, name, flags in self.inputs],
            outputs=[[name, flags] for _, name, flags in self.outputs] if outputs is None else [[name, 0] for name in outputs],
            env={name: value for name, value in self._told().items() if value is not None},
            cores=self.cores and max(1, int(self.cores)),
            wall_ms=self.time_max and max(1, round(self.time_max * 1000)),
            end_ms=self.time_end and max(1, round(self.time_end / 1000)),
            memory=self.memory and round(self.memory * _MB),
            disk=self.disk and round(self.disk * _MB),
            stdout=stdout,
        )

    def is_due(self):
        return self.time_start is None or time.time() * _MILLION >= self.time_start

    def __repr__(self):
        state = self.result_string or self.state
        return f"<{type(self).__name__} {self.id}: {self._command!r} {state}>"

    def _set(self, name, value):
        if name in ("inputs", "outputs"):
            add = self.add_input if name == "inputs" else self.add_output
            for file, mount in value.items():
                add(file, **mount) if isinstance(mount, dict) else add(file, mount)
        elif name == "features":
            for feature in [value] if isinstance(value, str) else value:
                self.add_feature(feature)
        elif name == "env":
            for variable, text in value.items():
                self.set_env_var(variable, text)
        elif name in _KEYWORDS:
            getattr(self, f"set_{name}")(value)
        else:
            raise TypeError(f"a Task has no keyword {name!r}, but: {', '.join(sorted((*_KEYWORDS, *_COLLECTIONS)))}")

    def _told(self):
        return {"GPUS": f"{self.gpus:g}", **self.env} if self.gpus else self.env

    def _whole_command(self):
        command = self._command
        removed = [name for name, value in self.env.items() if value is None]
        if removed:
            command = f"unset {' '.join(map(shlex.quote, removed))}; {command}"
        for name in reversed(self._environments):
            command = f"{name}/bin/run_in_env /bin/sh -c {shlex.quote(command)}"
        return command


_KEYWORDS = (
    "tag", "category", "retries", "cores", "memory", "disk", "gpus", "priority", "time_start", "time_end", "time_max", "time_min",
    "scheduler", "snapshot_file", "monitor_output",
)
_COLLECTIONS = ("inputs", "outputs", "features", "env")


def _has_no_effect(what):
    if what not in _without_effect:
        _without_effect.add(what)
        _log.warning("a task asks for what has no effect: %s", what)


def _amount(what, value):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
        raise ValueError(f"{what}={value!r}, but must be a number from 0")
    return value or None


def _moment(useconds):
    return int(useconds) if useconds >= 1 else None
