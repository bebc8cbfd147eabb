"""Published queries over groups: aggregates of the values of a group, and differences of times."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from builders import attribute, ground_truth, prediction

from arthurai.server.query import QueryError, run_query

from . import query_models as models

CUSTOMER = {"property": "customer"}
BALANCE = {"property": "balance"}


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(4)
    rows = 60
    moments = pd.Timestamp("2024-03-01") + pd.to_timedelta(rng.integers(0, 10**6, rows), "s")
    return pd.DataFrame(
        {
            "customer": rng.choice(["ann", "bob", "cy", "dee"], rows),
            "balance": rng.normal(100, 30, rows).round(2),
            "rate": rng.uniform(0, 1, rows).round(3),
            "inference_timestamp": moments,
        }
    )


@pytest.fixture(scope="module")
def query(store, frame):
    example = models.Example(
        "REGRESSION",
        [
            attribute("customer", "STRING", categorical=True),
            attribute("balance"),
            attribute("rate"),
            prediction("p", attribute_link="y"),
            ground_truth("y", attribute_link="p"),
        ],
        [
            (
                f"{row.inference_timestamp.isoformat()}Z",
                {"customer": row.customer, "balance": row.balance, "rate": row.rate, "p": 1.0},
            )
            for row in frame.itertuples()
        ],
    )
    example.load(store)

    def query(select, subquery=None, **body):
        body = {"select": select, **({"subquery": subquery} if subquery else {}), **body}
        return run_query(body, example.schema, store)["query_result"]

    return query


def call(function, alias=None, **parameters):
    item = {"function": function, "parameters": parameters}
    return item if alias is None else {**item, "alias": alias}


def nested(function, alias=None, **parameters):
    return {"nested_function": call(function, alias, **parameters)}


def by_customer(*columns):
    return {"select": [CUSTOMER, *columns], "group_by": [CUSTOMER]}


def test_the_distribution_of_the_variance_of_each_customer(query, frame):
    """As the documentation of the hosted service writes it."""
    select = [
        call(
            "distribution",
            "balance_variance_distribution",
            property=nested("variance", "balance_variance", property="balance"),
            num_bins=20,
        )
    ]
    (row,) = query(select, by_customer(BALANCE))
    bins = row["balance_variance_distribution"]
    variances = frame.groupby("customer")["balance"].var()
    counts, edges = np.histogram(variances, len(variances))  # no more bins than values
    assert [found["count"] for found in bins] == list(counts)
    limits = [(found["lower"], found["upper"]) for found in bins]
    assert limits == [pytest.approx(pair) for pair in itertools.pairwise(edges)]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            call("avg", "v", property=nested("variance", property="balance")),
            lambda groups: groups["balance"].var().mean(),
        ),
        (
            call("max", "v", property=nested("stdDev", property="balance")),
            lambda groups: groups["balance"].std().max(),
        ),
        (
            call("quantile", "v", level=0.5, property=nested("sum", property="balance")),
            lambda groups: groups["balance"].sum().median(),
        ),
        (
            call("avg", "v", property=nested("count")),
            lambda groups: groups.size().mean(),
        ),
        (
            call("countIf", "v", property=nested("max", property="balance"),
                 comparator="gt", value=150),
            lambda groups: (groups["balance"].max() > 150).sum(),
        ),
        (
            call("sum", "v", property=nested("rate", property="balance",
                 comparator="gt", value=100)),
            lambda groups: groups["balance"].apply(lambda b: (b > 100).mean()).sum(),
        ),
        (  # arithmetic of two aggregates of a group
            call("avg", "v", property=nested("subtract",
                 left=nested("max", property="balance"),
                 right=nested("min", property="balance"))),
            lambda groups: (groups["balance"].max() - groups["balance"].min()).mean(),
        ),
        (  # an expression of two columns inside the aggregate of a group
            call("avg", "v", property=nested("sum", property=nested("multiply",
                 left="balance", right="rate"))),
            lambda groups: groups[["balance", "rate"]].apply(
                lambda g: (g["balance"] * g["rate"]).sum()).mean(),
        ),
        (  # the value at an extreme
            call("avg", "v", property=nested("argMax", argument="rate", value="balance")),
            lambda groups: groups[["balance", "rate"]].apply(
                lambda g: g["rate"][g["balance"].idxmax()]).mean(),
        ),
        (  # a difference of times
            call("max", "v", property=nested("subtract",
                 left=nested("max", property="inference_timestamp"),
                 right=nested("min", property="inference_timestamp"))),
            lambda groups: (
                groups["inference_timestamp"].max() - groups["inference_timestamp"].min()
            ).dt.total_seconds().max(),
        ),
        (  # two aggregates outside of each other
            call("divide", "v",
                 left=nested("sum", property=nested("max", property="balance")),
                 right=nested("sum", property=nested("min", property="balance"))),
            lambda groups: groups["balance"].max().sum() / groups["balance"].min().sum(),
        ),
    ],
)  # fmt: skip
def test_aggregates_of_aggregates_of_groups(item, expected, query, frame):
    columns = [BALANCE, {"property": "rate"}, {"property": "inference_timestamp"}]
    used = [c for c in columns if f"'{c['property']}'" in str(item)] or [BALANCE]
    (row,) = query([item], by_customer(*used))
    assert row["v"] == pytest.approx(expected(frame.groupby("customer")), rel=1e-9)


def test_other_places_of_such_a_query(query, frame):
    renamed = {"property": "balance", "alias": "money"}
    item = call("avg", "v", property=nested("variance", property="money"))
    expected = frame.groupby("customer")["balance"].var()
    assert query([item], by_customer(renamed)) == [{"v": pytest.approx(expected.mean())}]
    reference = call("avg", "v", property=nested("variance", property={"alias_ref": "money"}))
    assert query([reference], by_customer(renamed)) == [{"v": pytest.approx(expected.mean())}]
    # Beside a column that the subquery computes, and grouped once more.
    size = call("count", "rows")
    rows = query([item, {"property": "rows"}], by_customer(renamed, size),
                 group_by=[{"property": "rows"}], order_by=[{"alias": "rows"}])  # fmt: skip
    sizes = frame.groupby("customer").size()
    assert rows == [
        {"v": pytest.approx(expected[sizes.index[sizes == n]].mean()), "rows": n}
        for n in sorted(sizes.unique())
    ]
    # As the subquery of another query.
    outer = {"select": [item], "subquery": by_customer(renamed)}
    assert query([call("max", "w", property="v")], outer) == [{"w": pytest.approx(expected.mean())}]


@pytest.mark.parametrize(
    ("select", "subquery", "message"),
    [
        ([BALANCE], by_customer(BALANCE), "neither inside an aggregate"),
        ([call("variance", property="balance")], by_customer(BALANCE), "neither inside"),
        (
            [call("avg", "v", property=nested("variance", property="balance")), BALANCE],
            by_customer(BALANCE),
            "neither inside an aggregate",
        ),
        (
            [call("avg", property=nested("max", property=nested("min", property="balance")))],
            by_customer(BALANCE),
            "neither inside an aggregate",
        ),
        (
            [call("avg", property=nested("max", property="total"))],
            by_customer(call("sum", "total", property="balance")),
            "compute it in a subquery",
        ),
        (
            [call("avg", property=nested("max", property="balance"))],
            {"select": [CUSTOMER, BALANCE]},
            "compute it in a subquery",
        ),
    ],
)
def test_what_has_no_value_of_a_group_is_refused(select, subquery, message, query):
    with pytest.raises(QueryError, match=message):
        query(select, subquery)


@pytest.mark.parametrize("function", ["argMax", "argMin"])
def test_first_to_last_change(function, query, frame):
    """A published query has `argument` and `value` of `argMax` the wrong way round."""
    ends = [
        nested(name, argument="inference_timestamp", value="balance")
        for name in ("argMax", "argMin")
    ]
    if function == "argMin":
        ends.reverse()
    item = call("subtract", "change", left=ends[0], right=ends[1])
    rows = query([CUSTOMER, item], group_by=[CUSTOMER])
    expected = frame.groupby("customer")[["inference_timestamp", "balance"]].apply(
        lambda g: (
            g["inference_timestamp"][g["balance"].idxmax()]
            - g["inference_timestamp"][g["balance"].idxmin()]
        ).total_seconds()
    )
    sign = 1 if function == "argMax" else -1
    assert {row["customer"]: row["change"] for row in rows} == pytest.approx(
        {name: sign * seconds for name, seconds in expected.items()}
    )
    # The same as a column of a grouped subquery, whose distribution is asked for.
    (row,) = query(
        [call("avg", "mean", property="change")],
        {"select": [CUSTOMER, item], "group_by": [CUSTOMER]},
    )
    assert row["mean"] == pytest.approx(sign * expected.mean())
    # What it means: the balance of the last time less that of the first.
    balances = [
        nested(name, argument="balance", value="inference_timestamp")
        for name in ("argMax", "argMin")
    ]
    change = call("subtract", "change", left=balances[0], right=balances[1])
    by_time = frame.sort_values("inference_timestamp").groupby("customer")["balance"]
    rows = query([CUSTOMER, change], group_by=[CUSTOMER])
    assert {row["customer"]: row["change"] for row in rows} == pytest.approx(
        (by_time.last() - by_time.first()).to_dict()
    )


def test_differences_of_times_row_by_row(query, frame):
    seconds = call(
        "subtract", "age", left="inference_timestamp", right=nested("roundTimestamp",
        property="inference_timestamp", time_interval="day"),
    )  # fmt: skip
    rows = query([seconds, {"property": "inference_timestamp"}])
    moments = pd.to_datetime([row["inference_timestamp"] for row in rows])
    assert [row["age"] for row in rows] == list((moments - moments.floor("D")).total_seconds())
    absent = call("subtract", "age", left="inference_timestamp", right=None)
    assert query([absent], limit=1) == [{"age": None}]


@pytest.mark.parametrize("function", ["add", "multiply", "divide", "subtract"])
@pytest.mark.parametrize("right", [1, "balance"])
def test_other_arithmetic_with_times_is_refused(function, right, query):
    with pytest.raises(QueryError, match="needs numbers, got a timestamp column") as error:
        query([call(function, left="inference_timestamp", right=right)])
    assert error.value.path == "select[0].parameters.left"


def test_text_has_no_arithmetic(query):
    last = nested("argMax", argument="customer", value="balance")
    with pytest.raises(QueryError, match="needs numbers, got a text column"):
        query([call("subtract", left=last, right=last)])
    (row,) = query([call("equals", "same", left=last, right=last)])
    assert row["same"] == 1
