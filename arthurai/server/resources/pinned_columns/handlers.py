"""Columns that the inference view shows first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.common.documents import PinnedColumns
    from arthurai.server.http.request import Request


@operation("get_pinned_columns")
def get_pinned_columns(request: Request) -> Response:
    """Return the pinned columns; there are none by default."""
    return Response(200, _read(request))


@operation("set_pinned_columns")
def set_pinned_columns(request: Request) -> Response:
    """Replace the pinned columns."""
    return _store(request, request.body["columns"])


@operation("change_pinned_columns")
def change_pinned_columns(request: Request) -> Response:
    """Remove columns, then add others at the end."""
    with request.stores.control.transaction():
        columns = _read(request)["columns"]
        for column in request.body.get("columns_to_remove") or ():
            if column not in columns:
                raise ApiError(400, f"columns_to_remove: {column[:100]!r} is not pinned")
            columns.remove(column)
        return _store(request, [*columns, *(request.body.get("columns_to_add") or ())])


@operation("delete_pinned_columns")
def delete_pinned_columns(request: Request) -> Response:
    """Return to the default view."""
    model_id = request.model().id
    request.documents(Kind.PINNED_COLUMNS).delete(request.organization_id, model_id)
    return Response(204)


def _read(request: Request) -> PinnedColumns:
    documents = request.documents(Kind.PINNED_COLUMNS)
    return documents.get(request.organization_id, request.model().id) or {"columns": []}


def _store(request: Request, columns: Sequence[str]) -> Response:
    pinned = {"columns": list(dict.fromkeys(columns))}
    model_id = request.model().id
    request.documents(Kind.PINNED_COLUMNS).put(
        request.organization_id, model_id, pinned, model_id=model_id
    )
    return Response(200, pinned)
