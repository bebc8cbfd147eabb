"""Evaluation over all classes of a classifier, against scikit-learn."""

from __future__ import annotations

import random
import warnings

import numpy as np
import pytest
from builders import attribute, prediction
from sklearn import metrics as sk

from arthurai.server.query import QueryError, run_query

from . import query_models as models

AVERAGED = {
    "precisionMulticlass": sk.precision_score,
    "recallMulticlass": sk.recall_score,
    "f1Multiclass": sk.f1_score,
}


def made_row(rng, names, truths):
    weights = [rng.random() ** 3 + 0.01 for _ in names]
    scores = [weight / sum(weights) for weight in weights]
    truth = rng.choices(truths, [*(0.2 + s for s in scores), 0.1][: len(truths)])[0]
    data = {"region": rng.choice(["north", "south"]), **dict(zip(names, scores, strict=True))}
    return data, truth


def rows_of(example, region=None):
    """Index of the true and of the predicted class, and the probabilities, of the whole rows."""
    found = []
    names = [a.name for a in example.schema.predicted]
    for _, data, truth in example.rows:
        if truth is None or data[names[0]] is None or (region and data["region"] != region):
            continue
        scores = [data[name] for name in names]
        found.append((next(iter(truth.values())), int(np.argmax(scores)), scores))
    truths, predicted, scores = zip(*found, strict=True)
    return list(truths), [names[place] for place in predicted], np.array(scores)


def load(store, names, truths, count, **more):
    rng = random.Random(len(names))
    rows = []
    for _ in range(count):
        data, truth = made_row(rng, names, truths)
        if rng.random() < 0.05:
            data |= dict.fromkeys(names)
        rows.append((models.START, data, None if rng.random() < 0.1 else {"kind": truth}))
    example = models.Example(
        "MULTICLASS",
        [
            attribute("region", "STRING", categorical=True),
            *(prediction(name, gt_class_link=name) for name in names),
            attribute("kind", "STRING", "GROUND_TRUTH_CLASS", categorical=True),
        ],
        rows,
        **more,
    )
    example.load(store)
    return example


@pytest.fixture(scope="module")
def pets(store):
    names = ["cat", "dog", "owl", "fox"]
    return load(store, names, names, 300)


@pytest.fixture(scope="module")
def strangers(store):
    """Some rows have a true class that the model does not know; a class never occurs."""
    return load(store, ["cat", "dog", "rare"], ["cat", "dog", "rare", "eel"], 60)


def ask(store, example, *items, **body):
    select = [item if isinstance(item, dict) else {"function": item} for item in items]
    return run_query({"select": select, **body}, example.schema, store)["query_result"]


def report(store, example, **body):
    (row,) = ask(store, example, "classificationReport", **body)
    return row["classificationReport"]


def check(found, truths, predicted, scores, names):
    labels = sorted(set(truths) | set(predicted))
    known = [label for label in labels if label in names]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for rate, score in (
            ("precision", sk.precision_score),
            ("recall", sk.recall_score),
            ("f1", sk.f1_score),
        ):
            for average in ("macro", "weighted", "micro"):
                if average == "micro":
                    expected = sk.accuracy_score(truths, predicted)
                else:
                    expected = score(truths, predicted, labels=known, average=average)
                assert found[average][rate] == pytest.approx(expected, rel=1e-9)
            single = dict(
                zip(known, score(truths, predicted, labels=known, average=None), strict=True)
            )
            for name in known:
                value = found["classes"][name][rate]
                assert (0 if value is None else value) == pytest.approx(single[name], rel=1e-9)
        matrix = sk.confusion_matrix(truths, predicted, labels=[*names, "eel"])
        correlation = sk.matthews_corrcoef(truths, predicted)
    assert found["rows"] == len(truths)
    assert found["accuracy_rate"] == pytest.approx(sk.accuracy_score(truths, predicted))
    assert found["matthews_correlation"] == pytest.approx(correlation, rel=1e-9)
    for row, true in enumerate(names):
        assert list(found["confusion_matrix"][true].values()) == list(matrix[row][: len(names)])
        assert found["classes"][true]["true_count"] == truths.count(true)
        assert found["classes"][true]["predicted_count"] == predicted.count(true)
    right = [place for place, truth in enumerate(truths) if truth in names]
    hot = np.array([[truths[place] == name for name in names] for place in right])
    chosen = scores[right]
    loss = sk.log_loss(
        [truths[p] for p in right], chosen[:, np.argsort(names)], labels=sorted(names)
    )
    assert found["log_loss"] == pytest.approx(loss, rel=1e-9)
    assert found["brier_score"] == pytest.approx(((chosen - hot) ** 2).sum(axis=1).mean(), rel=1e-9)


def test_report_of_a_multiclass_model(pets, store):
    names = [a.name for a in pets.schema.predicted]
    truths, predicted, scores = rows_of(pets)
    found = report(store, pets)
    check(found, truths, predicted, scores, names)
    assert found["balanced_accuracy_rate"] == pytest.approx(
        sk.balanced_accuracy_score(truths, predicted)
    )
    assert found["brier_score"] == pytest.approx(
        sk.brier_score_loss(truths, scores, labels=names, scale_by_half=False)
        if names == sorted(names)
        else found["brier_score"]
    )


def test_truth_that_is_no_predicted_class_counts_as_an_error(strangers, store):
    names = [a.name for a in strangers.schema.predicted]
    truths, predicted, scores = rows_of(strangers)
    assert "eel" in truths
    found = report(store, strangers)
    check(found, truths, predicted, scores, names)
    others = found["confusion_matrix"]["(other)"]
    assert sum(others.values()) == truths.count("eel")
    (row,) = ask(store, strangers, "accuracyRateMulticlass")
    assert row["accuracyRateMulticlass"] == pytest.approx(found["accuracy_rate"])


def test_report_by_group_and_single_functions_agree(pets, store):
    names = [a.name for a in pets.schema.predicted]
    rows = ask(
        store,
        pets,
        {"property": "region"},
        "classificationReport",
        *(
            {"function": name, "alias": f"{name}_{average}", "parameters": {"average": average}}
            for name in AVERAGED
            for average in ("macro", "weighted", "micro")
        ),
        *("balancedAccuracyRateMulticlass", "matthewsCorrelation", "logLoss", "brierScore"),
        group_by=[{"property": "region"}],
    )
    assert [row["region"] for row in rows] == ["north", "south"]
    for row in rows:
        truths, predicted, scores = rows_of(pets, row["region"])
        found = row["classificationReport"]
        check(found, truths, predicted, scores, names)
        for name, score in AVERAGED.items():
            for average in ("macro", "weighted", "micro"):
                expected = score(truths, predicted, average=average)
                assert row[f"{name}_{average}"] == pytest.approx(expected, rel=1e-9)
        assert row["balancedAccuracyRateMulticlass"] == found["balanced_accuracy_rate"]
        assert row["matthewsCorrelation"] == found["matthews_correlation"]
        assert (row["logLoss"], row["brierScore"]) == (found["log_loss"], found["brier_score"])


def test_report_of_a_binary_model(store):
    (row,) = ask(
        store, models.EXAMPLES["loans"], "classificationReport", "brierScore", "logLoss", "f1"
    )
    found = row["classificationReport"]
    truths, scores = [1, 0, 1, 1, 0, 0], [0.9, 0.8, 0.35, 0.6, 0.1, 0.5]
    predicted = [int(score >= 0.5) for score in scores]
    assert found["confusion_matrix"] == {
        "p_default": {"p_default": 2, "p_paid": 1},
        "p_paid": {"p_default": 2, "p_paid": 1},
    }
    assert row["brierScore"] == pytest.approx(sk.brier_score_loss(truths, scores))
    assert row["logLoss"] == pytest.approx(sk.log_loss(truths, scores))
    assert found["matthews_correlation"] == pytest.approx(sk.matthews_corrcoef(truths, predicted))
    assert found["macro"]["f1"] == pytest.approx(sk.f1_score(truths, predicted, average="macro"))
    assert found["classes"]["p_default"]["f1"] == pytest.approx(row["f1"])
    item = {"function": "classificationReport", "alias": "r", "parameters": {"threshold": 0.7}}
    (row,) = ask(store, models.EXAMPLES["loans"], item)
    assert row["r"]["confusion_matrix"]["p_default"] == {"p_default": 1, "p_paid": 2}


def test_a_certain_wrong_prediction_has_a_finite_loss(store):
    example = load(store, ["cat", "dog"], ["cat", "dog"], 1)
    example.rows[:] = [(models.START, {"region": "north", "cat": 1.0, "dog": 0.0}, {"kind": "dog"})]
    example.id = example.id[::-1]
    fresh = models.Example("MULTICLASS", example.attributes, example.rows)
    fresh.load(store)
    (row,) = ask(store, fresh, "logLoss")
    with np.errstate(divide="ignore"):
        assert row["logLoss"] == pytest.approx(sk.log_loss([1], [[1.0, 0.0]], labels=[0, 1]))


def test_no_rows(pets, store):
    nobody = [{"property": "region", "comparator": "eq", "value": "nowhere"}]
    names = ["classificationReport", "f1Multiclass", "logLoss"]
    (row,) = ask(store, pets, *names, filter=nobody)
    assert row == dict.fromkeys(names)


def test_other_models_are_refused(store):
    for name in ("classificationReport", "f1Multiclass", "logLoss"):
        with pytest.raises(QueryError, match="multiclass classifier"):
            ask(store, models.EXAMPLES["price"], name)


def test_report_of_ranked_lists_agrees_with_the_single_functions(store):
    parameters = {"k": 3}
    (row,) = ask(
        store,
        models.EXAMPLES["shop"],
        *(
            {"function": name, "parameters": parameters}
            for name in ("rankedListReport", "precisionAtK", "recallAtK", "mapAtK", "nDCGAtK")
        ),
        "rankedListAUC",
        "meanReciprocalRank",
    )
    assert row["rankedListReport"] == {
        "rows": 2,
        "precision_at_k": row["precisionAtK"],
        "recall_at_k": row["recallAtK"],
        "map_at_k": row["mapAtK"],
        "ndcg_at_k": row["nDCGAtK"],
        "ranked_list_auc": row["rankedListAUC"],
        "mean_reciprocal_rank": row["meanReciprocalRank"],
    }
    assert row["nDCGAtK"] == pytest.approx(0.6480409554829326)
