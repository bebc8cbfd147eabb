"""The changes between two documents, which operations they reach, and what version they need."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Severity(StrEnum):
    """What a change does to programs written against the old document.

    What is breaking breaks programs that speak HTTP themselves. Names that only the generator uses,
    for modules, classes and arguments, are a class of their own: they break programs that call the
    generated client, and need a major version, too.
    """

    BREAKING = "breaking"
    GENERATED = "generated"
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


_BUMPS: Final = {
    Severity.BREAKING: Bump.MAJOR,
    Severity.GENERATED: Bump.MAJOR,
    Severity.ADDITIVE: Bump.MINOR,
    Severity.COSMETIC: Bump.PATCH,
}
_SEVERITIES: Final = list(Severity)
_SIDES: Final = list(Side)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two documents.

    Attributes:
        severity: What it does to existing programs.
        side: Which half of the traffic it concerns.
        rule: The kind of change, e.g. `"property-removed"`.
        path: JSON pointer to it in the new document, in the old one for what was removed.
        message: The change in words.
        operations: The operations that it reaches, by `operationId`.
        modules: The generated modules that it reaches.
        calls: The public calls of the curated layer that it reaches.
        handlers: The functions of the embedded server that it reaches, as `module.function`.
    """

    severity: Severity
    side: Side
    rule: str
    path: str
    message: str
    operations: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    handlers: tuple[str, ...] = ()


def bump_of(changes: Iterable[Change]) -> Bump:
    """Return how much the version has to grow for these changes."""
    severities = {change.severity for change in changes}
    return next((bump for severity, bump in _BUMPS.items() if severity in severities), Bump.NONE)


class Scope(NamedTuple):
    """A part that is compared once however often it is used: an operation, or two components.

    Attributes:
        old: The operation's name, or the pointer to the old component.
        new: The same for the new document.
        side: Which half of the traffic the components are compared for.
    """

    old: str
    new: str
    side: Side


@dataclass
class Comparison:
    """The changes found so far, by scope.

    Attributes:
        found: The changes inside each scope, without those in the scopes that it uses.
        uses: The scopes that each scope refers to.
    """

    found: dict[Scope, list[Change]] = field(default_factory=dict)
    uses: dict[Scope, set[Scope]] = field(default_factory=dict)

    def start(self, scope: Scope) -> bool:
        """Start a scope; return false when it was started before."""
        if scope in self.found:
            return False
        self.found[scope] = []
        self.uses[scope] = set()
        return True

    def add(self, scope: Scope, change: Change) -> None:
        """Record a change inside a scope."""
        self.found[scope].append(change)

    def use(self, scope: Scope, part: Scope) -> bool:
        """Record that a scope refers to another one; return whether that is not compared yet."""
        self.uses[scope].add(part)
        return self.start(part)

    def changes(self) -> list[Change]:
        """Return each change once with the operations that reach it, the most severe first."""
        reached: dict[Scope, set[str]] = {scope: set() for scope in self.found}
        for scope in self.found:
            if scope.side is Side.OPERATION:
                for part in self._reachable(scope):
                    reached[part] |= {scope.new}
        merged: dict[Change, set[str]] = {}
        for scope, changes in self.found.items():
            for change in changes:
                merged.setdefault(change, set()).update(reached[scope])
        result = [
            replace(change, operations=tuple(sorted(operations)))
            for change, operations in merged.items()
        ]
        return sorted(result, key=_sort_key)

    def _reachable(self, start: Scope) -> set[Scope]:
        seen, waiting = {start}, [start]
        while waiting:
            fresh = self.uses[waiting.pop()] - seen
            seen |= fresh
            waiting.extend(fresh)
        return seen


def _sort_key(change: Change) -> tuple[int, str, int, str]:
    severity, side = _SEVERITIES.index(change.severity), _SIDES.index(change.side)
    return severity, change.path, side, change.rule
