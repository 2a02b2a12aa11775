"""A directory for one call: where it runs and has its temporary files, and that is gone after it."""

import os
import sys


def make(slot):
    """A new directory below DASKVINE_SANDBOXES. Raises OSError, and KeyError without that variable."""
    import tempfile  # not for every process
    return tempfile.mkdtemp(prefix=f"slot-{slot}-", dir=os.environ["DASKVINE_SANDBOXES"])


def enter(directory):
    """Has this process, and the programs that it starts, work there. Raises OSError."""
    os.chdir(directory)
    temporary = os.path.join(directory, ".tmp")
    os.mkdir(temporary)
    os.environ["TMPDIR"] = temporary
    os.environ["PWD"] = directory
    if "tempfile" in sys.modules:
        sys.modules["tempfile"].tempdir = None  # where it has been so far


def link(source, names):
    """Has the files of these relative paths below `source` under the same paths where this process is. Raises OSError."""
    for name in names:
        os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
        os.symlink(os.path.join(source, name), name)


def remove(directory):
    """Removes it with all that is in it; what cannot be removed is told on standard error."""
    import shutil  # not for every process
    try:
        shutil.rmtree(directory)
    except OSError as error:
        print(f"daskvine: the directory of a call remains: {error}", file=sys.stderr)
