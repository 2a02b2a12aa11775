"""Brings the library of a graph to the manager, and the files that are its inputs: as the first nodes of that graph."""

import copy

from daskvine.workflow.files import LocalFile, MiniTaskFile, Temp
from daskvine.workflow.library_table import number_of
from daskvine.workflow.session import Session


class GraphLibrary:
    """`library` for one run of a graph over `connection`; `options` are that graph's TaskOptions, `files` the client's FileTable."""

    def __init__(self, library, connection, interning, options, files):
        self._library = library
        self._connection = connection
        self._interning = interning
        self._options = options
        self._files = files

    def declare(self, graph):
        """Send all that `graph`, which is open, needs to run in the library: how many nodes that are, and which of them its tasks read.

        Raises ValueError when an input is not there, or the library asks for what cannot be; OSError, SerializationError.
        """
        session = Session(self._connection, graph=graph)
        table = self._files.beside(session)
        library = copy.copy(self._library)
        library.inputs = [(_copy_for(table, file), name, flags) for file, name, flags in library.inputs]
        nodes = [self._node_of(table, file) for file, _, _ in library.inputs]
        for (declared, _, _), (file, _, _) in zip(self._library.inputs, library.inputs):
            _remember(declared, file)
        self._options.run_in(number_of(library, self._interning), library.cores_per_call)
        return session.count, nodes

    def _node_of(self, table, file):
        node = table.node_of(file)
        if node is None:
            raise ValueError(f"the graph cannot have {file!r}: it is not there")
        return node


def _copy_for(table, file):
    """The same file, as nodes of another graph."""
    if isinstance(file, Temp) or file.is_awaited or file.is_gone:
        raise ValueError(f"a graph cannot have {file!r}: it was undeclared, or is made by tasks that are submitted")
    other = copy.copy(file)
    other.owner, other.node, other.nodes = table, None, []
    if isinstance(file, MiniTaskFile):
        other.task = copy.copy(file.task)
        other.task.priority, other.task.retries, other.task.features, other.task.gpus = 0, 0, [], None
        other.task.inputs = [(_copy_for(table, mounted), name, flags) for mounted, name, flags in file.task.inputs]
    return other


def _remember(file, other):
    """What was found out about a copy need not be found out again."""
    if isinstance(file, LocalFile) and not file.is_awaited and file.node is None:
        file.signature, file.name, file.size = other.signature, other.name, other.size
    if isinstance(file, MiniTaskFile):
        for (mounted, _, _), (copied, _, _) in zip(file.task.inputs, other.task.inputs):
            _remember(mounted, copied)
