"""Images of inferences."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from arthurai.common.constants import IMAGE_FILE_EXTENSION_MAP, ImageResponseType
from arthurai.common.exceptions import UserValueError

if TYPE_CHECKING:
    from arthurai.model.base_model import ModelRecord


def get_image(model: ModelRecord, image_id: str, save_path: str, image_type: str) -> str:
    """Fetch an image and store it; see ``ArthurModel.get_image``."""
    from arthurai_api.api.inferences import get_inference_image

    if image_type not in ImageResponseType.list():
        raise UserValueError(
            f"type needs one of {', '.join(ImageResponseType.list())}, got {image_type!r}."
        )
    directory = Path(save_path)
    if not directory.is_dir():
        raise UserValueError(f"save_path {save_path!r} is no directory; create it first.")
    content, content_type = model.session.download(
        get_inference_image, model.saved_id("have images"), image_id, type_=image_type
    )
    extension = IMAGE_FILE_EXTENSION_MAP.get(content_type.partition(";")[0].strip(), "")
    # An id is any text: what could lead out of the directory does not get into the file name.
    safe_id = re.sub(r"[^\w.-]", "_", image_id)
    path = directory / f"{image_type}_{safe_id}{extension}"
    path.write_bytes(content)
    return str(path)
