"""What every other part stands on: constants, exceptions, logging, the bundled API document."""

from typing import TYPE_CHECKING

from arthurai.common.lazy import attach

if TYPE_CHECKING:
    from arthurai.common import bundle, constants, exceptions, log

__all__ = ["bundle", "constants", "exceptions", "log"]

__getattr__, __dir__ = attach(__name__, submodules=__all__)
