"""Smaller forms of an image: the size a model takes, and a thumbnail."""

from __future__ import annotations

import io
from http import HTTPStatus
from typing import Any, Final

from arthurai.server.data.errors import BadDataError, DataStoreError

THUMBNAIL_PIXELS: Final = 128
MAX_PIXELS: Final = 50_000_000
_FORMATS: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif"}
_MODES: Final = {
    "PNG": {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"},
    "JPEG": {"L", "RGB", "CMYK"},
    "GIF": {"1", "L", "P", "RGB"},
}


class PillowMissingError(DataStoreError):
    """The package that resizes images is not installed."""

    status = HTTPStatus.NOT_IMPLEMENTED


def resized(content: bytes, width: int, height: int) -> tuple[bytes, str]:
    """Return an image at exactly that size.

    Args:
        content: The image as it was sent.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        The image and its media type.

    Raises:
        BadDataError: If the image cannot be decoded or has too many pixels.
        PillowMissingError: If Pillow is not installed.
    """
    return _rendered(content, lambda image: image.resize((width, height)))


def thumbnail(content: bytes) -> tuple[bytes, str]:
    """Return an image of at most 128 by 128 pixels with the same proportions.

    Args:
        content: The image as it was sent.

    Returns:
        The image and its media type.

    Raises:
        BadDataError: If the image cannot be decoded or has too many pixels.
        PillowMissingError: If Pillow is not installed.
    """

    def shrink(image: Any) -> Any:
        image.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
        return image

    return _rendered(content, shrink)


def _rendered(content: bytes, change: Any) -> tuple[bytes, str]:
    try:
        from PIL import Image
    except ImportError as error:
        raise PillowMissingError(
            "resized images need the package pillow on the server: pip install pillow"
        ) from error
    try:
        with Image.open(io.BytesIO(content), formats=[*_FORMATS, "TIFF"]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise BadDataError(
                    f"the image has {image.width} x {image.height} pixels;"
                    f" at most {MAX_PIXELS} are resized"
                )
            kind = image.format if image.format in _FORMATS else "PNG"
            changed = change(image)
            if changed.mode not in _MODES[kind]:
                changed = changed.convert("RGB")
            target = io.BytesIO()
            changed.save(target, format=kind)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadDataError(f"the image cannot be decoded ({error})") from None
    return target.getvalue(), _FORMATS[kind]
