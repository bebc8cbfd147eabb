"""Make `arthurai/common/vocabulary.py` from the bundled OpenAPI document.

    python -m scripts.vocabulary            # write it
    python -m scripts.vocabulary --check    # write nothing; fail on a difference

The module holds the words of the API that the client and the embedded server share. A class has
the name that users import from `arthurai.common.constants`, its members the names of the official
SDK: the words of the value in camel case, or what `ENUMS` says instead.
"""

import json
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scripts.made_file import write_or_check
from scripts.redocly import ROOT

BUNDLE = ROOT / "generated" / "arthurai_api" / "openapi.json"
MODULE = ROOT / "arthurai" / "common" / "vocabulary.py"
WIDTH = 100

#: Class to the schema it is made from, and names of members by value where they are not the value
#: in camel case.
ENUMS: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = {
    "InputType": ("InputType", {"NLP": ("NLP",)}),
    "OutputType": ("OutputType", {}),
    "ValueType": (
        "ValueType",
        {
            "UNSTRUCTURED_TEXT": ("Unstructured_Text", "UnstructuredText"),
            "ARRAY(STRING)": ("StringArray",),
        },
    ),
    "Stage": ("Stage", {"PIPELINE_INPUT": ("ModelPipelineInput",)}),
    "ModelStatus": ("ModelStatus", {}),
    "Enrichment": ("EnrichmentName", {}),
    "EnrichmentStatus": (
        "EnrichmentStatus",
        {
            value: (f"EnrichmentStatus{value}",)
            for value in ("Disabled", "Pending", "Training", "Ready", "Failed")
        },
    ),
    "ImageResponseType": ("ImageResponseType", {}),
    "AccuracyMetric": ("AccuracyMetric", {}),
    "AlertRuleBound": ("AlertBound", {}),
    "AlertRuleSeverity": ("AlertSeverity", {}),
    "AlertStatus": ("AlertStatusChange", {}),
    "Role": ("Role", {}),
}

#: Tuple to the schema whose values it holds, in the order of the API.
TUPLES = {
    "DRIFT_METRICS": "DriftMetric",
    "DRIFT_ROLLUPS": "DriftRollup",
    "DRIFT_MISSING_VALUES": "DriftMissingValues",
    "DRIFT_SOURCES": "DataDriftSource",
    "DRIFT_BASE_SOURCES": "DataDriftBaseSource",
}

#: Limit to the schema and the property whose `maxLength` it is.
LENGTHS = {
    "MAX_MODEL_ID_LENGTH": ("ModelRequest", "partner_model_id"),
    "MAX_MODEL_TEXT_LENGTH": ("ModelRequest", "display_name"),
    "MAX_NAME_LENGTH": ("Attribute", "name"),
    "MAX_INFERENCE_ID_LENGTH": ("Inference", "partner_inference_id"),
}

HEADER = '''\
"""Words and limits of the API. Made by `python -m scripts.vocabulary`; not edited by hand."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias


class ListableStrEnum:
    """A named set of strings. Members are plain class attributes of type `str`."""

    @classmethod
    def list(cls) -> list[str]:
        """List the values, each once, in alphabetical order."""
        members = {
            value
            for base in cls.__mro__
            for name, value in vars(base).items()
            if isinstance(value, str) and not name.startswith("__")
        }
        return sorted(members)

    @classmethod
    def values(cls) -> frozenset[str]:
        """Return the values as a set, for membership tests."""
        return frozenset(cls.list())
'''


def member_name(value: str) -> str:
    """Return a value in camel case, e.g. `TimeSeries` for `TIME_SERIES`."""
    words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z0-9]+", value)
    return "".join(word[0].upper() + word[1:].lower() for word in words)


def enum_lines(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of one class."""
    names = ENUMS[name][1]
    unknown = sorted(names.keys() - set(schema["enum"]))
    if unknown:
        raise ValueError(f"{name} names members for values that do not exist: {unknown}")
    yield f"\n\nclass {name}(ListableStrEnum):"
    summary, more, rest = schema["description"].partition(". ")
    yield f'    """{summary}.' if more else f'    """{summary}"""'
    if more:
        yield ""
        yield from (f"    {line}" for line in textwrap.wrap(rest, WIDTH - 4))
        yield '    """'
    yield ""
    for value in schema["enum"]:
        for member in names.get(value, (member_name(value),)):
            yield f'    {member}: Final = "{value}"'
    yield f"\n\n{name}Name: TypeAlias = Literal["
    yield from (f'    "{value}",' for value in schema["enum"])
    yield "]"
    yield f'"""A value of `{name}`."""'


def column_lines(schemas: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines that tell the members of a row that are values from those that hold them."""
    members = [
        member
        for schema in ("Inference", "InferenceGroundTruth", "ReferenceRow")
        for member in schemas[schema]["properties"]
    ]
    holders = tuple(dict.fromkeys(name for name in members if name.endswith("_data")))
    singles = tuple(dict.fromkeys(name for name in members if name not in holders))
    yield "\n"
    for name, values, description in (
        ("META_COLUMNS", singles, "Members of a row beside the values of its attributes."),
        ("NESTED_COLUMNS", holders, "Members of a row that hold values of attributes by name."),
    ):
        yield from tuple_lines(name, values, description)


def tuple_lines(name: str, values: Iterable[str], description: str) -> Iterator[str]:
    """Yield the lines of one tuple."""
    yield f"{name}: Final = ("
    yield from (f'    "{value}",' for value in values)
    yield ")"
    yield from textwrap.wrap(f'"""{description}"""', WIDTH)
    yield ""


def make(document: Mapping[str, Any]) -> str:
    """Return the text of the module.

    Args:
        document: The bundled OpenAPI document.

    Raises:
        KeyError: The document lacks a schema or a limit.
        ValueError: `ENUMS` names a value that the document lacks.
    """
    schemas = document["components"]["schemas"]
    lines = [HEADER.rstrip("\n")]
    for name, (schema, _) in ENUMS.items():
        lines += enum_lines(name, schemas[schema])
    lines += column_lines(schemas)
    for name, schema in TUPLES.items():
        lines += tuple_lines(name, schemas[schema]["enum"], schemas[schema]["description"])
    for name, (schema, member) in LENGTHS.items():
        lines.append(f"{name}: Final = {schemas[schema]['properties'][member]['maxLength']}")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the module, or compare it with what the bundle says."""
    return write_or_check(MODULE, make(json.loads(BUNDLE.read_bytes())), "make generate")


if __name__ == "__main__":
    sys.exit(main())
