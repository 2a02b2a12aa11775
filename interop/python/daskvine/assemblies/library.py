"""The library that runs the methods of an assembly."""

import msgpack

from daskvine.assemblies.dependencies import files_of
from daskvine.libraries.spec import LibrarySpec, amount


class DotNetLibrary:
    """What a graph's library is, for an Assembly. `declare(path)` gives a File of `vine` for a path of this machine.

    Raises ValueError for slots that cannot be, and for arguments of the setup that .NET cannot read.
    """

    def __init__(self, assembly, declare):
        self.name = assembly.name
        self.cores_per_call = 1
        self.resources_per_call = {}
        files = {name: declare(path) for name, path in files_of(assembly.path).items()}
        self.inputs = [(file, name, 0) for name, file in sorted(files.items())]
        self._slots = amount("slots", assembly.slots)
        self._setup = _setup_of(assembly)

    def spec(self):
        """What its process is, as it is sent."""
        return LibrarySpec(
            self.name, exec_mode="threads", runtime="dotnet", slots=self._slots, setup=self._setup,
            inputs=[name for _, name, _ in self.inputs], contents=[file.name for file, _, _ in self.inputs],
        )


def _setup_of(assembly):
    if assembly.setup is None:
        return None
    method, arguments = assembly.setup
    try:
        body = msgpack.packb(list(arguments), strict_types=True)
    except TypeError as error:
        raise ValueError(f"the arguments of {method}, which sets up {assembly.name}, have to be numbers, text, bytes, lists or dicts: {error}") from error
    return msgpack.packb({"function": {"dotnet": assembly.reference(method)}, "args": body})
