"""Turns computations of a graph into task bodies (see "Bodies and values" in src/ARCHITECTURE.md).

The rules are those of the installed Dask for legacy graphs: a tuple with a callable first element is a task,
lists are searched, a hashable value that is a key of the graph is a reference, everything else is a literal.
"""

from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodDescriptorType, MethodType, MethodWrapperType
from types import WrapperDescriptorType

import cloudpickle
import msgpack
from dask.core import get_dependencies, has_tasks, literal
from dask.optimization import SubgraphCallable

from daskvine import values
from daskvine.errors import SerializationError
from daskvine.graph import ALIAS

INPUT, CALL, PICKLE, FUNCTION = 1, 2, 3, 4

_ATOMS = frozenset({type(None), bool, int, float, str, bytes})
_FUNCTION_TYPES = (
    FunctionType, BuiltinFunctionType, MethodType, MethodDescriptorType, MethodWrapperType,
    WrapperDescriptorType, partial, type, SubgraphCallable,
)
_inputs = []


def _index(number):
    return number.to_bytes((number.bit_length() + 7) // 8 or 1, "big")


def _input(number):
    """The reference to input `number`; kept, because references are most of what graphs consist of."""
    while number >= len(_inputs):
        _inputs.append(msgpack.ExtType(INPUT, _index(len(_inputs))))
    return _inputs[number]


class Encoder:
    """Scans the computations of one graph; one per `get`, used by one thread.

    `register(function)` gives the number of a function on the link and is asked once per function object.
    """

    def __init__(self, dsk, register):
        self._dsk = dsk
        self._register = register
        # id → (function, its number, [its number]); holding the function keeps the id its own.
        self._functions = {}
        self._pack = msgpack.Packer(use_bin_type=True, strict_types=True, default=self._pickle).pack
        # State of the computation being scanned.
        self._key = None
        self._dependencies = {}
        self._slots = None
        self._known = dsk

    def scan(self, key, computation):
        """Tell ``(dependencies, payload)`` of one computation.

        The payload is ``(functions, body, locks)``, the first two as in a node of SubmitNodes, or ALIAS.
        Raises SerializationError when a function or a literal cannot be pickled.
        """
        self._key = key
        self._known = self._dsk
        self._dependencies = dependencies = {}
        if type(computation) is tuple and computation and callable(computation[0]):
            return dependencies, self._call_node(computation)
        if self._is_key(computation):
            return (computation,), ALIAS
        if isinstance(computation, list) and has_tasks(self._dsk, computation):
            return dependencies, self._list_node(computation)
        return dependencies, (None, self._value(computation), ())

    def _call_node(self, task):
        function = task[0]
        if type(function) is literal and len(task) == 1:
            return None, self._value(function.data), ()
        known = self._functions.get(id(function)) or self._intern(function)
        self._slots = slots = [known[1]]
        body = self._pack_body(self._arguments(task[1:]))
        # One list for all calls of a function that need no other.
        return (known[2] if len(slots) == 1 else slots), body, ()

    def _list_node(self, computation):
        # An expression has no functions; if it needs some, it is a call of `list` on that expression.
        self._slots = slots = [None]
        body = self._pack_body([self._list(computation)])
        if len(slots) == 1:
            return [], body, ()
        slots[0] = (self._functions.get(id(list)) or self._intern(list))[1]
        return slots, body, ()

    def _arguments(self, items):
        """Encode the elements of a task or list, references becoming inputs."""
        encoded = []
        append = encoded.append
        known, dependencies = self._known, self._dependencies
        for item in items:
            kind = type(item)
            if kind in _ATOMS:
                if item in known:
                    append(_input(dependencies.setdefault(item, len(dependencies))))
                else:
                    append(item)
            elif kind is tuple and item and callable(item[0]):
                append(self._nested_call(item))
            elif kind is list:
                append(self._arguments(item))
            else:
                append(self._other(item))
        return encoded

    def _other(self, item):
        if isinstance(item, list):
            return self._list(item)
        try:
            if item in self._known:
                return _input(self._dependencies.setdefault(item, len(self._dependencies)))
        except TypeError:
            # Not hashable, therefore not a key.
            return self._pickle(item)
        if isinstance(item, _FUNCTION_TYPES):
            return msgpack.ExtType(FUNCTION, _index(self._slot(item)))
        return self._pickle(item)

    def _list(self, items):
        if type(items) is not list and self._known is self._dsk:
            # Dask finds no dependencies in a subclass of list, but replaces those that it knows from elsewhere.
            self._known = get_dependencies(self._dsk, task=self._dsk[self._key])
            encoded = self._arguments(items)
            self._known = self._dsk
            return encoded
        return self._arguments(items)

    def _nested_call(self, task):
        function = task[0]
        if type(function) is literal and len(task) == 1:
            return self._pickle(function.data)
        arguments = self._arguments(task[1:])
        arguments.insert(0, self._slot(function))
        return msgpack.ExtType(CALL, self._pack_body(arguments))

    def _slot(self, function):
        number = (self._functions.get(id(function)) or self._intern(function))[1]
        slots = self._slots
        if number in slots:
            return slots.index(number)
        slots.append(number)
        return len(slots) - 1

    def _intern(self, function):
        try:
            number = self._register(function)
        except SerializationError as error:
            raise SerializationError(f"task {self._key!r}: {error}") from error.__cause__
        known = self._functions[id(function)] = (function, number, [number])
        return known

    def _is_key(self, computation):
        try:
            return computation in self._dsk
        except TypeError:
            return False

    def _pack_body(self, arguments):
        try:
            return self._pack(arguments)
        except UnicodeEncodeError:
            # Lone surrogates are fine in a Python string, but not in MessagePack.
            return self._pack(self._without_surrogates(arguments))

    def _without_surrogates(self, items):
        if type(items) is list:
            return [self._without_surrogates(item) for item in items]
        if type(items) is str and any("\ud800" <= c <= "\udfff" for c in items):
            return self._pickle(items)
        return items

    def _pickle(self, item):
        """Any object as a pickle that holds what the client's __main__ defines."""
        try:
            pickled = values.encode(item)
            if type(pickled) is not bytes:
                # Large buffers came apart, for which a body has no place.
                pickled = cloudpickle.dumps(item, protocol=5)
            return msgpack.ExtType(PICKLE, pickled)
        except Exception as error:
            raise self._unpicklable(item, error) from error

    def _value(self, literal_value):
        """A literal of the graph as the bytes of a value."""
        try:
            return values.dumps(literal_value)
        except Exception as error:
            raise self._unpicklable(literal_value, error) from error

    def _unpicklable(self, item, error):
        return SerializationError(
            f"task {self._key!r}: an argument of type {type(item).__qualname__} cannot be pickled: "
            f"{type(error).__name__}: {error} (the argument: {_short_repr(item)})"
        )


def pickle_function(function):
    """The pickle of `function`, by value where the worker could not import it.

    Raises SerializationError that names it.
    """
    try:
        return cloudpickle.dumps(function, protocol=5)
    except Exception as error:
        raise SerializationError(
            f"function {_short_repr(function)} cannot be pickled: {type(error).__name__}: {error}"
        ) from error


def _short_repr(item, limit=200):
    try:
        text = repr(item)
    except Exception as error:
        text = f"<{type(item).__qualname__}, whose repr raises {type(error).__name__}>"
    return text if len(text) <= limit else text[: limit - 1] + "…"
