"""Odd errors in the library host: what is told of each, and that it costs its call only."""

import asyncio
import importlib
import pathlib
import sys
import threading
import warnings

import cloudpickle
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from host_driver import FAILED, add, ext, value_of  # noqa: E402

from daskvine import values  # noqa: E402

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the host cannot import this file

RAISED, UNLOADABLE, UNPICKLABLE = 0, 1, 2
NESTED = 2
HERE = "test_host_errors.py"


def failure_of(child, function, *arguments, more=()):
    """(kind, message, traceback, exception or None) of a call that fails; the next call gives a result."""
    child.learn(1, function)
    for number, other in enumerate(more, 2):
        child.learn(number, other)
    record = child.call([1, *range(2, 2 + len(more))], *arguments)
    child.learn(9, add)
    assert value_of(child.call([9], 1)) == 2
    assert record[0] == FAILED, record
    return record[3], record[4], record[5], record[6] and values.decode(record[6])


def nested_list(depth):
    nested = []
    for _ in range(depth):
        nested = [nested]
    return nested


class Odd(Exception):
    """Cannot be pickled, for the reason that `how` names."""

    def __init__(self, how):
        super().__init__(f"text of {how}")
        self.how = how
        if how == "lock":
            self.lock = threading.Lock()
        if how == "recursion":
            self.nested = nested_list(100_000)
        if how == "size":
            self.large = bytes(1 << 20)

    def __reduce__(self):
        if self.how == "raising":
            raise ValueError("not to be pickled")
        if self.how == "exiting":
            raise SystemExit
        if self.how == "nonsense":
            return "no_such_name"
        if self.how == "other":
            return ValueError, ("another type",)
        if self.how == "unloadable":
            return divmod, (1, 0)
        return super().__reduce__()


def raise_odd(how):
    raise Odd(how)


@pytest.mark.parametrize("how", ["lock", "recursion", "size", "raising", "exiting", "nonsense", "other", "unloadable"])
def test_exception_that_cannot_travel_is_told_in_words(child, how):
    kind, message, text, error = failure_of(child, raise_odd, how)
    assert (kind, message, error) == (RAISED, f"Odd: text of {how}", None)
    assert "in raise_odd" in text and f"Odd: text of {how}" in text


def test_exception_that_can_travel_keeps_type_notes_and_attributes(child):
    def fail():
        error = Odd("nothing special")
        error.add_note("a note")
        raise error
    kind, _, text, error = failure_of(child, fail)
    assert (kind, type(error), error.how, error.__notes__) == (RAISED, Odd, "nothing special", ["a note"])
    assert text.rstrip().endswith("a note")


def test_exception_of_a_class_of_main_keeps_its_type(child):
    of_main = type("OfMain", (Exception,), {"__module__": "__main__"})

    def fail():
        raise of_main("text")
    assert type(failure_of(child, fail)[3]) is of_main


def test_exception_whose_text_raises_is_told_by_type(child):
    class Mute(Exception):
        def __str__(self):
            raise KeyboardInterrupt

    def fail():
        raise Mute
    kind, message, text, _ = failure_of(child, fail)
    assert kind == RAISED and message == "Mute: <its text cannot be had: KeyboardInterrupt>" and "Mute" in text


def test_exception_group_is_told_whole(child):
    def fail():
        raise ExceptionGroup("several", [ValueError("a"), KeyError("b")])
    kind, message, text, error = failure_of(child, fail)
    assert kind == RAISED and message.startswith("ExceptionGroup: several")
    assert [type(part) for part in error.exceptions] == [ValueError, KeyError]
    assert "ValueError: a" in text and "KeyError: 'b'" in text


def test_exception_with_cause_and_context_is_told_with_both(child):
    def fail():
        try:
            try:
                raise KeyError("context")
            except KeyError:
                raise OSError("cause")
        except OSError as error:
            raise ValueError("last") from error
    _, message, text, _ = failure_of(child, fail)
    assert message == "ValueError: last"
    assert text.index("KeyError: 'context'") < text.index("OSError: cause") < text.index("ValueError: last")
    assert "daskvine" not in text


@pytest.mark.parametrize("code, kind", [
    ("raise KeyboardInterrupt", KeyboardInterrupt), ("raise SystemExit(3)", SystemExit), ("bytearray(1 << 62)", MemoryError),
    ("import warnings; warnings.simplefilter('error'); warnings.warn('w')", UserWarning),
    ("def f(): f()\nglobals()['f'] = f\nf()", RecursionError), ("raise asyncio.CancelledError", asyncio.CancelledError)],
    ids=["interrupt", "exit", "memory", "warning", "recursion", "cancelled"])
def test_exception_of_a_special_sort_is_a_result(child, code, kind):
    if kind is asyncio.CancelledError:
        code = f"import asyncio; {code}"
    failed, message, text, error = failure_of(child, exec, code)
    assert failed == RAISED and message.startswith(kind.__name__) and type(error) is kind and len(text) < 70_000


class Reducing:
    """Runs user code while it is pickled."""

    def __reduce__(self):
        raise ValueError("not to be pickled")


@pytest.mark.parametrize("how", ["direct", "nested", "argument", "result"])
def test_traceback_begins_with_frames_of_the_user(child, how):
    def fail(*_):
        return 1 / 0

    def identity(value):
        return value
    if how == "direct":
        failed = failure_of(child, fail)
    elif how == "nested":
        failed = failure_of(child, identity, ext(NESTED, 0, ext(NESTED, 1, 5)), more=[fail])
    elif how == "argument":
        failed = failure_of(child, b"\x80\x04cbuiltins\nexec\n(\x8c\x031/0tR.")
    else:
        failed = failure_of(child, Reducing)
    assert failed[0] == {"argument": UNLOADABLE, "result": UNPICKLABLE}.get(how, RAISED)
    first = failed[2].splitlines()[1]
    assert (HERE if how != "argument" else "<string>") in first, failed[2]
    assert "daskvine" not in failed[2]


async def coroutine():
    return 1


@pytest.mark.parametrize("code, advice", [
    ("(i for i in ())", "return list(...)"), ("{'a': (i for i in ())}", "return list(...)"), ("coroutine()", "asyncio.run(...)"),
    ("open('/dev/null', 'rb')", "or its path"), ("open('/dev/null', 'w')", "or its path"), ("threading.Lock()", "without it"),
    ("nested_list(100_000)", "RecursionError: maximum recursion depth exceeded"), ("nested_list(100_000)", "flatter")],
    ids=["generator", "in-dict", "coroutine", "file", "text-file", "lock", "recursion", "recursion-advice"])
def test_result_that_cannot_be_pickled_is_told_with_what_to_do(child, code, advice):
    names = {"coroutine": coroutine, "threading": threading, "nested_list": nested_list}
    kind, message, _, _ = failure_of(child, lambda: eval(code, names))
    assert kind == UNPICKLABLE and advice in message, message
    assert message.startswith("the result, of type ") and len(message) < 600


def test_recursion_error_keeps_its_type_where_tracebacks_are_pickled_too(child):
    pytest.importorskip("tblib")

    def fail():
        import tblib.pickling_support
        tblib.pickling_support.install()  # as importing distributed does

        def recurse():
            recurse()
        recurse()
    kind, _, _, error = failure_of(child, fail)
    assert (kind, type(error)) == (RAISED, RecursionError)


def test_function_that_the_module_lacks_is_told_with_what_to_do(child):
    kind, message, _, _ = failure_of(child, b"\x80\x04cstring\nabsent\n.")
    assert kind == UNLOADABLE and "absent" in message and "another version" in message and "vine.upload_file" in message


def test_import_error_of_user_code_is_the_users(child):
    kind, message, _, error = failure_of(child, lambda: importlib.import_module("absent_module"))
    assert (kind, type(error)) == (RAISED, ModuleNotFoundError) and "absent_module" in message


def test_warning_of_a_task_costs_nothing(child):
    child.learn(1, lambda: warnings.warn("w"))
    assert value_of(child.call([1])) is None
