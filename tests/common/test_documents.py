"""The typed dictionaries of the API's objects say what the document says."""

import subprocess
import sys
import typing

import pytest

from arthurai.common import documents
from arthurai.common.bundle import load_bundle
from scripts.documents import MODULE, definition, has_members, module, type_of

SCHEMAS = load_bundle()["components"]["schemas"]
CLASSES = {name: found for name, found in vars(documents).items() if typing.is_typeddict(found)}


def test_the_module_is_up_to_date():
    assert MODULE.read_text("utf-8") == module(SCHEMAS)


def test_members_and_required_members_are_those_of_the_schemas():
    assert {"Alert", "AlertRule", "Attribute", "Metric", "Model", "QueryRequest"} <= CLASSES.keys()
    for name, found in CLASSES.items():
        hints = typing.get_type_hints(found, include_extras=True)
        assert list(hints) == list(SCHEMAS[name]["properties"]), name
        optional = {m for m, h in hints.items() if typing.get_origin(h) is typing.NotRequired}
        assert hints.keys() - optional == set(SCHEMAS[name].get("required", ())), name


def test_everything_with_members_is_there_but_pages_and_forms():
    missing = {name for name, s in SCHEMAS.items() if has_members(s)} - CLASSES.keys()
    assert missing
    assert all(name.startswith("Paginated") or name.endswith("Form") for name in missing)


def test_types_of_schemas():
    schemas = {
        "Sort": {"type": "string", "enum": ["asc"]},
        "Free": {"type": "object", "additionalProperties": True},
        "Numbers": {"type": "object", "additionalProperties": {"type": "number"}},
        "Item": {"type": "object", "properties": {"a": {"type": "string"}}, "description": "A."},
    }
    for schema, expected in (
        ({"type": "boolean"}, "bool"),
        ({"type": ["integer", "null"]}, "int | None"),
        ({}, "Any"),
        ({"$ref": "#/components/schemas/Sort"}, "str"),
        ({"$ref": "#/components/schemas/Free"}, "dict[str, Any]"),
        ({"$ref": "#/components/schemas/Numbers"}, "dict[str, float]"),
        ({"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Item"}]}, "Item | None"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Item"}}, "list[Item]"),
        ({"type": ["array", "null"]}, "list[Any] | None"),
    ):
        assert type_of(schema, schemas) == expected, schema


def test_a_keyword_among_the_members_is_possible():
    schema = {
        "type": "object",
        "properties": {"from": {"type": "string"}, "to": {"type": "string"}},
        "required": ["from"],
        "description": "A way. It may be long.",
    }
    found: dict[str, typing.Any] = {}
    exec(f"from typing import *\n{definition('Way', schema, {})}", found)
    assert found["Way"].__annotations__.keys() == {"from", "to"}
    assert found["Way"].__required_keys__ == {"from"}


@pytest.mark.heavy
def test_running_the_server_does_not_load_the_module():
    code = (
        "import sys, arthurai.server.app, arthurai.client.client\n"
        "from arthurai.server.app import ArthurApp\n"
        "ArthurApp(None).close()\n"
        "sys.exit('arthurai.common.documents' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
