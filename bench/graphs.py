"""Graphs of arrays that the benches run. All keys of a graph hold its name: a scheduler may still know the results of another one."""

import numpy as np


def source(value, size):
    """An array of `size` bytes of doubles."""
    return np.full(size // 8, float(value))


def increment(array):
    return array + 1


def add(arrays):
    total = arrays[0].copy()
    for array in arrays[1:]:
        total += array
    return total


def first_of(array):
    return float(array[0])


def reduction(name, leaves, size, fan_in, *, mapped=True):
    """Arrays of `size` bytes, a map on each, and a tree of sums with `fan_in` inputs; the key is `name`, whose value comes with it.
    """
    graph = {(f"source-{name}", i): (source, i, size) for i in range(leaves)}
    level = list(graph)
    if mapped:
        graph.update({(f"map-{name}", i): (increment, key) for i, key in enumerate(level)})
        level = [(f"map-{name}", i) for i in range(leaves)]
    depth = 0
    while len(level) > 1:
        depth += 1
        groups = [level[i:i + fan_in] for i in range(0, len(level), fan_in)]
        graph.update({(f"sum-{name}", depth, i): (add, group) for i, group in enumerate(groups)})
        level = [(f"sum-{name}", depth, i) for i in range(len(groups))]
    graph[name] = (first_of, level[0])
    return graph, float(sum(range(leaves)) + (leaves if mapped else 0))


def exchange(name, blocks, size):
    """All to all: `blocks` rows of `size` bytes, each cut in as many parts, and columns made of one part of each row."""
    graph = {(f"row-{name}", i): (source, i, size) for i in range(blocks)}
    for i in range(blocks):
        for j in range(blocks):
            graph[f"part-{name}", i, j] = (part_of, (f"row-{name}", i), j, blocks)
    for j in range(blocks):
        graph[f"column-{name}", j] = (np.concatenate, [(f"part-{name}", i, j) for i in range(blocks)])
    graph[name] = (sum, [(np.sum, (f"column-{name}", j)) for j in range(blocks)])
    length = size // 8 // blocks * blocks
    return graph, float(sum(range(blocks)) * length)


def part_of(array, place, parts):
    length = len(array) // parts
    return array[place * length:(place + 1) * length].copy()
