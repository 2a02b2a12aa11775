"""The scripts and the command line, as far as they say no: one clear sentence, and an exit status."""

import shutil
import subprocess
from pathlib import Path

import pytest

from daskvine.programs import child_environment, find_daskvine

SETUP = Path(__file__).resolve().parents[2] / "src" / "setup.sh"


def run_with_tools(tmp_path, script, *tools):
    """Run a line of bash after setup.sh, with nothing but `tools` on the path."""
    for tool in tools:
        (tmp_path / tool).symlink_to(shutil.which(tool))
    return subprocess.run(
        [shutil.which("bash"), "-c", f"set -euo pipefail; . {SETUP}; {script}"],
        env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=60,
    )


def run_daskvine(*arguments, **environment):
    return subprocess.run(
        [find_daskvine(), *arguments], env=child_environment(**environment), capture_output=True, text=True, timeout=60
    )


def test_setup_without_dotnet_says_so_in_one_sentence(tmp_path):
    run = run_with_tools(tmp_path, "need_dotnet")
    assert run.returncode == 1
    assert ".NET 10 SDK" in run.stderr and run.stderr.count("\n") == 1


def test_setup_with_all_packages_there_needs_neither_root_nor_apt(tmp_path):
    run = run_with_tools(tmp_path, "need_packages bash coreutils", "dpkg-query", "grep")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_setup_with_a_package_missing_uses_sudo_only_when_not_root(tmp_path):
    for name, user in (("root", 0), ("user", 1000)):
        tools = tmp_path / name
        tools.mkdir()
        for tool in ("id", "apt-get", "sudo", "env"):
            told = f"echo {user}" if tool == "id" else f'echo {tool} "$@"'
            (tools / tool).write_text(f"#!/bin/sh\n{told} {'' if tool == 'id' else '>&2'}\n")
            (tools / tool).chmod(0o755)
        run = run_with_tools(tools, "need_packages no-such-package", "dpkg-query", "grep", "sh")
        assert run.returncode == 0, run.stderr
        assert "installing no-such-package" in run.stdout
        assert "--no-install-recommends no-such-package" in run.stderr
        assert ("sudo apt-get update" in run.stderr) == (user != 0)


@pytest.mark.parametrize("command", [["manager", "--listen", "tcp://127.0.0.1:0"], ["worker", "tcp://127.0.0.1:9"]])
def test_program_without_libzmq_names_the_package(command):
    run = run_daskvine(*command, DASKVINE_LIBZMQ="/nonexistent/libzmq.so")
    assert run.returncode == 1
    assert "apt-get install libzmq5" in run.stderr and "DASKVINE_LIBZMQ" in run.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["worker", "tcp://nowhere"], "is no manager address"),
        (["worker", "--cores", "0", "tcp://127.0.0.1:9"], "--cores must be 1 or more"),
        (["worker"], "give the manager's address or its --name"),
        (["worker", "--name", "../up"], "cannot be a manager's name"),
        (["worker", "tcp://127.0.0.1:9", "--connect-timeout", "0.1"], "no manager could be reached at tcp://127.0.0.1:9"),
        (["manager", "--listen", "ipc://relative/path"], "absolute path"),
        (["manager", "--listen", "ipc:///nonexistent/directory/door"], "cannot listen on ipc:///nonexistent/directory/door"),
        (["manager", "--listen", "tcp://10.0.0.1:9123"], "links are not secured"),
    ],
)
def test_program_with_bad_arguments_says_what_is_wrong(arguments, told):
    run = run_daskvine(*arguments)
    assert run.returncode == 1
    assert told in run.stderr + run.stdout


def test_program_missing_is_told_with_what_to_do(monkeypatch):
    monkeypatch.setenv("DASKVINE_PROGRAM", "/nonexistent/daskvine")
    from daskvine import DaskVine, DaskVineError

    with pytest.raises(DaskVineError, match="DASKVINE_PROGRAM=/nonexistent/daskvine"):
        DaskVine()
