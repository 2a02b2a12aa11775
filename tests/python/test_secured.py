"""A secured cluster with real processes: what the keys let in, what they keep out, and what is said about it."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time

import dask
import pytest

from cluster_processes import WAIT_SECONDS, descendants, start_worker
from daskvine import DaskVine
from daskvine.errors import DaskVineError, ManagerLost, ManagerUnreachable
from daskvine.programs import child_environment, find_daskvine

GRAPH = {"x": (sum, [1, 2, "y"]), "y": (pow, 2, 5)}


@pytest.fixture(autouse=True)
def no_keys_in_the_environment(monkeypatch):
    monkeypatch.delenv("DASKVINE_KEYS", raising=False)


@pytest.fixture
def keys(run_dir):
    """A directory with the keys of a cluster, and beside it exports for a worker and a client."""
    directory = run_dir / "keys"
    make_keys(directory)
    make_keys(directory, "--export", "worker", run_dir / "worker")
    make_keys(directory, "--export", "client", run_dir / "client")
    return directory


def make_keys(*arguments, fails=False):
    run = subprocess.run(
        [find_daskvine(), "keys", *map(str, arguments)], capture_output=True, text=True, timeout=WAIT_SECONDS, env=child_environment()
    )
    assert (run.returncode != 0) == fails, run.stderr
    return run.stderr


class Manager:
    """A manager that ends with the block; `said` is what it has written on standard error by then."""

    def __init__(self, run_dir, *arguments, listen="tcp://127.0.0.1:0", **environment):
        self._log = run_dir / "manager.log"
        with open(self._log, "w") as log:
            self.process = subprocess.Popen(
                [find_daskvine(), "manager", "--listen", listen, *map(str, arguments), "--exit-with-stdin"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=child_environment(**environment), text=True,
            )
        self.ready = json.loads(self.process.stdout.readline())

    @property
    def address(self):
        return self.ready["address"].replace("*", "127.0.0.1").replace("0.0.0.0", "127.0.0.1")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.process.stdin.close()
        self.process.wait(WAIT_SECONDS)
        self.process.stdout.close()
        self.said = self._log.read_text()


@contextlib.contextmanager
def worker(address, *arguments):
    """A worker that is linked, until the end of the block."""
    with start_worker(address, "--cores", "1", *map(str, arguments)) as process:
        event = json.loads(process.stdout.readline())
        assert event["event"] == "ready", event
        yield process
        process.stdin.close()


def failure_of_worker(address, *arguments):
    """What a worker says that cannot serve, and soon."""
    with start_worker(address, "--cores", "1", *map(str, arguments)) as process:
        event = json.loads(process.stdout.readline())
        assert (event["event"], process.wait(WAIT_SECONDS)) == ("error", 1)
        return event["message"]


def give(secret, directory, name):
    """Puts a key file of another directory in the place of the one of that name."""
    shutil.copy(secret, directory / name)


def test_graphs_run_over_encrypted_links(keys, run_dir):
    with Manager(run_dir, "--keys", keys) as manager, worker(manager.address, "--keys", run_dir / "worker"):
        with DaskVine(manager.address, keys=run_dir / "client", progress=False) as vine:
            assert vine.get(GRAPH, "x") == 35
            assert len(vine.get({"big": (bytes, 3_000_000)}, "big")) == 3_000_000


def test_environment_names_the_directory(keys, run_dir, monkeypatch):
    monkeypatch.setenv("DASKVINE_KEYS", str(keys))
    with Manager(run_dir) as manager, worker(manager.address), DaskVine(manager.address, progress=False) as vine:
        assert vine.get(GRAPH, "x") == 35
        monkeypatch.delenv("DASKVINE_KEYS")
        with pytest.raises(ManagerUnreachable, match="is secured and this client has no keys.*DASKVINE_KEYS"):
            DaskVine(manager.address)


@pytest.mark.parametrize("listen", ["tcp://0.0.0.0:0", "tcp://*:0", "tcp://[::1]:0"])
def test_manager_with_keys_listens_beyond_loopback_and_on_ipv6(keys, run_dir, listen):
    with Manager(run_dir, "--keys", keys, listen=listen) as manager:
        assert manager.ready["event"] == "ready"
        with worker(manager.address, "--keys", keys), DaskVine(manager.address, keys=keys, progress=False) as vine:
            assert vine.get(GRAPH, "x") == 35


def test_every_address_includes_those_of_ipv6(keys, run_dir):
    with Manager(run_dir, "--keys", keys, listen="tcp://*:0") as manager:
        six = f"tcp://[::1]:{manager.ready['port']}"
        with worker(six, "--keys", keys), DaskVine(six, keys=keys, progress=False) as vine:
            assert vine.get(GRAPH, "x") == 35


def test_manager_at_every_address_is_found_by_its_name(keys, run_dir):
    name = f"secured-{os.getpid()}"
    with Manager(run_dir, "--keys", keys, "--name", name, listen="tcp://*:0") as manager:
        with start_worker("--name", name, "--cores", "1", "--keys", str(keys)) as process:
            assert json.loads(process.stdout.readline())["manager"] == manager.address
            process.stdin.close()


@pytest.mark.parametrize("options", [[], ["--insecure"]])
def test_manager_without_keys_refuses_to_listen_beyond_loopback(run_dir, options):
    with Manager(run_dir, *options, listen="tcp://0.0.0.0:0") as manager:
        assert manager.ready["event"] == "error" and "daskvine keys" in manager.ready["message"]
    assert ("WARNING" in manager.said) == bool(options)


def test_insecure_said_twice_listens_everywhere_with_a_loud_warning(run_dir):
    with Manager(run_dir, "--insecure", "--insecure", listen="tcp://0.0.0.0:0", DASKVINE_KEYS="/nonexistent") as manager:
        with worker(manager.address), DaskVine(manager.address, progress=False) as vine:
            assert vine.get(GRAPH, "x") == 35
    assert "WARNING" in manager.said and "not encrypted" in manager.said


def test_bulk_by_tls_without_keys_is_refused(run_dir):
    with Manager(run_dir, "--bulk", "tls") as manager:
        assert "needs keys" in manager.ready["message"]


def test_worker_without_keys_that_is_to_give_files_by_tls_is_refused(run_dir):
    with Manager(run_dir) as manager:
        assert "needs keys" in failure_of_worker(manager.address, "--bulk", "tls")


def is_plain(port):
    """Whether what listens there reads a request as it is, and refuses its token."""
    with socket.create_connection(("127.0.0.1", port), WAIT_SECONDS) as link:
        link.sendall(b"DVTR" + bytes([1, 3]) + b"abc" + bytes(24))
        return link.recv(1) == bytes([3])


def listening_port_of(process):
    """The TCP port that a process listens on."""
    descriptors = f"/proc/{process.pid}/fd"
    opened = {os.readlink(f"{descriptors}/{number}") for number in os.listdir(descriptors)}
    with open("/proc/net/tcp") as sockets:
        for _, local, _, state, *more in (line.split() for line in sockets.readlines()[1:]):
            if state == "0A" and f"socket:[{more[5]}]" in opened:
                return int(local.rpartition(":")[2], 16)
    raise AssertionError(f"process {process.pid} listens nowhere")


@pytest.mark.parametrize("bulk", ["plain", "tls"])
def test_workers_with_keys_give_files_as_they_are_told(keys, run_dir, bulk):
    options = "--keys", run_dir / "worker", "--no-hard-links", "--bulk", bulk
    with Manager(run_dir, "--keys", keys) as manager, worker(manager.address, *options, "--worker-name", "a") as source:
        with worker(manager.address, *options, "--worker-name", "b"), DaskVine(manager.address, keys=run_dir / "client", progress=False) as vine:
            with dask.annotate(workers=["a"]):
                made = dask.delayed(bytes)(3_000_000)
            with dask.annotate(workers=["b"]):
                size = dask.delayed(len)(made)
            assert size.compute(scheduler=vine.get, optimize_graph=False) == 3_000_000
            assert vine.movements().pairs["a", "b"][0] >= 3_000_000
        assert is_plain(listening_port_of(source)) == (bulk == "plain")


def test_client_without_keys_fails_at_once(keys, run_dir):
    with Manager(run_dir, "--keys", keys) as manager:
        began = time.monotonic()
        with pytest.raises(ManagerUnreachable, match="is secured and this client has no keys.*keys=DIR.*DASKVINE_KEYS"):
            DaskVine(manager.address)
        assert time.monotonic() - began < 2


def test_worker_without_keys_fails_at_once(keys, run_dir):
    with Manager(run_dir, "--keys", keys) as manager:
        message = failure_of_worker(manager.address)
    assert "is secured and this worker has no keys" in message and "--keys DIR" in message and "DASKVINE_KEYS" in message


def test_unknown_keys_are_refused_and_told(keys, run_dir):
    make_keys(run_dir / "other")
    give(run_dir / "other/client.secret", run_dir / "client", "client.secret")
    give(run_dir / "other/worker.secret", run_dir / "worker", "worker.secret")
    with Manager(run_dir, "--keys", keys) as manager:
        with pytest.raises(ManagerUnreachable, match="refuses the key of this client.*not authorized as a client"):
            DaskVine(manager.address, keys=run_dir / "client")
        assert "refuses the key of this worker" in failure_of_worker(manager.address, "--keys", run_dir / "worker")
    refused = public_key(run_dir / "other/client.secret")
    assert f"a client with key {refused[:8]}… was refused: it is not authorized" in manager.said
    assert refused not in manager.said


def test_keys_of_another_cluster_are_told(keys, run_dir):
    make_keys(run_dir / "other")
    with Manager(run_dir, "--keys", keys) as manager:
        with pytest.raises(ManagerUnreachable, match="other/manager.public is another manager's"):
            DaskVine(manager.address, keys=run_dir / "other")
        assert "other/manager.public is another manager's" in failure_of_worker(manager.address, "--keys", run_dir / "other")


def test_key_of_a_client_makes_no_worker(keys, run_dir):
    give(keys / "client.secret", run_dir / "worker", "worker.secret")
    give(keys / "worker.secret", run_dir / "client", "client.secret")
    with Manager(run_dir, "--keys", keys) as manager:
        assert "not authorized as a worker" in failure_of_worker(manager.address, "--keys", run_dir / "worker")
        with pytest.raises(ManagerUnreachable, match="not authorized as a client"):
            DaskVine(manager.address, keys=run_dir / "client")
    assert "authorized (client), but not as a worker" in manager.said
    assert "authorized (worker), but not as a client" in manager.said


def test_revoked_key_comes_in_no_more_while_the_manager_runs(keys, run_dir):
    make_keys(keys, "--add", "laptop", "--role", "both")
    make_keys(keys, "--export", "client", run_dir / "laptop", "--key", "laptop")
    with Manager(run_dir, "--keys", keys) as manager, worker(manager.address, "--keys", keys):
        with DaskVine(manager.address, keys=run_dir / "laptop", progress=False) as vine:
            assert vine.get(GRAPH, "x") == 35
        make_keys(keys, "--revoke", "laptop")
        with pytest.raises(ManagerUnreachable, match="or was revoked"):
            DaskVine(manager.address, keys=run_dir / "laptop")
        make_keys(keys, "--add", "desk", "--role", "client")
        make_keys(keys, "--export", "client", run_dir / "desk", "--key", "desk")
        with DaskVine(manager.address, keys=run_dir / "desk", progress=False) as vine:
            assert vine.get(GRAPH, "x") == 35


def test_list_of_keys_that_cannot_be_trusted_lets_nobody_in(keys, run_dir):
    with Manager(run_dir, "--keys", keys) as manager:
        (keys / "authorized").chmod(0o666)
        with pytest.raises(ManagerUnreachable, match="refuses the key"):
            DaskVine(manager.address, keys=run_dir / "client")
    assert "others may read or change" in manager.said and "chmod 600" in manager.said


def test_keys_that_others_can_read_are_refused_with_the_way_out(keys, run_dir):
    keys.chmod(0o755)
    with Manager(run_dir, "--keys", keys) as manager:
        assert "chmod 700" in manager.ready["message"]
    keys.chmod(0o700)
    with Manager(run_dir, "--keys", keys) as manager:
        (run_dir / "client").chmod(0o750)
        with pytest.raises(DaskVineError, match="chmod 700"):
            DaskVine(manager.address, keys=run_dir / "client")
        (run_dir / "client").chmod(0o700)
        (run_dir / "client/client.secret").chmod(0o604)
        with pytest.raises(DaskVineError, match="client.secret.*chmod 600"):
            DaskVine(manager.address, keys=run_dir / "client")
        (run_dir / "worker/worker.secret").chmod(0o640)
        assert "chmod 600" in failure_of_worker(manager.address, "--keys", run_dir / "worker")


def test_directory_of_another_role_is_told(keys, run_dir):
    with Manager(run_dir, "--keys", keys) as manager:
        with pytest.raises(DaskVineError, match="No such file.*client.secret.*--export client"):
            DaskVine(manager.address, keys=run_dir / "worker")
        assert f"{run_dir}/client/" in (message := failure_of_worker(manager.address, "--keys", run_dir / "client"))
        assert "is missing" in message


def test_malformed_key_is_told(keys, run_dir):
    (run_dir / "client/client.secret").write_text("public-key = nonsense\n")
    with Manager(run_dir, "--keys", keys) as manager:
        with pytest.raises(DaskVineError, match="no line with a public-key"):
            DaskVine(manager.address, keys=run_dir / "client")


def test_manager_without_keys_is_no_place_for_those_who_have_some(keys, run_dir):
    with Manager(run_dir) as manager:
        with pytest.raises(ManagerUnreachable, match="is not secured and this client has keys"):
            DaskVine(manager.address, keys=keys)
        assert "is not secured and this worker has keys" in failure_of_worker(manager.address, "--keys", keys)


def test_keys_are_never_overwritten(keys, run_dir):
    before = (keys / "manager.secret").read_bytes()
    assert "never overwritten" in make_keys(keys, fails=True)
    assert "exists" in make_keys(keys, "--export", "worker", run_dir / "worker", fails=True)
    assert "choose another name" in make_keys(keys, "--add", "client", fails=True)
    assert (keys / "manager.secret").read_bytes() == before


@pytest.mark.parametrize("options", [{}, {"port": 0}])
def test_embedded_cluster_with_keys(keys, options):
    with DaskVine(workers=1, keys=keys, progress=False, **options) as vine:
        assert vine.get(GRAPH, "x") == 35
        # The links are ZeroMQ's own business; that they are secured shows in who is kept out.
        with pytest.raises(ManagerUnreachable, match="is secured"):
            DaskVine(vine.address)
        with DaskVine(vine.address, keys=keys, progress=False) as other:
            assert other.get(GRAPH, "x") == 35


def test_embedded_cluster_in_its_private_directory_ignores_the_environment(monkeypatch):
    monkeypatch.setenv("DASKVINE_KEYS", "/nonexistent")
    with DaskVine(workers=1, progress=False) as vine:
        assert vine.get(GRAPH, "x") == 35


def test_killed_manager_is_told_to_its_client_and_its_worker_serves_the_next(keys, run_dir):
    with Manager(run_dir, "--keys", keys) as first:
        with worker(first.address, "--keys", keys) as process:
            with DaskVine(first.address, keys=keys, progress=False) as vine:
                child = vine.get({"pid": (os.getpid,)}, "pid")
                first.process.kill()
                first.process.wait()
                with pytest.raises(ManagerLost, match="process ended"):
                    vine.get(GRAPH, "x")
            with Manager(run_dir, "--keys", keys, listen=first.address) as second:
                with DaskVine(second.address, keys=keys, progress=False) as vine:
                    assert vine.get({"pid": (os.getpid,)}, "pid") == child
                    assert child in descendants(process.pid)


def public_key(path):
    return next(line for line in path.read_text().splitlines() if "public-key" in line).partition('"')[2].rstrip('"')
