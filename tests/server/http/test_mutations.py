"""Examples of the document with one member spoilt: no request makes the server fail."""

from __future__ import annotations

import copy

import pytest
from builders import administrator

from arthurai.common.bundle import load_bundle, operations, resolve
from arthurai.server.app import create_app

pytestmark = pytest.mark.heavy

SPOILT = [
    None,
    True,
    0,
    -1,
    2**63,
    -(2**63) - 1,
    1e308,
    "",
    "\0",
    "x" * 300,
    "2026-02-30T25:00:00Z",
    "💥\u202e",
    [],
    [None],
    {},
    {"$ref": "#"},
]
MODEL = {
    "partner_model_id": "mutations",
    "input_type": "TABULAR",
    "output_type": "MULTICLASS",
    "attributes": [
        {"name": "x", "stage": "PIPELINE_INPUT", "value_type": "FLOAT", "position": 0},
        {"name": "y", "stage": "PREDICTED_VALUE", "value_type": "FLOAT", "position": 0},
        {"name": "z", "stage": "GROUND_TRUTH", "value_type": "INTEGER", "position": 0},
    ],
}


@pytest.fixture(scope="module")
def client():
    with create_app() as app, administrator(app, "/api") as made:
        yield made


def with_json():
    for operation in operations().values():
        if "requestBody" in operation.spec and not operation.public:
            body = resolve(load_bundle(), operation.spec["requestBody"])
            content = body["content"].get("application/json")
            if content is not None:
                yield operation, content


def places(value, path=()):
    """Yield the way to every member of a JSON value."""
    yield path
    members = value.items() if isinstance(value, dict) else ()
    members = enumerate(value[:2]) if isinstance(value, list) else members
    for step, member in members:
        yield from places(member, (*path, step))


def spoil(value, path, spoilt):
    if not path:
        return spoilt
    changed = copy.deepcopy(value)
    target = changed
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = spoilt
    return changed


@pytest.mark.faults
@pytest.mark.parametrize(
    ("operation", "content"), [pytest.param(*case, id=case[0].operation_id) for case in with_json()]
)
def test_spoilt_bodies_never_make_the_server_fail(client, operation, content):
    model = client.post("/v3/models", json=MODEL)
    if model.status_code == 409:
        model = client.get("/v3/models/mutations", params={"id_type": "partner_model_id"})
    path = operation.path.replace("{model_id}", model.json()["id"])
    for parameter in operation.spec["parameters"]:
        path = path.replace("{" + parameter["name"] + "}", "nonsense")
    example = resolve(load_bundle(), next(iter(content["examples"].values())))["value"]
    failed = []
    for place in places(example):
        for spoilt in SPOILT:
            body = spoil(example, place, spoilt)
            answer = client.request(operation.method, path, json=body)
            if answer.status_code >= 500 and answer.status_code != 501:
                failed.append((place, spoilt, answer.text))
    assert failed == []
