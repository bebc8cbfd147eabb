"""The queries that the official client and published notebooks send."""

from __future__ import annotations

import pytest

from arthurai.server.query import run_drift, run_query

from . import query_models as models

NULL_ALL = {"threshold": None, "ground_truth_property": None, "predicted_property": None}


@pytest.fixture(scope="module")
def batches(store):
    """A batch model with two batches of loans."""
    example = models.Example(
        "MULTICLASS",
        models.LOANS.attributes,
        [(*row, f"b{place % 2}") for place, row in enumerate(models.LOANS.rows)],
        [{"income": 1000 * n, "region": "north", "p_default": n / 9, "gt_default": n % 2}
         for n in range(10)],
        is_batch=True,
    )  # fmt: skip
    example.load(store)
    return example


def test_group_confusion_matrices(ask):
    body = {
        "select": [
            {"property": "region"},
            {
                "function": "confusionMatrixRate",
                "alias": "confusion_matrix",
                "parameters": {"threshold": 0.5},
            },
        ],
        "group_by": [{"property": "region"}],
        "filter": [
            {
                "property": "inference_timestamp",
                "comparator": "gte",
                "value": "2024-03-01T00:00:00.000000Z",
            }
        ],
    }
    rows = {row["region"]: row["confusion_matrix"] for row in ask("loans", body)}
    assert set(rows) == {"north", "south", "east"}
    assert len(rows["south"]) == 8
    assert rows["south"]["accuracy_rate"] == pytest.approx(1 / 3)
    assert rows["east"]["false_positive_rate"] is None


def test_group_positivity_rates_keep_the_type_of_the_group(ask):
    body = {
        "select": [
            {"property": "gt_default"},
            {
                "function": "rate",
                "alias": "positive_rate",
                "parameters": {"property": "p_default", "comparator": "gte", "value": 0.5},
            },
        ],
        "group_by": [{"property": "gt_default"}],
    }
    assert ask("loans", body) == [
        {"gt_default": 0, "positive_rate": pytest.approx(2 / 3)},
        {"gt_default": 1, "positive_rate": pytest.approx(2 / 3)},
    ]


@pytest.mark.parametrize("function", ["accuracyRate", "auc", "f1", "recall", "precision"])
@pytest.mark.parametrize(
    "parameters",
    [
        NULL_ALL,
        {
            "threshold": 0.5,
            "ground_truth_property": "gt_default",
            "predicted_property": "p_default",
        },
        {"threshold": 0.5, "ground_truth_property": "", "predicted_property": ""},
    ],
)
def test_metric_chart_of_a_streaming_model(function, parameters, ask, value):
    step = {"property": "inference_timestamp", "time_interval": "day"}
    body = {
        "select": [
            {"function": function, "alias": function, "parameters": parameters},
            {"function": "roundTimestamp", "alias": "day", "parameters": step},
        ],
        "group_by": [{"alias": "day"}],
        "order_by": [{"alias": "day", "direction": "desc"}],
    }
    rows = ask("loans", body)
    assert [row["day"] for row in rows] == ["2024-03-02T00:00:00Z", "2024-03-01T00:00:00Z"]
    first_day = [{"property": "inference_timestamp", "comparator": "lt", "value": "2024-03-02"}]
    assert rows[1][function] == value("loans", function, None, filter=first_day)


def test_metric_chart_of_a_batch_model(batches, store):
    latest = {"property": "inference_timestamp"}
    body = {
        "select": [
            {"function": "accuracyRate", "alias": "accuracyRate", "parameters": NULL_ALL},
            {"function": "max", "alias": "timestamp", "parameters": latest},
            {"property": "batch_id"},
        ],
        "group_by": [{"property": "batch_id"}],
        "order_by": [{"alias": "timestamp", "direction": "desc"}],
    }
    rows = run_query(body, batches.schema, store)["query_result"]
    assert [(row["batch_id"], row["timestamp"]) for row in rows] == [
        ("b1", "2024-03-02T18:20:00Z"),
        ("b0", "2024-03-02T11:05:30Z"),
    ]


def test_drift_chart_by_batch(batches, store):
    body = {
        "properties": ["income", "region", "p_default"],
        "num_bins": 20,
        "rollup": "batch_id",
        "base": {"source": "reference"},
        "target": {"source": "inference"},
        "metric": "PSI",
    }
    rows = run_drift(body, batches.schema, store)["query_result"]
    assert [row["rollup"] for row in rows] == ["b0", "b1"]
    assert all(set(row) == {"income", "p_default", "region", "rollup"} for row in rows)
    assert all(isinstance(row["region"], float) for row in rows)


def test_timelines(batches, store):
    body = {
        "select": [
            {
                "function": "distribution",
                "alias": "distribution",
                "parameters": {"property": "p_default", "num_bins": 50},
            },
            {"property": "batch_id"},
        ],
        "group_by": [{"property": "batch_id"}],
    }
    rows = run_query(body, batches.schema, store)["query_result"]
    assert [sum(b["count"] for b in row["distribution"]) for row in rows] == [3, 3]
    assert all("lower" in b for row in rows for b in row["distribution"])
    step = {"property": "inference_timestamp", "time_interval": "hour"}
    body = {
        "select": [
            {"property": "region"},
            {"function": "count"},
            {"function": "roundTimestamp", "alias": "hour", "parameters": step},
        ],
        "group_by": [{"property": "region"}, {"alias": "hour"}],
        "order_by": [{"property": "region"}, {"alias": "hour", "direction": "desc"}],
    }
    rows = run_query(body, batches.schema, store)["query_result"]
    assert [(row["region"], row["count"]) for row in rows] == [
        ("east", 1), ("north", 1), ("north", 1), ("south", 1), ("south", 1), ("south", 1),
    ]  # fmt: skip
    assert rows[1]["hour"] > rows[2]["hour"]


def test_notebook_filters_without_zone_and_with_lists(ask):
    body = {
        "select": [
            {"function": "precision"},
            {"function": "count"},
            {"property": "region"},
            {"property": "gt_default"},
        ],
        "filter": [
            {
                "property": "inference_timestamp",
                "comparator": "lt",
                "value": "2024-03-02T11:05:30.000001",
            },
            {"property": "partner_inference_id", "comparator": "in", "value": ["row-0", "row-4"]},
            {"property": "income", "comparator": "gt", "value": 1},
        ],
        "group_by": [{"property": "region"}, {"property": "gt_default"}],
        "order_by": [{"property": "region"}],
    }
    assert ask("loans", body) == [
        {"count": 1, "gt_default": 1, "precision": 1.0, "region": "north"},
        {"count": 1, "gt_default": 0, "precision": None, "region": "south"},
    ]


def test_wait_for_inferences_that_never_came(store):
    example = models.Example("REGRESSION", models.PRICE.attributes)
    example.load(store)
    body = {
        "select": [{"function": "count"}],
        "from": "ground_truth",
        "filter": [{"property": "actual", "comparator": "NotNull"}],
    }
    assert run_query(body, example.schema, store)["query_result"] == [{"count": 0}]
