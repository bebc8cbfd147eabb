"""Compares the operations of two documents: where they are, what they take and what they answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract.diff.changes import Change, Severity, Side
from arthurai.contract.diff.comparison import Comparison, Scope
from arthurai.contract.diff.pointers import Node, canonical, shown
from arthurai.contract.diff.schema_changes import SchemaComparison

if TYPE_CHECKING:
    from collections.abc import Mapping

METHODS: Final = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
_COSMETIC: Final = frozenset({"description", "externalDocs", "summary", "example", "examples"})
_COMPARED: Final = frozenset(
    {"deprecated", "operationId", "parameters", "requestBody", "responses", "security", "tags"}
    | {"content", "headers", "in", "name", "required", "schema"}
)
# From firm to loose.
_STABILITY: Final = ("stable", "beta", "alpha", "draft")
_DEPRECATED: Final = "deprecated"
_PERMISSIONS: Final = ("x-permission", "x-permission-data")


@dataclass(frozen=True, slots=True)
class OperationNode:
    """An operation with its place in the document.

    Attributes:
        name: Its ``operationId``.
        method: HTTP method in capitals.
        path: Path template.
        node: The operation object.
        parameters: Its parameters and those of its path, by place and name.
        security: Its own security requirements, or the document's.
    """

    name: str
    method: str
    path: str
    node: Node
    parameters: Mapping[tuple[str, str], Node]
    security: Node

    @property
    def tag(self) -> str:
        """The first tag, after which the generator names a package."""
        tags = self.node.value.get("tags") or ["default"]
        return str(tags[0])

    @property
    def address(self) -> tuple[str, str]:
        """Method and path without the names of path parameters."""
        return self.method, re.sub(r"\{[^}]*\}", "{}", self.path)


def operations_of(document: Mapping[str, Any]) -> dict[str, OperationNode]:
    """Return the operations of a document by their ``operationId``.

    Operations without one go by method and path.
    """
    root = Node.root(document)
    found: dict[str, OperationNode] = {}
    for path, item in root.get("paths").items():
        for method in METHODS:
            node = item.get(method)
            if node.value is None:
                continue
            parameters = {}
            for listed in (*item.get("parameters").elements(), *node.get("parameters").elements()):
                parameter = listed.resolved()
                parameters[parameter.value["in"], parameter.value["name"]] = parameter
            own = node.get("security")
            name = node.value.get("operationId", f"{method.upper()} {path}")
            found[name] = OperationNode(
                name=name,
                method=method.upper(),
                path=path,
                node=node,
                parameters=parameters,
                security=root.get("security") if own.value is None else own,
            )
    return found


class OperationComparison:
    """Compares one operation of the old document with what became of it."""

    def __init__(self, comparison: Comparison, old: OperationNode, new: OperationNode) -> None:
        self._comparison = comparison
        self._old = old
        self._new = new
        self._scope = Scope(old.name, new.name, Side.OPERATION)
        comparison.open(self._scope)

    def compare(self) -> None:
        """Note all changes of the operation."""
        self._compare_names()
        self._compare_keywords(self._old.node, self._new.node, Side.OPERATION)
        self._compare_permission()
        self._compare_stability()
        self._compare_security()
        self._compare_parameters()
        self._compare_request_body()
        self._compare_responses()

    def _add(self, severity: Severity, side: Side, rule: str, node: Node, message: str) -> None:
        self._comparison.add(self._scope, Change(severity, side, rule, node.pointer, message))

    def _breaks(self, side: Side, rule: str, node: Node, message: str) -> None:
        self._add(Severity.BREAKING, side, rule, node, message)

    def _adds(self, side: Side, rule: str, node: Node, message: str) -> None:
        self._add(Severity.ADDITIVE, side, rule, node, message)

    def _compare_names(self) -> None:
        old, new = self._old, self._new
        for rule, before, after in (
            ("operation-id-changed", old.name, new.name),
            ("method-changed", old.method, new.method),
            ("path-changed", old.address[1], new.address[1]),
            ("tag-changed", old.tag, new.tag),
        ):
            if before != after:
                self._breaks(Side.OPERATION, rule, new.node, f"{before} became {after}")

    def _compare_keywords(self, old: Node, new: Node, side: Side) -> None:
        """Compare what has no rules of its own, for operations, parameters, bodies and answers."""
        for keyword in sorted({*old.value, *new.value} - _COMPARED):
            before, after = old.value.get(keyword), new.value.get(keyword)
            if keyword in _PERMISSIONS or keyword == "x-stability-level":
                continue
            if canonical(before) != canonical(after):
                cosmetic = keyword in _COSMETIC or keyword.startswith("x-")
                severity = Severity.COSMETIC if cosmetic else Severity.BREAKING
                text = f"{keyword} {shown(before)} became {shown(after)}"
                self._add(severity, side, f"{keyword}-changed", new, text)
        before, after = old.value.get("deprecated", False), new.value.get("deprecated", False)
        if before != after:
            severity = Severity.ADDITIVE if after else Severity.COSMETIC
            text = "is deprecated now" if after else "is not deprecated any more"
            self._add(severity, side, "deprecated-changed", new, text)

    def _compare_permission(self) -> None:
        for keyword in _PERMISSIONS:
            before = self._old.node.get(keyword).value or None
            after = self._new.node.get(keyword).value or None
            if canonical(before) != canonical(after):
                text = f"{keyword} {shown(before)} became {shown(after)}"
                note = self._adds if after is None else self._breaks
                note(Side.OPERATION, "permission-changed", self._new.node.get(keyword), text)

    def _compare_stability(self) -> None:
        keyword = "x-stability-level"
        before = self._old.node.get(keyword).value or _STABILITY[0]
        node = self._new.node.get(keyword)
        after = node.value or _STABILITY[0]
        if before == after:
            return
        text = f"stability {before} became {after}"
        if after == _DEPRECATED:
            self._adds(Side.OPERATION, "stability-changed", node, text)
        elif before == _DEPRECATED:
            self._add(Severity.COSMETIC, Side.OPERATION, "stability-changed", node, text)
        else:
            firmer = _STABILITY.index(after) < _STABILITY.index(before)
            note = self._adds if firmer else self._breaks
            note(Side.OPERATION, "stability-changed", node, text)

    def _compare_security(self) -> None:
        old, new = self._old.security, self._new.security
        before = {canonical(way) for way in old.value or [{}]}
        after = {canonical(way) for way in new.value or [{}]}
        for way in sorted(before - after):
            if "{}" in after:
                self._adds(Side.REQUEST, "security-dropped", new, "needs no credential any more")
            else:
                text = (
                    "needs a credential now" if way == "{}" else f"{way} is not accepted any more"
                )
                self._breaks(Side.REQUEST, "security-removed", new, text)
        for way in sorted(after - before - {"{}"}):
            if "{}" not in before:
                self._adds(Side.REQUEST, "security-added", new, f"{way} is accepted too")

    def _compare_parameters(self) -> None:
        old, new = dict(self._old.parameters), dict(self._new.parameters)
        self._compare_path_parameters(old, new)
        for key in [key for key in old if key in new]:
            self._compare_parameter(old.pop(key), new.pop(key))
        for (place, name), node in list(old.items()):
            twin = _twin(place, name, node, new)
            if twin is None:
                text = f"{place} parameter {name!r} is gone"
                self._breaks(Side.REQUEST, "parameter-removed", node, text)
                continue
            target = new.pop(twin)
            moved = twin[0] != place
            rule = "parameter-moved" if moved else "parameter-renamed"
            text = f"{place} parameter {name!r} became {twin[0]} parameter {twin[1]!r}"
            self._breaks(Side.REQUEST, rule, target, text)
            self._compare_parameter(node, target)
        for (place, name), node in new.items():
            if node.value.get("required"):
                text = f"required {place} parameter {name!r} is new"
                self._breaks(Side.REQUEST, "required-parameter-added", node, text)
            else:
                text = f"optional {place} parameter {name!r} is new"
                self._adds(Side.REQUEST, "parameter-added", node, text)

    def _compare_path_parameters(
        self, old: dict[tuple[str, str], Node], new: dict[tuple[str, str], Node]
    ) -> None:
        """Pair path parameters by their position when the path is the same but for their names."""
        if self._old.address[1] != self._new.address[1]:
            return
        names = zip(_names(self._old.path), _names(self._new.path), strict=True)
        for before, after in names:
            if before != after and ("path", before) in old and ("path", after) in new:
                node, target = old.pop(("path", before)), new.pop(("path", after))
                text = f"path parameter {before!r} became {after!r}"
                self._breaks(Side.REQUEST, "parameter-renamed", target, text)
                self._compare_parameter(node, target)

    def _compare_parameter(self, old: Node, new: Node) -> None:
        self._compare_keywords(old, new, Side.REQUEST)
        self._compare_required(old, new, "parameter", new.value["name"])
        if old.get("schema").value is not None and new.get("schema").value is not None:
            self._compare_schema(old.get("schema"), new.get("schema"), Side.REQUEST)
        self._compare_content(old, new, Side.REQUEST)

    def _compare_required(self, old: Node, new: Node, kind: str, name: str) -> None:
        before, after = old.value.get("required", False), new.value.get("required", False)
        if after and not before:
            text = f"{kind} {name!r} is required now"
            self._breaks(Side.REQUEST, f"{kind}-became-required", new, text)
        elif before and not after:
            text = f"{kind} {name!r} is optional now"
            self._adds(Side.REQUEST, f"{kind}-became-optional", new, text)

    def _compare_schema(self, old: Node, new: Node, side: Side) -> None:
        SchemaComparison(self._comparison, self._scope, side).compare(old, new)

    def _compare_request_body(self) -> None:
        old, new = self._old.node.get("requestBody"), self._new.node.get("requestBody")
        if old.value is None and new.value is None:
            return
        if new.value is None:
            self._breaks(Side.REQUEST, "request-body-removed", old, "takes no body any more")
        elif old.value is None:
            note = self._breaks if new.resolved().value.get("required") else self._adds
            note(Side.REQUEST, "request-body-added", new, "takes a body now")
        else:
            old, new = old.resolved(), new.resolved()
            self._compare_keywords(old, new, Side.REQUEST)
            self._compare_required(old, new, "request-body", self._new.name)
            self._compare_content(old, new, Side.REQUEST)

    def _compare_content(self, old: Node, new: Node, side: Side) -> None:
        before, after = dict(old.get("content").items()), dict(new.get("content").items())
        for media_type in sorted(before.keys() - after.keys()):
            text = f"content type {media_type} is gone"
            self._breaks(side, "content-type-removed", before[media_type], text)
        for media_type in sorted(after.keys() - before.keys()):
            text = f"content type {media_type} is new"
            self._adds(side, "content-type-added", after[media_type], text)
        for media_type in sorted(before.keys() & after.keys()):
            self._compare_keywords(before[media_type], after[media_type], side)
            schemas = before[media_type].get("schema"), after[media_type].get("schema")
            if all(schema.value is not None for schema in schemas):
                self._compare_schema(*schemas, side)
            elif canonical(schemas[0].value) != canonical(schemas[1].value):
                text = "the schema of the body came or went"
                self._breaks(side, "body-schema-changed", after[media_type], text)

    def _compare_responses(self) -> None:
        before = dict(self._old.node.get("responses").items())
        after = dict(self._new.node.get("responses").items())
        for status in sorted(before.keys() - after.keys()):
            note = self._breaks if _is_success(status) else self._adds
            text = f"status {status} is not answered any more"
            note(Side.RESPONSE, "status-removed", before[status], text)
        for status in sorted(after.keys() - before.keys()):
            note = self._breaks if _is_success(status) else self._adds
            note(Side.RESPONSE, "status-added", after[status], f"status {status} is new")
        for status in sorted(before.keys() & after.keys()):
            old, new = before[status].resolved(), after[status].resolved()
            self._compare_keywords(old, new, Side.RESPONSE)
            self._compare_headers(old, new)
            self._compare_content(old, new, Side.RESPONSE)

    def _compare_headers(self, old: Node, new: Node) -> None:
        before = {name.lower(): node for name, node in old.get("headers").items()}
        after = {name.lower(): node for name, node in new.get("headers").items()}
        for name in sorted(before.keys() - after.keys()):
            text = f"header {name} is gone"
            self._breaks(Side.RESPONSE, "header-removed", before[name], text)
        for name in sorted(after.keys() - before.keys()):
            self._adds(Side.RESPONSE, "header-added", after[name], f"header {name} is new")
        for name in sorted(before.keys() & after.keys()):
            first, second = before[name].resolved(), after[name].resolved()
            self._compare_keywords(first, second, Side.RESPONSE)
            required = first.value.get("required", False), second.value.get("required", False)
            if required[0] != required[1]:
                note = self._adds if required[1] else self._breaks
                rule = "header-became-required" if required[1] else "header-became-optional"
                note(Side.RESPONSE, rule, second, f"header {name}")
            if first.get("schema").value is not None and second.get("schema").value is not None:
                self._compare_schema(first.get("schema"), second.get("schema"), Side.RESPONSE)


def _names(path: str) -> list[str]:
    return re.findall(r"\{([^}]*)\}", path)


def _is_success(status: str) -> bool:
    return status.startswith("2")


def _twin(
    place: str, name: str, node: Node, candidates: Mapping[tuple[str, str], Node]
) -> tuple[str, str] | None:
    """Find what a parameter that is gone has become: its name elsewhere, or its schema renamed."""
    elsewhere = [key for key in candidates if key[1] == name]
    if elsewhere:
        return elsewhere[0]
    schema = canonical(node.value.get("schema"))
    renamed = [
        key
        for key, candidate in candidates.items()
        if key[0] == place and canonical(candidate.value.get("schema")) == schema
    ]
    return renamed[0] if len(renamed) == 1 else None
