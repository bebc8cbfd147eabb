"""Whose fault an unforeseen exception of a public call is: that of an argument, or ours.

A public call checks what it can name. What is left are values that no check foresaw: objects that
raise when they are looked at, text that is not Unicode, numbers beyond every range, a frame where a
flag is meant. An exception that such a value causes deep in a library is blamed on the argument
that does not fit its annotation; without one it stays an error of the SDK or the server.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import itertools
import math
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from functools import cache
from numbers import Integral, Real
from os import PathLike
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.text import quote_value

if TYPE_CHECKING:
    from types import TracebackType

_OURS: Final = frozenset({"arthurai", "arthurai_api"})
_INSTALLED: Final = ("site-packages", "dist-packages")
_MAX_DEPTH: Final = 60
_MAX_VALUES: Final = 20_000
_MAX_INTEGER: Final = 2**63
_MAX_ITEMS: Final = 1_000
_LISTS: Final = frozenset({"Iterable", "Sequence", "list", "ListOf"})
_OF_TABLES: Final = ("__arrow_c_stream__", "columns", "iter_batches", "to_batches")
_SCALARS: Final = (bool, int, float, complex, str, bytes, bytearray, date, type(None))


def find_argument_fault(
    function: Callable[..., Any], arguments: Mapping[str, Any], error: BaseException
) -> tuple[type[Exception], str] | None:
    """Return `TypeError` or `ValueError` and a text if an argument is at fault, else `None`.

    Args:
        function: The public function.
        arguments: What it was called with, by parameter.
        error: The exception that it raised, with the traceback from the call on.
    """
    called = function.__name__
    if called == "__init__":
        called = function.__qualname__.partition(".")[0]
    if is_raised_by_caller(error.__traceback__, _OURS):
        return ValueError, (
            f"{called}() was given an object that raises {type(error).__name__} when it is used: "
            f"{quote_value(_text(error))}"
        )
    annotations = _field_types(arguments.get("self")) | getattr(function, "__annotations__", {})
    for name, value in arguments.items():
        if name == "self":
            if reason := _find_wrong_field(value):
                return ValueError, reason
            continue
        annotation = annotations.get(name)
        words = annotation if isinstance(annotation, str) else "Any"
        if not _fits(value, words):
            return TypeError, (
                f"`{name}` of {called}() must be {_describe(words)}, got "
                f"{type(value).__name__} {quote_value(value)}"
            )
        if reason := _find_wrong_field(value):
            return ValueError, reason
        if reason := find_odd_value(value):
            return ValueError, f"`{name}` of {called}() cannot be used: {reason}"
    return None


def _field_types(thing: Any) -> dict[str, Any]:
    """Return the annotations of the fields of an object, which `**kwargs` of a method may name."""
    if not dataclasses.is_dataclass(thing):
        return {}
    return {field.name: field.type for field in dataclasses.fields(thing)}


def _find_wrong_field(thing: Any, depth: int = 0) -> str | None:
    """Say which field of an object of ours, or of the attributes in it, has an impossible value."""
    if not dataclasses.is_dataclass(thing) or isinstance(thing, type):
        return None
    of = type(thing).__name__
    for field in dataclasses.fields(thing):
        value = getattr(thing, field.name)
        words = field.type if isinstance(field.type, str) else "Any"
        if not _fits(value, words):
            return (
                f"`{field.name}` of {of} must be {_describe(words)}, got {type(value).__name__} "
                f"{quote_value(value)}"
            )
        parts = value if isinstance(value, list) else [value]
        ours = [part for part in parts if dataclasses.is_dataclass(part)]
        if not ours and (reason := find_odd_value(value)):
            return f"`{field.name}` of {of} cannot be used: {reason}"
        for part in ours if depth < _MAX_DEPTH else ():
            if reason := _find_wrong_field(part, depth + 1):
                return f"{reason} ({of}.{field.name})"
    return None


def is_raised_by_caller(traceback: TracebackType | None, ours: Collection[str] = _OURS) -> bool:
    """Return whether an exception comes out of code of the caller that the SDK has run.

    Args:
        traceback: The traceback of the exception, from a frame of the SDK on.
        ours: Packages that are not the caller's.
    """
    while traceback is not None:
        frame = traceback.tb_frame
        root = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        file = frame.f_code.co_filename
        if not (
            root in ours
            or root in sys.stdlib_module_names
            or any(part in file for part in _INSTALLED)
        ):
            return True
        traceback = traceback.tb_next
    return False


def find_odd_value(value: Any) -> str | None:
    """Say what of a value, or of a value in it, no API can take; `None` when nothing is odd."""
    seen = 0
    waiting: list[tuple[Any, int, frozenset[int]]] = [(value, 0, frozenset())]
    while waiting and seen < _MAX_VALUES:
        one, depth, around = waiting.pop()
        seen += 1
        if depth > _MAX_DEPTH:
            return "it is nested too deeply"
        if id(one) in around:
            return "it contains itself"
        try:
            if reason := _find_odd_scalar(one):
                return reason
            inner = list(_inner(one))
        except Exception as error:  # noqa: BLE001 - code of the caller
            return f"it holds an object that raises {type(error).__name__} when it is used"
        waiting += [(item, depth + 1, around | {id(one)}) for item in inner]
    return None


def _inner(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from value.keys()
        yield from value.values()
    elif isinstance(value, list | tuple | set | frozenset):
        yield from value


def _find_odd_scalar(value: Any) -> str | None:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return f"{quote_value(value)} is not valid Unicode"
        if "\0" in value:
            return f"{quote_value(value)} contains a null character"
        return None
    if isinstance(value, Integral) and not isinstance(value, bool):
        return None if abs(int(value)) < _MAX_INTEGER else f"{quote_value(value)} is too large"
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value} is not a finite number"
    if not isinstance(value, list | tuple | Mapping | set | frozenset):
        repr(value)
    return None


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - code of the caller
        return "an error without a text"


# -- Annotations -----------------------------------------------------------------------------------


def _fits(value: Any, annotation: str) -> bool:
    """Return whether a value may be of an annotated type; what is not understood fits."""
    try:
        return any(
            _test_of(kind)(value) and _items_fit(value, item)
            for kind, item in _alternatives(annotation)
        )
    except Exception:  # noqa: BLE001 - code of the caller
        return False


def _items_fit(values: Any, item: str) -> bool:
    if item == "Any" or isinstance(values, Iterator) or not isinstance(values, Iterable):
        return True
    return all(_fits(one, item) for one in itertools.islice(values, _MAX_ITEMS))


@cache
def _alternatives(annotation: str) -> tuple[tuple[str, str], ...]:
    """Return the types of an annotation, each with that of its items."""

    def split(node: ast.expr) -> Iterator[tuple[str, str]]:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            yield from split(node.left)
            yield from split(node.right)
        elif isinstance(node, ast.Subscript):
            kind = ast.unparse(node.value)
            yield kind, ast.unparse(node.slice) if kind in _LISTS else "Any"
        else:
            kind = ast.unparse(node)
            yield kind, "str" if kind == "Strings" else "Any"

    try:
        return tuple(split(ast.parse(annotation, mode="eval").body))
    except SyntaxError:
        return (("Any", "Any"),)


_WORDS: Final[Mapping[str, str]] = {
    "None": "`None`",
    "Table": "a table",
    "Values": "a list of values",
    "Strings": "a list of strings",
    "Times": "a list of times",
    "Filters": "a list of conditions",
    "PredictionMap": "a dictionary by predicted column",
    "Mapping": "a dictionary",
    "dict": "a dictionary",
    "TimeZone": "a time zone",
    "Time": "a time",
    "NumberType": "a number",
    "float": "a number",
    "int": "an integer",
    "str": "a string",
    "bool": "True or False",
}


def _describe(annotation: str) -> str:
    """Return the types of an annotation in words."""
    return " or ".join(
        "a string" if _is_choice(one) else _WORDS.get(one, one)
        for one in dict.fromkeys(kind for kind, _ in _alternatives(annotation))
    )


def _is_values(value: Any) -> bool:
    return (
        not isinstance(value, str | bytes | bytearray)
        and (isinstance(value, Iterable) or hasattr(value, "tolist"))
        and getattr(value, "ndim", 1) != 0
    )


def _is_table(value: Any) -> bool:
    if isinstance(value, _SCALARS) or callable(value):
        return False
    return isinstance(value, Iterable) or any(hasattr(value, name) for name in _OF_TABLES)


_TESTS: Final[Mapping[str, Callable[[Any], bool]]] = {
    "Any": lambda value: True,  # noqa: ARG005
    "object": lambda value: True,  # noqa: ARG005
    "None": lambda value: value is None,
    "str": lambda value: isinstance(value, str),
    "bool": lambda value: isinstance(value, bool),
    "int": lambda value: isinstance(value, Integral) and not isinstance(value, bool),
    "float": lambda value: isinstance(value, Real) and not isinstance(value, bool),
    "NumberType": lambda value: isinstance(value, Real) and not isinstance(value, bool),
    "datetime": lambda value: isinstance(value, datetime),
    "Date": lambda value: isinstance(value, date),
    "Time": lambda value: isinstance(value, datetime | str),
    "TimeZone": lambda value: isinstance(value, tzinfo | str),
    "Mapping": lambda value: isinstance(value, Mapping),
    "dict": lambda value: isinstance(value, Mapping),
    "PredictionMap": lambda value: (
        isinstance(value, Mapping)
        and all(isinstance(key, str | None) for key in value)
        and not any(
            isinstance(one, Mapping | list | set) or getattr(one, "shape", ())
            for one in value.values()
        )
    ),
    "os.PathLike": lambda value: isinstance(value, PathLike),
    "PathLike": lambda value: isinstance(value, PathLike),
    "Callable": callable,
    "Literal": lambda value: isinstance(value, str),
    "Operand": lambda value: (
        isinstance(value, bool | Real | str | None) or _is_of(value, "Expression")
    ),
    "Table": _is_table,
    **dict.fromkeys(
        ("Values", "Strings", "Times", "Filters", "Iterable", "Sequence", "list"), _is_values
    ),
}


def _test_of(name: str) -> Callable[[Any], bool]:
    if name in _TESTS:
        return _TESTS[name]
    if _is_choice(name):
        return _TESTS["str"]
    if name.isidentifier() and name[:1].isupper():
        return lambda value: _is_of(value, name)
    return _TESTS["Any"]


def _is_of(value: Any, name: str) -> bool:
    return any(base.__name__ == name for base in type(value).__mro__)


@cache
def _is_choice(name: str) -> bool:
    import arthurai.common.vocabulary as words

    return hasattr(words, name) or name.endswith(("Name", "Kind", "Columns", "Filter", "WhenFull"))


def bind_arguments(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the arguments of a call by parameter, those of `*args` and `**kwargs` one by one."""
    bound = inspect.signature(function).bind_partial(*args, **kwargs)
    found: dict[str, Any] = {}
    for name, value in bound.arguments.items():
        match bound.signature.parameters[name].kind:
            case inspect.Parameter.VAR_POSITIONAL:
                found |= {f"{name}[{place}]": item for place, item in enumerate(value)}
            case inspect.Parameter.VAR_KEYWORD:
                found |= value
            case _:
                found[name] = value
    return found
