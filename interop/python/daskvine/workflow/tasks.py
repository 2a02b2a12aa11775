"""Tasks that are shell commands, in the manner of TaskVine."""

import math
import shlex

from daskvine.workflow.commands import INPUT_HELD, INPUT_SYMLINK, OUTPUT_ON_FAILURE, OUTPUT_ON_SUCCESS, OUTPUT_WATCHED, body_of
from daskvine.workflow.files import LocalFile
from daskvine.workflow.sandbox import mounted
from daskvine.workflow.submittable import Submittable, amount, moment

_MB = 1 << 20


class Task(Submittable):
    """A shell command with its files: ``Task("sort in > out", inputs={f: "in"}, outputs={g: "out"}, cores=1)``.

    It runs under ``/bin/sh`` in a directory of its own. Keywords are what the setters below are called for: tag, category, retries,
    cores, memory, disk, gpus, priority, time_start, time_end, time_max, time_min, features (a name or a list), env (a dict),
    inputs and outputs (dicts of File → name in the sandbox, or → a dict of the arguments of `add_input` or `add_output`).
    Raises TypeError for an unknown keyword. A task is submitted once; after `DaskVine.wait` has returned it, it has its results.
    """

    def __init__(self, command, **info):
        if not isinstance(command, str):
            raise TypeError(f"a command is a str, not {type(command).__qualname__}: {command!r}")
        super().__init__()
        self.env = {}
        self.time_end = self.time_max = None
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
        """Have `file` in the sandbox as `remote_name`, a relative path; as a symbolic link if `mount_symlink`.

        With `strict_input` it is never brought to a worker for this task: it runs at one that holds the file already, because it was made there
        or another task has it there, and ends with FIXED_LOCATION_MISSING when there is none and no other task is about to bring it.
        """
        name = mounted(file, remote_name, as_output=False, inputs=self.inputs, outputs=self.outputs)
        self.inputs.append((file, name, bool(mount_symlink) * INPUT_SYMLINK | bool(strict_input) * INPUT_HELD))

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

    def set_cores(self, cores):
        """Cores of its worker that it has for itself while it runs; parts of one count as one.

        It waits until so many are free at a worker with as many (``DaskVine(cores=N)``, ``daskvine worker --cores N``), and is told in CORES,
        OMP_NUM_THREADS and the like.
        """
        self.cores = amount("cores", cores)

    def set_memory(self, memory):
        """The most memory in MB (of 2**20 bytes): a command that takes more ends with RESOURCE_EXHAUSTION."""
        self.memory = amount("memory", memory)

    def set_disk(self, disk):
        """The most disk in MB that its sandbox may take; more ends it with SANDBOX_EXHAUSTION."""
        self.disk = amount("disk", disk)

    def set_retries(self, max_retries):
        """How often it is tried again after it was lost with its worker: one time more ends it with MAX_RETRIES.

        0 leaves it to the manager, which gives it up with FORSAKEN when it was lost three times.
        """
        self.retries = max(0, int(max_retries))

    def set_time_end(self, useconds):
        """Ended with MAX_END_TIME when it is not done by this time, in µs since 1970."""
        self.time_end = moment(useconds)

    def set_time_max(self, seconds):
        """Ended with MAX_WALL_TIME when it has run for this many seconds."""
        self.time_max = float(seconds) if seconds > 0 else None

    def set_env_var(self, name, value=None):
        """Set a variable of the command's environment; None removes it."""
        if not name or "=" in name or "\0" in name:
            raise ValueError(f"{name!r} cannot be the name of an environment variable")
        self.env[name] = None if value is None else str(value)

    @property
    def output(self):
        """The same as `std_output`."""
        return self.std_output

    def body(self, outputs=None, stdout=None):
        """The body of its record; `outputs` are names in the sandbox in place of its own, `stdout` how many bytes of it are kept."""
        return body_of(
            self._whole_command(),
            inputs=[[name, flags] for _, name, flags in self.inputs],
            outputs=[[name, flags] for _, name, flags in self.outputs] if outputs is None else [[name, 0] for name in outputs],
            env={name: value for name, value in self._told().items() if value is not None},
            cores=self.cores and math.ceil(self.cores),
            wall_ms=self.time_max and max(1, round(self.time_max * 1000)),
            end_ms=self.time_end and max(1, round(self.time_end / 1000)),
            memory=self.memory and round(self.memory * _MB),
            disk=self.disk and round(self.disk * _MB),
            stdout=stdout,
        )

    def what(self):
        return repr(self._command)

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
