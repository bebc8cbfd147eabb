"""Values for the members of requests: two that differ for each, and those that break servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.common.bundle import load_bundle, resolve
from arthurai.contract import run_names
from arthurai.contract.operation_facts import JSON, request_media_types

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.common.bundle import Operation

HARD_TEXTS: Final = (
    "Größe 試験 Ελλάδα 🚀",
    "  spaces around  ",
    "quote \" apostrophe ' backslash \\ percent %41 & < > ; --",
    "x" * 240,
    "null",
    "0",
)
"""Texts that are lost or changed where a server encodes, trims, cuts or guesses."""

HARD_NUMBERS: Final = (0, -1.5, 0.1 + 0.2, 1e-9, 123456789.25)
"""Numbers that are lost or changed where a server rounds, cuts or takes 0 for nothing."""


def body_members(operation: Operation) -> dict[str, dict[str, Any]]:
    """Return the schemas of the members of a JSON request body, null left out.

    Args:
        operation: The operation.
    """
    media = request_media_types(operation).get(JSON)
    if media is None:
        return {}
    found: dict[str, dict[str, Any]] = {}
    _collect(media["schema"], found)
    return found


def nullable_members(operation: Operation) -> set[str]:
    """Return the members of a JSON request body that may be null, which counts as absent.

    Args:
        operation: The operation.
    """
    whole = resolve(load_bundle(), request_media_types(operation)[JSON]["schema"])
    found = set()
    for name, member in whole.get("properties", {}).items():
        schema = resolve(load_bundle(), member)
        kinds = [schema.get("type"), *(o.get("type") for o in schema.get("oneOf", ()))]
        if "null" in kinds or any(isinstance(k, list) and "null" in k for k in kinds):
            found.add(name)
    return found


def required_members(operation: Operation) -> set[str]:
    """Return the members that a JSON request body must have.

    Args:
        operation: The operation.
    """
    whole = resolve(load_bundle(), request_media_types(operation)[JSON]["schema"])
    return set(whole.get("required", ()))


def _collect(schema: Mapping[str, Any], found: dict[str, dict[str, Any]]) -> None:
    whole = resolve(load_bundle(), schema)
    for part in whole.get("allOf", ()):
        _collect(part, found)
    for name, member in whole.get("properties", {}).items():
        found[name] = without_null(member)


def without_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema without the possibility of null.

    Args:
        schema: The schema.
    """
    whole = dict(resolve(load_bundle(), schema))
    for key in ("oneOf", "anyOf"):
        options = [o for o in whole.get(key, ()) if o.get("type") != "null"]
        if len(options) == 1:
            return without_null(options[0])
    if isinstance(whole.get("type"), list):
        kinds = [kind for kind in whole["type"] if kind != "null"]
        whole["type"] = kinds[0] if len(kinds) == 1 else kinds
    return whole


def two_values(name: str, schema: Mapping[str, Any]) -> tuple[Any, Any] | None:
    """Return two different valid values, `None` where the schema does not say enough.

    Args:
        name: Name of the member.
        schema: Its schema, without null.
    """
    if "enum" in schema:
        values = schema["enum"]
        return (values[0], values[1]) if len(values) > 1 else None
    kind = schema.get("type")
    if kind == "boolean":
        return False, True
    if kind in {"integer", "number"}:
        return _two_numbers(schema, whole=kind == "integer")
    if is_free_text(schema):
        return run_names.name(f"{name.replace('_', '-')}-a"), run_names.name(f"{name[:4]}-b")
    return None


def _two_numbers(schema: Mapping[str, Any], *, whole: bool) -> tuple[Any, Any]:
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    high = schema.get("maximum", schema.get("exclusiveMaximum", low + 100))
    first, second = low + (high - low) * 0.25, low + (high - low) * 0.75
    return (int(first) + 1, int(second)) if whole else (first, second)


def is_free_text(schema: Mapping[str, Any]) -> bool:
    """Return whether any text is a valid value.

    Args:
        schema: The schema, without null.
    """
    return schema.get("type") == "string" and not {"enum", "format", "pattern"} & schema.keys()
