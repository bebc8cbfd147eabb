"""The file format of spooled rows: segments, each a header and then records until the first gap.

A segment has its full size on the disk from the start, so that a full disk shows when the segment
is made and not when a row is written. Records are copied into the mapped file: what is there
belongs to the operating system, and the death of the process does not take it away. No system call
is made for a record, so that a thread that logs keeps the interpreter lock.

    segment = magic of 16 bytes, records, zeros
    record  = length of the body and its CRC-32 (4 bytes each, little-endian), body
    body    = time of logging (double, seconds since 1970), kind (one letter), JSON in UTF-8
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import mmap
import os
import struct
import time
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMAT_VERSION: Final = 1
MAGIC: Final = b"arthur-spool-01\n"

INFERENCE: Final = b"I"
GROUND_TRUTH: Final = b"T"

_PREFIX: Final = struct.Struct("<II")
_BODY_START: Final = struct.Struct("<dc")
RECORD_OVERHEAD_BYTES: Final = _PREFIX.size + _BODY_START.size

_BLOCK_BYTES: Final = 65_536
_PIECE_BYTES: Final = 65_536

_pack_prefix = _PREFIX.pack
_pack_body_start = _BODY_START.pack
_crc32 = zlib.crc32


class SegmentFormatError(ValueError):
    """A file that is not a segment of this version."""


class Record(NamedTuple):
    """One row in the spool.

    Attributes:
        logged_at: Time of logging, seconds since 1970.
        kind: `INFERENCE` or `GROUND_TRUTH`.
        content: The row as one JSON object.
        end: Where the record ends in its segment.
    """

    logged_at: float
    kind: bytes
    content: bytes
    end: int = 0


def encode_record(logged_at: float, kind: bytes, content: bytes) -> bytes:
    """Return one record as it stands in a segment."""
    body = _pack_body_start(logged_at, kind) + content
    return _pack_prefix(len(body), _crc32(body)) + body


class SegmentWriter:
    """A segment that takes records. Calls of `append` must not overlap.

    Args:
        path: Where to make the file.
        size: Size of the file in bytes.

    Raises:
        OSError: The file cannot be made, for example because the disk is full.
    """

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self.size = size
        self.end = len(MAGIC)
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _allocate(self._fd, size)
            self._map = mmap.mmap(self._fd, size)
        except BaseException:
            os.close(self._fd)
            with contextlib.suppress(OSError):
                path.unlink()
            raise
        self._map[: self.end] = MAGIC

    def append(self, record: bytes) -> bool:
        """Write a record; return whether there was room for it."""
        start = self.end
        end = start + len(record)
        if end > self.size:
            return False
        self._map[start:end] = record
        self.end = end
        return True

    def sync(self) -> None:
        """Bring everything written so far to the disk.

        Raises:
            OSError: The disk failed.
        """
        _sync_data(self._fd)

    def close(self) -> None:
        """Close the file; what was written stays."""
        self._map.close()
        os.close(self._fd)


def _allocate(fd: int, size: int) -> None:
    """Give a new file its size, and the blocks for it, so that later writes cannot fail."""
    if hasattr(os, "posix_fallocate"):
        try:
            os.posix_fallocate(fd, 0, size)
        except OSError as error:
            if error.errno not in {errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS}:
                raise
        else:
            return
    block = bytes(_BLOCK_BYTES)
    for start in range(0, size, len(block)):
        os.write(fd, block[: size - start])
    os.lseek(fd, 0, os.SEEK_SET)


_sync_data: Final = getattr(os, "fdatasync", os.fsync)


class SegmentReader:
    """A segment that is read, perhaps while it is written.

    Args:
        path: The file.

    Raises:
        SegmentFormatError: The file is not a segment of this version.
        OSError: The file cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = os.open(path, os.O_RDONLY)
        self.size = os.fstat(self._fd).st_size
        magic = os.pread(self._fd, len(MAGIC), 0)
        if magic not in {MAGIC, bytes(len(MAGIC))}:  # zeros: its process died when it was made
            os.close(self._fd)
            raise SegmentFormatError(
                f"{path} is not a segment of version {FORMAT_VERSION}; it starts with {magic!r}"
            )

    def read(self, start: int, end: int, max_rows: int, max_bytes: int) -> list[Record]:
        """Return the next records, at least one if there is any.

        A record whose checksum is wrong is skipped when a good one follows it.

        Args:
            start: Where to begin: the beginning of a record.
            end: Where the written part ends, at most the size of the file.
            max_rows: Maximum number of records.
            max_bytes: About how much to read.
        """
        records: list[Record] = []
        last = min(start + max(max_bytes, _PREFIX.size), end)
        while True:
            # Small pieces: what is read and not needed costs time, too.
            content = os.pread(self._fd, min(_PIECE_BYTES, last - start), start)
            if _PREFIX.size <= len(content) < end - start:
                (length, _) = _PREFIX.unpack_from(content)
                needed = min(_PREFIX.size + length, end - start)
                if needed > len(content):
                    content = os.pread(self._fd, needed, start)
            found = list(itertools.islice(_iter_records(content, start), max_rows - len(records)))
            records += found
            if not found or len(records) == max_rows or found[-1].end + _PREFIX.size > last:
                return records
            start = found[-1].end
            time.sleep(0)  # lets threads go first that log, or serve

    def has_rest(self, start: int) -> bool:
        """Return whether anything but zeros stands after a position."""
        while block := os.pread(self._fd, _BLOCK_BYTES, start):
            if block.strip(b"\0"):
                return True
            start += len(block)
        return False

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)


def _iter_records(content: bytes, start: int) -> Iterator[Record]:
    """Yield the good records in a part of a segment that begins at `start`, until the first gap."""
    position, size, view = 0, len(content), memoryview(content)
    while position + RECORD_OVERHEAD_BYTES <= size:
        length, checksum = _PREFIX.unpack_from(content, position)
        first = position + _PREFIX.size
        position = first + length
        if length < _BODY_START.size or position > size:
            return
        if _crc32(view[first:position]) == checksum:
            logged_at, kind = _BODY_START.unpack_from(content, first)
            row = content[first + _BODY_START.size : position]
            yield Record(logged_at, kind, row, start + position)
