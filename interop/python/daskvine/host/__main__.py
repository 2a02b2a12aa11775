"""The Python side of a worker: runs the functions of Dask graphs in the user's environment.

    python3 -m daskvine.host library SOCKET      forks a child for each slot, on request; children keep their functions
    python3 -m daskvine.host child SOCKET SLOT   one such process that nobody forks: it is set up by itself
    python3 -m daskvine.host task SOCKET SLOT    one call in a fresh interpreter, then exit

SOCKET is the worker's Unix socket ("Worker ↔ host" in src/ARCHITECTURE.md). Standard input is a pipe from the worker:
at its end of file the process ends at once, its children with it. Environment: DASKVINE_SYS_PATH becomes sys.path
(of DASKVINE_FOREIGN_PATH, another Python's, the user's own directories come last),
DASKVINE_INLINE_LIMIT (bytes, 4096) is the largest result that travels in a message instead of a file, DASKVINE_LOGS is
the directory where what user code writes is kept (slot-SLOT.out and .err of children, task-SLOT.out and .err of tasks),
DASKVINE_SANDBOXES that of the directories of calls that have one each, DASKVINE_BYTECODE where these modules are kept
compiled when Python is told to write no bytecode (PYTHONDONTWRITEBYTECODE).

This is compiled anew at each start, as whatever is run is, so next to nothing is here.
"""

import os
import sys

if __name__ == "__main__":
    users = sys.dont_write_bytecode, sys.pycache_prefix
    if sys.dont_write_bytecode and "DASKVINE_BYTECODE" in os.environ:
        sys.dont_write_bytecode, sys.pycache_prefix = False, os.environ["DASKVINE_BYTECODE"]
    from daskvine.host.start import main
    sys.exit(main(sys.argv[1:], users))
