"""Writes the bodies of tasks: MessagePack with extension types ("Bodies and values" in src/ARCHITECTURE.md)."""

import pickle
from functools import partial
from operator import is_
from types import BuiltinFunctionType, FunctionType, MethodDescriptorType, MethodType, MethodWrapperType
from types import WrapperDescriptorType

import cloudpickle
import msgpack
from dask import optimization

from daskvine import arrow, values
from daskvine.assemblies.function import DotNetFunction
from daskvine.errors import SerializationError
from daskvine.locks import MAKERS_OF_THREAD_LOCKS, locks_in, name_of_thread_lock
from daskvine.pickling import advice_on, pickle_function, short_repr

INPUT, CALL, PICKLE, FUNCTION, KEYWORDS, TUPLE, ARROW = range(1, 8)

# An object is worth being sent by itself from so many bytes on, when several tasks have it.
LARGE = 64 << 10
# Such objects stay in every process that runs one of these tasks until their graph ends, so together they have no more than this.
_DISCOVERED_MOST = 1 << 30
# What MessagePack tells apart as Python does, and so travels as it is.
ATOMS = frozenset({type(None), bool, int, float, str, bytes})
# What is sent once, however many tasks have it.
FUNCTION_TYPES = (
    FunctionType, BuiltinFunctionType, MethodType, MethodDescriptorType, MethodWrapperType,
    WrapperDescriptorType, partial, type,
    # A fused subgraph of Dask before 2024.12.
    *([optimization.SubgraphCallable] if hasattr(optimization, "SubgraphCallable") else []),
)

_references = []


def _index(number):
    return number.to_bytes((number.bit_length() + 7) // 8 or 1, "big")


def reference(number):
    """The reference to input `number`; kept, because references are most of what graphs consist of."""
    while number >= len(_references):
        _references.append(msgpack.ExtType(INPUT, _index(len(_references))))
    return _references[number]


class BodyWriter:
    """Writes one body after the other; one per `get`, used by one thread.

    `register(function, pickle)` gives the number of a function on the link and is asked once per function object.
    `begin` starts a body; `locks` then collects the names of the locks in it.
    With `discovers`, an argument of 64 KiB and more that is met again, the same object, is from then on sent as functions are: once,
    and to be loaded once by each process that runs its tasks.
    """

    def __init__(self, register, *, discovers=True):
        self._register = register
        self._discovers = discovers
        # id → large object that was met once.
        self._large = {}
        self._room = _DISCOVERED_MOST
        # id → (function, its number, [its number], its locks); holding the function keeps the id its own.
        self._functions = {}
        self._pack = msgpack.Packer(use_bin_type=True, strict_types=True, default=self.pickle).pack
        # Of the present body: its task's key, the numbers of its functions, and those as a list when there is just one.
        self._key = None
        self._slots = []
        self._only = None
        self.locks = ()
        # What `value` was last given.
        self.last_value = None
        # Number of each function of .NET → its Assembly; whether the present body is for one of these.
        self.assemblies = {}
        self._is_dotnet = False

    def begin(self, key):
        """Begin the body of the task at `key`, which errors will name."""
        self._key = key
        self._slots = []
        self.locks = ()
        self._is_dotnet = False

    def begin_call(self, key, function):
        """Begin the body of a task that calls `function`."""
        self._key = key
        _, number, self._only, self.locks = self._functions.get(id(function)) or self.intern(function)
        self._slots = [number]
        self._is_dotnet = number in self.assemblies

    def begin_known(self, key, known):
        """Begin the body of a task that calls a function which `intern` has returned."""
        self._key = key
        _, number, self._only, self.locks = known
        self._slots = [number]

    def begin_expression(self, key):
        """Begin the body of a node that may come to be a call, which `end_expression` decides."""
        self.begin(key)
        self._slots.append(None)

    def end_call(self, arguments):
        """``(functions, body)`` of the call; the same list of functions for all calls of one that need no other."""
        body = self._pack_arguments(arguments)
        return (self._only if len(self._slots) == 1 else self._slots), body

    def end_expression(self, kind, items):
        """``(functions, body)`` of a `kind` of encoded items: a list is one without a call if nothing in it is called."""
        if kind is list and len(self._slots) == 1:
            return [], self._pack_checked([items])
        self._slots[0] = (self._functions.get(id(kind)) or self.intern(kind))[1]
        return self._slots, self._pack_checked([items])

    def slot(self, function):
        """The index of a function among those of this body."""
        known = self._functions.get(id(function)) or self.intern(function)
        slots, number = self._slots, known[1]
        if number in slots:
            return slots.index(number)
        if known[3]:
            self._hold(known[3])
        slots.append(number)
        return len(slots) - 1

    def mark(self):
        """Where the present body is, for `forget_since`."""
        return len(self._slots), self.locks

    def forget_since(self, mark):
        """Take back the functions and locks of what was encoded since, and is not used."""
        count, self.locks = mark
        del self._slots[count:]

    def call(self, function, arguments):
        """A nested call; `arguments` are encoded, and the list is taken over."""
        arguments.insert(0, self.slot(function))
        return msgpack.ExtType(CALL, self._pack_arguments(arguments))

    def function(self, function):
        """A function as a value."""
        if self._is_dotnet and type(function) is not DotNetFunction:
            raise self._not_neutral(function)
        return msgpack.ExtType(FUNCTION, _index(self.slot(function)))

    def numbered(self, item, number):
        """A reference to an object that was sent under this number, as functions are; the body has its locks already."""
        self._functions[id(item)] = item, number, [number], ()
        return self.function(item)

    def tuple(self, items):
        return msgpack.ExtType(TUPLE, self._pack_checked(items))

    def keywords(self, items):
        """Keyword arguments, to be the last of a call's arguments."""
        return msgpack.ExtType(KEYWORDS, self._pack_checked(items))

    def pickle(self, item):
        """Any object as a pickle that holds what the client's __main__ defines; a lock as a fresh one."""
        if self._is_dotnet:
            return self._neutral(item)
        if self._discovers and id(item) in self._functions:
            return self.function(item)
        make_lock = MAKERS_OF_THREAD_LOCKS.get(type(item))
        if make_lock:
            self._hold((name_of_thread_lock(item),))
            return self.call(make_lock, [])
        try:
            pickled = values.encode(item)
            if type(pickled) is not bytes:
                # Large buffers came apart, for which a body has no place.
                pickled = cloudpickle.dumps(item, protocol=5)
        except Exception as error:
            raise self._unpicklable(item, error) from error
        if len(pickled) >= LARGE and self._is_context(item, len(pickled)):
            self._know(item, pickled)
            return self.function(item)
        self._hold(locks_in(pickled, item))
        return msgpack.ExtType(PICKLE, pickled)

    def literal(self, item):
        """Anything that is no reference."""
        kind = type(item)
        if kind in ATOMS:
            return item
        if isinstance(item, FUNCTION_TYPES):
            return self.function(item)
        if kind is list and all(type(element) in ATOMS for element in item):
            return item
        return self.pickle(item)

    def value(self, item, neutral=False):
        """A literal of the graph as the bytes of a value; `neutral` is as for values.encode."""
        try:
            pickled = values.dumps(item, neutral)
        except Exception as error:
            raise self._unpicklable(item, error) from error
        self._hold(locks_in(pickled, item))
        self.last_value = item
        return pickled

    def may_be_context(self, item, size):
        """Whether tasks that read this literal of the graph, of so many bytes, should have it as what is loaded once by a process.

        Arrays stay inputs: they are mapped, not loaded, and each task has its own view.
        """
        is_array = type(item).__module__.partition(".")[0] == "numpy"
        if not self._discovers or size > self._room or is_array or type(item) in ATOMS:
            return False
        self._room -= size
        return True

    def intern(self, function):
        """What is known of a function from now on: ``(function, its number, [its number], its locks)``. Raises SerializationError."""
        if type(function) is DotNetFunction:
            known = self._know(function, function.code)
            self.assemblies[known[1]] = function.assembly
            return known
        try:
            code = pickle_function(function)
        except SerializationError as error:
            where = f"task {self._key!r}: " if self._key is not None else ""
            raise SerializationError(f"{where}{error}") from error.__cause__
        return self._know(function, code)

    def _is_context(self, item, size):
        """Whether a large object comes again, and there is room for it; it is remembered, and so stays what its id says."""
        if not self._discovers or size > self._room:
            return False
        if id(item) not in self._large:
            self._large[id(item)] = item
            return False
        self._room -= size
        return True

    def _pack_arguments(self, arguments):
        try:
            body = self._pack(arguments)
        except UnicodeEncodeError:
            body = self._pack_checked(arguments)
        if len(body) < LARGE or not self._discovers or self._is_dotnet:
            return body
        found = [self._large_atom(item) if type(item) in (bytes, str) else item for item in arguments]
        return body if all(map(is_, found, arguments)) else self._pack_checked(found)

    def _large_atom(self, item):
        """Bytes or text: a reference to it when it is large and comes again."""
        if id(item) not in self._functions:
            if len(item) < LARGE or not self._is_context(item, len(item)):
                return item
            self._know(item, pickle.dumps(item, 5))
        return self.function(item)

    def _pack_checked(self, items):
        try:
            return self._pack(items)
        except UnicodeEncodeError:
            # Lone surrogates are fine in a Python string, but not in MessagePack.
            return self._pack(self._without_surrogates(items))

    def _know(self, item, code):
        number = self._register(item, code)
        known = self._functions[id(item)] = (item, number, [number], locks_in(code, item))
        return known

    def _hold(self, locks):
        if locks:
            self.locks = tuple(dict.fromkeys((*self.locks, *locks)))

    def _without_surrogates(self, items):
        if type(items) is list:
            return [self._without_surrogates(item) for item in items]
        if type(items) is dict:
            return {name: self._without_surrogates(item) for name, item in items.items()}
        if type(items) is str and any("\ud800" <= c <= "\udfff" for c in items):
            return self.pickle(items)
        return items

    def _neutral(self, item):
        """An argument in a form that every runtime can read."""
        kind = type(item)
        if kind is dict and all(type(name) is str for name in item):
            return {name: self.literal(value) for name, value in item.items()}
        if kind is list:
            return [self.literal(element) for element in item]
        if kind is tuple:
            return self.tuple([self.literal(element) for element in item])
        stream = arrow.encode(item)
        if stream is None:
            raise self._not_neutral(item)
        return msgpack.ExtType(ARROW, bytes(stream))

    def _not_neutral(self, item):
        return SerializationError(
            f"task {self._key!r}: a function of .NET cannot take an argument of type {type(item).__qualname__}: give it numbers, text, bytes, "
            f"numpy arrays, pandas frames, or lists and dicts of these (the argument: {short_repr(item)})"
        )

    def _unpicklable(self, item, error):
        return SerializationError(
            f"task {self._key!r}: an argument of type {type(item).__qualname__} cannot be pickled: "
            f"{type(error).__name__}: {error} (the argument: {short_repr(item)}){advice_on(error)}"
        )
