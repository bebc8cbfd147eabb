"""Queries written in Python: the JSON they give, and what the embedded server answers to them."""

from __future__ import annotations

import inspect
import json
import math

import numpy as np
import pandas as pd
import pytest

from arthurai import ArthurAI
from arthurai import query as q
from arthurai.common.constants import InputType, OutputType
from arthurai.common.exceptions import MissingParameterError, UserTypeError, UserValueError
from arthurai.server.query.functions import FUNCTIONS

ROWS = 200
THRESHOLD = 0.5


@pytest.fixture(scope="module")
def loans() -> pd.DataFrame:
    random = np.random.default_rng(11)
    score = random.random(ROWS)
    return pd.DataFrame(
        {
            "income": random.normal(4000, 900, ROWS).round(2),
            "debt": random.normal(900, 300, ROWS).round(2),
            "region": random.choice(["north", "south", "west"], ROWS),
            "p_default": score,
            "p_paid": 1 - score,
            "defaulted": (random.random(ROWS) < score).astype(int),
        }
    ).assign(paid=lambda frame: 1 - frame["defaulted"])


@pytest.fixture(scope="module")
def times() -> pd.DatetimeIndex:
    return pd.date_range("2026-01-01", periods=ROWS, freq="47min", tz="UTC")


@pytest.fixture(scope="module")
def model(loans, times):
    with ArthurAI(url="local://") as arthur:
        model = arthur.model(
            display_name="Loans", input_type=InputType.Tabular, output_type=OutputType.Multiclass
        )
        model.build(
            loans,
            {"p_default": "defaulted", "p_paid": "paid"},
            "p_default",
            set_reference_data=False,
        )
        model.save()
        model.send_inferences(loans, inference_timestamps=times, ground_truth_timestamps=times)
        yield model


def test_a_query_is_the_json_that_is_sent():
    day = q.round_timestamp("day")
    query = (
        q.select("region", day, q.count(), q.avg("income").as_("mean"))
        .from_("Enriched")
        .where(q.col("income") > 1000, q.col("region").isin(["north", None]))
        .group_by("region", day)
        .order_by(q.count().desc(), "region")
        .limit(10, offset=5)
    )
    assert query == {
        "select": [
            {"property": "region"},
            {
                "function": "roundTimestamp",
                "alias": "day",
                "parameters": {"property": "inference_timestamp", "time_interval": "day"},
            },
            {"function": "count"},
            {"function": "avg", "alias": "mean", "parameters": {"property": "income"}},
        ],
        "from": "enriched",
        "filter": [
            {"property": "income", "comparator": "gt", "value": 1000},
            {"property": "region", "comparator": "in", "value": ["north", None]},
        ],
        "group_by": [{"property": "region"}, {"alias": "day"}],
        "order_by": [
            {"alias": "count", "direction": "desc"},
            {"property": "region", "direction": "asc"},
        ],
        "limit": 10,
        "offset": 5,
    }
    assert json.loads(repr(query)) == query.to_dict()


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"num_bins": np.int64(3)}, {"num_bins": 3}),
        ({"bin_thresholds": np.array([1.5, 2])}, {"bin_thresholds": [1.5, 2]}),
        ({"bin_thresholds": {2, 1}}, {"bin_thresholds": [1, 2]}),
    ],
)
def test_bins_of_numpy(given, sent):
    (item,) = q.select(q.distribution("a", **given)).to_dict()["select"]
    assert item["parameters"] == {"property": "a", **sent}


@pytest.mark.parametrize("given", [{}, {"num_bins": 3, "bin_thresholds": [1]}])
def test_bins_are_given_in_one_way(given):
    with pytest.raises(UserValueError, match="exactly one of num_bins, bin_thresholds"):
        q.distribution("a", **given)


@pytest.mark.parametrize("wrong", [2.5, "1", np.array(3.0)])
def test_thresholds_are_a_list(wrong):
    with pytest.raises(UserTypeError, match="bin_thresholds"):
        q.distribution("a", bin_thresholds=wrong)


def test_every_function_of_the_language_can_be_called():
    operators = {"add", "subtract", "multiply", "divide", "abs"}
    arguments = {
        "condition": q.col("a") == 1,
        "thresholds": [([q.col("a") == 1], 0.5)],
        "bin_thresholds": [1.0],
        "properties": "a",
    }
    called = set()
    for name in q.functions.__all__:
        function = getattr(q, name)
        given = {
            p.name: arguments.get(p.name, 1 if p.annotation in {"int", "float"} else "a")
            for p in inspect.signature(function).parameters.values()
            if p.default is p.empty and p.kind is not p.VAR_POSITIONAL
        }
        if name == "distribution":
            given["num_bins"] = 3
        called.add(function(**given).target)
    assert called | operators == set(FUNCTIONS)


def test_queries_do_not_change_those_they_are_made_from():
    base = q.select(q.count())
    base.where(q.col("region") == "north")
    assert base == {"select": [{"function": "count"}]}


def test_aggregates_by_group_agree_with_pandas(model, loans):
    query = (
        q.select(
            "region",
            q.count(),
            q.avg("income").as_("mean"),
            q.rate(q.col("p_default") >= THRESHOLD).as_("positive"),
        )
        .group_by("region")
        .order_by("region")
    )
    found = pd.DataFrame(model.query(query)).set_index("region")
    groups = loans.groupby("region")
    expected = pd.DataFrame(
        {
            "count": groups.size(),
            "mean": groups["income"].mean(),
            "positive": groups["p_default"].apply(lambda p: (p >= THRESHOLD).mean()),
        }
    )
    pd.testing.assert_frame_equal(
        found[expected.columns], expected, check_names=False, check_dtype=False
    )


def test_accuracy_by_day_agrees_with_pandas(model, loans, times):
    day = q.round_timestamp("day")
    rows = model.query(
        q.select(day, q.accuracy_rate(threshold=THRESHOLD).as_("accuracy"))
        .group_by(day)
        .order_by(day)
    )
    right = (loans["p_default"] >= THRESHOLD) == (loans["defaulted"] == 1)
    expected = right.groupby(times.floor("D")).mean()
    assert [row["accuracy"] for row in rows] == pytest.approx(list(expected))
    assert [pd.Timestamp(row["day"]) for row in rows] == list(expected.index)


def test_weeks_of_a_time_zone_agree_with_pandas(model, times):
    week = q.round_timestamp("week", time_zone="Asia/Kolkata")
    rows = model.query(q.select(week, q.count()).group_by(week).order_by(week))
    local = times.tz_convert("Asia/Kolkata").tz_localize(None)
    monday = (local.normalize() - pd.to_timedelta(local.day_of_week, "D")).tz_localize(
        "Asia/Kolkata"
    )
    expected = pd.Series(1, index=monday).groupby(level=0).sum()
    assert {pd.Timestamp(row["week"]): row["count"] for row in rows} == expected.to_dict()
    with pytest.raises(UserTypeError, match="time_zone"):
        q.round_timestamp("week", time_zone=3)


def test_arithmetic_and_subqueries_agree_with_pandas(model, loans):
    share = (q.col("debt") / q.col("income") * 100 - 1).as_("share")
    inner = q.select("region", share).where(q.col("income") > 3500)
    (row,) = model.query(
        q.select(q.avg(abs(q.col("share"))).as_("mean"), q.maximum("share").as_("top")).from_(inner)
    )
    kept = loans[loans["income"] > 3500]
    expected = kept["debt"] / kept["income"] * 100 - 1
    assert row == {
        "mean": pytest.approx(expected.abs().mean()),
        "top": pytest.approx(expected.max()),
    }


def test_conditions_on_aggregates_keep_groups(model, loans):
    total = q.count().as_("n")
    rows = model.query(q.select("region", total).group_by("region").where(total > 66))
    sizes = loans["region"].value_counts()
    assert {row["region"]: row["n"] for row in rows} == sizes[sizes > 66].to_dict()


def test_choices_and_alternatives(model, loans):
    grant = q.if_(q.col("p_default") >= 0.7, "deny", "grant").as_("decision")
    extreme = q.or_(q.equals("defaulted", 1), q.and_("paid", 0)).as_("extreme")
    rows = model.query(q.select(grant, extreme).order_by("inference_timestamp"))
    assert [row["decision"] for row in rows] == list(
        np.where(loans["p_default"] >= 0.7, "deny", "grant")
    )
    assert [row["extreme"] for row in rows] == list(loans["defaulted"])


def test_histograms_count_every_row(model):
    (row,) = model.query(q.select(q.distribution("income", num_bins=7)))
    assert sum(part["count"] for part in row["distribution"]) == ROWS


def test_times_and_numpy_values_become_json(model, loans, times):
    cut = times[50]
    (row,) = model.query(
        q.select(q.count()).where(
            q.col("inference_timestamp") >= cut, q.col("income") > np.float64(0)
        )
    )
    assert row["count"] == ROWS - 50


@pytest.mark.parametrize(
    ("build", "error", "named"),
    [
        (q.select, MissingParameterError, "at least one item"),
        (lambda: q.select(3), UserTypeError, "3"),
        (lambda: q.select("a").where("income > 3"), UserTypeError, "conditions[0]"),
        (lambda: q.select("a").from_("inferences"), UserValueError, "inferences"),
        (lambda: q.select("a").limit(-1), UserValueError, "-1"),
        (lambda: q.col(""), UserTypeError, "name"),
        (lambda: q.col("a") == q.col("b"), UserTypeError, "subtract"),
        (lambda: q.select("a").where(0 < q.col("a") < 3), UserTypeError, "truth value"),
        (
            lambda: (q.col("a") > 0) & (q.col("a") < 3),
            UserTypeError,
            r"several conditions to where",
        ),
        (lambda: (q.col("a") > 0) | (q.col("a") < 3), UserTypeError, r"or_\(\) for alternatives"),
        (lambda: q.select("a").where(q.col("a") > math.inf), UserValueError, "is_null"),
        (
            lambda: q.select("a").where(q.col("a") == object()),
            UserTypeError,
            "must be a scalar, a time or a list",
        ),
        (lambda: q.col("a").isin("abc"), UserTypeError, "list"),
        (lambda: q.distribution("a"), UserValueError, "exactly one"),
        (lambda: q.select(q.alias("a")), UserTypeError, "select the item"),
        (lambda: q.avg("a").as_(""), UserTypeError, "name"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_remedy(build, error, named):
    with pytest.raises(error, match=r"(?s).*" + named.replace("[", r"\[").replace("]", r"\]")):
        build()
