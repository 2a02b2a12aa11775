"""Where things stand in a plot, for any medium: ticks of both axes, heights of counts, labels that do not overlap."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class CountScale:
    """Maps counts to heights: 0 at the foot of the plot, 1 at its top."""

    low: float
    high: float
    log: bool

    @classmethod
    def of(cls, histogram):
        """A scale with headroom for peak labels; logarithmic where the mass axis is, as such spectra fall steeply."""
        filled = histogram.counts[histogram.counts > 0]
        most, least = (filled.max(), filled.min()) if len(filled) else (1, 1)
        if histogram.axis.log:
            # Below the least count, or a bin that holds it would have no height.
            return cls(0.5 * least, most * max(most / least, 10.0) ** 0.12, True)
        return cls(0.0, 1.12 * most, False)

    def heights(self, counts):
        """Heights in [0, 1] of counts, any shape."""
        if self.log:
            span = np.log(self.high / self.low)
            return np.clip(np.log(np.maximum(counts, self.low) / self.low) / span, 0.0, 1.0)
        return np.clip(np.asarray(counts) / self.high, 0.0, 1.0)

    @property
    def ticks(self):
        """Labelled counts: decades, or round steps."""
        if not self.log:
            return round_ticks(self.low, self.high, 6)
        return _multiples((1,), self.low, self.high)

    @property
    def minor_ticks(self):
        """Counts marked without a label."""
        return _multiples(range(2, 10), self.low, self.high) if self.log else []


def count_quantity(axis):
    """What the vertical axis shows."""
    return "Events / bin" if axis.log else f"Events / {(axis.high - axis.low) / axis.bins:g} GeV"


def mass_ticks(axis):
    """Labelled masses in GeV."""
    return _multiples((1, 2, 5), axis.low, axis.high) if axis.log else round_ticks(axis.low, axis.high, 8)


def minor_mass_ticks(axis):
    """Masses in GeV marked without a label."""
    return _multiples((3, 4, 6, 7, 8, 9), axis.low, axis.high) if axis.log else round_ticks(axis.low, axis.high, 40)


def round_ticks(low, high, most):
    """At most about `most` multiples of 1, 2 or 5 times a power of ten, within [low, high]."""
    rough = (high - low) / most
    decade = 10.0 ** np.floor(np.log10(rough))
    step = next(factor * decade for factor in (1, 2, 5, 10) if factor * decade >= rough * (1 - 1e-9))
    first, last = np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9)
    return [step * i for i in range(int(first), int(last) + 1)]


def spread(wanted, widths):
    """Centres of labels of the given widths, near the ascending `wanted` ones, so that none overlaps the next.

    Labels that collide form a group centred on the mean of its wishes; groups that collide join in turn.
    """
    groups = []
    for centre, width in zip(wanted, widths):
        groups.append(([centre], [width]))
        while len(groups) > 1 and _right(groups[-2]) > _left(groups[-1]):
            wishes, sizes = groups.pop()
            groups[-1] = (groups[-1][0] + wishes, groups[-1][1] + sizes)
    centres = []
    for group in groups:
        starts = _left(group) + np.cumsum([0.0, *group[1][:-1]])
        centres += [float(start + 0.5 * width) for start, width in zip(starts, group[1])]
    return centres


def _left(group):
    wishes, widths = group
    return sum(wishes) / len(wishes) - 0.5 * sum(widths)


def _right(group):
    return _left(group) + sum(group[1])


def _multiples(factors, low, high):
    """factor × 10ⁿ for all n, within [low, high], ascending."""
    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    candidates = (factor * 10.0**n for n in decades for factor in factors)
    return [value for value in candidates if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]
