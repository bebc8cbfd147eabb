"""Places of the API description that the curated layer depends on, and the ways to change each.

A place is a member, a part of a multipart body, a parameter, a header or a status of an operation
that a public call wraps. `touched_places` says which places one exchange passes.
"""

from __future__ import annotations

import collections
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from arthurai.common.bundle import METHODS, unescape_step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

Pointer = tuple[str, ...]

#: A media type that stands for the body of a multipart request.
MULTIPART = "multipart/form-data"
ACTIONS = ("rename", "remove", "retype")
_SUFFIX = "_elsewhere"
_FREE_STATUSES = {"2": "299", "3": "399", "4": "499", "5": "599"}
_JSON = "application/json"


@dataclass
class Place:
    """One place of the description.

    Attributes:
        kind: `member`, `part`, `parameter`, `header` or `status`.
        pointer: Where it stands, references followed; the steps from the root of the document.
        operations: The operations that reach it.
        sides: `request`, `response` or both.
    """

    kind: str
    pointer: Pointer
    operations: set[str] = field(default_factory=set)
    sides: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The pointer as text."""
        return "/".join(step.replace("/", "~1") for step in self.pointer)


@dataclass(frozen=True)
class Mutation:
    """One change of the description.

    Attributes:
        action: One of `ACTIONS`.
        place: Where.
    """

    action: str
    place: Place

    def __str__(self) -> str:
        """Return the change in words."""
        return f"{self.action} {self.place.kind} {self.place.name}"


class Document:
    """A bundle with the places of some of its operations.

    Args:
        bundle: The document; it is not changed.
        operations: The `operationId` of each operation of interest.
    """

    def __init__(self, bundle: dict[str, Any], operations: AbstractSet[str]) -> None:
        self.bundle = bundle
        self.places: dict[Pointer, Place] = {}
        for path, item in bundle["paths"].items():
            for method in METHODS:
                if item.get(method, {}).get("operationId") in operations:
                    self._add_operation(("paths", path), method)

    def at(self, pointer: Pointer) -> Any:
        """Return what stands at a pointer."""
        node = self.bundle
        for step in pointer:
            node = node[int(step)] if isinstance(node, list) else node[step]
        return node

    def followed(self, pointer: Pointer) -> Pointer:
        """Return the pointer to what a reference at a pointer leads to in the end."""
        node = self.at(pointer)
        while isinstance(node, dict) and "$ref" in node:
            pointer = tuple(map(unescape_step, node["$ref"].removeprefix("#/").split("/")))
            node = self.at(pointer)
        return pointer

    def mutations(self) -> Iterator[Mutation]:
        """Yield each change of each place, in the order of the document."""
        for place in self.places.values():
            for action in ACTIONS:
                if action != "retype" or self._schema_of(place) is not None:
                    yield Mutation(action, place)

    def mutated(self, mutation: Mutation) -> dict[str, Any]:
        """Return a copy of the bundle with one change."""
        made = Document(orjson.loads(orjson.dumps(self.bundle)), set())  # quicker than deepcopy
        getattr(made, f"_{mutation.action}")(mutation.place)
        return made.bundle

    # -- Places ------------------------------------------------------------------------------------

    def _add(self, kind: str, pointer: Pointer, operation: str, side: str) -> bool:
        """Add a place; return whether the operation reaches it for the first time."""
        place = self.places.setdefault(pointer, Place(kind, pointer))
        known = operation in place.operations and side in place.sides
        place.operations.add(operation)
        place.sides.add(side)
        return not known

    def _add_operation(self, path: Pointer, method: str) -> None:
        spec = self.at((*path, method))
        name = spec["operationId"]
        for owner in (path, (*path, method)):
            for number in range(len(self.at(owner).get("parameters", ()))):
                parameter = self.followed((*owner, "parameters", str(number)))
                self._add("parameter", parameter, name, "request")
        if "requestBody" in spec:
            body = self.followed((*path, method, "requestBody"))
            for media in self.at(body)["content"]:
                kind = "part" if media == MULTIPART else "member"
                schema = (*body, "content", media, "schema")
                self._add_schema(schema, name, "request", kind, frozenset())
        for status in spec["responses"]:
            place = (*path, method, "responses", status)
            self._add("status", place, name, "response")
            response = self.followed(place)
            for header in self.at(response).get("headers", {}):
                self._add("header", (*response, "headers", header), name, "response")
            for media, content in self.at(response).get("content", {}).items():
                if "schema" in content:
                    schema = (*response, "content", media, "schema")
                    self._add_schema(schema, name, "response", "member", frozenset())

    def _add_schema(
        self, pointer: Pointer, name: str, side: str, kind: str, seen: frozenset[Pointer]
    ) -> None:
        for place, schema in self.parts_of(pointer):
            if place in seen:
                continue
            inside = seen | {place}
            for member in schema.get("properties", {}):
                property_ = (*place, "properties", member)
                self._add(kind, property_, name, side)
                self._add_schema(property_, name, side, "member", inside)
            for keyword in ("items", "additionalProperties"):
                if isinstance(schema.get(keyword), dict):
                    self._add_schema((*place, keyword), name, side, "member", inside)

    def parts_of(self, pointer: Pointer) -> list[tuple[Pointer, Mapping[str, Any]]]:
        """Return a schema and those that it includes or chooses from, with their pointers."""
        found: list[tuple[Pointer, Mapping[str, Any]]] = []
        waiting = [pointer]
        while waiting:
            place = waiting.pop()
            schema = self.at(place)
            if not isinstance(schema, dict) or any(place == known for known, _ in found):
                continue
            found.append((place, schema))
            if "$ref" in schema:
                waiting.append(self.followed(place))
            for keyword in ("allOf", "anyOf", "oneOf"):
                count = len(schema.get(keyword, ()))
                waiting += [(*place, keyword, str(number)) for number in range(count)]
        return found

    # -- Changes -----------------------------------------------------------------------------------

    def _rename(self, place: Place) -> None:
        if place.kind == "parameter":
            parameter = self.at(place.pointer)
            fresh = parameter["name"] + ("-Elsewhere" if parameter["in"] == "header" else _SUFFIX)
            if parameter["in"] == "path":
                self._change_paths(place, "{" + fresh + "}")
            parameter["name"] = fresh
            return
        owner, name = self.at(place.pointer[:-1]), place.pointer[-1]
        fresh = _FREE_STATUSES[name[0]] if place.kind == "status" else name + _SUFFIX
        if place.kind == "header":
            fresh = f"{name}-Elsewhere"
        entries = [(fresh if key == name else key, value) for key, value in owner.items()]
        owner.clear()
        owner.update(entries)
        required = (
            self.at(place.pointer[:-2]).get("required") if "properties" in place.pointer else None
        )
        if isinstance(required, list) and name in required:
            required[required.index(name)] = fresh

    def _required_beside(self, place: Place) -> list[str]:
        """Return the names that an object requires, to be changed with its members."""
        found = self.at(place.pointer[:-2]).get("required") if place.kind != "status" else None
        return found if isinstance(found, list) else []

    def _remove(self, place: Place) -> None:
        if place.kind == "parameter":
            parameter = self.at(place.pointer)
            if parameter["in"] == "path":
                self._change_paths(place, None)
            self._drop_parameter(place)
            return
        owner, name = self.at(place.pointer[:-1]), place.pointer[-1]
        del owner[name]
        required = (
            self.at(place.pointer[:-2]).get("required") if "properties" in place.pointer else None
        )
        if isinstance(required, list) and name in required:
            required.remove(name)

    def _retype(self, place: Place) -> None:
        pointer = self._schema_of(place)
        if pointer is None:
            raise ImpossibleChangeError("it has no schema")
        self.at(pointer[:-1])[pointer[-1]] = {"type": self._other_type(pointer)}

    def _schema_of(self, place: Place) -> Pointer | None:
        """Return where the schema of a place stands; `None` for statuses that only say an error."""
        if place.kind in {"member", "part"}:
            return place.pointer
        if place.kind != "status":
            return (*self.followed(place.pointer), "schema")
        response = self.followed(place.pointer)
        if not place.pointer[-1].startswith("2") or _JSON not in self.at(response).get(
            "content", {}
        ):
            return None
        return (*response, "content", _JSON, "schema")

    def _other_type(self, pointer: Pointer) -> str:
        """Return a type that a schema does not allow."""
        types: set[str] = set()
        for _, part in self.parts_of(pointer):
            declared = part.get("type", ())
            types |= {declared} if isinstance(declared, str) else set(declared)
            types |= {"string"} if "enum" in part else set()
            types |= {"object"} if "properties" in part else set()
        types |= {"integer"} if "number" in types else set()
        return next(name for name in ("string", "integer", "boolean", "array") if name not in types)

    def _change_paths(self, place: Place, fresh: str | None) -> None:
        """Rename or remove the segment of a parameter in every path that has it."""
        name = self.at(place.pointer)["name"]
        paths = self.bundle["paths"]
        entries = []
        for old_path, item in paths.items():
            path = old_path
            uses = [
                self.followed(("paths", path, *owner, "parameters", str(number)))
                for owner in ((), *((method,) for method in METHODS if method in item))
                for number in range(len(self.at(("paths", path, *owner)).get("parameters", ())))
            ]
            if place.pointer in uses:
                segment = re.escape("{" + name + "}")
                path = re.sub(f"/{segment}", "" if fresh is None else f"/{fresh}", path)
            entries.append((path, item))
        if len(dict(entries)) < len(entries):
            raise ImpossibleChangeError("two operations would have one address")
        paths.clear()
        paths.update(entries)

    def _drop_parameter(self, place: Place) -> None:
        """Remove a parameter wherever it is listed."""
        gone = self.at(place.pointer)
        for item in self.bundle["paths"].values():
            for owner in (item, *(item[method] for method in METHODS if method in item)):
                if "parameters" in owner:
                    owner["parameters"] = [
                        one for one in owner["parameters"] if self._resolved(one) is not gone
                    ]

    def _resolved(self, node: Any) -> Any:
        while "$ref" in node:
            node = self.at(tuple(map(unescape_step, node["$ref"].removeprefix("#/").split("/"))))
        return node


class ImpossibleChangeError(Exception):
    """A change that would not leave a valid description."""


def reduced(document: dict[str, Any], operations: frozenset[str]) -> dict[str, Any]:
    """Return a document with some operations only, and with what these refer to."""
    paths: dict[str, Any] = {}
    for path, item in document["paths"].items():
        kept = {
            key: value
            for key, value in item.items()
            if not isinstance(value, dict) or value.get("operationId") in operations
        }
        if any(isinstance(value, dict) for value in kept.values()):
            paths[path] = kept
    components: dict[str, dict[str, Any]] = collections.defaultdict(dict)
    components["securitySchemes"] = document["components"]["securitySchemes"]
    waiting = set(re.findall(r'"#/components/([^"]+)"', json.dumps(paths)))
    while waiting:
        kind, name = waiting.pop().split("/", 1)
        if name not in components[kind]:
            part = components[kind][name] = document["components"][kind][name]
            waiting |= set(re.findall(r'"#/components/([^"]+)"', json.dumps(part)))
    ordered = {
        kind: {name: parts[name] for name in document["components"][kind] if name in parts}
        for kind, parts in components.items()
    }
    return {**document, "paths": paths, "components": ordered}


# -- What an exchange touches ----------------------------------------------------------------------


def touched_members(document: Document, pointer: Pointer, value: Any) -> Iterator[Pointer]:
    """Yield the places of the members that a JSON value has.

    Args:
        document: The document.
        pointer: Where the schema of the value stands.
        value: The value; of lists the first elements are read.
    """
    if not isinstance(value, dict | list):
        return
    for place, schema in document.parts_of(pointer):
        if isinstance(value, list) and isinstance(schema.get("items"), dict):
            for element in value[:3]:
                yield from touched_members(document, (*place, "items"), element)
        if not isinstance(value, dict):
            continue
        members = schema.get("properties", {})
        for name, inner in value.items():
            if name in members:
                yield (*place, "properties", name)
                yield from touched_members(document, (*place, "properties", name), inner)
            elif isinstance(schema.get("additionalProperties"), dict):
                yield from touched_members(document, (*place, "additionalProperties"), inner)
