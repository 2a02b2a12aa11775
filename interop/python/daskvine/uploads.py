"""Reads the files of modules that a client sends to all workers."""

import hashlib
import os
import zipfile

from daskvine import records as r

MODULES = (".py",)
ARCHIVES = (".zip", ".egg", ".whl")
LIMIT = 256 << 20


def upload_record(path):
    """The Upload record for a file. Raises OSError when it cannot be read, ValueError when it is not for uploading."""
    path = os.fspath(path)
    name = os.path.basename(path)
    kind = os.path.splitext(name)[1]
    if kind not in MODULES + ARCHIVES:
        raise ValueError(f"{path!r} is neither a module ({', '.join(MODULES)}) nor an archive of modules ({', '.join(ARCHIVES)})")
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > LIMIT:
            raise ValueError(f"{path!r} has {size >> 20} MiB, but {LIMIT >> 20} MiB is the most: put it where workers find it")
        if kind in ARCHIVES and not zipfile.is_zipfile(file):
            raise ValueError(f"{path!r} is not a zip archive, which {kind} files are")
        file.seek(0)
        data = file.read()
    return [r.UPLOAD, name, hashlib.blake2b(data, digest_size=16).digest(), data]
