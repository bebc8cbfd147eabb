"""Copies of everything that a server keeps, between any two places that it can keep it in."""

from __future__ import annotations

from contextlib import ExitStack, closing
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import orjson

from arthurai.server.document_kinds import Kind
from arthurai.server.storage.bucket_files import BucketFiles
from arthurai.server.storage.directory_entries import CHECK_FILE, COPY_FILE
from arthurai.server.storage.documents.control_copy import copy_control
from arthurai.server.storage.documents.control_store import CONTROL_FILE
from arthurai.server.storage.documents.document_store import DocumentRepository
from arthurai.server.storage.documents.engines import open_database
from arthurai.server.storage.file_copy import PART, copy_files, put_in_place
from arthurai.server.storage.s3_address import S3Place
from arthurai.server.storage.store_pair import CONTROL_MARK, IDENTITY, find_control
from arthurai.server.storage.stored_files import DirectoryFiles
from arthurai.server.storage.warehouse.directory_lock import LOCK_FILE, DirectoryLock
from arthurai.server.storage.warehouse.warehouse_engines import (
    copy_warehouse,
    holds_rows,
    is_lake,
    open_source,
)

if TYPE_CHECKING:
    from arthurai.server.storage.documents.control_database import ControlDatabase
    from arthurai.server.storage.stored_files import StoredFiles
    from arthurai.server.storage.warehouse.kept_connections import Connection


class StorePlace(NamedTuple):
    """Where a server keeps what it knows.

    Attributes:
        directory: The data directory; that of a lake may be a place in S3.
        control: Address of the control database in PostgreSQL; `None` has it in the directory.
        warehouse: Address of a lake that servers share; `None` has the rows in the directory.
    """

    directory: Path | S3Place
    control: str | None = None
    warehouse: str | None = None

    @property
    def files(self) -> StoredFiles:
        """The files in its directory."""
        if isinstance(self.directory, S3Place):
            return BucketFiles(self.directory)
        return DirectoryFiles(self.directory)


class StoreCopy(NamedTuple):
    """What was copied and compared.

    Attributes:
        rows: Number of rows by table of the warehouse.
        control_rows: Number of rows by table of the control database.
        files: Number of other files.
    """

    rows: dict[str, int]
    control_rows: dict[str, int]
    files: int


def copy_stores(source: StorePlace, target: StorePlace) -> StoreCopy:
    """Copy everything to a new place; no server has either open.

    An attempt that was interrupted at any moment is continued by another call: what is there and
    equal to the source is kept. Until all is compared, no server opens the target.

    Args:
        source: What to copy.
        target: An empty or missing directory, and an empty database and lake if it names them; or
            those of an attempt that was interrupted.

    Raises:
        ControlDatabaseError: A control database cannot be used, or a server uses it.
        DataStoreError: A server has a directory open, or the copy is different.
        OSError: A file cannot be read or written.
        ValueError: The source is no data directory and no lake, or the target is not empty.
    """
    _check_places(source, target)
    if isinstance(target.directory, Path):
        target.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = target.files
    with ExitStack() as stack:
        identity, tables, control = _open_source(stack, source)
        if isinstance(target.directory, Path):
            stack.enter_context(DirectoryLock(target.directory))
        shared = None if target.control is None else _open_claimed(stack, target.control)
        _begin(target, files, shared, identity)
        rows = copy_warehouse(tables, target.directory, target.warehouse)
        copied = copy_files(source.directory, target.directory)
        control_rows = _copy_control(control, shared, target.directory)
        files.delete([COPY_FILE])
    return StoreCopy(rows, control_rows, copied)


def _check_places(source: StorePlace, target: StorePlace) -> None:
    """Raise unless the one can be copied to the other."""
    if target.warehouse is not None and target.control is None:
        raise ValueError("a warehouse that servers share needs control data in PostgreSQL")
    if isinstance(target.directory, S3Place) and target.warehouse is None:
        raise ValueError("a copy in S3 needs the address of a lake for its rows")
    name = source.files.name
    if source.warehouse is not None and source.control is None:
        raise ValueError("a warehouse that servers share has its control data in PostgreSQL")
    if source.warehouse is None and is_lake(source.files):
        raise ValueError(f"the rows of {name!r} are in a lake: name it with --from-warehouse")
    if source.warehouse is not None and not is_lake(source.files):
        raise ValueError(f"{name!r} is no storage of a lake: lake.id is missing")
    if source.warehouse is None and (
        isinstance(source.directory, S3Place) or not holds_rows(source.directory)
    ):
        raise ValueError(f"{name!r} is no data directory: data.duckdb is missing")
    if _resolve(source.directory) == _resolve(target.directory):
        raise ValueError("source and target must be different directories, got the same one twice")


def _resolve(directory: Path | S3Place) -> Path | str:
    return directory.resolve() if isinstance(directory, Path) else directory.name


def _open_source(
    stack: ExitStack, source: StorePlace
) -> tuple[str | None, Connection, ControlDatabase]:
    """Open what is copied, unless a server uses it; return its id, its rows and control data."""
    if source.warehouse is not None and source.control is not None:
        control = _open_claimed(stack, source.control)
        identity, tables = stack.enter_context(open_source(source.directory, source.warehouse))
        return identity, tables, control
    directory = Path(str(source.directory))
    identity, tables = stack.enter_context(open_source(directory))
    stack.enter_context(DirectoryLock(directory))
    return identity, tables, _open_claimed(stack, find_control(directory, source.control))


def _open_claimed(stack: ExitStack, location: Path | str | None) -> ControlDatabase:
    database = open_database(location)
    stack.callback(database.close)
    database.claim()
    return database


def _begin(
    target: StorePlace,
    files: StoredFiles,
    shared: ControlDatabase | None,
    identity: str | None,
) -> None:
    """Mark the target as unfinished; raise unless it is empty, or has this mark already.

    Raises:
        ValueError: It is the target of another copy, or holds something.
    """
    kind = "directory" if isinstance(target.directory, Path) else "prefix"
    note = {"source": identity, "control": None if shared is None else shared.name}
    if target.warehouse is not None:
        note["warehouse"] = sha256(target.warehouse.encode()).hexdigest()
    held = None
    if shared is not None and shared.scalar("SELECT count(*) FROM organizations"):
        stored = DocumentRepository[dict[str, str]](shared, Kind.STORE_IDENTITY.name)
        held = (stored.get("", IDENTITY) or {}).get("id", "")
    try:
        mark = files.get(COPY_FILE)
    except FileNotFoundError:
        mark = None
    if mark is not None:
        if orjson.loads(mark) != note or held not in (None, identity):
            raise ValueError(
                f"{files.name!r} holds a part of another copy: repeat that one, or name "
                f"an empty {kind}"
            )
        return
    if any(
        name not in {LOCK_FILE, CHECK_FILE} and not name.startswith(f"{COPY_FILE}.")
        for name, _ in files.find("")
    ):
        raise ValueError(f"{files.name!r} is not empty; choose another {kind}")
    if held is not None and shared is not None:
        raise ValueError(f"{shared.name} is not empty; name an empty database")
    files.put(COPY_FILE, orjson.dumps(note))


def _copy_control(
    source: ControlDatabase, shared: ControlDatabase | None, directory: Path | S3Place
) -> dict[str, int]:
    if shared is not None:
        counts = copy_control(source, shared, replaces=True)
        if isinstance(directory, Path):
            (directory / CONTROL_MARK).touch()
        return counts
    if isinstance(directory, S3Place):
        raise ValueError("a copy in S3 needs control data in PostgreSQL")  # noqa: TRY004 - of a call
    for leftover in directory.glob(f"{CONTROL_FILE}*"):
        leftover.unlink()
    part = directory / f"{CONTROL_FILE}{PART}"
    with closing(open_database(part)) as database:
        counts = copy_control(source, database)
    put_in_place(part, directory / CONTROL_FILE)
    return counts
