#!/usr/bin/python3
"""Stands in for the program `daskvine` in tests of the embedded cluster.

Writes its arguments, environment and directory to $FAKE_LOG/<role or worker name>. $FAKE_MANAGER and $FAKE_WORKER say
how to misbehave: "error" (report and exit), "exit", "silent" (no door).
"""

import json
import os
import sys

from fake_manager import FakeManager


def main():
    role, arguments = sys.argv[1], sys.argv[2:]
    name = arguments[arguments.index("--worker-name") + 1] if role == "worker" else role
    with open(os.path.join(os.environ["FAKE_LOG"], name), "w") as log:
        json.dump({"arguments": arguments, "sys_path": os.environ.get("DASKVINE_SYS_PATH"), "cwd": os.getcwd()}, log)
    manner = os.environ.get("FAKE_" + role.upper())
    if manner == "error":
        say({"event": "error", "message": "port 9123 is in use"})
        sys.exit(2)
    if manner == "exit":
        sys.exit("could not load libzmq")
    if role == "manager" and manner != "silent":
        address = arguments[arguments.index("--listen") + 1]
        on_sealed = (lambda client, graph: None) if manner == "stuck" else None
        with FakeManager(address.removeprefix("ipc://").removesuffix("/door"), on_sealed=on_sealed):
            say({"event": "ready", "address": address, "pid": os.getpid()})
            sys.stdin.read()
    else:
        sys.stdin.read()


def say(event):
    print(json.dumps(event), flush=True)


main()
