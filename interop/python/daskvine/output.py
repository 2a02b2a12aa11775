"""Shows here what tasks have written to their standard output and standard error elsewhere."""

import sys


def print_here(out, error):
    """Write the text of a task to sys.stdout and sys.stderr, whole."""
    if out:
        _write(sys.stdout, out)
    if error:
        _write(sys.stderr, error)


def _write(stream, text):
    if stream is None:
        # As with pythonw, and in some daemons.
        return
    try:
        stream.write(text)
    except UnicodeEncodeError:
        # What a task may print is no reason to lose its graph.
        stream.write(text.encode(stream.encoding, "backslashreplace").decode(stream.encoding))
    stream.flush()
