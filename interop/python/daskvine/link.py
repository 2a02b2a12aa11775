"""The client's side of a link: sequence numbers, acknowledgements and credit. No sockets, no clock.

A message is `[epoch, seq, ack, credit, records]` and payload frames (see "Link rules" in src/ARCHITECTURE.md).
"""

import random
from collections import deque

import msgpack

from daskvine.records import HEARTBEAT, REHELLO

CREDIT_BYTES = 16 << 20
ACK_AFTER_MESSAGES = 16
# An array header and four unsigned integers of up to nine bytes.
_HEADER_BYTES_MAX = 37


class LinkBroken(Exception):
    """A message was lost on the way; what the link carried cannot be trusted any more."""


class Link:
    """One epoch of one link; a new hello means a new Link.

    `epoch` is random unless given; `credit` is how many unacknowledged bytes this side holds for the other.
    """

    def __init__(self, epoch=None, credit=CREDIT_BYTES):
        self.epoch = epoch or random.SystemRandom().randint(1, 1 << 63)
        self._credit = credit
        self._peer_credit = 0
        self._sent = 0
        self._received = 0
        # (seq, bytes) of every message sent and not yet acknowledged; _outstanding is the sum of the bytes.
        self._unacknowledged = deque()
        self._outstanding = 0
        # (packed records, payload frames, bytes) that wait for credit, in order.
        self._waiting = deque()
        self._messages_since_ack = 0
        self._bytes_since_ack = 0
        self._pack = msgpack.Packer(use_bin_type=True).pack

    @property
    def is_blocked(self):
        """Whether messages wait for credit."""
        return bool(self._waiting)

    def unsequenced(self, *records):
        """The frames of a message outside the sequence: a hello or an acknowledgement."""
        return [self._header(0, self._pack(records))]

    def submit(self, records, payloads=()):
        """Queue one message of records and payload frames; `sendable` gives it out in its turn."""
        packed = self._pack(records)
        self._waiting.append((packed, payloads, _HEADER_BYTES_MAX + len(packed) + sum(map(len, payloads))))

    def _may_send(self, size):
        # The manager owes an acknowledgement from a quarter of its credit on: waiting below half of it could last.
        is_ahead = self._unacknowledged and self._outstanding * 2 >= self._peer_credit
        return not is_ahead or self._outstanding + size <= self._peer_credit

    def sendable(self):
        """Yield the frames of each message that may be sent now."""
        while self._waiting:
            packed, payloads, size = self._waiting[0]
            if not self._may_send(size):
                return
            self._waiting.popleft()
            self._sent += 1
            self._unacknowledged.append((self._sent, size))
            self._outstanding += size
            yield [self._header(self._sent, packed), *payloads]

    def receive(self, frames):
        """The records of a received message, or () when it says nothing new.

        `frames` are buffers. Raises LinkBroken when a message before this one was lost.
        """
        epoch, seq, ack, credit, records = msgpack.unpackb(frames[0], strict_map_key=False)
        if epoch != self.epoch:
            # A Rehello of a manager that does not know this link has no epoch of ours.
            return [record for record in records if record[0] == REHELLO] if seq == 0 else ()
        self._peer_credit = credit
        while self._unacknowledged and self._unacknowledged[0][0] <= ack:
            self._outstanding -= self._unacknowledged.popleft()[1]
        if seq == 0:
            return records
        if seq <= self._received:
            return ()
        if seq != self._received + 1:
            raise LinkBroken(f"message {self._received + 1} is missing: message {seq} came instead")
        self._received = seq
        self._messages_since_ack += 1
        self._bytes_since_ack += sum(map(len, frames))
        return records

    def answer_heartbeat(self, sent):
        """The frames of the answer to a heartbeat; raises LinkBroken when the manager has sent more than came."""
        if sent > self._received:
            raise LinkBroken(f"message {self._received + 1} is missing, which was the last")
        return self.unsequenced([HEARTBEAT, self._sent])

    def acknowledgement(self):
        """The frames of an acknowledgement when one is due, otherwise None."""
        if self._messages_since_ack < ACK_AFTER_MESSAGES and self._bytes_since_ack * 4 < self._credit:
            return None
        return self.unsequenced()

    def _header(self, seq, packed_records):
        self._messages_since_ack = self._bytes_since_ack = 0
        pack = self._pack
        return b"\x95" + pack(self.epoch) + pack(seq) + pack(self._received) + pack(self._credit) + packed_records
