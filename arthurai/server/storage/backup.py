"""Backup of a server while it runs, and the check of one by opening it."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from arthurai.common.text import quote_value
from arthurai.server.storage.documents import CONTROL_FILE
from arthurai.server.storage.warehouse.ddl import quote_name
from arthurai.server.storage.warehouse.errors import DataStoreError
from arthurai.server.timestamps import format_timestamp, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arthurai.server.context import Stores

SUMMARY_FILE: Final = "backup.json"
_WORK_PREFIX: Final = ".backup-"
_CHUNK_BYTES: Final = 2**20
_FINISHED_SECONDS: Final = 86_400.0


def write_backup(stores: Stores, target: Path) -> dict[str, Any]:
    """Write a copy of everything as it is at one moment; readers and writers can continue.

    Rows are read in one transaction of the database, so that the copy holds what was stored when it
    began, and nothing later.

    Args:
        stores: The stores of the running server.
        target: An empty directory.

    Returns:
        The moment and the number of rows by table, which is also stored beside the copy.
    """
    with stores.data.upkeep.snapshot() as snapshot:
        moment = ""

        def begin() -> None:
            nonlocal moment
            snapshot.begin()
            moment = format_timestamp(utc_now())

        stores.control.usage.store()
        stores.control.database.copy_to(target / CONTROL_FILE, begin)
        counts = snapshot.copy_to(target)
    stores.data.database.files.copy_to(target)
    summary = {"moment": moment, "rows": counts}
    (target / SUMMARY_FILE).write_bytes(orjson.dumps(summary))
    return summary


def stream_backup(stores: Stores) -> Iterator[bytes]:
    """Yield a backup as a tar archive.

    Temporary files are in the data directory, or where the system has them if there is none.

    Args:
        stores: The stores of the running server.
    """
    with tempfile.TemporaryDirectory(prefix=_WORK_PREFIX, dir=stores.data.directory) as work:
        copy, archive = Path(work) / "copy", Path(work) / "backup.tar"
        copy.mkdir(mode=0o700)
        write_backup(stores, copy)
        with tarfile.open(archive, "w") as tar:
            for entry in sorted(copy.iterdir()):
                tar.add(entry, entry.name)
        shutil.rmtree(copy)
        with archive.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk


def remove_unfinished_backups(data_dir: Path, *, is_shared: bool = False) -> None:
    """Remove what backups have left in a data directory whose server was killed meanwhile.

    Args:
        data_dir: The directory.
        is_shared: Whether other servers may have it open, and make a backup: what changed within a
            day is left alone.
    """
    for left in data_dir.glob(f"{_WORK_PREFIX}*"):
        if not is_shared or time.time() - _last_change(left) > _FINISHED_SECONDS:
            shutil.rmtree(left, ignore_errors=True)


def _last_change(folder: Path) -> float:
    times = [folder.stat().st_mtime]
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            times.append(path.stat().st_mtime)
    return max(times)


def extract_backup(archive: Path, target: Path) -> None:
    """Unpack a backup into an empty directory.

    Args:
        archive: The tar archive.
        target: The directory.

    Raises:
        DataStoreError: The archive is not one, or holds files that lead elsewhere.
    """
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(target, filter="data")
    except tarfile.TarError as error:
        raise DataStoreError(f"{str(archive)!r} is no backup: {error}") from error


def check_backup(directory: Path, open_stores: Callable[[Path], Any]) -> dict[str, Any]:
    """Open a backup and compare what it holds with what was counted when it was made.

    Args:
        directory: The unpacked backup.
        open_stores: Opens a server on a directory, for a `with` block; it has `stores`.

    Returns:
        The summary of the backup.

    Raises:
        DataStoreError: It has no summary, or lacks rows.
    """
    path = directory / SUMMARY_FILE
    if not path.is_file():
        raise DataStoreError(f"{str(directory)!r} is no backup: {SUMMARY_FILE} is missing")
    summary: dict[str, Any] = orjson.loads(path.read_bytes())
    with open_stores(directory) as app:
        for table, expected in summary["rows"].items():
            found = app.stores.data.fetch(f"SELECT count(*) FROM {quote_name(table)}")[1][0][0]
            if found != expected:
                raise DataStoreError(
                    f"table {quote_value(table)} of the backup has {found} rows, not {expected}"
                )
    return summary
