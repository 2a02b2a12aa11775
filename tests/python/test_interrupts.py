"""Signals whose handlers raise: put off where they would do harm, and the link lives on however often they come."""

import operator
import random
import signal
import threading
import time

import pytest

from daskvine import DaskVine
from daskvine.interrupts import allowed, deferred


class Alarm(BaseException):
    """Like KeyboardInterrupt, no error that somebody handles."""


@pytest.fixture
def alarm():
    """SIGALRM raises Alarm."""

    def handle(number, frame):
        raise Alarm

    before = signal.signal(signal.SIGALRM, handle)
    yield handle
    signal.signal(signal.SIGALRM, before)


def test_deferred_handles_at_the_end_and_puts_the_handlers_back(alarm):
    steps = []
    with pytest.raises(Alarm), deferred():
        signal.raise_signal(signal.SIGALRM)
        steps.append("came to the end")
    assert steps == ["came to the end"] and signal.getsignal(signal.SIGALRM) is alarm


def test_deferred_within_deferred_waits_for_the_outer_one(alarm):
    steps = []
    with pytest.raises(Alarm), deferred():
        with deferred():
            signal.raise_signal(signal.SIGALRM)
        steps.append("after the inner one")
    assert steps == ["after the inner one"]


def test_allowed_handles_what_came_before_and_what_comes_now_and_nothing_after(alarm):
    steps = []
    with pytest.raises(KeyboardInterrupt), deferred():
        signal.raise_signal(signal.SIGALRM)
        with pytest.raises(Alarm), allowed():
            steps.append("never")
        with pytest.raises(Alarm), allowed():
            signal.raise_signal(signal.SIGALRM)
            steps.append("never")
        signal.raise_signal(signal.SIGINT)
        steps.append("came to the end")
    assert steps == ["came to the end"] and signal.getsignal(signal.SIGALRM) is alarm


def test_allowed_keeps_the_handler_that_a_handler_puts_in_its_place(alarm):
    def once(number, frame):
        signal.signal(signal.SIGALRM, alarm)

    signal.signal(signal.SIGALRM, once)
    with deferred():
        with allowed():
            signal.raise_signal(signal.SIGALRM)
    assert signal.getsignal(signal.SIGALRM) is alarm


def test_deferred_in_another_thread_leaves_the_handlers_alone(alarm):
    seen = []

    def work():
        with deferred(), allowed():
            seen.append(signal.getsignal(signal.SIGALRM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [alarm]


def test_get_interrupted_at_any_moment_leaves_a_link_that_works(alarm):
    chance = random.Random(7)
    graph = {number: (operator.neg, number + 0.5) for number in range(3000)}
    keys = list(graph)
    with DaskVine(workers=1, progress=False) as vine:
        vine.get(graph, keys)
        end = time.monotonic() + 4
        while time.monotonic() < end:
            # Again after a second, as Python drops what a handler raises where nobody can catch it, in a finalizer say.
            signal.setitimer(signal.ITIMER_REAL, chance.uniform(0.0005, 0.05), 1.0)
            with pytest.raises(Alarm):
                while True:
                    vine.get(graph, keys)
            signal.setitimer(signal.ITIMER_REAL, 0)
            assert vine.get({"x": (operator.neg, 1.5)}, "x") == -1.5
        assert not vine._connection._mailboxes
