"""The worked examples of the query language."""

import pytest

from arthurai.server.query import QueryError


def item(function, alias=None, **parameters):
    found = {"function": function}
    if alias:
        found["alias"] = alias
    if parameters:
        found["parameters"] = parameters
    return found


def prop(name, **more):
    return {"property": name, **more}


def nested(function, **parameters):
    return {"nested_function": {"function": function, "parameters": parameters}}


V1 = {
    "select": [prop("region"), item("count", "n")],
    "group_by": [prop("region")],
    "order_by": [prop("region")],
}
INNER = {"select": [item("count", "n"), prop("region")], "group_by": [prop("region")]}
WEST = [{"property": "region", "comparator": "eq", "value": "west"}]
EAST = [{"property": "region", "comparator": "eq", "value": "east"}]
SOUTH = [{"property": "region", "comparator": "eq", "value": "south"}]
FAIR = [
    {"conditions": [{"property": "region", "value": "north"}], "threshold": 0.3},
    {"conditions": [{"property": "region", "value": "south"}], "threshold": 0.7},
]

VECTORS = {
    "V1": (
        V1,
        [{"n": 1, "region": "east"}, {"n": 2, "region": "north"}, {"n": 3, "region": "south"}],
    ),
    "V2": (
        {**V1, "filter": [{"alias": "n", "comparator": "gt", "value": 1}]},
        [{"n": 2, "region": "north"}, {"n": 3, "region": "south"}],
    ),
    "V3": (
        {
            "select": [item("accuracyRate"), prop("region")],
            "group_by": [prop("region")],
            "order_by": [prop("region")],
        },
        [
            {"accuracyRate": 1.0, "region": "east"},
            {"accuracyRate": 0.5, "region": "north"},
            {"accuracyRate": pytest.approx(1 / 3), "region": "south"},
        ],
    ),
    "V4": (
        {
            "select": [
                item("avg", "p", property="p_default"),
                item("roundTimestamp", "day", property="inference_timestamp", time_interval="day"),
            ],
            "group_by": [{"alias": "day"}],
            "order_by": [{"alias": "day", "direction": "desc"}],
        },
        [
            {"day": "2024-03-02T00:00:00Z", "p": pytest.approx(0.4)},
            {"day": "2024-03-01T00:00:00Z", "p": pytest.approx(2.05 / 3)},
        ],
    ),
    "V5": (
        {
            "select": [
                item("avg", "mean_n", property={"alias_ref": "n"}),
                item("count", "regions"),
            ],
            "subquery": INNER,
        },
        [{"mean_n": 2.0, "regions": 3}],
    ),
    "V6": (
        {
            "select": [item("avg", "mean_n", property="n"), item("count", "regions")],
            "subquery": INNER,
        },
        [{"mean_n": 2.0, "regions": 3}],
    ),
    "V7": ({"select": [item("count")], "filter": WEST}, [{"count": 0}]),
    "V8": ({"select": [item("avg", property="income")], "filter": WEST}, [{"avg": None}]),
    "V9": ({"select": [prop("region")], "filter": WEST}, []),
    "V10": (
        {
            "select": [prop("region")],
            "group_by": [prop("region")],
            "order_by": [prop("region", direction="desc")],
            "limit": 2,
        },
        [{"region": "south"}, {"region": "north"}],
    ),
    "V11": (
        {
            "select": [item("count")],
            "filter": [
                {"property": "region", "comparator": "in", "value": ["north", "east"]},
                {
                    "property": "inference_timestamp",
                    "comparator": "gte",
                    "value": "2024-03-02T00:00:00",
                },
            ],
        },
        [{"count": 1}],
    ),
    "V12": (
        {"select": [item("divide", "r", left="income", right=0)], "filter": EAST},
        [{"r": None}],
    ),
    "V13": (
        {
            "select": [
                item(
                    "abs",
                    "gap",
                    property=nested("subtract", left="p_default", right={"alias_ref": "truth"}),
                ),
                prop("gt_default", alias="truth"),
            ],
            "filter": EAST,
        },
        [{"gap": pytest.approx(0.4), "truth": 1}],
    ),
    "V14": (
        {"select": [item("countIf", "x", property="income", comparator="NotNull")]},
        [{"x": 5}],
    ),
    "V15": (
        {
            "select": [
                item(
                    "rate",
                    "fair_rate",
                    property=nested(
                        "biasMitigatedPredictions",
                        predicted_property="p_default",
                        thresholds=FAIR[1:],
                    ),
                    comparator="eq",
                    value=1,
                )
            ],
            "filter": SOUTH,
        },
        [{"fair_rate": pytest.approx(1 / 3)}],
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_vector(name, ask):
    body, expected = VECTORS[name]
    assert ask("loans", body) == expected


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"select": [item("rocCurve")]}, "select[0].function"),
        ({"select": [item("count"), item("count")]}, "select[1]"),
        ({"select": [prop("region"), item("count")]}, "select[0].property"),
        ({"select": []}, "select"),
    ],
)
def test_v22_errors_name_the_place(body, place, ask):
    with pytest.raises(QueryError) as error:
        ask("loans", body)
    assert error.value.path == place


def test_v20_weighted_f1_recipe(ask):
    classes = ("cat", "dog", "owl")
    select = [item("count")]
    for name in classes:
        select.append(item("confusionMatrixRateMulticlass", f"m_{name}", predicted_property=name))
        select.append(item("countIf", f"n_{name}", property=f"gt_{name}", comparator="eq", value=1))
    (row,) = ask("pets", {"select": select})
    weighted = sum(row[f"m_{name}"]["f1"] * row[f"n_{name}"] for name in classes) / row["count"]
    assert weighted == pytest.approx(0.6333333333333333)


APPROX = pytest.approx
SCALARS = [
    ("loans", "avg", {"property": "income"}, 54000.0),
    ("loans", "avgAbs", {"property": nested("subtract", left="income", right=55000)}, 13800.0),
    ("loans", "max", {"property": "inference_timestamp"}, "2024-03-02T18:20:00Z"),
    ("loans", "min", {"property": "income"}, 31000),
    ("loans", "sum", {"property": "income"}, 270000),
    ("loans", "variance", {"property": "income"}, 337500000.0),
    ("loans", "stdDev", {"property": "income"}, APPROX(18371.173070873836)),
    ("loans", "count", None, 6),
    ("loans", "countIf", {"property": "region", "comparator": "eq", "value": "south"}, 3),
    ("loans", "categoriesCount", {"property": "region"}, 3),
    ("loans", "rate", {"property": "p_default", "comparator": "gte", "value": 0.5}, APPROX(4 / 6)),
    ("loans", "rate", {"property": "income", "comparator": "IsNull", "value": ""}, APPROX(1 / 6)),
    ("loans", "quantile", {"property": "income", "level": 0.9}, APPROX(72400.0)),
    ("loans", "quantile", {"property": "income", "level": "0.5"}, APPROX(55000.0)),
    (
        "loans",
        "deciles",
        {"property": "income"},
        APPROX(
            {
                "min": 31000,
                "q1": 35400.0,
                "q2": 39800.0,
                "q3": 44600.0,
                "q4": 49800.0,
                "q5": 55000.0,
                "q6": 58600.0,
                "q7": 62200.0,
                "q8": 66800.0,
                "q9": 72400.0,
                "max": 78000,
            }
        ),
    ),
    ("loans", "argMax", {"argument": "region", "value": "income"}, "east"),
    ("loans", "argMin", {"argument": "region", "value": "income"}, "north"),
    (
        "loans",
        "anyIf",
        {"property": "region", "comparator": "eq", "value": "east", "result": "income"},
        78000,
    ),
    ("shop", "rankedItemMaxK", {"property": "shown_item_id", "item_filter": "i2"}, 3),
    ("shop", "rankedItemMaxK", {"property": "shown_item_id", "item_filter": "i0"}, None),
    (
        "loans",
        "distribution",
        {"property": "income", "bin_thresholds": [40000, 60000]},
        [
            {"upper": 40000, "count": 1},
            {"lower": 40000, "upper": 60000, "count": 2},
            {"lower": 60000, "count": 2},
        ],
    ),
    (
        "loans",
        "distribution",
        {"property": "income", "num_bins": 3},
        [
            {"lower": 31000, "upper": APPROX(46666.666666666664), "count": 2},
            {"lower": APPROX(46666.666666666664), "upper": APPROX(62333.33333333333), "count": 1},
            {"lower": APPROX(62333.33333333333), "upper": 78000, "count": 2},
        ],
    ),
    (
        "loans",
        "binsToQuantiles",
        {"property": "income", "num_bins": 4},
        [42000, 55000, 64000, 78000],
    ),
    ("price", "rmse", None, APPROX(2.29128784747792)),
    ("price", "mae", {}, 1.75),
    ("price", "rSquared", None, APPROX(0.8090909090909091)),
    ("price", "mae", {"aggregation": "max"}, 4),
    ("price", "mae", {"normalizationMin": 0, "normalizationMax": 4}, 0.4375),
    (
        "loans",
        "confusionMatrix",
        {"threshold": 0.5},
        {"true_positive": 2, "false_positive": 2, "true_negative": 1, "false_negative": 1},
    ),
    (
        "loans",
        "confusionMatrixRate",
        None,
        APPROX(
            {
                "true_positive_rate": 2 / 3,
                "false_positive_rate": 2 / 3,
                "true_negative_rate": 1 / 3,
                "false_negative_rate": 1 / 3,
                "accuracy_rate": 0.5,
                "balanced_accuracy_rate": 0.5,
                "precision": 0.5,
                "f1": 4 / 7,
            }
        ),
    ),
    ("loans", "accuracyRate", None, 0.5),
    ("loans", "recall", {"threshold": 0.3}, 1.0),
    ("loans", "precision", {"threshold": 0.85}, 1.0),
    ("loans", "f1", {"threshold": None}, APPROX(0.5714285714285714)),
    ("loans", "auc", None, APPROX(2 / 3)),
    ("loans", "specificity", None, APPROX(1 / 3)),
    ("loans", "trueNegativeRate", None, APPROX(1 / 3)),
    ("pets", "accuracyRateMulticlass", None, 0.6),
    (
        "pets",
        "confusionMatrixMulticlass",
        {"predicted_property": "dog"},
        {"true_positive": 1, "false_positive": 2, "true_negative": 2, "false_negative": 0},
    ),
    (
        "pets",
        "confusionMatrixRateMulticlass",
        {"predicted_property": "dog", "ground_truth_property": "gt_dog"},
        APPROX(
            {
                "true_positive_rate": 1.0,
                "false_positive_rate": 0.5,
                "true_negative_rate": 0.5,
                "false_negative_rate": 0.0,
                "accuracy_rate": 0.6,
                "balanced_accuracy_rate": 0.75,
                "precision": 1 / 3,
                "f1": 0.5,
            }
        ),
    ),
    ("pets", "truePositiveRateMulticlass", {"predicted_property": "cat"}, 0.5),
    ("chat", "avgTokenLikelihood", {"property": "probs_likelihoods"}, APPROX(0.5)),
    ("chat", "avgTokenLikelihood", {"property": "probs"}, APPROX(0.5)),
    ("chat", "avgSequenceLength", {"property": "probs_tokens"}, 2.5),
    ("chat", "avgSequenceLength", {"property": "answer"}, 2.5),
    ("chat", "likelihoodStability", {"property": "probs_likelihoods"}, APPROX(0.86835, abs=1e-5)),
    ("photos", "meanAveragePrecision", None, 0.5),
    ("shop", "precisionAtK", {"k": 3}, APPROX(1 / 3)),
    ("shop", "recallAtK", {"k": 3}, APPROX(2 / 3)),
    ("shop", "mapAtK", {"k": 3}, APPROX(0.5833333333333334)),
    (
        "shop",
        "nDCGAtK",
        {"predicted_property": "shown", "ground_truth_property": "bought", "k": 3},
        APPROX(0.6480409554829326),
    ),
    ("shop", "rankedListAUC", None, 0.75),
    ("shop", "meanReciprocalRank", None, 0.75),
    ("tags", "accuracyRate", {"predicted_property": "windy"}, APPROX(2 / 3)),
    ("tags", "recall", {"predicted_property": "sunny"}, 0.5),
]


@pytest.mark.parametrize(("model", "function", "parameters", "expected"), SCALARS)
def test_documented_value(model, function, parameters, expected, value):
    assert value(model, function, parameters) == expected


ROWS = [
    (
        item("labelByMaxColumn", "x", properties=["p_default", "p_paid"]),
        ["p_default", "p_default", "p_paid", "p_default", "p_paid", "p_default"],
    ),
    (
        {
            "function": "if",
            "alias": "x",
            "parameters": {
                "property": "p_default",
                "comparator": "gte",
                "value": 0.6,
                "then": "deny",
                "else": "grant",
            },
        },
        ["deny", "deny", "grant", "deny", "grant", "grant"],
    ),
    (
        item("binContinuous", "x", property="income", bin_thresholds=[40000, 60000]),
        [2, 2, 1, 3, 3, None],
    ),
    (
        item("neighbor", "x", property="region", offset=-1, default=None),
        [None, "north", "south", "north", "east", "south"],
    ),
    (
        item("neighbor", "x", property="income", offset=2, default=0),
        [31000, 78000, 64000, None, 0, 0],
    ),
    (
        item("multiply", "x", left=nested("divide", left="income", right=3), right=2),
        [28000.0, APPROX(55000 / 1.5), APPROX(31000 / 1.5), 52000.0, APPROX(64000 / 1.5), None],
    ),
    (
        item("biasMitigatedPredictions", "x", predicted_property="p_default", thresholds=FAIR),
        [1, 1, 1, None, 0, 0],
    ),
    (
        item("roundTimestamp", "x", property="inference_timestamp", time_interval="hour"),
        [
            "2024-03-01T08:00:00Z",
            "2024-03-01T09:00:00Z",
            "2024-03-01T23:00:00Z",
            "2024-03-02T00:00:00Z",
            "2024-03-02T11:00:00Z",
            "2024-03-02T18:00:00Z",
        ],
    ),
    (
        item(
            "or",
            "x",
            left=nested("equals", left="gt_default", right=0),
            right=nested("equals", left="p_default", right=0.9),
        ),
        [1, 1, 0, 0, 1, 1],
    ),
    (item("and", "x", left="gt_default", right="income"), [1, 0, 1, 1, 0, 0]),
]


@pytest.mark.parametrize(("select", "expected"), ROWS)
def test_documented_transformation(select, expected, ask):
    rows = ask("loans", {"select": [select], "order_by": [prop("inference_timestamp")]})
    assert [row["x"] for row in rows] == expected
