"""The tables of a warehouse that belong to no model, and their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.server.storage.warehouse.errors import DataStoreVersionError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from arthurai.server.storage.warehouse.warehouse_database import Cursor, WarehouseDatabase

    Migration: TypeAlias = Callable[[Cursor], None]

SCHEMA_VERSION: Final = 2

_CREATE_REQUESTS: Final = """
CREATE TABLE arthur_requests (
    model_id VARCHAR NOT NULL, key VARCHAR NOT NULL, digest BLOB NOT NULL,
    created_at TIMESTAMP NOT NULL, answer BLOB NOT NULL
);
"""


def _add_requests(cursor: Cursor) -> None:
    """Add answered requests, and to each model where the ground truth of a row came from."""
    cursor.execute(_CREATE_REQUESTS)
    cursor.execute("SELECT slot FROM arthur_models")
    for (slot,) in cursor.fetchall():
        cursor.execute(f'ALTER TABLE "m{slot}_rows" ADD COLUMN truth_by_id BOOLEAN')


# From a version to the next one; each step runs in a transaction of its own.
MIGRATIONS: Final[dict[int, Migration]] = {1: _add_requests}

_CREATE: Final = f"""
CREATE TABLE arthur_meta (name VARCHAR NOT NULL, value VARCHAR NOT NULL);
CREATE TABLE arthur_models (
    model_id VARCHAR NOT NULL, slot INTEGER NOT NULL, fingerprint VARCHAR NOT NULL
);
CREATE TABLE arthur_datasets (
    model_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, batch_id VARCHAR NOT NULL,
    status VARCHAR NOT NULL, partner_record_count BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL, updated_at TIMESTAMP NOT NULL
);
{_CREATE_REQUESTS}
"""


def prepare_schema(
    database: WarehouseDatabase, migrations: Mapping[int, Migration] = MIGRATIONS
) -> None:
    """Create the tables of a new database, or migrate those of an older version.

    Args:
        database: The database; no other server prepares it at the same time.
        migrations: Steps from each older version to the next.

    Raises:
        DataStoreVersionError: A newer version of this package wrote the database.
    """
    with database.cursor() as cursor:
        is_new = not database.find_tables(cursor, ["arthur_meta"])
    if is_new:
        with database.transaction() as cursor:
            cursor.execute(_CREATE)
            cursor.execute(
                "INSERT INTO arthur_meta VALUES ('schema_version', ?)", [str(SCHEMA_VERSION)]
            )
        return
    version = read_version(database)
    if version > SCHEMA_VERSION:
        raise DataStoreVersionError(
            f"the data directory was written by a newer version of arthurai (data schema"
            f" {version}, this version supports {SCHEMA_VERSION}): install that version or a"
            " newer one"
        )
    while version < SCHEMA_VERSION:
        with database.transaction() as cursor:
            migrations[version](cursor)
            version += 1
            cursor.execute(
                "UPDATE arthur_meta SET value = ? WHERE name = 'schema_version'", [str(version)]
            )


def read_version(database: WarehouseDatabase) -> int:
    """Return the version of the tables of a database.

    Args:
        database: The database.
    """
    _, rows = database.fetch("SELECT value FROM arthur_meta WHERE name = 'schema_version'")
    return int(rows[0][0])
