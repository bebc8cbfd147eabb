"""What the control store asks of its database, whichever engine that is.

Statements are written in the SQL that the engines have in common: `?` for values, `ON CONFLICT`
with its columns, `LIMIT` with a number, columns by name. What engines say differently is in this
interface, or translated by the module of the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from arthurai.server.http.api_errors import StatusError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

NO_LIMIT: Final = 2**63 - 1
"""A `LIMIT` that leaves out nothing, and an `OFFSET` that leaves out all."""


class ControlDatabaseError(Exception):
    """The control database cannot do what was asked, e.g. as its disk is full."""


class ConstraintError(ControlDatabaseError):
    """A change would break a constraint, e.g. a name that is unique would be there twice."""


class ControlUnavailableError(ControlDatabaseError, StatusError):
    """The control database does not answer at this time."""

    status = 503
    headers = (("Retry-After", "5"),)

    @property
    def reason(self) -> str:
        """What is wrong, without the place of the database."""
        return "the control database does not answer; repeat the request later"


class OutdatedServerError(ControlDatabaseError, StatusError):
    """A newer release has changed the control database so that this one cannot go on."""

    status = 503


class Row(Protocol):
    """A row of a result."""

    def __getitem__(self, name: str, /) -> Any:
        """Return the value of a column."""

    def keys(self) -> Any:
        """Return the names of the columns."""

    def __iter__(self) -> Iterator[Any]:
        """Iterate over the values or the names, as the engine likes; use neither."""


class ControlDatabase(Protocol):
    """A control database; all threads may use it at the same time."""

    @property
    def name(self) -> str:
        """What messages call it; without credentials."""

    @property
    def is_shared(self) -> bool:
        """Whether servers on other machines can reach it."""

    @property
    def clock(self) -> str:
        """SQL of the time in seconds since 1970, by the clock of the database."""

    def claim(self, *, alone: bool = True) -> None:
        """Keep other servers away until `close`.

        Args:
            alone: Keep away all others; else only those that want to be alone.

        Raises:
            ControlDatabaseError: Another server uses the database.
        """

    def execute(self, statement: str, parameters: Sequence[object] = ()) -> int:
        """Run a statement that changes something and return the number of changed rows.

        Args:
            statement: SQL with `?` for values.
            parameters: The values.

        Raises:
            ConstraintError: The change would break a constraint; an open transaction must end.
            ControlDatabaseError: The statement failed otherwise.
        """

    def rows(self, statement: str, parameters: Sequence[object] = ()) -> Sequence[Row]:
        """Return all rows of a query.

        Args:
            statement: SQL with `?` for values.
            parameters: The values.
        """

    def row(self, statement: str, parameters: Sequence[object] = ()) -> Row | None:
        """Return the first row of a query, or `None`.

        Args:
            statement: SQL with `?` for values.
            parameters: The values.
        """

    def kept_row(self, statement: str, *parameters: object) -> Row | None:
        """Return the first row of a query, or `None`; for what every request asks.

        An engine that only this process can change may keep the row until the next change.

        Args:
            statement: SQL with `?` for values.
            parameters: The values.
        """

    def scalar(self, statement: str, parameters: Sequence[object] = ()) -> Any:
        """Return the first value of the first row of a query, or `None`.

        Args:
            statement: SQL with `?` for values.
            parameters: The values.
        """

    def transaction(self) -> AbstractContextManager[None]:
        """Run a block as one transaction, which no other change interrupts, by any process.

        An inner block is part of the outer one.
        """

    def guarded(self, guard: Callable[[], object]) -> AbstractContextManager[None]:
        """Call a function before each change that this thread commits in the block.

        Args:
            guard: Called inside of the transaction; raises to have it rolled back.
        """

    def member_is(self, name: str, value: object) -> tuple[str, object]:
        """Return a condition on a member of the column `document`, and its value.

        Args:
            name: Name of a member at the top.
            value: `None`, a boolean, a number or text.
        """

    def same_letters(self, column: str) -> str:
        """Return a condition: a column is a value, but for the case of letters from A to Z.

        Args:
            column: Name or address of users.
        """

    def has_element(self, array: str) -> str:
        """Return a condition: an array of the column `document` of `models` holds a value.

        Args:
            array: Name of a member at the top.
        """

    def copy_to(self, path: Path, begin: Callable[[], object]) -> None:
        """Write a copy to a new file of SQLite.

        Args:
            path: The file.
            begin: Called first, while nobody else can change the database.
        """

    def check(self) -> None:
        """Raise an exception unless the database answers."""

    def check_version(self) -> None:
        """Refuse everything from now on if a newer release has changed what this one needs.

        Raises:
            OutdatedServerError: It has.
        """

    def is_in_place(self) -> bool:
        """Return whether the database is still where it was opened."""

    def close(self) -> None:
        """Close the database."""


def check_word(name: str) -> str:
    """Return a name that becomes a part of a statement.

    Raises:
        ValueError: It is not an identifier.
    """
    if not name.isidentifier():
        raise ValueError(f"`name` must be an identifier, got {name!r}")
    return name
