"""Images of rows: read from paths, arrays and image objects, and zipped for sending."""

from __future__ import annotations

import os
import struct
import tempfile
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.exceptions import UserValueError
from arthurai.upload.coerce import InvalidRows, is_missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MAGICS: Final = (
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF87a", ".gif"),
    (b"GIF89a", ".gif"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
)
_HEAD_BYTES: Final = 8
_GRAY_DIMENSIONS: Final = 2
_COLOR_DIMENSIONS: Final = 3
_PNG_COLOR_TYPES: Final = {1: 0, 3: 2, 4: 6}
"""Color type of a PNG by the channels of an array: gray, RGB, RGBA."""

_SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff"})


@dataclass(frozen=True, slots=True)
class Image:
    """One image: a file, or its content.

    Attributes:
        source: Path, or the encoded image.
        name: File name it gets in the zip, unless another image of the request has it.
        size: Number of bytes.
    """

    source: Path | bytes
    name: str
    size: int


class ImageError(ValueError):
    """A value that is not an image; the text says what is expected."""


def _suffix(head: bytes) -> str:
    for magic, suffix in _MAGICS:
        if head.startswith(magic):
            return suffix
    raise ImageError("must be a PNG, JPEG, GIF or TIFF image")


def encode_png(array: Any) -> bytes:
    """Return an array as a PNG.

    Args:
        array: Height by width, or height by width by channels (1 gray, 3 RGB, 4 RGBA), as whole
            numbers from 0 to 255, or as floats from 0 to 1.

    Raises:
        ImageError: The array has another shape or other numbers.
    """
    expected = "must be an array of height by width (by 1, 3 or 4 channels)"
    if array.ndim == _GRAY_DIMENSIONS:
        array = array.reshape((*array.shape, 1))
    if (
        array.ndim != _COLOR_DIMENSIONS
        or array.shape[2] not in _PNG_COLOR_TYPES
        or 0 in array.shape
    ):
        raise ImageError(expected)
    if array.dtype.kind == "f":
        if not (array.min() >= 0 and array.max() <= 1):
            raise ImageError("must hold floats from 0 to 1, or whole numbers from 0 to 255")
        array = (array * 255).round()
    elif array.dtype.kind not in "iu" or array.min() < 0 or array.max() > 255:  # noqa: PLR2004
        raise ImageError("must hold whole numbers from 0 to 255, or floats from 0 to 1")
    height, width, channels = array.shape
    lines = array.astype("uint8").reshape(height, width * channels)
    raw = b"".join(b"\0" + lines[row].tobytes() for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, _PNG_COLOR_TYPES[channels], 0, 0, 0)
    return _MAGICS[0][0] + b"".join(
        _png_chunk(kind, content)
        for kind, content in ((b"IHDR", header), (b"IDAT", zlib.compress(raw)), (b"IEND", b""))
    )


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def read_image(value: Any, row: int) -> Image:
    """Return the image of one row.

    Args:
        value: Path of an image file, encoded image as bytes, array (see `encode_png`), or an
            object with `save`, such as a Pillow image.
        row: Number of the row, to name images without a name.

    Raises:
        ImageError: There is no such file, or it is not an image.
    """
    if isinstance(value, str | os.PathLike):
        path = Path(value)
        try:
            with path.open("rb") as file:
                _suffix(file.read(_HEAD_BYTES))
                return Image(path, path.name, os.fstat(file.fileno()).st_size)
        except (OSError, ValueError) as error:
            if isinstance(error, ImageError):
                raise
            raise ImageError("must be the path of a file that can be read") from None
    if hasattr(value, "ndim") and hasattr(value, "dtype"):
        value = encode_png(value)
    elif hasattr(value, "save"):
        import io

        buffer = io.BytesIO()
        value.save(buffer, format="PNG")
        value = buffer.getvalue()
    if not isinstance(value, bytes):
        raise ImageError("must be a path, bytes of an image file, or an array")
    return Image(value, f"{row}{_suffix(value[:_HEAD_BYTES])}", len(value))


def read_images(values: Sequence[Any], start: int) -> tuple[list[Image | None], InvalidRows]:
    """Return the images of a column, and its invalid rows.

    Args:
        values: One per row, as `read_image` takes them, or missing.
        start: Number of the first row.
    """
    images: list[Image | None] = []
    invalid: InvalidRows = {}
    for row, value in enumerate(values, start):
        if not hasattr(value, "ndim") and is_missing(value):
            images.append(None)
            continue
        try:
            images.append(read_image(value, row))
        except ImageError as error:
            shown = value if isinstance(value, str | os.PathLike) else type(value).__name__
            invalid.setdefault((str(error), False), []).append((row, str(shown)))
            images.append(None)
    return images, invalid


def list_images(data: Any) -> list[Any] | None:
    """Return images given without a table: a directory of image files, or a list of images.

    Args:
        data: What a caller gives as the rows of an image model.

    Returns:
        One image per row (files of a directory by name), or `None` when `data` is a table.

    Raises:
        UserValueError: The path is not a directory, or it has no image files.
    """
    if isinstance(data, str | os.PathLike):
        directory = Path(data)
        if not directory.is_dir():
            raise UserValueError(f"images must be in a directory, got {str(directory)!r}")
        found = sorted(p for p in directory.iterdir() if p.suffix.lower() in _SUFFIXES)
        if not found:
            raise UserValueError(
                f"directory {str(directory)!r} has no image files ({', '.join(sorted(_SUFFIXES))})"
            )
        return list(found)
    if isinstance(data, list | tuple) and data and all(_is_image_like(item) for item in data):
        return list(data)
    return None


def _is_image_like(item: object) -> bool:
    return (
        isinstance(item, str | os.PathLike | bytes)
        or hasattr(item, "save")
        or getattr(item, "ndim", 0) in {_GRAY_DIMENSIONS, _COLOR_DIMENSIONS}
    )


def split_by_size(images: Sequence[Image | None], max_bytes: int) -> Iterator[tuple[int, int]]:
    """Yield start and number of rows of each request, so that its images stay below a size.

    Args:
        images: Images of all rows.
        max_bytes: Maximum size of the images of one request, unless a single image is larger.
    """
    start, held = 0, 0
    for row, image in enumerate(images):
        size = image.size if image is not None else 0
        if row > start and held + size > max_bytes:
            yield start, row - start
            start, held = row, 0
        held += size
    if start < len(images):
        yield start, len(images) - start


def unique_names(images: Sequence[Image | None]) -> list[str | None]:
    """Return distinct file names for the images of one zip.

    Only base names are sent, so that no path of this machine leaves it.
    """
    taken: set[str] = set()
    names: list[str | None] = []
    for row, image in enumerate(images):
        if image is None:
            names.append(None)
            continue
        name = image.name
        while name in taken:
            plain = PurePath(name)
            name = f"{plain.stem}-{row}{plain.suffix}"
        taken.add(name)
        names.append(name)
    return names


@contextmanager
def zip_images(images: Sequence[Image | None], names: Sequence[str | None]) -> Iterator[Path]:
    """Write a temporary zip of images, uncompressed; yield its path and remove it afterwards.

    Args:
        images: Images of the rows of one request.
        names: Their names in the zip.

    Raises:
        UserValueError: An image file is gone or cannot be read any more.
    """
    with tempfile.TemporaryDirectory(prefix="arthurai-") as directory:
        path = Path(directory, "images.zip")
        try:
            with zipfile.ZipFile(path, "w") as archive:
                for image, name in zip(images, names, strict=True):
                    if image is None or name is None:
                        continue
                    if isinstance(image.source, bytes):
                        archive.writestr(name, image.source)
                    else:
                        archive.write(image.source, name)
        except OSError as error:
            raise UserValueError(
                f"an image could be read before but not when it was to be sent: {error}"
            ) from error
        yield path
