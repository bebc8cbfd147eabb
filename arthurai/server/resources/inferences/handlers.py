"""Inferences and ground truth, sent item by item or as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.server.http.api_errors import ApiError
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Deferred, Response
from arthurai.server.resources.explanations.service import get_image_explanation
from arthurai.server.resources.inferences.service import (
    MULTI_STATUS,
    file_response,
    note_rules,
    request_key,
    uploaded_images,
)
from arthurai.server.storage.warehouse.decode_plain_json import decode_plain_json
from arthurai.server.storage.warehouse.sagemaker import Capture, read_capture
from arthurai.server.storage.warehouse.stored_images import sniff_content_type
from arthurai.server.storage.warehouse.thumbnails import make_thumbnail, resize
from arthurai.server.storage.warehouse.uploaded_files import read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.server.http.bodies import JsonText
    from arthurai.server.http.request import Request
    from arthurai.server.storage.warehouse.row_results import RowResults

_CALL_TIME: Final = "Arthur-Call-Time"


@operation("send_inferences", validate_body=False, defers=True, decodes_body=True)
def send_inferences(request: Request) -> Deferred:
    """Store inferences; each item gets its own result."""
    record = request.model().require_active()
    schema = record.schema
    text: JsonText = request.body
    rows = decode_plain_json(schema, text.content, text.max_rows) or _items(text.decode())
    wait = request.stores.data.submit_inferences(
        schema, rows, key=request_key(request), call_time=request.params.get(_CALL_TIME)
    )
    services = request.services

    def respond() -> Response:
        outcome = wait()
        return _row_response(outcome, note_rules(services, record))

    return Deferred(respond)


@operation("update_inferences", "update_ground_truth", validate_body=False)
def update_inferences(request: Request) -> Response:
    """Set the ground truth of inferences; each item gets its own result."""
    record = request.model().require_active()
    items = _items(request.body)
    data = request.stores.data
    outcome = data.append_ground_truth(record.schema, items, key=request_key(request))
    return _row_response(outcome, note_rules(request.services, record))


def _items(body: Any) -> list[Any]:
    if not isinstance(body, list):
        raise ApiError(400, "body: must be a JSON array with one object per row")
    return body


def _row_response(outcome: RowResults, notes: Mapping[str, Any]) -> Response:
    body = {"counts": outcome.status_counts(), "results": outcome.inference_results()}
    return Response(MULTI_STATUS, {**body, **notes})


@operation("send_inference_file")
def send_inference_file(request: Request) -> Response:
    """Store a file of inferences or of ground truth."""
    record = request.model().require_active()
    schema = record.schema
    files, store = request.form.files, request.stores.data
    if ("inference_data" in files) == ("ground_truth_data" in files):
        raise ApiError(400, "send exactly one of the parts inference_data and ground_truth_data")
    if "inference_data" in files:
        rows = read_rows(schema, "inference_data", files["inference_data"].stream)
        with uploaded_images(request, schema) as images:
            outcome = store.append_inference_stream(
                schema,
                rows,
                batch_id=request.form.text("batch_id") or None,
                images=images,
                key=request_key(request),
                call_time=request.params.get(_CALL_TIME),
            )
    else:
        rows = read_rows(schema, "ground_truth_data", files["ground_truth_data"].stream)
        outcome = store.append_ground_truth_stream(schema, rows, key=request_key(request))
    return file_response(outcome, note_rules(request.services, record))


@operation("delete_inference")
def delete_inference(request: Request) -> Response:
    """Delete the inferences of an id, and everything that belongs to them."""
    row_id = request.params["partner_inference_id"]
    deleted = request.stores.data.delete_inference(request.model().schema, row_id)
    return Response(
        200,
        {"inferences": deleted.inferences, "waiting_ground_truths": deleted.waiting_truths},
    )


@operation("send_sagemaker_data_capture")
def send_sagemaker_data_capture(request: Request) -> Response:
    """Store the inferences of a SageMaker Data Capture file."""
    record = request.model().require_active()
    schema = record.schema
    part = request.form.files.get("inference_data")
    if part is None or not part.filename.lower().endswith(".jsonl"):
        raise ApiError(400, "send the part inference_data as a file whose name ends in .jsonl")
    capture = Capture()
    chunks = read_capture(schema, part.stream, capture)
    outcome = request.stores.data.append_inference_stream(schema, chunks)
    failures = [*capture.failures]
    failures += [(capture.origins[row], f) for row, f in sorted(outcome.failures.items())]
    counts = outcome.status_counts()
    counts["failure"] += len(capture.failures)
    counts["total"] += len(capture.failures)
    body = {
        "counts": counts,
        "failures": [
            {
                "status": failure.status,
                "message": failure.message,
                "event_id": origin.event_id,
                "inference_index_in_event": origin.index,
            }
            for origin, failure in failures
        ],
    }
    return Response(MULTI_STATUS, {**body, **note_rules(request.services, record)})


@operation("get_inference_image")
def get_inference_image(request: Request) -> Response:
    """Return an image as it was sent, resized for the model, or as a thumbnail."""
    schema = request.model().schema
    form = request.params["type"]
    if form == "lime_explanation":
        body = get_image_explanation(request.services, request.model(), request.params["image_id"])
        return Response(200, body)
    content = request.stores.data.images(schema).get(request.params["image_id"])
    kind = sniff_content_type(content) or "application/octet-stream"
    if form == "thumbnail":
        content, kind = make_thumbnail(content)
    elif form == "resized_image":
        if not schema.pixel_width or not schema.pixel_height:
            raise ApiError(400, "the model has no pixel_width and pixel_height to resize to")
        content, kind = resize(content, schema.pixel_width, schema.pixel_height)
    return Response(200, content, content_type=kind)
