"""The reference of the API, readable without a network and without logging in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import orjson

from arthurai.common.bundle import base_path, load_bundle, operations, resolve
from arthurai.server.web.operation_calls import OperationError
from arthurai.server.web.page_registry import Page, page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arthurai.common.bundle import Operation
    from arthurai.server.web.page_registry import Answer
    from arthurai.server.web.view import View

_SCHEMAS: Final = "#/components/schemas/"
_UNIONS: Final = ("oneOf", "anyOf")
_LIMITS: Final = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
    "minLength": "length from",
    "maxLength": "length to",
    "minItems": "items from",
    "maxItems": "items to",
    "pattern": "pattern",
    "default": "default",
}


@dataclass(frozen=True, slots=True)
class TypeText:
    """A type in words.

    Attributes:
        before: What stands before the name of a schema, or all of it.
        schema: Name of the schema that it refers to; empty without one.
        after: What stands after the name.
    """

    before: str
    schema: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A parameter, or a property of an object.

    Attributes:
        name: Its name.
        type: Its type.
        required: Whether it must be there.
        text: What it means.
        limits: What its values are bound to.
        place: Where a parameter stands, e.g. `query`.
    """

    name: str
    type: TypeText
    required: bool
    text: str
    limits: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """A body of a request or a response.

    Attributes:
        label: Its media type, or the status with what it means.
        type: Its type; `None` for no body.
        text: What it means.
    """

    label: str
    type: TypeText | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class OperationText:
    """An operation in words.

    Attributes:
        operation: The operation.
        address: Its path below the server.
        needs: The permission that it needs.
        parameters: Its parameters.
        bodies: Bodies that it takes.
        responses: Its responses.
    """

    operation: Operation
    address: str
    needs: str
    parameters: list[Member]
    bodies: list[Body]
    responses: list[Body]


@dataclass(frozen=True, slots=True)
class SchemaText:
    """A schema in words.

    Attributes:
        name: Its name.
        text: What it means.
        type: Its type where it is no object.
        members: Its properties.
        values: The values of an enumeration.
    """

    name: str
    text: str
    type: TypeText
    members: list[Member]
    values: list[str]


@page("/reference")
def show_reference(view: View) -> Answer:
    """List all operations, by tag."""
    del view
    groups = {tag: _operations(tag) for tag in _tags()}
    document = load_bundle()
    values = {"groups": groups, "info": document["info"], "tags": _tags(), "base": base_path()}
    return Page("reference.html", "API reference", values)


@page("/reference/<tag>")
def show_tag(view: View) -> Answer:
    """Show the operations of a tag, and the schemas that they use."""
    tag = view.params["tag"]
    if tag not in _tags():
        raise OperationError(404, "The API has no such part.")
    found, schemas = _describe(tag)
    values = {"tag": tag, "about": _tags()[tag], "operations": found, "schemas": schemas}
    return Page("reference_tag.html", f"API reference: {tag}", values)


@cache
def _tags() -> dict[str, str]:
    return {t["name"]: t.get("description", "") for t in load_bundle().get("tags", ())}


def _operations(tag: str) -> list[Operation]:
    return [operation for operation in operations().values() if operation.tag == tag]


@cache
def _describe(tag: str) -> tuple[list[OperationText], list[SchemaText]]:
    found = [_describe_operation(operation) for operation in _operations(tag)]
    used: dict[str, SchemaText] = {}
    waiting = [name for operation in found for name in _names_of(operation)]
    while waiting:
        name = waiting.pop(0)
        if name in used:
            continue
        used[name] = _describe_schema(name)
        waiting += [m.type.schema for m in used[name].members if m.type.schema]
        waiting += [used[name].type.schema] if used[name].type.schema else []
    return found, sorted(used.values(), key=lambda schema: schema.name)


def _names_of(operation: OperationText) -> Iterator[str]:
    for member in operation.parameters:
        if member.type.schema:
            yield member.type.schema
    for body in (*operation.bodies, *operation.responses):
        if body.type is not None and body.type.schema:
            yield body.type.schema


def _describe_operation(operation: Operation) -> OperationText:
    document, spec = load_bundle(), operation.spec
    parameters = [resolve(document, each) for each in spec.get("parameters", ())]
    request = resolve(document, spec.get("requestBody") or {})
    permission = operation.permission
    return OperationText(
        operation=operation,
        address=base_path() + operation.path,
        needs="" if permission is None else f"{permission.resource}: {permission.action}",
        parameters=[
            Member(
                name=each["name"],
                type=_describe_type(each.get("schema") or {}),
                required=bool(each.get("required")),
                text=each.get("description", ""),
                limits=_describe_limits(each.get("schema") or {}),
                place=each["in"],
            )
            for each in parameters
        ],
        bodies=[
            Body(kind, _describe_type(content.get("schema") or {}), request.get("description", ""))
            for kind, content in request.get("content", {}).items()
        ],
        responses=list(_describe_responses(spec.get("responses", {}))),
    )


def _describe_responses(responses: Mapping[str, Any]) -> Iterator[Body]:
    for status, stated in responses.items():
        response = resolve(load_bundle(), stated)
        contents = response.get("content") or {"": {}}
        for kind, content in contents.items():
            schema = content.get("schema")
            label = f"{status} {kind}" if len(contents) > 1 else status
            body = None if schema is None else _describe_type(schema)
            yield Body(label, body, response.get("description", ""))


def _describe_schema(name: str) -> SchemaText:
    schema = load_bundle()["components"]["schemas"][name]
    return SchemaText(
        name=name,
        text=schema.get("description", ""),
        type=_describe_type({k: v for k, v in schema.items() if k != "enum"}),
        members=list(_members_of(schema)),
        values=[str(value) for value in schema.get("enum", ())],
    )


def _members_of(schema: Mapping[str, Any]) -> Iterator[Member]:
    """Yield the properties of an object, with those of the parts that it is made of."""
    required = schema.get("required", ())
    for name, stated in schema.get("properties", {}).items():
        yield Member(
            name=name,
            type=_describe_type(stated),
            required=name in required,
            text=stated.get("description", ""),
            limits=_describe_limits(stated),
        )
    for part in schema.get("allOf", ()):
        yield from _members_of(resolve(load_bundle(), part))


def _describe_type(schema: Mapping[str, Any]) -> TypeText:
    """Return a type in words, with the first schema that it refers to."""
    if "$ref" in schema:
        return TypeText("", schema["$ref"].removeprefix(_SCHEMAS))
    for key in _UNIONS:
        if key in schema:
            return _join([_describe_type(part) for part in schema[key]])
    parts = schema.get("allOf", ())
    if len(parts) == 1 and "properties" not in schema:
        return _describe_type(parts[0])
    if schema.get("enum"):
        return TypeText(" | ".join(repr(value) for value in schema["enum"]))
    return _describe_plain_type(schema)


def _describe_plain_type(schema: Mapping[str, Any]) -> TypeText:
    """Return a type without references and unions in words."""
    is_object = bool(schema.get("properties") or schema.get("allOf"))
    stated = schema.get("type", "object" if is_object else "any value")
    names = [stated] if isinstance(stated, str) else list(stated)
    if "array" in names:
        item = _describe_type(schema.get("items") or {})
        rest = "".join(f" or {name}" for name in names if name != "array")
        return TypeText(f"array of {item.before}", item.schema, item.after + rest)
    inside = schema.get("additionalProperties")
    if "object" in names and isinstance(inside, dict) and inside:
        item = _describe_type(inside)
        return TypeText(f"object of {item.before}", item.schema, item.after)
    described = " or ".join(names)
    return TypeText(f"{described} ({schema['format']})" if schema.get("format") else described)


def _join(parts: list[TypeText]) -> TypeText:
    """Return a union; only the first schema in it becomes a link, the others are named."""
    at = next((i for i, part in enumerate(parts) if part.schema), None)
    if at is None:
        return TypeText(" or ".join(part.before for part in parts))
    before = "".join(f"{part.before} or " for part in parts[:at]) + parts[at].before
    after = [f"{part.before}{part.schema}{part.after}" for part in parts[at + 1 :]]
    return TypeText(before, parts[at].schema, parts[at].after + "".join(f" or {t}" for t in after))


def _describe_limits(schema: Mapping[str, Any]) -> str:
    stated = {words: schema[key] for key, words in _LIMITS.items() if key in schema}
    return "; ".join(f"{words} {orjson.dumps(value).decode()}" for words, value in stated.items())
