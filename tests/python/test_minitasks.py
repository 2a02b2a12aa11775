"""Files that commands make where they are needed: archives, environments, downloads."""

import tarfile

import msgpack
import pytest

from daskvine import FileType, Task, records as r


def commands(manager):
    """``(command, inputs, outputs, is a mini-task)`` in order."""
    sent = [record for record in manager.seen if record[0] == r.SUBMIT_COMMAND]
    return [(msgpack.unpackb(body)["command"], inputs, outputs, mini) for _, _, _, body, inputs, outputs, _, _, mini in sent]


def names(manager):
    return [file[2] for record in manager.seen if record[0] == r.SUBMIT_FILES for file in record[3]]


def run(vine, command, **info):
    task = Task(command, **info)
    vine.submit(task)
    assert vine.wait(30) is task
    return task


@pytest.fixture
def archive(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "run_in_env").write_text('#!/bin/sh\nTONE=hello exec "$@"\n')
    (tmp_path / "bin" / "run_in_env").chmod(0o755)
    with tarfile.open(tmp_path / "x.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "bin", "bin")
    return tmp_path / "x.tar.gz"


def test_untar_is_made_once_and_used_by_several_tasks(fake, manager, archive):
    files = fake.declare_untar(fake.declare_file(archive), cache=True)
    for _ in range(2):
        assert run(fake, "ls env/bin", inputs={files: "env"}).output == "run_in_env\n"
    assert [(inputs, outputs) for _, inputs, outputs, mini in commands(manager) if mini] == [([0], [1])]
    assert names(manager)[1].startswith("task-md5-")
    assert fake.declare_untar(fake.declare_file(archive)) is files and files.type() == FileType.MINI_TASK


def test_minitask_is_named_by_its_command_and_inputs(fake, manager):
    def make(command, text, cache="worker"):
        return fake.declare_minitask(Task(command, inputs={fake.declare_buffer(text): "in"}), "out", cache=cache)

    inputs = {make("rev in > out", "1"): "a", make("rev in > out", "2"): "b", make("tac in > out", "1"): "c"}
    assert run(fake, "cat a b c", inputs=inputs).output == "121"
    made = [name for name in names(manager) if name.startswith("task-md5-")]
    assert len(set(made)) == 3
    again = make("rev in > out", "1", cache="forever")
    run(fake, "cat a", inputs={again: "a"})
    assert names(manager)[-1] == made[0]


def test_minitask_of_what_has_no_name_has_none(fake, manager):
    temp = fake.declare_temp()
    run(fake, "echo hello > out", outputs={temp: "out"})
    made = fake.declare_minitask(Task("rev in > out", inputs={temp: "in"}), "out")
    assert run(fake, "cat it", inputs={made: "it"}).output == "olleh\n" and names(manager)[-1] == ""
    assert fake.fetch_file(made) == b"olleh\n"


def test_minitask_of_what_is_not_there_is_missing_for_its_tasks(fake, tmp_path):
    made = fake.declare_untar(fake.declare_file(tmp_path / "no"))
    assert run(fake, "ls it", inputs={made: "it"}).result == "input missing"


def test_minitask_needs_a_name_in_its_sandbox(fake):
    with pytest.raises(ValueError, match="'/out' is no name in a task's sandbox"):
        fake.declare_minitask(Task("true"), "/out")


def test_poncho_environment_runs_the_command(fake, archive):
    for package in (str(archive), fake.declare_file(archive)):
        task = Task("echo $TONE | tr a-z A-Z; echo $TONE")
        task.add_environment(fake.declare_poncho(package))
        fake.submit(task)
        assert fake.wait(30).output == "HELLO\nhello\n"
        assert task.command == "echo $TONE | tr a-z A-Z; echo $TONE"


def test_environments_nest_in_their_order(fake, tmp_path):
    task = Task("echo $NAMES")
    for name in ("outer", "inner"):
        (tmp_path / name / "bin").mkdir(parents=True)
        program = tmp_path / name / "bin" / "run_in_env"
        program.write_text(f'#!/bin/sh\nNAMES="$NAMES {name}" exec "$@"\n')
        program.chmod(0o755)
        task.add_execution_context(fake.declare_file(tmp_path / name))
    fake.submit(task)
    assert fake.wait(30).output == "outer inner\n"


def test_starch_package_extracts_itself(fake, tmp_path):
    (tmp_path / "package").write_text(
        '[ "$SFX_EXTRACT_ONLY" = 1 ] || exit 1\nmkdir -p $SFX_DIR/bin\n'
        "printf '#!/bin/sh\\nTONE=starched exec \"$@\"\\n' > $SFX_DIR/bin/run_in_env; chmod +x $SFX_DIR/bin/run_in_env\n"
    )
    task = Task("echo $TONE")
    task.add_starch_package(fake.declare_starch(tmp_path / "package"))
    fake.submit(task)
    assert fake.wait(30).output == "starched\n"


def test_xrootd_asks_xrdcp_with_the_proxy(fake, manager, tmp_path, monkeypatch):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "xrdcp").write_text('#!/bin/sh\necho "$1" "$(cat $X509_USER_PROXY)" > "$2"\n')
    (tmp_path / "bin" / "xrdcp").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin", prepend=":")
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "other").write_text("other")
    monkeypatch.setenv("X509_USER_PROXY", str(tmp_path / "mine"))
    url = "root://host//it's here"
    for proxy, text in ((None, "mine"), (str(tmp_path / "other"), "other"), (fake.declare_file(tmp_path / "other"), "other")):
        assert run(fake, "cat it", inputs={fake.declare_xrootd(url, proxy): "it"}).output == f"{url} {text}\n"
