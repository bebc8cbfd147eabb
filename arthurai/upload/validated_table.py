"""A checked table, ready to be cut and encoded."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Column = Any
"""One value a row: an Arrow array, or a list of values in the shape the API takes."""


def is_arrow(column: Column) -> bool:
    """Whether a column is an Arrow array (else it is a list)."""
    return not isinstance(column, list)


def cut_column(column: Column, start: int, rows: int) -> Column:
    """`rows` rows of a column from `start`, without a copy of the values."""
    return column[start : start + rows] if isinstance(column, list) else column.slice(start, rows)


def column_list(column: Column) -> list[Any]:
    """The values of a column as Python objects."""
    values: list[Any] = column if isinstance(column, list) else column.to_pylist()
    return values


@dataclass(slots=True)
class Prepared:
    """Rows that passed the checks, by column.

    Attributes:
        start: number of the first row in what the caller gave.
        rows: how many.
        inference: columns of `inference_data` by attribute name.
        truth: columns of `ground_truth_data` by attribute name.
        meta: `inference_timestamp`, `partner_inference_id`, `batch_id`, `ground_truth_timestamp`,
            as far as they travel.
        labelled: which rows carry ground truth; `None` when all do (or there is none at all).
    """

    start: int
    rows: int
    inference: dict[str, Column] = field(default_factory=dict)
    truth: dict[str, Column] = field(default_factory=dict)
    meta: dict[str, Column] = field(default_factory=dict)
    labelled: Column | None = None

    def cut(self, start: int, rows: int) -> "Prepared":
        """A part of the rows; `start` counts from the first row held here."""
        rows = min(rows, self.rows - start)
        labelled = None if self.labelled is None else cut_column(self.labelled, start, rows)
        return Prepared(
            start=self.start + start,
            rows=rows,
            inference={n: cut_column(c, start, rows) for n, c in self.inference.items()},
            truth={n: cut_column(c, start, rows) for n, c in self.truth.items()},
            meta={n: cut_column(c, start, rows) for n, c in self.meta.items()},
            labelled=labelled,
        )

    def cuts(self, rows: int) -> Iterator["Prepared"]:
        """The rows in parts of at most `rows`."""
        for start in range(0, self.rows, rows):
            yield self.cut(start, rows)

    def columns(self) -> Iterator[Column]:
        """Every column that travels."""
        yield from self.inference.values()
        yield from self.truth.values()
        yield from self.meta.values()
