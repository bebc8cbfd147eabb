"""Drift queries written in Python."""

from __future__ import annotations

import json

import pytest

from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.query import DriftQuery, col, drift, psi_table


def test_a_drift_query_is_the_json_that_is_sent():
    query = drift(
        "income",
        "region",
        metric="HellingerDistance",
        base_where=[col("region") == "north"],
        target_where=col("income") > 3,
        num_bins=5,
        group_by="region",
        rollup="Week",
        missing_values="ignore",
        time_zone="Europe/Vienna",
        uncertainty=True,
    )
    assert query == {
        "properties": ["income", "region"],
        "metric": "HellingerDistance",
        "base": {
            "source": "reference",
            "filter": [{"property": "region", "comparator": "eq", "value": "north"}],
        },
        "target": {
            "source": "inference",
            "filter": [{"property": "income", "comparator": "gt", "value": 3}],
        },
        "num_bins": 5,
        "group_by": [{"property": "region"}],
        "rollup": "week",
        "time_zone": "Europe/Vienna",
        "missing_values": "ignore",
        "uncertainty": True,
    }
    assert json.loads(repr(query)) == query.to_dict()
    assert query.query_type == "drift"


def test_short_forms():
    both = {"base": {"source": "reference"}, "target": {"source": "inference"}}
    assert drift("a") == {"properties": ["a"], "metric": "PSI", **both}
    assert drift(predicted_classes="*") == {"predicted_classes": ["*"], "metric": "PSI", **both}
    assert drift("a", metric="Thresholds") == {
        "properties": ["a"],
        "metric": "Thresholds",
        "base": {"source": "reference"},
    }
    table = psi_table("a", num_bins=4)
    assert table == {"property": "a", "num_bins": 4, **both}
    assert isinstance(table, DriftQuery)
    assert table.query_type == "drift_psi_bucket_table"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, UserValueError, "needs the name of an attribute"),
        ({"metric": "psy"}, UserValueError, "`metric` must be one of PSI"),
        ({"base": "ground_truth"}, UserValueError, "`base` must be one of inference, reference"),
        ({"target": "enriched"}, UserValueError, "`target` must be one of"),
        ({"missing_values": "drop"}, UserValueError, "`missing_values` must be one of bin, ignore"),
        ({"base_where": ["income"]}, UserTypeError, r"`base_where\[0\]` must be a comparison"),
    ],
)
def test_impossible_drift(arguments, error, message):
    names = ["a"] if arguments else []
    with pytest.raises(error, match=message):
        drift(*names, **arguments)
