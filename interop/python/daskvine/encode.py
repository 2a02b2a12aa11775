"""Turns computations of a graph into nodes, by the rules of the installed Dask, whichever it is.

A computation is a legacy one (a tuple with a callable first element is a task, lists are searched, what equals a key is a reference,
everything else is a literal) or, in Dask since 2024.12, a GraphNode, which says itself what it refers to. What a value that may hold
references means is asked of Dask where its versions differ.
"""

from dask.core import literal

from daskvine import task_spec
from daskvine.bodies import ATOMS, LARGE, FUNCTION_TYPES, BodyWriter, reference
from daskvine.graph import ALIAS
from daskvine.pickling import short_repr
from daskvine.task_spec import GraphNode

if not task_spec.IS_THERE:
    from dask.core import get_dependencies, has_tasks

# Values of these types may be keys; of what else is hashable only the older Dask thinks so.
_KEY_ATOMS = frozenset({bool, int, float, str}) if task_spec.IS_THERE else ATOMS


class Encoder:
    """Scans the computations of one graph; one per `get`, used by one thread.

    `register(function, pickle)` gives the number of a function on the link and is asked once per function object; `discovers` is as
    for BodyWriter. `neutral` are the keys whose values are read by other runtimes.
    """

    def __init__(self, dsk, register, *, discovers=True, neutral=frozenset()):
        self._dsk = dsk
        self._neutral = neutral
        self._writer = BodyWriter(register, discovers=discovers)
        self._nodes = task_spec.NodeReader(self._writer, self._refer, neutral)
        # Of the computation being scanned; `_known` are the keys that its references may be.
        self._key = None
        self._dependencies = {}
        self._known = dsk
        # Key → large literal of the graph that was met before: tasks that read it from then on have it as context.
        self._contexts = {}

    def scan(self, key, computation):
        """Tell ``(dependencies, payload)`` of one computation.

        The payload is ``(functions, body, locks)``, the first two as in a node of SubmitNodes, or ALIAS.
        Raises SerializationError when a function or a literal cannot be pickled, RecursionError when it is nested too deeply.
        """
        self._key = key
        self._known = self._dsk
        self._dependencies = dependencies = {}
        try:
            target, node = self._encode(key, computation)
        except (RecursionError, ValueError) as error:
            # The latter is how MessagePack calls it.
            if "recursion" not in str(error):
                raise
            raise RecursionError(f"task {short_repr(key)} is nested too deeply: {error}") from None
        if node is None:
            return (target,), ALIAS
        if node[0] is None and len(node[1]) >= LARGE and key not in self._neutral:
            self._note_literal(key, len(node[1]))
        return dependencies, (*node, self._writer.locks)

    def _encode(self, key, computation):
        """``(target, None)`` of an alias, else ``(None, (functions, body))``."""
        if type(computation) is tuple and computation and callable(computation[0]):
            return None, self._call(key, computation)
        if isinstance(computation, GraphNode):
            return self._nodes.read(key, computation)
        if self._is_key(computation):
            return computation, None
        if task_spec.IS_THERE:
            converted = task_spec.convert(key, computation, self._dsk)
            if isinstance(converted, GraphNode):
                return self._nodes.read(key, converted)
        elif isinstance(computation, list) and has_tasks(self._dsk, computation):
            self._writer.begin_expression(key)
            return None, self._writer.end_expression(list, self._list(computation))
        return None, self._value(key, computation)

    @property
    def assemblies(self):
        """Number of each function of .NET that was met → its Assembly."""
        return self._writer.assemblies

    def _value(self, key, item):
        self._writer.begin(key)
        return None, self._writer.value(item, key in self._neutral)

    def _note_literal(self, key, size):
        item = self._writer.last_value
        if self._writer.may_be_context(item, size):
            self._contexts[key] = item

    def _call(self, key, task):
        function = task[0]
        if type(function) is literal and len(task) == 1:
            return self._value(key, function.data)
        self._writer.begin_call(key, function)
        return self._writer.end_call(self._arguments(task[1:]))

    def _arguments(self, items):
        """Encode the elements of a legacy task or list, references becoming inputs."""
        encoded = []
        append = encoded.append
        known, dependencies, contexts = self._known, self._dependencies, self._contexts
        for item in items:
            kind = type(item)
            if kind in ATOMS:
                if item in known and kind in _KEY_ATOMS:
                    if contexts and item in contexts:
                        append(self._writer.function(contexts[item]))
                        continue
                    append(reference(dependencies.setdefault(item, len(dependencies))))
                else:
                    append(item)
            elif kind is tuple and item and callable(item[0]):
                append(self._nested_call(item))
            elif kind is list:
                append(self._arguments(item))
            elif isinstance(item, FUNCTION_TYPES) and not self._is_key(item):
                append(self._writer.function(item))
            else:
                append(self._current(item) if task_spec.IS_THERE else self._older(item))
        return encoded

    def _current(self, item):
        """Anything but an atom, a task, a list and a function, as Dask since 2024.12 understands it in a legacy task."""
        return self._nodes.argument(task_spec.convert_argument(item, self._dsk))

    def _older(self, item):
        """Anything but an atom, a task, a list and a function, as Dask before 2024.12 understands it."""
        if isinstance(item, list):
            return self._list(item)
        return self._refer(item) if self._is_key(item) else self._writer.pickle(item)

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
            return self._writer.pickle(function.data)
        self._writer.slot(function)
        return self._writer.call(function, self._arguments(task[1:]))

    def _refer(self, key):
        if self._contexts and key in self._contexts:
            return self._writer.function(self._contexts[key])
        return reference(self._dependencies.setdefault(key, len(self._dependencies)))

    def _is_key(self, item):
        try:
            return item in self._known and (not task_spec.IS_THERE or isinstance(item, task_spec.KEY_TYPES))
        except TypeError:
            # Not hashable.
            return False
