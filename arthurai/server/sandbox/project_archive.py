"""Unpacking the zip of a user's project, which is untrusted."""

from __future__ import annotations

import os
import re
import stat
import struct
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

MAX_FILES: Final = 10_000
MAX_FILE_BYTES: Final = 2**30
MAX_TOTAL_BYTES: Final = 2 * 2**30
MAX_PATH_BYTES: Final = 1024
MAX_NAME_BYTES: Final = 255
MAX_DEPTH: Final = 32
_MAX_DIRECTORY_BYTES: Final = 8 * 2**20
_CHUNK_BYTES: Final = 2**20
_END_RECORD: Final = b"PK\x05\x06"
_END_LENGTH: Final = 22
_MAX_COMMENT_LENGTH: Final = 65_535
_LOCATOR: Final = b"PK\x06\x07"
_LOCATOR_LENGTH: Final = 20
_DEVICES: Final = re.compile(
    r"(con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE
)
_FORBIDDEN: Final = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|]')
_READ_ERRORS: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    UnicodeError,
    ValueError,
    struct.error,
)


class ArchiveError(Exception):
    """An archive that is refused; the text says why."""


def unpack(stream: IO[bytes], target: Path) -> list[str]:
    """Unpack a project below a new directory.

    Nothing is written outside of it. An archive with names that lead elsewhere or denote devices,
    with links, special files, encrypted or duplicate entries is refused before anything is written,
    and no file gets larger than it declares.

    Args:
        stream: The archive, seekable.
        target: The directory; it must not exist yet.

    Returns:
        Paths of the files, relative, with `/`.

    Raises:
        ArchiveError: The archive is broken or refused; files written until then are left.
    """
    _check_directory(stream)
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = _check_entries(archive.infolist())
            target.mkdir(mode=0o700, parents=True)
            for path, entry in entries.items():
                _write(archive, entry, target / path)
    except _READ_ERRORS as error:
        raise ArchiveError(f"the zip cannot be read: {error}") from None
    return list(entries)


def _check_directory(stream: IO[bytes]) -> None:
    """Raise for a list of files that would fill the memory, before anything reads it."""
    size = stream.seek(0, os.SEEK_END)
    tail = min(size, _END_LENGTH + _MAX_COMMENT_LENGTH + _LOCATOR_LENGTH)
    stream.seek(size - tail)
    end = stream.read(tail)
    place = end.rfind(_END_RECORD)
    if place < 0 or place + _END_LENGTH > len(end):
        raise ArchiveError("it is not a zip file")
    if end[max(0, place - _LOCATOR_LENGTH) : place].startswith(_LOCATOR):
        raise ArchiveError("it is a ZIP64 archive (for more than 4 GiB), which is too large")
    (length,) = struct.unpack_from("<I", end, place + 12)
    if length > _MAX_DIRECTORY_BYTES:
        raise ArchiveError(f"it lists more than {MAX_FILES} files")


def _check_entries(entries: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    if len(entries) > MAX_FILES:
        raise ArchiveError(f"it must hold at most {MAX_FILES} files, got {len(entries)}")
    files: dict[str, zipfile.ZipInfo] = {}
    seen: set[str] = set()
    folders: set[str] = set()
    total = 0
    for entry in entries:
        path = _safe_path(entry)
        parts = path.casefold().split("/")
        folders |= {"/".join(parts[:depth]) for depth in range(1, len(parts))}
        if entry.is_dir():
            folders.add("/".join(parts))
            continue
        if path.casefold() in seen:
            raise ArchiveError(f"duplicate file {_quote_name(path)}")
        seen.add(path.casefold())
        if entry.file_size > MAX_FILE_BYTES:
            raise ArchiveError(f"{_quote_name(path)} unpacks to more than {MAX_FILE_BYTES} bytes")
        total += entry.file_size
        files[path] = entry
    if total > MAX_TOTAL_BYTES:
        raise ArchiveError(f"it unpacks to more than {MAX_TOTAL_BYTES} bytes")
    both = seen & folders
    if both:
        raise ArchiveError(f"{_quote_name(min(both))} is both a file and a folder in it")
    return files


def _safe_path(entry: zipfile.ZipInfo) -> str:
    # The name as stored in the archive: zipfile cuts names at NUL and converts separators.
    name = entry.orig_filename
    path = name.removesuffix("/")
    if len(path.encode("utf-8", "surrogatepass")) > MAX_PATH_BYTES or path.count("/") >= MAX_DEPTH:
        raise ArchiveError(f"the name {_quote_name(name)} is too long or too deep")
    if _FORBIDDEN.search(path):
        raise ArchiveError(
            f"the name {_quote_name(name)} holds a character that is not allowed in names"
        )
    for part in path.split("/"):
        if part in {"", ".", ".."}:
            raise ArchiveError(f"the name {_quote_name(name)} leads out of the project")
        if _DEVICES.fullmatch(part.rstrip(" .")):
            raise ArchiveError(f"the name {_quote_name(name)} denotes a device")
        if part != part.rstrip(" .") or len(part.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES:
            raise ArchiveError(f"the name {_quote_name(name)} is not a portable file name")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise ArchiveError(f"{_quote_name(name)} is a link or a special file")
    if entry.flag_bits & 1:
        raise ArchiveError(f"{_quote_name(name)} is encrypted")
    return path


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    remaining = entry.file_size
    with archive.open(entry) as source, path.open("xb") as file:
        while chunk := source.read(_CHUNK_BYTES):
            remaining -= len(chunk)
            if remaining < 0:
                raise ArchiveError(f"{_quote_name(entry.filename)} is larger than it declares")
            file.write(chunk)
    if remaining:
        raise ArchiveError(f"{_quote_name(entry.filename)} is smaller than it declares")


def _quote_name(name: str) -> str:
    return repr(name if len(name) <= 80 else name[:77] + "…")  # noqa: PLR2004 - fits on a line
