"""Each operation by each role, and every credential that opens nothing."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import httpx
import jwt
import orjson
import pytest
import yaml

from arthurai.common.bundle import load_bundle, operations, resolve
from arthurai.server.app import create_app
from arthurai.transport.local import LocalTransport

ROOT = Path(__file__).parents[3]
ROLES = yaml.safe_load((ROOT / "openapi" / "roles.yaml").read_text(encoding="utf-8"))
PROTECTED = [operation for operation in operations().values() if not operation.public]
MODEL = {
    "partner_model_id": "m",
    "input_type": "TABULAR",
    "output_type": "REGRESSION",
    "tags": ["t"],
    "attributes": [
        {"name": "x", "stage": "PIPELINE_INPUT", "value_type": "FLOAT", "position": 0},
        {"name": "y", "stage": "PREDICTED_VALUE", "value_type": "FLOAT", "position": 0},
    ],
}


@pytest.fixture(scope="module")
def app():
    with create_app(make_login=True) as made:
        yield made


@pytest.fixture(scope="module")
def client(app):
    with httpx.Client(transport=LocalTransport(app), base_url="http://local/api") as made:
        yield made


@pytest.fixture(scope="module")
def organization_id(app):
    return app.control.organizations.list()[0]["id"]


def key_of(app, organization_id, role):
    account = app.control.service_accounts.create(organization_id, role, role)
    return app.control.service_accounts.token(account.id)


def filled(operation, values):
    """Put values, or a word nobody uses as an id, into the path of an operation."""
    path = operation.path
    for parameter in operation.spec["parameters"]:
        if parameter["in"] == "path":
            value = values.get(parameter["name"], "nonsense")
            if parameter["name"] in {"rollup", "enrichment_name"}:
                schema = resolve(load_bundle(), parameter["schema"])
                value = schema["enum"][0]
            path = path.replace("{" + parameter["name"] + "}", value)
    return path


def example(operation):
    """Give keyword arguments that send the first example body of the document."""
    if "requestBody" not in operation.spec:
        return {}
    body = resolve(load_bundle(), operation.spec["requestBody"])
    media_type, content = next(iter(body["content"].items()))
    if media_type != "application/json":
        return {"files": {"part": b"content"}}
    shown = next(iter(content["examples"].values()))
    return {"json": resolve(load_bundle(), shown)["value"]}


def nonsense(operation):
    """Give a body that fits nothing, where the document has one."""
    return b"!" if "requestBody" in operation.spec else None


def missing_permission(answer):
    return answer.status_code == 403 and answer.json()["error"].startswith("permission ")


@pytest.mark.parametrize("role", [*ROLES, "no such role"])
def test_a_role_may_do_what_the_document_grants_it_and_nothing_else(
    app, client, organization_id, role
):
    headers = {"Authorization": key_of(app, organization_id, role)}
    grants = ROLES.get(role, {})
    wrong = []
    for operation in PROTECTED:
        # a path without objects and a body that fits nothing: no call gets as far as doing harm
        answer = client.request(
            operation.method, filled(operation, {}), headers=headers, content=nonsense(operation)
        )
        permission = operation.permission
        granted = permission is None or permission.action in grants.get(permission.resource, ())
        if missing_permission(answer) is granted or answer.status_code == 401:
            wrong.append((operation.operation_id, answer.status_code))
    assert wrong == []


def bad_tokens(app):
    user = app.control.users.members(app.control.organizations.list()[0]["id"])[0]
    lifetime = app.authentication.session_seconds
    app.authentication.session_seconds = -10
    expired, _ = app.authentication.open_session(user)
    app.authentication.session_seconds = lifetime
    good, _ = app.authentication.open_session(user)
    claims = jwt.decode(good, options={"verify_signature": False})
    head = base64.urlsafe_b64encode(orjson.dumps({"alg": "none", "typ": "JWT"})).rstrip(b"=")
    payload = good.split(".")[1]
    yield "missing", None
    yield "empty", ""
    yield "blank", " "
    yield "scheme without a token", "Bearer"
    yield "another scheme", "Basic YWRtaW46YWRtaW4="
    yield "malformed", "a.b.c"
    yield "expired", expired
    yield "unsigned", f"{head.decode()}.{payload}."
    yield "signature cut off", good.rpartition(".")[0] + "."
    yield "signed by somebody else", jwt.encode(claims, "x" * 32, algorithm="HS256")
    yield "another algorithm", jwt.encode(claims, app.secret, algorithm="HS384")
    yield "without expiry", jwt.encode({"sub": user.id, "epoch": 0}, app.secret, algorithm="HS256")
    yield "of an older epoch", jwt.encode(claims | {"epoch": -1}, app.secret, algorithm="HS256")
    yield "of an unknown user", jwt.encode(claims | {"sub": "x"}, app.secret, algorithm="HS256")
    yield "key cut off", app.admin_key[:-1]
    yield "key with more behind it", app.admin_key + "x"
    yield "key in other case", app.admin_key.swapcase()
    yield "id of an account", app.control.service_accounts.by_token(app.admin_key).id
    yield "sql", "' OR 1=1 --"
    yield "very long", "x" * 100_000


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_no_other_credential_opens_any_operation(app, client):
    wrong = []
    for name, token in bad_tokens(app):
        headers = {} if token is None else {"Authorization": token}
        for operation in PROTECTED:
            answer = client.request(
                operation.method,
                filled(operation, {}),
                headers=headers,
                content=nonsense(operation),
            )
            if answer.status_code != 401 or "error" not in answer.json():
                wrong.append((name, operation.operation_id, answer.status_code))
    assert wrong == []


def test_a_caller_of_another_organization_reaches_no_object(app, client, organization_id):
    admin = {"Authorization": app.admin_key}
    model = client.post("/v3/models", json=MODEL, headers=admin).json()
    other = client.post("/v3/organizations", json={"name": "Other"}, headers=admin).json()["id"]
    user = app.control.users.members(organization_id)[0]
    account = app.control.service_accounts.create(organization_id, "d", "User")
    values = {
        "model_id": model["id"],
        "model_group_id": model["model_group_id"],
        "attribute_id": model["attributes"][0]["id"],
        "organization_id": organization_id,
        "user_id": user.id,
        "service_account_id": account.id,
        "tag_name": "t",
    }
    headers = {"Authorization": key_of(app, other, "Administrator")}
    wrong, tried = [], 0
    for operation in PROTECTED:
        named = {p["name"] for p in operation.spec["parameters"] if p["in"] == "path"}
        if not named & values.keys():
            continue
        tried += 1
        arguments = {"params": {"type": "raw_image"}} | example(operation)
        answer = client.request(
            operation.method, filled(operation, values), headers=headers, **arguments
        )
        if answer.status_code not in {400, 403, 404, 501}:
            wrong.append((operation.operation_id, answer.status_code))
    assert wrong == []
    assert tried > 80
    untouched = client.get(
        f"/v3/models/{model['id']}", params={"expand": "attributes"}, headers=admin
    ).json()
    assert untouched["attributes"] == model["attributes"]
    assert untouched["updated_at"] == model["updated_at"]


@pytest.mark.parametrize("source", ["reference", "inference", None])
def test_a_query_needs_the_right_to_read_the_data_it_touches(app, client, organization_id, source):
    admin = {"Authorization": app.admin_key}
    name = f"Query only {source}"
    readable = "reference_data" if source == "reference" else "raw_data"
    role = {
        "role_name": name,
        "permissions": [
            {"resource": "query", "action": "execute"},
            {"resource": readable, "action": "read"},
        ],
    }
    client.post("/v3/authorization/custom_roles", json={"roles": [role]}, headers=admin)
    model = client.post("/v3/models", json=MODEL | {"partner_model_id": name}, headers=admin).json()
    headers = {"Authorization": key_of(app, organization_id, name)}

    def ask(inner):
        query = {"select": [{"function": "count"}]} | ({"from": inner} if inner else {})
        nested = {"select": [{"function": "count"}], "subquery": query}
        path = f"/v3/models/{model['id']}/inferences/query"
        answers = [client.post(path, json=body, headers=headers) for body in (query, nested)]
        return [missing_permission(answer) for answer in answers]

    assert ask(source) == [False, False]
    forbidden = "inference" if source == "reference" else "reference"
    assert ask(forbidden) == [True, True]


def test_a_session_outlives_a_clock_that_is_set_back(app, callers, organization_id, monkeypatch):
    (user,) = app.control.users.members(organization_id)
    now = time.time()
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: now + 600)
        token, _ = app.authentication.open_session(user)
    assert callers(token).get("/users/me").status_code == 200
