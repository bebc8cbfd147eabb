"""Rows that are ready to be encoded, by column, and what a call gives beside its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from arthurai.upload.columnar import is_arrow, slice_column, take_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from arthurai.upload.columnar import Column

INFERENCES: Final = "inferences"
GROUND_TRUTHS: Final = "ground_truths"
REFERENCE: Final = "reference"

ALWAYS: Final = "always"
NEVER: Final = "never"
WITH_TRUTH: Final = "with truth"


@dataclass(frozen=True, slots=True)
class RowMetadata:
    """What a call gives beside its rows.

    Attributes:
        predictions: Values of the predicted attributes, see `read_extra_columns`.
        ground_truths: Values of the ground truth attributes, likewise.
        inference_timestamps: One per row.
        ground_truth_timestamps: One per row.
        partner_inference_ids: One per row.
        batch_id: One for all rows, or one per row.
    """

    predictions: Any = None
    ground_truths: Any = None
    inference_timestamps: Any = None
    ground_truth_timestamps: Any = None
    partner_inference_ids: Any = None
    batch_id: Any = None

    def is_by_row(self) -> bool:
        """Return whether anything here has one value per row."""
        return any(
            value is not None
            for value in (
                self.predictions,
                self.ground_truths,
                self.inference_timestamps,
                self.ground_truth_timestamps,
                self.partner_inference_ids,
                None if isinstance(self.batch_id, str) else self.batch_id,
            )
        )


@dataclass(slots=True)
class ValidatedTable:
    """Rows that can be encoded, by column.

    Attributes:
        start: Number of the first row in what the caller gave.
        rows: Number of rows.
        inference: Columns of `inference_data` by attribute name.
        truth: Columns of `ground_truth_data` by attribute name.
        meta: `inference_timestamp`, `partner_inference_id`, `batch_id`, `ground_truth_timestamp`,
            those of them that are sent.
        labeled: Which rows have ground truth; `None` when all have, or the table has none.
        refused: Why a row is not sent, by its number in what the caller gave. The values of these
            rows cannot be encoded.
        numbers: Number of each row in what the caller gave, when rows between them were left out.
    """

    start: int
    rows: int
    inference: dict[str, Column] = field(default_factory=dict)
    truth: dict[str, Column] = field(default_factory=dict)
    meta: dict[str, Column] = field(default_factory=dict)
    labeled: Column | None = None
    refused: Mapping[int, str] = field(default_factory=dict)
    numbers: Sequence[int] | None = None

    def slice(self, start: int, rows: int) -> ValidatedTable:
        """Return `rows` rows; `start` counts from the first row of this table."""
        rows = min(rows, self.rows - start)
        inference, truth, meta = (
            {name: slice_column(column, start, rows) for name, column in columns.items()}
            for columns in (self.inference, self.truth, self.meta)
        )
        labeled = None if self.labeled is None else slice_column(self.labeled, start, rows)
        first = self.start + start
        refused = self.refused and {
            row: why for row, why in self.refused.items() if first <= row < first + rows
        }
        numbers = None if self.numbers is None else self.numbers[start : start + rows]
        return ValidatedTable(first, rows, inference, truth, meta, labeled, refused, numbers)

    def sampled(self, rows: Sequence[int]) -> ValidatedTable:
        """Return some rows, by their places in this table; they keep their numbers."""
        chosen = self.take(rows)
        chosen.numbers = [self.start + row for row in rows]
        chosen.refused = {
            self.start + place: self.refused[number]
            for place, number in enumerate(chosen.numbers)
            if number in self.refused
        }
        return chosen

    def split(self, rows: int, *, rest_first: bool = False) -> Iterator[ValidatedTable]:
        """Yield parts of `rows` rows, and one with the rest of them.

        Args:
            rows: Number of rows.
            rest_first: Whether the part with the rest is the first one instead of the last.
        """
        first = self.rows % rows if rest_first else 0
        if first:
            yield self.slice(0, first)
        for start in range(first, self.rows, rows):
            yield self.slice(start, rows)

    def kept(self) -> Sequence[int]:
        """Return the numbers of the rows that are sent, counted from the first of this table."""
        if not self.refused:
            return range(self.rows)
        return [row for row in range(self.rows) if self.start + row not in self.refused]

    def take(self, rows: Sequence[int]) -> ValidatedTable:
        """Return some rows, counted from the first row of this table, as a table of their own."""
        inference, truth, meta = (
            {name: take_rows(column, rows) for name, column in columns.items()}
            for columns in (self.inference, self.truth, self.meta)
        )
        labeled = None if self.labeled is None else take_rows(self.labeled, rows)
        return ValidatedTable(self.start, len(rows), inference, truth, meta, labeled)

    def arrow_columns(self) -> list[Column]:
        """Return the columns that are Arrow arrays."""
        columns = (self.inference | self.truth | self.meta).values()
        return [column for column in columns if is_arrow(column)]


@dataclass(frozen=True, slots=True)
class Body:
    """Encoded rows, as the content of one request or file.

    Attributes:
        start: Number of the first row.
        rows: Number of rows.
        content: JSON in UTF-8, or Parquet.
    """

    start: int
    rows: int
    content: bytes
