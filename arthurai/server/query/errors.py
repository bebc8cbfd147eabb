"""The error of a query: what is wrong, and where; all of it in one response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from arthurai.common.text import list_names, quote_value, suggest
from arthurai.server.http.api_errors import StatusError, join_problems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from arthurai.server.query.ast import Query

T = TypeVar("T")
D = TypeVar("D")

_MAX_SUGGESTED: Final = 3


class QueryError(StatusError):
    """A query that cannot be run.

    Attributes:
        path: Place in the body, e.g. `select[1].parameters.property`; empty for the whole body.
        message: What is wrong there, and what would be valid.
        problems: Everything that is wrong; the error itself when it is alone.
        rest: The parts of the query that are in order, where they can be read on their own.
    """

    status = 400
    rest: Query | None = None

    def __init__(self, path: str, message: str) -> None:
        super().__init__(path, message)
        self.path = path
        self.message = message
        self.problems: Sequence[QueryError] = (self,)

    def __str__(self) -> str:
        if len(self.problems) > 1:
            return join_problems(map(str, self.problems))
        return f"{self.path}: {self.message}" if self.path else self.message


class UnknownNameError(QueryError):
    """A name that does not exist.

    Attributes:
        what: What the name stands for.
        found: The name.
    """

    def __init__(self, path: str, message: str, what: str, found: str) -> None:
        super().__init__(path, message)
        self.what = what
        self.found = found


class QueryProblems:
    """What is wrong with a query, so that one error names all of it."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], QueryError] = {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, *errors: QueryError) -> None:
        """Note problems; those that are known already are not repeated.

        Args:
            *errors: The errors.
        """
        for error in errors:
            for problem in error.problems:
                self._found.setdefault((problem.path, problem.message), problem)

    def attempt(self, read: Callable[[], T], default: D) -> T | D:
        """Return what a function returns, or a default when it finds a problem.

        Args:
            read: The function.
            default: What to go on with.
        """
        try:
            return read()
        except QueryError as error:
            self.add(error)
            return default

    def raise_any(self, rest: Query | None = None) -> None:
        """Raise if there are problems.

        Args:
            rest: The parts of the query that are in order.

        Raises:
            QueryError: All of them.
        """
        found = list(self._found.values())
        if not found:
            return
        error = found[0]
        if len(found) > 1:
            error = QueryError(error.path, error.message)
            error.problems = found
        error.rest = rest
        raise error


def read_each(items: Iterable[T], read: Callable[[T, int], D]) -> tuple[D, ...]:
    """Return what a function makes of each item and its place.

    Args:
        items: The items.
        read: The function.

    Raises:
        QueryError: It finds problems, those of all items together.
    """
    problems = QueryProblems()
    found: list[D] = []
    for place, item in enumerate(items):
        try:
            found.append(read(item, place))
        except QueryError as error:
            problems.add(error)
    problems.raise_any()
    return tuple(found)


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
    return UnknownNameError(path, f"unknown {what} {quote_value(found)}{hint}", what, found)
