"""One-dimensional histograms that can be filled in parts and added, and the position of a peak in one."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Axis:
    """Binning of a mass axis: small enough to travel with every task in place of its edges."""

    low: float  # GeV
    high: float  # GeV
    bins: int
    log: bool = False  # bins of equal width in log(mass) instead of in mass

    @property
    def edges(self):
        """Bin edges in GeV, shape (bins + 1,)."""
        space = np.geomspace if self.log else np.linspace
        return space(self.low, self.high, self.bins + 1)

    def position(self, mass):
        """Where `mass` in GeV lies along the axis as it is drawn: 0 at its low end, 1 at its high end."""
        if self.log:
            return np.log(mass / self.low) / np.log(self.high / self.low)
        return (mass - self.low) / (self.high - self.low)


@dataclass(eq=False)  # `==` of arrays has no single answer; `differences` does
class Histogram:
    """Counts per bin, and what fell outside."""

    axis: Axis
    counts: np.ndarray  # int64, shape (bins,)
    underflow: int
    overflow: int

    @property
    def entries(self):
        """All values ever filled, in and out of the axis."""
        return int(self.counts.sum()) + self.underflow + self.overflow

    def differences(self, other):
        """In how many places (bins, underflow, overflow) two histograms of one axis differ."""
        _require_same_axis(self, other)
        outside = (self.underflow != other.underflow) + (self.overflow != other.overflow)
        return int((self.counts != other.counts).sum()) + outside


def fill_histogram(axis, masses):
    """Histogram of masses in GeV, shape (n,). The last bin includes its upper edge, as in numpy.

    NaN counts as overflow (the rule of boost-histogram), so that no value is lost from `entries`.
    """
    counts, _ = np.histogram(masses, axis.edges)
    underflow = int((masses < axis.low).sum())
    return Histogram(axis, counts, underflow, len(masses) - int(counts.sum()) - underflow)


def merge_histograms(histograms):
    """Sum of a non-empty list of histograms of one axis."""
    first = histograms[0]
    for other in histograms[1:]:
        _require_same_axis(first, other)
    return Histogram(
        first.axis,
        np.sum([histogram.counts for histogram in histograms], axis=0),
        sum(histogram.underflow for histogram in histograms),
        sum(histogram.overflow for histogram in histograms),
    )


def peak_position(histogram, low, high):
    """(position, standard error) in GeV of the peak between `low` and `high`, or None where there is none to fit.

    A parabola is fitted to the logarithm of the density, that is, a Gaussian to the density, each bin weighted
    with its counts. Density, not counts: wider bins at higher masses would pull the peak up.
    """
    edges, counts = histogram.axis.edges, histogram.counts
    chosen = (edges[:-1] >= low) & (edges[1:] <= high) & (counts > 0)
    if chosen.sum() < 4:
        return None
    centre = 0.5 * (low + high)
    offsets = (0.5 * (edges[:-1] + edges[1:]) - centre)[chosen]
    log_density = np.log(counts / np.diff(edges), where=counts > 0, out=np.zeros(len(counts)))[chosen]
    (a, b, _), covariance = np.polyfit(offsets, log_density, 2, w=np.sqrt(counts[chosen]), cov="unscaled")
    vertex = -b / (2.0 * a) if a < 0.0 else np.inf
    if not low <= centre + vertex <= high:
        return None
    slope = np.array([b / (2.0 * a * a), -1.0 / (2.0 * a)])  # derivatives of the vertex by a and b
    return centre + vertex, float(np.sqrt(slope @ covariance[:2, :2] @ slope))


def _require_same_axis(one, other):
    if one.axis != other.axis:
        raise ValueError(f"histograms have different axes: {one.axis} and {other.axis}")
