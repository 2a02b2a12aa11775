"""What user code writes to standard output and standard error: a pair of logs for each process, and each call's part of them."""

import _ctypes  # the module ctypes takes 1 ms more
import os
import sys

# Of what one call wrote to one of the two, at most so many bytes travel.
CALL_LIMIT = 64 * 1024
# A log that has grown longer begins anew between calls.
LOG_LIMIT = 16 * 1024 * 1024

_BY_LINE = 1


class _Libc:
    _handle = _ctypes.dlopen(None, 0)


class _Function(_ctypes.CFuncPtr):
    _flags_ = _ctypes.FUNCFLAG_CDECL


class _Pointer(_ctypes._SimpleCData):
    _type_ = "P"


_libc = _Libc()
_setvbuf, _fflush = (_Function((name, _libc)) for name in ("setvbuf", "fflush"))
_c_stdout = _Pointer.in_dll(_libc, "stdout")


class Output:
    """`_logs` are descriptors of the two logs, which standard output and standard error were made to be. Others may
    append to them too, programs that user code starts for instance. Empty without a directory: then there is nothing to tell.
    """

    def __init__(self, directory, name):
        """Makes standard output and standard error append to NAME.out and NAME.err. Raises OSError."""
        self._logs = []
        if directory is None:
            return
        for standard, suffix in ((1, "out"), (2, "err")):
            log = os.open(os.path.join(directory, f"{name}.{suffix}"), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(log, standard)
            self._logs.append(log)
        # C's own would be held back until a block is full, and lost in a child, which ends without exit handlers.
        _setvbuf(_c_stdout, None, _BY_LINE, 0)

    def bound(self):
        """Empties a log that is too long. Between calls only: what a running call has written would be lost."""
        for log in self._logs:
            if os.lseek(log, 0, os.SEEK_END) > LOG_LIMIT:
                os.ftruncate(log, 0)

    def mark(self):
        """Where the logs end now, for `since`."""
        flush()
        return [os.lseek(log, 0, os.SEEK_END) for log in self._logs]

    def since(self, mark):
        """What was written since the mark: a text for each log, bounded; None where there are no logs."""
        flush()
        return [_text(log, start, os.lseek(log, 0, os.SEEK_END)) for log, start in zip(self._logs, mark)] or None


def flush():
    """Writes what Python and C have kept back so far."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            # User code may have closed it, or put anything in its place; the call is not to fail for that.
            continue
    _fflush(_c_stdout)


def _text(log, start, end):
    size = end - start
    if size <= CALL_LIMIT:
        return os.pread(log, max(0, size), start).decode(errors="replace")
    half = CALL_LIMIT // 2
    first, last = os.pread(log, half, start), os.pread(log, half, end - half)
    left_out = f"\n… {size - 2 * half} bytes left out …\n"
    return first.decode(errors="replace") + left_out + last.decode(errors="replace")
