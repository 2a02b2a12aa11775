"""Molecular dynamics of many small replicas that exchange temperatures: many short functions with small arrays between them.

Each replica is a box of Lennard-Jones particles in reduced units. After each round of steps, neighbours in temperature exchange their
configurations by the rule of Metropolis; even rounds pair (0, 1), (2, 3), …, odd rounds (1, 2), (3, 4), …
"""

import numpy as np

from apps.counting import spent

PARTICLES = 64
STEPS = 60
_DENSITY, _STEP, _CUT = 0.6, 0.004, 2.5


def start(replica, temperature, particles):
    """A box of particles on a lattice, with velocities of a temperature: ``(positions, velocities, energy)``."""
    with spent("start"):
        rng = np.random.default_rng((3, replica))
        side = round(particles ** (1 / 3))
        length = _length(side**3)
        grid = np.stack(np.meshgrid(*[np.arange(side)] * 3), -1).reshape(-1, 3)
        positions = (grid + 0.5) * length / side + rng.normal(0.0, 0.02, grid.shape)
        velocities = rng.normal(0.0, np.sqrt(temperature), grid.shape)
        velocities -= velocities.mean(0)
        energy = _forces(positions, length)[1]
    return positions, velocities, energy


def advance(state, temperature, steps):
    """`steps` steps of velocity Verlet, then velocities scaled to the temperature."""
    with spent("advance"):
        positions, velocities, _ = state
        length = _length(len(positions))
        forces, energy = _forces(positions, length)
        for _ in range(steps):
            velocities = velocities + 0.5 * _STEP * forces
            positions = (positions + _STEP * velocities) % length
            forces, energy = _forces(positions, length)
            velocities = velocities + 0.5 * _STEP * forces
        velocities = velocities * np.sqrt(temperature / (velocities**2).mean())
    return positions, velocities, energy


def exchange(lower, upper, temperatures, place):
    """The states of two neighbours, in the order in which they go on; `place` makes the chance of this pair and round its own."""
    with spent("exchange"):
        cold, warm = temperatures
        gain = (1.0 / cold - 1.0 / warm) * (lower[2] - upper[2])
        if gain >= 0.0 or np.random.default_rng(place).random() < np.exp(gain):
            factor = np.sqrt(cold / warm)
            lower, upper = (upper[0], upper[1] * factor, upper[2]), (lower[0], lower[1] / factor, lower[2])
    return lower, upper


def side_of(pair, side):
    """One of the two that `exchange` returned."""
    with spent("side"):
        state = pair[side]
    return state


def energies(states):
    """The potential energies of all replicas in the end."""
    with spent("energies"):
        found = np.array([state[2] for state in states])
    return found


def graph(replicas, rounds, particles=PARTICLES, steps=STEPS):
    """The simulation as a Dask graph, whose key "energies" is the array of the replicas' potential energies."""
    temperatures = [float(value) for value in np.geomspace(0.8, 2.4, replicas)]
    tasks = {("start", i): (start, i, temperatures[i], particles) for i in range(replicas)}
    states = list(tasks)
    for number in range(rounds):
        for i, temperature in enumerate(temperatures):
            tasks["moved", number, i] = (advance, states[i], temperature, steps)
        states = [("moved", number, i) for i in range(replicas)]
        for i in range(number % 2, replicas - 1, 2):
            tasks["pair", number, i] = (exchange, states[i], states[i + 1], temperatures[i:i + 2], [number, i])
            for side in (0, 1):
                tasks["side", number, i + side] = (side_of, ("pair", number, i), side)
                states[i + side] = ("side", number, i + side)
    tasks["energies"] = (energies, states)
    return tasks


def _length(particles):
    """The side of the box."""
    return (particles / _DENSITY) ** (1 / 3)


def _forces(positions, length):
    """Forces on all particles, and the potential energy, with the nearest image of each neighbour."""
    apart = positions[:, None] - positions[None]
    apart -= length * np.round(apart / length)
    squares = (apart**2).sum(-1)
    np.fill_diagonal(squares, np.inf)
    inverse = np.where(squares < _CUT**2, 1.0 / squares, 0.0)
    sixth = inverse**3
    forces = ((48.0 * sixth**2 - 24.0 * sixth) * inverse)[..., None] * apart
    return forces.sum(1), float(2.0 * (sixth**2 - sixth).sum())
