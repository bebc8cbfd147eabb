"""Import path of the official SDK; see `arthurai.explain.packager`."""

from arthurai.explain.packager import (
    ExplanationPackager,
)

__all__ = [
    "ExplanationPackager",
]
