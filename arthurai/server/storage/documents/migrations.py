"""The schema of the control database, version by version, as SQLite reads it."""

from __future__ import annotations

from typing import Final

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    (
        """CREATE TABLE organizations (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            plan TEXT NOT NULL,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        ) STRICT""",
        """CREATE TABLE users (
            id TEXT PRIMARY KEY,
            username TEXT NOT NULL COLLATE NOCASE UNIQUE,
            email TEXT NOT NULL COLLATE NOCASE,
            password_hash TEXT,
            session_epoch INTEGER NOT NULL DEFAULT 0,
            active INTEGER NOT NULL DEFAULT 1,
            profile TEXT NOT NULL,
            created_at TEXT NOT NULL
        ) STRICT""",
        "CREATE UNIQUE INDEX users_by_email ON users (email) WHERE active = 1",
        """CREATE TABLE memberships (
            user_id TEXT NOT NULL REFERENCES users (id),
            organization_id TEXT NOT NULL REFERENCES organizations (id),
            role TEXT NOT NULL,
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            UNIQUE (user_id, organization_id)
        ) STRICT""",
        """CREATE TABLE login_failures (
            login TEXT PRIMARY KEY,
            failures INTEGER NOT NULL,
            locked_until REAL NOT NULL,
            last_failure REAL NOT NULL
        ) STRICT""",
        """CREATE TABLE service_accounts (
            id TEXT PRIMARY KEY,
            organization_id TEXT NOT NULL REFERENCES organizations (id),
            description TEXT NOT NULL,
            role TEXT NOT NULL,
            created_by TEXT,
            token_hash BLOB NOT NULL UNIQUE,
            created_at TEXT NOT NULL
        ) STRICT""",
        """CREATE TABLE model_groups (
            id TEXT PRIMARY KEY,
            organization_id TEXT NOT NULL REFERENCES organizations (id),
            name TEXT,
            description TEXT,
            archived INTEGER NOT NULL DEFAULT 0,
            archived_at TEXT,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX model_groups_of_organization ON model_groups (organization_id, created_at)",
        """CREATE TABLE models (
            id TEXT PRIMARY KEY,
            organization_id TEXT NOT NULL REFERENCES organizations (id),
            partner_model_id TEXT NOT NULL,
            model_group_id TEXT NOT NULL REFERENCES model_groups (id),
            version_sequence_num INTEGER NOT NULL,
            status TEXT NOT NULL,
            archived INTEGER NOT NULL DEFAULT 0,
            revision INTEGER NOT NULL DEFAULT 1,
            created_at TEXT NOT NULL,
            document TEXT NOT NULL,
            UNIQUE (model_group_id, version_sequence_num)
        ) STRICT""",
        """CREATE UNIQUE INDEX active_partner_model_ids
            ON models (organization_id, partner_model_id) WHERE archived = 0""",
        """CREATE TABLE documents (
            kind TEXT NOT NULL,
            organization_id TEXT NOT NULL,
            id TEXT NOT NULL,
            model_id TEXT,
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            document TEXT NOT NULL,
            UNIQUE (kind, organization_id, id)
        ) STRICT""",
        "CREATE INDEX documents_of_model ON documents (kind, organization_id, model_id, position)",
    ),
    (
        """CREATE TABLE usage (
            organization_id TEXT NOT NULL,
            model_id TEXT NOT NULL,
            category TEXT NOT NULL,
            minute INTEGER NOT NULL,
            records INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            PRIMARY KEY (organization_id, model_id, category, minute)
        ) STRICT, WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE alert_crossings (
            rule_id TEXT NOT NULL,
            subject TEXT NOT NULL,
            window_end INTEGER NOT NULL,
            window_start INTEGER NOT NULL,
            model_id TEXT NOT NULL,
            value REAL NOT NULL,
            row_count INTEGER NOT NULL,
            expected INTEGER NOT NULL,
            raised INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (rule_id, subject, window_end, window_start)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX alert_crossings_of_model ON alert_crossings (model_id, window_end)",
        """CREATE INDEX alerts_of_rule
            ON documents (organization_id, json_extract(document, '$.alert_rule_id'))
            WHERE kind = 'alert'""",
        """CREATE INDEX alerts_by_time
            ON documents (organization_id, replace(json_extract(document, '$.timestamp'), 'Z', ''))
            WHERE kind = 'alert'""",
        """CREATE INDEX alerts_of_model_by_time
            ON documents (model_id, replace(json_extract(document, '$.timestamp'), 'Z', ''))
            WHERE kind = 'alert'""",
    ),
    (
        """CREATE TABLE outbox (
            id TEXT PRIMARY KEY,
            channel TEXT NOT NULL,
            message TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            due REAL NOT NULL
        ) STRICT, WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE leases (
            name TEXT PRIMARY KEY,
            holder TEXT NOT NULL,
            expires REAL NOT NULL
        ) STRICT, WITHOUT ROWID""",
    ),
    (
        "ALTER TABLE leases ADD COLUMN term INTEGER NOT NULL DEFAULT 0",
        """CREATE TABLE servers (
            id TEXT PRIMARY KEY,
            release TEXT NOT NULL,
            schema_version INTEGER NOT NULL,
            started REAL NOT NULL,
            seen REAL NOT NULL
        ) STRICT, WITHOUT ROWID""",
    ),
)
"""Statements by version: entry `n` migrates version `n` to version `n + 1`."""

OLDEST_COMPATIBLE: Final = 6
"""The oldest version whose servers may go on beside the newest: all changes since only add."""


def newest_version() -> int:
    """Return the version of the schema that this release knows."""
    return len(MIGRATIONS)


def find_pending(version: int) -> list[tuple[int, tuple[str, ...]]]:
    """Return the versions that follow one, each with its statements.

    Args:
        version: The version of a database; 0 when it is new.

    Raises:
        ValueError: The database was written by a newer release.
    """
    if version > len(MIGRATIONS):
        raise ValueError(
            f"the control database has version {version}, but this release supports versions up to "
            f"{len(MIGRATIONS)}; install the release that wrote it or a newer one"
        )
    return list(enumerate(MIGRATIONS[version:], start=version + 1))
