"""Values as Arrow streams: what leaves Python for a client or for another runtime, and what comes from there.

``encode`` makes a stream of what Arrow can hold without loss, ``decode`` gives the same value back, ``scalars`` the rows
of a stream that holds many small values. Imports neither dask nor zmq; numpy and pandas only for values of theirs.
"""

from daskvine.arrow.flatbuffers import ArrowError

__all__ = ["ArrowError", "Table", "decode", "encode", "is_stream", "scalars", "write_scalars"]

_HOME_OF = {"Table": "tables", "decode": "codec", "encode": "codec", "scalars": "scalar", "write_scalars": "scalar"}


def is_stream(start):
    """True for the first bytes (four or more) of an Arrow stream; no other form of a value starts so."""
    return bytes(start[:4]) == b"\xff\xff\xff\xff"


def __getattr__(name):
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Not importlib.import_module: the host has not loaded that.
    value = getattr(__import__(f"{__name__}.{_HOME_OF[name]}", fromlist=[name]), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *__all__})
