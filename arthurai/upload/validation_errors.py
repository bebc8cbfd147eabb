"""Everything wrong with a table, gathered into one message."""

from collections.abc import Sequence

from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.upload.arrays import EXAMPLES, describe_rows

MOST = 20
"""How many problems one message lists."""


class Problems:
    """Collects what is wrong with one table and raises it as one error.

    Args:
        name: what the caller calls the table.

    Attributes:
        name: the same.
        later_part: whether this is a part of a stream, of which earlier parts may have been sent.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.later_part = False
        self._found: list[tuple[str, bool]] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def add(self, text: str, *, of_type: bool = False) -> None:
        """Notes one problem; `of_type` marks a wrong type (else a wrong value)."""
        self._found.append((text, of_type))

    def add_rows(
        self, column: str, what: str, bad: Sequence[tuple[int, object]], *, of_type: bool = False
    ) -> None:
        """Notes a problem of some rows of a column.

        Args:
            column: the column's name.
            what: what is wrong, to stand behind the row numbers.
            bad: row number and value of each row concerned, at least one.
            of_type: whether it is a wrong type.
        """
        where = describe_rows([row for row, _ in bad[:EXAMPLES]], len(bad))
        examples = ", ".join(f"{value!r:.60}" for _, value in bad[:EXAMPLES])
        self.add(f"column {column!r}, {where}: {what} (got {examples})", of_type=of_type)

    def raise_found(self) -> None:
        """Raises everything noted so far.

        Raises:
            UserTypeError: when every problem is a wrong type.
            UserValueError: otherwise, when there is any problem.
        """
        if not self._found:
            return
        texts = [text for text, _ in self._found]
        more = [f"… and {len(texts) - MOST} more"] if len(texts) > MOST else []
        count = "1 problem" if len(texts) == 1 else f"{len(texts)} problems"
        what = "these rows" if self.later_part else "it"
        message = (
            f"`{self.name}` has {count}; nothing of {what} was sent. Rows count from 0.\n"
            + "\n".join(f"  - {text}" for text in texts[:MOST] + more)
        )
        if all(of_type for _, of_type in self._found):
            raise UserTypeError(message)
        raise UserValueError(message)
