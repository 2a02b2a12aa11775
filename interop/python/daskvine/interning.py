"""The numbers on the link of what is sent once: functions, and objects that many tasks have."""

import hashlib

from dask.utils import funcname

from daskvine import records as r
from daskvine.errors import SerializationError
from daskvine.shuffles import refuse_disk_shuffle


class Interning:
    """Sends the functions of one graph, or of one library, over `connection`; one user at a time."""

    def __init__(self, connection):
        self._connection = connection
        # Number and bytes of each that is not kept for good beyond `release`.
        self._large = []

    def number(self, function, code, content_hash=None):
        """The number of `function`, or of any other object, whose pickle is `code`, and `hash_of` that if it is known.

        Raises SerializationError when it is too large.
        """
        refuse_disk_shuffle(function)
        name = printable(funcname(function) if callable(function) else type(function).__qualname__)
        if len(code) > r.BODY_BYTES_MAX:
            refuse_large(f"{'function' if callable(function) else 'an argument of type'} {name} holds", len(code))
        return self.number_of_bytes(name, code, content_hash)

    def number_of_bytes(self, name, code, content_hash=None):
        """The number of these bytes."""
        number = self._connection.function_number(content_hash or hash_of(code), name, code)
        if len(code) >= r.FORGET_FROM_BYTES:
            self._large.append((number, len(code)))
        return number

    def release(self):
        """Nothing that was sent is used any more."""
        if self._large:
            large, self._large = self._large, []
            self._connection.done_with(large)


def hash_of(code):
    """What tells one pickle from another on the link."""
    return hashlib.blake2b(code, digest_size=16).digest()


def refuse_large(what, size):
    raise SerializationError(
        f"{what} {size / (1 << 30):.2f} GiB of data, more than a message can take: make or load such data inside a task"
    )


def printable(text):
    # MessagePack strings are UTF-8, which has no lone surrogates.
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
