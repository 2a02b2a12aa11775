"""What comes in pieces: into memory, to a path, as a directory; and what must not be stored."""

import os
import tarfile
from io import BytesIO

import pytest

from daskvine.workflow.arrivals import Arrival, Memory, Path


def bring(sink, value, step=7):
    """What the arrival came to: what it made, or its error."""
    came = []
    arrival = Arrival(sink, came.append, came.append)
    for offset in range(0, len(value) or 1, step):
        is_whole = arrival.take(len(value), offset, memoryview(value)[offset:offset + step])
        assert is_whole == (offset + step >= len(value))
    arrival.finish()
    return came[0]


def tar(*members):
    """A tar stream; a member is ``(name, type, link or content)``."""
    stream = BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for name, kind, content in members:
            member = tarfile.TarInfo(name)
            member.type, member.mode = kind, 0o755
            if kind == tarfile.REGTYPE:
                member.size = len(content)
                archive.addfile(member, BytesIO(content))
            else:
                member.linkname = content
                archive.addfile(member)
    return stream.getvalue()


@pytest.mark.parametrize("step", [1, 3, 100])
@pytest.mark.parametrize("value", [b"", b"x", b"hello world"])
def test_value_comes_whole_whatever_its_pieces(tmp_path, value, step):
    assert bring(Memory(), value, step) == value
    assert bring(Path(f"{tmp_path}/new/deep/x", len(value)), value, step) == f"{tmp_path}/new/deep/x"
    assert (tmp_path / "new" / "deep" / "x").read_bytes() == value
    assert os.listdir(tmp_path / "new" / "deep") == ["x"]


def test_path_takes_the_place_of_what_was_there(tmp_path):
    for name in ("file", "directory"):
        path = tmp_path / name
        path.mkdir() if name == "directory" else path.write_text("old")
        if name == "directory":
            (path / "old").touch()
        bring(Path(str(path), 3), b"new")
        assert path.read_text() == "new"


def test_file_that_is_a_tar_archive_stays_one(tmp_path):
    archive = tar(("a", tarfile.REGTYPE, b"1"))
    bring(Path(f"{tmp_path}/x", len(archive)), archive, 1000)
    assert (tmp_path / "x").read_bytes() == archive


def test_directory_is_unpacked(tmp_path):
    (tmp_path / "x").write_text("old")
    members = tar(
        ("link", tarfile.SYMTYPE, "sub/a"), ("sub", tarfile.DIRTYPE, ""), ("sub/a", tarfile.REGTYPE, b"one"), ("empty", tarfile.DIRTYPE, "")
    )
    bring(Path(f"{tmp_path}/x", 3), members, 1000)
    assert (tmp_path / "x" / "link").read_text() == "one" and (tmp_path / "x" / "sub" / "a").stat().st_mode & 0o777 == 0o755
    assert sorted(os.listdir(tmp_path / "x")) == ["empty", "link", "sub"] and os.listdir(tmp_path) == ["x"]


def test_directory_without_anything_is_one(tmp_path):
    bring(Path(f"{tmp_path}/x", 0), tar(), 1000)
    assert os.listdir(tmp_path / "x") == []


@pytest.mark.parametrize(
    "members",
    [
        [("../evil", tarfile.REGTYPE, b"1")],
        [("/tmp/evil", tarfile.REGTYPE, b"1")],
        [("a/../../evil", tarfile.REGTYPE, b"1")],
        [("link", tarfile.SYMTYPE, "../outside")],
        [("link", tarfile.SYMTYPE, "/etc")],
        [("link", tarfile.LNKTYPE, "/etc/passwd")],
        [("pipe", tarfile.FIFOTYPE, "")],
    ],
)
def test_directory_that_would_leave_its_place_is_refused(tmp_path, members):
    error = bring(Path(f"{tmp_path}/x", 0), tar(*members), 1000)
    assert isinstance(error, tarfile.TarError) and os.listdir(tmp_path) == []


def test_directory_is_not_written_through_its_links(tmp_path):
    # In its textual form each of these stays inside, but the second link leads out.
    members = tar(
        ("d", tarfile.DIRTYPE, ""), ("q", tarfile.DIRTYPE, ""), ("q/s", tarfile.SYMTYPE, "../d"), ("t", tarfile.SYMTYPE, "q/s/../.."),
        ("t/evil", tarfile.REGTYPE, b"1"),
    )
    bring(Path(f"{tmp_path}/deep/er/x", 0), members, 1000)
    evil = [os.path.join(folder, "evil") for folder, _, names in os.walk(tmp_path) if "evil" in names]
    assert all(path.startswith(f"{tmp_path}/deep/er/x/") for path in evil)


def test_path_that_cannot_be_written_fails_once_and_takes_the_rest(tmp_path):
    (tmp_path / "file").touch()
    error = bring(Path(f"{tmp_path}/file/x", 11), b"hello world", 4)
    assert isinstance(error, NotADirectoryError | FileExistsError)
    assert os.listdir(tmp_path) == ["file"]


def test_arrival_that_fails_leaves_nothing(tmp_path):
    came = []
    arrival = Arrival(Path(f"{tmp_path}/x", 10), came.append, came.append)
    assert not arrival.take(10, 0, b"hello")
    error = ValueError("lost")
    arrival.fail(error)
    assert came == [error] and os.listdir(tmp_path) == []
