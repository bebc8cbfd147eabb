"""Checks of arguments and of responses that several rooms make."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from numbers import Integral
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from arthurai.common.exceptions import (
    ArthurUserError,
    UnexpectedValueError,
    UserTypeError,
    UserValueError,
)
from arthurai.common.text import list_names, quote_value, suggest

if TYPE_CHECKING:
    from collections.abc import Iterator

TextT = TypeVar("TextT", bound=str)

_SEPARATORS: Final = dict.fromkeys(map(ord, "_- "))
_LIST_METHODS: Final = ("tolist", "to_list", "to_pylist")  # of arrays, indexes and series


def check_text(name: str, value: object) -> str:
    """Return a string; raise unless it is one and is not blank.

    Args:
        name: Name of the argument, for the message.
        value: What was given.

    Raises:
        UserTypeError: The value is not a string.
        UserValueError: It is empty or blank.
    """
    if not isinstance(value, str):
        raise UserTypeError(f"{name} must be a non-empty string, got {type(value).__name__}")
    if not value.strip():
        raise UserValueError(f"{name} must be a non-empty string, got {value!r:.20}")
    return value


def check_choice(name: str, value: TextT, choices: Iterable[str]) -> TextT:
    """Return the choice that a value names; raise if there is none, and suggest a similar one.

    Args:
        name: Name of the argument, for the message.
        value: What was given; upper and lower case, underscores, hyphens and spaces are the same.
        choices: What it can be.

    Returns:
        The choice as it is spelled in `choices`.

    Raises:
        UserValueError: The value is not one of the choices.
    """
    known = list(choices)
    found = spell_choice(value, known)
    if not isinstance(found, str) or found not in known:
        raise UserValueError(
            f"{name} must be one of {list_names(known)}, got {quote_value(value)}"
            f"{suggest(value, known)}"
        )
    return cast("TextT", found)


def spell_choice(value: Any, choices: Iterable[str]) -> Any:
    """Return a value as the choices spell it, or as it is if it names none of them.

    Args:
        value: Any value; of text, case, underscores, hyphens and spaces do not count.
        choices: What it can be.
    """
    if not isinstance(value, str):
        return value
    known = list(choices)
    if value in known:
        return value
    folded = _fold(value)
    return next((choice for choice in known if _fold(choice) == folded), value)


def _fold(text: str) -> str:
    return text.casefold().translate(_SEPARATORS)


def check_bool(name: str, value: object) -> bool:
    """Return a bool; raise unless it is one.

    Args:
        name: Name of the argument, for the message.
        value: What was given.

    Raises:
        UserTypeError: The value is not `True` or `False`.
    """
    if not isinstance(value, bool):
        raise UserTypeError(f"{name} must be True or False, got {type(value).__name__}")
    return value


def check_whole(name: str, value: object, low: int, high: int) -> None:
    """Raise unless a value is an integer in a range.

    Args:
        name: Name of the argument, for the message.
        value: What was given.
        low: Smallest value.
        high: Largest value.

    Raises:
        UserTypeError: The value is not an integer.
        UserValueError: It is out of range.
    """
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise UserTypeError(f"{name} must be an integer, got {quote_value(value)}")
    if not low <= int(value) <= high:
        raise UserValueError(f"{name} must be from {low} to {high}, got {quote_value(value)}")


def read_list(
    name: str, values: Any, of: str = "names", *, single: bool = False, ordered: bool = False
) -> list[Any]:
    """Return the entries of an argument that takes a list, given as any iterable.

    Args:
        name: Name of the argument, for the message.
        values: A list, tuple, index, array, series, generator and so on; a set is sorted.
        of: What the entries are, for the message.
        single: Whether a string stands for itself alone.
        ordered: Whether the order means something, so that a set cannot be used.

    Raises:
        UserTypeError: The value is something else, such as a string or a dictionary.
    """
    if single and isinstance(values, str):
        return [values]
    try:
        method = next((method for method in _LIST_METHODS if hasattr(values, method)), None)
        entries = values if method is None else getattr(values, method)()
        if not isinstance(entries, str | bytes | Mapping | AbstractSet):
            entries = list(entries) if isinstance(entries, Iterable) else entries
    except Exception as error:
        raise UserTypeError(
            f"{name} must be a list of {of}, got {type(values).__name__}, which raises "
            f"{type(error).__name__} when it is read: {quote_value(error)}"
        ) from error
    if isinstance(entries, str | bytes | Mapping) or not isinstance(entries, Iterable):
        raise UserTypeError(
            f"{name} must be a list of {of}, got {type(values).__name__} {quote_value(values)}"
        )
    if isinstance(entries, AbstractSet):
        if ordered:
            raise UserTypeError(
                f"{name} must be a list of {of} in order, got a set; sort it into a list"
            )
        return sorted(entries, key=str)
    return list(entries)


def check_object(body: Any) -> dict[str, Any]:
    """Return the body of a response; raise unless it is a JSON object.

    Args:
        body: The decoded body.

    Raises:
        UnexpectedValueError: The body is not an object.
    """
    if not isinstance(body, dict):
        raise UnexpectedValueError(
            f"the server sent {type(body).__name__} instead of an object: {quote_value(body)}"
        )
    return body


@contextlib.contextmanager
def report_unreadable(what: str) -> Iterator[None]:
    """Report a response that cannot be read as an error of the server, not of the caller.

    Args:
        what: What the response is, for the message, e.g. `"model"`.

    Raises:
        UnexpectedValueError: The block raised an `ArthurUserError`.
    """
    try:
        yield
    except ArthurUserError as error:
        raise UnexpectedValueError(
            f"the server sent a {what} that cannot be read: {error}"
        ) from error
