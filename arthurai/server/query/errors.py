"""What is wrong with a query, and where."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = 12
_LONGEST = 80


class QueryError(Exception):
    """A query that cannot be answered.

    Attributes:
        path: Place in the body, e.g. ``select[1].parameters.property``; empty for the whole body.
        message: What was found there, what is known, what to do.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(path, message)
        self.path = path
        self.message = message

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


def shown(value: object) -> str:
    """Return a short form of a value for a message, whatever was sent.

    Args:
        value: Any value of a JSON document.
    """
    text = f'"{value}"' if isinstance(value, str) else repr(value)
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def unknown(path: str, what: str, found: str, known: Iterable[str]) -> QueryError:
    """Return the error for a name that does not exist, with near matches.

    Args:
        path: Place in the body.
        what: Kind of name, e.g. ``"property"``.
        found: The name in the query.
        known: The names that exist there.
    """
    names = sorted(set(known))
    close = difflib.get_close_matches(found[:_LONGEST], names, n=3, cutoff=0.6)
    lowered = [name for name in names if name.lower() == found.lower() and name not in close]
    near = [*lowered, *close]
    if near:
        hint = f"; did you mean {' or '.join(shown(name) for name in near[:3])}?"
    elif names:
        more = ", …" if len(names) > _SHOWN else ""
        hint = f"; known: {', '.join(names[:_SHOWN])}{more}"
    else:
        hint = ""
    return QueryError(path, f"unknown {what} {shown(found)}{hint}")
