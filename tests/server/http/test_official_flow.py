"""The calls of the official client from login to archiving, with the statuses and keys it checks."""

from __future__ import annotations

import httpx
import pyarrow as pa
import pytest
from builders import make_parquet

from arthurai.server.app import create_app
from arthurai.transport.local import LocalTransport

MODEL = {
    "partner_model_id": "loan-risk-2024-01",
    "display_name": "Loan risk",
    "input_type": "TABULAR",
    "output_type": "MULTICLASS",
    "is_batch": True,
    "attributes": [
        {
            "name": "income",
            "stage": "PIPELINE_INPUT",
            "value_type": "FLOAT",
            "position": 0,
            "categorical": False,
            "min_range": 0,
            "max_range": 250000,
        },
        {
            "name": "p_default",
            "stage": "PREDICTED_VALUE",
            "value_type": "FLOAT",
            "position": 0,
            "is_positive_predicted_attribute": True,
            "attribute_link": "defaulted",
        },
        {
            "name": "defaulted",
            "stage": "GROUND_TRUTH",
            "value_type": "INTEGER",
            "position": 0,
            "categorical": True,
            "categories": [{"value": "0"}, {"value": "1"}],
            "attribute_link": "p_default",
        },
    ],
}


@pytest.fixture
def client():
    with (
        create_app() as app,
        httpx.Client(transport=LocalTransport(app), base_url="http://local/api") as made,
    ):
        app.make_login()
        made.headers.update({"Accept": "application/json", "User-Agent": "arthur-sdk/3.33.3"})
        login = {"login": app.first_login.username, "password": app.first_login.password}
        for _ in range(2):  # the client logs in twice in a row
            answer = made.post("/v3/login", json=login)
            assert answer.status_code == 200
        token = answer.cookies["Authorization"]
        made.cookies.clear()
        made.headers["Authorization"] = token
        yield made


def onboarded(client):
    me = client.get("/v3/users/me")
    assert me.status_code == 200
    client.headers["Arthur-Organization-ID"] = me.json()["organization_id"]
    created = client.post("/v3/models?async_model_provisioning=True", json=MODEL)
    assert created.status_code == 201
    model = created.json()
    assert {"id", "status", "attributes", "model_group_id", "version_sequence_num"} <= set(model)
    assert client.get(f"/v3/models/{model['id']}").json()["status"] == "Ready"
    return model, f"/v3/models/{model['id']}"


def closed(client, path, count):
    answer = client.patch(path, json={"status": "uploaded", "total_record_count": count})
    assert (answer.status_code, answer.json()) == (200, {"message": "success"})


def sent_inferences(client, path):
    rows = [
        {
            "partner_inference_id": str(number),
            "inference_timestamp": "2024-02-01T00:00:00+00:00",
            "batch_id": "b1",
            "inference_data": {"income": 1.0, "p_default": number / 10},
        }
        for number in range(10)
    ]
    return client.post(f"{path}/inferences", json=[*rows, {"inference_data": {}}])


def sent_ground_truth(client, path):
    truth = [
        {
            "partner_inference_id": str(number),
            "ground_truth_timestamp": "2024-02-02T00:00:00Z",
            "ground_truth_data": {"defaulted": int(number >= 6)},
        }
        for number in range(10)
    ]
    return client.patch(f"{path}/inferences", json=truth)


def test_onboarding(client):
    model, path = onboarded(client)
    table = make_parquet({"income": [1.0, 2.0], "p_default": [0.1, 0.9], "defaulted": [0, 1]})
    files = {"reference_data": ("/tmp/some where/ref.parquet", table)}
    uploaded = client.post(f"{path}/reference_data", files=files)
    assert uploaded.status_code == 207
    assert uploaded.json() == {"counts": {"success": 2, "failure": 0, "total": 2}, "failures": []}
    closed(client, f"{path}/reference_data", 2)
    loaded = client.get(
        f"/v3/models/{MODEL['partner_model_id']}",
        params={"id_type": "partner_model_id", "expand": "attributes"},
    )
    assert loaded.json()["attributes"] == model["attributes"]
    group = f"/v3/model_groups/{model['model_group_id']}"
    assert client.get(f"{group}/versions/latest").json()["id"] == model["id"]
    assert client.delete(path).status_code == 204


def test_sending_row_by_row_and_as_a_file(client):
    _, path = onboarded(client)
    sent = sent_inferences(client, path)
    assert sent.status_code == 207
    assert sent.json()["counts"] == {"success": 10, "failure": 1, "total": 11}
    assert [result["status"] for result in sent.json()["results"]] == [200] * 10 + [400]
    table = make_parquet(
        {
            "income": [5.0],
            "p_default": [0.99],
            "partner_inference_id": ["file"],
            "inference_timestamp": pa.array([0], pa.timestamp("us", "UTC")),
        }
    )
    filed = client.post(
        f"{path}/inferences/file",
        files={"inference_data": ("inference_data", table)},
        data={"batch_id": "b1"},
    )
    assert filed.status_code == 207
    assert filed.json() == {"counts": {"success": 1, "failure": 0, "total": 1}, "failures": []}
    closed(client, f"{path}/batches/b1", 11)
    updated = sent_ground_truth(client, path)
    assert updated.status_code == 207
    assert updated.json()["counts"] == {"success": 10, "failure": 0, "total": 10}


def test_querying_and_alerting(client):
    model, path = onboarded(client)
    sent_inferences(client, path)
    sent_ground_truth(client, path)
    query = {"select": [{"function": "accuracyRate"}], "from": "ground_truth"}
    answer = client.post(f"{path}/inferences/query", json=query)
    assert answer.status_code == 200
    (row,) = answer.json()["query_result"]
    assert next(iter(row.values())) == pytest.approx(0.9)  # only 0.5 is on the wrong side
    metrics_path = f"/v4/models/{model['id']}/metrics"
    metrics = client.get(metrics_path, params={"page_size": 1_000_000})
    assert metrics.status_code == 200
    assert all("is_default" in metric for metric in metrics.json()["metrics"])
    metric = {
        "name": "Mean income",
        "endpoint": f"/api{path}/inferences/query",
        "query": {"select": [{"function": "avg", "parameters": {"property": "income"}}]},
        "parameters": [],
    }
    made = client.post(metrics_path, json=metric)
    assert made.status_code == 201
    rule = {"metric_id": made.json()["id"], "bound": "upper", "threshold": 1, "severity": "warning"}
    ruled = client.post(f"{path}/alert_rules", json=rule)
    assert ruled.status_code == 200
    changed = client.patch(f"{path}/alert_rules/{ruled.json()['id']}", json={"threshold": 2})
    assert changed.status_code == 200
    assert "data" in client.get(f"{path}/alert_rules").json()
    assert "data" in client.get("/v3/alerts", params={"model_id": model["id"]}).json()


def test_a_service_account_of_its_own_for_the_client(client):
    name = "default_sdk_service_account"
    listed = client.get("/v3/service_accounts", params={"description": name})
    assert listed.json()["data"] == []
    body = {"description": name, "role": "Administrator"}
    made = client.post("/v3/service_accounts", json=body)
    assert made.status_code == 201
    assert client.get("/v3/service_accounts", params={"description": name}).json()["data"] == [
        made.json()
    ]
