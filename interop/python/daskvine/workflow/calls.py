"""Calls of Python functions, in the manner of TaskVine."""

from daskvine import values
from daskvine.errors import LibraryError, TaskError
from daskvine.failures import undecodable
from daskvine.rows import Row
from daskvine.workflow.commands import Result
from daskvine.workflow.files import File
from daskvine.workflow.libraries import Library, name_of_function
from daskvine.workflow.submittable import Submittable, amount, has_no_effect

_NOTHING = object()


class Call(Submittable):
    """A function with its arguments. What it returns is its `output`, once `DaskVine.wait` has returned it.

    An argument, or an element of a list that is one, may be another call that was submitted before: its output takes that place, without
    coming here first. Other arguments are pickled when it is submitted. An object of 64 KiB and more that an earlier call had as well, and that
    is as it was, is sent once, and is one object for all calls of a process; ``DaskVine(discover_context=False)`` gives each call its own.
    """

    def __init__(self, args, kwargs):
        super().__init__()
        self.args = args
        self.kwargs = kwargs
        self.is_temp = False
        # Set by those who run it: what it returned, as bytes, the exception of its failure, its node while that can be named and who
        # knows it by that, and what it printed and took.
        self.value = None
        self.failure = None
        self.node = None
        self.home = None
        self.written = ""
        self.measured = {}
        self._decoded = _NOTHING

    def set_fn_args(self, *args, **kwargs):
        """Other arguments in place of those that were given."""
        self.args, self.kwargs = args, kwargs

    def set_retries(self, max_retries):
        """How often it is run again after it raised; what is lost with a worker is run again in any case."""
        self.retries = max(0, int(max_retries))

    def enable_temp_output(self):
        """Leave what it returns with the workers, for calls that have this one as an argument; `output` cannot be read then."""
        self.is_temp = True

    def disable_temp_output(self):
        self.is_temp = False

    @property
    def output(self):
        """What the function returned, or None before the end.

        Raises what the function raised, with the remote traceback as cause; TaskError, LibraryError and SerializationError when it could
        not be run or its output not be brought here, and ValueError for that of a call with `enable_temp_output`.
        """
        if self.report is None:
            return None
        exception = self.exception
        if exception is not None:
            raise exception.with_traceback(None)
        if self.is_temp:
            raise ValueError(f"the output of {self!r} stays with the workers: it was submitted with enable_temp_output()")
        return self._decoded

    def take_in(self):
        """Decode what it returned, now."""
        if self.failure is None and self.report.result == Result.SUCCESS and self._decoded is _NOTHING and not self.is_temp:
            self._decode()

    @property
    def exception(self):
        """What `output` raises for a call that failed, else None."""
        if self.failure is None and self.report is not None:
            self.take_in()
            if self.report.result != Result.SUCCESS and self.failure is None:
                kind = LibraryError if self.report.result in (Result.LIBRARY_EXIT, Result.MISSING_LIBRARY) else TaskError
                self.failure = kind(f"{self.what()}: {self.result_string}")
        return self.failure

    def add_output(self, file, remote_name, **how):
        raise TypeError(f"{self.what()} is a call, which returns its output: a file is an output of a Task that runs a command")

    def set_time_end(self, useconds):
        has_no_effect("time_end of a call: it ends by itself")

    def set_time_max(self, seconds):
        has_no_effect("time_max of a call: it ends by itself")

    def set_memory(self, memory):
        has_no_effect("memory of a call: its inputs and its expected result are what counts")

    def set_disk(self, disk):
        has_no_effect("disk of a call")

    def write_body(self, writer, encode, refer):
        """``(functions, body)``, by a BodyWriter that has begun it; `encode(item)` is an argument as the body has it, `refer(call)` another call.

        Raises SerializationError, TypeError for what cannot be an argument, and ValueError for a call that cannot be one.
        """
        arguments = [self._argument(item, encode, refer) for item in self.args]
        if self.kwargs:
            arguments.append(writer.keywords({name: self._argument(item, encode, refer) for name, item in self.kwargs.items()}))
        return writer.end_call(arguments)

    def holds(self, item):
        """Whether this very object is an argument of it, or what it returned."""
        return item is self._decoded or _is_in(item, [*self.args, *self.kwargs.values()])

    def __reduce__(self):
        raise TypeError(f"{self!r} is inside of an argument; it can be an argument, or an element of a list that is one")

    def _argument(self, item, encode, refer):
        if isinstance(item, Call):
            return refer(item)
        if isinstance(item, File):
            raise TypeError(
                f"{self.what()} has {item!r} as an argument: add the file to its library, or to the PythonTask, by add_input(file, name), and pass the name"
            )
        if type(item) is list:
            return [self._argument(element, encode, refer) for element in item]
        return encode(item)

    def _decode(self):
        data, self.value = self.value, None
        try:
            self._decoded = data.decode() if type(data) is Row else values.decode(data)
        except Exception as error:
            self.failure = undecodable(self.what(), error)
            self.failure.__cause__ = error
            self.report.result = Result.OUTPUT_TRANSFER_ERROR
            self.report.reason = f"{type(error).__name__}: {error}"


class FunctionCall(Call):
    """A call of a library's function: ``FunctionCall("library", "function", *args, **kwargs)``; either may be given itself as well.

    It takes a function slot of the library, and nothing beside it. When the library is not installed as it is submitted, it comes back
    with the result MISSING_LIBRARY; when the library cannot be set up, with LIBRARY_EXIT.
    """

    def __init__(self, library, function, *args, **kwargs):
        super().__init__(args, kwargs)
        self.library = library.name if isinstance(library, Library) else library
        self.function = function if isinstance(function, str) else name_of_function(function)

    def set_cores(self, cores):
        has_no_effect("cores of a function call: it has those of its library's slot")

    def add_input(self, file, remote_name, **how):
        raise TypeError(
            f"{self.what()} is a call, whose process is there before it: a file is an input of its library, "
            "library.add_input(file, name), of a PythonTask, or of a Task that runs a command"
        )

    def set_env_var(self, name, value=None):
        raise TypeError(f"{self.what()} is a call: the variables of its process are its library's, library.set_env_var(name, value)")

    def add_environment(self, file):
        raise TypeError(f"{self.what()} is a call: the environment of its process is its library's, library.add_environment(file)")

    add_execution_context = add_poncho_package = add_starch_package = add_environment

    def set_exec_method(self, exec_method):
        has_no_effect("exec_method of a function call: it is run as its library says")

    def what(self):
        """What is called, for people."""
        return f"{self.library}.{self.function}"


class PythonTask(Call):
    """A function that is run by a fresh interpreter: ``PythonTask(function, *args, **kwargs)``.

    One with files, variables or an environment of its own is run, in a directory of its own, by a fresh process that was forked from one
    which has these: tasks with the same share that.
    """

    def __init__(self, function, *args, **kwargs):
        if not callable(function):
            raise TypeError(f"{function!r} cannot be called")
        super().__init__(args, kwargs)
        self.function = function
        # The Library whose process has its files, variables and environment, if it has any.
        self.process = None

    def add_input(self, file, remote_name):
        """Have `file` as `remote_name` in the directory where it runs."""
        self._own_process().add_input(file, remote_name)

    def set_env_var(self, name, value=""):
        """Set a variable of its environment."""
        self._own_process().set_env_var(name, value)

    def add_environment(self, file):
        """Run it by the Python of this unpacked environment: ``bin/run_in_env`` or ``bin/python`` in a File's directory."""
        self._own_process().add_environment(file)

    add_execution_context = add_poncho_package = add_starch_package = add_environment

    def set_cores(self, cores):
        """Cores of its worker that it takes while it runs."""
        self.cores = amount("cores", cores)

    def set_output_cache(self, *args, **kwargs):
        has_no_effect("the cache of a PythonTask's output: it is kept while something needs it")

    def disable_output_serialization(self):
        raise TypeError("what a PythonTask returns is always pickled")

    def _own_process(self):
        if self.process is None:
            self.process = Library("PythonTask", exec_mode="fork-per-call")
            self.process.set_sandbox()
            self.inputs = self.process.inputs
        return self.process

    def what(self):
        """What is called, for people."""
        return getattr(self.function, "__name__", None) or type(self.function).__name__


def _is_in(item, arguments):
    return any(item is argument or (type(argument) is list and _is_in(item, argument)) for argument in arguments)
