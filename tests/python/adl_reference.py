"""The eight queries of the HEP analysis benchmark, the plainest way: event after event, object after object.

Independent of the .NET code that it checks, but for what both have to agree on: the binning, and the order in which doubles are computed,
so that counts can be compared exactly.
"""

import math
from itertools import combinations
from pathlib import Path

from daskvine.arrow import Table

MAGIC = b"ARROW1\0\0"
BINS = 100
NEAR_EDGE = 1e-9  # of the axis' range

RANGES = {
    "1": (0, 200), "2": (15, 215), "3": (15, 215), "4": (0, 200), "5": (0, 200), "6a": (15, 215), "6b": (0, 1), "7": (15, 215),
    "8": (15, 250),
}


class Event:
    """One event: its values by name; what has an underscore in a collection's name is a list."""

    def __init__(self, columns, row):
        self._columns = columns
        self._row = row

    def __getitem__(self, name):
        return self._columns[name][self._row]


def read_events(paths):
    """The events of Arrow files, one after another."""
    for path in paths:
        data = Path(path).read_bytes()
        assert data[: len(MAGIC)] == MAGIC
        columns = Table.from_stream(data[len(MAGIC) :]).to_pydict()
        for row in range(len(columns["MET_pt"])):
            yield Event(columns, row)


def vectors(event, name):
    """Four-momenta (px, py, pz, e) of a collection."""
    found = []
    for pt, eta, phi, mass in zip(*(event[f"{name}_{part}"] for part in ("pt", "eta", "phi", "mass"))):
        momentum = pt * math.cosh(eta)
        found.append((pt * math.cos(phi), pt * math.sin(phi), pt * math.sinh(eta), math.sqrt(momentum * momentum + mass * mass)))
    return found


def add(*momenta):
    total = momenta[0]
    for momentum in momenta[1:]:
        total = tuple(a + b for a, b in zip(total, momentum))
    return total


def mass_of(momentum):
    px, py, pz, e = momentum
    return math.sqrt(max(0.0, e * e - px * px - py * py - pz * pz))


def pt_of(momentum):
    return math.sqrt(momentum[0] * momentum[0] + momentum[1] * momentum[1])


def delta_r(eta1, phi1, eta2, phi2):
    eta, phi = eta1 - eta2, math.remainder(phi1 - phi2, 2 * math.pi)
    return math.sqrt(eta * eta + phi * phi)


def query1(event):
    yield "1", event["MET_pt"]


def query2(event):
    for pt in event["Jet_pt"]:
        yield "2", pt


def query3(event):
    for pt, eta in zip(event["Jet_pt"], event["Jet_eta"]):
        if abs(eta) < 1:
            yield "3", pt


def query4(event):
    if len([pt for pt in event["Jet_pt"] if pt > 40]) >= 2:
        yield "4", event["MET_pt"]


def query5(event):
    muons = list(zip(vectors(event, "Muon"), event["Muon_charge"]))
    for (first, first_charge), (second, second_charge) in combinations(muons, 2):
        if first_charge != second_charge and 60 < mass_of(add(first, second)) < 120:
            yield "5", event["MET_pt"]
            return


def query6(event):
    jets = list(zip(vectors(event, "Jet"), event["Jet_btag"]))
    if len(jets) < 3:
        return
    # The first of equals, as min has it.
    best = min(combinations(jets, 3), key=lambda three: abs(mass_of(add(*(jet[0] for jet in three))) - 172.5))
    yield "6a", pt_of(add(*(jet[0] for jet in best)))
    yield "6b", max(jet[1] for jet in best)


def query7(event):
    leptons = [
        (eta, phi)
        for name in ("Muon", "Electron")
        for pt, eta, phi in zip(event[f"{name}_pt"], event[f"{name}_eta"], event[f"{name}_phi"])
        if pt > 10
    ]
    total = 0.0
    for pt, eta, phi in zip(event["Jet_pt"], event["Jet_eta"], event["Jet_phi"]):
        if pt > 30 and all(delta_r(eta, phi, *lepton) >= 0.4 for lepton in leptons):
            total += pt
    yield "7", total


def query8(event):
    leptons = []
    for name in ("Electron", "Muon"):
        leptons += zip(vectors(event, name), event[f"{name}_pt"], event[f"{name}_phi"], event[f"{name}_charge"], [name] * len(event[f"{name}_pt"]))
    pairs = [
        (first, second)
        for first, second in combinations(range(len(leptons)), 2)
        if leptons[first][4] == leptons[second][4] and leptons[first][3] != leptons[second][3]
    ]
    if len(leptons) < 3 or not pairs:
        return
    best = min(pairs, key=lambda pair: abs(mass_of(add(leptons[pair[0]][0], leptons[pair[1]][0])) - 91.2))
    other = max((lepton for place, lepton in enumerate(leptons) if place not in best), key=lambda lepton: lepton[1])
    yield "8", math.sqrt(2 * other[1] * event["MET_pt"] * (1 - math.cos(other[2] - event["MET_phi"])))


QUERIES = [query1, query2, query3, query4, query5, query6, query7, query8]


def run(paths):
    """Counts of each histogram by name, underflow first and overflow last; and of each, values that lie so near an edge that another order
    of computing could put them to the other side of it."""
    counts = {name: [0] * (BINS + 2) for name in RANGES}
    near = {name: [] for name in RANGES}
    for event in read_events(paths):
        for query in QUERIES:
            for name, value in query(event):
                start, stop = RANGES[name]
                place = (value - start) / (stop - start)
                counts[name][0 if place < 0 else BINS + 1 if place >= 1 else int(place * BINS) + 1] += 1
                if -NEAR_EDGE < place < 1 + NEAR_EDGE and abs(place * BINS - round(place * BINS)) < NEAR_EDGE * BINS:
                    near[name].append(value)
    return counts, near
