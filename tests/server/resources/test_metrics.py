"""Metrics over the wire: built-in and own ones, evaluation by time, group and parameters."""

import pytest

from arthurai.server.document_kinds import Kind
from arthurai.server.query import QueryError, run_drift, run_query
from arthurai.server.resources.metrics.builtin_metrics import BUILTIN_METRICS, list_builtin_metrics
from arthurai.server.resources.metrics.metric_parameters import fill_placeholders, find_placeholders

SHARES_SERVER = True

METRICS = "http://local/api/v4/models/{}/metrics"
ROWS = [  # day, region, income, p, outcome
    (1, "N", 10.0, 0.9, "yes"),
    (1, "S", 20.0, 0.8, "no"),
    (1, "N", 30.0, 0.35, "yes"),
    (2, "N", 40.0, 0.6, "yes"),
    (2, "S", 50.0, 0.1, "no"),
    (2, "S", 60.0, 0.5, None),
]


@pytest.fixture
def loans(admin, binary_model):
    """Give the id of a loan model with data."""
    binary_model["attributes"][0]["bins"] = [
        {"continuous_start": None, "continuous_end": 20},
        {"continuous_start": 20, "continuous_end": None},
    ]
    created = admin.post("/models", json=binary_model)
    assert created.status_code == 201, created.text
    model_id = created.json()["id"]
    inferences = []
    for index, (day, region, income, p, outcome) in enumerate(ROWS):
        row = {
            "partner_inference_id": f"i{index}",
            "inference_timestamp": f"2024-03-0{day}T10:00:00Z",
            "inference_data": {"income": income, "region": region, "p": p},
        }
        if outcome:
            row |= {
                "ground_truth_data": {"outcome": outcome},
                "ground_truth_timestamp": f"2024-03-0{day}T11:00:00Z",
            }
        inferences.append(row)
    sent = admin.post(f"/models/{model_id}/inferences", json=inferences)
    assert sent.json()["counts"]["failure"] == 0, sent.text
    return model_id


@pytest.fixture
def with_reference(app, loans):
    """Give the loan model after a reference set was stored and closed."""
    schema = app.control.models.get(None, loans).schema
    rows = [
        {"reference_data": {"income": float(10 * i), "region": "NS"[i % 2], "p": i / 10}}
        for i in range(10)
    ]
    assert app.data.append_reference_stream(schema, [rows]).accepted == len(rows)
    app.data.close_reference(schema, len(rows))
    return loans


@pytest.fixture
def metrics(admin, loans):
    """Give a caller of the metric endpoints of the loan model."""

    def call(method, path="", version=None, **options):
        url = METRICS.format(loans) + path
        return admin.request(method, url.replace("/v4/", f"/{version or 'v4'}/"), **options)

    return call


def named(metrics, name):
    found = metrics("GET", params={"metric_name": name}).json()["metrics"]
    assert len(found) == 1, found
    return found[0]


def evaluated(metrics, name, **body):
    answer = metrics("POST", f"/{named(metrics, name)['id']}/result", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def test_builtin_metrics_of_a_binary_classifier(metrics):
    body = metrics("GET", params={"page_size": 100, "expand": "type"}).json()
    names = {metric["name"] for metric in body["metrics"]}
    assert {"Inference Count", "Accuracy Rate", "AUC", "F1", "Feature Drift"} <= names
    assert all(metric["is_default"] for metric in body["metrics"])
    assert body["total_count"] == len(body["metrics"])
    types = {metric["name"]: metric["type"] for metric in body["metrics"]}
    assert types["Inference Count"] == "model_output_metric"
    assert types["Feature Drift"] == "model_data_drift_metric"
    older = metrics("GET", version="v3", params={"page_size": 100, "expand": "type"}).json()
    assert older == body


def test_ids_of_builtin_metrics_stay(metrics):
    one, two = named(metrics, "accuracy rate"), named(metrics, "Accuracy Rate")
    assert one["id"] == two["id"]
    assert metrics("GET", f"/{one['id']}").json()["name"] == "Accuracy Rate"


def test_a_metric_belongs_to_one_model(admin, metrics, loans, binary_model):
    other = admin.post("/models", json={**binary_model, "partner_model_id": "other"}).json()["id"]
    body = {
        "name": "Mean income",
        "query": {"select": [{"function": "avg", "parameters": {"property": "income"}}]},
        "endpoint": f"/api/v3/models/{loans}/inferences/query",
    }
    custom = metrics("POST", json=body).json()
    for metric in (custom, named(metrics, "Accuracy Rate")):
        assert metrics("GET", f"/{metric['id']}").json()["name"] == metric["name"]
        foreign = admin.get(f"{METRICS.format(other)}/{metric['id']}")
        assert foreign.status_code == 404, metric["name"]


def test_each_builtin_metric_says_what_it_means():
    names = [metric.name for metric in BUILTIN_METRICS]
    assert len(set(names)) == len(names)
    for metric in BUILTIN_METRICS:
        assert metric.description.endswith("."), metric.name


def test_filters_of_the_list(metrics):
    def names(**params):
        found = metrics("GET", params={"page_size": 100, **params}).json()["metrics"]
        return {metric["name"] for metric in found}

    assert names(default=False) == set()
    assert "Feature Drift" in names(attribute_name="region")
    assert "Accuracy Rate" not in names(attribute_name="region")
    assert names(type="model_data_drift_metric") >= {"Feature Drift", "Prediction Drift"}
    assert names(metric_name="total inference count") == {"Inference Count"}


def test_evaluation_over_all_rows(metrics):
    (result,) = evaluated(metrics, "Accuracy Rate")
    assert result["name"] == "accuracyRate"
    assert result["values"] == [{"accuracyRate": 0.6}]
    assert result["parameters"] == {"classifier_threshold": 0.5}


def test_evaluation_by_day(metrics):
    (result,) = evaluated(metrics, "Inference Count", rollup="DAY")
    assert result["values"] == [
        {"count": 3, "rollup": "2024-03-01T00:00:00+00:00"},
        {"count": 3, "rollup": "2024-03-02T00:00:00+00:00"},
    ]


def test_evaluation_by_days_of_a_time_zone(metrics):
    (result,) = evaluated(metrics, "Inference Count", rollup="DAY", time_zone="Pacific/Kiritimati")
    assert {value["rollup"][11:] for value in result["values"]} == {"10:00:00+00:00"}  # UTC+14
    assert sum(value["count"] for value in result["values"]) == 6
    answer = metrics(
        "POST",
        f"/{named(metrics, 'Inference Count')['id']}/result",
        json={"rollup": "DAY", "time_zone": "Kiritimati"},
    )
    assert answer.status_code == 400
    assert "time_zone: must be the name of a time zone" in answer.text


def test_evaluation_by_category_and_choice_of_thresholds(metrics):
    results = evaluated(
        metrics, "Recall", group_by="region", parameters={"classifier_threshold": [0.5, 0.3]}
    )
    found = {
        (r["group"]["region"]["name"], r["parameters"]["classifier_threshold"]): r["values"]
        for r in results
    }
    assert found == {
        ("N", 0.5): [{"recall": pytest.approx(2 / 3)}],
        ("S", 0.5): [{"recall": None}],
        ("N", 0.3): [{"recall": 1.0}],
        ("S", 0.3): [{"recall": None}],
    }


def test_evaluation_by_bins(metrics):
    results = evaluated(metrics, "Inference Count", group_by="income")
    assert [(r["group"], r["values"]) for r in results] == [
        (
            {"income": {"bin": {"continuous_start": None, "continuous_end": 20}}},
            [{"count": 2}],
        ),
        (
            {"income": {"bin": {"continuous_start": 20, "continuous_end": None}}},
            [{"count": 4}],
        ),
    ]


def test_evaluation_with_filters_echoes_them(metrics):
    filters = [{"property": "region", "comparator": "eq", "value": "N"}]
    metric = named(metrics, "Inference Count")
    body = metrics("POST", f"/{metric['id']}/result", json={"filters": filters}).json()
    assert body["filters"] == filters
    assert body["results"][0]["values"] == [{"count": 3}]


def test_count_by_class(metrics):
    def count(label, **more):
        parameters = {"predicted_class": label, **more}
        (result,) = evaluated(metrics, "Total Inference Count By Class", parameters=parameters)
        return result["values"][0]["countIf"]

    metric = named(metrics, "Total Inference Count By Class")
    positive, negative = metric["parameters"][0]["value_limits"]["categorical"]["categories"]
    assert positive == "p"
    results = evaluated(metrics, "Total Inference Count By Class")
    assert [(r["parameters"]["predicted_class"], r["values"][0]["countIf"]) for r in results] == [
        (positive, 4),
        (negative, 2),
    ]
    assert (count(positive), count(negative)) == (4, 2)
    assert count(positive, classifier_threshold=0.85) == 1


@pytest.mark.parametrize(
    ("name", "body", "place"),
    [
        ("Recall", {"parameters": {"classifier_threshold": 2}}, "parameters.classifier_threshold"),
        ("Recall", {"parameters": {"threshold": 0.5}}, "parameters.threshold"),
        ("Recall", {"group_by": "nothing"}, "group_by"),
        ("Recall", {"filters": [{"property": "nothing", "comparator": "IsNull"}]}, "filter[0]"),
        ("Feature Drift", {}, "base.source"),
        ("Feature Drift", {"parameters": {"drift_attribute": "p"}}, "parameters.drift_attribute"),
    ],
)
def test_refused_evaluations_name_the_place(metrics, name, body, place):
    metric = named(metrics, name)
    answer = metrics("POST", f"/{metric['id']}/result", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(place)


def test_drift_metrics(app, with_reference, metrics):
    schema = app.control.models.get(None, with_reference).schema
    results = evaluated(
        metrics,
        "Feature Drift",
        rollup="DAY",
        parameters={"drift_attribute": ["region", "income"], "num_bins": 3, "drift_metric": "PSI"},
    )
    request = {
        "properties": ["region", "income"],
        "num_bins": 3,
        "metric": "PSI",
        "base": {"source": "reference"},
        "target": {"source": "inference"},
        "rollup": "day",
    }
    rows = run_drift(request, schema, app.data)["query_result"]
    for result, name in zip(results, ("region", "income"), strict=True):
        assert [value[name] for value in result["values"]] == [row[name] for row in rows]


def test_reference_rollup(with_reference, metrics):
    metric = named(metrics, "Inference Count")
    assert "REFERENCE" in metric["valid_rollups"]
    (result,) = evaluated(metrics, "Inference Count", rollup="REFERENCE")
    assert result["values"] == [{"count": 10}]


REGION = {"name": "region", "parameter_type": "STRING", "default": "N", "value_limits": None}


def own(loans, **more):
    return {
        "name": "Northern incomes",
        "endpoint": f"/api/v3/models/{loans}/inferences/query",
        "query": {
            "select": [{"function": "avg", "parameters": {"property": "income"}}],
            "filter": [{"property": "region", "comparator": "eq", "value": "{{ region }}"}],
        },
        "parameters": [REGION],
        **more,
    }


def test_own_metric_lives_and_dies(metrics, loans):
    made = metrics("POST", json=own(loans))
    assert made.status_code == 201, made.text
    metric = made.json()
    assert (metric["is_default"], metric["type"]) == (False, "model_input_data_metric")
    assert metric["attribute"] == "income"
    (result,) = evaluated(metrics, "northern incomes", parameters={"region": "S"})
    assert result["values"] == [{"avg": pytest.approx(130 / 3)}]
    changed = metrics("PUT", f"/{metric['id']}", json=own(loans, name="Incomes", endpoint=None))
    assert changed.status_code == 200, changed.text
    assert changed.json()["endpoint"] == metric["endpoint"]
    assert metrics("DELETE", f"/{metric['id']}").status_code == 204
    assert metrics("GET", f"/{metric['id']}").status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"name": "accuracy rate"}, 409),
        ({"parameters": []}, 400),
        ({"endpoint": "/api/v3/users"}, 400),
        ({"endpoint": None}, 400),
        ({"query": {"select": [{"function": "count"}] * 2}, "parameters": []}, 400),
        ({"query": {}, "parameters": []}, 400),
        ({"parameters": [REGION, REGION]}, 400),
        ({"parameters": [{**REGION, "parameter_type": "FLOAT"}]}, 400),
        ({"parameters": [{**REGION, "value_limits": {"categorical": {"categories": ["S"]}}}]}, 400),
        (
            {
                "parameters": [
                    {
                        **REGION,
                        "value_limits": {
                            "categorical": {"categories": ["N"]},
                            "range": {"min": 0, "max": 1},
                        },
                    }
                ]
            },
            400,
        ),
    ],
)
def test_own_metric_refused(metrics, loans, change, status):
    assert metrics("POST", json=own(loans, **change)).status_code == status


def test_templates_are_checked_when_they_run(metrics, loans):
    query = {
        "select": [{"function": "countIf", "parameters": {"property": "p", "comparater": "gt"}}]
    }
    made = metrics("POST", json=own(loans, query=query, parameters=[]))
    assert made.status_code == 201
    answer = metrics("POST", f"/{made.json()['id']}/result", json={})
    assert answer.status_code == 400
    assert "comparator" in answer.json()["error"]


def test_builtin_metrics_cannot_be_changed(metrics, loans):
    metric = named(metrics, "F1")
    assert metrics("PUT", f"/{metric['id']}", json=own(loans)).status_code == 400
    assert metrics("DELETE", f"/{metric['id']}").status_code == 400


def test_evaluating_on_the_reference_set_needs_the_permission_to_read_it(
    app, callers, with_reference, metrics, organization_id
):
    allowed = [("query", "execute"), ("raw_data", "read")]
    role = {
        "role_name": "Narrow",
        "permissions": [{"resource": r, "action": a} for r, a in allowed],
    }
    app.control.documents(Kind.CUSTOM_ROLE).put(organization_id, "Narrow", role)
    narrow = callers.role("Narrow")
    url = f"{METRICS.format(with_reference)}/{named(metrics, 'Inference Count')['id']}/result"
    assert narrow.post(url, json={}).status_code == 200
    refused = narrow.post(url, json={"rollup": "REFERENCE"})
    assert refused.status_code == 403
    assert "reference_data read" in refused.json()["error"]


@pytest.mark.parametrize(
    ("output_type", "attributes"),
    [
        ("REGRESSION", [("pred", "PREDICTED_VALUE", "FLOAT"), ("gt", "GROUND_TRUTH", "FLOAT")]),
        (
            "MULTICLASS",
            [
                *((name, "PREDICTED_VALUE", "FLOAT") for name in "abc"),
                *((f"gt_{name}", "GROUND_TRUTH", "INTEGER") for name in "abc"),
            ],
        ),
        (
            "OBJECT_DETECTION",
            [("boxes", "PREDICTED_VALUE", "BOUNDING_BOX"), ("gt", "GROUND_TRUTH", "BOUNDING_BOX")],
        ),
        (
            "RANKED_LIST",
            [("list", "PREDICTED_VALUE", "RANKED_LIST"), ("gt", "GROUND_TRUTH", "ARRAY(STRING)")],
        ),
        (
            "TOKEN_SEQUENCE",
            [
                ("text", "PREDICTED_VALUE", "UNSTRUCTURED_TEXT"),
                ("probs", "PREDICTED_VALUE", "TOKEN_LIKELIHOODS"),
            ],
        ),
    ],
)
def test_every_builtin_query_runs(app, admin, output_type, attributes):
    wire = [
        {"name": "x", "stage": "PIPELINE_INPUT", "value_type": "FLOAT", "position": 0},
    ]
    for place, (name, stage, value_type) in enumerate(attributes):
        entry = {"name": name, "stage": stage, "value_type": value_type, "position": place % 3}
        if stage == "PREDICTED_VALUE" and f"gt_{name}" in {a[0] for a in attributes}:
            entry["attribute_link"] = f"gt_{name}"
        elif stage == "PREDICTED_VALUE" and "gt" in {a[0] for a in attributes}:
            entry["attribute_link"] = "gt"
        wire.append(entry)
    body = {
        "partner_model_id": output_type,
        "input_type": "TABULAR",
        "output_type": output_type,
        "attributes": wire,
    }
    created = admin.post("/models", json=body)
    assert created.status_code == 201, created.text
    schema = app.control.models.get(None, created.json()["id"]).schema
    metrics = list_builtin_metrics(schema)
    assert len(metrics) > 2
    for metric in metrics:
        query = fill_placeholders(
            metric["query"], {p["name"]: p["default"] for p in metric["parameters"]}
        )
        assert not find_placeholders(query)
        if "select" in query:
            assert len(run_query(query, schema, app.data)["query_result"]) == 1
        else:
            with pytest.raises(QueryError, match="no reference data"):
                run_drift(query, schema, app.data)


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        ("{{x}}", {"x": 3}, 3),
        ("{{ x }}", {"x": [1, 2]}, [1, 2]),
        ("a {{x}} b", {"x": 0.5}, "a 0.5 b"),
        ({"k": ["{{x}}", "{{y}}"]}, {"x": None, "y": "{{x}}"}, {"k": [None, "{{x}}"]}),
        ("{{unknown}}", {}, "{{unknown}}"),
    ],
)
def test_template(template, values, expected):
    assert fill_placeholders(template, values) == expected
