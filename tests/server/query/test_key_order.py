"""Keys of result rows are in the order of the selection."""

from __future__ import annotations

import pytest

from arthurai.server.query import run_distributions, run_drift, run_psi_table

from . import query_models

REGION, INCOME = {"property": "region"}, {"property": "income"}
COUNT = {"function": "count"}
NEWEST = {"function": "max", "alias": "a", "parameters": {"property": "inference_timestamp"}}
STAR = [
    *("income", "region", "p_default", "p_paid", "gt_default", "gt_paid", "inference_id"),
    *("partner_inference_id", "inference_timestamp", "received_timestamp"),
    "ground_truth_timestamp",
]
BOXES = [
    f"objects_detected.{field}"
    for field in ("class_id", "confidence", "top_left_x", "top_left_y", "width", "height")
]


@pytest.mark.parametrize(
    ("model", "body", "keys"),
    [
        ("loans", {"select": [REGION, INCOME]}, ["region", "income"]),
        ("loans", {"select": [{**REGION, "alias": "z"}, INCOME]}, ["z", "income"]),
        ("loans", {"select": [NEWEST, COUNT, REGION], "group_by": [REGION]}, "a count region"),
        ("loans", {"select": [REGION, COUNT, NEWEST], "group_by": [REGION]}, "region count a"),
        ("loans", {"select": [COUNT, REGION], "group_by": [INCOME, REGION]}, "count region"),
        ("loans", {"select": [{"property": "*"}]}, STAR),
        (
            "loans",
            {"select": [REGION, {"property": "*"}]},
            ["region", *(k for k in STAR if k != "region")],
        ),
        (
            "loans",
            {"select": [{"property": "*"}], "subquery": {"select": [REGION, INCOME]}},
            ["region", "income"],
        ),
        (
            "loans",
            {
                "select": [{"alias": "b", "property": "region"}, {"property": "*"}],
                "subquery": {"select": [REGION, NEWEST], "group_by": [REGION]},
            },
            ["b", "region", "a"],
        ),
        (
            "photos",
            {"select": [{"property": "picture"}, {"property": "objects_detected"}]},
            ["picture", *BOXES],
        ),
        (
            "photos",
            {"select": [{"property": "objects_detected"}, {"property": "picture"}]},
            [*BOXES, "picture"],
        ),
        (
            "loans",
            {"select": [{"function": "confusionMatrix"}, COUNT]},
            ["confusionMatrix", "count"],
        ),
    ],
)
def test_rows_of_a_query(ask, model, body, keys):
    rows = ask(model, body)
    assert rows
    for row in rows:
        assert list(row) == (keys.split() if isinstance(keys, str) else keys)


SIDES = {"base": {"source": "inference"}, "target": {"source": "inference"}}


def test_rows_of_drift(store):
    schema = query_models.EXAMPLES["loans"].schema
    groups = [{"property": "region"}, {"property": "gt_default"}]
    for metric in ("PSI", "HypothesisTest", "Thresholds"):
        body = {
            "properties": ["p_paid", "income"],
            "predicted_classes": ["*"],
            "metric": metric,
            "group_by": groups,
            "rollup": "day",
            **SIDES,
        }
        rollup = [] if metric == "Thresholds" else ["rollup"]
        rows = run_drift(body, schema, store)["query_result"]
        assert rows
        for row in rows:
            expected = ["region", "gt_default", *rollup, "p_paid", "income", "predictedClass"]
            assert list(row) == expected


def test_a_group_key_that_is_measured_too_keeps_its_value(store):
    schema = query_models.EXAMPLES["loans"].schema
    group = [{"property": "region"}]
    body = {"properties": ["income", "region"], "metric": "PSI", "group_by": group, **SIDES}
    rows = run_drift(body, schema, store)["query_result"]
    assert [list(row) for row in rows] == [["region", "income"]] * 3
    assert [row["region"] for row in rows] == ["east", "north", "south"]


def test_rows_of_the_bucket_table(store):
    schema = query_models.EXAMPLES["loans"].schema
    body = {"property": "income", "group_by": [{"property": "region"}], "rollup": "day", **SIDES}
    rows = run_psi_table(body, schema, store)["query_result"]
    counts = "count_per_bucket", "total", "probability_per_bucket", "ln_probability_per_bucket"
    for row in rows:
        assert list(row) == [
            *("region", "rollup", "bucket", "base_bucket_min", "base_bucket_max"),
            *(f"base_{count}" if count != "total" else "base_total" for count in counts),
            *("target_bucket_min", "target_bucket_max"),
            *(f"target_{count}" if count != "total" else "target_total" for count in counts),
            *("probability_difference", "ln_probability_difference", "psi"),
        ]


def test_rows_of_distributions(store):
    schema = query_models.EXAMPLES["loans"].schema
    body = {
        "x": {"property": "region"},
        "y": {"property": "income"},
        "values": [
            {"property": "p_paid", "function": "avg", "alias": "mean"},
            {"property": "gt_paid"},
        ],
    }
    for row in run_distributions(body, schema, store)["query_result"]:
        assert list(row) == ["region", "income", "count", "mean", "gt_paid"]
