"""What a Follower makes of pieces."""

import os

from daskvine.workflow.follower import Follower


def test_pieces_are_written_where_they_belong(tmp_path):
    follower = Follower(str(tmp_path / "new" / "out"))
    follower.take(0, b"one ")
    follower.take(4, memoryview(b"two"))
    assert (tmp_path / "new" / "out").read_bytes() == b"one two"


def test_offset_zero_begins_anew_in_the_same_file(tmp_path):
    follower = Follower(str(tmp_path / "out"))
    follower.take(0, b"a long line")
    with open(tmp_path / "out", "rb") as reader:
        follower.take(0, b"")
        assert reader.read() == b""
        follower.take(0, b"short")
        assert reader.read() == b"short"


def test_file_of_before_is_replaced_and_not_written_into(tmp_path):
    (tmp_path / "out").write_text("old")
    os.link(tmp_path / "out", tmp_path / "linked")
    follower = Follower(str(tmp_path / "out"))
    assert (tmp_path / "out").read_text() == "old"
    follower.take(0, b"new")
    assert ((tmp_path / "out").read_text(), (tmp_path / "linked").read_text()) == ("new", "old")


def test_link_at_the_path_is_replaced_and_not_followed(tmp_path):
    (tmp_path / "elsewhere").write_text("old")
    os.symlink(tmp_path / "elsewhere", tmp_path / "out")
    Follower(str(tmp_path / "out")).take(0, b"new")
    assert ((tmp_path / "out").read_text(), (tmp_path / "elsewhere").read_text()) == ("new", "old")


def test_directory_at_the_path_stays(tmp_path):
    (tmp_path / "out").mkdir()
    follower = Follower(str(tmp_path / "out"))
    follower.take(0, b"one")
    follower.take(3, b"two")
    assert (tmp_path / "out").is_dir() and not os.listdir(tmp_path / "out")


def test_file_that_was_taken_away_is_not_made_again(tmp_path):
    follower = Follower(str(tmp_path / "out"))
    follower.take(0, b"one")
    os.unlink(tmp_path / "out")
    follower.take(3, b"two")
    assert not os.path.exists(tmp_path / "out")
