"""Names for content: what changes them and what does not."""

import os
import socket

import pytest

from daskvine import FileUnavailable
from daskvine.workflow.content_names import name_of_bytes, name_of_path, name_of_url, signature_of


def tree(path):
    (path / "b").mkdir(parents=True)
    (path / "a").write_text("one")
    (path / "b" / "c").write_text("three")
    os.symlink("a", path / "link")
    return path


def test_name_of_a_file_is_the_md5_of_its_content(tmp_path):
    (tmp_path / "x").write_bytes(b"hello")
    assert name_of_path(tmp_path / "x") == ("file-md5-5d41402abc4b2a76b9719d911017c592", 5)
    assert name_of_bytes(b"hello") == "buffer-md5-5d41402abc4b2a76b9719d911017c592"


def test_name_of_a_directory_is_that_of_all_that_is_in_it(tmp_path):
    one, other = tree(tmp_path / "1"), tree(tmp_path / "2")
    assert name_of_path(one) == name_of_path(other)
    assert name_of_path(one)[1] == 8


@pytest.mark.parametrize(
    "change",
    [
        lambda path: (path / "b" / "c").write_text("4"),
        lambda path: (path / "b" / "c").rename(path / "b" / "d"),
        lambda path: (path / "b" / "empty").mkdir(),
        lambda path: (path / "a").chmod(0o755),
        lambda path: ((path / "link").unlink(), os.symlink("b", path / "link")),
        lambda path: ((path / "a").unlink(), os.mkfifo(path / "a")),
    ],
)
def test_name_of_a_directory_differs_when_anything_in_it_does(tmp_path, change):
    one, other = tree(tmp_path / "1"), tree(tmp_path / "2")
    before = signature_of(other)
    change(other)
    assert name_of_path(one)[0] != name_of_path(other)[0]
    assert signature_of(other) != before


def test_name_of_a_directory_does_not_run_two_entries_together(tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    (tmp_path / "1" / "a', 'b").write_text("")
    (tmp_path / "2" / "a").write_text("")
    (tmp_path / "2" / "b").write_text("")
    assert name_of_path(tmp_path / "1")[0] != name_of_path(tmp_path / "2")[0]


def test_signature_of_what_is_not_there_is_none(tmp_path):
    (tmp_path / "file").touch()
    assert signature_of(tmp_path / "no") is signature_of(tmp_path / "file" / "below") is None


def test_name_of_a_url_goes_by_what_the_server_says_best(web):
    (web.directory / "x").write_text("hello")
    url = f"{web.url}/x"
    names = []
    for headers in (
        {"Content-MD5": "XUFAKrxLKna5cZ2REBfFkg==", "ETag": '"1"'}, {"ETag": '"1"'}, {"ETag": 'W/"1"'},
        {"ETag": 'W/"1"', "Last-Modified": None},
    ):
        web.headers = headers
        name, size = name_of_url(url)
        names.append(name)
        assert size == 5
    kinds = [name.removeprefix("url-md5-").rpartition("-")[0] for name in names]
    assert kinds == ["content", "et", "lm", "url"]
    assert web.asked == [("HEAD", "/x")] * 4


def test_name_of_a_url_changes_with_its_etag(web):
    (web.directory / "x").write_text("hello")
    web.headers = {"ETag": '"1"'}
    first = name_of_url(f"{web.url}/x")
    web.headers = {"ETag": '"2"'}
    assert name_of_url(f"{web.url}/x") != first


def test_name_of_a_url_whose_server_knows_no_head_is_its_own(web):
    web.refused = {"HEAD"}
    assert name_of_url(f"{web.url}/x")[0].startswith("url-md5-url-")


def test_name_of_a_file_url_is_that_of_the_file(tmp_path):
    (tmp_path / "a b").write_bytes(b"hello")
    assert name_of_url(f"file://{tmp_path}/a%20b") == name_of_path(tmp_path / "a b")


def test_url_that_cannot_be_had_says_why(web, tmp_path):
    with pytest.raises(FileUnavailable, match=r"http://127.0.0.1:\d+/no cannot be had: the server answers 404"):
        name_of_url(f"{web.url}/no")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(FileUnavailable, match="cannot be had: .*refused; is the server reachable from here"):
            name_of_url(f"http://127.0.0.1:{closed.getsockname()[1]}/x")
    with pytest.raises(FileUnavailable, match="no cannot be read here: No such file"):
        name_of_url(f"file://{tmp_path}/no")
    for url in ("ftp://host/x", "/a/path", "http:///x"):
        with pytest.raises(ValueError, match="not a URL that workers can download"):
            name_of_url(url)
