"""Shows the changes of a document to people and to programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from arthurai.contract.diff.changes import Bump, Severity, bump_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from arthurai.contract.diff.changes import Change, Side

_MOST_NAMES: Final = 4
_MEANINGS: Final = {
    Bump.MAJOR: "major: existing programs break",
    Bump.MINOR: "minor: existing programs work, new ones can do more",
    Bump.PATCH: "patch: nothing that a program notices",
}


def as_text(changes: Sequence[Change]) -> str:
    """Return the changes for people, ending in the version bump."""
    bump = bump_of(changes)
    if bump is Bump.NONE:
        return bump.value
    return "\n".join([*_lines(changes), f"Version bump: {_MEANINGS[bump]}"])


def as_json(changes: Sequence[Change]) -> str:
    """Return the changes as a JSON object with ``bump``, ``counts`` and ``changes``."""
    counts = {severity: _count(changes, severity) for severity in Severity}
    report = {
        "bump": bump_of(changes),
        "counts": counts,
        "changes": [asdict(change) for change in changes],
    }
    return json.dumps(report, indent=2, ensure_ascii=False)


def _count(changes: Sequence[Change], severity: Severity) -> int:
    return sum(change.severity is severity for change in changes)


def _lines(changes: Sequence[Change]) -> Iterator[str]:
    for severity in Severity:
        count = _count(changes, severity)
        if not count:
            continue
        yield f"{count} {severity}"
        for (side, rule, message), alike in _groups(changes, severity).items():
            yield f"  {side} {rule}: {message}"
            yield from _names("at", [change.path for change in alike])
            yield from _names("modules", _union(change.modules for change in alike))
            yield from _names("calls", _union(change.calls for change in alike))
        yield ""


def _groups(
    changes: Sequence[Change], severity: Severity
) -> dict[tuple[Side, str, str], list[Change]]:
    """Gather changes that read the same, such as a status that every operation has got."""
    groups: dict[tuple[Side, str, str], list[Change]] = {}
    for change in changes:
        if change.severity is severity:
            groups.setdefault((change.side, change.rule, change.message), []).append(change)
    return groups


def _union(names: Iterable[Iterable[str]]) -> list[str]:
    return sorted({name for some in names for name in some})


def _names(title: str, names: Sequence[str]) -> Iterator[str]:
    if not names:
        return
    rest = len(names) - _MOST_NAMES
    shown = ", ".join(names[:_MOST_NAMES])
    yield f"    {title:<7} {shown}{f' and {rest} more' if rest > 0 else ''}"
