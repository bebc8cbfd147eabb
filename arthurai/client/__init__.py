"""`ArthurAI`, what a program connects with, and the older paths to its parts."""

from typing import TYPE_CHECKING

from arthurai.common.lazy import attach

if TYPE_CHECKING:
    from arthurai.client import apiv3, auth, client, helper, http, validation

__all__ = ["apiv3", "auth", "client", "helper", "http", "validation"]

__getattr__, __dir__ = attach(__name__, submodules=__all__)
