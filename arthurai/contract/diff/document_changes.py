"""Compares two bundled OpenAPI documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.contract.diff.changes import Change, Severity, Side
from arthurai.contract.diff.comparison import Comparison, Scope
from arthurai.contract.diff.operation_changes import (
    OperationComparison,
    OperationNode,
    operations_of,
)
from arthurai.contract.diff.pointers import Node, canonical, shown
from arthurai.contract.diff.schema_changes import SchemaComparison

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DOCUMENT: Final = Scope("#", "#", Side.DOCUMENT)
_COMPARED: Final = frozenset({"components", "paths", "security", "servers", "x-roles"})


def compare_documents(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Find every change from one document to another, the gravest first.

    Args:
        old: The document that existing programs were written against.
        new: The document that shall replace it.

    Raises:
        ValueError: If a reference of a document leads nowhere or to another file.
    """
    comparison = Comparison()
    comparison.open(_DOCUMENT)
    before, after = operations_of(old), operations_of(new)
    for first, second in _pairs(before, after):
        OperationComparison(comparison, first, second).compare()
        before.pop(first.name)
        after.pop(second.name)
    for operation in before.values():
        _operation(comparison, operation, Severity.BREAKING, "operation-removed", "is gone")
    for operation in after.values():
        _operation(comparison, operation, Severity.ADDITIVE, "operation-added", "is new")
    _compare_unused(comparison, Node.root(old), Node.root(new))
    _compare_rest(comparison, Node.root(old), Node.root(new))
    changes = comparison.changes()
    if not changes and canonical(old) != canonical(new):
        text = "something changed that no operation uses or whose order says nothing"
        changes = [_change(Severity.COSMETIC, "document-changed", Node.root(new), text)]
    return changes


def _pairs(
    old: Mapping[str, OperationNode], new: Mapping[str, OperationNode]
) -> list[tuple[OperationNode, OperationNode]]:
    """Pair operations by name, and those that have lost theirs by method and path."""
    pairs = [(old[name], new[name]) for name in old if name in new]
    renamed = {node.address: node for name, node in new.items() if name not in old}
    pairs += [
        (node, renamed[node.address])
        for name, node in old.items()
        if name not in new and node.address in renamed
    ]
    return pairs


def _operation(
    comparison: Comparison, operation: OperationNode, severity: Severity, rule: str, what: str
) -> None:
    scope = Scope(operation.name, operation.name, Side.OPERATION)
    comparison.open(scope)
    text = f"{operation.method} {operation.path} {what}"
    comparison.add(scope, Change(severity, Side.OPERATION, rule, operation.node.pointer, text))


def _compare_unused(comparison: Comparison, old: Node, new: Node) -> None:
    """Compare components that no operation uses for both sides: they describe files or calls."""
    before, after = (root.get("components").get("schemas") for root in (old, new))
    used = {(scope.old, scope.new) for scope in comparison.found}
    for name, schema in before.items():
        pair = schema, after.get(name)
        if pair[1].value is not None and (pair[0].pointer, pair[1].pointer) not in used:
            for side in (Side.REQUEST, Side.RESPONSE):
                SchemaComparison(comparison, _DOCUMENT, side).compare(*pair)


def _compare_rest(comparison: Comparison, old: Node, new: Node) -> None:
    for change in (
        *_servers(old.get("servers"), new.get("servers")),
        *_components(old.get("components"), new.get("components")),
        *_security_schemes(old.get("components"), new.get("components")),
        *_roles(old.get("x-roles"), new.get("x-roles")),
        *_cosmetic(old, new),
    ):
        comparison.add(_DOCUMENT, change)


def _change(severity: Severity, rule: str, node: Node, message: str) -> Change:
    return Change(severity, Side.DOCUMENT, rule, node.pointer, message)


def _servers(old: Node, new: Node) -> Iterator[Change]:
    before = {node.value["url"]: node for node in old.elements()}
    after = {node.value["url"]: node for node in new.elements()}
    for url in sorted(before.keys() - after.keys()):
        yield _change(Severity.BREAKING, "server-removed", before[url], f"{url} is gone")
    for url in sorted(after.keys() - before.keys()):
        yield _change(Severity.ADDITIVE, "server-added", after[url], f"{url} is new")


def _makes_class(schema: Node) -> bool:
    value = schema.value
    return isinstance(value, dict) and ("properties" in value or "enum" in value)


def _components(old: Node, new: Node) -> Iterator[Change]:
    """A component that is used is compared where it is used; here its generated class counts."""
    before, after = dict(old.get("schemas").items()), dict(new.get("schemas").items())
    for name in sorted(before.keys() - after.keys()):
        if _makes_class(before[name]):
            text = f"{name} is gone, and with it its generated class"
            yield _change(Severity.BREAKING, "schema-removed", before[name], text)
    for name in sorted(after.keys() - before.keys()):
        if _makes_class(after[name]):
            yield _change(Severity.ADDITIVE, "schema-added", after[name], f"{name} is new")


def _security_schemes(old: Node, new: Node) -> Iterator[Change]:
    before = dict(old.get("securitySchemes").items())
    after = dict(new.get("securitySchemes").items())
    for name in sorted(before.keys() - after.keys()):
        text = f"{name} is gone"
        yield _change(Severity.BREAKING, "security-scheme-removed", before[name], text)
    for name in sorted(after.keys() - before.keys()):
        yield _change(Severity.ADDITIVE, "security-scheme-added", after[name], f"{name} is new")
    for name in sorted(before.keys() & after.keys()):
        first, second = before[name].value, after[name].value
        for keyword in sorted({*first, *second}):
            if canonical(first.get(keyword)) != canonical(second.get(keyword)):
                severity = Severity.COSMETIC if keyword == "description" else Severity.BREAKING
                text = f"{keyword} {shown(first.get(keyword))} became {shown(second.get(keyword))}"
                yield _change(severity, "security-scheme-changed", after[name], text)


def _grants(roles: Node) -> set[tuple[str, str, str]]:
    return {
        (role, resource, action.value)
        for role, resources in roles.items()
        for resource, actions in resources.items()
        for action in actions.elements()
    }


def _roles(old: Node, new: Node) -> Iterator[Change]:
    before, after = _grants(old), _grants(new)
    for role, resource, action in sorted(before - after):
        text = f"role {role} may not {action} {resource} any more"
        yield _change(Severity.BREAKING, "grant-removed", new.get(role), text)
    for role, resource, action in sorted(after - before):
        text = f"role {role} may {action} {resource} now"
        yield _change(Severity.ADDITIVE, "grant-added", new.get(role), text)


def _cosmetic(old: Node, new: Node) -> Iterator[Change]:
    for keyword in sorted({*old.value, *new.value} - _COMPARED):
        before, after = old.get(keyword).value, new.get(keyword).value
        if canonical(before) != canonical(after):
            text = f"{keyword} {shown(before)} became {shown(after)}"
            yield _change(Severity.COSMETIC, f"{keyword}-changed", new.get(keyword), text)
