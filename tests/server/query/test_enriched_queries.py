"""Queries over stored scores and explanations."""

from __future__ import annotations

import pyarrow as pa
import pytest

from arthurai.server.query import QueryError, run_query
from arthurai.server.storage.warehouse.data_store import DataStore

from . import query_models as models

# (row, algorithm, predicted attribute, input attribute, score)
SCORES = [
    (0, "lime", "p_default", "income", -0.12),
    (0, "lime", "p_default", "region", 0.03),
    (0, "lime", "p_paid", "income", 0.12),
    (1, "lime", "p_default", "income", 0.30),
    (1, "lime", "p_default", "region", 0.05),
    (1, "shap", "p_default", "income", 0.9),
]
TOKENS = [  # (row, token, position, score)
    (0, "fire", 4, 0.37),
    (0, "in", 5, 0.01),
    (1, "all", 0, -0.1),
    (1, "fire", 2, 0.2),
]


@pytest.fixture(scope="module")
def scored():
    """A store of its own, so that other tests see no enrichments."""
    loans = models.LOANS
    with DataStore() as store:
        loans.load(store)
        rows = run_query({"select": [{"property": "inference_id"}]}, loans.schema, store)
        ids = [row["inference_id"] for row in rows["query_result"]]
        store.store_enrichment(
            loans.id,
            "anomaly",
            pa.table(
                {
                    "inference_id": ids[:3],
                    "anomaly_score": [0.1, 0.5, 0.9],
                    "raw_anomaly_score": pa.array([None, None, 7.0], pa.float64()),
                }
            ),
        )
        names = ("explainer_algo", "explainer_predicted_attribute", "explainer_attribute")
        columns = {"inference_id": [ids[row] for row, *_ in SCORES]}
        for place, name in enumerate(names, start=1):
            columns[name] = [score[place] for score in SCORES]
        columns["explainer_score"] = [score[-1] for score in SCORES]
        store.store_enrichment(loans.id, "explanations", pa.table(columns))
        store.store_enrichment(
            loans.id,
            "token_explanations",
            pa.table(
                {
                    "inference_id": [ids[row] for row, *_ in TOKENS],
                    "explainer_algo": ["lime"] * len(TOKENS),
                    "explainer_predicted_attribute": ["p_default"] * len(TOKENS),
                    "explainer_attribute": ["note"] * len(TOKENS),
                    "explainer_score": [token[-1] for token in TOKENS],
                    "token": [token[1] for token in TOKENS],
                    "position": [token[2] for token in TOKENS],
                }
            ),
        )
        yield store, ids


@pytest.fixture(scope="module")
def ask_scored(scored):
    def ask(body):
        return run_query(body, models.LOANS.schema, scored[0])["query_result"]

    return ask


def test_anomaly_scores_of_all_inferences(ask_scored):
    rows = ask_scored({"select": [{"property": "anomaly_score"}], "from": "enriched"})
    assert [row["anomaly_score"] for row in rows] == [0.1, 0.5, 0.9, None, None, None]


def test_enriched_columns_imply_the_source(ask_scored):
    (row,) = ask_scored(
        {"select": [{"function": "avg", "parameters": {"property": "anomaly_score"}}]}
    )
    assert row == {"avg": pytest.approx(0.5)}


def test_star_holds_no_enriched_columns(ask_scored):
    row = ask_scored({"select": [{"property": "*"}], "from": "enriched", "limit": 1})[0]
    assert "anomaly_score" not in row
    assert "explainer_score" not in row
    both = [{"property": "*"}, {"property": "raw_anomaly_score"}]
    assert "raw_anomaly_score" in ask_scored({"select": both, "limit": 1})[0]


def test_explanations_fan_out(ask_scored, scored):
    rows = ask_scored(
        {
            "select": [
                {"property": "inference_id"},
                {"property": "explainer_attribute"},
                {"property": "explainer_score"},
            ],
            "from": "enriched",
            "filter": [
                {"property": "partner_inference_id", "comparator": "eq", "value": "row-0"},
                {
                    "property": "explainer_predicted_attribute",
                    "comparator": "eq",
                    "value": "p_default",
                },
            ],
        }
    )
    first = scored[1][0]
    assert rows == [
        {"inference_id": first, "explainer_attribute": "income", "explainer_score": -0.12},
        {"inference_id": first, "explainer_attribute": "region", "explainer_score": 0.03},
    ]


def test_importances_as_objects(ask_scored):
    rows = ask_scored(
        {"select": [{"property": "lime_importance"}, {"property": "shap_feature_importance"}]}
    )
    assert rows[0] == {
        "lime_importance": {
            "p_default": {"income": -0.12, "region": 0.03},
            "p_paid": {"income": 0.12},
        },
        "shap_feature_importance": None,
    }
    assert rows[1]["shap_feature_importance"] == {"p_default": {"income": 0.9}}


def plural(**parameters):
    return {
        "function": "regionalFeatureImportances",
        "parameters": {"predicted_attribute_name": "p_default", **parameters},
    }


def test_global_importances(ask_scored):
    rows = ask_scored({"select": [plural(explanation_algorithm="lime")], "from": "enriched"})
    assert rows == [
        {
            "explainer_attribute": name,
            "regionalFeatureImportance": pytest.approx(mean),
            "avgAbs": pytest.approx(mean),
        }
        for name, mean in (("income", 0.21), ("region", 0.04))
    ]


def test_regional_importances_by_group(ask_scored):
    rows = ask_scored(
        {
            "select": [
                {**plural(explanation_algorithm="lime"), "alias": "w"},
                {"property": "region"},
            ],
            "group_by": [{"property": "region"}],
            "order_by": [{"property": "region"}, {"alias": "w", "direction": "desc"}],
        }
    )
    assert [(r["region"], r["explainer_attribute"], round(r["w"], 3)) for r in rows] == [
        ("north", "income", 0.12),
        ("north", "region", 0.03),
        ("south", "income", 0.3),
        ("south", "region", 0.05),
    ]


def test_one_regional_importance(ask_scored):
    item = {
        "function": "regionalFeatureImportance",
        "alias": "w",
        "parameters": {
            "attribute_name": "income",
            "predicted_attribute_name": "p_default",
            "explanation_algorithm": "lime",
        },
    }
    assert ask_scored({"select": [item]}) == [{"w": pytest.approx(0.21)}]
    grouped = {"select": [item, {"property": "region"}], "group_by": [{"property": "region"}]}
    assert ask_scored(grouped) == [
        {"region": "east", "w": None},
        {"region": "north", "w": pytest.approx(0.12)},
        {"region": "south", "w": pytest.approx(0.3)},
    ]


def test_token_explanations(ask_scored, scored):
    body = {
        "select": [
            {
                "function": "nlp_explanation",
                "parameters": {
                    "attribute_name": "note",
                    "nlp_predicted_attribute": "p_default",
                    "nlp_explainer": "lime",
                },
            }
        ],
        "order_by": [{"property": "nlp_explanation.value", "direction": "desc"}],
    }
    rows = ask_scored(body)

    def tokens(row):
        (explanation,) = row["nlp_explanation"]
        assert (explanation["algorithm"], explanation["predicted_attribute_name"]) == (
            "lime",
            "p_default",
        )
        (scores,) = explanation["importance_scores"]
        assert scores["attribute_name"] == "note"
        return scores["tokens"]

    by_id = {row["inference_id"]: tokens(row) for row in rows}
    assert by_id == {
        scored[1][0]: [
            {"token": "fire", "position": 4, "value": 0.37},
            {"token": "in", "position": 5, "value": 0.01},
        ],
        scored[1][1]: [
            {"token": "fire", "position": 2, "value": 0.2},
            {"token": "all", "position": 0, "value": -0.1},
        ],
    }
    fire = {"property": "nlp_explanation.token", "comparator": "eq", "value": "fire"}
    assert [len(tokens(row)) for row in ask_scored({**body, "filter": [fire]})] == [1, 1]
    none = {"property": "nlp_explanation.value", "comparator": "gt", "value": 5}
    assert ask_scored({**body, "filter": [none]}) == []


def test_without_enrichments_columns_are_null_and_explanations_absent(ask):
    assert ask("loans", {"select": [{"property": "anomaly_score"}], "limit": 1}) == [
        {"anomaly_score": None}
    ]
    assert ask("loans", {"select": [{"property": "explainer_score"}]}) == []
    assert ask("loans", {"select": [plural()]}) == []
    assert ask("loans", {"select": [{"property": "lime_importance"}], "limit": 1}) == [
        {"lime_importance": None}
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"select": [{"property": "anomaly_score"}], "from": "reference"},
        {"select": [{"property": "explainer_score"}], "from": "ground_truth"},
        {"select": [plural(explanation_algorithm="magic")]},
        {"select": [{"function": "regionalFeatureImportances"}]},
        {"select": [plural(), {"property": "income"}]},
        {"select": [{"function": "nlp_explanation"}, {"property": "income"}]},
        {
            "select": [plural()],
            "subquery": {"select": [{"property": "inference_id"}]},
        },
    ],
)
def test_refused(body, ask_scored):
    with pytest.raises(QueryError):
        ask_scored(body)
