"""Compares the operations of two documents: where they are, what they take and what they return."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.bundle import METHODS
from arthurai.contract.diff.changes import Change, Comparison, Scope, Severity, Side
from arthurai.contract.diff.document_nodes import (
    NOWHERE,
    Node,
    canonical_json,
    describe_change,
    pair_up,
)
from arthurai.contract.diff.schema_changes import SchemaComparison

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_COSMETIC: Final = frozenset({"description", "externalDocs", "summary", "example", "examples"})
_PERMISSIONS: Final = ("x-permission", "x-permission-data")
_STABILITY: Final = "x-stability-level"
_COMPARED: Final = frozenset(
    {"deprecated", "operationId", "parameters", "requestBody", "responses", "security", "tags"}
    | {"content", "headers", "in", "name", "required", "schema", _STABILITY, *_PERMISSIONS}
)
_STABILITY_LEVELS: Final = ("stable", "beta", "alpha", "draft")
_STYLES: Final = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_DEPRECATED: Final = "deprecated"


@dataclass(frozen=True, slots=True)
class OperationNode:
    """An operation with its place in the document.

    Attributes:
        name: Its `operationId`.
        method: HTTP method in capitals.
        path: Path template.
        node: The operation object.
        parameters: Its parameters and those of its path, by location and name.
        security: Its own security requirements, or the document's.
        is_webhook: Whether the server calls it, so that programs answer its requests.
    """

    name: str
    method: str
    path: str
    node: Node
    parameters: Mapping[tuple[str, str], Node]
    security: Node
    is_webhook: bool = False

    @property
    def tag(self) -> str:
        """The first tag, after which the generator names a package."""
        tags = self.node.value.get("tags") or ["default"]
        return str(tags[0])

    @property
    def address(self) -> tuple[str, str]:
        """Method and path without the names of path parameters."""
        return self.method, re.sub(r"\{[^}]*\}", "{}", self.path)


def list_operations(document: Mapping[str, Any]) -> dict[str, OperationNode]:
    """Return the operations of a document by their `operationId`.

    Operations without one are keyed by method and path.
    """
    root = Node.root(document)
    return {
        operation.name: operation
        for group in ("paths", "webhooks")
        for path, item in root.get(group).items()
        for operation in _operations_of(group, path, item)
    }


def _operations_of(group: str, path: str, item: Node) -> Iterator[OperationNode]:
    """Yield the operations of a path or webhook; what stands beside a reference comes first."""
    places = [item, item.target()] if item.is_reference else [item]
    for method in METHODS:
        node = next((found for place in places if (found := place.get(method)).exists), NOWHERE)
        if not node.exists:
            continue
        shared = [one for place in places[::-1] for one in place.get("parameters").elements()]
        parameters = {}
        for listed in (*shared, *node.get("parameters").elements()):
            parameter = listed.resolved()
            place, name = parameter.value["in"], parameter.value["name"]
            parameters[place, name.lower() if place == "header" else name] = parameter
        own = node.get("security")
        security = own if own.exists else Node.root(node.document).get("security")
        address = path if group == "paths" else f"webhook {path}"
        name = node.value.get("operationId", f"{method.upper()} {address}")
        is_webhook = group == "webhooks"
        yield OperationNode(name, method.upper(), address, node, parameters, security, is_webhook)


class OperationComparison:
    """Compares one operation of the old document with what became of it.

    Args:
        comparison: Receives the changes.
        old: The operation in the old document.
        new: The operation in the new document.
    """

    def __init__(self, comparison: Comparison, old: OperationNode, new: OperationNode) -> None:
        self._comparison = comparison
        self._old = old
        self._new = new
        self._scope = Scope(old.name, new.name, Side.OPERATION)
        # The server sends the body of a webhook, and reads what the program returns.
        sides = (Side.REQUEST, Side.RESPONSE)
        self._body_side, self._result_side = sides[::-1] if new.is_webhook else sides
        comparison.start(self._scope)

    def compare(self) -> None:
        """Record all changes of the operation."""
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

    def _add_breaking(self, side: Side, rule: str, node: Node, message: str) -> None:
        self._add(Severity.BREAKING, side, rule, node, message)

    def _add_additive(self, side: Side, rule: str, node: Node, message: str) -> None:
        self._add(Severity.ADDITIVE, side, rule, node, message)

    def _compare_names(self) -> None:
        old, new = self._old, self._new
        for rule, severity, before, after in (
            ("operation-id-changed", Severity.GENERATED, old.name, new.name),
            ("method-changed", Severity.BREAKING, old.method, new.method),
            ("path-changed", Severity.BREAKING, old.address[1], new.address[1]),
            ("tag-changed", Severity.GENERATED, old.tag, new.tag),
        ):
            if before != after:
                text = f"changed from {before} to {after}"
                self._add(severity, Side.OPERATION, rule, new.node, text)

    def _compare_keywords(self, old: Node, new: Node, side: Side) -> None:
        """Compare the keywords of operations, parameters and bodies without rules of their own."""
        for keyword in sorted({*old.value, *new.value} - _COMPARED):
            before, after = _stated(old, keyword), _stated(new, keyword)
            if canonical_json(before) != canonical_json(after):
                cosmetic = keyword in _COSMETIC or keyword.startswith("x-")
                severity = Severity.COSMETIC if cosmetic else Severity.BREAKING
                text = describe_change(keyword, before, after)
                self._add(severity, side, f"{keyword}-changed", new, text)
        before, after = old.value.get("deprecated", False), new.value.get("deprecated", False)
        if before != after:
            severity = Severity.ADDITIVE if after else Severity.COSMETIC
            text = "is now deprecated" if after else "is no longer deprecated"
            self._add(severity, side, "deprecated-changed", new, text)

    def _compare_permission(self) -> None:
        for keyword in _PERMISSIONS:
            node = self._new.node.get(keyword)
            before, after = self._old.node.get(keyword).value or None, node.value or None
            if canonical_json(before) != canonical_json(after):
                text = describe_change(keyword, before, after)
                add = self._add_additive if after is None else self._add_breaking
                add(Side.OPERATION, "permission-changed", node, text)

    def _compare_stability(self) -> None:
        node = self._new.node.get(_STABILITY)
        before = self._old.node.get(_STABILITY).value or _STABILITY_LEVELS[0]
        after = node.value or _STABILITY_LEVELS[0]
        if before == after:
            return
        if not {before, after} <= {*_STABILITY_LEVELS, _DEPRECATED}:
            severity = Severity.BREAKING  # an unknown level may promise less
        elif before == _DEPRECATED:
            severity = Severity.COSMETIC
        elif after == _DEPRECATED or (
            _STABILITY_LEVELS.index(after) < _STABILITY_LEVELS.index(before)
        ):
            severity = Severity.ADDITIVE
        else:
            severity = Severity.BREAKING
        text = f"stability changed from {before} to {after}"
        self._add(severity, Side.OPERATION, "stability-changed", node, text)

    def _compare_security(self) -> None:
        node = self._new.security
        before = {canonical_json(way) for way in self._old.security.value or [{}]}
        after = {canonical_json(way) for way in node.value or [{}]}
        for way in sorted(before - after):
            if any(_asks_less(other, way) for other in after - {"{}"}):
                text = f"{way} now needs fewer scopes"
                self._add_additive(Side.REQUEST, "security-scopes-dropped", node, text)
            elif "{}" in after:
                text = "no longer requires a credential"
                self._add_additive(Side.REQUEST, "security-dropped", node, text)
            else:
                anonymous = way == "{}"
                text = "now requires a credential" if anonymous else f"{way} is no longer accepted"
                self._add_breaking(Side.REQUEST, "security-removed", node, text)
        for way in sorted(after - before - {"{}"}):
            if "{}" not in before and not any(_asks_less(way, other) for other in before):
                self._add_additive(
                    Side.REQUEST, "security-added", node, f"{way} is accepted as well"
                )

    def _compare_parameters(self) -> None:
        old, new = dict(self._old.parameters), dict(self._new.parameters)
        self._compare_path_parameters(old, new)
        for key in [key for key in old if key in new]:
            self._compare_parameter(old.pop(key), new.pop(key))
        for (place, name), node in list(old.items()):
            twin = _find_twin(place, name, node, new)
            if twin is None:
                text = f"{place} parameter {name!r} was removed"
                self._add_breaking(Side.REQUEST, "parameter-removed", node, text)
                continue
            target = new.pop(twin)
            rule = "parameter-moved" if twin[0] != place else "parameter-renamed"
            text = f"{place} parameter {name!r} became {twin[0]} parameter {twin[1]!r}"
            self._add_breaking(Side.REQUEST, rule, target, text)
            self._compare_parameter(node, target)
        for (place, name), node in new.items():
            if node.value.get("required"):
                text = f"required {place} parameter {name!r} was added"
                self._add_breaking(Side.REQUEST, "required-parameter-added", node, text)
            else:
                text = f"optional {place} parameter {name!r} was added"
                self._add_additive(Side.REQUEST, "parameter-added", node, text)

    def _compare_path_parameters(
        self, old: dict[tuple[str, str], Node], new: dict[tuple[str, str], Node]
    ) -> None:
        """Pair path parameters by position when the path is the same except for their names."""
        if self._old.address[1] != self._new.address[1]:
            return
        names = (re.findall(r"\{([^}]*)\}", path) for path in (self._old.path, self._new.path))
        for before, after in zip(*names, strict=True):
            if before != after and ("path", before) in old and ("path", after) in new:
                node, target = old.pop(("path", before)), new.pop(("path", after))
                text = f"path parameter {before!r} became {after!r}"
                self._add(Severity.GENERATED, Side.REQUEST, "path-parameter-renamed", target, text)
                self._compare_parameter(node, target)

    def _compare_parameter(self, old: Node, new: Node) -> None:
        self._compare_keywords(old, new, Side.REQUEST)
        self._compare_required(old, new, "parameter", new.value["name"])
        if old.get("content").exists != new.get("content").exists:
            text = f"parameter {new.value['name']!r} is now written otherwise"
            self._add_breaking(Side.REQUEST, "parameter-encoding-changed", new, text)
            return
        self._compare_schemas(old, new, Side.REQUEST)
        self._compare_content(old, new, Side.REQUEST)

    def _compare_required(self, old: Node, new: Node, kind: str, name: str) -> None:
        before, after = old.value.get("required", False), new.value.get("required", False)
        if after and not before:
            text = f"{kind} {name!r} is now required"
            self._add_breaking(Side.REQUEST, f"{kind}-became-required", new, text)
        elif before and not after:
            text = f"{kind} {name!r} is now optional"
            self._add_additive(Side.REQUEST, f"{kind}-became-optional", new, text)

    def _compare_schemas(self, old: Node, new: Node, side: Side) -> bool:
        """Compare the schemas of two parameters, media types or headers, if both have one."""
        before, after = old.get("schema"), new.get("schema")
        if before.exists and after.exists:
            SchemaComparison(self._comparison, self._scope, side).compare(before, after)
        return before.exists == after.exists

    def _compare_request_body(self) -> None:
        old, new = self._old.node.get("requestBody"), self._new.node.get("requestBody")
        if old.exists and new.exists:
            old, new = old.resolved(), new.resolved()
            self._compare_keywords(old, new, Side.REQUEST)
            self._compare_required(old, new, "request-body", self._new.name)
            self._compare_content(old, new, self._body_side)
        elif old.exists:
            text = "no longer takes a body"
            self._add_breaking(Side.REQUEST, "request-body-removed", old, text)
        elif new.exists:
            required = new.resolved().value.get("required")
            add = self._add_breaking if required else self._add_additive
            add(Side.REQUEST, "request-body-added", new, "now takes a body")

    def _compare_content(self, old: Node, new: Node, side: Side) -> None:
        before, after = dict(old.get("content").items()), dict(new.get("content").items())
        for media_type, first, second in pair_up(before, after):
            if self._compare_existence(side, "content-type", media_type, first, second):
                self._compare_keywords(first, second, side)
                if not self._compare_schemas(first, second, side):
                    text = "the schema of the body was added or removed"
                    self._add_breaking(side, "body-schema-changed", second, text)

    def _compare_existence(self, side: Side, kind: str, name: str, old: Node, new: Node) -> bool:
        """Record that something was added or removed; return whether both documents have it."""
        text = f"{kind.replace('-', ' ')} {name} was"
        if not new.exists:
            self._add_breaking(side, f"{kind}-removed", old, f"{text} removed")
        elif not old.exists:
            self._add_additive(side, f"{kind}-added", new, f"{text} added")
        return old.exists and new.exists

    def _compare_responses(self) -> None:
        before = dict(self._old.node.get("responses").items())
        after = dict(self._new.node.get("responses").items())
        for status, old, new in pair_up(before, after):
            if old.exists and new.exists:
                first, second = old.resolved(), new.resolved()
                self._compare_keywords(first, second, Side.RESPONSE)
                self._compare_headers(first, second)
                self._compare_content(first, second, self._result_side)
                continue
            add = self._add_breaking if status.startswith("2") else self._add_additive
            what = "added" if new.exists else "removed"
            node = new if new.exists else old
            add(Side.RESPONSE, f"status-{what}", node, f"status {status} was {what}")

    def _compare_headers(self, old: Node, new: Node) -> None:
        before, after = (
            {name.lower(): header for name, header in node.get("headers").items()}
            for node in (old, new)
        )
        for name, first, second in pair_up(before, after):
            if self._compare_existence(Side.RESPONSE, "header", name, first, second):
                self._compare_header(name, first.resolved(), second.resolved())

    def _compare_header(self, name: str, old: Node, new: Node) -> None:
        self._compare_keywords(old, new, Side.RESPONSE)
        before, after = old.value.get("required", False), new.value.get("required", False)
        if after and not before:
            self._add_additive(Side.RESPONSE, "header-became-required", new, f"header {name}")
        elif before and not after:
            self._add_breaking(Side.RESPONSE, "header-became-optional", new, f"header {name}")
        self._compare_schemas(old, new, Side.RESPONSE)


def _stated(node: Node, keyword: str) -> Any:
    """Return the value of a keyword, `None` where it says what holds without it."""
    value = node.value.get(keyword)
    style = _STYLES.get(node.value.get("in", ""))
    defaults = {
        "allowEmptyValue": False,
        "allowReserved": False,
        "explode": node.value.get("style", style) == "form",
        "style": style,
    }
    is_default = keyword in defaults and style is not None and value == defaults[keyword]
    return None if is_default else value


def _asks_less(one: str, other: str) -> bool:
    """Return whether a way to sign in needs the same schemes as another, with fewer scopes."""
    first, second = json.loads(one), json.loads(other)
    return (
        one != other
        and set(first) == set(second)
        and all(set(scopes) <= set(second[scheme]) for scheme, scopes in first.items())
    )


def _find_twin(
    place: str, name: str, node: Node, candidates: Mapping[tuple[str, str], Node]
) -> tuple[str, str] | None:
    """Return what a removed parameter became: its name elsewhere, or its schema renamed."""
    elsewhere = [key for key in candidates if key[1] == name]
    if elsewhere:
        return elsewhere[0]
    schema = canonical_json(node.value.get("schema"))
    renamed = [
        key
        for key, candidate in candidates.items()
        if key[0] == place and canonical_json(candidate.value.get("schema")) == schema
    ]
    return renamed[0] if len(renamed) == 1 else None
