"""Each operation by each role, and every credential that opens nothing."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from uuid import uuid4

import httpx
import jwt
import orjson
import pytest
import yaml

from arthurai.common.bundle import load_bundle, operations, resolve
from arthurai.server.app import create_app
from arthurai.transport.local import LocalTransport

OPENAPI = Path(__file__).parents[2] / "openapi"
ROLES = yaml.safe_load((OPENAPI / "roles.yaml").read_text(encoding="utf-8"))
PUBLIC = {"login", "saml_sso"}
PROTECTED = [o for o in operations().values() if o.operation_id not in PUBLIC]


def written_permissions():
    """Read from the sources of the document what each operation asks for; ``None`` is nothing."""
    return {
        operation["operationId"]: operation.get("x-permission")
        for file in sorted((OPENAPI / "paths").glob("*.yaml"))
        for path, methods in yaml.safe_load(file.read_text(encoding="utf-8")).items()
        if path.startswith("/")
        for operation in methods.values()
        if isinstance(operation, dict) and "operationId" in operation
    }


PERMISSIONS = written_permissions()
NEEDED = {
    "get_inference_image": {"type": "raw_image"},
    "find_hotspots": {"metric": "accuracy", "threshold": 0.5},
    "get_usage": {"metric_category": "inferences"},
}
"""Query parameters without which an operation refuses."""
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
    with create_app() as made:
        made.make_login()
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


def session_of(app, organization_id, role):
    users = app.control.users
    name = str(uuid4())
    user = users.create(username=name, email=f"{name}@example.com", password_hash=None)
    users.join(user.id, organization_id, role)
    return app.authentication.open_session(users.get(user.id))[0]


def test_the_matrix_covers_all_operations():
    assert len(PERMISSIONS) == 146
    assert PERMISSIONS.keys() == {o.operation_id for o in PROTECTED} | PUBLIC
    assert len(ROLES) == 10
    free = {name for name, permission in PERMISSIONS.items() if permission is None}
    assert free - PUBLIC == {
        "get_current_user",
        "update_current_user",
        "get_auth_info",
        "get_current_organization",
        "set_current_organization",
        "list_my_organizations",
        "authorize",
        "list_my_permissions",
    }


@pytest.mark.parametrize("credential", [key_of, session_of])
@pytest.mark.parametrize("role", [*ROLES, "no such role"])
def test_a_role_may_do_what_the_document_grants_it_and_nothing_else(
    app, client, organization_id, role, credential
):
    headers = {"Authorization": credential(app, organization_id, role)}
    grants = ROLES.get(role, {})
    wrong = []
    for operation in PROTECTED:
        # a path without objects and a body that fits nothing: no call gets as far as doing harm
        answer = client.request(
            operation.method, filled(operation, {}), headers=headers, content=nonsense(operation)
        )
        asked = PERMISSIONS[operation.operation_id]
        if asked is None or asked["action"] in grants.get(asked["resource"], ()):
            right = answer.status_code not in {401, 403}
        else:
            missing = f"permission {asked['resource']} {asked['action']} is missing"
            right = answer.status_code == 403 and answer.json()["error"].startswith(missing)
        if not right:
            wrong.append((operation.operation_id, answer.status_code))
    assert wrong == []


def refused_elsewhere(client, headers):
    """Give the operations that do not say that the organisation of the headers is not open."""
    wrong = []
    for operation in PROTECTED:
        answer = client.request(
            operation.method, filled(operation, {}), headers=headers, content=nonsense(operation)
        )
        if answer.status_code != 403 or "is not open" not in answer.json()["error"]:
            wrong.append((operation.operation_id, answer.status_code))
    return wrong


@pytest.mark.parametrize("role", [role for role in ROLES if role != "Super Admin"])
def test_no_role_works_in_an_organization_of_others(app, client, organization_id, role):
    other = app.control.organizations.create(str(uuid4()))["id"]
    token = key_of(app, organization_id, role)
    headers = {"Authorization": token, "Arthur-Organization-ID": other}
    assert refused_elsewhere(client, headers) == []


@pytest.mark.parametrize("way", ["header", "cookie", "two cookies", "no such organization"])
def test_no_way_leads_into_an_organization_of_others(app, client, organization_id, way):
    other = app.control.organizations.create(str(uuid4()))["id"]
    token = session_of(app, organization_id, "Administrator")
    headers = {
        "header": {"Authorization": f"Bearer {token}", "Arthur-Organization-ID": other},
        "cookie": {"Authorization": token, "Cookie": f"Arthur-Organization-ID={other}"},
        "two cookies": {"Cookie": f"Authorization={token}; Arthur-Organization-ID={other}"},
        "no such organization": {"Authorization": token, "Arthur-Organization-ID": str(uuid4())},
    }
    assert refused_elsewhere(client, headers[way]) == []


def bad_tokens(app):
    user = app.control.users.list_members(app.control.organizations.list()[0]["id"])[0]
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
    yield "id of an account", app.control.service_accounts.find_by_token(app.admin_key).id
    yield "sql", "' OR 1=1 --"
    yield "very long", "x" * 100_000


@pytest.mark.heavy
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


@pytest.fixture(scope="module")
def objects(app, client, organization_id):
    """Give the values of path parameters that address objects of the first organisation."""
    admin = {"Authorization": app.admin_key}

    def make(path, body):
        answer = client.post(path, json=body, headers=admin)
        assert answer.status_code in {200, 201}, answer.text
        return answer.json()

    model = make("/v3/models", MODEL)
    user = app.control.users.list_members(organization_id)[0]
    account = app.control.service_accounts.create(organization_id, "d", "User")
    subscriber = {"type": "email", "user_id": user.id}
    summary = make(
        "/v3/alert_summary_configurations",
        {
            "name": "S",
            "frequency": "daily",
            "send_time_of_day": "09:30",
            "models": [model["id"]],
            "subscribers": [subscriber],
        },
    )
    notified = make("/v3/alert_notification_configurations", subscriber | {"model_id": model["id"]})
    metrics = f"/v4/models/{model['id']}/metrics"
    (metric,) = client.get(
        metrics, params={"metric_name": "Inference Count"}, headers=admin
    ).json()["metrics"]
    rule = {"metric_id": metric["id"], "bound": "upper", "threshold": 0, "severity": "warning"}
    rule = make(f"/v3/models/{model['id']}/alert_rules", rule)
    row = {
        "partner_inference_id": "i",
        "inference_timestamp": "2026-01-05T12:00:00Z",
        "inference_data": {"x": 1.0, "y": 2.0},
    }
    sent = client.post(f"/v3/models/{model['id']}/inferences", json=[row], headers=admin)
    assert sent.json()["counts"]["success"] == 1
    assert app.alerts.drain(60)
    (alert,) = client.get("/v3/alerts", headers=admin).json()["data"]
    client.put("/v3/tags/t", headers=admin)
    return {
        "model_id": model["id"],
        "model_group_id": model["model_group_id"],
        "attribute_id": model["attributes"][0]["id"],
        "organization_id": organization_id,
        "user_id": user.id,
        "service_account_id": account.id,
        "tag_name": "t",
        "alert_id": alert["id"],
        "alert_rule_id": rule["id"],
        "metric_id": metric["id"],
        "partner_inference_id": "i",
        "subscriber_id": summary["subscribers"][0]["id"],
        "configuration_id": {
            "alert_summary_configurations": summary["id"],
            "alert_notification_configurations": notified["id"],
        },
    }


def everything(app, client, organization_id):
    """Show all that the first organisation has, by the answers to its administrator."""
    headers = {"Authorization": app.admin_key, "Arthur-Organization-ID": organization_id}
    return {
        o.path: client.get(o.path, headers=headers).json()
        for o in PROTECTED
        if o.method == "GET" and "{" not in o.path
    }


def test_a_caller_of_another_organization_reaches_no_object(app, client, organization_id, objects):
    other = app.control.organizations.create(str(uuid4()))["id"]
    headers = {"Authorization": key_of(app, other, "Administrator")}
    before = everything(app, client, organization_id)
    reached, tried = [], 0
    for operation in PROTECTED:
        named = {p["name"] for p in operation.spec["parameters"] if p["in"] == "path"}
        if not named & objects.keys():
            continue
        tried += 1
        kind = operation.path.split("/")[2]
        values = objects | {"configuration_id": objects["configuration_id"].get(kind)}
        answer = client.request(
            operation.method,
            filled(operation, values),
            headers=headers,
            params=NEEDED.get(operation.operation_id),
            **example(operation),
        )
        if answer.status_code != 404 and not missing_permission(answer):
            reached.append((operation.operation_id, answer.status_code, answer.text))
    assert reached == []
    assert tried == 110
    assert everything(app, client, organization_id) == before


def test_lists_of_another_organization_show_nothing(app, client, objects):
    other = app.control.organizations.create(str(uuid4()))["id"]
    headers = {"Authorization": key_of(app, other, "Administrator")}
    ids = [value for value in objects.values() if len(value) == len(other)]
    ids += objects["configuration_id"].values()
    seen, tried = [], 0
    for operation in PROTECTED:
        if operation.method != "GET" or "{" in operation.path.replace("{rollup}", ""):
            continue
        tried += 1
        params = dict(NEEDED.get(operation.operation_id, {}))
        for name in {p["name"] for p in operation.spec["parameters"]} & {"model_id", "user_id"}:
            params[name] = objects[name]
        for sent in (NEEDED.get(operation.operation_id), params):
            answer = client.get(filled(operation, {}), headers=headers, params=sent)
            if answer.status_code == 200:
                seen += [(operation.operation_id, i) for i in ids if i in answer.text]
    assert seen == []
    assert tried == 21


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
    user = app.control.users.list_members(organization_id)[0]
    now = time.time()
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: now + 600)
        token, _ = app.authentication.open_session(user)
    assert callers(token).get("/users/me").status_code == 200
