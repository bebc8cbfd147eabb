"""Uploaded inferences: the images that came along, and the response to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.server.http.response import Response
from arthurai.server.storage.warehouse.stored_images import ImageUpload

if TYPE_CHECKING:
    from arthurai.server.http.request import Request
    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.storage.warehouse.row_results import RowResults

MULTI_STATUS: Final = 207


def uploaded_images(request: Request, schema: ModelSchema) -> ImageUpload | None:
    """Return the images that came with a file of rows, if any did.

    Args:
        request: The request.
        schema: Schema of the model.

    Raises:
        BadDataError: The part is neither a zip nor an image.
    """
    part = request.form.files.get("image_data")
    if part is None or not part.size:
        return None
    return ImageUpload(part.stream, request.stores.data.images(schema))


def file_response(outcome: RowResults) -> Response:
    """Return the response to an uploaded file of rows."""
    return Response(
        MULTI_STATUS, {"counts": outcome.status_counts(), "failures": outcome.file_failures()}
    )
