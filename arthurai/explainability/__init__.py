"""Explainers and the packaging of user projects."""

from arthurai.common.lazy import attach

__getattr__, __dir__ = attach(__name__)
