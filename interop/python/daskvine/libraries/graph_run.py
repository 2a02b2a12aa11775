"""Brings the libraries of a graph to the manager, and the files that are their inputs: as the first nodes of that graph."""

import copy

from daskvine.workflow.files import LocalFile, MiniTaskFile, Temp
from daskvine.workflow.library_table import number_of
from daskvine.workflow.session import Session


class GraphLibraries:
    """The libraries for one run of a graph over `connection`; `options` are that graph's TaskOptions, `files` the client's FileTable.

    `library`, if any, runs all functions of Python; `number` is that on the link of one that is installed. `dotnet` are those of .NET, by
    the identity of their Assembly.
    """

    def __init__(self, connection, interning, options, files, *, library=None, number=None, dotnet=None):
        self._library = library
        self._number = number
        self._dotnet = dotnet or {}
        # Identity of an Assembly → the number and cores of its library, and the nodes that its calls read last.
        self.places = {}
        self._connection = connection
        self._interning = interning
        self._options = options
        self._files = files

    @property
    def are_for_all(self):
        """Whether functions of Python run in one of them too."""
        return self._library is not None

    def declare(self, graph):
        """Send all that `graph`, which is open, needs to run in its libraries: how many nodes that are, and which of them tasks of Python read.

        Raises ValueError when an input is not there, or the library asks for what cannot be; OSError, SerializationError.
        """
        session = Session(self._connection, graph=graph)
        table = self._files.beside(session)
        nodes = []
        if self._library:
            number, nodes, library = self._declare(table, self._library, self._number)
            self._options.run_in(number, library.cores_per_call, library.resources_per_call)
        for identity, each in self._dotnet.items():
            number, mounted, library = self._declare(table, each)
            self.places[identity] = (number, library.cores_per_call), mounted
        return session.count, nodes

    def _declare(self, table, asked, number=None):
        """Number and nodes of a library, and the library as it was declared."""
        library = copy.copy(asked)
        library.inputs = [(_copy_for(table, file), name, flags) for file, name, flags in asked.inputs]
        nodes = [self._node_of(table, file) for file, _, _ in library.inputs]
        for (declared, _, _), (file, _, _) in zip(asked.inputs, library.inputs):
            _remember(declared, file)
        return number_of(library, self._interning) if number is None else number, nodes, library

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
