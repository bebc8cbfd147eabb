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


def submit_rows(
    writer: ModelWriter,
    schema: ModelSchema,
    items: list[Any],
    claim: Claim,
    *,
    announce: Callable[[WriteResult], object],
    call_time: int | None,
) -> Callable[[], RowResults]:
    """Hand a few rows over.

    Args:
        writer: The writer of the model.
        schema: Schema of the model.
        items: `Inference` objects of the API.
        claim: The right to answer the request; it is released with the results.
        announce: Called with what is new.
        call_time: The time of the call, see `mark_untimed`.

    Returns:
        What waits until the rows are stored, and returns the result of each; call it once.
    """
    answer = claim.answer
    if answer is not None:
        claim.release()
        return lambda: answer
    results = RowResults(len(items))
    finish = claim.finish(results)
    wait = writer.submit(SmallWrite(schema, items, results, finish, announce, call_time))

    def finish_rows() -> RowResults:
        try:
            wait()
        finally:
            claim.release()
        return results

    return finish_rows
