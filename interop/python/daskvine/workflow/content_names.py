"""Names for content: what is the same has the same name, whoever declares it and when."""

import hashlib
import os
import stat
import urllib.error
import urllib.request
from urllib.parse import unquote, urlsplit

from daskvine.errors import FileUnavailable

_READ_BYTES = 1 << 20
_URL_SECONDS = 30
# Servers that do not answer HEAD; the file may well be there.
_NO_HEAD = (405, 501)


def signature_of(path):
    """What changes whenever the file or directory at `path` does, or None when nothing is there; reads no file."""
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISDIR(status.st_mode):
        return _marks(status)
    digest = _md5()
    for name, entry in _walk(path):
        digest.update(f"{name!r} {_marks(entry.stat(follow_symlinks=False))}".encode())
    return "directory", digest.hexdigest()


def name_of_path(path):
    """``(name, bytes)`` of the file or directory at `path`, of a directory those of all its files together.

    Raises OSError when something in it cannot be read.
    """
    if os.path.isdir(path):
        digest, size = _hash_directory(path)
    else:
        digest, size = _hash_file(path)
    return f"file-md5-{digest}", size


def name_of_bytes(data):
    """The name of a buffer."""
    return f"buffer-md5-{_md5(data).hexdigest()}"


def name_of_task(description):
    """The name of what a command makes that is told whole by `description`, a text."""
    return f"task-md5-{_md5(description.encode()).hexdigest()}"


def name_of_url(url):
    """``(name, bytes)`` of what is at `url`, 0 bytes when the server does not tell; asks the server for no more than that.

    The name comes from the server's Content-MD5, else its strong ETag, else Last-Modified, else it is the URL's own.
    Raises FileUnavailable when it cannot be had, and ValueError when it is neither http, https nor file.
    """
    parts = urlsplit(url)
    if parts.scheme == "file":
        try:
            return name_of_path(unquote(parts.path))
        except OSError as error:
            raise FileUnavailable(f"{url} cannot be read here: {error.strerror}") from error
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"not a URL that workers can download: {url!r} (http://…, https://… or file:///…)")
    headers = _ask(url)
    size = headers.get("Content-Length", "")
    kind, mark = _mark_of(url, headers)
    return f"url-md5-{kind}-{_md5(mark.encode()).hexdigest()}", int(size) if size.isdigit() else 0


def _mark_of(url, headers):
    if headers.get("Content-MD5"):
        return "content", headers["Content-MD5"]
    etag = headers.get("ETag", "")
    # A weak one stands for what means the same, which need not be the same bytes.
    if etag and not etag.startswith("W/"):
        return "et", f"{url} {etag}"
    if headers.get("Last-Modified"):
        return "lm", f"{url} {headers['Last-Modified']}"
    return "url", url


def _ask(url):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=_URL_SECONDS) as answer:
            return answer.headers
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in _NO_HEAD:
            return {}
        raise FileUnavailable(f"{url} cannot be had: the server answers {error.code} {error.reason}") from error
    except OSError as error:
        reason = getattr(error, "reason", None) or error
        raise FileUnavailable(f"{url} cannot be had: {reason}; is the server reachable from here?") from error


def _md5(data=b""):
    return hashlib.md5(data, usedforsecurity=False)


def _marks(status):
    return status.st_mode, status.st_size, status.st_mtime_ns, status.st_ino


def _walk(path, prefix=""):
    with os.scandir(path) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            yield prefix + entry.name, entry
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path, f"{prefix}{entry.name}/")


def _hash_file(path):
    digest, size = _md5(), 0
    with open(path, "rb", buffering=0) as file:
        while piece := file.read(_READ_BYTES):
            digest.update(piece)
            size += len(piece)
    return digest.hexdigest(), size


def _hash_directory(path):
    """A Merkle hash: of the sorted entries, each by its kind, whether it may be executed, its name and its own hash."""
    digest, total = _md5(), 0
    with os.scandir(path) as entries:
        for entry in sorted(entries, key=lambda entry: os.fsencode(entry.name)):
            if entry.is_symlink():
                kind, content, size = "link", os.readlink(entry.path), 0
            elif entry.is_dir():
                kind, (content, size) = "directory", _hash_directory(entry.path)
            elif entry.is_file():
                kind, (content, size) = "file", _hash_file(entry.path)
            else:
                kind, content, size = "other", "", 0
            may_run = kind == "file" and bool(entry.stat().st_mode & stat.S_IXUSR)
            digest.update(repr((kind, may_run, entry.name, content)).encode("utf-8", "surrogateescape"))
            total += size
    return digest.hexdigest(), total
