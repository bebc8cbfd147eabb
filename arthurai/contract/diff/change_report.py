"""Adds the modules and calls that changes reach, and formats the changes as text or JSON."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract.diff.changes import Bump, Severity, bump_of
from arthurai.contract.diff.operation_changes import list_operations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from importlib.resources.abc import Traversable

    from arthurai.contract.diff.changes import Change, Side

_PACKAGE: Final = "arthurai_api"
_COMPONENT: Final = re.compile(r"#/components/schemas/([^/]+)")
_MAX_NAMES: Final = 4
_TITLES: Final = (
    ("in", "operations"),
    ("modules", "modules"),
    ("calls", "calls"),
    ("serves", "handlers"),
)
_MEANINGS: Final = {
    Bump.MAJOR: "major: existing programs break",
    Bump.MINOR: "minor: existing programs work, new ones can do more",
    Bump.PATCH: "patch: nothing that a program notices",
}


def add_impact(
    changes: Iterable[Change],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    ledger: Mapping[str, Any] | None = None,
    handlers: Mapping[str, str] | None = None,
) -> list[Change]:
    """Return the changes with the modules, calls and handlers that they reach.

    Args:
        changes: Changes with the operations that they reach.
        old: The old document.
        new: The new document.
        ledger: The rows of the ledger by `operationId`; without it no calls are known.
        handlers: The handlers of the embedded server by `operationId`; see `find_handlers`.
    """
    modules = {
        name: f"{_PACKAGE}.api.{module_name(operation.tag)}.{module_name(name)}"
        for document in (old, new)
        for name, operation in list_operations(document).items()
    }
    return [
        replace(
            change,
            modules=tuple(sorted(_modules_of(change, modules))),
            calls=tuple(sorted(_calls_of(change, ledger or {}))),
            handlers=tuple(
                sorted({handlers[name] for name in change.operations if name in handlers})
                if handlers
                else ()
            ),
        )
        for change in changes
    ]


def find_handlers(package: Traversable) -> dict[str, str]:
    """Return the handlers of the embedded server by `operationId`, without importing the server.

    Args:
        package: The folder of the package `arthurai`.
    """
    found: dict[str, str] = {}
    resources = package.joinpath("server", "resources")
    for folder in resources.iterdir() if resources.is_dir() else ():
        for file in folder.iterdir() if folder.is_dir() else ():
            if not file.name.endswith(".py"):
                continue
            module = f"{folder.name}.{file.name.removesuffix('.py')}"
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef):
                    for name in _registered(node):
                        found[name] = f"{module}.{node.name}"
    return found


def _registered(function: ast.FunctionDef) -> Iterator[str]:
    """Yield the operations that the decorator `operation` of a function names."""
    for decorator in function.decorator_list:
        if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Name):
            continue
        if decorator.func.id == "operation":
            arguments = [one for one in decorator.args if isinstance(one, ast.Constant)]
            yield from (str(one.value) for one in arguments)


def join_ledgers(*ledgers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the rows of several states of the ledger, with the calls that any of them names.

    The row of a removed operation is removed with it, so the calls stand in the old ledger only.
    """
    joined: dict[str, Any] = {}
    for rows in ledgers:
        for name, row in rows.items():
            calls = {*_calls_of_row(joined.get(name, {})), *_calls_of_row(row)}
            joined[name] = {**row, "call": sorted(calls)}
    return joined


def module_name(text: str) -> str:
    """Return the module name that the generator derives from a tag or the name of a schema."""
    if any(letter.isupper() for letter in text):
        text = " ".join(re.split("([A-Z]?[a-z]+)", text))
    return "_".join(re.findall(r"[^. _-]+", text)).lower()


def _modules_of(change: Change, modules: Mapping[str, str]) -> set[str]:
    found = {modules[name] for name in change.operations}
    component = _COMPONENT.match(change.path)
    if component is not None:
        found.add(f"{_PACKAGE}.models.{module_name(component[1])}")
    return found


def _calls_of(change: Change, rows: Mapping[str, Any]) -> set[str]:
    calls: set[str] = set()
    for name in change.operations:
        calls |= _calls_of_row(rows.get(name, {}))
    return calls


def _calls_of_row(row: Mapping[str, Any]) -> set[str]:
    call = row.get("call", ())
    return {call} if isinstance(call, str) else set(call)


def format_text(changes: Sequence[Change]) -> str:
    """Return the changes for people, ending in the version bump."""
    bump = bump_of(changes)
    if bump is Bump.NONE:
        return bump.value
    return "\n".join([*_lines(changes), f"Version bump: {_MEANINGS[bump]}"])


def format_json(changes: Sequence[Change]) -> str:
    """Return the changes as a JSON object with `bump`, `counts` and `changes`."""
    report = {
        "bump": bump_of(changes),
        "counts": {
            severity: sum(change.severity is severity for change in changes)
            for severity in Severity
        },
        "changes": [asdict(change) for change in changes],
    }
    return json.dumps(report, indent=2, ensure_ascii=False)


def _lines(changes: Sequence[Change]) -> Iterator[str]:
    for severity in Severity:
        chosen = [change for change in changes if change.severity is severity]
        if not chosen:
            continue
        yield f"{len(chosen)} {severity}"
        for (side, rule, message), alike in _group(chosen).items():
            yield f"  {side} {rule}: {message}"
            yield from _list_names("at", [change.path for change in alike])
            for title, attribute in _TITLES:
                names = {name for change in alike for name in getattr(change, attribute)}
                yield from _list_names(title, sorted(names))
        yield ""


def _group(changes: Iterable[Change]) -> dict[tuple[Side, str, str], list[Change]]:
    """Group changes that read the same, such as a status that every operation got."""
    groups: dict[tuple[Side, str, str], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.side, change.rule, change.message), []).append(change)
    return groups


def _list_names(title: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        rest = len(names) - _MAX_NAMES
        shown = ", ".join(names[:_MAX_NAMES])
        yield f"    {title:<7} {shown}{f' and {rest} more' if rest > 0 else ''}"
