"""The two stores of a data directory belong together: none may be lost or exchanged unnoticed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.server.document_kinds import Kind
from arthurai.server.identifiers import new_id
from arthurai.server.storage.documents.control_store import CONTROL_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from arthurai.server.storage.documents import ControlStore
    from arthurai.server.storage.warehouse.warehouse_database import WarehouseDatabase

CONTROL_MARK: Final = "control.in-postgresql"
"""Name of an empty file in data directories whose control data are elsewhere."""
IDENTITY: Final = "identity"
"""Id of the document by which the stores of a directory know each other."""


def check_pair(
    control: ControlStore, database: WarehouseDatabase, data_dir: Path | None = None
) -> None:
    """Raise when the stores of a directory do not belong together; pair new ones.

    Args:
        control: The store of people, models and rules.
        database: The database of rows.
        data_dir: The directory; marked when its control data are elsewhere.

    Raises:
        ControlDatabaseError: Another server uses the control database.
        ValueError: A store is missing, or comes from another directory.
    """
    is_alone = not database.is_shared
    control.database.claim(alone=is_alone)
    if is_alone:  # those that were killed cannot come back
        control.leases.forget_all()
        control.servers.forget_all()
    with control.transaction():  # several servers may start at the same time
        _pair(control, database)
        if not is_alone:
            control.servers.note(control.leases.holder)
    if data_dir is not None and control.database.is_shared:
        (data_dir / CONTROL_MARK).touch()


def _pair(control: ControlStore, database: WarehouseDatabase) -> None:
    name, rows = control.database.name, database.name
    stored = control.documents(Kind.STORE_IDENTITY).get("", IDENTITY)
    control_id = None if stored is None else stored["id"]
    secret = control.service_accounts.secret_mark
    is_other = stored is not None and stored.get("secret", secret) != secret
    if is_other and control.servers.list_alive():
        raise ValueError(
            "secret.key differs from that of the servers that run: copy theirs into this data "
            "directory before the first start"
        )
    data_id = database.store_id
    if control.database.is_shared and control_id is not None and control_id != data_id:
        raise ValueError(
            f"{name} belongs to the server of another data directory: start with that directory, "
            "or name another database"
        )
    if control_id is not None and data_id is not None and control_id != data_id:
        raise ValueError(
            f"{name} and {rows} come from different directories: restore both from the same backup"
        )
    has_models = control.models.has_any()
    has_rows = bool(database.fetch("SELECT 1 FROM arthur_models LIMIT 1")[1])
    if has_models and not has_rows:
        raise ValueError(
            f"{rows} is missing beside the models in {name}: restore it from a backup, or "
            f"move {name} away to start with an empty directory"
        )
    if has_rows and not has_models and control_id is None:
        raise ValueError(
            f"{name} is missing or empty beside the models in {rows}: restore it from a "
            f"backup, or move {rows} away to start with an empty directory"
        )
    found = control_id or data_id or new_id()
    if data_id is None:
        database.store_id = found
    identity = {"id": found, "secret": secret}
    if stored != identity:
        control.documents(Kind.STORE_IDENTITY).put("", IDENTITY, identity)


def find_control(data_dir: Path | None, address: str | None) -> Path | str | None:
    """Return where the control data of a server are; a mark in the directory remembers it.

    Args:
        data_dir: The data directory; `None` keeps rows in memory.
        address: Address of a control database in PostgreSQL; `None` uses a file.

    Raises:
        ValueError: The two do not fit.
    """
    if data_dir is None:
        if address is not None:
            raise ValueError(
                "control data in PostgreSQL need a data directory, which keeps the rows"
            )
        return None
    file = data_dir / CONTROL_FILE
    if address is not None and file.exists():
        raise ValueError(
            f"the control data of this directory are in {CONTROL_FILE}: move them first with "
            "`arthurai data move-control`"
        )
    if address is None and (data_dir / CONTROL_MARK).exists():
        raise ValueError(
            "the control data of this directory are in PostgreSQL: name the database with "
            "--control; for `arthurai data` name the running server with --url"
        )
    return address or file
