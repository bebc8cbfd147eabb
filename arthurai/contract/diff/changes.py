"""What the comparison of two documents finds, and what it means for a version number."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Severity(StrEnum):
    """What a change does to programs written against the old document.

    Programs are both those that speak HTTP themselves and those that call the generated client,
    so a name that the generator makes a module or a class of counts like a path.
    """

    BREAKING = "breaking"
    ADDITIVE = "additive"
    COSMETIC = "cosmetic"


class Side(StrEnum):
    """Which half of the traffic a change concerns; an operation or document is neither."""

    REQUEST = "request"
    RESPONSE = "response"
    OPERATION = "operation"
    DOCUMENT = "document"


class Bump(StrEnum):
    """The part of a semantic version that has to grow."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"
    NONE = "no bump"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference of two documents.

    Attributes:
        severity: What it does to existing programs.
        side: Which half of the traffic it concerns.
        rule: The kind of change, e.g. ``"property-removed"``.
        path: JSON pointer to it in the new document, in the old one for what was removed.
        message: The change in words.
        operations: The operations that it reaches, by ``operationId``.
        modules: The generated modules that it reaches.
        calls: The public calls of the curated layer that it reaches.
    """

    severity: Severity
    side: Side
    rule: str
    path: str
    message: str
    operations: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()


_BUMPS = {
    Severity.BREAKING: Bump.MAJOR,
    Severity.ADDITIVE: Bump.MINOR,
    Severity.COSMETIC: Bump.PATCH,
}


def bump_of(changes: Iterable[Change]) -> Bump:
    """Return how much the version has to grow for these changes."""
    severities = {change.severity for change in changes}
    return next((bump for severity, bump in _BUMPS.items() if severity in severities), Bump.NONE)
