"""A folder of spooled rows: who owns it, its segments, and how far they are acknowledged.

    <root>/<pid>-<random>/spool.json     model, server and format; no credentials
                          lock           locked while a process uses the folder
                          00000001.seg   segments, oldest first
                          ledger.json    the position up to which the server has settled every row

The ledger is brought to the disk before a segment is deleted. It is overwritten in place, which
works on a full disk as well; one that is unreadable counts as empty. Rows between the ledger and
what the server has settled are sent again after a crash; their ids make that harmless.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import threading
from collections import deque
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from arthurai.logger.segment_file import (
    FORMAT_VERSION,
    MAGIC,
    Record,
    SegmentFormatError,
    SegmentReader,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

logger = logging.getLogger(__name__)

FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600
LOCK_NAME: Final = "lock"
_INFO_NAME: Final = "spool.json"
_LEDGER_NAME: Final = "ledger.json"
_SUFFIX: Final = ".seg"
_DAMAGED_SUFFIX: Final = ".damaged"
_LEDGER_BYTES: Final = 64
READ_BYTES: Final = 1 << 20
_ALL_ROWS: Final = 2**31


class SpoolInfoError(ValueError):
    """A folder whose `spool.json` cannot be read by this version."""


@dataclass(frozen=True, slots=True)
class SpoolInfo:
    """What a folder of rows belongs to.

    Attributes:
        model_id: The model.
        url: Address of the server, without credentials.
        organization_id: The organization that requests are for, `None` for the caller's own.
        created_at: Time of creation, ISO 8601.
        pid: Process that made the folder.
        format: Version of the format.
    """

    model_id: str
    url: str
    organization_id: str | None
    created_at: str
    pid: int
    format: int = FORMAT_VERSION


@dataclass(slots=True)
class Segment:
    """A segment file.

    Attributes:
        number: Its number in the folder.
        path: The file.
        size: Size of the file in bytes.
        end: Where the written part ends.
        is_open: Whether records may still be added.
    """

    number: int
    path: Path
    size: int
    end: int
    is_open: bool = False


class SpoolFolder:
    """A folder that this process has locked, read from its oldest row.

    `read` and `acknowledge` are for one thread at a time.

    Args:
        path: The folder.
        lock: File descriptor of the lock.
        info: What the rows belong to.
    """

    def __init__(self, path: Path, lock: int, info: SpoolInfo) -> None:
        self.path = path
        self.info = info
        self.bytes_on_disk = 0
        self._ledger_file = os.open(path / _LEDGER_NAME, os.O_RDWR | os.O_CREAT, FILE_MODE)
        self._files: tuple[int, ...] = (self._ledger_file, lock)
        self._lock = threading.Lock()
        self._segments: deque[Segment] = deque()
        self._offset = len(MAGIC)
        self._reader: SegmentReader | None = None

    # -- life ----------------------------------------------------------------------------------

    @classmethod
    def create(cls, root: Path, info: SpoolInfo) -> Self:
        """Make a new folder, locked by this process before others can see it.

        Raises:
            OSError: The folder cannot be made.
        """
        token = os.urandom(6).hex()
        hidden = root / f".{info.pid}-{token}"
        hidden.mkdir(FOLDER_MODE, parents=True)
        lock = None
        try:
            lock = open_lock(hidden / LOCK_NAME, create=True)
            if lock is None:
                raise BlockingIOError(f"{hidden} is locked by another process")
            _write_new(hidden / _INFO_NAME, json.dumps(asdict(info)).encode())
            path = root / hidden.name[1:]
            hidden.rename(path)
            sync_folder(root)
        except OSError:  # a full disk, or one without locks: nothing is left behind
            if lock is not None:
                os.close(lock)
            shutil.rmtree(hidden, ignore_errors=True)
            raise
        return cls(path, lock, info)

    @classmethod
    def adopt(cls, path: Path) -> Self | None:
        """Lock a folder that a process left behind; `None` if it is in use or gone.

        Raises:
            SpoolInfoError: It is of another version, or its description is unreadable.
            OSError: It cannot be read.
        """
        try:
            lock = open_lock(path / LOCK_NAME)
        except FileNotFoundError:
            return None
        if lock is None:
            return None
        try:
            if not (path / LOCK_NAME).exists():  # another process emptied it meanwhile
                os.close(lock)
                return None
            folder = cls(path, lock, read_info(path))
        except BaseException:
            os.close(lock)
            raise
        folder._find_segments()
        return folder

    def _find_segments(self) -> None:
        """Find the segments and the position up to which they are acknowledged."""
        number, offset = read_ledger(self.path)
        for path in sorted(self.path.glob(f"*{_SUFFIX}")):
            segment = Segment(int(path.stem), path, size := path.stat().st_size, size)
            if segment.number < number:
                path.unlink()
                continue
            self._segments.append(segment)
            self.bytes_on_disk += size
        if self._segments and self._segments[0].number == number:
            self._offset = offset

    def release(self) -> None:
        """Give the folder up: delete it if it holds no segment, and unlock it."""
        self.close_reader()
        if not self._segments:
            for name in (_LEDGER_NAME, _INFO_NAME, LOCK_NAME):
                with contextlib.suppress(OSError):
                    (self.path / name).unlink()
            with contextlib.suppress(OSError):
                self.path.rmdir()
        self._close_files()

    def abandon(self) -> None:
        """Close the files of the parent in a forked child, which leaves the parent's lock alone."""
        self._close_files()

    def _close_files(self) -> None:
        self.close_reader()
        files, self._files = self._files, ()
        for descriptor in files:
            os.close(descriptor)

    def close_reader(self) -> None:
        """Close the file that is being read."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()

    # -- reading -------------------------------------------------------------------------------

    def read(self, max_rows: int, max_bytes: int) -> list[Record]:
        """Return the oldest rows that are not acknowledged; they stay until `acknowledge`.

        Raises:
            OSError: A file cannot be read.
        """
        while self._segments:
            segment = self._segments[0]
            is_open = segment.is_open  # asked first: a closed segment does not grow
            records = self._read_segment(segment, max_rows, max_bytes)
            if records or is_open:
                return records
            self._finish_segment()
        return []

    def _read_segment(self, segment: Segment, max_rows: int, max_bytes: int) -> list[Record]:
        end = segment.end
        if self._offset >= end:
            return []
        if self._reader is None or self._reader.path != segment.path:
            self.close_reader()
            try:
                self._reader = SegmentReader(segment.path)
            except SegmentFormatError as error:
                logger.warning("%s", error)
                return []
        return self._reader.read(self._offset, end, max_rows, max_bytes)

    def acknowledge(self, records: list[Record]) -> None:
        """Take rows off that `read` returned last, from the first on.

        Raises:
            OSError: The ledger cannot be written.
        """
        self._offset = records[-1].end
        segment = self._segments[0]
        self._write_ledger(segment.number, self._offset, sync=False)
        if not segment.is_open and self._offset >= segment.end:
            self._finish_segment()

    def _finish_segment(self) -> None:
        """Delete the oldest segment, of which everything readable is acknowledged."""
        segment = self._segments[0]
        self._write_ledger(segment.number + 1, len(MAGIC), sync=True)
        is_damaged = self._offset < segment.end and (
            self._reader is None or self._reader.has_rest(self._offset)
        )
        self.close_reader()
        if is_damaged:
            kept = self.path.parent / f"{self.path.name}-{segment.path.stem}{_DAMAGED_SUFFIX}"
            segment.path.rename(kept)
            logger.warning(
                "from byte %d on, spooled rows cannot be read; the file is kept as %s",
                self._offset,
                kept,
            )
        else:
            segment.path.unlink(missing_ok=True)
        with self._lock:
            self._segments.popleft()
            self.bytes_on_disk -= segment.size
        self._offset = len(MAGIC)

    # -- ledger --------------------------------------------------------------------------------

    def _write_ledger(self, segment: int, offset: int, *, sync: bool) -> None:
        content = json.dumps({"segment": segment, "offset": offset})
        os.pwrite(self._ledger_file, content.ljust(_LEDGER_BYTES).encode(), 0)
        if sync:
            os.fsync(self._ledger_file)


def read_ledger(path: Path) -> tuple[int, int]:
    """Return number of the first segment that counts, and the position of the first row in it."""
    try:
        found = json.loads((path / _LEDGER_NAME).read_bytes())
        return int(found["segment"]), int(found["offset"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0, len(MAGIC)


def iter_waiting(path: Path) -> Iterator[Record]:
    """Yield the rows of a folder that are not acknowledged, without changing anything.

    Args:
        path: The folder; a process may be using it.

    Raises:
        OSError: A file cannot be read.
    """
    number, offset = read_ledger(path)
    for segment in sorted(path.glob(f"*{_SUFFIX}")):
        if int(segment.stem) < number:
            continue
        start = offset if int(segment.stem) == number else len(MAGIC)
        try:
            reader = SegmentReader(segment)
        except FileNotFoundError:  # sent and deleted meanwhile
            continue
        with contextlib.closing(reader):
            while records := reader.read(start, reader.size, _ALL_ROWS, READ_BYTES):
                yield from records
                start = records[-1].end


def is_in_use(path: Path) -> bool:
    """Return whether a process has locked a folder."""
    try:
        lock = open_lock(path / LOCK_NAME)
    except FileNotFoundError:
        return False
    if lock is not None:
        os.close(lock)
    return lock is None


def read_info(path: Path) -> SpoolInfo:
    """Read the description of a folder.

    Raises:
        FileNotFoundError: There is none.
        SpoolInfoError: It is of another version, or unreadable.
    """
    try:
        found: dict[str, Any] = json.loads((path / _INFO_NAME).read_bytes())
        info = SpoolInfo(**found)
    except FileNotFoundError:
        raise
    except (OSError, ValueError, TypeError) as error:
        raise SpoolInfoError(f"{path / _INFO_NAME} cannot be read: {error}") from error
    if info.format != FORMAT_VERSION:
        raise SpoolInfoError(
            f"{path} has rows in format {info.format}, but this version reads {FORMAT_VERSION}; "
            "send them with the version that wrote them"
        )
    return info


def list_folders(root: Path) -> list[Path]:
    """Return the folders of rows below a root, the oldest first."""
    found: list[tuple[float, Path]] = []
    try:
        for path in root.iterdir():
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):  # or deleted meanwhile
                if not path.name.startswith("."):
                    found.append(((path / _INFO_NAME).stat().st_mtime, path))
    except FileNotFoundError:
        return []
    return [path for _, path in sorted(found)]


def open_lock(path: Path, *, create: bool = False) -> int | None:
    """Open and lock a file; return its descriptor, `None` if another process has locked it.

    Raises:
        OSError: The file cannot be opened, or the file system has no locks.
    """
    import fcntl  # only where a spool is used: not on every system

    descriptor = os.open(path, os.O_RDWR | (os.O_CREAT if create else 0), FILE_MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError as error:
        os.close(descriptor)
        raise OSError(
            error.errno,
            f"the file system of {str(path.parent)!r} cannot lock files ({error.strerror}); give a "
            "folder on a local disk as `spool`, or pass memory_only=True",
        ) from error
    return descriptor


def _write_new(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def sync_folder(path: Path) -> None:
    """Bring the entries of a folder to the disk.

    Raises:
        OSError: The disk failed.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
