"""The two stores of a data directory belong together: none may be lost or exchanged unnoticed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.server.document_kinds import Kind
from arthurai.server.identifiers import new_id

if TYPE_CHECKING:
    from arthurai.server.storage.documents import ControlStore
    from arthurai.server.storage.warehouse.warehouse_database import WarehouseDatabase

_IDENTITY: Final = "identity"


def check_pair(control: ControlStore, database: WarehouseDatabase) -> None:
    """Raise when the stores of a directory do not belong together; pair new ones.

    Args:
        control: The store of people, models and rules.
        database: The database of rows.

    Raises:
        ValueError: A store is missing, or comes from another directory.
    """
    stored = control.documents(Kind.STORE_IDENTITY).get("", _IDENTITY)
    control_id = None if stored is None else stored["id"]
    data_id = database.store_id
    if control_id is not None and data_id is not None and control_id != data_id:
        raise ValueError(
            "control.sqlite and data.duckdb come from different directories: restore both from the "
            "same backup"
        )
    has_models = control.models.has_any()
    has_rows = bool(database.fetch("SELECT 1 FROM arthur_models LIMIT 1")[1])
    if has_models and not has_rows:
        raise ValueError(
            "data.duckdb is missing beside the models in control.sqlite: restore it from a backup, "
            "or move control.sqlite away to start with an empty directory"
        )
    if has_rows and not has_models and control_id is None:
        raise ValueError(
            "control.sqlite is missing or empty beside the models in data.duckdb: restore it from "
            "a backup, or move data.duckdb away to start with an empty directory"
        )
    found = control_id or data_id or new_id()
    if data_id is None:
        database.store_id = found
    if control_id is None:
        control.documents(Kind.STORE_IDENTITY).put("", _IDENTITY, {"id": found})
