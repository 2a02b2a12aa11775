"""On the PYTHONPATH of a bench's workers: every interpreter that starts there leaves a line, and every import of pandas ("counting.py")."""

import os
import sys
import time


def _note(kind):
    with open(os.environ["DASKVINE_BENCH_COUNTS"], "a", encoding="ascii") as file:
        now = time.perf_counter()
        file.write(f"{kind} {os.getpid()} {now:.6f} {now:.6f}\n")


class _Witness:
    """Asked first for every module that is imported, here and in processes forked from here; finds none."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "pandas":
            _note(name)


if "DASKVINE_BENCH_COUNTS" in os.environ:
    _note("interpreter")
    sys.meta_path.insert(0, _Witness)
