"""Large pickles of functions that are loaded, on disk: they are needed again only where an upload changes what they import."""

import mmap
import os
import weakref

# Bytes. Below, a pickle stays in memory.
LARGE = 1 << 20
# Each takes a descriptor, of this process and of each child.
MOST = 256


class Shelf:
    """Puts bytes into nameless files, which children have too."""

    def __init__(self, directory):
        self._directory = directory
        self._shelved = weakref.WeakSet()

    def put(self, data):
        """What reads the bytes again: a Shelved, or data itself where it is small or the disk does not take it."""
        if len(data) < LARGE or len(self._shelved) >= MOST:
            return data
        import tempfile  # not for every process
        try:
            file = tempfile.TemporaryFile(dir=self._directory, buffering=0)
            _write(file.fileno(), data)
        except OSError:
            return data
        shelved = Shelved(file, len(data))
        self._shelved.add(shelved)
        return shelved


class Shelved:
    """Bytes in a file that ends with the last process that holds this."""

    def __init__(self, file, size):
        self._file = file
        self._size = size

    def read(self):
        """The bytes, as a mapping. Raises OSError."""
        return mmap.mmap(self._file.fileno(), self._size, access=mmap.ACCESS_READ)


def _write(descriptor, data):
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view):]
