"""Muon pairs as columns: their layout, their invariant mass, and the CMS Open Data CSV that holds them."""

from pathlib import Path

import numpy as np

# One muon pair per element. pt in GeV, eta (pseudorapidity) dimensionless, phi in rad; names as in the CMS CSV.
DIMUON = np.dtype([(name, np.float64) for name in ("pt1", "eta1", "phi1", "pt2", "eta2", "phi2")])


class DimuonFileError(ValueError):
    """A CSV that cannot be read as dimuon events; the message names the file and what is wrong with it."""


def invariant_mass(dimuons):
    """Masses in GeV, shape (n,), of pairs of dtype DIMUON, shape (n,).

    M² = 2·pt1·pt2·(cosh(η1 − η2) − cos(φ1 − φ2)): exact for massless particles, and a muon of 0.106 GeV
    moves the mass of a pair above 2 GeV by less than the detector's resolution.
    """
    opening = np.cosh(dimuons["eta1"] - dimuons["eta2"]) - np.cos(dimuons["phi1"] - dimuons["phi2"])
    # Rounding can leave the opening of collinear muons a hair below zero.
    return np.sqrt(2.0 * dimuons["pt1"] * dimuons["pt2"] * np.maximum(opening, 0.0))


def csv_blocks(path, partitions):
    """The arguments of `read_dimuons` for each of `partitions` byte ranges that cover the file.

    Only the header is read here, so the client's work does not grow with the file.
    """
    # Workers run in sandboxes of their own, where a relative path would mean another file.
    path = Path(path).resolve()
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            header = file.readline()
    except OSError as error:
        raise DimuonFileError(f"cannot read {path}: {error.strerror}") from error
    positions = _positions(path, header)
    bounds = [len(header) + (size - len(header)) * i // partitions for i in range(partitions + 1)]
    return [(str(path), positions, start, end) for start, end in zip(bounds, bounds[1:])]


def read_dimuons(path, positions, start, end):
    """Pairs, dtype DIMUON, shape (n,), of the lines that begin in bytes [start, end) of a CSV.

    `positions` are the file's column numbers in the order of DIMUON's fields.
    """
    lines = _lines_beginning_in(path, start, end)
    if not lines:
        return np.empty(0, DIMUON)
    try:
        return np.loadtxt(lines, DIMUON, delimiter=",", usecols=positions, ndmin=1)
    except (ValueError, IndexError) as error:
        raise DimuonFileError(f"{path}, bytes {start} to {end}: {error}") from error


def _positions(path, header):
    """Column numbers of DIMUON's fields in a header line, or an error that shows both sides."""
    found = [name.strip(' "\r\n') for name in header.decode("utf-8-sig", "replace").split(",")]
    missing = [name for name in DIMUON.names if name not in found]
    if missing:
        raise DimuonFileError(
            f"{path} lacks {', '.join(missing)}\n"
            f"  columns found:  {', '.join(filter(None, found)) or 'none'}\n"
            f"  columns needed: {', '.join(DIMUON.names)}"
        )
    return tuple(found.index(name) for name in DIMUON.names)


def _lines_beginning_in(path, start, end):
    """Non-empty text lines whose first byte lies in [start, end); neighbouring ranges share no line."""
    with open(path, "rb") as file:
        # From one byte early: a line that begins exactly at `start` is ours, one that began before it is not.
        file.seek(start - 1)
        file.readline()
        length = end - file.tell()
        if length <= 0:
            return []
        block = file.read(length)
        if not block.endswith(b"\n"):
            block += file.readline()
    return [line for line in block.decode("utf-8", "replace").splitlines() if line.strip()]
