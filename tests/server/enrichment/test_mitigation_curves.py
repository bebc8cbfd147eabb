"""Bias mitigation curves against a search through all thresholds."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from builders import attribute
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis_profiles import examples

from arthurai.server.enrichment.mitigation_curves import compute_curve as curve_of

SHARES_SERVER = True

LABELS = {
    "demographic_parity": ("selection_rate", "accuracy"),
    "equal_opportunity": ("true_positive_rate", "accuracy"),
    "equalized_odds": ("false_positive_rate", "true_positive_rate"),
}


def by_brute_force(scores, truth, constraint):
    """Give (y, threshold) at each x, by trying every threshold at every x with exact numbers."""
    rows = len(scores)
    positives = sum(truth)
    candidates = []
    for threshold in [2.0, *sorted(set(scores))]:
        chosen = [s >= threshold for s in scores]
        hits = sum(c and t for c, t in zip(chosen, truth, strict=True))
        right = sum(c == t for c, t in zip(chosen, truth, strict=True))
        rates = {
            "selection_rate": Fraction(sum(chosen), rows),
            "accuracy": Fraction(right, rows),
            "true_positive_rate": Fraction(hits, positives),
            "false_positive_rate": Fraction(sum(chosen) - hits, rows - positives),
        }
        candidates.append((threshold, rates))
    x_name, y_name = LABELS[constraint]
    found = []
    for i in range(1001):
        allowed = [c for c in candidates if c[1][x_name] <= Fraction(i, 1000)]
        best = max(allowed, key=lambda c: (c[1][x_name], c[1][y_name], c[0]))
        found.append((best[1][y_name], best[0]))
    return found


@examples(25)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]) | st.floats(0, 1), st.booleans()),
        min_size=2,
        max_size=8,
    ),
    constraint=st.sampled_from(sorted(LABELS)),
)
def test_any_small_group_has_the_curve_of_the_search(rows, constraint):
    scores = [score for score, _ in rows]
    truth = [flag for _, flag in rows]
    assume(0 < sum(truth) < len(truth))
    found = curve_of(np.array(scores), np.array(truth), constraint)
    brute = by_brute_force(scores, truth, constraint)
    assert found.y.tolist() == pytest.approx([float(y) for y, _ in brute], abs=1e-12)
    assert found.thresholds.tolist() == [threshold for _, threshold in brute]


def test_scores_above_all_probabilities_have_a_threshold_that_selects_nobody():
    scores, truth = np.array([5.0, 3.0, 1.0, 0.5]), np.array([False, True, True, False])
    found = curve_of(scores, truth, "demographic_parity")
    assert (scores >= found.thresholds[0]).sum() == 0
    assert found.y[0] == 0.5
    assert found.thresholds[250:].tolist() == [5.0] * 250 + [3.0] * 250 + [1.0] * 250 + [0.5]


@pytest.fixture
def lender(enriched, binary_model):
    attributes = binary_model["attributes"] + [
        attribute(
            "age",
            stage="NON_INPUT_DATA",
            monitor_for_bias=True,
            bins=[
                {"continuous_end": 35},
                {"continuous_start": 35, "continuous_end": 55},
                {"continuous_start": 55},
            ],
        )
    ]
    model = enriched({**binary_model, "attributes": attributes})
    rng = np.random.default_rng(11)
    rows = 240
    region = rng.choice(["N", "S"], rows, p=[0.7, 0.3])
    age = rng.uniform(20, 70, rows).round()
    truth = rng.random(rows) < np.where(region == "N", 0.5, 0.3)
    p = np.clip(rng.normal(0.35 + 0.25 * truth, 0.2), 0, 1).round(2)  # many equal scores
    model.columns = {
        "income": rng.uniform(0, 1, rows).tolist(),
        "region": region.tolist(),
        "p": p.tolist(),
        "outcome": np.where(truth, "yes", "no").tolist(),
        "age": age.tolist(),
    }
    model.reference(model.columns)
    return model


def curves(model, **params):
    answer = model.client.get(f"{model.path}/enrichments/bias_mitigation/curves", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def in_group(model, curve):
    if "categorical_value" in curve:
        return [r == curve["categorical_value"] for r in model.columns["region"]]
    start = curve.get("continuous_start", float("-inf"))
    end = curve.get("continuous_end", float("inf"))
    return [start < a <= end for a in model.columns["age"]]


@pytest.mark.heavy
@pytest.mark.parametrize("constraint", LABELS)
@pytest.mark.parametrize("name", ["region", "age"])
def test_curves_are_those_of_a_search_through_all_thresholds(lender, constraint, name):
    assert lender.switch("bias_mitigation").json()["status"] == "Pending"
    assert lender.status("bias_mitigation") == "Ready"
    page = curves(lender, attribute_id=lender.attribute_id(name), constraint=constraint)
    found = page["data"]
    assert page["total_count"] == len(found) == {"region": 2, "age": 3}[name]
    expected, sizes = [], []
    for curve in found:
        assert curve["attribute_name"] == name
        assert (curve["x_label"], curve["y_label"]) == LABELS[constraint]
        members = in_group(lender, curve)
        assert curve["rows"] == sum(members)
        scores = [p for p, m in zip(lender.columns["p"], members, strict=True) if m]
        outcomes = zip(lender.columns["outcome"], members, strict=True)
        truth = [o == "yes" for o, m in outcomes if m]
        brute = by_brute_force(scores, truth, constraint)
        points = curve["data_points"]
        assert [pt["x"] for pt in points] == [i / 1000 for i in range(1001)]
        assert [pt["y"] for pt in points] == pytest.approx([float(y) for y, _ in brute], abs=1e-12)
        assert [pt["threshold"] for pt in points] == [t for _, t in brute]
        expected.append(brute)
        sizes.append(len(scores))
    (index,) = {curve["optimization_index"] for curve in found}
    if constraint == "equalized_odds":
        values = [
            Fraction(i, 1000) ** 2 + (1 - min(b[i][0] for b in expected)) ** 2 for i in range(1001)
        ]
        assert index == values.index(min(values))
    else:
        values = [
            sum(n * b[i][0] for n, b in zip(sizes, expected, strict=True)) for i in range(1001)
        ]
        assert index == values.index(max(values))


def test_curves_are_filtered_and_paged(lender):
    lender.switch("bias_mitigation")
    assert curves(lender, page_size=100)["total_count"] == 15
    first = curves(lender, page_size=4)
    assert (len(first["data"]), first["total_pages"]) == (4, 4)
    last = curves(lender, page_size=4, page=4)
    assert len(last["data"]) == 3
    north = curves(lender, attribute_value="N")["data"]
    assert {c["categorical_value"] for c in north} == {"N"}
    assert len(north) == 3
    middle = curves(lender, continuous_value="55", constraint="demographic_parity")["data"]
    assert [(c["continuous_start"], c["continuous_end"]) for c in middle] == [(35, 55)]
    assert "continuous_start" not in curves(lender, continuous_value="1")["data"][0]
    legacy = f"{lender.path}/bias_mitigation_curves/attributes/{lender.attribute_id('age')}"
    assert lender.client.get(legacy).json()["total_count"] == 9
    assert lender.client.get(legacy, params={"continuous_value": "old"}).status_code == 400


def test_thresholds_of_a_curve_can_be_tried_in_a_query(lender):
    lender.switch("bias_mitigation")
    lender.send(
        {k: v[:50] for k, v in lender.columns.items() if k != "outcome"},
    )
    found = curves(
        lender, attribute_id=lender.attribute_id("region"), constraint="equal_opportunity"
    )["data"]
    index = found[0]["optimization_index"]
    thresholds = {c["categorical_value"]: c["data_points"][index]["threshold"] for c in found}
    entries = [
        {"conditions": [{"property": "region", "value": group}], "threshold": threshold}
        for group, threshold in thresholds.items()
    ]
    rows = lender.query(
        {
            "select": [
                {"property": "region"},
                {"property": "p"},
                {
                    "function": "biasMitigatedPredictions",
                    "alias": "fair",
                    "parameters": {"predicted_property": "p", "thresholds": entries},
                },
            ]
        }
    )
    assert len(rows) == 50
    assert all(row["fair"] == int(row["p"] >= thresholds[row["region"]]) for row in rows)


def test_no_curves_is_null(lender):
    page = curves(lender)
    assert page["data"] is None
    assert page["total_count"] == 0
    lender.switch("bias_mitigation")
    assert curves(lender, attribute_value="nowhere")["data"] is None


def test_curves_wait_for_the_reference_set(enriched, binary_model):
    model = enriched(binary_model)
    model.switch("bias_mitigation")
    assert model.status("bias_mitigation") == "Training"
    model.reference(
        {"income": [1.0, 2.0], "region": ["N", "S"], "p": [0.1, 0.9], "outcome": ["no", "yes"]}
    )
    assert model.status("bias_mitigation") == "Ready"
    # neither group has both positives and negatives, and each has one of them
    found = curves(model, attribute_id=model.attribute_id("region"))["data"]
    assert {(c["categorical_value"], c["constraint"]) for c in found} == {
        ("N", "demographic_parity"),
        ("S", "demographic_parity"),
        ("S", "equal_opportunity"),
    }


def test_a_reference_set_without_truth_fails_with_the_reason(enriched, binary_model):
    model = enriched(binary_model)
    model.reference({"income": [1.0], "region": ["N"], "p": [0.1]})
    model.switch("bias_mitigation")
    state = model.state("bias_mitigation")
    assert state["status"] == "Failed"
    assert "ground truth 'outcome_yes'" in state["config"]["reason"]


def test_monitored_attributes_without_groups_fail_with_the_reason(enriched, binary_model):
    attributes = [
        {**attribute, "monitor_for_bias": False} for attribute in binary_model["attributes"]
    ]
    age = attribute("age", stage="NON_INPUT_DATA", monitor_for_bias=True)
    model = enriched({**binary_model, "attributes": [*attributes, age]})
    model.reference(
        {
            "income": [0.1, 0.2],
            "region": ["N", "S"],
            "p": [0.1, 0.9],
            "outcome": ["no", "yes"],
            "age": [30.0, 40.0],
        }
    )
    model.switch("bias_mitigation")
    state = model.state("bias_mitigation")
    assert state["status"] == "Failed"
    assert "monitored attributes (age)" in state["config"]["reason"]
