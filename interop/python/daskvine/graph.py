"""Walks a graph from the requested keys: culled, iterative, dependencies before dependents."""

from collections.abc import Mapping

from dask.utils import ensure_dict

from daskvine.task_spec import IS_THERE

# What a scan gives for a key that only renames another key.
ALIAS = object()


def as_dict(dsk):
    """The graph as a dict that must not be changed: it may be the caller's own.

    `dsk` is a mapping, a HighLevelGraph or anything with ``__dask_graph__``.
    """
    if not isinstance(dsk, Mapping) and hasattr(dsk, "__dask_graph__"):
        dsk = dsk.__dask_graph__()
    return dsk if type(dsk) is dict else ensure_dict(dsk)


def flatten_keys(keys):
    """The requested keys of a nested list in order, each once, as a list."""
    flat, rest = {}, [keys]
    while rest:
        item = rest.pop()
        if isinstance(item, list):
            rest.extend(reversed(item))
        else:
            flat[item] = None
    return list(flat)


def nest_results(keys, results):
    """The results in the shape of `keys`: a tuple for every list, as Dask's own get functions do."""
    if isinstance(keys, list):
        return tuple(nest_results(key, results) for key in keys)
    return results[keys]


def resolve(dsk, wanted, scan, numbers):
    """Yield ``(key, inputs, payload)`` for each needed computation, inputs first.

    `scan(key, computation)` tells ``(dependencies, payload)``; the dependencies are keys of `dsk` in
    the order of the arguments, which is the order in which they are visited.
    `numbers` is filled with the dense node number of every key that was met; `inputs` are such numbers.
    An alias gets the number of its target and is not yielded.
    Raises KeyError for a wanted key that is absent, ValueError for a dependency that is, and RuntimeError for a cycle.
    """
    for key in wanted:
        if key not in dsk:
            raise KeyError(f"{key!r} is not a key in the graph")
    count = 0
    # Exactly the keys on the path from a wanted key to the current one, in that order.
    path = {}
    for root in wanted:
        stack = [root]
        while stack:
            key = stack[-1]
            if key in numbers:
                stack.pop()
                continue
            scanned = path.pop(key, None)
            if scanned is None:
                if key not in dsk:
                    raise ValueError(f"Missing dependency: {key!r}, which {next(reversed(path))!r} needs, is not a key in the graph")
                scanned = scan(key, dsk[key])
                if IS_THERE and scanned[1] is ALIAS and key in scanned[0]:
                    _refuse_name_of_itself(key, path)
                missing = [d for d in scanned[0] if d not in numbers]
                if missing:
                    path[key] = scanned
                    _refuse_cycle(path, missing)
                    missing.reverse()
                    stack += missing
                    continue
            stack.pop()
            dependencies, payload = scanned
            inputs = [numbers[d] for d in dependencies]
            if payload is ALIAS:
                numbers[key] = inputs[0]
                continue
            numbers[key] = count
            count += 1
            yield key, inputs, payload


def _refuse_name_of_itself(key, path):
    # Dask before 2024.12 has a cycle of one here; since then such a key is not there.
    if not path:
        raise KeyError(f"{key!r} is only another name of itself in the graph")
    raise ValueError(f"Missing dependency: {key!r}, which {next(reversed(path))!r} needs, is only another name of itself")


def _refuse_cycle(path, missing):
    for key in missing:
        if key in path:
            on_path = list(path)
            cycle = [*on_path[on_path.index(key):], key]
            raise RuntimeError("Cycle detected in Dask: " + "->".join(map(str, cycle)))
