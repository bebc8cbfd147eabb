"""Rows of a request, which arrive in pieces, numbered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import pyarrow as pa

from arthurai.common.row_groups import ROW_GROUP_ROWS, rows_per_part
from arthurai.server.storage.warehouse.decode_json import JsonDecoder
from arthurai.server.storage.warehouse.decode_plain_json import PlainRows
from arthurai.server.storage.warehouse.decode_table import TableDecoder
from arthurai.server.storage.warehouse.errors import BadDataError, BrokenFileError

if TYPE_CHECKING:
    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.storage.warehouse.row_results import RowResults

PIECE_ROWS: Final = 4 * ROW_GROUP_ROWS
"""Least number of rows of a piece where there are so many."""

Rows: TypeAlias = pa.Table | PlainRows | Sequence[Any]
"""Rows as objects of the API, as a table with a column for each attribute name, or decoded."""


class Piece(NamedTuple):
    """Some rows of a request.

    Attributes:
        rows: The rows.
        first_row: Place of the first one in the request.
        is_last: Whether no other piece follows.
    """

    rows: Rows
    first_row: int
    is_last: bool

    def inferences(
        self, schema: ModelSchema, results: RowResults, batch_id: str | None
    ) -> pa.Table:
        """Decode inferences.

        Args:
            schema: Schema of the model.
            results: Takes rejected rows.
            batch_id: Batch of all rows, overriding the one of each row.
        """
        if isinstance(self.rows, PlainRows):
            return self.rows.table()
        return self.decoder(schema, results).inferences(batch_id)

    def decoder(self, schema: ModelSchema, results: RowResults) -> JsonDecoder | TableDecoder:
        """Return what converts the rows to columns.

        Args:
            schema: Schema of the model.
            results: Takes rejected rows.

        Raises:
            TypeError: They are decoded already.
        """
        if isinstance(self.rows, PlainRows):
            raise TypeError("the rows are decoded already")
        if isinstance(self.rows, pa.Table):
            return TableDecoder(schema, self.rows, first_row=self.first_row, results=results)
        return JsonDecoder(schema, self.rows, first_row=self.first_row, results=results)

    def slices(self, table: pa.Table) -> Iterator[tuple[pa.Table, bool]]:
        """Cut the decoded rows for the transactions; the last slice of a request may have no rows.

        Args:
            table: The decoded rows.

        Yields:
            Slices, and whether it is the last one of the request.
        """
        rows = rows_per_part(table.num_rows, PIECE_ROWS)
        starts = range(0, max(table.num_rows, 1), rows)
        for start in starts:
            yield table.slice(start, rows), self.is_last and start == starts[-1]


def number_pieces(
    stream: Iterable[Rows], results: RowResults, *, all_or_nothing: bool = False
) -> Iterator[Piece]:
    """Number the pieces of a request; each is read before the one before it is passed on.

    Args:
        stream: The pieces.
        results: Takes the number of rows. Once there is a piece, a remainder that cannot be read
            is rejected like any bad row.
        all_or_nothing: Whether a remainder that cannot be read is an error.

    Raises:
        BadDataError: If nothing can be read.
    """
    iterator = iter(stream)
    held: Rows | None = None
    first_row = 0
    while True:
        try:
            following = next(iterator, None)
        except BadDataError as error:
            if held is None or all_or_nothing:
                raise
            passed = first_row + len(held)
            stated = error.rows if isinstance(error, BrokenFileError) else 0
            results.total = max(stated, passed + 1)
            for row in range(passed, results.total):
                results.reject(row, error.status, str(error))
            following = None
        else:
            if following is not None:
                results.total += len(following)
        if held is not None:
            yield Piece(held, first_row, is_last=following is None)
            first_row += len(held)
        if following is None:
            return
        held = following
