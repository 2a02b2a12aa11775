"""Dask's task specification (dask._task_spec, since 2024.12), read into bodies; empty where the installed Dask has none."""

from daskvine.bodies import ATOMS

try:
    from dask import _task_spec as spec
except ImportError:
    spec = None

IS_THERE = spec is not None
GraphNode = spec.GraphNode if IS_THERE else ()
KEY_TYPES = (int, float, str, tuple)

# A fused chain of more tasks than this is left to Dask, which does not nest calls to run it.
_INLINED_TASKS = 64


def convert(key, computation, known):
    """What Dask makes of a legacy computation, given the graph's keys."""
    return spec.convert_legacy_task(key, computation, known)


def convert_argument(item, known):
    """What Dask makes of an argument of a legacy task."""
    if not isinstance(item, dict):
        return spec.convert_legacy_task(None, item, known)
    if any(isinstance(value, (GraphNode, spec.TaskRef)) for value in item.values()):
        return spec.Dict(item)
    # The same object stays so, which is how a large one is known again.
    return item if type(item) is dict else dict(item)


class NodeReader:
    """Reads GraphNodes into bodies. `refer(key)` gives the encoded reference to a key of the graph."""

    def __init__(self, writer, refer, neutral=frozenset()):
        self._writer = writer
        self._neutral = neutral
        self._refer = refer
        # The fused subgraphs that are being inlined, innermost last.
        self._scopes = []

    def read(self, key, node):
        """``(target, None)`` of an alias, else ``(None, (functions, body))``."""
        kind = type(node)
        if kind is spec.Alias:
            return self._read_target(key, node.target)
        if kind is spec.DataNode:
            self._writer.begin(key)
            return None, (None, self._writer.value(node.value, key in self._neutral))
        container = _container_of(node)
        if container:
            constructor, items = container
            self._writer.begin_expression(key)
            return None, self._writer.end_expression(constructor, self._list(items))
        if _is_fused(node):
            inlined = self._inline(node, lambda last: self.read(key, last))
            if inlined is not _NOT_INLINED:
                return inlined
        function, arguments, keywords = _call_of(node)
        self._writer.begin_call(key, function)
        return None, self._writer.end_call(self._arguments(arguments, keywords))

    def _read_target(self, key, target):
        if not self._scopes:
            return target, None
        scope = self._scopes[-1]
        if target not in scope.outer:
            return self.read(key, scope.take(target))
        self._scopes.pop()
        try:
            return self._read_target(key, scope.outer[target].key)
        finally:
            self._scopes.append(scope)

    def argument(self, item):
        """Encode an argument of a Task: references and nested nodes are found, everything else is a literal."""
        if type(item) in ATOMS:
            return item
        if isinstance(item, spec.TaskRef):
            return self._reference(item.key)
        return self._nested(item) if isinstance(item, GraphNode) else self._writer.literal(item)

    def _nested(self, node):
        kind = type(node)
        if kind is spec.Alias:
            return self._reference(node.target)
        if kind is spec.DataNode:
            return self._writer.literal(node.value)
        container = _container_of(node)
        if container:
            constructor, items = container
            encoded = self._list(items)
            if constructor is list:
                return encoded
            return self._writer.tuple(encoded) if constructor is tuple else self._writer.call(constructor, [encoded])
        if _is_fused(node):
            mark = self._writer.mark()
            inlined = self._inline(node, self.argument)
            if inlined is not _NOT_INLINED:
                return inlined
            self._writer.forget_since(mark)
        function, arguments, keywords = _call_of(node)
        return self._writer.call(function, self._arguments(arguments, keywords))

    def _list(self, items):
        # Pairs are those of a dictionary.
        return [[*map(self.argument, item)] if type(item) is _Pair else self.argument(item) for item in items]

    def _arguments(self, arguments, keywords):
        encoded = [self.argument(item) for item in arguments]
        if keywords:
            encoded.append(self._writer.keywords({name: self.argument(item) for name, item in keywords.items()}))
        return encoded

    def _reference(self, key):
        if not self._scopes:
            return self._refer(key)
        scope = self._scopes[-1]
        if key in scope.outer:
            self._scopes.pop()
            try:
                return self.argument(scope.outer[key])
            finally:
                self._scopes.append(scope)
        return self.argument(scope.take(key))

    def _inline(self, node, read):
        """What `read` makes of a fused subgraph's last task, the others being nested calls in it.

        So it runs without Dask at the worker, and its functions are sent once for all such tasks.
        _NOT_INLINED where that cannot be said; what was read until then is to be forgotten.
        """
        inner, out, inkeys, *dependencies = node.args
        if len(inner) > _INLINED_TASKS:
            return _NOT_INLINED
        scope = _Scope(inner, dict(zip(inkeys, dependencies)))
        self._scopes.append(scope)
        try:
            return read(scope.take(out))
        except _Shared:
            return _NOT_INLINED
        finally:
            self._scopes.pop()


class _Scope:
    """A fused subgraph: its own nodes, and the references outside that its other keys stand for."""

    def __init__(self, inner, outer):
        self._inner = inner
        self.outer = outer
        self._taken = set()

    def take(self, key):
        """The node at `key`, once."""
        if key in self._taken:
            raise _Shared
        self._taken.add(key)
        return self._inner[key]


class _Shared(Exception):
    """A node of a fused subgraph is used twice, which nested calls cannot say."""


class _Pair(tuple):
    """A key and its value."""


_NOT_INLINED = object()


def _container_of(node):
    """``(constructor, items)`` of a node that only collects, else None."""
    if isinstance(node, spec.Dict):
        return dict, [*map(_Pair, zip(node.args[::2], node.args[1::2]))]
    if isinstance(node, spec.NestedContainer):
        return node.klass, node.args
    if type(node) is spec.Task and node.func is spec._identity_cast and node.kwargs.keys() == {"typ"}:
        return node.kwargs["typ"], node.args
    return None


def _is_fused(node):
    return type(node) is spec.Task and node.func is spec._execute_subgraph


def _call_of(node):
    """Function, arguments and keywords of a task; a node of a kind that is unknown here runs itself."""
    if type(node) is spec.Task:
        return node.func, node.args, node.kwargs
    return node.__call__, (spec.Dict({key: spec.TaskRef(key) for key in node.dependencies}),), {}
