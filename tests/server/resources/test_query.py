"""The query endpoints over the wire."""

from __future__ import annotations

import pytest

from arthurai.server.document_kinds import Kind

SHARES_SERVER = True

PATHS = ("", "/data_drift", "/data_drift_psi_bucket_calculation_table", "/distributions")
BODIES = {
    "": {"select": [{"function": "count"}]},
    "/data_drift": {
        "properties": ["income"],
        "metric": "PSI",
        "base": {"source": "inference"},
        "target": {"source": "inference"},
    },
    "/data_drift_psi_bucket_calculation_table": {
        "property": "income",
        "base": {"source": "inference"},
        "target": {"source": "inference"},
    },
    "/distributions": {"x": {"property": "income"}, "y": {"property": "region"}},
}


@pytest.fixture
def loans(admin, binary_model):
    """Give the id of a model with three inferences."""
    model_id = admin.post("/models", json=binary_model).json()["id"]
    rows = [
        {
            "partner_inference_id": f"i{n}",
            "inference_timestamp": f"2024-03-01T0{n}:00:00.500Z",
            "inference_data": {"income": 10.0 * n, "region": "N", "p": 0.25 * n},
            "ground_truth_timestamp": "2024-03-02T00:00:00Z",
            "ground_truth_data": {"outcome": "yes" if n % 2 else "no"},
        }
        for n in range(3)
    ]
    sent = admin.post(f"/models/{model_id}/inferences", json=rows)
    assert sent.json()["counts"]["success"] == 3, sent.text
    return model_id


@pytest.mark.parametrize("path", PATHS)
def test_answers(path, admin, loans):
    answer = admin.post(f"/models/{loans}/inferences/query{path}", json=BODIES[path])
    assert answer.status_code == 200, answer.text
    assert isinstance(answer.json()["query_result"], list)


def test_keys_on_the_wire_are_in_the_order_of_the_selection(admin, loans):
    z = {"function": "avg", "alias": "z", "parameters": {"property": "income"}}
    for select, expected in (
        ([z, {"property": "region"}], b'{"z":10.0,"region":"N"}'),
        ([{"property": "region"}, z], b'{"region":"N","z":10.0}'),
    ):
        body = {"select": select, "group_by": [{"property": "region"}]}
        answer = admin.post(f"/models/{loans}/inferences/query", json=body)
        assert answer.content.startswith(b'{"query_result":[' + expected + b"]"), answer.text
    drift = {**BODIES["/data_drift"], "properties": ["p", "income"], "rollup": "day"}
    answer = admin.post(f"/models/{loans}/inferences/query/data_drift", json=drift)
    assert answer.content.startswith(b'{"query_result":[{"rollup":"2024-03-01T00:00:00Z","p":')
    assert b'"p":0.0,"income":' in answer.content


def test_rows_with_all_columns(admin, loans):
    body = {"select": [{"property": "*"}], "order_by": [{"property": "income"}]}
    answer = admin.post(f"/models/{loans}/inferences/query", json=body)
    rows = answer.json()["query_result"]
    assert rows[1]["inference_timestamp"] == "2024-03-01T01:00:00.500Z"
    assert [row["outcome"] for row in rows] == ["no", "yes", "no"]
    negative = next(k for k in rows[0] if k not in {"income", "region", "p"} and rows[1][k] == 0.75)
    assert [row[negative] for row in rows] == [1.0, 0.75, 0.5]


def test_class_column_and_page(admin, loans):
    url = f"/models/{loans}/inferences/query"
    matrix = {"select": [{"function": "confusionMatrix"}]}
    (row,) = admin.post(url, json=matrix).json()["query_result"]
    assert row["confusionMatrix"] == {
        "true_positive": 0, "false_positive": 1, "true_negative": 1, "false_negative": 1,
    }  # fmt: skip
    body = {"select": [{"property": "partner_inference_id"}]}
    page = admin.post(url, json=body, params={"page": 2, "page_size": 2}).json()["query_result"]
    assert page == [{"partner_inference_id": "i2"}]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"7", b'{"select": 1}', b"\xff"])
def test_bad_bodies(path, body, admin, loans):
    headers = {"Content-Type": "application/json"}
    answer = admin.post(f"/models/{loans}/inferences/query{path}", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_unknown_model_and_missing_credentials(admin, callers, loans):
    body = BODIES[""]
    assert admin.post("/models/nothing/inferences/query", json=body).status_code == 404
    assert callers().post(f"/models/{loans}/inferences/query", json=body).status_code == 401


def test_errors_name_the_place(admin, loans):
    body = {"select": [{"function": "avg", "parameters": {"property": "incme"}}]}
    answer = admin.post(f"/models/{loans}/inferences/query", json=body)
    assert answer.status_code == 400
    assert answer.json() == {
        "error": "select[0].parameters.property: unknown property 'incme'; did you mean 'income'?"
    }


def test_reading_each_source_needs_its_permission(app, callers, organization_id, loans):
    def role(name, *resources):
        permissions = [{"resource": "query", "action": "execute"}]
        permissions += [{"resource": resource, "action": "read"} for resource in resources]
        document = {"role_name": name, "permissions": permissions}
        app.control.documents(Kind.CUSTOM_ROLE).put(organization_id, name, document)
        return callers.role(name)

    raw, reference = role("Raw", "raw_data"), role("Reference", "reference_data")
    url = f"/models/{loans}/inferences/query"
    on_reference = {**BODIES[""], "from": "reference"}
    assert raw.post(url, json=BODIES[""]).status_code == 200
    assert raw.post(url, json=on_reference).status_code == 403
    assert reference.post(url, json=on_reference).status_code == 200
    assert reference.post(url, json=BODIES[""]).status_code == 403
    nested = {"select": [{"property": "n"}], "subquery": {
        "select": [{"function": "count", "alias": "n"}]}}  # fmt: skip
    assert reference.post(url, json=nested).status_code == 403


@pytest.mark.parametrize(
    ("comparator", "value", "found"),
    [
        ("eq", "a\0b", ["1"]),
        ("ne", "a\0b", ["0"]),
        ("gt", "a\0", ["0", "1"]),
        ("lt", "a\0c", ["1"]),
        ("in", ["a\0b", "c"], ["1"]),
        ("in", ["a\0b", *map(str, range(99))], ["1"]),
    ],
)
def test_text_with_nul_is_found(admin, binary_model, inference, comparator, value, found):
    path = f"/models/{admin.post('/models', json=binary_model).json()['id']}/inferences"
    rows = [inference(str(n), region=region) for n, region in enumerate(("b", "a\0b"))]
    assert admin.post(path, json=rows).json()["counts"]["success"] == 2
    body = {
        "select": [{"property": "partner_inference_id"}],
        "filter": [{"property": "region", "comparator": comparator, "value": value}],
        "order_by": [{"property": "partner_inference_id"}],
    }
    answer = admin.post(f"{path}/query", json=body)
    assert answer.status_code == 200, answer.text
    assert [row["partner_inference_id"] for row in answer.json()["query_result"]] == found
