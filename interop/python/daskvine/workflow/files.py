"""Files that tasks read and make: what a program declares, and what becomes of it at the manager."""

import os
import stat
from abc import ABC, abstractmethod
from enum import IntEnum
from io import BytesIO

from daskvine.errors import FileUnavailable

LEVELS = {False: 0, None: 0, "task": 0, True: 1, "workflow": 1, "worker": 2, "forever": 3}


class FileType(IntEnum):
    """What `File.type` tells."""

    FILE = 1
    URL = 2
    TEMP = 3
    BUFFER = 4
    MINI_TASK = 5


def level_of(cache):
    """The level that a `cache` keyword stands for. Raises ValueError."""
    try:
        return LEVELS[cache]
    except (KeyError, TypeError):
        levels = 'False or "task", True or "workflow", "worker", "forever"'
        raise ValueError(f"cache={cache!r}, but must be one of: {levels}") from None


class File(ABC):
    """A file, a directory or a buffer that tasks may have in their sandboxes. DaskVine's `declare_…` make them.

    `owner` is the FileTable that knows it.
    """

    # Whether it may be a task's output.
    may_be_made = False

    def __init__(self, owner, source, *, level=0, shared=True):
        self.owner = owner
        self.level = level
        self.shared = shared
        # Names its content, as far as that is known, with its size in bytes.
        self.name = ""
        self.size = 0
        # Its present node at the manager, and all that it has had.
        self.node = None
        self.nodes = []
        # What changes with a file on disk; a task is to make it that is not done.
        self.signature = None
        self.is_awaited = False
        # Tasks that are not done and read or make it; it was undeclared.
        self.users = 0
        self.is_gone = False
        self._source = source

    def source(self):
        """Path, URL or command that it comes from, or None."""
        return self._source

    @abstractmethod
    def type(self):
        """Its FileType."""

    def contents(self, unserializer=None):
        """Its bytes, from wherever they are; `unserializer`, such as `pickle.load`, is given them as a file instead.

        Raises FileUnavailable.
        """
        data = self.owner.fetch(self)
        return unserializer(BytesIO(data)) if unserializer else data

    def take_node(self, node):
        """From now on it is this node."""
        self.node = node
        self.nodes.append(node)

    def __len__(self):
        """Its size in bytes, as far as it is known here; of a directory that of all files in it."""
        return self.size

    def __bool__(self):
        return True

    def __repr__(self):
        return f"<{type(self).__name__} {self._source or self.name or hex(id(self))}>"


class LocalFile(File):
    """A file or directory at a path of this machine, which need not be there yet. `path` is absolute."""

    may_be_made = True

    def __init__(self, owner, path, signature, *, level, shared, unlink):
        super().__init__(owner, path, level=level, shared=shared)
        self.signature = signature
        self.unlink = unlink

    def type(self):
        return FileType.FILE

    def contents(self, unserializer=None):
        try:
            with open(self._source, "rb") as file:
                return unserializer(file) if unserializer else file.read()
        except OSError as error:
            raise FileUnavailable(f"{self._source} cannot be read: {error.strerror}") from error

    def __len__(self):
        try:
            status = os.stat(self._source)
        except OSError:
            return 0
        if not stat.S_ISDIR(status.st_mode):
            return status.st_size
        found = (os.path.join(folder, name) for folder, _, names in os.walk(self._source) for name in names)
        return sum(os.lstat(path).st_size for path in found)


class Buffer(File):
    """Bytes in memory; `data` is None until a task has made them."""

    may_be_made = True

    def __init__(self, owner, data, *, level, shared):
        super().__init__(owner, None, level=level, shared=shared)
        self.data = data

    def type(self):
        return FileType.BUFFER

    def contents(self, unserializer=None):
        if self.data is None:
            raise FileUnavailable("the buffer is empty: no task has made it yet")
        return unserializer(BytesIO(self.data)) if unserializer else self.data

    def __len__(self):
        return len(self.data or b"")


class Temp(File):
    """What stays with the workers, and is made again when it is lost."""

    may_be_made = True

    def type(self):
        return FileType.TEMP


class Url(File):
    """What workers download."""

    def type(self):
        return FileType.URL


class MiniTaskFile(File):
    """What a command makes of its inputs, at every worker that needs it."""

    def __init__(self, owner, task, source, *, level, shared):
        super().__init__(owner, source, level=level, shared=shared)
        self.task = task

    def type(self):
        return FileType.MINI_TASK
