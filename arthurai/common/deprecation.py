"""Warnings about deprecated names."""

from __future__ import annotations

import sys
import warnings
from typing import Final

_SKIPPED: Final = frozenset({"arthurai", "importlib"})


def warn_deprecated(name: str, instead: str, since: str | None = None) -> None:
    """Warn that something is deprecated, at the line of the program that uses it.

    Python shows such a warning once per line, in `__main__`, notebooks and tests.

    Args:
        name: What is deprecated, as users write it.
        instead: What to do instead, e.g. `"use output_type"`.
        since: Version of the official SDK that deprecated it, if known.
    """
    frame = sys._getframe(1)  # noqa: SLF001 - how deep a call is inside the package varies
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in _SKIPPED:
        frame = frame.f_back
    version = f" since {since}" if since else ""
    warnings.warn_explicit(
        f"{name} is deprecated{version}: {instead}",
        DeprecationWarning,
        filename=frame.f_code.co_filename,
        lineno=frame.f_lineno,
        module=frame.f_globals.get("__name__", "__main__"),
        registry=frame.f_globals.setdefault("__warningregistry__", {}),
    )
