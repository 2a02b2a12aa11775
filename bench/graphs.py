"""Graphs of arrays that the benches run. All keys of a graph hold its name: a scheduler may still know the results of another one."""

import os
import time

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


def logged(graph, log, seconds=0):
    """The same graph, whose tasks append lines to a file when they begin and end, and take `seconds` more."""
    return {key: (note, log, repr(key), seconds, *task) for key, task in graph.items()}


def note(log, key, seconds, function, *arguments):
    where = os.environ.get("DASKVINE_LOGS", "")
    _append(log, f"+ {where} {key}\n")
    time.sleep(seconds)
    result = function(*arguments)
    _append(log, f"- {where} {key}\n")
    return result


def entries_in(log):
    """What was written so far: (whether it began, the directory of its worker's logs, its key as text), in order."""
    try:
        with open(log, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return []
    parts = [line.split(" ", 2) for line in lines]
    return [(mark == "+", where, key) for mark, where, key in parts]


def keys_in(log):
    """The keys of tasks that have begun, each as often as it did."""
    return [key for began, _, key in entries_in(log) if began]


def inputs_of(task):
    """The keys among the arguments of a task of a reduction, which are tuples."""
    arguments = task[1] if isinstance(task[1], list) else [task[1]]
    return [each for each in arguments if isinstance(each, tuple)]


def _append(log, line):
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)
