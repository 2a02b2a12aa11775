"""Which files an assembly needs beside itself."""

import json
import os

# The process that runs it has these, and types of theirs are to be the same for all.
_OF_THE_HOST = frozenset(("DaskVine.Arrow.dll", "DaskVine.Protocol.dll", "DaskVine.Values.dll"))


def files_of(path):
    """Name → path: the assembly, and what its .deps.json names and is beside it. Raises ValueError when that is damaged."""
    folder, name = os.path.split(path)
    files = {name: path}
    described = f"{os.path.splitext(path)[0]}.deps.json"
    if not os.path.isfile(described):
        return files
    try:
        with open(described, encoding="utf-8") as file:
            needed = list(_assets(json.load(file)))
    except (ValueError, AttributeError, TypeError) as error:
        raise ValueError(f"{described} is no description of dependencies: {error}") from error
    for asset in needed:
        beside = os.path.basename(asset)
        if beside not in _OF_THE_HOST and os.path.isfile(os.path.join(folder, beside)):
            files.setdefault(beside, os.path.join(folder, beside))
    return files


def _assets(described):
    for target in described.get("targets", {}).values():
        for library in target.values():
            for kind in ("runtime", "native"):
                yield from library.get(kind, {})
            yield from library.get("runtimeTargets", {})
