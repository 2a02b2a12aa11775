"""Graphs that have functions of .NET among those of Python: each call in a task of its own, and what passes between the two known."""

from dask.core import get_dependencies

from daskvine.assemblies.function import DotNetFunction
from daskvine.pickling import short_repr
from daskvine.task_spec import GraphNode, spec


class MixedGraph:
    """A graph in which no task calls functions of two runtimes.

    `graph` is a dict, `assemblies` are those that its tasks name, `neutral` the keys whose values .NET functions read.
    """

    def __init__(self, dsk):
        """Raises ValueError for a task that cannot be taken apart."""
        self.graph = dict(dsk)
        self.assemblies = {}
        self.neutral = set()
        self._last = 0
        for key, computation in dsk.items():
            try:
                self.graph[key] = self._part(key, computation, _home_of(computation), is_top=True)
            except RecursionError:
                raise RecursionError(f"task {short_repr(key)} is nested too deeply") from None
        for key, computation in list(self.graph.items()):
            if _home_of(computation):
                self._mark(self._dependencies(computation))

    def _part(self, key, item, home, is_top=False):
        """`item` with references in place of the calls in it that another runtime runs."""
        if type(item) is list:
            return [self._part(key, element, home) for element in item]
        if isinstance(item, GraphNode):
            return self._checked(key, item, home)
        if type(item) is not tuple or not item or not callable(item[0]):
            return item
        own = _home_of(item)
        if own:
            self.assemblies[own.identity] = own
        parted = (item[0], *[self._part(key, argument, own) for argument in item[1:]])
        if is_top or _same(own, home):
            return parted
        self._last += 1
        name = f"{key}: call {self._last} of {'.NET' if own else 'Python'}"
        self.graph[name] = parted
        return name

    def _checked(self, key, node, home):
        own = _home_of(node)
        if own:
            self.assemblies[own.identity] = own
        for argument in _nested_in(node):
            if not _same(_home_of(argument), own):
                raise ValueError(f"task {key!r} calls functions of Python and of .NET: make it two tasks, one of which reads the other")
            self._checked(key, argument, own)
        return node

    def _dependencies(self, computation):
        if isinstance(computation, GraphNode):
            return computation.dependencies
        return get_dependencies(self.graph, task=computation)

    def _mark(self, keys):
        for key in keys:
            # What only names another key has that one's value.
            while key not in self.neutral:
                self.neutral.add(key)
                target = self.graph.get(key)
                if isinstance(target, GraphNode):
                    target = getattr(target, "target", None)
                if not _is_key(target, self.graph):
                    break
                key = target


def mixed(dsk):
    """The MixedGraph of a graph that has functions of .NET, else None."""
    if not DotNetFunction.are_there or not any(map(_has_dotnet, dsk.values())):
        return None
    return MixedGraph(dsk)


def _home_of(computation):
    """The Assembly that a call is of; None for one of Python, and for what is no call."""
    if isinstance(computation, GraphNode):
        function = getattr(computation, "func", None)
    else:
        function = computation[0] if type(computation) is tuple and computation else None
    return function.assembly if type(function) is DotNetFunction else None


def _has_dotnet(item):
    rest = [item]
    while rest:
        item = rest.pop()
        if isinstance(item, GraphNode):
            rest += _nested_in(item)
        elif type(item) in (tuple, list):
            rest += item
        else:
            continue
        if _home_of(item):
            return True
    return False


def _nested_in(node):
    arguments = [*getattr(node, "args", ()), *getattr(node, "kwargs", {}).values()] if isinstance(node, spec.Task) else []
    return [argument for argument in arguments if isinstance(argument, spec.Task)]


def _same(one, other):
    return (one and one.identity) == (other and other.identity)


def _is_key(item, graph):
    try:
        return item is not None and item in graph
    except TypeError:
        return False
