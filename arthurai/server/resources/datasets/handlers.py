"""Batches and reference data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.server.http.api_errors import ApiError
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.resources.inferences.service import (
    file_response,
    request_key,
    uploaded_images,
)
from arthurai.server.storage.warehouse.errors import UnknownDatasetError
from arthurai.server.storage.warehouse.uploaded_files import read_rows

if TYPE_CHECKING:
    from arthurai.server.http.request import Request
    from arthurai.server.storage.warehouse.datasets import Dataset

_REFERENCE_PARTS: Final = ("reference_data", "reference_data.parquet")


@operation("list_datasets")
def list_datasets(request: Request) -> Response:
    """List the batches and the reference set of a model."""
    schema = request.model().schema
    found = request.stores.data.datasets(schema)
    return Response(200, [_to_api(dataset) for dataset in found])


def _to_api(dataset: Dataset) -> dict[str, Any]:
    wire = {**dataset.to_api(), "type": dataset.kind}
    if dataset.kind == "batch":
        wire["batch_id"] = dataset.batch_id
    return wire


@operation("get_batch")
def get_batch(request: Request) -> Response:
    """Return one batch."""
    schema = request.model().schema
    found = request.stores.data.batch(schema, request.params["batch_id"])
    return Response(200, {**found.to_api(), "batch_id": found.batch_id})


@operation("close_batch")
def close_batch(request: Request) -> Response:
    """Close a batch: all its inferences were sent."""
    schema = request.model().require_active().schema
    _require_status(request, ["uploaded"])
    request.stores.data.close_batch(
        schema, request.params["batch_id"], request.body.get("total_record_count")
    )
    return Response(200, {"message": "success"})


@operation("get_reference_data")
def get_reference_data(request: Request) -> Response:
    """Return the reference set; it is empty before the first upload."""
    schema = request.model().schema
    try:
        found = request.stores.data.reference(schema)
    except UnknownDatasetError:
        return Response(200, {"model_id": schema.model_id, "records": 0})
    return Response(200, found.to_api())


@operation("upload_reference_data")
def upload_reference_data(request: Request) -> Response:
    """Store a file of reference rows."""
    schema = request.model().require_active().schema
    files = [request.form.files[p] for p in _REFERENCE_PARTS if p in request.form.files]
    if len(files) != 1:
        raise ApiError(400, "send exactly one file of rows, as the part reference_data")
    rows = read_rows(schema, "reference_data", files[0].stream)
    with uploaded_images(request, schema) as images:
        outcome = request.stores.data.append_reference_stream(
            schema, rows, images=images, key=request_key(request)
        )
    return file_response(outcome)


@operation("close_reference_data")
def close_reference_data(request: Request) -> Response:
    """Close the reference set, or drop an open one to start again."""
    record = request.model().require_active()
    status = _require_status(request, ["uploaded", "started"])
    if status == "started":
        request.stores.data.restart_reference(record.schema)
    else:
        request.stores.data.close_reference(record.schema, request.body.get("total_record_count"))
        request.services.enrichments.start_with_reference(record)
    return Response(200, {"message": "success"})


def _require_status(request: Request, allowed: list[str]) -> str:
    status = str(request.body["status"])
    if status not in allowed:
        raise ApiError(400, f"status: must be {' or '.join(allowed)}, got {status[:60]!r}")
    return status
