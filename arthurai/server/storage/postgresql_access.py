"""What whatever keeps data in PostgreSQL has in common: addresses, locks and errors."""

from __future__ import annotations

import hashlib
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

_OUTAGES: Final = ("08", "57P", "53300")
"""Begins of the codes of a broken connection, a shutdown, and too many connections."""


def describe_address(address: str, owner: str, product: str, prefix: str = "") -> str:
    """Return what messages call a database: its host and name, no credentials.

    Args:
        address: Address of the database.
        owner: What the address is of.
        product: What keeps data there.
        prefix: What comes before the address where users give it.

    Raises:
        ValueError: It is not an address of PostgreSQL, or holds a password.
    """
    try:
        facts = conninfo_to_dict(address)
    except psycopg.Error:  # it repeats the address
        facts = {}
    if not facts or not address.startswith(("postgresql://", "postgres://")):
        raise ValueError(
            f"the address of the {owner} must look like {prefix}postgresql://host/database; "
            "percent-encode special characters"
        ) from None
    if "password" in facts or "sslpassword" in facts:
        raise ValueError(
            f"the address of the {owner} must not hold a password, which others could read; set "
            "PGPASSWORD, or name a password file in PGPASSFILE"
        )
    host, port = facts.get("host", "local socket"), facts.get("port")
    return f"{product} {facts.get('dbname', '')!r} on {host}{f':{port}' if port else ''}"


def lock_key(purpose: str) -> int:
    """Return the number of an advisory lock.

    Args:
        purpose: What it protects.
    """
    return int.from_bytes(hashlib.sha256(purpose.encode()).digest()[:8], signed=True)


def is_outage(error: psycopg.Error) -> bool:
    """Return whether an error says that the server does not answer at this time.

    Args:
        error: What psycopg raised.
    """
    if not isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    return error.sqlstate is None or error.sqlstate.startswith(_OUTAGES)


def first_line(error: psycopg.Error) -> str:
    """Return the first line of the message of an error."""
    return str(error).strip().partition("\n")[0] or type(error).__name__
