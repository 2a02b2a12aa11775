"""What a task appends to an output while it runs."""

import os
from contextlib import suppress


class Follower:
    """Writes it to `path`, where the whole output replaces it in the end.

    What was at the path before is untouched until something comes, and stays as it is for whoever has it open or linked.
    """

    def __init__(self, path):
        self._path = path
        self._has_begun = False
        self._has_failed = False

    def take(self, offset, data):
        """Take a piece; at offset 0 the output begins, or begins anew.

        What cannot be written is left out: the whole comes all the same, and whoever stores it tells why it cannot.
        """
        if self._has_failed:
            return
        try:
            if not self._has_begun:
                self._begin()
            with open(self._path, "r+b", buffering=0) as file:
                if offset == 0:
                    file.truncate()
                view = memoryview(data)
                while view:
                    written = os.pwrite(file.fileno(), view, offset)
                    view, offset = view[written:], offset + written
        except OSError:
            self._has_failed = True

    def _begin(self):
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        with suppress(FileNotFoundError):
            os.unlink(self._path)
        with open(self._path, "xb"):
            self._has_begun = True
