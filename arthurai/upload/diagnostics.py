"""What is wrong with the data of one call, collected into one error, or by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.common.exceptions import UserTypeError, UserValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.upload.coerce import InvalidRows

_MAX_EXAMPLES: Final = 3
_MAX_LISTED_ERRORS: Final = 20


def describe_rows(rows: Sequence[int], *, more: int = 0) -> str:
    """Return `row 3` or `rows 3, 7, 9 and 12 more`.

    Args:
        rows: Numbers of rows.
        more: How many there are besides.
    """
    more += max(0, len(rows) - _MAX_EXAMPLES)
    if len(rows) == 1 and not more:
        return f"row {rows[0]}"
    rest = f" and {more} more" if more else ""
    return f"rows {', '.join(map(str, rows[:_MAX_EXAMPLES]))}{rest}"


class ValidationErrors:
    """What is wrong with one table: errors of the table, to be raised as one, and refused rows.

    Args:
        name: What the caller calls the table.
        strict: Whether a wrong row makes the whole table wrong.
        start: Number of the first row in what the caller gave.
        source: Where the table comes from, if not from the caller, such as the name of a file.

    Attributes:
        refused: Why a row is not sent, by its number; empty when `strict`.
    """

    def __init__(
        self, name: str, *, strict: bool = True, start: int = 0, source: str | None = None
    ) -> None:
        self.name = name
        self.strict = strict
        self.start = start
        self.source = source
        self.refused: dict[int, str] = {}
        self._found: list[tuple[str, bool]] = []

    def add(self, text: str, *, of_type: bool = False) -> None:
        """Add an error of the table; `of_type` marks a wrong type (else it is a wrong value)."""
        self._found.append((text, of_type))

    def add_rows(
        self, column: str, what: str, rows: Sequence[tuple[int, object]], *, of_type: bool = False
    ) -> None:
        """Add an error of some rows of a column, or refuse these rows alone.

        Args:
            column: The column's name.
            what: What is wrong with these rows.
            rows: Number and value of each row; none when the column as a whole is wrong.
            of_type: Whether its type is wrong.
        """
        if self.strict or not rows:
            self.add_column(column, what, rows, of_type=of_type)
            return
        for row, value in rows:
            got = "" if value is None else f", got {value!r:.60}"
            self.refused.setdefault(row, f"column {column!r}: {what}{got}")

    def add_column(
        self, column: str, what: str, rows: Sequence[tuple[int, object]], *, of_type: bool = False
    ) -> None:
        """Add an error of the table because of some rows of a column; as `add_rows` when strict."""
        where = f", {describe_rows([row for row, _ in rows])}" if rows else ""
        examples = ", ".join(f"{value!r:.60}" for _, value in rows[:_MAX_EXAMPLES])
        got = f" (got {examples})" if rows else ""
        self.add(f"column {column!r}{where}: {what}{got}", of_type=of_type)

    def add_invalid(self, column: str, invalid: InvalidRows) -> None:
        """Add an error for each kind of invalid rows of a column."""
        for (what, of_type), rows in invalid.items():
            self.add_rows(column, what, rows, of_type=of_type)

    def raise_any(self) -> None:
        """Raise everything added so far as one error.

        Raises:
            UserTypeError: Every error is a wrong type.
            UserValueError: Some error is a wrong value.
        """
        if not self._found:
            return
        texts = [text for text, _ in self._found]
        more = len(texts) - _MAX_LISTED_ERRORS
        lines = texts[:_MAX_LISTED_ERRORS] + ([f"… and {more} more"] if more > 0 else [])
        count = "1 problem" if len(texts) == 1 else f"{len(texts)} problems"
        what = "these rows" if self.start else "it"
        source = f" ({self.source})" if self.source else ""
        message = (
            f"`{self.name}`{source} has {count}; nothing of {what} was sent. Rows count from 0.\n"
            + "\n".join(f"  - {line}" for line in lines)
        )
        if all(of_type for _, of_type in self._found):
            raise UserTypeError(message)
        raise UserValueError(message)
