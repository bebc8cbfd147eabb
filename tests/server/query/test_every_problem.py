"""An answer names everything that is wrong with a request, each with its place."""

from __future__ import annotations

import re

import pytest

SHARES_SERVER = True


def problems(answer):
    """The places that an error names, in order."""
    assert answer.status_code == 400, answer.text
    return re.findall(r"(?:^|; )(?!known)((?:body|[a-z_]+)[\w.\[\]]*): ", answer.json()["error"])


EQUAL = {"comparator": "eq", "value": 1}
QUERIES = {
    "shape": (
        {
            "select": [{"property": "income", "alias": ""}, {}, 3],
            "from": "inferences",
            "filter": [{"property": "income", "comparator": "=="}, {"property": "income"}],
            "where": [{"alias": 5, **EQUAL}],
            "group_by": [{}],
            "order_by": [{"property": "income", "direction": "up"}],
            "limit": -1,
            "offset": "x",
            "sample": 2,
        },
        (
            "select[0].alias select[1] select[2] from filter[0].comparator filter[1].comparator "
            "where[0].alias group_by[0] order_by[0].direction limit offset sample"
        ),
    ),
    "names": (
        {
            "select": [
                {"property": "agee"},
                {"function": "cout"},
                {"function": "avg", "parameters": {"property": "region"}, "alias": "mean"},
            ],
            "filter": [
                {"property": "agee", **EQUAL},
                {"property": "income", "comparator": "eq", "value": "x"},
            ],
            "group_by": [{"property": "regoin"}],
            "order_by": [{"alias": "men"}, {"alias": "mean"}],
        },
        (
            "select[0].property select[1].function select[2].parameters.property group_by[0].property "
            "filter[0].property filter[1].value order_by[0].alias"
        ),
    ),
    "both": (
        {
            "select": [{"property": "agee"}, {"function": "count", "alias": 7}],
            "order_by": [{"alias": "n"}, {"property": "region", "direction": "up"}],
            "limit": -1,
        },
        "select[1].alias order_by[1].direction limit select[0].property",
    ),
    "subquery": (
        {
            "select": [{"property": "income"}],
            "subquery": {"select": [{}, {"property": 4}], "limit": "a"},
            "limit": "b",
        },
        "subquery.select[0] subquery.select[1].property subquery.limit limit",
    ),
    "a key that was meant": (
        {
            "select": [{"property": "region"}, {"function": "count"}],
            "group_by": [{"property": "regoin"}],
        },
        "group_by[0].property",
    ),
}
DRIFTS = {
    "shape": (
        {
            "properties": [3],
            "metric": "PSII",
            "num_bins": 0,
            "rollup": "wek",
            "missing_values": "drop",
            "sample": 2,
            "base": {"source": "x"},
            "target": {"filter": [{"property": "income"}]},
            "group_by": [{"alias": "b"}, {}],
        },
        (
            "metric properties[0] num_bins rollup missing_values base.source "
            "target.filter[0].comparator group_by[0].alias group_by[1] sample"
        ),
    ),
    "names": (
        {
            "properties": ["agee", "region", "regoin"],
            "metric": "PSI",
            "base": {"source": "inference", "filter": [{"property": "ag", **EQUAL}]},
            "target": {
                "source": "inference",
                "filter": [{"property": "a", **EQUAL}, {"alias": "b", **EQUAL}],
            },
            "group_by": [{"property": "zone"}],
        },
        (
            "properties[0] properties[2] group_by[0].property base.filter[0].property "
            "target.filter[0].property target.filter[1]"
        ),
    ),
}


@pytest.mark.parametrize("case", QUERIES)
def test_a_query(admin, model, case):
    body, places = QUERIES[case]
    found = problems(admin.post(f"/models/{model['id']}/inferences/query", json=body))
    assert found == places.split()


@pytest.mark.parametrize("case", DRIFTS)
def test_a_drift_query(admin, model, case):
    body, places = DRIFTS[case]
    found = problems(admin.post(f"/models/{model['id']}/inferences/query/data_drift", json=body))
    assert found == places.split()


def test_a_body(admin, model):
    rule = {"name": 3, "bound": "above", "threshold": "x", "severity": "warning"}
    found = problems(admin.post(f"/models/{model['id']}/alert_rules", json=rule))
    assert set(found) == {"body", "body.name", "body.bound", "body.threshold"}


def test_the_attributes_of_a_model(admin, binary_model):
    first, second, *others = binary_model["attributes"]
    wrong = [
        {**first, "name": "1st", "min_range": 300000},
        {**second, "categories": [{"value": "a"}, {"value": "a"}]},
        *others,
        {**others[0], "attribute_link": "nothing"},
    ]
    answer = admin.post("/models", json={**binary_model, "attributes": wrong})
    assert answer.status_code == 400
    error = answer.json()["error"]
    for part in (
        "attribute '1st': the name must be",
        "attribute '1st': min_range must not be above max_range",
        "duplicate category 'a'",
        "given 2 times; names must be unique",
        "attribute_link 'nothing' is not the name",
    ):
        assert part in error


def test_of_very_many_problems_the_first_are_named(admin, model):
    body = {"select": [{"property": f"x{n}"} for n in range(30)]}
    answer = admin.post(f"/models/{model['id']}/inferences/query", json=body)
    assert len(problems(answer)) == 20
    assert answer.json()["error"].endswith("; and 10 more")
