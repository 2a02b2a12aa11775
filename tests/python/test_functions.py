"""Functions from anywhere: whatever Python calls a callable, wherever it was defined."""

import functools
import operator
import os
import subprocess
import sys
import types
from pathlib import Path

import dask
import numpy as np
import pytest

from daskvine import DaskVine

PACKAGES = str(Path(__file__).resolve().parents[2] / "interop" / "python")


class Calibration:
    """Has callables of every kind that a class can have."""

    scale = 3

    def __init__(self, offset):
        self.offset = offset

    def apply(self, x):
        return x * self.scale + self.offset

    @classmethod
    def by_class(cls, x):
        return x * cls.scale

    @staticmethod
    def plain(x):
        return x + 1

    def __call__(self, x):
        return x - self.offset


class Compiled:
    """Pickles as just-in-time compilers do: as source and globals, with a cache that never travels, and without a name."""

    cache = {}

    def __init__(self, source):
        self._source = source
        self._function = None

    def __call__(self, x):
        if self._function is None:
            namespace = {}
            exec(self._source, namespace)
            self._function = self.cache[self._source] = namespace["kernel"]
        return self._function(x)

    def __reduce__(self):
        return _compiled_again, (type(self), self._source)


def _compiled_again(kind, source):
    return kind(source)


class Shy:
    """Callable, but asking it for any attribute that it lacks is an error of another type."""

    def __call__(self, x):
        return x + 100

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        raise LookupError(name)


def closure(step):
    def add(x):
        return x + step + deeper()

    def deeper():
        return step * 2

    return add


@functools.lru_cache
def cached(x):
    return x + 7


@functools.wraps(closure)
def wrapped(x):
    return x + 8


def recursive(x):
    return x if x < 2 else recursive(x - 1) + recursive(x - 2)


CALLABLES = {
    "function": recursive, "lambda": lambda x: x * 2, "closure": closure(5), "nested partial": functools.partial(functools.partial(max, 3), 4),
    "bound method": Calibration(4).apply, "class method": Calibration.by_class, "static method": Calibration.plain,
    "callable object": Calibration(2), "class": Calibration, "builtin": abs, "builtin type": str, "method of a builtin": int.bit_length,
    "bound method of a builtin": [1, 2, 3].count, "ufunc": np.square, "vectorize": np.vectorize(lambda x: x + 1), "ufunc method": np.add.reduce,
    "lru cache": cached, "wraps": wrapped, "itemgetter": operator.methodcaller("__add__", 5), "compiled": Compiled("def kernel(x): return x * 11"),
    "shy": Shy(), "eval": eval("lambda x: x // 2"), "recursion of a lambda": (lambda f: lambda x: f(f, x))(lambda f, x: x if x < 2 else f(f, x - 1)),
}


@pytest.mark.parametrize("name", CALLABLES)
def test_callable_gives_what_it_gives_here(vine, name):
    function = CALLABLES[name]
    value = vine.get({"input": 9, "it": (function, "input")}, "it")
    expected = function(9)
    assert type(value).__name__ == type(expected).__name__
    assert vars(value) == vars(expected) if isinstance(expected, Calibration) else value == expected


def test_global_changed_between_gets_gives_the_new_answer(vine):
    module = types.ModuleType("__main__")
    exec("factor = 2\ndef scale(x):\n    return x * factor", vars(module))
    assert vine.get({"it": (module.scale, 10)}, "it") == 20
    module.factor = 5
    assert vine.get({"it": (module.scale, 10)}, "it") == 50


def test_closure_changed_between_gets_gives_the_new_answer(vine):
    seen = [1]

    def last(x):
        return x + seen[-1]

    assert vine.get({"it": (last, 10)}, "it") == 11
    seen.append(7)
    assert vine.get({"it": (last, 10)}, "it") == 17


def test_function_redefined_between_gets_is_the_new_one(vine):
    namespace = {"__name__": "__main__"}
    for source, expected in (("def f(x): return x + 1", 11), ("def f(x): return x * 3", 30), ("def f(x): return x + 1", 11)):
        exec(source, namespace)
        assert vine.get({"it": (namespace["f"], 10)}, "it") == expected


SCRIPT = """
import sys, dask
from dataclasses import dataclass
from enum import Enum
from daskvine import DaskVine

class Channel(Enum):
    MUON = 1
    ELECTRON = 2

@dataclass
class Event:
    energy: float
    channel: Channel
    def scaled(self):
        return Event(self.energy * FACTOR, self.channel)

class Odd(ValueError):
    pass

FACTOR = 2.5
make = lambda n: [Event(float(i), Channel.MUON) for i in range(n)]

def total(events):
    return sum(event.scaled().energy for event in events if isinstance(event, Event) and event.channel is Channel.MUON)

def fail(x):
    raise Odd("seen " + str(x))

if __name__ == "__main__":
    with DaskVine(workers=2, progress=False) as vine:
        print(dask.delayed(total)(dask.delayed(make)(5)).compute(scheduler=vine.get))
        FACTOR = 10
        print(dask.delayed(total)(dask.delayed(make)(5)).compute(scheduler=vine.get))
        event = dask.delayed(Event.scaled)(Event(1.0, Channel.ELECTRON)).compute(scheduler=vine.get)
        print(type(event) is Event, event.channel is Channel.ELECTRON, event.energy)
        try:
            dask.delayed(fail)(3).compute(scheduler=vine.get)
        except Odd as error:
            print("Odd", error)
"""
EXPECTED = ["25.0", "100.0", "True True 10.0", "Odd seen 3"]


def test_script_sends_what_its_main_module_defines(tmp_path):
    script = tmp_path / "analysis.py"
    script.write_text(SCRIPT)
    assert run([str(script)]) == EXPECTED


def test_cells_of_a_notebook_send_what_they_define(tmp_path):
    # As a kernel does: each cell is compiled by itself and runs in the namespace of __main__, which has no file.
    runner = "import sys, __main__\nfor cell in sys.stdin.read().split('\\n\\n'):\n    exec(compile(cell, '<cell>', 'exec'), vars(__main__))"
    assert run(["-c", runner], input=SCRIPT) == EXPECTED


def run(arguments, input=None):
    path = {"PYTHONPATH": ":".join([str(Path(dask.__file__).parents[1]), PACKAGES])}
    done = subprocess.run(
        [sys.executable, *arguments], input=input, capture_output=True, text=True, env={**os.environ, **path}, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
