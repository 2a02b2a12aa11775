"""Libraries in the manner of TaskVine: functions by name, and what the processes are like that run them."""

import uuid
from dataclasses import replace

from daskvine.pickling import short_repr
from daskvine.libraries.spec import LibrarySpec, amount, checked_exec_mode, megabytes, setup_pickle
from daskvine.workflow.content_names import name_of_task
from daskvine.workflow.sandbox import mounted
from daskvine.workflow.submittable import amount as number
from daskvine.workflow.submittable import has_no_effect


class Library:
    """Functions that calls name, and how the processes are set up that run them. `DaskVine.create_library_from_functions` makes it.

    At most one of it is at a worker, from the first call there on, with as many calls at a time as it has function slots.
    Once it is installed it stays as it is: its setters raise ValueError then.
    """

    def __init__(self, name, functions=(), *, exec_mode="fork", context=None, context_keyword="library_context_info", modules=(), command=""):
        self.name = name
        self.functions = _by_name(name, functions)
        self.inputs = []
        self.is_installed = False
        self._gpus = None
        self._identity = uuid.uuid4().hex
        self._spec = LibrarySpec(name, checked_exec_mode(exec_mode), modules=list(modules), command=command or "")
        self._spec.setup = setup_pickle(context, context_keyword)

    def set_function_slots(self, slots):
        """How many calls run at a time at a worker; 0 for as many as the worker has cores, or the library, when it was told."""
        self._changes().slots = amount("slots", slots)

    def set_cores(self, cores):
        """Cores of a worker that its slots share, evenly: functions are told so in OMP_NUM_THREADS and the like. 0: one each."""
        self._changes().cores = amount("cores", cores)

    def set_memory(self, memory):
        """MB (of 2**20 bytes) that it keeps of its worker's memory while it is there."""
        self._changes().memory = megabytes("memory", memory)

    def set_disk(self, disk):
        has_no_effect("disk of a library: its directory has what its inputs have")

    def set_gpus(self, gpus):
        """GPUs of its worker (``--resources gpus=2``) that its function slots share: each call takes its part while it runs.

        Without `set_function_slots` or `set_cores` each call takes them all. Its functions are told the number in GPUS.
        """
        self._changes()
        self._gpus = number("gpus", gpus)

    def set_env_var(self, name, value):
        """Set a variable of its processes' environment."""
        if not isinstance(name, str) or not name or "=" in name or "\0" in name:
            raise ValueError(f"{name!r} cannot be the name of an environment variable")
        self._changes().env[name] = str(value)

    def set_function_exec_mode_from_string(self, exec_mode):
        """"fork": processes forked from the set up one, and kept; "fork-per-call": a fresh one for each call; "direct": the set up
        process itself, one call at a time; "spawn": processes that are each set up by themselves, for what must not be forked
        (threads, CUDA). Raises ValueError."""
        self._changes().exec_mode = checked_exec_mode(exec_mode)

    set_function_exec_mode = set_function_exec_mode_from_string

    def set_sandbox(self, is_on=True):
        """Whether each call runs in a directory of its own, which is removed afterwards; for exec mode "fork-per-call"."""
        self._changes().sandbox = bool(is_on)

    def set_retries(self, count):
        """How often a process that ends before it is set up is started again, before the calls that wait for it fail."""
        self._changes().retries = None if count is None else amount("retries", count)

    def add_input(self, file, remote_name):
        """Have `file` as `remote_name` in the directory where its processes start."""
        self._changes()
        self.inputs.append((file, mounted(file, remote_name, as_output=False, inputs=self.inputs, outputs=()), 0))

    def add_environment(self, file):
        """Run its processes by the Python of this unpacked environment: ``bin/run_in_env`` or ``bin/python`` in a File's directory."""
        if self._changes().environment:
            raise ValueError(f"library {self.name} has an environment already")
        self.add_input(file, "environment")
        self._spec.environment = "environment"

    add_execution_context = add_poncho_package = add_starch_package = add_environment

    @property
    def cores_per_call(self):
        return self.spec().cores_per_call

    @property
    def resources_per_call(self):
        """What each call takes of its worker's resources, in thousandths."""
        return {"gpus": max(1, int(self._gpus * 1000) // (self.spec().slots or 1))} if self._gpus else {}

    def spec(self):
        """Its LibrarySpec as it is. Raises ValueError when it asks for what cannot be."""
        slots = self._spec.slots or (1 if self._spec.exec_mode == "direct" else self._spec.cores)
        # A file without a name may be anything, and so is a library that has it.
        contents = [file.name or name_of_task(f"{self._identity} {file.node}") for file, _, _ in self.inputs]
        env = {"GPUS": f"{self._gpus:g}", **self._spec.env} if self._gpus else self._spec.env
        spec = replace(self._spec, slots=slots, env=env, inputs=[name for _, name, _ in self.inputs], contents=contents)
        spec.check()
        return spec

    def __repr__(self):
        return f"<Library {self.name}: {', '.join(self.functions)}>"

    def _changes(self):
        if self.is_installed:
            raise ValueError(f"library {self.name} is installed, and stays as it is: remove_library first, or make another one")
        return self._spec


# As TaskVine calls it.
LibraryTask = Library


def name_of_function(function):
    """What calls name it by."""
    name = getattr(function, "__name__", None)
    if not callable(function) or not isinstance(name, str):
        raise ValueError(
            f"{short_repr(function)} is no function with a __name__, by which calls name it: make it one with def, or set its __name__"
        )
    return name


def _by_name(library, functions):
    found = {}
    for function in functions:
        name = name_of_function(function)
        if name in found:
            advice = ": give one of them another __name__, or make it with def" if name == "<lambda>" else ""
            raise ValueError(f"library {library} has two functions of the name {name}{advice}")
        found[name] = function
    return found
