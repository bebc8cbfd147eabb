"""Hotspots: regions counted again with pandas, trees compared with scikit-learn's own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from builders import attribute, prediction
from sklearn.metrics import precision_recall_fscore_support
from sklearn.tree import DecisionTreeClassifier

SHARES_SERVER = True


@pytest.fixture
def weak(enriched, binary_model):
    """Give a model that is wrong about rich people of the south, in January."""
    return make_weak(enriched(binary_model))


def make_weak(model, batch=None):
    rng = np.random.default_rng(21)
    rows = 400
    frame = pd.DataFrame(
        {
            "income": rng.uniform(0, 100, rows),
            "region": rng.choice(["N", "S"], rows),
            "p": rng.uniform(0, 1, rows),
        }
    )
    bad = (frame["income"] > 60) & (frame["region"] == "S")
    wrong = rng.random(rows) < np.where(bad, 0.9, 0.05)
    frame["outcome"] = np.where((frame["p"] >= 0.5) != wrong, "yes", "no")
    days = rng.integers(5, 12, rows)
    model.send(
        {k: frame[k].tolist() for k in ("income", "region", "p")},
        when=[f"2026-01-{day:02}T12:00:00Z" for day in days],
        truth={"outcome": frame["outcome"].tolist()},
        batch=batch,
    )
    model.frame = frame
    return model


def find(model, metric="accuracy", threshold=0.5, **selector):
    answer = model.client.get(
        f"{model.path}/enrichments/hotspots/find",
        params={"metric": metric, "threshold": threshold, **selector},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def matching(frame, rules):
    kept = pd.Series(data=True, index=frame.index)
    for name, bounds in rules.items():
        for comparator, bound in bounds.items():
            column = frame[name]
            kept &= {
                "gt": lambda c, b: c > b,
                "lte": lambda c, b: c <= b,
                "eq": lambda c, b: c == b,
                "ne": lambda c, b: c != b,
                "in": lambda c, b: c.isin(b),
            }[comparator](column, bound)
    return frame[kept]


def check_node(node, frame):
    inside = matching(frame, node["rules"])
    predicted = np.where(inside["p"] >= 0.5, "yes", "no")
    right = float((predicted == inside["outcome"]).mean())
    assert node["n_samples"] == len(inside)
    assert node["accuracy"] == pytest.approx(right)
    assert node["impurity"] == pytest.approx(2 * right * (1 - right))
    own = precision_recall_fscore_support(
        inside["outcome"], predicted, average="weighted", zero_division=0
    )[:3]
    assert [node["precision"], node["recall"], node["f1"]] == pytest.approx(list(own))
    table = pd.crosstab(inside["outcome"].to_numpy(), predicted)
    for name, info in node["gt_to_info"].items():
        row = table.loc[name]
        assert info["count"] == row.sum()
        assert info["pred_to_count"] == {p: n for p, n in row.items() if n}


def test_weak_regions_are_found_and_counted_right(weak):
    weak.switch("hotspots")
    assert weak.status("hotspots") == "Ready"
    found = find(weak, date="2026-01-08")
    assert found
    for node in found:
        assert node["accuracy"] < 0.5
        assert "left" not in node
        assert len(node["rules"]) <= 7
        check_node(node, weak.frame)
    rows = pd.concat([matching(weak.frame, node["rules"]) for node in found])
    assert not rows.index.duplicated().any()
    planted = (weak.frame["income"] > 60) & (weak.frame["region"] == "S")
    assert planted[rows.index].mean() > 0.9
    assert len(rows) > 0.8 * planted.sum()


@pytest.mark.parametrize("metric", ["precision", "recall", "f1", "accuracy"])
def test_the_root_is_reported_when_it_is_weak_itself(weak, metric):
    weak.switch("hotspots")
    (root,) = find(weak, metric=metric, threshold=0.999, date="2026-01-05")
    assert root["rules"] == {}
    check_node(root, weak.frame)


def test_nodes_are_those_of_a_tree_of_ones_own(weak):
    weak.switch("hotspots")
    matrix = np.column_stack(
        [weak.frame["income"], weak.frame["region"] == "N", weak.frame["region"] == "S"]
    )
    right = ((weak.frame["p"] >= 0.5) == (weak.frame["outcome"] == "yes")).to_numpy()
    own = DecisionTreeClassifier(max_depth=7, min_samples_leaf=5, random_state=0)
    own.fit(matrix, right)
    inside = own.decision_path(matrix).toarray().astype(bool)

    def weakest(place, threshold):
        rows = inside[:, place]
        if right[rows].mean() < threshold:
            yield sorted(np.nonzero(rows)[0])
        elif own.tree_.children_left[place] >= 0:
            yield from weakest(own.tree_.children_left[place], threshold)
            yield from weakest(own.tree_.children_right[place], threshold)

    sizes = []
    for threshold in (0.2, 0.5, float(right.mean()) - 0.001, 0.97):
        expected = list(weakest(0, threshold))
        found = find(weak, threshold=threshold, date="2026-01-05")
        regions = [sorted(matching(weak.frame, node["rules"]).index) for node in found]
        assert sorted(regions) == sorted(expected)
        sizes.append(len(expected))
    assert max(sizes) > 1


@pytest.mark.parametrize("scale", [1.0, 1e-9, 1e290])
def test_regions_are_found_in_values_of_any_size(enriched, binary_model, scale):
    model = enriched(binary_model)
    model.switch("hotspots")
    rows = 100
    incomes = [(1e9 + number) * scale for number in range(rows)]
    model.send(
        {"income": incomes, "region": ["N"] * rows, "p": [0.9] * rows},
        truth={"outcome": ["yes" if number < 70 else "no" for number in range(rows)]},
    )
    (node,) = find(model, threshold=0.5, date="2026-01-05")
    (bound,) = node["rules"]["income"].items()
    assert bound[0] == "gt"
    assert incomes[69] <= bound[1] < incomes[70]
    assert (node["n_samples"], node["accuracy"]) == (30, 0.0)


def test_windows_of_seven_days_begin_with_the_first_inference(weak):
    weak.switch("hotspots")
    (inside,) = find(weak, threshold=1.1, date="2026-01-11")
    assert inside["n_samples"] == len(weak.frame)
    assert find(weak, threshold=1.1, date="2026-01-12") == []
    assert find(weak, threshold=1.1, date="2026-01-04") == []


def test_trees_follow_new_ground_truth(weak):
    weak.switch("hotspots")
    (before,) = find(weak, threshold=1.1, date="2026-01-05")
    weak.send(
        {"income": [1.0], "region": ["N"], "p": [0.9]},
        start=1000,
        when="2026-01-06T00:00:00Z",
        truth={"outcome": ["yes"]},
    )
    (after,) = find(weak, threshold=1.1, date="2026-01-05")
    assert after["n_samples"] == before["n_samples"] + 1


def test_batches_and_reference_sets_have_trees(enriched, binary_model):
    model = enriched({**binary_model, "is_batch": True})
    make_weak(model, batch="b1")
    model.switch("hotspots")
    for node in find(model, batch_id="b1"):
        check_node(node, model.frame)
    reference = {k: model.frame[k].tolist() for k in model.frame}
    model.reference(reference)
    (root,) = find(model, threshold=1.1, ref_set_id="any")
    check_node(root, model.frame)
    path = f"{model.path}/enrichments/hotspots/find?metric=f1&threshold=0.5"
    assert model.client.get(f"{path}&batch_id=b2").status_code == 404
    for wrong in ("", "&date=2026-01-01", "&batch_id=b1&ref_set_id=r"):
        assert model.client.get(path + wrong).status_code == 400


def test_too_few_rows_have_no_tree(enriched, binary_model):
    model = enriched(binary_model)
    model.send(
        {"income": [1.0] * 4, "region": ["N"] * 4, "p": [0.9] * 4},
        truth={"outcome": ["no"] * 4},
    )
    model.switch("hotspots")
    assert find(model, date="2026-01-05") == []


def test_insights_come_when_a_window_is_complete(enriched, binary_model):
    model = enriched(binary_model)
    model.switch("hotspots")
    rng = np.random.default_rng(3)
    income = rng.uniform(0, 100, 200)
    outcome = np.where(income > 70, "no", "yes").tolist()  # p says yes to all
    columns = {"income": income.tolist(), "region": ["N"] * 200, "p": [0.9] * 200}
    model.send(columns, when="2026-01-05T12:00:00Z", truth={"outcome": outcome})
    insights = f"{model.path}/insights"
    assert not model.client.get(insights).json()["data"]
    model.send({k: v[:1] for k, v in columns.items()}, start=500, when="2026-01-13T00:00:00Z")
    (found,) = model.client.get(insights).json()["data"]
    assert found["status"] == "new"
    assert found["window_start"] == "2026-01-05T00:00:00Z"
    assert found["window_end"] == "2026-01-12T00:00:00Z"
    bounds = found["region"]["income"]
    inside = income > bounds["gt"]
    assert found["metric_value"] == pytest.approx((income[inside] <= 70).mean())
    assert inside.sum() >= 40
    # late truth has the window looked at again, in place of what was found before
    model.send({k: v[:1] for k, v in columns.items()}, start=900, truth={"outcome": ["yes"]})
    (again,) = model.client.get(insights).json()["data"]
    assert again["run_id"] != found["run_id"]


def test_insights_of_batches_come_when_they_are_closed(enriched, binary_model):
    model = enriched({**binary_model, "is_batch": True})
    model.switch("hotspots")
    columns = {"income": [float(i) for i in range(40)], "region": ["N"] * 40, "p": [0.9] * 40}
    model.send(columns, truth={"outcome": ["no"] * 40}, batch="b7")
    insights = f"{model.path}/insights"
    assert not model.client.get(insights).json()["data"]
    model.client.patch(f"{model.path}/batches/b7", json={"status": "uploaded"})
    model.settle()
    (found,) = model.client.get(insights).json()["data"]
    assert (found["batch_id"], found["metric_value"], found["region"]) == ("b7", 0.0, {})


def test_disabled_hotspots_are_refused(weak):
    path = f"{weak.path}/enrichments/hotspots/find?metric=f1&threshold=0.5&date=2026-01-05"
    answer = weak.client.get(path)
    assert answer.status_code == 400
    assert "enable" in answer.json()["error"]


def test_multiclass_models_take_the_largest_prediction(enriched):
    names = ["cat", "dog", "emu"]
    body = {
        "partner_model_id": "animals",
        "input_type": "TABULAR",
        "output_type": "MULTICLASS",
        "attributes": [
            attribute("weight"),
            *(prediction(f"p_{n}", position=i, gt_class_link=n) for i, n in enumerate(names)),
            attribute(
                "animal",
                "STRING",
                "GROUND_TRUTH_CLASS",
                categorical=True,
                categories=[{"value": n} for n in names],
            ),
        ],
    }
    model = enriched(body)
    model.switch("hotspots")
    rng = np.random.default_rng(8)
    p = rng.dirichlet([1, 1, 1], 60)
    truth = [names[i] for i in p.argmax(axis=1)]
    weight = rng.uniform(0, 10, 60)
    truth = [t if w < 5 else "emu" for t, w in zip(truth, weight, strict=True)]
    model.send(
        {"weight": weight.tolist(), **{f"p_{n}": p[:, i].tolist() for i, n in enumerate(names)}},
        truth={"animal": truth},
    )
    (root,) = find(model, threshold=1.1, date="2026-01-05")
    predicted = [names[i] for i in p.argmax(axis=1)]
    assert root["accuracy"] == pytest.approx(
        np.mean([a == b for a, b in zip(predicted, truth, strict=True)])
    )
    assert set(root["gt_to_info"]) == set(truth)
    assert root["feature"] == "weight"
    assert root["cutoff"] == pytest.approx(5, abs=0.5)
