"""Large arguments that several calls have: sent once, and loaded once by each process that runs these calls."""

import pickle
import weakref
from collections import OrderedDict

import msgpack

from daskvine.bodies import LARGE, PICKLE
from daskvine.interning import hash_of

# Processes keep such arguments while calls that have them are not done, so together they have no more than this.
_MOST_BYTES = 1 << 30
# Of texts and bytes, which are the same when they are equal, so many are remembered.
_MOST_REMEMBERED = 1024


class SharedArguments:
    """Notices arguments that come again. For whoever holds the session.

    An object is pickled for each call that has it, since it may have changed, and what is shared is known by its content. It comes again when
    it is the same object with the same content as in an earlier call. No object is kept for that: it is referred to weakly, or, as one that
    cannot be, such as a dict, known by a call that has it.
    """

    def __init__(self):
        # id → the _Met of an object: gone with the object, or the call that has it.
        self._met = {}
        # Contents of bytes and texts, which are the same when they are equal; what was met last comes last.
        self._remembered = OrderedDict()
        # Content → [bytes, by how many calls that are not done it is shared].
        self._shared = {}
        self._shared_bytes = 0

    def comes_again(self, item, content, call):
        """Whether an earlier call had it as it is now. `call` holds it."""
        if type(item) in (str, bytes):
            known = self._remembered.pop(content, False)
            self._remembered[content] = True
            if len(self._remembered) > _MOST_REMEMBERED:
                self._remembered.popitem(last=False)
            return known
        met = self._met.get(id(item))
        known = met is not None and met.content == content and met.is_of(item)
        self._met[id(item)] = _Met(item, content, call, self._met)
        return known

    def share(self, content, size):
        """Whether one more call may share this content, until `unshare`."""
        shared = self._shared.get(content)
        if shared is None:
            if self._shared_bytes + size > _MOST_BYTES:
                return False
            shared = self._shared[content] = [size, 0]
            self._shared_bytes += size
        shared[1] += 1
        return True

    def unshare(self, content):
        shared = self._shared[content]
        shared[1] -= 1
        if not shared[1]:
            self._shared_bytes -= self._shared.pop(content)[0]


class _Met:
    """An object that was an argument of `call`, and its content then; it takes itself out of `table` when it can say nothing any more."""

    def __init__(self, item, content, call, table):
        self.content = content
        key = id(item)

        def leave(_):
            if table.get(key) is self:
                del table[key]

        try:
            self._item, self._call = weakref.ref(item, leave), None
        except TypeError:
            self._item, self._call = None, weakref.ref(call, leave)

    def is_of(self, item):
        """Whether it is that very object, and not one that has its place in memory now."""
        if self._item is not None:
            return self._item() is item
        call = self._call()
        return call is not None and call.holds(item)


class CallArguments:
    """What one call shares, until `release`; `interning` is the call's, and released with it. `table`, SharedArguments, is None to share nothing."""

    def __init__(self, table, interning):
        self._table = table
        self._interning = interning
        self._contents = []

    def encode(self, item, call, writer):
        """An argument as it goes into the body that `writer` has begun; `call` holds it."""
        encoded = writer.literal(item)
        if self._table is None:
            return encoded
        if type(encoded) is msgpack.ExtType and encoded.code == PICKLE:
            code = encoded.data
        elif type(encoded) in (str, bytes) and len(encoded) >= LARGE:
            code = pickle.dumps(item, 5)
        else:
            return encoded
        return encoded if len(code) < LARGE else self._shared(item, code, call, writer) or encoded

    def _shared(self, item, code, call, writer):
        """A reference to it in place of the object itself, or None."""
        content = hash_of(code)
        if not self._table.comes_again(item, content, call) or not self._table.share(content, len(code)):
            return None
        self._contents.append(content)
        return writer.numbered(item, self._interning.number(item, code, content))

    def release(self):
        """The call is done."""
        self._interning.release()
        contents, self._contents = self._contents, []
        for content in contents:
            self._table.unshare(content)
