"""The results of one graph, from the records that carry them."""

from daskvine import values
from daskvine.failures import result_too_large, undecodable
from daskvine.rows import decoded, row_as_table, rows_of, table_of


class Results:
    """Node → decoded result in `by_node`. `key_of(node)` names a result in errors.

    `seen(node, value)`, if given, says what is kept of a value. With `as_tables` the results are Arrow tables, whatever they are.
    """

    def __init__(self, key_of, *, seen=None, as_tables=False):
        self.by_node = {}
        self._key_of = key_of
        self._seen = seen
        self._row = row_as_table if as_tables else decoded
        self._small = table_of if as_tables else values.decode
        self._large = table_of if as_tables else values.loads
        # Node → its bytes, and how many of them have arrived so far.
        self._parts = {}

    def take_rows(self, nodes, stream):
        """Take small results that came together. Raises what has `take`."""
        for node, row in zip(nodes, rows_of(stream), strict=True):
            self._decode(node, 0, self._row, row)

    def take(self, node, size, offset, data):
        """Take one piece of a result; decode it when it is complete. Raises ResultTooLarge, and what says that it cannot be decoded."""
        if len(data) == size:
            self._decode(node, size, self._small, data)
            return
        whole, arrived = self._parts.get(node) or (self._room_for(node, size), 0)
        whole[offset:offset + len(data)] = data
        arrived += len(data)
        self._parts[node] = whole, arrived
        if arrived == size:
            del self._parts[node]
            self._decode(node, size, self._large, whole)

    def _room_for(self, node, size):
        try:
            return bytearray(size)
        except (MemoryError, OverflowError) as error:
            raise result_too_large(self._key_of(node), size) from error

    def _decode(self, node, size, decode, data):
        try:
            value = decode(data)
        except MemoryError as error:
            raise result_too_large(self._key_of(node), size) from error
        except Exception as error:
            raise undecodable(self._key_of(node), error) from error
        self.by_node[node] = self._seen(node, value) if self._seen else value
