"""The comparison finds a change wherever in the shipped document it is made."""

import copy

import pytest

from arthurai.common.bundle import load_bundle, operations, operations_of, resolve
from arthurai.contract.diff import Bump, Severity, bump_of, compare_documents


@pytest.fixture
def new():
    return copy.deepcopy(load_bundle())


def plain_objects(document):
    for name, schema in document["components"]["schemas"].items():
        if schema.get("properties") and "allOf" not in schema:
            yield name, schema


def paths(changes, rule):
    return {change.path for change in changes if change.rule == rule}


def test_a_member_is_missed_in_every_schema(new):
    expected = set()
    for name, schema in plain_objects(new):
        member = next(reversed(schema["properties"]))
        del schema["properties"][member]
        if member in schema.get("required", ()):
            schema["required"].remove(member)
        expected.add(f"#/components/schemas/{name}/properties/{member}")
    changes = compare_documents(load_bundle(), new)
    assert paths(changes, "property-removed") == expected
    removed = [change for change in changes if change.rule == "property-removed"]
    assert {change.severity for change in removed} == {Severity.BREAKING}


def test_a_new_member_is_seen_in_every_schema(new):
    expected = set()
    for name, schema in plain_objects(new):
        schema["properties"]["brand_new"] = {"type": "string"}
        expected.add(f"#/components/schemas/{name}/properties/brand_new")
    changes = compare_documents(load_bundle(), new)
    assert paths(changes, "property-added") == expected
    reached = [change for change in changes if change.operations]
    assert len(reached) > 0.9 * len(changes)
    assert bump_of(changes) is Bump.MINOR


@pytest.mark.heavy
def test_another_type_is_seen_in_every_member(new):
    expected = set()
    for name, schema in plain_objects(new):
        for member, inner in schema["properties"].items():
            if inner.get("type") == "string" and "enum" not in inner:
                inner.clear()
                inner["type"] = "boolean"
                expected.add(f"#/components/schemas/{name}/properties/{member}")
    changes = compare_documents(load_bundle(), new)
    assert len(expected) > 100
    assert paths(changes, "type-changed") == expected


def test_a_parameter_is_seen_in_every_operation(new):
    for operation in operations_of(new).values():
        node = new["paths"][operation.path][operation.method.lower()]
        parameter = {"name": "brand_new", "in": "query", "schema": {"type": "string"}}
        node["parameters"] = [*node.get("parameters", ()), parameter]
    changes = compare_documents(load_bundle(), new)
    assert {change.rule for change in changes} == {"parameter-added"}
    assert {change.operations for change in changes} == {(name,) for name in operations()}


def test_a_success_is_missed_in_every_operation(new):
    for operation in operations_of(new).values():
        answers = new["paths"][operation.path][operation.method.lower()]["responses"]
        answers["226"] = resolve(new, answers.pop(min(answers)))
    changes = compare_documents(load_bundle(), new)
    for rule in ("status-removed", "status-added"):
        found = [change for change in changes if change.rule == rule]
        assert {change.operations for change in found} == {(name,) for name in operations()}
        assert {change.severity for change in found} == {Severity.BREAKING}


def test_descriptions_ask_for_a_patch_only(new):
    def strip(node):
        if isinstance(node, dict):
            if isinstance(node.get("description"), str):
                node["description"] = "Other words."
            for inner in node.values():
                strip(inner)
        elif isinstance(node, list):
            for inner in node:
                strip(inner)

    strip(new["paths"])
    for name, schema in new["components"]["schemas"].items():
        if "description" not in schema.get("properties", {}):
            strip({name: schema})
    changes = compare_documents(load_bundle(), new)
    assert len(changes) > 500
    assert bump_of(changes) is Bump.PATCH
