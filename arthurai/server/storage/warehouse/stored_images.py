"""Images of inferences and reference rows, in files named by a digest of their content."""

from __future__ import annotations

import hashlib
import lzma
import os
import re
import threading
import time
import zipfile
import zlib
from collections import Counter
from typing import IO, TYPE_CHECKING, Final, Self

import pyarrow as pa

from arthurai.common.text import quote_value
from arthurai.common.vocabulary import ValueType
from arthurai.server.storage.warehouse.errors import BadDataError, UnknownDatasetError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.storage.stored_files import StoredFiles
    from arthurai.server.storage.warehouse.row_results import RowResults

MAX_IMAGE_BYTES: Final = 64 * 2**20
MAX_IMAGES: Final = 1_000_000
MAX_TOTAL_BYTES: Final = 16 * 2**30
MAX_SPARE_BYTES: Final = 256 * 2**20
_MAX_RATIO: Final = 20

_GRACE_SECONDS: Final = 3600.0
_CLOCK_SECONDS: Final = 2.0  # by which clocks of rows and of files may differ
_IMAGE_ID: Final = re.compile(r"[0-9a-f]{40}")
_ZIP_MAGIC: Final = b"PK"
_ZIP_ERRORS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    NotImplementedError,
)
_MAGICS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
)


def sniff_content_type(content: bytes) -> str | None:
    """Return the media type of an image by its first bytes, or `None` for no known image."""
    return next((kind for magic, kind in _MAGICS if content.startswith(magic)), None)


def image_folder(slot: int) -> str:
    """Return the folder of the images of a model.

    Args:
        slot: Slot number of the model.
    """
    return f"images/m{slot}"


class ImageFiles:
    """The images of one model.

    The id of an image is a digest of its content: an image that is sent again is the same file, so
    that a repeated row is identical.

    Attributes:
        place: What distinguishes them from those of other models and servers.

    Args:
        files: Where they are.
        folder: Their folder there.
        find_used: Returns the ids of images that rows refer to, of those it is given.
    """

    def __init__(
        self,
        files: StoredFiles,
        folder: str,
        find_used: Callable[[Collection[str]], set[str]] = set,
    ) -> None:
        self.place = (files.name, folder)
        self.find_used = find_used
        self._files = files
        self._folder = folder

    def _name(self, image_id: str) -> str:
        return f"{self._folder}/{image_id[:2]}/{image_id}"

    def put(self, content: bytes) -> str:
        """Store an image.

        Args:
            content: The image as it was sent.

        Returns:
            Its id.

        Raises:
            BadDataError: If it is not a PNG, JPEG, GIF or TIFF image.
        """
        if sniff_content_type(content) is None:
            raise BadDataError("is not a PNG, JPEG, GIF or TIFF image")
        image_id = hashlib.sha256(content).hexdigest()[:40]
        name = self._name(image_id)
        if not self._files.renew(name):
            self._files.put(name, content)
        return image_id

    def get(self, image_id: str) -> bytes:
        """Return an image as it was sent.

        Raises:
            UnknownDatasetError: If there is no image with that id.
        """
        if _IMAGE_ID.fullmatch(image_id):
            try:
                return self._files.get(self._name(image_id))
            except FileNotFoundError:
                pass
        raise UnknownDatasetError(f"the model has no image {image_id[:60]!r}")

    def remove(self, unused: Mapping[str, float]) -> None:
        """Delete images that no row refers to.

        One that was sent again since is kept: its row may not be stored yet.

        Args:
            unused: When the last row with the image came, in seconds since 1970, by image id.
        """
        for image_id, received in unused.items():
            name = self._name(image_id)
            stored = self._files.read_time(name)
            if stored is not None and stored <= received + _CLOCK_SECONDS:
                self._files.delete([name])

    def delete(self, image_ids: Collection[str]) -> None:
        """Delete images, whenever they came.

        Args:
            image_ids: Their ids.
        """
        self._files.delete(map(self._name, image_ids))

    def remove_all_but(self, kept: set[str]) -> int:
        """Delete images that are no longer referred to.

        Images of the last hour are kept: their rows may not be stored yet.

        Args:
            kept: Ids of the images to keep.

        Returns:
            Number of images deleted.
        """
        limit = time.time() - _GRACE_SECONDS
        unused = [
            name
            for name, stored in self._files.find(self._folder)
            if stored < limit and name.rpartition("/")[2] not in kept
        ]
        self._files.delete(unused)
        return len(unused)


class _UploadsUnderWay:
    """Counts uploads by place; the last one to end deletes images that no row has taken.

    Until then the same image may have come with several uploads, whose rows are not stored yet.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count: Counter[tuple[str, str]] = Counter()
        self._doubtful: dict[tuple[str, str], set[str]] = {}

    def begin(self, files: ImageFiles) -> None:
        with self._lock:
            self._count[files.place] += 1

    def end(self, files: ImageFiles, doubtful: set[str]) -> None:
        with self._lock:
            self._doubtful.setdefault(files.place, set()).update(doubtful)
            self._count[files.place] -= 1
            if self._count[files.place]:
                return
            del self._count[files.place]
            doubtful = self._doubtful.pop(files.place)
            if doubtful:
                files.delete(doubtful - files.find_used(doubtful))


_under_way: Final = _UploadsUnderWay()


class ImageUpload:
    """The images that were uploaded with a file of rows: a zip, or a single image.

    No entry of a zip is unpacked under its own name: names only identify entries. At the end of the
    `with` block those are deleted that no row has taken.

    Args:
        stream: The uploaded file, seekable.
        files: Where to store the images.

    Raises:
        BadDataError: If the file is neither, or the zip is broken or too large.
    """

    def __init__(self, stream: IO[bytes], files: ImageFiles) -> None:
        self._files = files
        self._zip: zipfile.ZipFile | None = None
        self._single: bytes | None = None  # the image, if there is just one
        self._stored: dict[str, str | BadDataError] = {}
        self._results: RowResults | None = None
        self._entries: dict[str, zipfile.ZipInfo] = {}
        stream.seek(0)
        start = stream.read(len(_ZIP_MAGIC))
        stream.seek(0)
        if start == _ZIP_MAGIC:
            self._open(stream)
            return
        content = stream.read(MAX_IMAGE_BYTES + 1)
        if len(content) > MAX_IMAGE_BYTES:
            raise BadDataError(f"image_data: an image must have at most {MAX_IMAGE_BYTES} bytes")
        if sniff_content_type(content) is None:
            raise BadDataError("image_data: must be a zip, or a PNG, JPEG, GIF or TIFF image")
        self._single = content

    def __enter__(self) -> Self:
        _under_way.begin(self._files)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        refused = self._results is not None and self._results.failures
        stored = {found for found in self._stored.values() if isinstance(found, str)}
        _under_way.end(self._files, stored if kind is not None or refused else set())

    def _open(self, stream: IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise BadDataError(f"image_data: the zip cannot be read ({error})") from None
        entries = [e for e in self._zip.infolist() if not e.is_dir()]
        if len(entries) > MAX_IMAGES:
            raise BadDataError(
                f"image_data: the zip must have at most {MAX_IMAGES} files, got {len(entries)}"
            )
        most = min(MAX_TOTAL_BYTES, MAX_SPARE_BYTES + _MAX_RATIO * stream.seek(0, os.SEEK_END))
        if sum(e.file_size for e in entries) > most:
            # images are compressed already, so nothing but a bomb shrinks that much
            raise BadDataError(
                f"image_data: the zip must unpack to at most {most} bytes ({MAX_SPARE_BYTES} and "
                f"{_MAX_RATIO} times its size)"
            )
        ambiguous = set()
        for entry in entries:
            base = _base(entry.filename)
            if base in self._entries:
                ambiguous.add(base)
            self._entries[base] = entry
        for base in ambiguous:
            del self._entries[base]
        # A full name is never ambiguous, and takes precedence over a base name.
        self._entries |= {entry.filename: entry for entry in entries}

    def store_images(self, schema: ModelSchema, table: pa.Table, results: RowResults) -> pa.Table:
        """Store the images that rows refer to, and replace their names by their ids.

        Args:
            schema: Schema of the model.
            table: Decoded rows.
            results: Takes rows whose image is missing or invalid.
        """
        self._results = results
        for attribute in schema.stored:
            if (
                attribute.value_type != ValueType.Image
                or attribute.column not in table.column_names
            ):
                continue
            ids: list[str | None] = []
            rows = table.column("row").to_pylist()
            for row, name in zip(rows, table.column(attribute.column).to_pylist(), strict=True):
                try:
                    ids.append(None if name is None else self.image_id(name))
                except BadDataError as error:
                    ids.append(None)
                    results.reject(
                        row,
                        error.status,
                        f"attribute {attribute.name}: {quote_value(name)} {error}",
                    )
            place = table.column_names.index(attribute.column)
            table = table.set_column(place, attribute.column, pa.array(ids, pa.string()))
        return results.drop_rejected(table)

    def image_id(self, name: str) -> str:
        """Store the image that a row refers to, a single image for all rows; return its id.

        Args:
            name: What the row holds: a file name or path.

        Raises:
            BadDataError: If there is no such image, or it is none.
        """
        if self._single is not None:
            if "" not in self._stored:
                self._stored[""] = self._files.put(self._single)
            return str(self._stored[""])
        entry = self._entries.get(name) or self._entries.get(_base(name))
        if entry is None:
            raise BadDataError("is not among the files of image_data")
        found = self._stored.get(entry.filename)
        if found is None:
            try:
                found = self._files.put(self._read(entry))
            except BadDataError as error:
                found = error
            # Invalid images are remembered too: unpacking them for each row would take forever.
            self._stored[entry.filename] = found
        if isinstance(found, BadDataError):
            raise BadDataError(str(found))
        return found

    def _read(self, entry: zipfile.ZipInfo) -> bytes:
        if self._zip is None or entry.flag_bits & 1:
            raise BadDataError("is encrypted")
        try:
            with self._zip.open(entry) as file:
                content = file.read(MAX_IMAGE_BYTES + 1)
        except _ZIP_ERRORS as error:
            raise BadDataError(f"cannot be read from the zip ({error})") from None
        if len(content) > MAX_IMAGE_BYTES:
            raise BadDataError(f"must have at most {MAX_IMAGE_BYTES} bytes")
        return content


def _base(name: str) -> str:
    return re.split(r"[\\/]", name)[-1]
