"""Files that a program declares: what the manager is told, when, and what comes back."""

import json
import os
import pickle

import pytest
from fake_manager import FakeManager

from daskvine import DaskVine, FileType, FileUnavailable, Task, records as r
from daskvine.door import Door


def declared(manager):
    """The files that were declared, in order."""
    return [file for record in manager.seen if record[0] == r.SUBMIT_FILES for file in record[3]]


def run(vine, command, **info):
    task = Task(command, **info)
    vine.submit(task)
    assert vine.wait(30) is task
    return task


def read(vine, file):
    """What a task sees of a file."""
    return run(vine, "cat it", inputs={file: "it"}).std_output


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "in.txt"
    path.write_text("hello")
    return path


@pytest.fixture
def far(run_dir, monkeypatch):
    """A client whose manager is on another machine, as far as it can tell."""
    monkeypatch.setattr(Door, "is_near", property(lambda door: False))
    with FakeManager(run_dir) as manager, DaskVine(manager.address, progress=False) as vine:
        vine.manager = manager
        yield vine


def test_nothing_is_sent_before_a_task_needs_it(fake, manager, path):
    fake.declare_file(path)
    fake.declare_buffer("x")
    fake.declare_temp()
    fake.get({"a": 1}, "a")
    assert r.SUBMIT_FILES not in manager.kinds() and manager.kinds().count(r.OPEN_GRAPH) == 1


@pytest.mark.parametrize(("cache", "level"), [(False, 0), ("task", 0), (True, 1), ("workflow", 1), ("worker", 2), ("forever", 3)])
@pytest.mark.parametrize("peer_transfer", [True, False])
def test_declaration_says_path_name_size_level_and_sharing(fake, manager, path, cache, level, peer_transfer):
    assert read(fake, fake.declare_file(path, cache=cache, peer_transfer=peer_transfer)) == "hello"
    assert declared(manager) == [[0, str(path), "file-md5-5d41402abc4b2a76b9719d911017c592", 5, level, peer_transfer]]


def test_cache_level_that_is_unknown_lists_all(fake, path):
    for declare in (lambda: fake.declare_file(path, cache="always"), lambda: fake.declare_buffer("", cache=[])):
        with pytest.raises(ValueError, match='cache=.* must be one of: False or "task", True or "workflow", "worker", "forever"'):
            declare()


def test_same_content_is_the_same_file_and_sent_once(fake, manager, path):
    file = fake.declare_file(path)
    assert fake.declare_file(os.path.relpath(path)) is file
    assert fake.declare_buffer("x") is fake.declare_buffer(b"x")
    assert read(fake, file) == read(fake, file) == "hello"
    assert len(declared(manager)) == 1


def test_another_path_is_another_file_of_the_same_name(fake, manager, path, tmp_path):
    (tmp_path / "copy").write_text("hello")
    one, other = fake.declare_file(path), fake.declare_file(tmp_path / "copy")
    assert one is not other
    read(fake, one), read(fake, other)
    assert len({name for _, _, name, *_ in declared(manager)}) == 1


def test_file_declared_again_to_stay_longer_is_sent_again(fake, manager, path):
    file = fake.declare_file(path, cache=True)
    read(fake, file)
    assert fake.declare_file(path, cache="worker", peer_transfer=False) is file
    read(fake, file), read(fake, file)
    assert [entry[4:] for entry in declared(manager)] == [[1, True], [2, False]]
    assert fake.declare_file(path, cache=False, peer_transfer=False) is file and file.level == 2


def test_file_that_changed_is_sent_anew(fake, manager, path):
    file = fake.declare_file(path)
    assert read(fake, file) == "hello"
    path.write_text("hello again")
    assert read(fake, file) == "hello again"
    assert fake.declare_file(path) is file
    path.write_text("and again!!")
    assert fake.declare_file(path) is not file
    assert [size for _, _, _, size, *_ in declared(manager)] == [5, 11]


def test_directory_has_one_name_and_the_bytes_of_its_files(fake, manager, tmp_path):
    (tmp_path / "d" / "e").mkdir(parents=True)
    (tmp_path / "d" / "e" / "x").write_text("hello")
    file = fake.declare_file(tmp_path / "d")
    assert run(fake, "cat d/e/x", inputs={file: "d"}).output == "hello"
    assert declared(manager)[0][3] == 5 == len(file)
    assert fake.declare_file(tmp_path / "d") is file
    (tmp_path / "d" / "e" / "y").touch()
    assert fake.declare_file(tmp_path / "d") is not file


def test_what_is_neither_file_nor_directory_is_refused(fake, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="pipe is neither a file nor a directory"):
        fake.declare_file(tmp_path / "pipe")


@pytest.mark.parametrize("size", [0, 5, 20_000, 3 << 20])
def test_buffer_is_sent_in_pieces(fake, manager, size):
    data = os.urandom(size)
    buffer = fake.declare_buffer(data, cache=True)
    assert run(fake, "md5sum < it | cut -c1-32", inputs={buffer: "it"}).output.strip() == declared(manager)[0][2][-32:]
    assert declared(manager)[0] == [3, "", buffer.name, size, 1, True] and len(buffer) == size
    assert manager.kinds().count(r.FILE_DATA) == max(1, -(-size // (1 << 20)))
    assert buffer.contents() == fake.fetch_file(buffer) == data


def test_buffer_larger_than_the_credit_arrives_within_it(run_dir):
    with FakeManager(run_dir, credit=1 << 21) as manager, DaskVine(manager.address, progress=False) as vine:
        assert run(vine, "wc -c < it", inputs={vine.declare_buffer(bytes(9 << 20)): "it"}).output.strip() == str(9 << 20)
        assert manager.largest_backlog <= 1 << 21


def test_output_buffer_has_its_contents_when_the_task_is_done(fake):
    buffer = fake.declare_buffer()
    with pytest.raises(FileUnavailable, match="the buffer is empty: no task has made it"):
        buffer.contents()
    run(fake, """printf '{"a": [1]}' > out""", outputs={buffer: "out"})
    assert buffer.contents() == b'{"a": [1]}' and buffer.contents(json.load) == {"a": [1]} and len(buffer) == 10
    # And it may be an input now.
    assert read(fake, buffer) == '{"a": [1]}'


def test_output_buffer_that_is_large_comes_whole(fake):
    buffer = fake.declare_buffer()
    run(fake, "head -c 5000000 /dev/zero > out", outputs={buffer: "out"})
    assert buffer.contents() == bytes(5_000_000)


def test_temp_stays_with_the_workers_until_it_is_fetched(fake, manager):
    temp = fake.declare_temp()
    run(fake, "echo hello > out", outputs={temp: "out"})
    assert declared(manager) == [[2, "", "", 0, 1, True]]
    wanted = manager.kinds().count(r.WANT)
    assert read(fake, temp) == "hello\n" and temp.type() == FileType.TEMP and temp.source() is None
    assert fake.fetch_file(temp) == temp.contents() == b"hello\n"
    assert manager.kinds().count(r.WANT) == wanted + 3


def test_fetch_of_what_is_not_there_says_why(fake, manager, tmp_path):
    with pytest.raises(FileUnavailable, match="cannot be had: no task makes it"):
        fake.fetch_file(fake.declare_temp())
    with pytest.raises(FileUnavailable, match="no cannot be read: No such file"):
        fake.fetch_file(fake.declare_file(tmp_path / "no"))
    temp = fake.declare_temp()
    run(fake, "echo hello > out", outputs={temp: "out"})
    fake.prune_file(temp)
    with pytest.raises(FileUnavailable, match="cannot be had: no worker has it any more"):
        temp.contents()
    assert run(fake, "echo still here").successful()


def test_local_file_contents_are_those_of_the_path(fake, path):
    path.write_bytes(pickle.dumps([1, 2]))
    file = fake.declare_file(path)
    assert file.contents(pickle.load) == [1, 2] and file.source() == str(path) and file.type() == FileType.FILE
    assert len(fake.declare_file("nowhere")) == 0


def test_url_is_told_by_what_the_server_says_and_downloaded_by_workers(fake, manager, web):
    (web.directory / "x").write_text("hello")
    web.headers = {"ETag": '"1"'}
    file = fake.declare_url(f"{web.url}/x", cache="worker")
    assert fake.declare_url(f"{web.url}/x") is file and file.type() == FileType.URL
    fake.submit(Task("cat it", inputs={file: "it"}))
    fake.wait(30)
    assert declared(manager) == [[1, f"{web.url}/x", file.name, 5, 2, True]] and file.name.startswith("url-md5-et-")
    assert {method for method, _ in web.asked} == {"HEAD"}


def test_url_that_does_not_answer_is_an_error_at_once(fake, web):
    with pytest.raises(FileUnavailable, match="the server answers 404"):
        fake.declare_url(f"{web.url}/no")


def test_prune_and_undeclare_are_told_to_the_manager(fake, manager, path):
    file = fake.declare_file(path)
    fake.prune_file(file)
    assert r.PRUNE not in manager.kinds()
    read(fake, file)
    fake.prune_file(file)
    read(fake, file)
    fake.undeclare_file(file)
    fake.undeclare_file(file)
    fake.get({"a": 1}, "a")
    pruned = [record[2:] for record in manager.seen if record[0] == r.PRUNE]
    # Of these the second and third are done tasks.
    assert [[[0], False], [[0], True]] == [entry for entry in pruned if entry[0] == [0]]
    with pytest.raises(ValueError, match="was undeclared"):
        fake.submit(Task("cat it", inputs={file: "it"}))
    with pytest.raises(ValueError, match="was undeclared"):
        fake.prune_file(file)
    assert fake.declare_file(path) is not file


def test_file_of_another_vine_is_refused(fake, manager, path):
    with DaskVine(manager.address, progress=False) as other:
        with pytest.raises(ValueError, match="declared by another DaskVine"):
            other.submit(Task("cat it", inputs={fake.declare_file(path): "it"}))
        with pytest.raises(ValueError, match="declared by another DaskVine"):
            other.fetch_file(fake.declare_temp())


def test_unlink_when_done_waits_for_undeclare_and_tasks(run_dir, path):
    with FakeManager(run_dir, pause=True) as manager, DaskVine(manager.address, progress=False) as vine:
        file = vine.declare_file(path, unlink_when_done=True)
        task = Task("cat it", inputs={file: "it"})
        vine.submit(task)
        vine.undeclare_file(file)
        assert path.exists()
        manager.resume()
        assert vine.wait(30) is task and not path.exists()


def test_unlink_when_done_happens_at_the_end_at_the_latest(manager, path, tmp_path):
    (tmp_path / "d").mkdir()
    with DaskVine(manager.address, progress=False) as vine:
        vine.declare_file(path, unlink_when_done=True)
        vine.declare_file(tmp_path / "d", unlink_when_done=True)
        vine.declare_file(tmp_path / "nothing", unlink_when_done=True)
        kept = vine.declare_file(__file__)
        assert read(vine, kept) and path.exists()
    assert not path.exists() and not (tmp_path / "d").exists() and os.path.exists(__file__)


def test_shared_file_system_has_workers_read_in_place(fake, manager, path):
    fake.tune("load-from-shared-filesystem", 1)
    assert read(fake, fake.declare_file(path)) == "hello"
    assert declared(manager) == [[4, str(path), "", 0, 0, True]]


def test_manager_on_another_machine_is_sent_what_is_in_files(far, path):
    assert read(far, far.declare_file(path)) == "hello"
    assert declared(far.manager) == [[3, "", "file-md5-5d41402abc4b2a76b9719d911017c592", 5, 0, True]]


def test_manager_on_another_machine_is_sent_directories_as_archives(far, tmp_path):
    (tmp_path / "d" / "e").mkdir(parents=True)
    (tmp_path / "d" / "e" / "x").write_text("hello")
    (tmp_path / "d" / "e" / "x").chmod(0o750)
    task = run(far, "cat d/e/x; stat -c %a d/e/x", inputs={far.declare_file(tmp_path / "d", cache="worker"): "d"})
    assert task.output == "hello750\n"
    archive, directory = declared(far.manager)
    assert [archive[0], directory[0]] == [3, 2] and archive[2] == f"{directory[2]}-tar" and archive[4] == directory[4] == 2


def test_manager_on_another_machine_file_that_shrinks_on_the_way_fails_its_task(far, path, monkeypatch):
    file = far.declare_file(path)
    monkeypatch.setattr("daskvine.workflow.file_table.name_of_path", lambda path: ("file-md5-x", 7))
    task = run(far, "cat it", inputs={file: "it"})
    assert task.result_string == "input missing: it has 5 bytes, but had 7 when it was declared"


def test_fetch_from_several_threads_gives_each_the_whole(fake):
    from concurrent.futures import ThreadPoolExecutor

    temp = fake.declare_temp()
    run(fake, "head -c 700000 /dev/zero > out", outputs={temp: "out"})
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: fake.fetch_file(temp), range(8))) == [bytes(700_000)] * 8
