"""The control store: organisations, users, keys, models and all small documents, in SQLite."""

from arthurai.server.control.store import ControlStore

__all__ = ["ControlStore"]
