"""Examples validate, use documented members only, and stand wherever JSON is sent or returned."""

import importlib

import httpx
import jsonschema_rs
import orjson
import pytest

from arthurai_api import Client


@pytest.fixture(scope="module")
def examples(operations, resolve):
    """(operationId, where, example name, schema, value) of all examples."""
    found = []
    for name, (_, _, _, operation) in operations.items():
        bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
        for where, body in bodies.items():
            for media in resolve(body).get("content", {}).values():
                found += [
                    (name, where, label, media["schema"], resolve(example)["value"])
                    for label, example in media.get("examples", {}).items()
                ]
    return found


def test_there_are_enough(examples):
    assert len(examples) >= 180


def test_json_has_examples_everywhere(operations, examples):
    shown = {(name, where) for name, where, *_ in examples}
    for name, (_, _, _, operation) in operations.items():
        bodies = {
            code: body for code, body in operation["responses"].items() if code.startswith("2")
        }
        bodies["request"] = operation.get("requestBody", {})
        for where, body in bodies.items():
            content = body.get("content", {})
            if set(content) == {"application/json"}:
                assert (name, where) in shown, f"{name}: no example of its {where}"


def test_examples_validate(bundle, examples):
    for name, where, label, schema, value in examples:
        document = {**schema, "components": bundle["components"]}
        validator = jsonschema_rs.Draft202012Validator(document, validate_formats=True)
        assert not [str(e) for e in validator.iter_errors(value)], (name, where, label)


def _undocumented(schema, value, resolve):
    """Members of a value that its schema does not name, as paths."""
    schema = resolve(schema)
    if isinstance(value, list):
        for item in value:
            yield from _undocumented(schema.get("items", {}), item, resolve)
        return
    for choice in schema.get("oneOf", schema.get("anyOf", [])):
        if "properties" in resolve(choice):
            yield from _undocumented(choice, value, resolve)
    if not isinstance(value, dict) or "properties" not in schema:
        return
    for member, inner in value.items():
        if member in schema["properties"]:
            for rest in _undocumented(schema["properties"][member], inner, resolve):
                yield f"{member}.{rest}"
        elif "additionalProperties" not in schema:
            yield member


def test_examples_use_documented_members_only(examples, resolve):
    for name, where, label, schema, value in examples:
        assert not list(_undocumented(schema, value, resolve)), (name, where, label)


def test_a_wrong_member_would_be_noticed(operations, resolve):
    schema = operations["create_model"][3]["requestBody"]["content"]["application/json"]["schema"]
    value = {"partner_model_id": "a", "attributes": [{"nmae": "x"}], "tagz": []}
    assert list(_undocumented(schema, value, resolve)) == ["attributes.nmae", "tagz"]


def test_examples_hold_no_credentials(examples):
    for name, _, label, _, value in examples:
        assert "eyJ" not in str(value), (name, label)


def _plain(parsed):
    if isinstance(parsed, list):
        return [_plain(item) for item in parsed]
    return parsed.to_dict() if hasattr(parsed, "to_dict") else parsed


def _same_times(value):
    """The value with all times written as generated code writes them."""
    return orjson.loads(orjson.dumps(value).replace(b'Z"', b'+00:00"'))


def test_generated_code_reads_every_answer(operations, examples):
    client = Client(base_url="https://arthur.example/api")
    for name, where, label, _, value in examples:
        if where != "request":
            tag = operations[name][3]["tags"][0]
            module = importlib.import_module(f"arthurai_api.api.{tag}.{name}")
            response = httpx.Response(
                int(where),
                content=orjson.dumps(value),
                headers={"Content-Type": "application/json"},
            )
            parsed = client.detail(response, module.parse_response).parsed
            assert _same_times(_plain(parsed)) == _same_times(value), (name, label)


def test_generated_models_hold_every_request(operations, examples):
    models = importlib.import_module("arthurai_api.models")
    for name, where, label, schema, value in examples:
        if where == "request" and "$ref" in schema:
            model = getattr(models, schema["$ref"].rpartition("/")[2])
            assert _same_times(model.from_dict(value).to_dict()) == _same_times(value), (
                name,
                label,
            )
