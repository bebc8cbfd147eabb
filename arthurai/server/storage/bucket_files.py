"""Files in S3, or in a service that is compatible with it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from pyarrow import fs

from arthurai.server.storage.directory_entries import CHECK_FILE, MOVED_FILE, is_copied
from arthurai.server.storage.s3_errors import storage_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from arthurai.server.storage.s3_address import S3Place

_CONNECT_SECONDS: Final = 5.0
_REQUEST_SECONDS: Final = 60.0
_ATTEMPTS: Final = 4
_THREADS: Final = 16


class BucketFiles:
    """Files below a prefix of a bucket, with the credentials that the AWS SDK finds.

    Args:
        place: The place.
    """

    is_remote = True

    def __init__(self, place: S3Place) -> None:
        self.name = place.name
        self._place = place
        self._root = f"{place.bucket}/{place.prefix}"
        self._moved = 0.0
        options: dict[str, Any] = {}
        if place.ca_file is not None:
            options["tls_ca_file_path"] = place.ca_file
        with self._errors():
            self._system = fs.S3FileSystem(
                region=place.region,
                endpoint_override=place.endpoint,
                scheme="http" if place.is_plain else "https",
                force_virtual_addressing=place.endpoint is not None and not place.uses_path,
                connect_timeout=_CONNECT_SECONDS,
                request_timeout=_REQUEST_SECONDS,
                retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=_ATTEMPTS),
                background_writes=False,
                allow_delayed_open=True,  # a file of one part is stored by one request
                **options,
            )

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            raise storage_error(self._place, error) from None  # it may repeat the key

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}" if name else self._root

    def check(self) -> None:
        """Raise an exception unless files can be listed, stored and deleted.

        Raises:
            StorageUnavailableError: They cannot; the message says why.
        """
        with self._errors():  # a response to a list says best what is wrong
            self._system.get_file_info(
                fs.FileSelector(self._root, allow_not_found=True, recursive=False)
            )
        self.put(CHECK_FILE, b"")
        self.delete([CHECK_FILE])
        self._moved = self.read_time(MOVED_FILE) or 0.0

    def mark_moved(self) -> None:
        """Have the files that were copied here count as older than any row."""
        self.put(MOVED_FILE, b"")

    def _time(self, found: fs.FileInfo) -> float:
        stored = float(found.mtime.timestamp())
        return stored if stored > self._moved else 0.0

    def put(self, name: str, content: bytes) -> None:
        """Store a file, whole or not at all; one of the same name is replaced."""
        try:
            with self._errors(), self._system.open_output_stream(self._path(name)) as stream:
                stream.write(content)
        except FileNotFoundError as error:
            raise storage_error(self._place, f"NoSuchBucket {error}") from None

    def renew(self, name: str) -> bool:
        """Return that the file is to be stored: nothing is cheaper."""
        del name
        return False

    def get(self, name: str) -> bytes:
        """Return what a file holds."""
        with self._errors(), self._system.open_input_stream(self._path(name)) as stream:
            return bytes(stream.read())

    def read_time(self, name: str) -> float | None:
        """Return when a file was stored; `None` for no file."""
        with self._errors():
            found = self._system.get_file_info(self._path(name))
        return self._time(found) if found.type == fs.FileType.File else None

    def find(self, folder: str) -> Iterator[tuple[str, float]]:
        """Yield the names of all files in a folder and those below, and when each was stored."""
        place = fs.FileSelector(self._path(folder), allow_not_found=True, recursive=True)
        with self._errors():
            found = self._system.get_file_info(place)
        for one in found:
            if one.type == fs.FileType.File:
                yield one.path.removeprefix(f"{self._root}/"), self._time(one)

    def delete(self, names: Iterable[str]) -> None:
        """Delete files; those that are missing are ignored."""

        def delete_one(name: str) -> None:
            try:
                with self._errors():
                    self._system.delete_file(self._path(name))
            except FileNotFoundError:
                return

        self.each(delete_one, names)

    def delete_folder(self, folder: str) -> None:
        """Delete a folder with all files in it, if there is one."""
        try:
            with self._errors():
                self._system.delete_dir(self._path(folder))
        except FileNotFoundError:
            return

    def copy_to(self, target: Path) -> None:
        """Copy to a directory what a backup copies as it is."""
        times: dict[str, float] = {}

        def copy_one(name: str) -> None:
            path = target / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                content = self.get(name)
            except FileNotFoundError:  # deleted meanwhile
                return
            path.write_bytes(content)
            os.utime(path, (times[name], times[name]))

        times |= self.find_copied()
        self.each(copy_one, times)

    def find_copied(self) -> dict[str, float]:
        """Return when each file was stored that a backup copies as it is, by name."""
        found: dict[str, float] = {}
        with self._errors():
            entries = self._system.get_file_info(
                fs.FileSelector(self._root, allow_not_found=True, recursive=False)
            )
        for entry in entries:
            name = entry.path.removeprefix(f"{self._root}/").rstrip("/")
            if not name or not is_copied(PurePosixPath(name)):
                continue
            if entry.type == fs.FileType.File:
                found[name] = self._time(entry)
            else:
                found |= dict(self.find(name))
        return dict(sorted(found.items()))

    def each(self, work: Callable[[str], object], names: Iterable[str]) -> None:
        """Call a function for each name, several at the same time.

        Args:
            work: Takes a name.
            names: The names.
        """
        wanted = list(names)
        if len(wanted) <= 1:
            for name in wanted:
                work(name)
            return
        threads = min(_THREADS, len(wanted), 4 * (os.cpu_count() or 1))
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, wanted))
