"""Schemas: sound, documented, and free of what the generator or clients stumble over."""

import importlib
import re

import jsonschema_rs
import pytest

WITHOUT_NAMED_TYPE = {
    "QueryFilter.value",
    "DataDriftTableRow.group_by_property",
    "MetricParameter.default",
}


def _nodes(node, path=()):
    """All schema nodes below one, with the path to each."""
    yield path, node
    for name, child in node.get("properties", {}).items():
        yield from _nodes(child, (*path, name))
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            yield from _nodes(node[key], (*path, key))
    for key in ("oneOf", "anyOf", "allOf"):
        for index, child in enumerate(node.get(key, [])):
            yield from _nodes(child, (*path, f"{key}{index}"))


@pytest.fixture(scope="module")
def nodes(schemas):
    return [
        (f"{name}.{'.'.join(path)}".rstrip("."), node)
        for name, schema in schemas.items()
        for path, node in _nodes(schema)
    ]


@pytest.fixture(scope="module")
def used(bundle, operations, schemas, schema_names):
    """Names of the schemas reachable from JSON requests, from forms and from success responses."""
    json_bodies, forms, answers = [], [], []
    for _, _, _, operation in operations.values():
        for kind, media in operation.get("requestBody", {}).get("content", {}).items():
            (json_bodies if kind == "application/json" else forms).append(media)
        answers += [r for code, r in operation["responses"].items() if code.startswith("2")]
    return {
        "json": schema_names(json_bodies, schemas),
        "forms": schema_names(forms, schemas),
        "answers": schema_names(answers, schemas),
    }


def test_every_schema_is_valid_and_resolves(bundle, schemas):
    for name in schemas:
        document = {"$ref": f"#/components/schemas/{name}", "components": bundle["components"]}
        jsonschema_rs.Draft202012Validator(document)


def test_names_keep_their_spelling_in_the_bundle(schemas):
    for name in schemas:
        assert re.fullmatch(r"[A-Z][A-Za-z0-9]*", name), f"{name}: two files define this name"
    lowered = {name.lower() for name in schemas}
    assert len(lowered) == len(schemas)


def test_schemas_and_properties_are_described(schemas):
    for name, schema in schemas.items():
        assert schema.get("description"), name
        for member, node in schema.get("properties", {}).items():
            assert "$ref" in node or node.get("description"), f"{name}.{member}"


def test_every_value_has_a_type(nodes):
    shapes = {"type", "$ref", "oneOf", "anyOf", "enum"}
    untyped = {name for name, node in nodes if not shapes & set(node)}
    assert untyped == WITHOUT_NAMED_TYPE | {"MetricValueCategories.categories.items"}


def test_objects_stay_open(nodes):
    for name, node in nodes:
        assert node.get("additionalProperties") is not False, name
        assert "unevaluatedProperties" not in node, name


def test_identifiers_are_plain_strings(nodes):
    for name, node in nodes:
        assert node.get("format") != "uuid", name


def test_enums_are_named_and_hold_strings_only(schemas, nodes):
    for name, node in nodes:
        if "enum" in node:
            assert name in schemas, f"{name}: give this enumeration a name of its own"
            assert node["type"] == "string"
            assert all(isinstance(value, str) for value in node["enum"]), name
            assert len({value.lower() for value in node["enum"]}) == len(node["enum"]), name


def test_enums_in_answers_are_open_and_others_closed(schemas, used):
    for name, schema in schemas.items():
        if "enum" in schema:
            assert schema.get("x-open-enum", False) == (name in used["answers"]), name


def test_null_is_said_at_the_point_of_use(schemas, nodes):
    for name, node in nodes:
        kinds = node.get("type", [])
        if isinstance(kinds, list) and "null" in kinds:
            assert name not in schemas, f"{name}: the generator drops nullable components"
            assert "object" not in kinds, f"{name}: write oneOf [reference, null]"
            assert "properties" not in node, name
        if {"type": "null"} in node.get("oneOf", []):
            assert name not in schemas, name
            others = [choice for choice in node["oneOf"] if choice != {"type": "null"}]
            assert all("$ref" in choice for choice in others) or name.endswith(
                "shap_expected_values"
            ), name


def test_objects_are_not_mixed_with_choices(nodes):
    for name, node in nodes:
        assert "allOf" not in node, name
        if "properties" in node:
            assert not {"oneOf", "anyOf"} & set(node), f"{name}: the generator loses its properties"


def test_operations_hold_no_schemas_of_their_own(operations, resolve):
    def simple(schema):
        if "$ref" in schema:
            return True
        if schema.get("type") == "array":
            return simple(schema["items"])
        if "oneOf" in schema:
            return all(simple(choice) for choice in schema["oneOf"])
        return schema.get("type") in {"string", "integer", "number", "boolean", "null"}

    for name, (_, _, item, operation) in operations.items():
        used = [resolve(p)["schema"] for p in operation.get("parameters", [])]
        used += [resolve(p)["schema"] for p in item.get("parameters", [])]
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body in bodies:
            used += [media["schema"] for media in resolve(body).get("content", {}).values()]
        assert all(simple(schema) for schema in used), name


def test_bodies_have_no_defaults_that_clients_would_send(schemas, nodes):
    for name, node in nodes:
        assert "default" not in node, f"{name}: say in words what an absent member means"


def test_null_counts_as_absent_in_requests(bundle, schemas, used):
    """Every optional member of a JSON body may be null instead of missing."""
    for name in used["json"] - used["answers"] | {"Attribute", "RoleDefinition"}:
        schema = schemas[name]
        for member, node in schema.get("properties", {}).items():
            if member in schema.get("required", []):
                continue
            document = {**node, "components": bundle["components"]}
            assert jsonschema_rs.Draft202012Validator(document).is_valid(None), f"{name}.{member}"


def test_files_are_binary_strings(schemas, used):
    for name in used["forms"]:
        for member, node in schemas[name].get("properties", {}).items():
            assert "contentMediaType" not in node, f"{name}.{member}"
    files = {
        f"{name}.{member}"
        for name, schema in schemas.items()
        for member, node in schema.get("properties", {}).items()
        if node.get("format") == "binary"
    }
    assert files == {
        "InferenceFileForm.inference_data",
        "InferenceFileForm.ground_truth_data",
        "InferenceFileForm.image_data",
        "SageMakerForm.inference_data",
        "ReferenceDataForm.reference_data",
        "ReferenceDataForm.reference_data.parquet",
        "ReferenceDataForm.image_data",
        "EnrichmentsForm.user_project.zip",
        "EnrichmentsForm.user_requirements_file.txt",
        "EnrichmentsForm.explainer.pkl",
        "ExplainabilityForm.user_project.zip",
        "ExplainabilityForm.user_requirements_file.txt",
        "ExplainabilityForm.explainer.pkl",
    }


def test_pages_share_one_envelope(schemas):
    pages = {name: schema for name, schema in schemas.items() if name.startswith("Paginated")}
    assert len(pages) == 20
    for name, schema in pages.items():
        if name == "PaginatedUsageResponse":
            continue
        content = "metrics" if name == "PaginatedMetrics" else "data"
        assert set(schema["properties"]) == {
            content,
            "page",
            "page_size",
            "total_pages",
            "total_count",
        }, name
        # The hosted service was seen to send null; it does not have these lists.
        is_ours = name in {"PaginatedInvitations", "PaginatedNotificationDeliveries"}
        kind = "array" if is_ours else ["array", "null"]
        assert schema["properties"][content]["type"] == kind, name
        assert content in schema["required"], name


def test_answers_of_additions_say_which_members_they_always_have(bundle, operations):
    """The hosted service may leave members out of its own answers, but does not have these."""
    reached = {True: set(), False: set()}

    def visit(node, found):
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).removeprefix("#/components/schemas/")
            if name in bundle["components"]["schemas"] and name not in found:
                found.add(name)
                visit(bundle["components"]["schemas"][name], found)
        for child in node.values() if isinstance(node, dict) else node:
            if isinstance(child, dict | list):
                visit(child, found)

    for _, _, _, operation in operations.values():
        visit(operation["responses"], reached[operation.get("x-arthurai-extension", False)])
        visit(operation.get("requestBody", {}), reached[False])
    assert {
        name: missing
        for name in reached[True] - reached[False]
        if (schema := bundle["components"]["schemas"][name]).get("properties")
        and (missing := set(schema["properties"]) - set(schema["required"]))
    } == {
        # Windows or batches, and what depends on the metric.
        "BacktestAlert": {
            *("window_start", "window_end", "batch_id", "truth_share", "metric_parameters")
        },
        "Invitation": {"created_at", "expires_at"},  # earlier releases did not keep them
    }


def test_generated_enums_have_a_member_for_each_value(schemas):
    """The generator joins values whose member names collide; none may get lost."""
    models = importlib.import_module("arthurai_api.models")
    for name, schema in schemas.items():
        if "enum" in schema:
            members = [member.value for member in getattr(models, name)]
            assert sorted(members) == sorted(schema["enum"]), name


def test_generated_models_exist(schemas):
    models = importlib.import_module("arthurai_api.models")
    for name, schema in schemas.items():
        if "properties" in schema and name not in {"AlertSummaryReport", "ReferenceRow"}:
            assert hasattr(models, name), name
