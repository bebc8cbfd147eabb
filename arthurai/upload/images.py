"""Images of rows: where they come from, and the zips they travel in."""

from __future__ import annotations

import os
import struct
import tempfile
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from arthurai.common.exceptions import UserValueError
from arthurai.upload.coerce import Bad, is_missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ZIP_BYTES = 64_000_000
"""Most bytes of images in one request, unless a single image is larger."""

_MAGICS = (
    (b"\x89PNG\r\n\x1a\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF87a", ".gif"),
    (b"GIF89a", ".gif"),
    (b"II*\0", ".tif"),
    (b"MM\0*", ".tif"),
)
_HEAD = 8
_GRAY, _COLOUR = 2, 3
_PNG_KINDS = {1: 0, 3: 2, 4: 6}
"""Channels of an array to the colour type of a PNG: gray, RGB, RGBA."""

IMAGE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff"})


@dataclass(frozen=True, slots=True)
class Image:
    """One image: a file, or its content.

    Attributes:
        source: path, or the encoded image.
        name: file name it gets in the zip, unless another image of the request has it.
        size: bytes.
    """

    source: Path | bytes
    name: str
    size: int


class NoImageError(ValueError):
    """A value that is no image; the text says what is expected."""


def _suffix(head: bytes) -> str:
    for magic, suffix in _MAGICS:
        if head.startswith(magic):
            return suffix
    raise NoImageError("must be a PNG, JPEG, GIF or TIFF image")


def png(array: Any) -> bytes:
    """An array as a PNG.

    Args:
        array: height by width, or height by width by channels (1 gray, 3 RGB, 4 RGBA), as whole
            numbers from 0 to 255, or as floats from 0 to 1.

    Raises:
        NoImageError: another shape or other numbers.
    """
    expected = "must be an array of height by width (by 1, 3 or 4 channels)"
    if array.ndim == _GRAY:
        array = array.reshape((*array.shape, 1))
    if array.ndim != _COLOUR or array.shape[2] not in _PNG_KINDS or 0 in array.shape:
        raise NoImageError(expected)
    if array.dtype.kind == "f":
        if not (array.min() >= 0 and array.max() <= 1):
            raise NoImageError("must hold floats from 0 to 1, or whole numbers from 0 to 255")
        array = (array * 255).round()
    elif array.dtype.kind not in "iu" or array.min() < 0 or array.max() > 255:  # noqa: PLR2004
        raise NoImageError("must hold whole numbers from 0 to 255, or floats from 0 to 1")
    height, width, channels = array.shape
    lines = array.astype("uint8").reshape(height, width * channels)
    raw = b"".join(b"\0" + lines[row].tobytes() for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, _PNG_KINDS[channels], 0, 0, 0)
    return _MAGICS[0][0] + b"".join(
        _png_chunk(kind, content)
        for kind, content in ((b"IHDR", header), (b"IDAT", zlib.compress(raw)), (b"IEND", b""))
    )


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def read_image(value: Any, row: int) -> Image:
    """One image of a row.

    Args:
        value: path of an image file, encoded image as bytes, array (see `png`), or an object with
            `save` such as a Pillow image.
        row: number of the row, to name images without a name.

    Raises:
        NoImageError: there is no such file, or it is no image.
    """
    if isinstance(value, str | os.PathLike):
        path = Path(value)
        try:
            with path.open("rb") as file:
                _suffix(file.read(_HEAD))
                return Image(path, path.name, os.fstat(file.fileno()).st_size)
        except (OSError, ValueError) as error:
            if isinstance(error, NoImageError):
                raise
            raise NoImageError("must be the path of a file that can be read") from None
    if hasattr(value, "ndim") and hasattr(value, "dtype"):
        value = png(value)
    elif hasattr(value, "save"):
        import io

        buffer = io.BytesIO()
        value.save(buffer, format="PNG")
        value = buffer.getvalue()
    if not isinstance(value, bytes):
        raise NoImageError("must be a path, bytes of an image file, or an array")
    return Image(value, f"{row}{_suffix(value[:_HEAD])}", len(value))


def read_images(values: Sequence[Any], start: int) -> tuple[list[Image | None], Bad]:
    """The images of a column, and the bad rows by what is wrong with them.

    Args:
        values: one a row, as `read_image` takes them, or missing.
        start: number of the first row.
    """
    images: list[Image | None] = []
    bad: Bad = {}
    for row, value in enumerate(values, start):
        if not hasattr(value, "ndim") and is_missing(value):
            images.append(None)
            continue
        try:
            images.append(read_image(value, row))
        except NoImageError as error:
            shown = value if isinstance(value, str | os.PathLike) else type(value).__name__
            bad.setdefault((str(error), False), []).append((row, str(shown)))
            images.append(None)
    return images, bad


def image_values(data: Any) -> list[Any] | None:
    """Images given without a table: a directory of image files, or a list of images.

    Args:
        data: what a caller gives as the rows of an image model.

    Returns:
        One image a row (files of a directory by name), or `None` when `data` is a table.

    Raises:
        UserValueError: a directory without image files, or no directory.
    """
    if isinstance(data, str | os.PathLike):
        directory = Path(data)
        if not directory.is_dir():
            raise UserValueError(f"{str(directory)!r} is no directory of images.")
        found = sorted(p for p in directory.iterdir() if p.suffix.lower() in IMAGE_SUFFIXES)
        if not found:
            raise UserValueError(
                f"{str(directory)!r} holds no image files ({', '.join(sorted(IMAGE_SUFFIXES))})."
            )
        return list(found)
    if isinstance(data, list | tuple) and data and all(_is_image_like(item) for item in data):
        return list(data)
    return None


def _is_image_like(item: object) -> bool:
    return (
        isinstance(item, str | os.PathLike | bytes)
        or hasattr(item, "save")
        or getattr(item, "ndim", 0) in {_GRAY, _COLOUR}
    )


def cut_by_size(images: Sequence[Image | None], most_bytes: int) -> Iterator[tuple[int, int]]:
    """Start and number of rows of each request, so that its images stay below a size.

    Args:
        images: of all rows.
        most_bytes: most bytes of one request, unless a single image is larger.
    """
    start, held = 0, 0
    for row, image in enumerate(images):
        size = image.size if image is not None else 0
        if row > start and held + size > most_bytes:
            yield start, row - start
            start, held = row, 0
        held += size
    if start < len(images):
        yield start, len(images) - start


def names_of(images: Sequence[Image | None]) -> list[str | None]:
    """File name of each image in the zip; the same name is never given twice.

    Only base names travel, so that no path of this machine leaves it.
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
def zipped(images: Sequence[Image | None], names: Sequence[str | None]) -> Iterator[Path]:
    """A temporary zip of images, uncompressed, removed at the end of the block.

    Args:
        images: of the rows of one request.
        names: their names in the zip.

    Raises:
        UserValueError: an image file is gone or cannot be read any more.
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
                f"An image could be read before but not when it was to be sent: {error}"
            ) from error
        yield path
