"""Rows of a small request on their way to the store, together with those of other requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.server.storage.warehouse.grouped_writes import SmallWrite
from arthurai.server.storage.warehouse.row_results import RowResults

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.storage.warehouse.idempotency import Claim
    from arthurai.server.storage.warehouse.writer import ModelWriter, WriteResult


class SubmittedRows:
    """Rows that were handed over, and may be stored already.

    Args:
        wait: Returns the results, when the rows are stored.
    """

    def __init__(self, wait: Callable[[], RowResults]) -> None:
        self._wait = wait

    def results(self) -> RowResults:
        """Return the result of each row, when the accepted ones are on the disk; ask once.

        Raises:
            Exception: They cannot be stored.
        """
        return self._wait()


def submit_rows(
    writer: ModelWriter,
    schema: ModelSchema,
    items: list[Any],
    claim: Claim,
    announce: Callable[[WriteResult], object],
) -> SubmittedRows:
    """Hand a few rows over.

    Args:
        writer: The writer of the model.
        schema: Schema of the model.
        items: `Inference` objects of the API.
        claim: The right to answer the request; it is released with the results.
        announce: Called with what is new.
    """
    if claim.answer is not None:
        claim.release()
        answer = claim.answer
        return SubmittedRows(lambda: answer)
    results = RowResults(len(items))
    wait = writer.submit(SmallWrite(schema, items, results, claim.finish(results), announce))

    def finish() -> RowResults:
        try:
            wait()
        finally:
            claim.release()
        return results

    return SubmittedRows(finish)
