"""Runs calls: decodes arguments and inputs, calls, encodes the result. One at a time, in one process."""

import _pickle as pickle  # the module pickle takes 6 ms more
import os
import time

import msgpack

from daskvine import values
from daskvine.host.channel import FAILED, RETURNED, frame
from daskvine.host.failure import RAISED, UNLOADABLE, Unloadable, Unpicklable, failure
from daskvine.host.functions import Functions

INPUT, NESTED, PICKLE, FUNCTION, KEYWORDS, TUPLE = range(1, 7)

# Nanoseconds; that of a function that was never called.
UNKNOWN = 1 << 62


class _Keywords(dict):
    """Keyword arguments, told from a dictionary that is an argument."""


class Calls:
    """The functions known to this process, and the call that is running.

    `_callables` are those functions that are loaded. `_longest` tells nanoseconds for each function that has run.
    `_output` is asked only for calls that want it told.
    """

    def __init__(self, inline_limit, output=None, known=None):
        """`known` are Functions that are here already."""
        self._inline_limit = inline_limit
        self._output = output
        self._known = known or Functions()
        self._callables = self._known.callables
        self._longest = {}
        self._functions = ()
        self._inputs = ()
        self._decoded = {}
        self._in_user_code = False

    def learn(self, number, name, code):
        """Takes a function in; it is loaded when it is first called."""
        self._longest.pop(number, None)
        self._known.learn(number, name, code)

    def forget(self, numbers):
        """Lets go of functions that no call will name again."""
        self._known.forget(numbers)
        for number in numbers:
            self._longest.pop(number, None)

    def load_anew(self):
        """Has every function unpickled again when it is next called: what it imports may have changed."""
        self._known.drop_loaded()

    def expect(self, record):
        """Nanoseconds that a call takes at most, judging by its functions' longest runs of late; UNKNOWN if new."""
        longest = self._longest
        functions = record[2]
        if len(functions) == 1:
            return longest.get(functions[0], UNKNOWN)
        return max([longest.get(number, UNKNOWN) for number in functions], default=UNKNOWN)

    def run(self, record):
        """Runs a call; returns the message that tells its end and the nanoseconds it took. Raises nothing."""
        _, call, functions, body, inputs, output, capture, neutral = record
        written = None
        if capture:
            mark = self._output.mark()
        start = time.perf_counter_ns()
        try:
            size, value = self._store(self._evaluate(functions, body, inputs), output, neutral)
            took = time.perf_counter_ns() - start
            if capture:
                written = self._output.since(mark)
            message = frame((RETURNED, call, (took + 999) // 1000, size, value, written))
        except BaseException as error:  # SystemExit too: a call ends, not the process
            # Nested calls that are too many are no fault of what they load.
            is_users = self._in_user_code or isinstance(error, RecursionError)
            failed = failure(RAISED if is_users else UNLOADABLE, error)
            took = time.perf_counter_ns() - start
            if capture:
                written = self._output.since(mark)
            message = frame((FAILED, call, (took + 999) // 1000, *failed, written))
        self._in_user_code = False
        if inputs:
            self._decoded.clear()
            self._inputs = ()
        longest = self._longest
        for number in functions:
            # Forgets slowly, so that one import or one hiccup does not mark a short function for ever.
            before = longest.get(number, 0)
            longest[number] = took if took > before else before - (before >> 3)
        return message, took

    def _evaluate(self, functions, body, inputs):
        self._functions = functions
        self._inputs = inputs
        arguments = msgpack.unpackb(body, ext_hook=self._extension, strict_map_key=False)
        if not functions:
            return arguments[0]
        return self._apply(functions[0], arguments)

    def _apply(self, number, arguments):
        """Calls a function with decoded arguments. What it raises is the user's; what loading it raises is not."""
        function = self._callables.get(number)
        if function is None:
            function = self._known.load(number)
        if arguments and type(arguments[-1]) is _Keywords:
            keywords = arguments.pop()
            self._in_user_code = True
            result = function(*arguments, **keywords)
        else:
            self._in_user_code = True
            result = function(*arguments)
        self._in_user_code = False
        return result

    def _extension(self, code, data):
        """What an extension type of a body stands for; nested calls are evaluated here, innermost first."""
        if code == INPUT:
            index = int.from_bytes(data, "big")
            if index not in self._decoded:
                self._decoded[index] = self._input(index)
            return self._decoded[index]
        if code == PICKLE:
            try:
                return pickle.loads(data)
            except Exception as error:
                raise Unloadable("an argument cannot be unpickled", error) from error
        if code == NESTED:
            slot, *arguments = self._items(data)
            return self._apply(self._functions[slot], arguments)
        if code == FUNCTION:
            number = self._functions[int.from_bytes(data, "big")]
            return self._callables[number] if number in self._callables else self._known.load(number)
        if code == TUPLE:
            return tuple(self._items(data))
        if code == KEYWORDS:
            return _Keywords(self._items(data))
        raise Unloadable(f"an argument has the unknown extension type {code}")

    def _items(self, data):
        return msgpack.unpackb(data, ext_hook=self._extension, strict_map_key=False)

    def _input(self, index):
        source = self._inputs[index]
        try:
            return values.load_file(source) if type(source) is str else values.decode(source)
        except Exception as error:
            raise Unloadable(f"input {index} cannot be loaded", error) from error

    def _store(self, result, output, neutral):
        """Encodes a result; returns its size, and its bytes if they are to travel in the message."""
        try:
            encoded = values.encode(result, neutral)
        except BaseException as error:
            raise Unpicklable(f"the result, of type {_name_of(result)}, cannot be pickled", error) from error
        size = len(encoded)
        if size <= self._inline_limit:
            return size, bytes(encoded)
        try:
            _write_file(output, encoded)
        except OSError as error:
            raise Unpicklable(f"the result, {size} bytes, cannot be written on the worker", error) from error
        return size, None


def _name_of(value):
    kind = type(value)
    return f"{kind.__module__}.{kind.__qualname__}"


def _write_file(path, encoded):
    """Writes a value under its name only when it is whole. Raises OSError, leaving nothing behind."""
    part = path + ".part"
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        try:
            values.write(descriptor, encoded)
        finally:
            os.close(descriptor)
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise
