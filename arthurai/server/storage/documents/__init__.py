"""The control store: organizations, users, keys, models and all small documents."""

from arthurai.server.storage.documents.control_store import CONTROL_FILE, ControlStore

__all__ = ["CONTROL_FILE", "ControlStore"]
