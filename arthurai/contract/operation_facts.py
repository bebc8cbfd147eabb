"""What the document states about operations: parameters, examples, and which share a resource."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.bundle import load_bundle, operations, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.common.bundle import Operation

JSON: Final = "application/json"
# What decides about a text; a free text is valid whatever it is.
_CLOSING: Final = frozenset({"enum", "pattern", "format"})
_WRITE: Final = "write"
_MULTIPART: Final = "multipart/form-data"
ENVELOPES: Final = ("data", "metrics")
"""The members that hold the rows of a list."""
ALL_ROWS: Final = 1_000_000
"""A page size that no list of a run reaches."""

# The paths of single inferences do not name the collection.
_KINDS: Final = {"partner_inference_id": "inference"}


@dataclass(frozen=True)
class QueryParameter:
    """A query parameter of an operation.

    Attributes:
        name: Its name.
        schema: The schema of one value, references followed.
        required: Whether a request must have it.
        repeatable: Whether it may be given more than once.
        default: The value it has when it is not given; `None` when none is documented.
    """

    name: str
    schema: Mapping[str, Any]
    required: bool
    repeatable: bool
    default: Any

    @property
    def is_closed(self) -> bool:
        """Whether the document itself says of every value whether it is valid."""
        closed = self.schema.get("type") in {"boolean", "integer"}
        return closed or not _CLOSING.isdisjoint(self.schema)

    @property
    def example(self) -> str:
        """A valid value, for which nothing needs to exist on the server."""
        if self.schema.get("format") == "date-time":
            return "2026-01-01T00:00:00Z"
        return str(self.schema.get("enum", ["1"])[0])


def query_parameters(operation: Operation) -> dict[str, QueryParameter]:
    """Return the query parameters of an operation by name.

    Args:
        operation: The operation.
    """
    bundle, found = load_bundle(), {}
    for parameter in operation.spec["parameters"]:
        if parameter["in"] == "query":
            name, schema = parameter["name"], resolve(bundle, parameter["schema"])
            repeatable = schema.get("type") == "array"
            found[name] = QueryParameter(
                name,
                resolve(bundle, schema.get("items", {})) if repeatable else schema,
                bool(parameter.get("required")),
                repeatable,
                schema.get("default"),
            )
    return found


def required_query(operation: Operation) -> dict[str, Any]:
    """Return a valid value for each required query parameter of an operation.

    Args:
        operation: The operation.
    """
    return {p.name: p.example for p in query_parameters(operation).values() if p.required}


def choices(operation: Operation) -> dict[str, str]:
    """Return a value for each path parameter that names no object but is one of a list.

    Args:
        operation: The operation.
    """
    schemas = {
        parameter["name"]: resolve(load_bundle(), parameter["schema"])
        for parameter in operation.spec["parameters"]
        if parameter["in"] == "path"
    }
    return {name: str(schema["enum"][0]) for name, schema in schemas.items() if "enum" in schema}


def request_media_types(operation: Operation) -> dict[str, Any]:
    """Return what the document has for each media type of a request body; nothing for no body.

    Args:
        operation: The operation.
    """
    body = operation.spec.get("requestBody")
    return {} if body is None else dict(resolve(load_bundle(), body)["content"])


def example_body(operation: Operation) -> Any:
    """Return the first documented example of a JSON request body, `None` when it takes none.

    Args:
        operation: The operation.
    """
    media = request_media_types(operation).get(JSON)
    if media is None:
        return None
    for example in media.get("examples", {}).values():
        return resolve(load_bundle(), example)["value"]
    return media.get("example", {})


def example_files(operation: Operation) -> list[tuple[str, tuple[str, bytes, str]]] | None:
    """Return the least parts of a multipart request body, `None` when it takes none.

    Args:
        operation: The operation.
    """
    media = request_media_types(operation).get(_MULTIPART)
    if media is None:
        return None
    schema = resolve(load_bundle(), media["schema"])
    names = schema.get("required") or list(schema["properties"])[:1]
    return [(name, (f"{name}.json", b"{}" if name == "config" else b"[]", JSON)) for name in names]


def row_members(operation: Operation) -> set[str]:
    """Return the names of the members of the rows that a list returns, bare or in an envelope.

    Args:
        operation: The operation.
    """
    response = resolve(load_bundle(), operation.spec["responses"]["200"])
    schema = response["content"][JSON]["schema"]
    members = _members(schema)
    rows = next((members[name] for name in ENVELOPES if name in members), schema)
    return set(_members(resolve(load_bundle(), rows).get("items", {})))


def _members(schema: Mapping[str, Any]) -> dict[str, Any]:
    schema = resolve(load_bundle(), schema)
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", ()):
        found |= _members(part)
    return found


@dataclass(frozen=True)
class Resource:
    """The operations on one kind of object, which share a path; empty names where there is none.

    Attributes:
        kind: What an object is, e.g. `"alert_rule"`.
        identifier: The path parameter that names one object.
        create: Creates one.
        listing: Lists them.
        read: Returns one.
        update: Changes one.
        remove: Removes one.
    """

    kind: str
    identifier: str
    create: str
    listing: str
    read: str
    update: str
    remove: str

    @property
    def operation_ids(self) -> set[str]:
        """The names of its operations."""
        return {self.create, self.listing, self.read, self.update, self.remove} - {""}

    @property
    def key(self) -> str:
        """The member of an object by which it is addressed, e.g. `"id"`."""
        return self.identifier.rpartition("_")[2]


def parameter_kind(template: str, parameter: str) -> str:
    """Return the kind of object that a path parameter names, e.g. `"alert_rule"`.

    Args:
        template: The path template.
        parameter: Name of the path parameter.
    """
    collection = template.partition(f"/{{{parameter}}}")[0].rpartition("/")[2]
    singular = collection.removesuffix("es" if collection.endswith("ches") else "s")
    return _KINDS.get(parameter, singular)


@cache
def resources() -> dict[str, Resource]:
    """Return the resources of the API by the paths of their single objects."""
    by_path: dict[str, dict[str, str]] = {}
    for operation in operations().values():
        by_path.setdefault(operation.path, {})[operation.method] = operation.operation_id
    found = {}
    for path, single in by_path.items():
        collection, _, last = path.rpartition("/")
        if last.startswith("{"):
            together = by_path.get(collection, {})
            found[path] = Resource(
                kind=parameter_kind(path, last[1:-1]),
                identifier=last[1:-1],
                create=together.get("POST", ""),
                listing=together.get("GET", ""),
                read=single.get("GET", ""),
                update=single.get("PUT", single.get("PATCH", "")),
                remove=single.get("DELETE", ""),
            )
    return found


@cache
def created_resources() -> dict[str, Resource]:
    """Return the resources whose objects can be created and removed, by the creating operation."""
    return {
        resource.create: resource
        for resource in resources().values()
        if resource.create and resource.remove and _creates(operations()[resource.create])
    }


def _creates(operation: Operation) -> bool:
    """Return whether an operation adds something, and does not only ask about the collection."""
    return operation.permission is not None and operation.permission.action == _WRITE
