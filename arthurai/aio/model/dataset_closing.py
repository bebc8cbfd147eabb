"""Close what was sent: batches, and the reference set.

Made by `python -m scripts.async_layer` from `arthurai/model/dataset_closing.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.aio.model.base_model import require_connection

if TYPE_CHECKING:
    from typing import Any

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.upload.row_outcomes import SendResult

_UPLOADED: Final = "uploaded"


async def close_reference_set(model: ArthurModelBase, rows: int) -> dict[str, Any]:
    """Close the reference set: declare it complete.

    Args:
        model: The model.
        rows: Number of its rows.

    Returns:
        The response, as `dataset_close_result`.

    Raises:
        MethodNotApplicableError: The model is not saved.
    """
    from arthurai_api.api.datasets import close_reference_data
    from arthurai_api.models.dataset_close_request import DatasetCloseRequest

    session, model_id = require_connection(model, "take reference data")
    closed = await close_reference_data.asyncio(
        model_id,
        client=session.api.with_retry(True),
        body=DatasetCloseRequest(status=_UPLOADED, total_record_count=rows),
    )
    return {"dataset_close_result": closed.as_received()}


async def close_batch(
    self: ArthurModelBase, batch_id: str, num_inferences: int | None = None
) -> dict[str, Any]:
    """Close a batch: declare it complete.

    Args:
        batch_id: The batch.
        num_inferences: Number of rows sent for it.

    Returns:
        The response, as `dataset_close_result`.

    Raises:
        MethodNotApplicableError: The model is not saved.
    """
    from arthurai_api.api.datasets import close_batch as operation
    from arthurai_api.models.dataset_close_request import DatasetCloseRequest
    from arthurai_api.types import or_unset

    session, model_id = require_connection(self, "close a batch")
    closed = await operation.asyncio(
        model_id,
        batch_id,
        client=session.api.with_retry(True),
        body=DatasetCloseRequest(status=_UPLOADED, total_record_count=or_unset(num_inferences)),
    )
    return {"dataset_close_result": closed.as_received()}


async def close_batches(model: ArthurModelBase, result: SendResult) -> dict[str, Any] | None:
    """Close every batch that received rows, and return the last response.

    Args:
        model: The model.
        result: What became of the rows.

    Raises:
        ArthurError: A batch cannot be closed; a note names it.
    """
    closed = None
    for batch_id, rows in result.batches.items():
        try:
            closed = await close_batch(model, batch_id, rows)
        except BaseException as error:
            error.add_note(
                f"the server has all rows ({result.summary()}), but batch {batch_id!r} is still "
                f"open; call close_batch({batch_id!r}, {rows})"
            )
            raise
    return closed
