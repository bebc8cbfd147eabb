"""Sources, names, nested fields, paging and the errors of base queries."""

from __future__ import annotations

import pytest
from builders import attribute, prediction

from arthurai.server.query import QueryError, run_distributions, run_query
from arthurai.server.query.functions import FUNCTIONS

from . import query_models as models

DOCUMENTED = [
    "avg",
    "avgAbs",
    "max",
    "min",
    "sum",
    "variance",
    "stdDev",
    "count",
    "countIf",
    "categoriesCount",
    "rate",
    "distribution",
    "quantile",
    "deciles",
    "argMax",
    "argMin",
    "anyIf",
    "rankedItemMaxK",
    "regionalFeatureImportance",
    "regionalFeatureImportances",
    "nlp_explanation",
    "roundTimestamp",
    "labelByMaxColumn",
    "if",
    "binContinuous",
    "binsToQuantiles",
    "dateDiff",
    "neighbor",
    "add",
    "subtract",
    "multiply",
    "divide",
    "abs",
    "equals",
    "and",
    "or",
    "rmse",
    "mae",
    "rSquared",
    "confusionMatrix",
    "confusionMatrixRate",
    "truePositiveRate",
    "falsePositiveRate",
    "trueNegativeRate",
    "falseNegativeRate",
    "accuracyRate",
    "balancedAccuracyRate",
    "f1",
    "sensitivity",
    "specificity",
    "precision",
    "recall",
    "auc",
    "accuracyRateMulticlass",
    "confusionMatrixMulticlass",
    "confusionMatrixRateMulticlass",
    "truePositiveRateMulticlass",
    "falsePositiveRateMulticlass",
    "trueNegativeRateMulticlass",
    "falseNegativeRateMulticlass",
    "meanAveragePrecision",
    "precisionAtK",
    "recallAtK",
    "mapAtK",
    "nDCGAtK",
    "rankedListAUC",
    "meanReciprocalRank",
    "biasMitigatedPredictions",
]
EXTENSIONS = [
    *("avgTokenLikelihood", "avgSequenceLength", "likelihoodStability", "arrayLength"),
    *("classificationReport", "precisionMulticlass", "recallMulticlass", "f1Multiclass"),
    *("balancedAccuracyRateMulticlass", "matthewsCorrelation", "logLoss", "brierScore"),
    *("rankedListReport", "estimate", "perplexity"),
]


def test_all_functions_are_there():
    assert len(DOCUMENTED) == 68
    assert sorted(FUNCTIONS) == sorted([*DOCUMENTED, *EXTENSIONS])


def test_star(ask):
    rows = ask("loans", {"select": [{"property": "*"}]})
    assert len(rows) == 6
    row = rows[0]
    assert list(row) == [
        "income",
        "region",
        "p_default",
        "p_paid",
        "gt_default",
        "gt_paid",
        "inference_id",
        "partner_inference_id",
        "inference_timestamp",
        "received_timestamp",
        "ground_truth_timestamp",
    ]
    assert {
        key: row[key] for key in ("income", "region", "gt_default", "partner_inference_id")
    } == {
        "income": 42000,
        "region": "north",
        "gt_default": 1,
        "partner_inference_id": "row-0",
    }
    assert row["inference_timestamp"] == "2024-03-01T08:15:00Z"
    assert "batch_id" not in row
    assert "received_timestamp" in row


def test_boxes_fan_out_into_six_keys(ask):
    rows = ask("photos", {"select": [{"property": "objects_detected"}, {"property": "picture"}]})
    assert [row["objects_detected.confidence"] for row in rows] == [0.9, 0.6]
    assert set(rows[0]) == {
        "picture",
        *(
            f"objects_detected.{field}"
            for field in ("class_id", "confidence", "top_left_x", "top_left_y", "width", "height")
        ),
    }


def test_single_box_fields_filter_and_count_boxes(ask):
    field = "objects_detected.confidence"
    body = {
        "select": [{"property": field}],
        "filter": [{"property": field, "comparator": "lt", "value": 0.7}],
    }
    assert ask("photos", body) == [{field: 0.6}]
    body = {
        "select": [{"property": "objects_detected.class_id"}, {"function": "count"}],
        "group_by": [{"property": "objects_detected.class_id"}],
    }
    assert ask("photos", body) == [{"objects_detected.class_id": 0, "count": 2}]
    assert ask("photos", {"select": [{"function": "count"}]}) == [{"count": 2}]
    item = {"function": "avg", "parameters": {"property": field}}
    assert ask("photos", {"select": [item]}) == [{"avg": pytest.approx(0.75)}]


def test_star_of_a_detection_model_keeps_boxes_together(ask):
    rows = ask("photos", {"select": [{"property": "*"}]})
    assert rows[0]["label"] == [[0, 1, 10, 10, 20, 20], [0, 1, 100, 100, 10, 10]]
    assert rows[1]["objects_detected"] == []


def test_ranked_lists_and_tokens_are_arrays(ask):
    body = {"select": [{"property": f"shown{s}"} for s in ("_item_id", "_score", "", "_label")]}
    row = ask("shop", body)[1]
    assert row["shown_item_id"] == ["i3", "i5", "i2"]
    assert row["shown_score"] == [1.0, 0.5, pytest.approx(1 / 3)]
    assert row["shown_label"] == [None, None, None]
    assert row["shown"][0] == {"item_id": "i3", "label": None, "score": 1.0}
    for suffixes in (("_tokens", "_likelihoods"), (".tokens", ".likelihoods")):
        names = [f"probs{suffix}" for suffix in suffixes]
        row = ask("chat", {"select": [{"property": name} for name in names]})[1]
        assert row == {names[0]: ["so", "so"], names[1]: [0.2, 0.4]}


def test_everything_has_both_spellings_of_tokens_and_likelihoods(ask):
    row = ask("chat", {"select": [{"property": "*"}]})[1]
    for part, expected in (("tokens", ["so", "so"]), ("likelihoods", [0.2, 0.4])):
        assert row[f"probs_{part}"] == row[f"probs.{part}"] == expected


def test_own_tokens_choose_the_likelihoods(store):
    example = models.Example(
        "TOKEN_SEQUENCE",
        [
            attribute("prompt", "UNSTRUCTURED_TEXT"),
            prediction("words", "TOKENS"),
            prediction("probs", "TOKEN_LIKELIHOODS"),
        ],
        [
            (
                models.START,
                {
                    "prompt": "x",
                    "words": ["b", "d", "zzz"],
                    "probs": [{"a": 0.6, "b": 0.3}, {"c": 0.9, "d": 0.1}, {"e": 1.0}],
                },
            )
        ],
    )
    example.load(store)
    body = {"select": [{"property": "probs_tokens"}, {"property": "probs_likelihoods"}]}
    (row,) = run_query(body, example.schema, store)["query_result"]
    assert row == {"probs_tokens": ["b", "d", "zzz"], "probs_likelihoods": [0.3, 0.1, None]}


@pytest.mark.parametrize(
    ("page", "page_size", "limit", "offset", "expected"),
    [
        (1, 2, None, None, [0, 1]),
        (2, 2, None, None, [2, 3]),
        (3, 2, 5, None, [4]),
        (None, 3, None, 2, [2, 3, 4]),
        (2, None, None, None, []),
        (None, None, 2, 3, [3, 4]),
        (None, None, 0, None, []),
    ],
)
def test_paging(page, page_size, limit, offset, expected, ask):
    body = {"select": [{"property": "partner_inference_id"}]}
    body |= {k: v for k, v in (("limit", limit), ("offset", offset)) if v is not None}
    rows = ask("loans", body, page=page, page_size=page_size)
    assert [row["partner_inference_id"] for row in rows] == [f"row-{i}" for i in expected]


def test_sample_is_repeatable_and_reported(store):
    body = {"select": [{"property": "inference_id"}], "sample": 0.5}
    one, two = (run_query(body, models.LOANS.schema, store) for _ in range(2))
    assert one == two
    assert one["sampling_threshold"] == 0.5
    assert len(one["query_result"]) <= 6
    whole = run_query({"select": [{"property": "inference_id"}]}, models.LOANS.schema, store)
    assert whole["sampling_threshold"] == 1


def test_where_and_filter_are_merged(ask):
    body = {
        "select": [{"function": "count"}],
        "filter": [{"property": "region", "comparator": "eq", "value": "south"}],
        "where": [{"property": "p_default", "comparator": "gte", "value": "0.5"}],
    }
    assert ask("loans", body) == [{"count": 2}]


def test_property_aliases_and_repetition(ask):
    body = {
        "select": [{"property": "region", "alias": "where"}, {"property": "income"}],
        "limit": 1,
    }
    assert ask("loans", body) == [{"where": "north", "income": 42000}]
    twice = {"select": [{"property": "*"}, {"property": "income"}, {"property": "income"}]}
    assert "income" in ask("loans", twice)[0]


def test_group_by_and_order_by_take_property_for_alias_and_back(ask):
    body = {
        "select": [
            {
                "function": "roundTimestamp",
                "alias": "day",
                "parameters": {"property": "inference_timestamp", "time_interval": "day"},
            },
            {"function": "count"},
        ],
        "group_by": [{"property": "day"}],
        "order_by": [{"property": "day"}],
    }
    assert [row["count"] for row in ask("loans", body)] == [3, 3]
    body = {"select": [{"property": "region"}], "group_by": [{"alias": "region"}]}
    assert len(ask("loans", body)) == 3


def test_transformation_of_aggregates(ask):
    def total(name):
        return {"nested_function": {"function": "sum", "parameters": {"property": name}}}

    body = {
        "select": [
            {
                "function": "divide",
                "alias": "share",
                "parameters": {"left": total("p_default"), "right": total("p_paid")},
            },
            {"property": "region"},
            {
                "function": "if",
                "alias": "is_north",
                "parameters": {
                    "property": "region",
                    "comparator": "eq",
                    "value": "north",
                    "then": True,
                    "else": False,
                },
            },
        ],
        "group_by": [{"property": "region"}],
    }
    rows = ask("loans", body)
    assert [row["share"] for row in rows] == pytest.approx([1.5, 1.25 / 0.75, 1.4 / 1.6])
    assert [row["is_north"] for row in rows] == [False, True, False]


def test_sdk_wait_query(ask):
    body = {
        "select": [{"function": "count"}],
        "from": "ground_truth",
        "filter": [{"property": "gt_default", "comparator": "NotNull"}],
    }
    assert ask("loans", body) == [{"count": 6}]


def test_objects_pass_through_subqueries(ask):
    inner = {
        "select": [
            {"function": "confusionMatrix", "alias": "cm"},
            {"function": "distribution", "alias": "d", "parameters": {
                "property": "p_default", "bin_thresholds": [0.5]}},
            {"function": "count", "alias": "n"},
        ]
    }  # fmt: skip
    body = {"select": [{"property": "cm"}, {"property": "d"}], "subquery": inner}
    (row,) = ask("loans", body)
    assert row["cm"]["true_positive"] == 2
    assert row["d"] == [{"upper": 0.5, "count": 2}, {"lower": 0.5, "count": 4}]


def test_evaluation_over_a_subquery(ask):
    body = {
        "select": [{"function": "accuracyRate"}],
        "subquery": {"select": [{"property": "*"}], "limit": 3},
    }
    assert ask("loans", body) == [{"accuracyRate": pytest.approx(1 / 3)}]


def count_of(**parameters):
    return {"function": "countIf", "parameters": parameters}


@pytest.mark.parametrize(
    ("model", "body", "place", "message"),
    [
        ("loans", [], "", "object"),
        ("loans", {"select": [{"property": "incom"}]}, "select[0].property", "'income'"),
        ("loans", {"select": [{"function": "cuont"}]}, "select[0].function", "'count'"),
        ("loans", {"select": [{}]}, "select[0]", "exactly one"),
        ("loans", {"select": [{"function": "avg"}]}, "select[0].parameters.property", "required"),
        (
            "loans",
            {"select": [{"function": "avg", "parameters": {"property": "region"}}]},
            "select[0].parameters.property",
            "needs",
        ),
        (
            "loans",
            {"select": [count_of(property="income", comparator="above", value=1)]},
            "select[0].parameters.comparator",
            "known",
        ),
        (
            "loans",
            {"select": [count_of(property="income", comparator="gt", value="many")]},
            "select[0].parameters.value",
            "number",
        ),
        (
            "loans",
            {"select": [{"function": "count"}], "from": "references"},
            "from",
            "'reference'",
        ),
        (
            "loans",
            {"select": [{"property": "inference_id"}], "from": "reference"},
            "select[0].property",
            "reference",
        ),
        ("loans", {"select": [{"function": "rmse"}]}, "select[0]", "MULTICLASS"),
        ("price", {"select": [{"function": "auc"}]}, "select[0]", "REGRESSION"),
        (
            "pets",
            {"select": [{"function": "accuracyRate"}]},
            "select[0].parameters.predicted_property",
            "required",
        ),
        (
            "loans",
            {"select": [{"property": "income", "alias": "a"}, {"property": "region", "alias": "a"}]},
            "select[1]",
            "alias",
        ),
        (
            "loans",
            {
                "select": [
                    {"function": "abs", "alias": "a", "parameters": {"property": {"alias_ref": "a"}}}
                ]
            },
            "select[0].parameters.property.alias_ref",
            "itself",
        ),
        (
            "loans",
            {
                "select": [
                    {
                        "function": "avg",
                        "parameters": {"property": {"nested_function": {"function": "count"}}},
                    }
                ]
            },
            "select[0].parameters.property.nested_function",
            "subquery",
        ),
        (
            "loans",
            {
                "select": [
                    {
                        "function": "abs",
                        "parameters": {"property": {"nested_function": {"function": "deciles"}}},
                    }
                ]
            },
            "select[0].parameters.property.nested_function",
            "object",
        ),
        (
            "photos",
            {
                "select": [{"function": "count"}],
                "filter": [
                    {"property": "objects_detected.class_id", "comparator": "eq", "value": 1}
                ],
            },
            "filter[0].property",
            "select it too",
        ),
        (
            "photos",
            {"select": [{"property": "objects_detected"}, {"property": "label"}]},
            "select",
            "two bounding box",
        ),
        (
            "loans",
            {
                "select": [{"property": "region"}],
                "subquery": {"select": [{"property": "incomes"}]},
            },
            "subquery.select[0].property",
            "income",
        ),
        (
            "loans",
            {"select": [{"property": "income"}], "subquery": {"select": [{"property": "region"}]}},
            "select[0].property",
            "column of the subquery",
        ),
        (
            "loans",
            {"select": [{"function": "quantile", "parameters": {"property": "income", "level": 1.01}}]},
            "select[0].parameters.level",
            "from 0 to 1",
        ),
        ("shop", {"select": [{"function": "recallAtK", "parameters": {"k": 0}}]},
         "select[0].parameters.k", "at least 1"),
        ("loans", {"selct": [{"property": "income"}]}, "select", "did you mean it by 'selct'"),
        ("loans", {"select": [{"property": "income"}], "limit": -1}, "limit", "negative"),
        ("loans", {"select": [{"property": "income"}], "sample": 0}, "sample", "above 0"),
        (
            "loans",
            {"select": [{"property": "income"}], "filter": [
                {"property": "inference_timestamp", "comparator": "gt", "value": "yesterday"}]},
            "filter[0].value",
            "ISO 8601",
        ),
    ],
)  # fmt: skip
def test_errors_name_place_finding_and_remedy(model, body, place, message, ask):
    with pytest.raises(QueryError) as error:
        ask(model, body)
    assert error.value.path == place
    assert message in error.value.message


def test_distributions(store):
    def ask(**body):
        return run_distributions(body, models.LOANS.schema, store)["query_result"]

    rows = ask(
        x={"property": "p_default", "num_bins": 2},
        y={"property": "region", "alias": "where"},
        values=[
            {"property": "income", "function": "avg"},
            {"property": "income", "function": "count", "alias": "known"},
            {"property": "gt_default"},
        ],
    )
    found = {(row["p_default"]["lower"], row["where"]): row for row in rows}
    assert set(found) == {
        (0.1, "north"),
        (0.1, "south"),
        (0.5, "east"),
        (0.5, "north"),
        (0.5, "south"),
    }
    cell = found[0.5, "south"]
    assert cell["p_default"] == {"lower": 0.5, "upper": 0.9}
    assert (cell["count"], cell["avg"], cell["known"]) == (2, 55000.0, 1)
    assert sorted(cell["gt_default"]) == [0, 0]
    nothing = [{"property": "region", "comparator": "eq", "value": "west"}]
    axes = {"x": {"property": "income"}, "y": {"property": "p_default"}}
    assert ask(**axes, filter=nothing) == []
    assert sum(row["count"] for row in ask(**axes)) == 5


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"x": {"property": "income"}}, "y"),
        ({"x": {"property": "income", "num_bins": 1}, "y": {"property": "region"}}, "x.num_bins"),
        ({"x": {"property": "nothing"}, "y": {"property": "region"}}, "x.property"),
        (
            {
                "x": {"property": "income"},
                "y": {"property": "p_paid"},
                "values": [{"property": "region", "function": "avg"}],
            },
            "values[0].property",
        ),
    ],
)
def test_distributions_errors(body, place, store):
    with pytest.raises(QueryError) as error:
        run_distributions(body, models.LOANS.schema, store)
    assert error.value.path == place
