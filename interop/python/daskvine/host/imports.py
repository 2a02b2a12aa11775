"""Imports ahead of its first call what a function imports in its body, so that processes forked from this one have it."""

import dis
import functools
import sys
import types

# Of what can be reached from one function, so much is looked at.
MOST = 200


def import_ahead(function):
    """Imports what a function, and those that came with it by value, import. What fails is left to the call.

    A function that is installed here is looked at, but not what it calls in turn: there the imports are many, and mostly
    of what is never used.
    """
    seen = set()
    waiting = [function]
    while waiting and len(seen) < MOST:
        thing = waiting.pop(0)
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, types.FunctionType):
            for code in _codes(thing.__code__):
                _import_from(code, thing.__globals__)
        waiting += _parts(thing)


def _parts(thing):
    """What may be called, or looked at further, when something is called."""
    if isinstance(thing, types.FunctionType):
        is_installed = vars(sys.modules.get(thing.__module__, types)) is thing.__globals__
        return () if is_installed else _reached(thing)
    if isinstance(thing, functools.partial):
        return [thing.func, *thing.args, *thing.keywords.values()]
    if isinstance(thing, (types.MethodType, staticmethod, classmethod)):
        return [thing.__func__]
    if isinstance(thing, type):
        is_installed = getattr(sys.modules.get(thing.__module__), thing.__qualname__, None) is thing
        return () if is_installed else vars(thing).values()
    call = getattr(type(thing), "__call__", None)
    return [call, type(thing)] if isinstance(call, types.FunctionType) else ()


def _reached(function):
    names = {name for code in _codes(function.__code__) for name in code.co_names}
    reached = [value for name, value in function.__globals__.items() if name in names]
    for cell in function.__closure__ or ():
        try:
            reached.append(cell.cell_contents)
        except ValueError:
            continue  # empty as yet
    return [*reached, *(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]


def _codes(code):
    """A code object and all that are made in it."""
    codes = [code]
    for outer in codes:
        codes += [constant for constant in outer.co_consts if isinstance(constant, types.CodeType)]
    return codes


def _import_from(code, names):
    """Runs the import statements of a code object, whether or not it would come to them."""
    if dis.opmap["IMPORT_NAME"] not in code.co_code[::2]:
        return
    constants = [0, None]
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_CONST", "LOAD_SMALL_INT"):
            constants.append(instruction.argval)
        elif instruction.opname == "IMPORT_NAME":
            level, wanted = constants[-2:]
            try:
                __import__(instruction.argval, names, None, wanted, level)
            except BaseException:  # a module may do anything
                continue
