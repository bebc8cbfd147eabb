"""Compares two bundled OpenAPI documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.contract.diff.changes import Change, Comparison, Scope, Severity, Side
from arthurai.contract.diff.document_nodes import Node, canonical_json, describe_change, pair_up
from arthurai.contract.diff.operation_changes import (
    OperationComparison,
    OperationNode,
    list_operations,
)
from arthurai.contract.diff.schema_changes import SchemaComparison

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DOCUMENT: Final = Scope("#", "#", Side.DOCUMENT)
_COMPARED: Final = frozenset({"components", "paths", "security", "servers", "webhooks", "x-roles"})


def compare_documents(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return every change from one document to another, the most severe first.

    Args:
        old: The document that existing programs were written against.
        new: The document that replaces it.

    Raises:
        ValueError: A reference of a document has no target or points to another file.
    """
    comparison = Comparison()
    comparison.start(_DOCUMENT)
    before, after = list_operations(old), list_operations(new)
    for first, second in _pair_operations(before, after):
        OperationComparison(comparison, first, second).compare()
        before.pop(first.name)
        after.pop(second.name)
    for operation in before.values():
        _add_operation(comparison, operation, Severity.BREAKING, "removed")
    for operation in after.values():
        _add_operation(comparison, operation, Severity.ADDITIVE, "added")
    roots = Node.root(old), Node.root(new)
    _compare_unused_schemas(comparison, *roots)
    for compare in (_servers, _schemas, _security_schemes, _roles, _cosmetic):
        for change in compare(*roots):
            comparison.add(_DOCUMENT, change)
    changes = comparison.changes()
    if not changes and canonical_json(old) != canonical_json(new):
        text = "changed in a part that no operation uses, or in an order that has no meaning"
        changes = [_change(Severity.COSMETIC, "document-changed", roots[1], text)]
    return changes


def _pair_operations(
    old: Mapping[str, OperationNode], new: Mapping[str, OperationNode]
) -> list[tuple[OperationNode, OperationNode]]:
    """Pair operations by name, and those that lost their name by method and path."""
    renamed = {node.address: node for name, node in new.items() if name not in old}
    pairs = ((node, new.get(name) or renamed.get(node.address)) for name, node in old.items())
    return [(node, found) for node, found in pairs if found is not None]


def _add_operation(
    comparison: Comparison, operation: OperationNode, severity: Severity, what: str
) -> None:
    scope = Scope(operation.name, operation.name, Side.OPERATION)
    comparison.start(scope)
    text = f"{operation.method} {operation.path} was {what}"
    rule, pointer = f"operation-{what}", operation.node.pointer
    comparison.add(scope, Change(severity, Side.OPERATION, rule, pointer, text))


def _compare_unused_schemas(comparison: Comparison, old: Node, new: Node) -> None:
    """Compare schemas that no operation uses on both sides: they describe files or calls."""
    after = new.get("components").get("schemas")
    used = {(scope.old, scope.new) for scope in comparison.found}
    for name, schema in old.get("components").get("schemas").items():
        other = after.get(name)
        if other.exists and (schema.pointer, other.pointer) not in used:
            for side in (Side.REQUEST, Side.RESPONSE):
                SchemaComparison(comparison, _DOCUMENT, side).compare(schema, other)


def _change(severity: Severity, rule: str, node: Node, message: str) -> Change:
    return Change(severity, Side.DOCUMENT, rule, node.pointer, message)


def _removed(kind: str, node: Node, name: str) -> Change:
    return _change(Severity.BREAKING, f"{kind}-removed", node, f"{name} was removed")


def _added(kind: str, node: Node, name: str) -> Change:
    return _change(Severity.ADDITIVE, f"{kind}-added", node, f"{name} was added")


def _servers(old: Node, new: Node) -> Iterator[Change]:
    before, after = (
        {node.value["url"]: node for node in root.get("servers").elements()} for root in (old, new)
    )
    for url, first, second in pair_up(before, after):
        if not second.exists:
            yield _removed("server", first, url)
        elif not first.exists:
            yield _added("server", second, url)


def _schemas(old: Node, new: Node) -> Iterator[Change]:
    """Compare which generated classes there are; what is used is compared where it is used."""
    before, after = (dict(root.get("components").get("schemas").items()) for root in (old, new))
    for name, first, second in pair_up(before, after):
        if not second.exists and _makes_class(first):
            text = f"{name} was removed together with its generated class"
            yield _change(Severity.GENERATED, "schema-removed", first, text)
        elif not first.exists and _makes_class(second):
            yield _added("schema", second, name)


def _makes_class(schema: Node) -> bool:
    value = schema.value
    return isinstance(value, dict) and ("properties" in value or "enum" in value)


def _security_schemes(old: Node, new: Node) -> Iterator[Change]:
    before, after = (
        dict(root.get("components").get("securitySchemes").items()) for root in (old, new)
    )
    for name, first, second in pair_up(before, after):
        if not second.exists:
            yield _removed("security-scheme", first, name)
        elif not first.exists:
            yield _added("security-scheme", second, name)
        else:
            for keyword, one, other in pair_up(dict(first.items()), dict(second.items())):
                if canonical_json(one.value) != canonical_json(other.value):
                    cosmetic = keyword == "description"
                    severity = Severity.COSMETIC if cosmetic else Severity.BREAKING
                    text = describe_change(keyword, one.value, other.value)
                    yield _change(severity, "security-scheme-changed", second, text)


def _grants(root: Node) -> set[tuple[str, str, str]]:
    return {
        (role, resource, action.value)
        for role, resources in root.get("x-roles").items()
        for resource, actions in resources.items()
        for action in actions.elements()
    }


def _roles(old: Node, new: Node) -> Iterator[Change]:
    before, after = _grants(old), _grants(new)
    for role, resource, action in sorted(before ^ after):
        node = new.get("x-roles").get(role)
        if (role, resource, action) in after:
            text = f"role {role} may now {action} {resource}"
            yield _change(Severity.ADDITIVE, "grant-added", node, text)
        else:
            text = f"role {role} may no longer {action} {resource}"
            yield _change(Severity.BREAKING, "grant-removed", node, text)


def _cosmetic(old: Node, new: Node) -> Iterator[Change]:
    for keyword in sorted({*old.value, *new.value} - _COMPARED):
        before, after = old.get(keyword).value, new.get(keyword).value
        if canonical_json(before) != canonical_json(after):
            text = describe_change(keyword, before, after)
            yield _change(Severity.COSMETIC, f"{keyword}-changed", new.get(keyword), text)
