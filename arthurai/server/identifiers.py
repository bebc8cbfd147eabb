"""Ids of what the server stores."""

from __future__ import annotations

from uuid import uuid4


def new_id() -> str:
    """Return a new random id."""
    return str(uuid4())
