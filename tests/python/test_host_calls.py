"""Calls in the library host: arguments, results and failures, against a driver that acts as a worker."""

import os
import pathlib
import pickle
import sys
import threading

import cloudpickle
import numpy as np
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from host_driver import FAILED, FORGET, FUNCTION, RETURNED, add, ext, value_of  # noqa: E402

from daskvine import values  # noqa: E402

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the host cannot import this file

RAISED, UNLOADABLE, UNPICKLABLE = 0, 1, 2
INPUT, NESTED, PICKLE, VALUE, KEYWORDS, TUPLE = range(1, 7)


def identity(*values, **named):
    return values, named


def failure_of(record):
    """(kind, message, traceback, exception or None) of a failed call."""
    assert record[0] == FAILED, record
    return record[3], record[4], record[5], record[6] and values.decode(record[6])


def test_call_plain_arguments_returns_value_inline(child):
    child.learn(1, add)
    kind, call, duration, size, value, _ = child.call([1], 5, 6, call=77)
    assert (kind, call, size) == (RETURNED, 77, len(value)) and duration > 0
    assert values.decode(value) == 11


def test_call_every_extension_type_is_understood(child):
    child.learn(4, identity)
    child.learn(9, add)
    arguments, named = value_of(child.call(
        [4, 9], None, [1, ext(INPUT, 0)], ext(NESTED, 1, 1, ext(NESTED, 1, 2, 3)), ext(PICKLE, pickle.dumps({"a"})),
        ext(TUPLE, 1, ext(INPUT, 1)), ext(KEYWORDS, {"key": ext(INPUT, 0)}), inputs=[values.dumps("x"), values.dumps(2)]))
    assert arguments == (None, [1, "x"], 6, {"a"}, (1, 2)) and named == {"key": "x"}


def test_call_function_as_value_is_passed(child):
    child.learn(1, lambda function, *rest: function(*rest))
    child.learn(2, add)
    assert value_of(child.call([1, 2], ext(VALUE, 1), 2, 3)) == 5


def test_call_nested_keywords_reach_the_nested_function(child):
    child.learn(1, add)
    assert value_of(child.call([1], ext(NESTED, 0, 1, ext(KEYWORDS, {"b": 10})), 100)) == 111


def test_call_without_functions_returns_first_element(child):
    assert value_of(child.call([], [ext(INPUT, 0), 5], inputs=[values.dumps(4)])) == [4, 5]


def test_call_input_referenced_twice_is_one_object(child):
    child.learn(1, lambda a, b: a is b)
    assert value_of(child.call([1], ext(INPUT, 0), [ext(INPUT, 0)][0], inputs=[values.dumps([])])) is True


def test_call_falsy_callable_is_called(child):
    class Empty:
        calls = 0

        def __len__(self):
            return 0

        def __call__(self):
            return "called"
    child.learn(1, cloudpickle.dumps(Empty()))
    assert [value_of(child.call([1])) for _ in range(2)] == ["called"] * 2


def test_result_large_goes_through_file_and_is_private_to_consumers(child, tmp_path):
    child.learn(1, lambda size: np.zeros(size))
    child.learn(2, lambda array: (array.__iadd__(1).sum(), array.flags.writeable))
    path = str(tmp_path / "out")
    record = child.call([1], 1_000_000, output=path)
    assert record[3] == os.path.getsize(path) and record[4] is None
    assert [value_of(child.call([2], ext(INPUT, 0), inputs=[path])) for _ in range(2)] == [(1_000_000.0, True)] * 2
    assert values.load_file(path).sum() == 0
    assert sorted(os.listdir(tmp_path)) == ["out", "s"]


def test_inputs_of_a_call_are_let_go_when_it_ends(child, tmp_path):
    child.learn(1, len)
    child.learn(2, cloudpickle.dumps(lambda: (open("/proc/self/maps").read().count("out"),
                                              len(os.listdir("/proc/self/fd")))))
    path = str(tmp_path / "out")
    with open(path, "wb") as file:
        values.write(file.fileno(), values.encode(np.zeros(1_000_000)))
    descriptors = value_of(child.call([2]))[1]
    for _ in range(5):
        assert value_of(child.call([1], ext(INPUT, 0), inputs=[path])) == 1_000_000
    assert value_of(child.call([2])) == (0, descriptors)


def raise_in_depth(error):
    raise error


def test_call_raising_sends_exception_and_traceback_of_user_frames(child):
    child.learn(1, raise_in_depth)
    kind, message, text, error = failure_of(child.call([1], ext(PICKLE, pickle.dumps(KeyError("k")))))
    assert (kind, message, type(error), error.args) == (RAISED, "KeyError: 'k'", KeyError, ("k",))
    assert "raise_in_depth" in text and "host" not in text.replace("test_host", "")


def test_call_nested_raising_shows_no_frames_of_the_host(child):
    child.learn(1, raise_in_depth)
    kind, _, text, _ = failure_of(child.call([1], ext(NESTED, 0, ext(PICKLE, pickle.dumps(OSError(5, "x"))))))
    assert kind == RAISED and text.count("File ") == 1


@pytest.mark.parametrize("code", ["raise SystemExit(3)", "raise KeyboardInterrupt", "import sys; sys.exit()",
                                  "raise MemoryError", "raise GeneratorExit", "raise StopIteration"])
def test_call_raising_what_ends_programs_costs_that_call_only(child, code):
    child.learn(1, exec)
    child.learn(2, add)
    assert failure_of(child.call([1], code))[0] == RAISED
    assert value_of(child.call([2], 1)) == 2


def test_call_recursing_without_end_fails_with_bounded_text(child):
    def first(n):
        return second(n + 1)

    def second(n):
        return first(n + 1)
    child.learn(1, first)
    kind, message, text, error = failure_of(child.call([1], 0))
    assert kind == RAISED and message.startswith("RecursionError") and type(error) is RecursionError
    assert len(text) < 70_000


def test_exception_that_does_not_load_again_is_left_out(child):
    class Odd(Exception):
        def __init__(self, a, b):
            super().__init__(f"{a} and {b}")
    child.learn(1, lambda: raise_in_depth(Odd(1, 2)))
    assert failure_of(child.call([1]))[::3] == (RAISED, None)


def test_exception_without_text_or_pickle_is_still_reported(child):
    class Mute(Exception):
        def __str__(self):
            raise ValueError

        def __reduce__(self):
            raise SystemExit
    child.learn(1, lambda: raise_in_depth(Mute()))
    kind, message, _, error = failure_of(child.call([1]))
    assert kind == RAISED and message.startswith("Mute") and error is None


def test_exception_text_of_lone_surrogates_arrives(child):
    child.learn(1, lambda: raise_in_depth(ValueError("\ud800")))
    assert failure_of(child.call([1]))[1] == "ValueError: \\ud800"


def test_function_of_missing_module_fails_its_calls_and_says_what_to_do(child):
    child.learn(1, b"\x80\x04cabsent_module.part\nfunction\n.")
    child.learn(2, add)
    for _ in range(2):
        kind, message, _, error = failure_of(child.call([1], call=5))
        assert kind == UNLOADABLE and error is None
        assert "absent_module is not on the worker: install it" in message
        assert 'vine.upload_file("absent_module.py")' in message
        assert "cloudpickle.register_pickle_by_value(absent_module)" in message
    assert value_of(child.call([2], 1)) == 2


def test_function_never_sent_is_unloadable(child):
    assert failure_of(child.call([8], 1))[0] == UNLOADABLE


@pytest.mark.parametrize("body, inputs", [
    ([ext(PICKLE, b"\x80\x04cabsent_module\nx\n.")], []), ([ext(INPUT, 0)], [b"DVP5"]), ([ext(INPUT, 0)], [""]),
    ([ext(INPUT, 0)], ["/nowhere/file"]), ([ext(INPUT, 3)], []), ([ext(77, 1)], [])],
    ids=["pickle", "damaged", "empty-path", "no-file", "no-input", "unknown-ext"])
def test_arguments_that_cannot_be_decoded_are_unloadable(child, body, inputs):
    child.learn(1, add)
    assert failure_of(child.call([1], *body, inputs=inputs))[0] == UNLOADABLE
    assert value_of(child.call([1], 1)) == 2


def test_result_unpicklable_names_type_and_reason(child, tmp_path):
    child.learn(1, threading.Lock)
    kind, message, _, _ = failure_of(child.call([1]))
    assert kind == UNPICKLABLE and "_thread.lock" in message and "cannot pickle" in message
    assert os.listdir(tmp_path) == ["s"]


def test_result_that_cannot_be_written_fails_and_leaves_nothing(child, tmp_path):
    (tmp_path / "taken").mkdir()
    child.learn(1, bytes)
    kind, message, _, _ = failure_of(child.call([1], 10_000, output=str(tmp_path / "taken")))
    assert kind == UNPICKLABLE and "cannot be written" in message and "directory" in message
    assert sorted(os.listdir(tmp_path)) == ["s", "taken"]


def test_result_of_class_sent_by_value_comes_back(child):
    class Point:
        x = 7
    child.learn(1, lambda: Point())
    assert value_of(child.call([1])).x == 7


def test_function_sent_again_replaces_the_first(child):
    child.learn(1, lambda: "old")
    assert value_of(child.call([1])) == "old"
    child.learn(1, lambda: "new")
    assert value_of(child.call([1])) == "new"
    child.send([FUNCTION, 1, "f", cloudpickle.dumps(add)])
    assert value_of(child.call([1], 1)) == 2


def test_function_forgotten_is_unknown_until_it_is_sent_again(child):
    child.learn(1, add)
    assert value_of(child.call([1], 1, 2)) == 3
    child.send([FORGET, [1, 99]])
    _, text, *_ = failure_of(child.call([1], 1, 2))
    assert "function number 1 was never sent" in text
    child.learn(1, add)
    assert value_of(child.call([1], 1, 2)) == 3
