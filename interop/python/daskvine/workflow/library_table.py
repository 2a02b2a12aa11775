"""The libraries that one client has installed, and what of them is at the manager."""

from contextlib import contextmanager

from daskvine.bodies import BodyWriter
from daskvine.interning import Interning
from daskvine.libraries.spec import meant


class Installed:
    """A library at the manager: the number of its spec, its functions as bodies name them, and the nodes of its inputs."""

    def __init__(self, library, interning, number, functions, nodes):
        self.library = library
        self.interning = interning
        self.number = number
        self.cores = library.cores_per_call
        self.resources = library.resources_per_call
        self.functions = functions
        self.nodes = nodes
        # Calls of it that are not done; it was removed.
        self.users = 0
        self.is_removed = False


class LibraryTable:
    """Installs libraries over `connection`; `files` is the client's FileTable. For any number of threads, each of which holds `session`."""

    def __init__(self, connection, session, files):
        self._connection = connection
        self._session = session
        self._files = files
        self._installed = {}

    def install(self, library):
        """Have its functions and what it is at the manager. Raises ValueError, SerializationError, OSError."""
        files = [file for file, _, _ in library.inputs]
        nodes = [self._files.node_of(file) for file in files]
        for file, node in zip(files, nodes):
            if node is None:
                raise ValueError(f"library {library.name} cannot have its input {file!r}: it is not there")
        with self._session.exclusively():
            known = self._installed.get(library.name)
            if known is not None and known.library is library:
                return
            if known is not None:
                raise ValueError(f"another library of the name {library.name} is installed; remove_library({library.name!r}) comes first")
            interning = Interning(self._connection)
            number = number_of(library, interning)
            writer = BodyWriter(interning.number, discovers=False)
            functions = {name: writer.intern(function) for name, function in library.functions.items()}
            library.is_installed = True
            self._files.use(files, 1)
            self._installed[library.name] = Installed(library, interning, number, functions, nodes)

    def remove(self, name):
        """Calls that are submitted from now on do not find it. Whether it was there."""
        with self._session.exclusively():
            installed = self._installed.pop(name, None)
            if installed is None:
                return False
            installed.is_removed = True
            installed.library.is_installed = False
            self._files.use([file for file, _, _ in installed.library.inputs], -1)
            self._release_unused(installed)
            return True

    def names(self):
        return list(self._installed)

    def find(self, name):
        """The Installed of that name, or None."""
        return self._installed.get(name)

    def use(self, installed, count):
        """So many calls more, or fewer, that are not done are its."""
        installed.users += count
        self._release_unused(installed)

    @contextmanager
    def using(self, find):
        """What `find()` tells, an Installed or None, which stays at the manager meanwhile also when it is removed."""
        installed = None
        try:
            with self._session.exclusively():
                installed = find()
                if installed:
                    self.use(installed, 1)
            yield installed
        finally:
            if installed:
                with self._session.exclusively():
                    self.use(installed, -1)

    @staticmethod
    def _release_unused(installed):
        if installed.is_removed and not installed.users:
            installed.interning.release()


def number_of(library, interning):
    """The number of a library on the link, where the nodes of its inputs are known. Raises ValueError when it cannot be."""
    return interning.number_of_bytes(f"library {library.name}", library.spec().to_bytes())


def function_of(installed, name):
    """The function of that name as bodies know it. Raises ValueError that names those that are nearest."""
    if name not in installed.functions:
        raise ValueError(
            f"library {installed.library.name} has no function {name}{meant(name, installed.functions)}, but: {', '.join(installed.functions)}"
        )
    return installed.functions[name]
