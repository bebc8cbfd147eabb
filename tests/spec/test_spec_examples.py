"""Examples validate, use documented members only, and stand wherever JSON is sent or returned."""

import importlib
import io
from collections import Counter

import httpx
import jsonschema_rs
import orjson
import pytest
from PIL import Image

from arthurai_api import Client
from arthurai_api.types import File

IMAGES = {"application/octet-stream", "image/gif", "image/jpeg", "image/png", "image/tiff"}


@pytest.fixture(scope="module")
def examples(operations, resolve):
    """(operationId, where, example name, schema, value) of all examples without files."""
    return [
        found
        for media, *found in shown(operations, resolve)
        if media not in IMAGES and not file_parts(*found[-2:], resolve)
    ]


def file_parts(schema, value, resolve):
    """Name the parts of a form that are files."""
    members = resolve(schema).get("properties", {})
    files = {name for name, member in members.items() if member.get("format") == "binary"}
    return files & value.keys() if isinstance(value, dict) else set()


def shown(operations, resolve):
    """Yield the media type before each of them, for all examples."""
    for name, (_, _, _, operation) in operations.items():
        bodies = {"request": operation.get("requestBody", {}), **operation["responses"]}
        for where, body in bodies.items():
            for media, content in resolve(body).get("content", {}).items():
                for label, example in content.get("examples", {}).items():
                    yield media, name, where, label, content["schema"], resolve(example)["value"]


def test_there_are_enough(examples):
    assert len(examples) >= 180


def test_every_body_of_a_request_and_a_success_has_an_example(operations):
    for name, (_, _, _, operation) in operations.items():
        bodies = {
            code: body for code, body in operation["responses"].items() if code.startswith("2")
        }
        bodies["request"] = operation.get("requestBody", {})
        for where, body in bodies.items():
            for media, content in body.get("content", {}).items():
                assert content.get("examples"), f"{name}: no example of its {where} as {media}"


def test_examples_of_files_are_such_files(operations, resolve):
    """A text stands for bytes, one a character."""
    kinds = []
    for media, name, where, label, schema, value in shown(operations, resolve):
        if media in IMAGES:
            picture = Image.open(io.BytesIO(value.encode("latin-1")))
            picture.load()
            assert media in {"application/octet-stream", picture.get_format_mimetype()}, label
            kinds.append(picture.format)
            continue
        for part in file_parts(schema, value, resolve):
            assert orjson.loads(value[part]), (name, where, label, part)
            kinds.append("JSON")
    assert Counter(kinds) == {"JSON": 4, "PNG": 2, "JPEG": 1, "GIF": 1, "TIFF": 1}


def test_examples_validate(bundle, operations, resolve):
    for _, name, where, label, schema, value in shown(operations, resolve):
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
    if isinstance(parsed, File):  # where an operation may answer with an image
        return orjson.loads(parsed.payload.read())
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
