"""What comes from the manager piece by piece: into memory, or to a path."""

import os
import shutil
import tarfile
import time
import uuid
from contextlib import suppress

from daskvine.errors import FileUnavailable

_TAR_BLOCK = 512
_TAR_MAGIC_AT = 257


class Arrival:
    """One value on its way. `finish` calls `done(what the sink made of it)`, or `failed(error)` as `fail` does.

    `error` is an OSError when it cannot be stored here, else what the manager said.
    """

    def __init__(self, sink, done, failed):
        self._sink = sink
        self._done = done
        self._failed = failed
        self._arrived = 0
        self._error = None

    def take(self, size, offset, data):
        """Take a piece of a value of `size` bytes; True when it was the last."""
        if self._error is None:
            try:
                self._sink.write(size, offset, data)
            except (OSError, MemoryError) as error:
                self._error = error
        self._arrived += len(data)
        return self._arrived >= size

    def finish(self):
        """All has come."""
        if self._error is None:
            try:
                made = self._sink.finish()
            except (OSError, tarfile.TarError) as error:
                self._error = error
        if self._error is not None:
            self.fail(self._error)
        else:
            self._done(made)

    def take_whole(self, made):
        """All has come at once, and is what the sink would make of it."""
        self._done(made)

    def refuse(self, record, payloads):
        """The manager says, by a GraphFailed record, that there is nothing to come."""
        self.fail(FileUnavailable(record[5][1]))

    def fail(self, error):
        """It will not come, or not be kept."""
        self._sink.abandon()
        self._failed(error)


class Memory:
    """Keeps a value as bytes."""

    def __init__(self):
        self._whole = b""

    def write(self, size, offset, data):
        if len(data) == size:
            self._whole = bytes(data)
            return
        if not self._whole:
            self._whole = bytearray(size)
        self._whole[offset:offset + len(data)] = data

    def finish(self):
        return self._whole if type(self._whole) is bytes else bytes(self._whole)

    def abandon(self):
        self._whole = b""


class Path:
    """Stores a value at `path`: under another name beside it first, so that nobody sees half of it.

    `size` is what the worker says that it has: the tar stream of a directory is larger than what is in it, and is unpacked.
    """

    def __init__(self, path, size):
        self._path = path
        self._size = size
        self._beside = os.path.join(os.path.dirname(path), f".daskvine-{uuid.uuid4().hex}")
        self._file = None

    def write(self, size, offset, data):
        if self._file is None:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            self._file = open(self._beside, "xb+", buffering=0)
        view = memoryview(data)
        while view:
            written = os.pwrite(self._file.fileno(), view, offset)
            view, offset = view[written:], offset + written

    def finish(self):
        """Raises OSError when it cannot be stored, TarError when it is a directory that must not be unpacked."""
        if self._is_directory():
            unpacked = f"{self._beside}.d"
            try:
                _unpack(self._beside, unpacked)
                _make_way(self._path)
                os.replace(unpacked, self._path)
            except BaseException:
                shutil.rmtree(unpacked, ignore_errors=True)
                raise
            self.abandon()
        else:
            if os.path.isdir(self._path):
                _make_way(self._path)
            os.replace(self._beside, self._path)
            self._file.close()
        return self._path

    def abandon(self):
        if self._file is not None:
            self._file.close()
            _make_way(self._beside)

    def _is_directory(self):
        size = os.fstat(self._file.fileno()).st_size
        if size <= self._size or size % _TAR_BLOCK:
            return False
        head = os.pread(self._file.fileno(), _TAR_BLOCK, 0)
        return head[_TAR_MAGIC_AT:].startswith(b"ustar") or not any(head)


def _unpack(archive, directory):
    os.mkdir(directory)
    with tarfile.open(archive) as tar:
        members = tar.getmembers()
        for member in members:
            _check(member)
            member.uid, member.gid, member.uname, member.gname = os.getuid(), os.getgid(), "", ""
            member.mtime = time.time()
        # Links come last, so that nothing is written through one.
        tar.extractall(directory, sorted(members, key=tarfile.TarInfo.issym))


def _check(member):
    """Nothing in a tar stream gets out of the directory that it is unpacked to."""
    names = [member.name] + ([os.path.join(os.path.dirname(member.name), member.linkname)] if member.issym() else [])
    if any(name.startswith("/") or os.path.normpath(name).split("/")[0] == ".." for name in names):
        raise tarfile.TarError(f"{member.name!r} would be outside of the directory")
    if not (member.isfile() or member.isdir() or member.issym()):
        raise tarfile.TarError(f"{member.name!r} is neither a file nor a directory nor a symbolic link")


def _make_way(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        with suppress(FileNotFoundError):
            os.unlink(path)
