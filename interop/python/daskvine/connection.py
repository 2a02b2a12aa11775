"""A client's connection to a manager, shared by any number of threads without one of its own.

Of the threads that wait, one leads: it polls for all of them and hands out what arrives; the others sleep until
their mailbox is filled or the lead is free. A thread that sends while another leads leaves its records in the
channel and wakes the leader.
"""

import os
import socket
import threading
import time
from collections import deque
from contextlib import contextmanager

import zmq

from daskvine import records as r
from daskvine.channel import Channel
from daskvine.errors import ManagerLost, ManagerUnreachable
from daskvine.interrupts import allowed, deferred
from daskvine.link import LinkBroken

_CLOSE_LINGER_MS = 200
_FOLLOW_SECONDS = 1.0
# A manager that ends closes its door soon after its links, and the door's end tells more.
_END_SECONDS = 1.0
# Their first field is the graph's number.
_GRAPH_RECORDS = frozenset({r.RESULT, r.RESULTS, r.GRAPH_FAILED, r.PROGRESS, r.TASK_EVENTS, r.TASK_OUTPUT, r.MOVEMENTS, r.WATCHED_OUTPUT})


class Connection:
    """An established link to a manager.

    `door` is an open Door, which the connection then owns. `on_lost()` tells more about a manager that is gone, as
    text. `watched` maps file descriptors to callables: each is called once, when its descriptor turns readable, and
    may raise, which ends every wait with that error. `on_notice(code, text)` hears the manager's notices. With `keys`,
    ClientKeys, the link is encrypted. Raises ManagerUnreachable when the manager refuses this client or does not answer
    within `timeout` seconds.
    """

    def __init__(self, door, *, timeout=10.0, on_lost=lambda: "", watched=None, on_notice=lambda code, text: None, keys=None):
        self._owner = os.getpid()
        self._door = door
        self._on_lost = on_lost
        self._on_notice = on_notice
        self._watched = dict(watched or {})
        # Guards everything below; notified when mail came, the lead is free or all is lost.
        self._lock = threading.Condition()
        self._channel = Channel(door.clients, keys)
        self._leading = False
        self._welcome = False
        self._failure = None
        self._closed = False
        self._mailboxes = {}
        self._graphs = 0
        # Content hash → number of the functions that the manager has, and how many were numbered so far.
        self._function_numbers = {}
        self._functions = 0
        # Number of a large one → its content hash and by how many running graphs it is used.
        self._large = {}
        # Number → bytes, of those of _large that nobody uses now; the one that was used last comes last.
        self._idle = {}
        self._idle_bytes = 0
        self._wake_receiver, self._wake_sender = socket.socketpair()
        self._wake_receiver.setblocking(False)
        self._wake_sender.setblocking(False)
        self._poller = zmq.Poller()
        for item in (*self._channel.sockets, self._door.socket, self._wake_receiver, *self._watched):
            self._poller.register(item, zmq.POLLIN)
        try:
            self._greet(timeout)
        except BaseException:
            self._close_sockets(linger_ms=0)
            raise

    def function_number(self, content_hash, name, code):
        """The number of a function on this link; its code is sent when the link has not seen that hash yet."""
        with _holding(self._lock):
            number = self._function_numbers.get(content_hash)
            if number is None:
                self._functions += 1
                number = self._function_numbers[content_hash] = self._functions
                record = [r.FUNCTION, number, content_hash, name, code]
                self._channel.add(record, [(record, 4)])
            if len(code) >= r.FORGET_FROM_BYTES:
                self._large.setdefault(number, [content_hash, 0])[1] += 1
                self._idle_bytes -= self._idle.pop(number, 0)
            return number

    def done_with(self, numbers):
        """A graph that asked for these functions, ``(number, bytes)``, is over: of those that no other asks for, only the last are kept."""
        with _holding(self._lock):
            for number, size in numbers:
                known = self._large[number]
                known[1] -= 1
                if not known[1]:
                    self._idle[number] = size
                    self._idle_bytes += size
            forgotten = []
            while self._idle_bytes > r.IDLE_FUNCTION_BYTES:
                number = next(iter(self._idle))
                self._idle_bytes -= self._idle.pop(number)
                del self._function_numbers[self._large.pop(number)[0]]
                forgotten.append(number)
            if forgotten and self._failure is None:
                self._channel.add([r.FORGET_FUNCTIONS, forgotten])
                self._send_or_wake()

    def open_mailbox(self):
        """A new graph's number and its mailbox: a deque of ``(record, payload frames)``."""
        with _holding(self._lock):
            self._graphs += 1
            mailbox = self._mailboxes[self._graphs] = deque()
            return self._graphs, mailbox

    def close_mailbox(self, graph):
        """What still comes for this graph is dropped."""
        with _holding(self._lock):
            self._mailboxes.pop(graph, None)

    def post(self, record, places=()):
        """Leave a record for the next `flush`; `places` are those of its payloads, as for Channel.add."""
        with _holding(self._lock):
            self._channel.add(record, places)

    def flush(self):
        """Send what was posted, as far as the manager gives credit. Raises what ended the connection."""
        with _holding(self._lock):
            self._raise_failure()
            self._send_or_wake()

    def cancel(self, graph):
        """Tell the manager, if it is still there, that nobody waits for this graph any more."""
        with _holding(self._lock):
            if self._failure is None:
                self._channel.add([r.CANCEL_GRAPH, graph])
                self._send_or_wake()

    def wait_for_room(self, mailbox):
        """Return when no message waits for credit, or when there is mail."""
        self._wait(lambda: mailbox or not self._channel.is_blocked)

    def wait_for_mail(self, mailbox, timeout=None):
        """Return when the mailbox has something, or after `timeout` seconds. Raises what ended the connection."""
        self._wait(lambda: mailbox, timeout)

    def wait_until(self, is_ready, timeout=None):
        """Return when `is_ready()`, or after `timeout` seconds; asked again whenever mail came or somebody calls `wake`."""
        self._wait(is_ready, timeout)

    def wake(self):
        """Have every wait look again whether it is over."""
        with _holding(self._lock):
            self._lock.notify_all()
            if self._leading:
                self._wake_leader()

    def close(self):
        """Say goodbye and close; waits in other threads end with ManagerLost. May be called twice."""
        if os.getpid() != self._owner:
            return
        with _holding(self._lock):
            if self._closed:
                return
            self._closed = True
            is_alive = self._failure is None
            self._fail(ManagerLost("this DaskVine was closed"))
            if self._leading:
                self._wake_leader()
                self._lock.wait_for(lambda: not self._leading)
            if is_alive:
                self._channel.add([r.GOODBYE, "the client closes"])
                self._channel.send()
            self._close_sockets(_CLOSE_LINGER_MS if is_alive else 0)

    def forget_after_fork(self):
        """In a forked child: close its copy of the door, or the manager would not see this client's end."""
        self._door.close()

    def _close_sockets(self, linger_ms):
        self._door.close()
        self._wake_receiver.close()
        self._wake_sender.close()
        self._channel.close(linger_ms)

    def _greet(self, timeout):
        self._channel.say_hello(self._door.token)
        self._wait(lambda: self._welcome, timeout)
        if not self._welcome:
            raise ManagerUnreachable(
                f"the manager at {self._door.address} opened its door but did not answer at "
                f"{self._door.clients} within {timeout:g} s"
            )

    # Waiting: one leads, the others follow. The lock is held in all that follows, except while polling,
    # and only while polling or sleeping an interruption gets in.

    def _wait(self, is_ready, timeout=None):
        deadline = None if timeout is None else time.monotonic() + timeout
        with _holding(self._lock):
            while not is_ready():
                self._raise_failure()
                remaining = None if deadline is None else deadline - time.monotonic()
                if remaining is not None and remaining <= 0:
                    return
                if self._leading:
                    with allowed():
                        # A signal just before the wait does not end it, so it is not a long one.
                        self._lock.wait(_FOLLOW_SECONDS if remaining is None else min(remaining, _FOLLOW_SECONDS))
                else:
                    self._lead(is_ready, remaining)

    def _lead(self, is_ready, timeout):
        """Poll once for everybody."""
        self._exchange()
        if is_ready() or self._failure:
            return
        self._leading = True
        self._lock.release()
        try:
            with allowed(self._wake_sender.fileno()):
                readable = {item for item, _ in self._poller.poll(None if timeout is None else timeout * 1000 + 1)}
        finally:
            self._lock.acquire()
            self._leading = False
            self._lock.notify_all()
        if self._closed:
            return
        self._exchange()
        self._look_at_descriptors(readable)

    def _send_or_wake(self):
        if self._leading:
            self._wake_leader()
        else:
            self._exchange()

    def _wake_leader(self):
        try:
            self._wake_sender.send(b"!")
        except BlockingIOError:
            # Its buffer is full of wake-ups already.
            return

    def _look_at_descriptors(self, readable):
        if self._wake_receiver.fileno() in readable:
            self._wake_receiver.recv(4096)
        for descriptor in readable & self._watched.keys():
            self._poller.unregister(descriptor)
            try:
                self._watched.pop(descriptor)()
            except Exception as error:
                self._fail(error)
        if self._channel.monitor in readable:
            self._look_at_connection()
        if self._door.socket.fileno() in readable and self._door.is_closed():
            # Its last words may have come in between.
            self._exchange()
            if self._failure is None:
                more = self._on_lost()
                self._fail(ManagerLost("the manager's process ended" + (f": {more}" if more else "")))

    def _look_at_connection(self):
        trouble = self._channel.connection_trouble()
        if trouble is None or self._failure:
            return
        if not self._welcome:
            self._fail(ManagerUnreachable(f"the manager at {self._door.address} cannot be used: {trouble}"))
        elif not self._door.closes_within(_END_SECONDS):
            self._fail(ManagerLost(f"the manager at {self._door.address} is lost: {trouble}"))

    def _exchange(self):
        """Receive everything that is there and send everything that may be sent."""
        if self._failure:
            return
        try:
            for record, payloads in self._channel.receive():
                self._dispatch(record, payloads)
        except LinkBroken as error:
            self._fail(ManagerLost(f"the link to the manager broke: {error}"))
            return
        self._channel.send()

    def _dispatch(self, record, payloads):
        kind = record[0]
        if kind in _GRAPH_RECORDS:
            mailbox = self._mailboxes.get(record[1])
            if mailbox is not None:
                mailbox.append((record, payloads))
        elif kind == r.WELCOME:
            self._welcome = True
        elif kind == r.NOTICE:
            self._on_notice(record[1], record[2])
        elif kind == r.REFUSE:
            self._fail(ManagerUnreachable(f"the manager at {self._door.address} refuses: {record[1]}"))
        elif kind == r.GOODBYE:
            self._fail(ManagerLost(f"the manager ended the link: {record[1]}"))
        elif kind == r.REHELLO:
            self._fail(ManagerLost(f"the manager does not know this link any more: {record[1]}"))
        elif kind == r.HEARTBEAT:
            self._channel.answer_heartbeat(record[1])
        else:
            self._fail(ManagerLost(f"the manager sent a record of a kind that is unknown here: {kind}"))

    def _fail(self, error):
        if self._failure is None:
            self._failure = error
        self._lock.notify_all()

    def _raise_failure(self):
        if self._failure is not None:
            # A fresh one each time: several threads may raise it, each with its own traceback.
            raise type(self._failure)(*self._failure.args)


@contextmanager
def _holding(lock):
    """The lock, for what an interruption would leave half done."""
    with deferred(), lock:
        yield
