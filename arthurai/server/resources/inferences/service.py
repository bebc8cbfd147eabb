"""Uploaded inferences: the images that came along, and the response to a file."""

from __future__ import annotations

import hashlib
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.http.response import Response
from arthurai.server.storage.warehouse.idempotency import RequestKey
from arthurai.server.storage.warehouse.stored_images import ImageUpload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.server.http.request import Request
    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.services import Services
    from arthurai.server.storage.documents.stored_models import StoredModel
    from arthurai.server.storage.warehouse.row_results import RowResults

MULTI_STATUS: Final = 207


def request_key(request: Request) -> RequestKey | None:
    """Return what identifies a request that may be repeated, if the client chose a key.

    Args:
        request: The request.
    """
    key = request.params.get("Idempotency-Key")
    if key is None:
        return None
    operation = request.operation.operation_id.encode()
    return RequestKey(key, hashlib.sha256(operation + request.body_digest).digest())


def uploaded_images(
    request: Request, schema: ModelSchema
) -> AbstractContextManager[ImageUpload | None]:
    """Return the images that came with a file of rows, if any did, for a `with` block.

    Args:
        request: The request.
        schema: Schema of the model.

    Raises:
        BadDataError: The part is neither a zip nor an image.
    """
    part = request.form.files.get("image_data")
    if part is None or not part.size:
        return nullcontext()
    return ImageUpload(part.stream, request.stores.data.images(schema))


def file_response(outcome: RowResults, notes: Mapping[str, Any] | None = None) -> Response:
    """Return the response to an uploaded file of rows.

    Args:
        outcome: What became of the rows.
        notes: What `note_rules` says.
    """
    body = {"counts": outcome.status_counts(), "failures": outcome.file_failures()}
    return Response(MULTI_STATUS, {**body, **(notes or {})})


def note_rules(services: Services, record: StoredModel) -> dict[str, Any]:
    """Return the members of a response that say what rows mean for the alert rules of a model.

    Args:
        services: What handlers may use.
        record: The model, rows of which have been stored.
    """
    notes = services.rule_advisor.advise(record)
    return {"notes": notes} if notes else {}
