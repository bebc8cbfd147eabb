"""Make `arthurai/common/documents.py`: the JSON objects of the API as typed dictionaries.

    python -m scripts.documents            write the module
    python -m scripts.documents --check    write nothing; fail on a difference

The module is imported for type checking only, so it costs nothing at run time. Pages of lists and
multipart forms are left out: the code that makes or reads them is generic.
"""

import json
import keyword
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from scripts.made_file import write_or_check
from scripts.redocly import ROOT

BUNDLE = ROOT / "generated" / "arthurai_api" / "openapi.json"
MODULE = ROOT / "arthurai" / "common" / "documents.py"
LEFT_OUT = re.compile(r"Paginated.*|.*Form")
MAX_SUMMARY = 90
SENTENCE = re.compile(r"(?<=\.) ")
SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
HEADER = '''\
"""JSON objects of the API as typed dictionaries.

Made from the bundled OpenAPI document by `python -m scripts.documents`; not edited by hand.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict
'''

Schema = Mapping[str, Any]
Schemas = Mapping[str, Schema]


def has_members(schema: Schema) -> bool:
    """Tell whether a schema describes an object with named members."""
    return schema.get("type") == "object" and bool(schema.get("properties"))


def type_of(schema: Schema, schemas: Schemas) -> str:
    """Return the Python type of the values that a schema describes.

    Args:
        schema: The schema.
        schemas: The schemas of the document, by name.
    """
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return name if has_members(schemas[name]) else type_of(schemas[name], schemas)
    if branches := schema.get("oneOf") or schema.get("anyOf"):
        return _union(type_of(branch, schemas) for branch in branches)
    kinds = schema.get("type", [])
    return _union(
        _type_of_kind(kind, schema, schemas)
        for kind in ([kinds] if isinstance(kinds, str) else kinds)
    )


def _type_of_kind(kind: str, schema: Schema, schemas: Schemas) -> str:
    if kind == "array":
        return f"list[{type_of(schema.get('items', {}), schemas)}]"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"dict[str, {type_of(values, schemas) if isinstance(values, dict) else 'Any'}]"
    return SCALARS[kind]


def _union(types: Iterator[str]) -> str:
    members = dict.fromkeys(part for one in types for part in one.split(" | "))
    if not members or "Any" in members:
        return "Any"
    nullable = members.pop("None", "") is None
    return " | ".join([*members, *(["None"] if nullable else [])])


def definition(name: str, schema: Schema, schemas: Schemas) -> str:
    """Return the source of the typed dictionary of one schema.

    Args:
        name: Name of the schema.
        schema: The schema, an object with named members.
        schemas: The schemas of the document, by name.
    """
    required = set(schema.get("required", ()))
    types = {member: type_of(found, schemas) for member, found in schema["properties"].items()}
    sentence = SENTENCE.split(" ".join(schema["description"].split()))[0]
    summary = textwrap.shorten(sentence, MAX_SUMMARY, placeholder=" ...")
    if all(member.isidentifier() and not keyword.iskeyword(member) for member in types):
        lines = [f"class {name}(TypedDict):", f'    """{summary}"""', ""]
        for member, kind in types.items():
            lines.append(f"    {member}: {kind if member in required else f'NotRequired[{kind}]'}")
    else:
        lines = [f"{name} = TypedDict(", f'    "{name}",', "    {"]
        for member, kind in types.items():
            quoted = f'"{kind}"' if member in required else f'NotRequired["{kind}"]'
            lines.append(f'        "{member}": {quoted},')
        lines += ["    },", ")", f'"""{summary}"""']
    return "\n".join(lines)


def module(schemas: Schemas) -> str:
    """Return the source of the module.

    Args:
        schemas: The schemas of the document, by name.
    """
    parts = [HEADER]
    parts += [
        definition(name, schema, schemas)
        for name, schema in sorted(schemas.items())
        if has_members(schema) and not LEFT_OUT.fullmatch(name)
    ]
    return "\n\n\n".join(part.rstrip() for part in parts) + "\n"


def main() -> int:
    """Write the module, or compare it with what the bundle says."""
    return write_or_check(
        MODULE, module(json.loads(BUNDLE.read_bytes())["components"]["schemas"]), "make generate"
    )


if __name__ == "__main__":
    sys.exit(main())
