"""Metering: how much each request brought or computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.server.storage.documents.stored_usage import Amount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.server.http.request import Request
    from arthurai.server.http.response import Response

_CATEGORY_OF_OPERATION: Final[Mapping[str, str]] = {
    "send_inferences": "inferences",
    "send_inference_file": "inferences",
    "send_sagemaker_data_capture": "inferences",
    "update_inferences": "ground_truth",
    "update_ground_truth": "ground_truth",
    "upload_reference_data": "reference_data",
    "explain_inference": "explanations",
    "what_if": "explanations",
}
_GROUND_TRUTH_PART: Final = "ground_truth_data"


def record_usage(request: Request, response: Response, received_bytes: int) -> None:
    """Store what a successful request used.

    Args:
        request: The request.
        response: Its response.
        received_bytes: Size of the request's body.
    """
    category = _CATEGORY_OF_OPERATION.get(request.operation.operation_id)
    if category is None or not isinstance(response.body, dict):
        return
    if category == "inferences" and (
        _GROUND_TRUTH_PART in request.form.files or _GROUND_TRUTH_PART in request.form.fields
    ):
        category = "ground_truth"
    counts = response.body.get("counts")
    records = 1 if counts is None else int(counts["success"])
    if records:
        request.stores.control.usage.add(
            request.organization_id,
            request.model().id,
            category,
            Amount(records, received_bytes),
        )
