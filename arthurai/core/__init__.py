"""Models, attributes and what can be done with them."""

from arthurai.common.lazy import attach

__getattr__, __dir__ = attach(__name__)
