"""The link's rules, one by one: order, duplicates, gaps, credit, acknowledgements."""

import msgpack
import pytest

from daskvine.link import ACK_AFTER_MESSAGES, Link, LinkBroken


def message(epoch=7, seq=1, ack=0, credit=1000, records=((5,),)):
    return [msgpack.packb([epoch, seq, ack, credit, records])]


def header(frames):
    return msgpack.unpackb(frames[0])


def test_submit_message_has_epoch_seq_ack_credit_records_and_frames():
    link = Link(epoch=7, credit=500)
    link.submit([[12, 1]], [b"payload"])
    (frames,) = link.sendable()
    assert header(frames) == [7, 1, 0, 500, [[12, 1]]]
    assert frames[1:] == [b"payload"]


def test_epoch_is_random_and_in_range():
    epochs = {Link().epoch for _ in range(20)}
    assert len(epochs) == 20 and all(1 <= epoch <= 1 << 63 for epoch in epochs)


def test_unsequenced_leaves_the_sequence_alone():
    link = Link(epoch=7)
    assert header(link.unsequenced([1, "hello"]))[1] == 0
    link.submit([[12]])
    assert [header(frames)[1] for frames in link.sendable()] == [1]


def test_sendable_without_credit_lets_one_message_out_at_a_time_and_keeps_order():
    link = Link(epoch=7)
    for number in range(3):
        link.submit([[12, number]])
    sent = [header(frames) for frames in link.sendable()]
    assert [records for *_, records in sent] == [[[12, 0]]] and link.is_blocked
    link.receive(message(seq=0, ack=1, credit=0, records=[]))
    assert [header(frames)[4] for frames in link.sendable()] == [[[12, 1]]]
    link.receive(message(seq=0, ack=2, credit=1 << 20, records=[]))
    assert [header(frames)[4] for frames in link.sendable()] == [[[12, 2]]]
    assert not link.is_blocked


def test_sendable_outstanding_bytes_never_exceed_credit():
    link = Link(epoch=7)
    link.receive(message(seq=0, credit=1000, records=[]))
    for _ in range(50):
        link.submit([[12]], [bytes(200)])
    sizes = [sum(map(len, frames)) for frames in link.sendable()]
    assert 3 <= len(sizes) and sum(sizes) <= 1000
    link.receive(message(seq=0, ack=2, credit=1000, records=[]))
    assert len(list(link.sendable())) == 2


def test_sendable_message_larger_than_credit_goes_when_nothing_is_outstanding():
    link = Link(epoch=7)
    link.receive(message(seq=0, credit=100, records=[]))
    link.submit([[12]], [bytes(5000)])
    assert len(list(link.sendable())) == 1


def test_receive_in_order_delivers_and_acknowledges():
    link = Link(epoch=7)
    assert link.receive(message(seq=1, records=[[20, 1]])) == [[20, 1]]
    assert link.receive(message(seq=2, records=[[20, 2]])) == [[20, 2]]
    assert header(link.unsequenced())[2] == 2


def test_receive_duplicate_is_dropped():
    link = Link(epoch=7)
    link.receive(message(seq=1))
    assert link.receive(message(seq=1)) == ()


def test_receive_gap_breaks_the_link():
    link = Link(epoch=7)
    with pytest.raises(LinkBroken, match="message 1 is missing: message 2 came"):
        link.receive(message(seq=2))


def test_receive_other_epoch_is_dropped_but_rehello_is_heard():
    link = Link(epoch=7)
    assert link.receive(message(epoch=8, seq=1, ack=9, credit=1 << 30)) == ()
    assert link.receive(message(epoch=0, seq=0, records=[[4, "who?"], [5]])) == [[4, "who?"]]


def test_acknowledgement_is_due_after_messages_or_a_quarter_of_the_credit():
    link = Link(epoch=7, credit=4000)
    for seq in range(1, ACK_AFTER_MESSAGES):
        link.receive(message(seq=seq))
        assert link.acknowledgement() is None
    link.receive(message(seq=ACK_AFTER_MESSAGES))
    assert header(link.acknowledgement()) == [7, 0, ACK_AFTER_MESSAGES, 4000, []]
    assert link.acknowledgement() is None
    link.receive([*message(seq=ACK_AFTER_MESSAGES + 1), bytes(1000)])
    assert link.acknowledgement() is not None


def test_acknowledgement_is_not_due_after_it_rode_on_a_message():
    link = Link(epoch=7)
    for seq in range(1, ACK_AFTER_MESSAGES + 1):
        link.receive(message(seq=seq))
    link.submit([[12]])
    list(link.sendable())
    assert link.acknowledgement() is None


def test_acknowledgement_is_still_due_when_the_message_could_not_leave():
    link = Link(epoch=7)
    link.submit([[12]])
    list(link.sendable())
    for seq in range(1, ACK_AFTER_MESSAGES + 1):
        link.receive(message(seq=seq, credit=0))
    link.submit([[12]])
    assert list(link.sendable()) == []
    assert link.acknowledgement() is not None


def test_answer_heartbeat_tells_what_was_sent_and_sees_a_last_message_that_is_lost():
    link = Link(epoch=7)
    link.submit([[13, 1, 0, []]], [])
    list(link.sendable())
    assert msgpack.unpackb(link.answer_heartbeat(0)[0])[4] == [[5, 1]]
    with pytest.raises(LinkBroken, match="message 1 is missing"):
        link.answer_heartbeat(1)
