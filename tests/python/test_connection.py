"""The client against a manager made of real sockets: results, failures, losses, threads and interruption."""

import os
import signal
import socket
import subprocess
import sys
import threading

import numpy as np
import pytest
from dask.utils_test import GetFunctionTestMixin
from fake_manager import FakeManager

from daskvine import DaskVine, records as r
from daskvine.errors import DaskVineError, ManagerLost, ManagerUnreachable, SerializationError

MIXIN_TESTS = [name for name in dir(GetFunctionTestMixin) if name.startswith("test_")]


def inc(x):
    return x + 1


@pytest.mark.parametrize("name", MIXIN_TESTS)
def test_get_dask_contract_holds_over_the_wire(run_dir, name):
    with FakeManager(run_dir) as manager, DaskVine(manager.address) as vine:
        mixin = GetFunctionTestMixin()
        mixin.get = vine.get
        getattr(mixin, name)()


def test_get_small_graph_is_one_message(run_dir):
    with FakeManager(run_dir) as manager, DaskVine(manager.address) as vine:
        assert vine.get({"a": 1, "b": (inc, "a")}, ["b", "a"]) == (2, 1)
        assert manager.kinds() == [r.HELLO, r.FUNCTION, r.OPEN_GRAPH, r.SUBMIT_NODES, r.SEAL_GRAPH]
        assert manager.messages == 1


def test_get_twice_sends_the_function_once(run_dir):
    with FakeManager(run_dir) as manager, DaskVine(manager.address) as vine:
        for start in (1, 5):
            assert vine.get({"b": (inc, start)}, "b") == start + 1
        assert manager.kinds().count(r.FUNCTION) == 1


def test_get_empty_request_needs_no_manager(run_dir):
    with FakeManager(run_dir) as manager, DaskVine(manager.address) as vine:
        assert vine.get({"a": 1}, []) == ()
        assert vine.get({"a": 1}, [[], []]) == ((), ())
        assert manager.kinds() == [r.HELLO]


@pytest.mark.parametrize("credit", [1, 2_000, 1 << 24])
def test_get_large_graph_with_any_credit_arrives_whole_and_within_it(run_dir, credit):
    n = 3_000
    with FakeManager(run_dir, credit=credit) as manager, DaskVine(manager.address) as vine:
        dsk = {**{("t", i): (inc, -i) for i in range(n)}, "s": (sum, [("t", i) for i in range(n)])}
        assert vine.get(dsk, "s") == sum(1 - i for i in range(n))
        submitted = [record for record in manager.seen if record[0] == r.SUBMIT_NODES]
        assert len(submitted[0][3]) == 64 and submitted[1][2] == 64
        # A message beyond the credit travels alone.
        assert manager.largest_backlog <= max(credit, 60_000)


@pytest.mark.parametrize("chunk", [1 << 30, 100_000, 1_000])
def test_get_large_values_both_ways_come_whole_and_writable(run_dir, chunk):
    array = np.arange(100_000.0)
    with FakeManager(run_dir, chunk=chunk) as manager, DaskVine(manager.address) as vine:
        one, two = vine.get({"a": array, "b": (np.add, "a", array)}, ["a", "b"])
        one += 1
        assert np.array_equal(one, array + 1) and np.array_equal(two, array * 2)


def test_get_many_results_need_acknowledgements(run_dir):
    with FakeManager(run_dir) as manager, DaskVine(manager.address) as vine:
        assert vine.get({i: (inc, i + 0.5) for i in range(500)}, list(range(500)))[499] == 500.5


def test_get_task_mode_travels_and_wrong_one_lists_both(run_dir):
    with FakeManager(run_dir) as manager, DaskVine(manager.address) as vine:
        vine.get({"a": (inc, 1)}, "a", task_mode="tasks", num_workers=3, optimize_graph=False)
        assert next(record[2] for record in manager.seen if record[0] == r.OPEN_GRAPH) == 1
        with pytest.raises(ValueError, match="'function-calls', 'tasks'"):
            vine.get({"a": 1}, "a", task_mode="task")


def test_get_unpicklable_argument_late_in_the_graph_cancels_it(run_dir):
    dsk = {**{i: (inc, -1 - i) for i in range(200)}, "bad": (inc, (x for x in ()))}
    with FakeManager(run_dir) as manager, DaskVine(manager.address) as vine:
        with pytest.raises(SerializationError, match="'bad'"):
            vine.get(dsk, [*range(200), "bad"])
        assert manager.cancelled.wait(10)
        assert vine.get({"a": (inc, 1)}, "a") == 2


def test_get_manager_dies_meanwhile_raises_manager_lost(run_dir):
    with FakeManager(run_dir, on_sealed=lambda client, graph: None) as manager:
        with DaskVine(manager.address) as vine:
            killer = threading.Thread(target=lambda: (manager.sealed.wait(10), manager.die()))
            killer.start()
            with pytest.raises(ManagerLost, match="the manager's process ended"):
                vine.get({"a": (inc, 1)}, "a")
            killer.join()
            with pytest.raises(ManagerLost):
                vine.get({"a": (inc, 1)}, "a")


def test_get_message_lost_on_the_way_raises_manager_lost(run_dir):
    def answer(client, graph):
        client.send([r.PROGRESS, graph, 0, 0, 1], skip=1)

    with FakeManager(run_dir, on_sealed=answer) as manager, DaskVine(manager.address) as vine:
        with pytest.raises(ManagerLost, match="message 1 is missing"):
            vine.get({"a": (inc, 1)}, "a")


def test_get_rehello_raises_manager_lost(run_dir):
    def answer(client, graph):
        client.send([r.REHELLO, "unknown link"], sequenced=False, epoch=1)

    with FakeManager(run_dir, on_sealed=answer) as manager, DaskVine(manager.address) as vine:
        with pytest.raises(ManagerLost, match="unknown link"):
            vine.get({"a": (inc, 1)}, "a")


def test_notice_is_logged_once_per_get_and_kept(run_dir, caplog):
    def answer(client, graph):
        for seconds in (5, 10):
            client.send([r.NOTICE, "waiting-for-workers", f"no worker for {seconds} s"])
        client.run(graph)

    with FakeManager(run_dir, on_sealed=answer) as manager, DaskVine(manager.address) as vine:
        vine.get({"a": (inc, 1)}, "a")
        assert [entry.message for entry in caplog.records] == ["no worker for 5 s"]
        assert vine.notices == {"waiting-for-workers": "no worker for 10 s"}


def test_get_from_many_threads_at_once_gives_each_its_own(run_dir):
    results = {}
    with FakeManager(run_dir) as manager, DaskVine(manager.address) as vine:

        def work(number):
            for i in range(20):
                results[number, i] = vine.get({"a": number, "b": (inc, "a"), "c": (inc, "b")}, ["c", "a"])

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert results == {(n, i): (n + 2, n) for n in range(8) for i in range(20)}


def test_get_waiting_in_one_thread_does_not_hold_up_another(run_dir):
    held = threading.Event()
    first = []

    def answer(client, graph):
        if graph == 1:
            held.client = client
            held.set()
        else:
            client.run(graph)
            held.client.run(1)

    with FakeManager(run_dir, on_sealed=answer) as manager, DaskVine(manager.address) as vine:
        thread = threading.Thread(target=lambda: first.append(vine.get({"a": (inc, 1)}, "a")))
        thread.start()
        assert held.wait(10)
        assert vine.get({"a": (inc, 5)}, "a") == 6
        thread.join()
    assert first == [2]


def test_close_while_another_thread_waits_ends_that_wait(run_dir):
    caught = []
    with FakeManager(run_dir, on_sealed=lambda client, graph: None) as manager:
        vine = DaskVine(manager.address)

        def wait():
            try:
                vine.get({"a": (inc, 1)}, "a")
            except ManagerLost as error:
                caught.append(str(error))

        thread = threading.Thread(target=wait)
        thread.start()
        assert manager.sealed.wait(10)
        vine.close()
        vine.close()
        thread.join()
        assert manager.goodbye.wait(10)
    assert caught == ["this DaskVine was closed"]
    with pytest.raises(DaskVineError, match="closed"):
        vine.get({"a": 1}, "a")


def test_get_interrupted_cancels_and_raises_at_once(run_dir):
    def answer(client, graph):
        os.kill(os.getpid(), signal.SIGINT)

    with FakeManager(run_dir, on_sealed=answer) as manager, DaskVine(manager.address) as vine:
        # Often, as it comes about when the client begins to poll.
        for _ in range(100):
            with pytest.raises(KeyboardInterrupt):
                vine.get({"a": (inc, 1)}, "a")
            assert manager.cancelled.wait(10)
            manager.cancelled.clear()


def test_connect_nobody_there_says_address_and_how_to_start(run_dir):
    address = f"ipc://{run_dir}/nobody"
    with pytest.raises(ManagerUnreachable, match=f"no manager can be reached at {address}.*daskvine manager --listen"):
        DaskVine(address)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(ManagerUnreachable, match="refused"):
            DaskVine(f"tcp://127.0.0.1:{unused.getsockname()[1]}")


@pytest.mark.parametrize("address", ["", "nonsense", "tcp://host", "ipc://", "http://a:1"])
def test_connect_not_an_address_is_a_value_error(address):
    with pytest.raises(ValueError, match="ipc:///path or tcp://host:port"):
        DaskVine(address)


@pytest.mark.parametrize("words", [b"", b"SSH-2.0-OpenSSH\r\n", b"\x04\0\0\0abcd", b"\x01\0\0\0\x80"])
def test_connect_to_something_else_says_so(run_dir, words):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{run_dir}/door")
        listener.listen()

        def speak():
            other, _ = listener.accept()
            with other:
                other.sendall(words)

        thread = threading.Thread(target=speak)
        thread.start()
        with pytest.raises(ManagerUnreachable, match="not a DaskVine manager"):
            DaskVine(f"ipc://{run_dir}/door")
        thread.join()


@pytest.mark.parametrize("version", [r.PROTOCOL_VERSION - 1, r.PROTOCOL_VERSION + 1])
def test_connect_to_another_version_names_both(run_dir, version):
    with FakeManager(run_dir, version=version) as manager:
        with pytest.raises(ManagerUnreachable, match=f"speaks version {version} .* this client {r.PROTOCOL_VERSION}$"):
            DaskVine(manager.address)


def test_connect_hello_has_the_version_and_nothing_that_workers_have(run_dir):
    with FakeManager(run_dir) as manager, DaskVine(manager.address) as vine:
        vine.get({"a": 1}, "a")
        kind, version, role, *_, cores, files, tasks, resources, peer, disk, memory = manager.seen[0]
        assert (kind, version, role) == (r.HELLO, r.PROTOCOL_VERSION, "client")
        assert (cores, files, tasks, resources, peer, disk, memory) == (0, [], [], {}, None, 0, 0)


def test_connect_refused_by_the_manager_gives_its_reason(run_dir):
    def refuse(client, hello):
        client.send([r.REFUSE, "another client is connected: c1"], sequenced=False)

    with FakeManager(run_dir, on_hello=refuse) as manager:
        with pytest.raises(ManagerUnreachable, match="another client is connected: c1"):
            DaskVine(manager.address)


def test_fork_child_cannot_use_the_parent_connection_and_leaves_it_alone(run_dir):
    program = (
        "import os, sys\n"
        "from daskvine import DaskVine, DaskVineError\n"
        "vine = DaskVine(sys.argv[1])\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    try: vine.get({'a': 1}, 'a')\n"
        "    except DaskVineError as error: assert 'forked' in str(error)\n"
        "    else: os._exit(1)\n"
        "    sys.exit(0)\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
        "assert vine.get({'a': 1}, 'a') == 1\n"
    )
    with FakeManager(run_dir) as manager:
        subprocess.run([sys.executable, "-c", program, manager.address], check=True, timeout=30)
        assert manager.goodbye.wait(10)
        assert manager.kinds().count(r.GOODBYE) == 1


def test_import_of_the_worker_side_brings_neither_dask_nor_zmq():
    program = (
        "import sys, daskvine.values, daskvine.host.child\n"
        "sys.exit(bool({'dask', 'zmq', 'cloudpickle'} & {*sys.modules}))"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
