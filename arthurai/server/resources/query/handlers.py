"""Queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.server.http.api_errors import ApiError
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.query import (
    run_distributions,
    run_drift,
    run_encoded_query,
    run_psi_table,
    run_query,
)
from arthurai.server.storage.warehouse.row_questions import find_newest_inference

if TYPE_CHECKING:
    from arthurai.server.http.request import Request


@operation("query", validate_body=False)
def query(request: Request) -> Response:
    """Run a base query."""
    schema = request.model().schema
    params = request.params
    return Response(
        200,
        run_encoded_query(
            request.body,
            schema,
            request.stores.data,
            page=params.get("page"),
            page_size=params.get("page_size"),
            max_bytes=request.services.limits.query_bytes,
        ),
    )


@operation("query_data_drift", validate_body=False)
def query_data_drift(request: Request) -> Response:
    """Run a drift query."""
    schema = request.model().schema
    return Response(200, run_drift(request.body, schema, request.stores.data))


@operation("query_psi_bucket_table", validate_body=False)
def query_psi_bucket_table(request: Request) -> Response:
    """Return the bucket table of a stability index."""
    schema = request.model().schema
    return Response(200, run_psi_table(request.body, schema, request.stores.data))


@operation("query_distributions", validate_body=False)
def query_distributions(request: Request) -> Response:
    """Return the rows in the cells of a grid."""
    schema = request.model().schema
    return Response(200, run_distributions(request.body, schema, request.stores.data))


@operation("get_inference")
def get_inference(request: Request) -> Response:
    """Return all regular columns of one inference, of several with this id of the last one."""
    wanted = request.params["partner_inference_id"]
    schema, store = request.model().schema, request.stores.data
    inference_id = find_newest_inference(store, schema, wanted)
    if inference_id is None:
        raise ApiError(404, f"inference {wanted!r} not found")
    body = {
        "select": [{"property": "*"}],
        "filter": [{"property": "inference_id", "comparator": "eq", "value": inference_id}],
    }
    return Response(200, run_query(body, schema, store))
