"""Inferences and ground truth: item by item and as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.server.http.api_errors import ApiError
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.resources.explanations.handlers import image_explanation
from arthurai.server.storage.warehouse.sagemaker import Capture, read_capture
from arthurai.server.storage.warehouse.stored_images import ImageUpload, content_type
from arthurai.server.storage.warehouse.thumbnails import resized, thumbnail
from arthurai.server.storage.warehouse.uploaded_files import read_rows

if TYPE_CHECKING:
    from arthurai.server.http.request import Request
    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.storage.warehouse.row_results import Outcome

MULTI_STATUS = 207


@operation("send_inferences", validate_body=False)
def send_inferences(request: Request) -> Response:
    """Store inferences; each item gets its own verdict."""
    schema = request.model().active().schema
    items = _items(request)
    return _verdicts(request.stores.data.append_inferences(schema, items))


@operation("update_inferences", "update_ground_truth", validate_body=False)
def update_inferences(request: Request) -> Response:
    """Set the ground truth of inferences; each item gets its own verdict."""
    schema = request.model().active().schema
    items = _items(request)
    return _verdicts(request.stores.data.append_ground_truth(schema, items))


def _items(request: Request) -> list[Any]:
    if not isinstance(request.body, list):
        raise ApiError(400, "the body must be a JSON array with one object a row")
    return request.body


def _verdicts(outcome: Outcome) -> Response:
    return Response(MULTI_STATUS, {"counts": outcome.counts(), "results": outcome.results()})


@operation("send_inference_file")
def send_inference_file(request: Request) -> Response:
    """Store a file of inferences or of ground truth."""
    schema = request.model().active().schema
    files, store = request.form.files, request.stores.data
    if ("inference_data" in files) == ("ground_truth_data" in files):
        raise ApiError(400, "send exactly one of the parts inference_data, ground_truth_data")
    if "inference_data" in files:
        rows = read_rows(schema, "inference_data", files["inference_data"].stream)
        outcome = store.append_inference_stream(
            schema,
            rows,
            batch_id=request.form.text("batch_id") or None,
            images=uploaded_images(request, schema),
        )
    else:
        rows = read_rows(schema, "ground_truth_data", files["ground_truth_data"].stream)
        outcome = store.append_ground_truth_stream(schema, rows)
    return file_outcome(outcome)


@operation("send_sagemaker_data_capture")
def send_sagemaker_data_capture(request: Request) -> Response:
    """Store the inferences of a SageMaker Data Capture file."""
    schema = request.model().active().schema
    part = request.form.files.get("inference_data")
    if part is None or not part.filename.lower().endswith(".jsonl"):
        raise ApiError(400, "send the part inference_data as a file whose name ends in .jsonl")
    capture = Capture()
    pieces = read_capture(schema, part.stream, capture)
    outcome = request.stores.data.append_inference_stream(schema, pieces)
    failures = [*capture.failures]
    failures += [(capture.origins[row], f) for row, f in sorted(outcome.failures.items())]
    counts = outcome.counts()
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
    return Response(MULTI_STATUS, body)


def uploaded_images(request: Request, schema: ModelSchema) -> ImageUpload | None:
    """Return the images that came with a file of rows, if any did.

    Args:
        request: The request.
        schema: Schema of the model.

    Raises:
        BadDataError: If the part is neither a zip nor an image.
    """
    part = request.form.files.get("image_data")
    if part is None or not part.size:
        return None
    return ImageUpload(part.stream, request.stores.data.images(schema))


@operation("get_inference_image")
def get_inference_image(request: Request) -> Response:
    """Send an image as it came, resized for the model, or small."""
    schema = request.model().schema
    form = request.params["type"]
    if form == "lime_explanation":
        return image_explanation(request)
    content = request.stores.data.images(schema).get(request.params["image_id"])
    kind = content_type(content) or "application/octet-stream"
    if form == "thumbnail":
        content, kind = thumbnail(content)
    elif form == "resized_image":
        if not schema.pixel_width or not schema.pixel_height:
            raise ApiError(400, "the model has no pixel_width and pixel_height to resize to")
        content, kind = resized(content, schema.pixel_width, schema.pixel_height)
    return Response(200, content, content_type=kind)


def file_outcome(outcome: Outcome) -> Response:
    """Return the answer to an uploaded file of rows."""
    body = {"counts": outcome.counts(), "failures": outcome.failure_list()}
    return Response(MULTI_STATUS, body)
