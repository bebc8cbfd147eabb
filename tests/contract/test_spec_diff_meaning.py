"""Schemas are compared by what they allow: pairs judged by hand, and random pairs by their values."""

import copy
import itertools

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis_profiles import examples

from arthurai.contract.diff import compare_documents

SAME, NARROWER, WIDER, OTHER = "same", "narrower", "wider", "other"
STRING, INTEGER, NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "number"}
A = {"$ref": "#/components/schemas/A"}
B = {"$ref": "#/components/schemas/B"}
COMPONENTS = {
    "A": {"type": "object", "required": ["a"], "properties": {"a": STRING}},
    "B": {"type": "object", "required": ["b"], "properties": {"b": STRING}},
    "Text": STRING,
    "Short": {"$ref": "#/components/schemas/Text", "maxLength": 3},
}
TEXT = {"$ref": "#/components/schemas/Text"}
SHORT = {"$ref": "#/components/schemas/Short"}
Z = {"properties": {"z": STRING}}


def document(schema, side, components=COMPONENTS):
    """Put a schema into the request or the response of the only operation."""
    content = {"content": {"application/json": {"schema": schema}}}
    operation = {"operationId": "do", "responses": {"200": {"description": "Done."}}}
    if side == "request":
        operation["requestBody"] = content
    else:
        operation["responses"]["200"] |= content
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/x": {"post": operation}},
        "components": {"schemas": copy.deepcopy(components)},
    }


def breaks(old, new, side):
    """Return whether the comparison finds something that breaks on one side."""
    found = compare_documents(document(old, side), document(new, side))
    return any(change.severity == "breaking" for change in found)


def wrap_all(schema):
    return {"allOf": [schema]}


PLACES = {
    "whole": lambda schema: schema,
    "member": lambda schema: {"type": "object", "properties": {"p": schema}},
    "element": lambda schema: {"type": "array", "items": schema},
    "map": lambda schema: {"type": "object", "additionalProperties": schema},
    "part": lambda schema: {"allOf": [schema, {"description": "More."}]},
    "nullable": lambda schema: {"anyOf": [schema, {"type": "null"}]},
}
TRUE_OR_NULL = {"oneOf": [True, {"enum": [None]}]}
NOT_NULL_OR_NULL = {"oneOf": [{"not": {"type": "null"}}, {"enum": [None]}]}

# (old, new, what the new one allows compared with the old one)
PAIRS = [
    # references and allOf
    (A, wrap_all(A), SAME),
    (A, {"oneOf": [A]}, SAME),
    (A, {"anyOf": [A]}, SAME),
    (A, wrap_all(wrap_all(A)), SAME),
    (A, COMPONENTS["A"], SAME),
    (Z, {"allOf": [A, Z]}, NARROWER),
    ({"allOf": [A, Z]}, {"allOf": [B, Z]}, OTHER),
    ({"allOf": [A, B]}, {"allOf": [B, A]}, SAME),
    (
        {"allOf": [{"type": "string", "maxLength": 5}, {"maxLength": 3}]},
        {"type": "string", "maxLength": 3},
        SAME,
    ),
    ({"allOf": [STRING, {"minLength": 2}]}, STRING, WIDER),
    (TEXT, SHORT, NARROWER),
    (TEXT, {**TEXT, "enum": ["x"]}, NARROWER),
    (TEXT, {**TEXT, "maxLength": 3}, NARROWER),
    (SHORT, {**TEXT, "maxLength": 3}, SAME),
    (TEXT, {**TEXT, "minLength": 1}, NARROWER),
    (TEXT, {**TEXT, "pattern": "^a"}, NARROWER),
    (TEXT, {**TEXT, "const": "a"}, NARROWER),
    (TEXT, {**TEXT, "not": {"const": "a"}}, NARROWER),
    (A, {**A, "required": ["b"]}, NARROWER),
    (A, {**A, "properties": {"a": {"maxLength": 2}}}, NARROWER),
    (A, {**A, "maxProperties": 1}, NARROWER),
    # booleans
    (True, {}, SAME),
    (True, False, NARROWER),
    (STRING, False, NARROWER),
    ({"type": "array", "items": STRING}, {"type": "array", "items": False}, NARROWER),
    ({"type": "array", "items": True}, {"type": "array"}, SAME),
    (
        {"type": "object", "properties": {"p": STRING}},
        {"type": "object", "properties": {"p": False}},
        NARROWER,
    ),
    ({"not": True}, {"not": True, "description": "Nothing."}, SAME),
    # types and null
    ({}, {"nullable": True}, SAME),
    ({}, {"type": ["string", "integer", "number", "boolean", "array", "object", "null"]}, SAME),
    ({"type": ["string", "null"]}, {"type": "string", "nullable": True}, SAME),
    ({"type": ["string", "null"]}, {"oneOf": [STRING, {"type": "null"}]}, SAME),
    ({"type": ["string", "null"]}, {"anyOf": [{"type": "null"}, STRING]}, SAME),
    (STRING, {"type": ["string", "null"]}, WIDER),
    (STRING, {}, WIDER),
    (INTEGER, NUMBER, WIDER),
    (STRING, INTEGER, OTHER),
    (NUMBER, {"type": ["number", "integer"]}, SAME),
    # values
    ({"enum": [1, 2]}, {"enum": [2.0, 1]}, SAME),
    ({"enum": ["a"]}, {"const": "a"}, SAME),
    ({"type": "string", "enum": ["a", 1]}, {"type": "string", "enum": ["a"]}, SAME),
    ({"enum": ["a", "b"]}, {"enum": ["a"]}, NARROWER),
    ({"enum": ["a"]}, {"type": "string", "enum": ["a"]}, SAME),
    ({"enum": ["a", None]}, {"enum": ["a"]}, NARROWER),
    # bounds
    (STRING, {**STRING, "minLength": 0}, SAME),
    ({"type": "array"}, {"type": "array", "minItems": 0, "uniqueItems": False}, SAME),
    (
        {"type": "object"},
        {"type": "object", "additionalProperties": True, "minProperties": 0},
        SAME,
    ),
    ({**INTEGER, "minimum": 1}, {**INTEGER, "exclusiveMinimum": 0}, SAME),
    ({**INTEGER, "maximum": 9}, {**INTEGER, "exclusiveMaximum": 10}, SAME),
    ({**INTEGER, "minimum": 0.5}, {**INTEGER, "minimum": 1}, SAME),
    ({**NUMBER, "minimum": 1}, {**NUMBER, "exclusiveMinimum": 0}, WIDER),
    ({**NUMBER, "minimum": 1}, {**NUMBER, "exclusiveMinimum": 1}, NARROWER),
    ({**NUMBER, "minimum": 1}, {**NUMBER, "minimum": 1, "exclusiveMinimum": True}, NARROWER),
    ({**NUMBER, "multipleOf": 0.1}, {**NUMBER, "multipleOf": 0.01}, WIDER),
    ({**NUMBER, "multipleOf": 0.3}, {**NUMBER, "multipleOf": 0.2}, OTHER),
    ({**INTEGER, "multipleOf": 0.5}, INTEGER, SAME),
    ({**INTEGER, "format": "int32"}, {**INTEGER, "format": "int64"}, WIDER),
    ({**NUMBER, "format": "float"}, {**NUMBER, "format": "double"}, WIDER),
    ({**INTEGER, "maxLength": 3}, INTEGER, SAME),
    # choices
    (STRING, {"oneOf": [STRING, INTEGER]}, WIDER),
    ({"type": ["string", "integer"]}, {"oneOf": [STRING, INTEGER]}, SAME),
    ({"oneOf": [STRING, INTEGER]}, {"oneOf": [INTEGER, STRING]}, SAME),
    ({"oneOf": [STRING, INTEGER]}, {"anyOf": [STRING, INTEGER]}, SAME),
    ({"oneOf": [STRING, INTEGER]}, {"oneOf": [STRING, INTEGER, {"type": "boolean"}]}, WIDER),
    ({"anyOf": [A, B]}, {"anyOf": [A, B, STRING]}, WIDER),
    ({"oneOf": [STRING, INTEGER]}, {"oneOf": [{**STRING, "maxLength": 2}, INTEGER]}, NARROWER),
    ({"oneOf": [NUMBER, STRING]}, {"oneOf": [NUMBER, INTEGER, STRING]}, OTHER),
    ({"anyOf": [STRING, INTEGER]}, {"anyOf": [{**STRING, "maxLength": 2}, STRING, INTEGER]}, SAME),
    ({"oneOf": [STRING, {"type": "null"}]}, {"oneOf": [{}, {"type": "null"}]}, OTHER),
    # null: one value, so that it is always decided
    (TRUE_OR_NULL, NOT_NULL_OR_NULL, OTHER),
    ({"oneOf": [True, {"enum": [None]}]}, {"oneOf": [{"not": STRING}, {"enum": [None]}]}, NARROWER),
    ({"enum": [None]}, {"anyOf": [{"enum": [True], "type": "null"}]}, NARROWER),
    ({"type": ["string", "null"]}, {"anyOf": [STRING, {"enum": [None]}]}, SAME),
    ({"type": ["string", "null"]}, {"anyOf": [STRING, {"const": None}]}, SAME),
    (STRING, {"oneOf": [STRING, {"type": "null"}, {"type": "null"}]}, SAME),
    ({"type": ["string", "null"], "not": {"enum": [None]}}, {"type": ["string", "null"]}, WIDER),
    # what cannot be decided
    ({"type": "object", "patternProperties": {"^a": STRING}}, {"type": "object"}, OTHER),
    ({**STRING, "pattern": "^a"}, {**STRING, "pattern": "^[a]"}, OTHER),
    ({"type": "array", "prefixItems": [STRING]}, {"type": "array"}, OTHER),
    ({"if": STRING, "then": {"maxLength": 2}}, {"if": STRING, "then": {"maxLength": 3}}, OTHER),
]
DIFFER_BY_NULL = [
    (TRUE_OR_NULL, NOT_NULL_OR_NULL),
    (STRING, {"type": ["string", "null"]}),
    ({"enum": ["a", None]}, {"enum": ["a"]}),
    ({"oneOf": [STRING, {"type": "null"}]}, {"oneOf": [{}, {"type": "null"}]}),
]
REVERSE = {SAME: SAME, NARROWER: WIDER, WIDER: NARROWER, OTHER: OTHER}
# Changes that are judged by what programs do: members that are gone, and formats with Python types.
BREAKS = {
    SAME: set(),
    NARROWER: {"request"},
    WIDER: {"response"},
    OTHER: {"request", "response"},
}
MEMBERS_GONE = [
    (one, other) for one, other in itertools.product([A, Z, B], repeat=2) if one is not other
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("pair", range(len(PAIRS)))
def test_pairs_are_judged_by_what_they_allow(pair, place):
    old, new, relation = PAIRS[pair]
    if place == "map" and isinstance(new, bool):
        return  # whether members that are not described may occur is judged by a rule of its own
    if place == "nullable" and (old, new) in DIFFER_BY_NULL:
        return
    wrap = PLACES[place]
    for before, after, expected in ((old, new, relation), (new, old, REVERSE[relation])):
        found = {s for s in ("request", "response") if breaks(wrap(before), wrap(after), s)}
        if expected in {NARROWER, WIDER} and found > BREAKS[expected]:
            # A member that is no longer described breaks both sides.
            rules = {
                change.rule
                for side in ("request", "response")
                for change in compare_documents(
                    document(wrap(before), side), document(wrap(after), side)
                )
                if change.severity == "breaking"
            }
            assert rules & {"property-removed", "additional-members-forbidden"}
            continue
        assert found == BREAKS[expected], (before, after)


@pytest.mark.parametrize(("old", "new"), MEMBERS_GONE)
def test_a_member_that_is_gone_breaks_both_sides(old, new):
    assert breaks(old, new, "request")
    assert breaks(old, new, "response")


def test_a_component_that_refers_to_itself_is_compared_once():
    tree = {
        "type": "object",
        "properties": {"parts": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}},
    }
    restricted = {"allOf": [{"$ref": "#/components/schemas/Tree"}, {"maxProperties": 3}]}
    old = document({"$ref": "#/components/schemas/Tree"}, "request", {"Tree": tree})
    new = document(restricted, "request", {"Tree": tree})
    assert {change.rule for change in compare_documents(old, new)} == {"bound-tightened"}


def test_percent_encoded_references_are_followed():
    old = document({"$ref": "#/components/schemas/My%20Text"}, "request", {"My Text": STRING})
    new = document({"$ref": "#/components/schemas/My%20Text"}, "request", {"My Text": INTEGER})
    assert [change.rule for change in compare_documents(old, new)] == ["type-changed"]


# -- Operations ------------------------------------------------------------------------------------


def with_parameter(**fields):
    made = document({}, "request")
    made["paths"]["/x"]["post"]["parameters"] = [{"name": "p", "in": "query", **fields}]
    return made


SCHEMA = {"schema": {"type": "object"}}
CONTENT = {"content": {"application/json": {"schema": {"type": "object"}}}}
PARAMETERS = [
    (SCHEMA, CONTENT, True),
    (CONTENT, SCHEMA, True),
    (SCHEMA, {**SCHEMA, "style": "form", "explode": True}, False),
    (
        SCHEMA,
        {**SCHEMA, "allowEmptyValue": False, "allowReserved": False, "required": False},
        False,
    ),
    (SCHEMA, {**SCHEMA, "explode": False}, True),
    (
        {**SCHEMA, "style": "pipeDelimited"},
        {**SCHEMA, "style": "pipeDelimited", "explode": False},
        False,
    ),
    (
        {"in": "header", "name": "X-One", "schema": STRING},
        {"in": "header", "name": "x-one", "schema": STRING},
        False,
    ),
    ({"schema": {**INTEGER, "default": 1}}, {"schema": {**INTEGER, "default": 1.0}}, False),
]


@pytest.mark.parametrize(("old", "new", "breaking"), PARAMETERS)
def test_parameters_are_judged_by_what_is_sent(old, new, breaking):
    found = compare_documents(with_parameter(**old), with_parameter(**new))
    assert any(change.severity == "breaking" for change in found) == breaking
    if not breaking:
        assert {change.severity for change in found} <= {"cosmetic"}


def test_operations_behind_a_reference_are_compared():
    old = document(STRING, "response")
    old["components"]["pathItems"] = {"X": old["paths"].pop("/x")}
    old["paths"]["/x"] = {"$ref": "#/components/pathItems/X"}
    new = document(INTEGER, "response")
    assert [change.rule for change in compare_documents(old, new)] == ["type-changed"]


def test_what_a_webhook_sends_is_read_by_the_program():
    def hook(schema):
        made = document({}, "request")
        sent = document(schema, "request")["paths"].pop("/x")
        sent["post"]["operationId"] = "called"
        made["webhooks"] = {"done": sent}
        return made

    assert {c.severity for c in compare_documents(hook(STRING), hook({}))} == {"breaking"}
    assert {c.severity for c in compare_documents(hook({}), hook(STRING))} == {"additive"}


def test_fewer_scopes_break_nothing_and_more_do():
    def secured(*scopes):
        made = document({}, "request")
        made["security"] = [{"oauth": list(scopes)}]
        return made

    fewer = compare_documents(secured("read", "write"), secured("read"))
    assert {(change.severity, change.rule) for change in fewer} == {
        ("additive", "security-scopes-dropped")
    }
    more = compare_documents(secured("read"), secured("read", "write"))
    assert ("breaking", "security-removed") in {(c.severity, c.rule) for c in more}


def test_an_unknown_level_of_stability_may_promise_less():
    old, new = document({}, "request"), document({}, "request")
    new["paths"]["/x"]["post"]["x-stability-level"] = "experimental"
    assert [(c.severity, c.rule) for c in compare_documents(old, new)] == [
        ("breaking", "stability-changed")
    ]


# -- Random pairs ----------------------------------------------------------------------------------

SCALARS = st.sampled_from(["string", "integer", "number", "boolean", "null"])
SMALL = st.integers(0, 3)
KEYWORDS = st.fixed_dictionaries(
    {},
    optional={
        "enum": st.lists(
            st.sampled_from([None, True, 0, 1, 2.5, "", "a", "aaa", [], {}]), min_size=1, max_size=4
        ),
        "minLength": SMALL,
        "maxLength": SMALL,
        "pattern": st.sampled_from(["^a", "a$"]),
        "minimum": st.sampled_from([-1, 0, 0.5, 1, 2]),
        "maximum": st.sampled_from([0, 1, 1.5, 3]),
        "exclusiveMinimum": st.sampled_from([-1, 0, 0.5]),
        "multipleOf": st.sampled_from([1, 2, 0.5, 3]),
        "minItems": SMALL,
        "maxItems": SMALL,
        "uniqueItems": st.booleans(),
        "required": st.lists(st.sampled_from(["p", "q"]), unique=True),
        "maxProperties": SMALL,
    },
)
TYPES = st.one_of(
    st.just({}),
    SCALARS.map(lambda name: {"type": name}),
    st.sampled_from([{"type": "object"}, {"type": "array"}]),
    st.lists(SCALARS, min_size=1, max_size=3, unique=True).map(lambda names: {"type": names}),
)
LEAVES = st.one_of(
    st.booleans(),
    st.sampled_from([A, TEXT, SHORT]),
    st.builds(lambda kind, words: {**words, **kind}, TYPES, KEYWORDS),
)


def deeper(children):
    lists = st.lists(children, min_size=1, max_size=3)
    return st.one_of(
        children.map(lambda schema: {"type": "array", "items": schema}),
        st.builds(
            lambda members, required, closed: {
                "type": "object",
                "properties": members,
                "required": required,
                **closed,
            },
            st.dictionaries(st.sampled_from(["p", "q", "a"]), children, max_size=2),
            st.lists(st.sampled_from(["p", "q"]), unique=True),
            st.sampled_from([{}, {"additionalProperties": False}]),
        ),
        lists.map(lambda parts: {"allOf": parts}),
        lists.map(lambda parts: {"anyOf": parts}),
        lists.map(lambda parts: {"oneOf": parts}),
        st.builds(lambda part, words: {"allOf": [part], **words}, children, KEYWORDS),
        children.map(lambda schema: {"not": schema}),
    )


SCHEMAS = st.recursive(LEAVES, deeper, max_leaves=5)


def change_somewhere(schema, replacement, place):
    """Replace one part of a schema, so that old and new have much in common."""
    paths = [()]

    def walk(node, path):
        if isinstance(node, dict):
            for key, value in node.items():
                if key in {"items", "not", "additionalProperties"}:
                    paths.append((*path, key))
                    walk(value, (*path, key))
                elif key == "properties":
                    for name in value:
                        paths.append((*path, key, name))
                        walk(value[name], (*path, key, name))
                elif key in {"allOf", "anyOf", "oneOf"}:
                    for index, part in enumerate(value):
                        paths.append((*path, key, index))
                        walk(part, (*path, key, index))

    walk(schema, ())
    path = paths[place % len(paths)]
    if not path:
        return replacement
    new = copy.deepcopy(schema)
    parent = new
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = replacement
    return new


SCALAR_VALUES = [
    None,
    True,
    False,
    0,
    1,
    2,
    3,
    -1,
    0.5,
    1.5,
    2.5,
    "",
    "a",
    "ab",
    "aaa",
    "bbbb",
    "ba",
]
INNER = [*SCALAR_VALUES, [], {}, {"a": "x"}, ["a"]]
VALUES = [
    *SCALAR_VALUES,
    [],
    *([value] for value in INNER),
    *([one, other] for one in SCALAR_VALUES[::3] for other in SCALAR_VALUES[::4]),
    ["a", "a"],
    ["a", "b", "c"],
    {},
    *({name: value} for name in ("a", "p", "q") for value in INNER),
    *({"p": one, "q": other} for one in INNER[::2] for other in INNER[::3]),
    *({"a": "x", "p": value} for value in INNER[::2]),
    {"a": "x", "p": "a", "q": 1},
    *([{"p": value}] for value in SCALAR_VALUES),
    *({"p": [value]} for value in SCALAR_VALUES),
    *({"p": {"p": value}} for value in SCALAR_VALUES),
]


def close(schema):
    """Allow no members but those that a schema describes: programs send no others."""
    return {"allOf": [close_inside(schema)], "unevaluatedProperties": False}


def says_nothing(schema):
    return all(map(validator(schema).is_valid, VALUES))


def close_inside(schema):
    if not isinstance(schema, dict):
        return schema
    made = dict(schema)
    if says_nothing(schema.get("additionalProperties", False)):
        del made["additionalProperties"]
    for key in {"items", "additionalProperties"} & made.keys():
        made[key] = schema[key] and close(schema[key])
    if "properties" in schema:
        made["properties"] = {name: close(one) for name, one in schema["properties"].items()}
    for key in {"allOf", "anyOf", "oneOf"} & schema.keys():
        made[key] = [close_inside(one) for one in schema[key]]
    return made


def validator(schema):
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "allOf": [schema]}
    return jsonschema_rs.validator_for({**whole, "components": {"schemas": COMPONENTS}})


def assert_no_counterexample(old, new):
    before, after = validator(old), validator(new)
    for side, allowed, judged, schema in (
        ("request", before, after, old),
        ("response", after, before, new),
    ):
        if breaks(old, new, side):
            continue
        closed = validator(close(schema))
        for value in VALUES:
            if allowed.is_valid(value) and closed.is_valid(value):
                assert judged.is_valid(value), (side, value, old, new)


@examples(300)
@given(SCHEMAS, SCHEMAS, st.integers(0, 9))
def test_no_value_contradicts_what_is_called_harmless(old, replacement, place):
    assert_no_counterexample(old, change_somewhere(old, replacement, place))


@pytest.mark.slow
@examples(4_000)  # five times as many in the profile of the slow run
@given(SCHEMAS, SCHEMAS, st.integers(0, 9))
def test_twenty_thousand_random_pairs(old, replacement, place):
    assert_no_counterexample(old, change_somewhere(old, replacement, place))
