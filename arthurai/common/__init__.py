"""What every other part stands on: constants, exceptions, logging, the bundled API document."""

from arthurai.common.lazy import attach

__getattr__, __dir__ = attach(__name__, submodules=("bundle", "constants", "exceptions", "log"))
