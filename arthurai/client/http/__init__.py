"""HTTP verbs for programs that call the API by path."""

from arthurai.common.lazy import attach

__getattr__, __dir__ = attach(__name__, submodules=("arthur", "base", "requests", "response"))
