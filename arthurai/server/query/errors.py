"""The error of a query: what is wrong, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.common.text import list_names, quote_value, suggest
from arthurai.server.http.api_errors import StatusError

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_SUGGESTED: Final = 3


class QueryError(StatusError):
    """A query that cannot be run.

    Attributes:
        path: Place in the body, e.g. `select[1].parameters.property`; empty for the whole body.
        message: What is wrong there, and what would be valid.
    """

    status = 400

    def __init__(self, path: str, message: str) -> None:
        super().__init__(path, message)
        self.path = path
        self.message = message

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


def unknown_name(path: str, what: str, found: str, known: Iterable[str]) -> QueryError:
    """Return the error for a name that does not exist, with similar names.

    Args:
        path: Place in the body.
        what: What the name stands for, e.g. `"property"`.
        found: The name in the query.
        known: The names that exist there.
    """
    names = sorted(set(known))
    hint = suggest(found, names, _MAX_SUGGESTED)
    if names and not hint:
        hint = f"; must be one of {list_names(names)}"
    return QueryError(path, f"unknown {what} {quote_value(found)}{hint}")
