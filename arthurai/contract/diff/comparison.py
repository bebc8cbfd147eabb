"""Where the changes found so far are kept, and which operation reaches which of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from arthurai.contract.diff.changes import Change, Severity, Side

_SEVERITIES = list(Severity)
_SIDES = list(Side)


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
    """Collects changes by scope.

    Attributes:
        found: The changes inside each scope, without the scopes that it uses.
        uses: The scopes that each scope refers to.
    """

    found: dict[Scope, list[Change]] = field(default_factory=dict)
    uses: dict[Scope, set[Scope]] = field(default_factory=dict)

    def open(self, scope: Scope) -> bool:
        """Begin a scope; false when it has been begun before."""
        if scope in self.found:
            return False
        self.found[scope] = []
        self.uses[scope] = set()
        return True

    def add(self, scope: Scope, change: Change) -> None:
        """Note a change inside a scope."""
        self.found[scope].append(change)

    def use(self, scope: Scope, part: Scope) -> bool:
        """Note that a scope refers to another one; true when that one has to be compared yet."""
        self.uses[scope].add(part)
        return self.open(part)

    def changes(self) -> list[Change]:
        """Return each change once, with the operations that reach it, the gravest first."""
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
        return sorted(result, key=_order)

    def _reachable(self, start: Scope) -> set[Scope]:
        seen, waiting = {start}, [start]
        while waiting:
            fresh = self.uses[waiting.pop()] - seen
            seen |= fresh
            waiting.extend(fresh)
        return seen


def _order(change: Change) -> tuple[int, str, int, str]:
    severity, side = _SEVERITIES.index(change.severity), _SIDES.index(change.side)
    return severity, change.path, side, change.rule
