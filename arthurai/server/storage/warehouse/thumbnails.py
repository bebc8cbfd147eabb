"""Smaller forms of an image: the size that a model expects, and a thumbnail."""

from __future__ import annotations

import io
import struct
import threading
from http import HTTPStatus
from typing import Any, Final

from arthurai.server.storage.warehouse.errors import BadDataError, DataStoreError

THUMBNAIL_PIXELS: Final = 128
MAX_PIXELS: Final = 50_000_000
_rendering = threading.Lock()
"""One image at a time is held in memory as pixels, of which a few kilobytes can hold millions."""
_GREY_LEVELS: Final = 255
_FORMATS: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif"}
_MODES: Final = {
    "PNG": {"L", "LA", "RGB", "RGBA", "I;16"},
    "JPEG": {"L", "RGB", "CMYK"},
    "GIF": {"L", "RGB", "RGBA"},
}


class PillowMissingError(DataStoreError):
    """The package that resizes images is not installed."""

    status = HTTPStatus.NOT_IMPLEMENTED


def resize(content: bytes, width: int, height: int) -> tuple[bytes, str]:
    """Return an image resized to exactly this size.

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


def make_thumbnail(content: bytes) -> tuple[bytes, str]:
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
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError as error:
        raise PillowMissingError(
            "resized images need the package pillow on the server: pip install pillow"
        ) from error
    try:
        with _rendering, Image.open(io.BytesIO(content), formats=[*_FORMATS, "TIFF"]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise BadDataError(
                    f"the image has {image.width} x {image.height} pixels;"
                    f" at most {MAX_PIXELS} are resized"
                )
            kind = image.format if image.format in _FORMATS else "PNG"
            # Cameras set a tag instead of rotating the pixels; the tag is lost by the conversion.
            ImageOps.exif_transpose(image, in_place=True)
            changed = change(_blendable(image))
            if changed.mode not in _MODES[kind]:
                changed = changed.convert("RGB")
            target = io.BytesIO()
            changed.save(target, format=kind)
    except UnidentifiedImageError:
        raise BadDataError("the image cannot be decoded (it is damaged)") from None
    except (
        OSError,
        EOFError,
        ValueError,
        SyntaxError,
        struct.error,
        Image.DecompressionBombError,
    ) as error:
        raise BadDataError(f"the image cannot be decoded ({error})") from None
    return target.getvalue(), _FORMATS[kind]


def _blendable(image: Any) -> Any:
    """Return an image whose pixels can be averaged and displayed.

    Palettes become colors, black and white becomes grey, and numbers of 32 bits, which have no
    black and white of their own, are spread over the grey levels.
    """
    if image.mode in {"P", "PA"}:
        is_clear = image.mode == "PA" or "transparency" in image.info
        return image.convert("RGBA" if is_clear else "RGB")
    if image.mode == "1":
        return image.convert("L")
    if image.mode not in {"I", "F"}:
        return image
    low, high = image.getextrema()
    scale = _GREY_LEVELS / (high - low) if high > low else 0.0
    return image.convert("F").point(lambda level: level * scale - low * scale).convert("L")
