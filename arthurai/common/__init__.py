"""Shared by all packages: vocabulary, exceptions, settings, text, logging, the API document."""

from typing import TYPE_CHECKING

from arthurai.common.lazy import attach

if TYPE_CHECKING:
    from arthurai.common import bundle, constants, exceptions, log

__all__ = ["bundle", "constants", "exceptions", "log"]

__getattr__, __dir__ = attach(__name__, submodules=__all__)
