"""Import paths of the official SDK; the code lives in `arthurai.explain`."""

from arthurai.common.lazy import attach

__getattr__, __dir__ = attach(__name__)
