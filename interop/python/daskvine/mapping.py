"""Files as memory that whoever reads them may write into."""

import _pickle as pickle  # the module pickle takes 6 ms more
import ctypes
import weakref

_libc = ctypes.CDLL(None)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long)
_libc.munmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t)
_READ_WRITE, _PRIVATE, _FAILED = 3, 2, ctypes.c_void_p(-1).value


def map_privately(descriptor, size):
    """A writable view of a file's pages, copied on write, unmapped with the last buffer that refers to it.
    None when the system refuses, as it does beyond vm.max_map_count mappings.

    Not mmap.mmap: before Python 3.13 it keeps a descriptor open for each mapping, and a task may have 10,000 inputs.
    """
    address = _libc.mmap(None, size, _READ_WRITE, _PRIVATE, descriptor, 0)
    if address == _FAILED:
        return None
    # A power of two, since ctypes never forgets an array type; the view ends where the file does.
    block = (ctypes.c_char * (1 << (size - 1).bit_length())).from_address(address)
    weakref.finalize(block, _libc.munmap, address, size).atexit = False
    return pickle.PickleBuffer(memoryview(block)[:size]).raw()
