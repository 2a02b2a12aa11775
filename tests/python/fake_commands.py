"""Files and commands of a client at the fake manager: runs each command in a directory of its own, at once."""

import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from io import BytesIO
from pathlib import Path

import msgpack

from daskvine import records as r
from daskvine.workflow.commands import Result
from daskvine.workflow.session import DATA, OUTPUT, PATH, SHARED

CANNOT_BE_HAD = [4, "no worker has it any more", "", None]


class Commands:
    """One client's nodes of one graph, below `directory`. Commands and calls wait until `is_paused` is False.

    `run_call(functions, body, inputs)` tells ``(value, failure)`` of a call, of which one is None.

    `nodes` are ``[kind, source, name, size, level, shared]`` of files and msgpack bodies of commands, by number.
    """

    def __init__(self, send, graph, directory, run_call, *, is_paused=False):
        self.nodes = []
        self.is_paused = is_paused
        self._send = send
        self._graph = graph
        self._run_call = run_call
        self._directory = Path(directory)
        self._waiting = []
        self._values = {}
        self._failures = {}
        self._wanted = set()
        self._makers = {}

    def declare(self, first, files):
        assert first == len(self.nodes)
        for file in files:
            self.nodes.append(file)
            if file[0] in (PATH, SHARED):
                os.symlink(file[1], self._path(len(self.nodes) - 1))

    def take_data(self, node, offset, data):
        assert self.nodes[node][0] == DATA
        with open(self._path(node), "ab") as file:
            assert file.tell() == offset
            file.write(data)
            assert file.tell() <= self.nodes[node][3]

    def submit(self, node, body, inputs, outputs, key, options, mini):
        assert node == len(self.nodes) and all(self.nodes[output][0] == OUTPUT for output in outputs)
        self.nodes.append(msgpack.unpackb(body))
        if mini:
            self._makers[outputs[0]] = node, inputs
        else:
            self._waiting.append((node, inputs, outputs))
            self.resume()

    def call(self, first, nodes):
        assert first == len(self.nodes)
        for node in nodes:
            self.nodes.append(tuple(node))
            self._waiting.append((len(self.nodes) - 1, node[2], None))
        self.resume()

    def resume(self):
        while self._waiting and not self.is_paused:
            node, inputs, outputs = self._waiting.pop(0)
            if outputs is None:
                self._call(node, inputs)
                continue
            self._values[node] = msgpack.packb(self._run(self.nodes[node], inputs, outputs))
            self._ended(node)

    def _call(self, node, inputs):
        functions, body, _, key = self.nodes[node]
        failure = next((self._failures[used] for used in inputs if used in self._failures), None)
        if not failure:
            self._values[node], failure = self._run_call(functions, body, [self._values.get(used, b"") for used in inputs])
        if failure:
            self._values.pop(node, None)
            self._failures[node] = failure
        self._ended(node)

    def _ended(self, node):
        self._send([r.TASK_EVENTS, self._graph, [node], [[node, "w1", 5]]])
        if node in self._wanted:
            self.want([node])

    def want(self, nodes):
        for node in nodes:
            self._wanted.add(node)
            if node in self._failures:
                self._send([r.GRAPH_FAILED, self._graph, node, self.nodes[node][3], "w1", self._failures[node], "f"])
            elif node in self._values:
                self._answer(node, self._values[node])
            elif type(self.nodes[node]) is list:
                path = self._present(node)
                if path.exists():
                    self._answer(node, _tar(path) if path.is_dir() else path.read_bytes())
                else:
                    self._send([r.GRAPH_FAILED, self._graph, node, "", "", CANNOT_BE_HAD, ""])

    def prune(self, nodes, forget):
        self._waiting = [waiting for waiting in self._waiting if not forget or waiting[0] not in nodes]
        for node in nodes:
            if not forget and self._path(node).exists():
                self._path(node).unlink()

    def _answer(self, node, value):
        step = 100_000
        for offset in range(0, len(value) or 1, step):
            piece = value[offset:offset + step]
            is_small = len(piece) < r.FRAME_FROM_BYTES
            self._send([r.RESULT, self._graph, node, len(value), offset, piece if is_small else 0], payloads=[] if is_small else [piece])

    def _path(self, node):
        return self._directory / f"{self._graph}-{node}"

    def _present(self, node):
        maker = self._makers.get(node)
        if maker and not self._path(node).exists():
            self._run(self.nodes[maker[0]], maker[1], [node])
        return self._path(node)

    def _run(self, body, inputs, outputs):
        with tempfile.TemporaryDirectory(dir=self._directory) as sandbox:
            for (name, _), node in zip(body["inputs"], inputs, strict=True):
                place, path = Path(sandbox, name), self._present(node)
                if not path.exists():
                    return {"result": int(Result.INPUT_MISSING), "reason": f"{name} is not there"}
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(path)
            started = time.time_ns() // 1000
            ran = subprocess.run(["/bin/sh", "-c", body["command"]], cwd=sandbox, env={**os.environ, **body["env"]}, capture_output=True)
            sizes = [self._keep(Path(sandbox, name), self._path(node)) for (name, _), node in zip(body["outputs"], outputs, strict=True)]
        result = Result.OUTPUT_MISSING if None in sizes else Result.SUCCESS
        ended = time.time_ns() // 1000
        return {
            "result": int(result), "exit_code": ran.returncode, "output": ran.stdout + ran.stderr, "started": started, "ended": ended,
            "outputs": sizes, "reason": "", "measured": {"wall_us": ended - started, "cpu_us": 1, "memory": 1 << 20, "disk": 1 << 21},
        }

    @staticmethod
    def _keep(path, place):
        if not path.exists():
            return None
        shutil.move(path, place)
        return sum(file.stat().st_size for file in [place, *place.rglob("*")] if file.is_file())


def _tar(directory):
    stream = BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for path in sorted(directory.rglob("*")):
            tar.add(path, str(path.relative_to(directory)), recursive=False)
    return stream.getvalue()
