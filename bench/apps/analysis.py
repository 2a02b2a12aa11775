"""A physics analysis in the manner of DV3: events in columns, selections, masses, and histograms for each systematic variation.

One partition of events is one chain of short tasks, and histograms are added up by a tree, as Coffea does it. The same partition
has the same events wherever it is made.
"""

import numpy as np

from apps.counting import note, spent

# How much each variation scales the energy of jets and of muons.
VARIATIONS = {"nominal": (1.0, 1.0), "jets-up": (1.02, 1.0), "jets-down": (0.98, 1.0), "muons-up": (1.0, 1.005), "muons-down": (1.0, 0.995)}
EVENTS = 60_000
FAN_IN = 8
_BINS = {
    "dimuon": np.linspace(60.0, 120.0, 121), "dijet": np.linspace(0.0, 500.0, 101), "leading": np.linspace(20.0, 220.0, 101),
    "separation": np.linspace(0.0, 6.0, 61), "energy": np.linspace(0.0, 800.0, 161),
}
_REGIONS = {"quiet": (0.0, 30.0), "busy": (30.0, np.inf)}


class Corrections:
    """Weights of muons by variation, pseudorapidity and transverse momentum. A process that unpickles it leaves a line."""

    def __init__(self, seed=7, eta_bins=250, pt_bins=160):
        rng = np.random.default_rng(seed)
        self.eta = np.linspace(-2.5, 2.5, eta_bins + 1)
        self.pt = np.geomspace(10.0, 500.0, pt_bins + 1)
        self.weights = {name: rng.normal(0.97, 0.02, (eta_bins, pt_bins)) for name in VARIATIONS}

    def __setstate__(self, state):
        note("table")
        self.__dict__.update(state)

    @property
    def size(self):
        """Bytes of the table."""
        return sum(table.nbytes for table in self.weights.values())

    def of(self, variation, eta, pt):
        """The weight of each muon."""
        table = self.weights[variation]
        row = np.clip(np.searchsorted(self.eta, eta) - 1, 0, table.shape[0] - 1)
        column = np.clip(np.searchsorted(self.pt, pt) - 1, 0, table.shape[1] - 1)
        return table[row, column]


def make_events(partition, count):
    """A frame of `count` events: two muons, about half of them of a Z boson, two jets, and what is missing in energy (GeV)."""
    with spent("make"):
        import pandas as pd

        rng = np.random.default_rng((2024, partition))
        pt1, pt2 = 10.0 + rng.exponential(30.0, (2, count))
        eta1, eta2 = rng.normal(0.0, 1.2, (2, count))
        phi1, phi2 = rng.uniform(-np.pi, np.pi, (2, count))
        of_z = rng.random(count) < 0.5
        # The second muon of a Z boson has the momentum that makes the pair's mass.
        opening = 2.0 * pt1 * (np.cosh(eta1 - eta2) - np.cos(phi1 - phi2))
        pt2 = np.where(of_z, rng.normal(91.2, 2.5, count) ** 2 / np.maximum(opening, 1e-3), pt2)
        jets = 15.0 + rng.exponential(40.0, (2, count))
        frame = pd.DataFrame({
            "pt1": pt1, "eta1": eta1, "phi1": phi1, "pt2": pt2, "eta2": eta2, "phi2": phi2,
            "charge": np.where(of_z, 0, rng.integers(-1, 2, count)),
            "jet1": jets.max(0), "jet1_eta": rng.normal(0.0, 2.0, count), "jet1_phi": rng.uniform(-np.pi, np.pi, count),
            "jet2": jets.min(0), "jet2_eta": rng.normal(0.0, 2.0, count), "jet2_phi": rng.uniform(-np.pi, np.pi, count),
            "missing": rng.exponential(20.0, count),
        }).astype(np.float32)
    return frame


def select(events):
    """The events with two good muons of opposite charge, and what is computed of them once."""
    with spent("select"):
        import pandas as pd

        good = events[
            (events.pt1 > 15.0) & (events.pt2 > 10.0) & (events.eta1.abs() < 2.4) & (events.eta2.abs() < 2.4) & (events.charge == 0)
        ]
        separation = np.hypot(good.eta1 - good.eta2, _angle(good.phi1 - good.phi2))
        busy = good.jet2.where(good.jet2_eta.abs() < 3.0, 0.0)
        selected = pd.DataFrame({**good, "separation": separation, "busy": busy})
        selected = selected[selected.separation > 0.3].sort_values("pt1", ascending=False, ignore_index=True)
    return selected


def fill(selected, variation, corrections):
    """Histograms of the selected events under one variation: ``{(variation, region, name): (weights, squares of weights)}``."""
    with spent("fill"):
        import pandas as pd

        jets, muons = VARIATIONS[variation]
        shifted = selected.assign(
            pt1=selected.pt1 * muons, pt2=selected.pt2 * muons, jet1=selected.jet1 * jets, jet2=selected.jet2 * jets, busy=selected.busy * jets,
        )
        weight = corrections.of(variation, shifted.eta1, shifted.pt1) * corrections.of(variation, shifted.eta2, shifted.pt2)
        values = pd.DataFrame({
            "dimuon": _mass(shifted.pt1, shifted.eta1, shifted.phi1, shifted.pt2, shifted.eta2, shifted.phi2),
            "dijet": _mass(shifted.jet1, shifted.jet1_eta, shifted.jet1_phi, shifted.jet2, shifted.jet2_eta, shifted.jet2_phi),
            "leading": shifted.pt1,
            "separation": shifted.separation,
            "energy": shifted.pt1 + shifted.pt2 + shifted.jet1 + shifted.jet2 + shifted.missing,
            "weight": weight,
        })
        filled = {}
        for region, (low, high) in _REGIONS.items():
            inside = values[(shifted.busy >= low) & (shifted.busy < high)]
            for name, edges in _BINS.items():
                weights = inside.weight.to_numpy()
                sums, _ = np.histogram(inside[name], edges, weights=weights)
                squares, _ = np.histogram(inside[name], edges, weights=weights * weights)
                filled[variation, region, name] = sums, squares
    return filled


def accumulate(parts):
    """The sum of histograms, by their names."""
    with spent("accumulate"):
        total = {}
        for part in parts:
            for name, (sums, squares) in part.items():
                if name in total:
                    total[name] = total[name][0] + sums, total[name][1] + squares
                else:
                    total[name] = sums, squares
    return total


def graph(partitions, events=EVENTS):
    """The analysis as a Dask graph, whose key "histograms" is what `accumulate` returns for all partitions."""
    corrections = Corrections()
    tasks = {}
    for partition in range(partitions):
        tasks["events", partition] = (make_events, partition, events)
        tasks["selected", partition] = (select, ("events", partition))
        for variation in VARIATIONS:
            tasks["filled", partition, variation] = (fill, ("selected", partition), variation, corrections)
    level = [key for key in tasks if key[0] == "filled"]
    depth = 0
    while len(level) > FAN_IN:
        groups = [level[first:first + FAN_IN] for first in range(0, len(level), FAN_IN)]
        level = [("sum", depth, number) for number in range(len(groups))]
        tasks.update((key, (accumulate, group)) for key, group in zip(level, groups))
        depth += 1
    tasks["histograms"] = (accumulate, level)
    return tasks


def _mass(pt1, eta1, phi1, pt2, eta2, phi2):
    """Of pairs of massless particles, in GeV."""
    return np.sqrt(2.0 * pt1 * pt2 * (np.cosh(eta1 - eta2) - np.cos(phi1 - phi2)).clip(lower=0.0))


def _angle(difference):
    return (difference + np.pi) % (2.0 * np.pi) - np.pi
