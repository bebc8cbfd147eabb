"""HTTP verbs for programs that call the API by path."""

from typing import TYPE_CHECKING

from arthurai.common.lazy import attach

if TYPE_CHECKING:
    from arthurai.client.http import arthur, base, requests

__all__ = ["arthur", "base", "requests"]

__getattr__, __dir__ = attach(__name__, submodules=__all__)
