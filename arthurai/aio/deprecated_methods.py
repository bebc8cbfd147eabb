"""Methods of `ArthurModel` that other methods have replaced.

Made by `python -m scripts.async_layer` from `arthurai/_compat/deprecated_methods.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.aio.model import sending
from arthurai.common.deprecation import warn_deprecated

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.upload.row_outcomes import SendResult


async def send_inference(
    self: ArthurModelBase,
    inference_timestamp: datetime | str,
    partner_inference_id: str = "",
    model_pipeline_input: Mapping[str, Any] | None = None,
    non_input_data: Mapping[str, Any] | None = None,
    predicted_value: Mapping[str, Any] | None = None,
    ground_truth: Mapping[str, Any] | None = None,
) -> SendResult:
    """Send one inference; deprecated since 3.20.0, use `send_inferences`.

    Args:
        inference_timestamp: Time of the inference.
        partner_inference_id: Identifier of the inference; generated when omitted.
        model_pipeline_input: Inputs by name.
        non_input_data: Other values by name.
        predicted_value: Predictions by name.
        ground_truth: Ground truth by name.

    Returns:
        What `send_inferences` returns.
    """
    warn_deprecated("send_inference", "use send_inferences([row])", "3.20.0")
    row: dict[str, Any] = {
        "inference_timestamp": inference_timestamp,
        "inference_data": {
            **(model_pipeline_input or {}),
            **(non_input_data or {}),
            **(predicted_value or {}),
        },
    }
    if partner_inference_id:
        row["partner_inference_id"] = partner_inference_id
    if ground_truth:
        row["ground_truth_timestamp"] = inference_timestamp
        row["ground_truth_data"] = dict(ground_truth)
    return await sending.send_inferences(self, [row])


async def send_batch_inferences(
    self: ArthurModelBase,
    batch_id: str | None,
    directory_path: str | None = None,
    data: Any = None,
    complete_batch: bool = True,
) -> tuple[SendResult, dict[str, Any] | None]:
    """Send a batch; deprecated since 3.10.0, use `send_bulk_inferences`.

    Args:
        batch_id: The batch.
        directory_path: Directory of Parquet or JSON files.
        data: A table.
        complete_batch: Close the batch afterwards.

    Returns:
        What `send_bulk_inferences` returns.
    """
    warn_deprecated("send_batch_inferences", "use send_bulk_inferences", "3.10.0")
    return await sending.send_bulk_inferences(
        self, batch_id, directory_path, data, None, complete_batch
    )


async def send_batch_ground_truths(
    self: ArthurModelBase, directory_path: str | None = None, data: Any = None
) -> SendResult:
    """Send ground truth; deprecated since 3.10.0, use `send_bulk_ground_truths`.

    Args:
        directory_path: Directory of Parquet or JSON files.
        data: A table with `partner_inference_id`.

    Returns:
        What `send_bulk_ground_truths` returns.
    """
    warn_deprecated("send_batch_ground_truths", "use send_bulk_ground_truths", "3.10.0")
    return await sending.send_bulk_ground_truths(self, directory_path, data)
