"""A toy dimuon mass spectrum: the resonances that decay to two muons, on a falling background.

Masses and widths: Particle Data Group, Review of Particle Physics (2022). Resolutions are those of a detector
like CMS; fractions are chosen so that every peak can be seen, not to follow measured cross sections.
"""

from dataclasses import dataclass

import numpy as np

from dimuons import DIMUON


@dataclass(frozen=True)
class Resonance:
    """A peak of the spectrum."""

    symbol: str
    ascii_symbol: str
    mass: float  # GeV
    width: float  # GeV, full width at half maximum of the Breit-Wigner
    resolution: float  # standard deviation of the measured mass over the mass
    fraction: float  # of all events


RESONANCES = (
    Resonance("J/ψ", "J/psi", 3.0969, 9.26e-5, 0.010, 0.110),
    Resonance("ψ(2S)", "psi(2S)", 3.6861, 2.94e-4, 0.010, 0.010),
    Resonance("Υ(1S)", "Y(1S)", 9.4603, 5.40e-5, 0.008, 0.030),
    Resonance("Υ(2S)", "Y(2S)", 10.0233, 3.20e-5, 0.008, 0.011),
    Resonance("Υ(3S)", "Y(3S)", 10.3552, 2.03e-5, 0.008, 0.008),
    Resonance("Z", "Z", 91.1876, 2.4952, 0.015, 0.080),
)

# Wider than the plotted 2 to 200 GeV, so that underflow and overflow have something to count.
BACKGROUND_LOW, BACKGROUND_HIGH = 1.8, 300.0  # GeV
BACKGROUND_POWER = 2.0  # dN/dM falls as M to minus this power
MEAN_PAIR_PT = 12.0  # GeV
RAPIDITY_SPREAD = 1.2
BREIT_WIGNER_REACH = 12.0  # widths; a Breit-Wigner has no mean, and far tails are not this resonance's any more


def generate_dimuons(seed, partition, events):
    """`events` pairs, dtype DIMUON, shape (events,); the same for the same (seed, partition) on any machine."""
    random = np.random.default_rng([seed, partition])
    return _decay(random, _draw_masses(random, events))


def events_per_partition(events, partitions):
    """Sizes, shape (partitions,), that sum to `events` and differ by at most one."""
    return [events * (i + 1) // partitions - events * i // partitions for i in range(partitions)]


def _draw_masses(random, events):
    """Measured masses in GeV, shape (events,), resonance by resonance and the background last."""
    fractions = [resonance.fraction for resonance in RESONANCES]
    *yields, background = random.multinomial(events, [*fractions, 1.0 - sum(fractions)])
    peaks = [_draw_resonance(random, resonance, n) for resonance, n in zip(RESONANCES, yields)]
    return np.concatenate([*peaks, _draw_background(random, background)])


def _draw_resonance(random, resonance, n):
    """Masses in GeV, shape (n,): a Breit-Wigner by inversion of its integral, folded with the resolution."""
    limit = np.arctan(2.0 * BREIT_WIGNER_REACH)
    true_mass = resonance.mass + 0.5 * resonance.width * np.tan(random.uniform(-limit, limit, n))
    return true_mass * (1.0 + resonance.resolution * random.standard_normal(n))


def _draw_background(random, n):
    """Masses in GeV, shape (n,), of a power law between the background's limits, by inversion."""
    power = 1.0 - BACKGROUND_POWER
    low, high = BACKGROUND_LOW**power, BACKGROUND_HIGH**power
    return (low + (high - low) * random.random(n)) ** (1.0 / power)


def _decay(random, mass):
    """Muon pairs, dtype DIMUON, shape (n,), whose invariant masses are `mass` in GeV, shape (n,).

    Back-to-back and isotropic where the pair is at rest, then boosted: across the beam by the pair's pt, along
    the beam by its rapidity. Massless muons keep pt and phi in the second boost, and their eta grows by the rapidity.
    """
    n = len(mass)
    cos_theta, azimuth = random.uniform(-1.0, 1.0, n), random.uniform(-np.pi, np.pi, n)
    sin_theta = np.sqrt(1.0 - cos_theta**2)
    direction = sin_theta * np.cos(azimuth), sin_theta * np.sin(azimuth), cos_theta
    pair_pt = random.exponential(MEAN_PAIR_PT, n)
    pair_phi, rapidity = random.uniform(-np.pi, np.pi, n), RAPIDITY_SPREAD * random.standard_normal(n)

    dimuons = np.empty(n, DIMUON)
    for muon, sign in (("1", 1.0), ("2", -1.0)):
        momentum = [sign * 0.5 * mass * component for component in direction]
        pt, eta, phi = _boost_across(momentum, 0.5 * mass, pair_pt, mass)
        dimuons["pt" + muon] = pt
        dimuons["eta" + muon] = eta + rapidity
        dimuons["phi" + muon] = _wrap(phi + pair_phi)
    return dimuons


def _boost_across(momentum, energy, pair_pt, mass):
    """(pt in GeV, eta, phi in rad), each of shape (n,), after a boost along x that gives the pair `pair_pt`."""
    px, py, pz = momentum
    gamma, gamma_beta = np.hypot(mass, pair_pt) / mass, pair_pt / mass
    px = gamma * px + gamma_beta * energy
    pt = np.hypot(px, py)
    return pt, np.arcsinh(pz / pt), np.arctan2(py, px)


def _wrap(phi):
    """Angles in rad, brought into [-π, π)."""
    return (phi + np.pi) % (2.0 * np.pi) - np.pi
