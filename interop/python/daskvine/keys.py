"""The keys of a client: where they are, and whether they fit a manager."""

import os
import re
import stat
from dataclasses import dataclass

from daskvine.errors import DaskVineError, ManagerUnreachable

VARIABLE = "DASKVINE_KEYS"
_KEY_CHARACTERS = 40
_LINE = re.compile(r'^\s*(public-key|secret-key)\s*=\s*"([^"]*)"\s*$', re.MULTILINE)


@dataclass(frozen=True)
class ClientKeys:
    """What an encrypted link needs: this client's pair, the manager's public key, and where they were found."""

    public: bytes
    secret: bytes
    manager: bytes
    directory: str

    def __repr__(self):
        return f"<ClientKeys {self.directory}>"


def named_directory(given, is_tcp):
    """The directory that was given, or for TCP that of the environment, as an absolute path; None without keys."""
    directory = given if given is not None else os.environ.get(VARIABLE) if is_tcp else None
    return os.path.abspath(directory) if directory else None


def keys_for(door, given):
    """The keys for the manager behind an open `door`, or None for an open link.

    Raises ManagerUnreachable when one side has keys and the other has none, and DaskVineError for keys that are missing or
    open to others.
    """
    # A Unix socket is guarded by its directory, so there the manager decides. Elsewhere, whoever says so may be anybody.
    directory = named_directory(given, door.is_tcp or door.secured)
    if door.secured and directory is None:
        raise ManagerUnreachable(
            f"the manager at {door.address} is secured and this client has no keys: name their directory with "
            f"DaskVine(…, keys=DIR) or {VARIABLE} (`daskvine keys DIR --export client OUT` makes one)"
        )
    if not door.secured and directory is not None and door.is_tcp:
        raise ManagerUnreachable(
            f"the manager at {door.address} is not secured and this client has keys ({directory}): start the manager "
            f"with --keys, or use neither keys= nor {VARIABLE}"
        )
    return load(directory) if door.secured else None


def load(directory):
    """The ClientKeys in `directory`. Raises DaskVineError when it or one of them is missing, malformed or open to others."""
    try:
        _check_private(directory, os.stat(directory), "700")
        own = _read(os.path.join(directory, "client.secret"))
        manager = _read(os.path.join(directory, "manager.public"))
        return ClientKeys(own["public-key"], own["secret-key"], manager["public-key"], directory)
    except OSError as error:
        raise DaskVineError(
            f"no keys of a client in {directory}: {error.strerror}: {error.filename}; `daskvine keys DIR` makes those of a "
            "cluster, and `daskvine keys DIR --export client OUT` a directory for a client elsewhere"
        ) from error
    except KeyError as missing:
        raise DaskVineError(f"a key file in {directory} has no line with a {missing.args[0]} of {_KEY_CHARACTERS} characters") from None


def _read(path):
    with open(path, encoding="ascii", errors="replace") as file:
        _check_private(path, os.fstat(file.fileno()), "600")
        found = _LINE.findall(file.read())
    return {field: key.encode() for field, key in found if len(key) == _KEY_CHARACTERS and key.isascii()}


def _check_private(path, status, mode):
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise DaskVineError(f"others may read or change {path}, which is to hold keys; make it private: chmod {mode} {path}")
