"""How many rows the embedded server stores together, and how tables are cut to suit it."""

from __future__ import annotations

from typing import Final

ROW_GROUP_ROWS: Final = 30_720
"""Number of rows that the embedded server stores together; the default of DuckDB is 122,880.

A transaction of so many rows is written straight to the file, of fewer to the log, and from there
to the file at a checkpoint, which takes twice the time of the processor in all. 15 vectors of
numbers almost fill a block of the file.
"""


def rows_per_part(total: int, least: int) -> int:
    """Return how many rows each part of a table has but one, which has the rest.

    Parts are whole row groups, as far as no small rest is left by that, which would be written to
    the log of the database first; otherwise they have about the same size.

    Args:
        total: Number of all rows.
        least: Least number of rows of a part where there are so many.

    Returns:
        Number of rows, at least 1; less than twice `least` and a row group more.
    """
    even = -(-total // max(1, total // least)) or 1
    whole = -(-even // ROW_GROUP_ROWS) * ROW_GROUP_ROWS
    rest = total % whole or whole
    return whole if rest >= ROW_GROUP_ROWS and whole < total else even
