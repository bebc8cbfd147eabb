"""Which generated modules and which public calls a change reaches."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract.diff.operation_changes import operations_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from arthurai.contract.diff.changes import Change

_PACKAGE: Final = "arthurai_api"
_COMPONENT: Final = re.compile(r"#/components/schemas/([^/]+)")


def with_impact(
    changes: Iterable[Change],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    ledger: Mapping[str, Any] | None = None,
) -> list[Change]:
    """Fill in the modules and calls of changes.

    Args:
        changes: Changes with the operations that they reach.
        old: The old document.
        new: The new document.
        ledger: The rows of the ledger by ``operationId``; without it no calls are known.
    """
    rows = ledger or {}
    modules = _operation_modules(old) | _operation_modules(new)
    return [
        replace(
            change,
            modules=tuple(sorted(_modules(change, modules))),
            calls=tuple(sorted(_calls(change, rows))),
        )
        for change in changes
    ]


def module_name(text: str) -> str:
    """Return the module name that the generator makes of a tag or of the name of a schema."""
    if any(letter.isupper() for letter in text):
        text = " ".join(re.split("([A-Z]?[a-z]+)", text))
    return "_".join(re.findall(r"[^. _-]+", text)).lower()


def _operation_modules(document: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: f"{_PACKAGE}.api.{module_name(operation.tag)}.{module_name(name)}"
        for name, operation in operations_of(document).items()
    }


def _modules(change: Change, modules: Mapping[str, str]) -> set[str]:
    found = {modules[name] for name in change.operations}
    component = _COMPONENT.match(change.path)
    if component is not None:
        found.add(f"{_PACKAGE}.models.{module_name(component[1])}")
    return found


def _calls(change: Change, rows: Mapping[str, Any]) -> set[str]:
    calls: set[str] = set()
    for name in change.operations:
        call = rows.get(name, {}).get("call", ())
        calls |= {call} if isinstance(call, str) else set(call)
    return calls
