"""What the document says about the bodies of an operation, as far as deviations need it."""

from __future__ import annotations

from typing import Any

from arthurai.common.bundle import load_bundle, resolve

BUNDLE = load_bundle()
Place = tuple[str, ...]
# Their rows take hours of training and data, so nothing can be wrong with them here.
NO_ROWS = {"list_insights", "get_insight_group_counts", "get_insight_model_counts"}


def success(operation) -> str:
    """Return the first success status of an operation."""
    return next(status for status in operation.spec["responses"] if status.startswith("2"))


def response_schema(operation) -> dict[str, Any] | None:
    """Return the schema of the JSON body of a success."""
    response = resolve(BUNDLE, operation.spec["responses"][success(operation)])
    return response.get("content", {}).get("application/json", {}).get("schema")


def members(schema: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Return the properties and the required names of an object schema."""
    schema = resolve(BUNDLE, schema)
    properties = dict(schema.get("properties", {}))
    required = set(schema.get("required", ()))
    for part in schema.get("allOf", ()):
        more, needed = members(part)
        properties |= more
        required |= needed
    return properties, required


def nullable(schema: dict[str, Any]) -> bool:
    schema = resolve(BUNDLE, schema)
    if "null" in schema.get("type", ()) and isinstance(schema.get("type"), list):
        return True
    options = [*schema.get("oneOf", ()), *schema.get("anyOf", ())]
    return not schema or any(nullable(o) or o.get("type") == "null" for o in options)


def fields(operation, depth: int = 3) -> list[tuple[Place, dict[str, Any]]]:
    """Return the required members of the response: their places and schemas; `*` is any item."""
    found: list[tuple[Place, dict[str, Any]]] = []

    def walk(schema: dict[str, Any], place: Place, left: int) -> None:
        schema = resolve(BUNDLE, schema)
        if left == 0:
            return
        if schema.get("type") == "array" or (
            isinstance(schema.get("type"), list) and "array" in schema["type"]
        ):
            walk(schema.get("items", {}), (*place, "*"), left - 1)
            return
        properties, required = members(schema)
        for name, member in properties.items():
            if name in required:
                found.append(((*place, name), resolve(BUNDLE, member)))
                walk(member, (*place, name), left - 1)

    schema = response_schema(operation)
    if schema is not None:
        walk(schema, (), depth + 1)
    return [(p, s) for p, s in found if "*" not in p or operation.operation_id not in NO_ROWS]


def optional_fields(operation) -> list[tuple[Place, dict[str, Any]]]:
    """Return all members on the top level or of listed items, required or not."""
    schema = response_schema(operation)
    if schema is None:
        return []
    schema = resolve(BUNDLE, schema)
    start: Place = ()
    if schema.get("type") == "array":
        schema, start = resolve(BUNDLE, schema["items"]), ("*",)
    if operation.operation_id in NO_ROWS:
        return []
    properties, _ = members(schema)
    for key in ("data", "metrics"):
        if key in properties and "items" in resolve(BUNDLE, properties[key]):
            schema = resolve(BUNDLE, properties[key])["items"]
            start = (*start, key, "*")
            properties, _ = members(schema)
            break
    return [((*start, name), resolve(BUNDLE, member)) for name, member in properties.items()]


def change(value: Any, place: Place, alter) -> Any:
    """Return a copy of a value in which the member at a place is altered, wherever it occurs."""
    if not place:
        return alter(value)
    step, rest = place[0], place[1:]
    if step == "*":
        return [change(item, rest, alter) for item in value] if isinstance(value, list) else value
    if not isinstance(value, dict) or step not in value:
        return value
    if not rest and alter is drop:
        return {name: member for name, member in value.items() if name != step}
    return {**value, step: change(value[step], rest, alter)}


def drop(_: Any) -> Any:  # a marker, recognized by identity
    raise AssertionError("dropped by `change`")


def query_parameters(operation) -> dict[str, dict[str, Any]]:
    return {
        p["name"]: resolve(BUNDLE, p["schema"])
        for p in operation.spec["parameters"]
        if p["in"] == "query"
    }


def body_schema(operation) -> dict[str, Any] | None:
    body = operation.spec.get("requestBody")
    if body is None:
        return None
    content = resolve(BUNDLE, body)["content"]
    schema = content.get("application/json", {}).get("schema")
    return None if schema is None else resolve(BUNDLE, schema)
