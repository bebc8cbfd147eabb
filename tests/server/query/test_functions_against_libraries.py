"""Functions that the random queries do not reach, against independent implementations."""

from __future__ import annotations

import math
import random
import statistics

import numpy as np
import pytest
from builders import attribute, ground_truth, prediction
from sklearn import metrics as sk

from arthurai.server.query import run_query
from arthurai.server.query.functions.object_detection import average_precision

from . import query_models as models


def loaded(store, *details, **more):
    example = models.Example(*details, **more)
    example.load(store)
    return example


def ask(store, example, body):
    return run_query(body, example.schema, store)["query_result"]


def value(store, example, function, **parameters):
    item = {"function": function, "alias": "v", "parameters": parameters}
    (row,) = ask(store, example, {"select": [item]})
    return row["v"]


# -- ranked lists ---------------------------------------------------------------------------------


def ranked_data(rng, count):
    items = [f"i{n}" for n in range(12)]
    data = []
    for _ in range(count):
        shown = rng.sample(items, rng.randrange(0, 10))
        relevant = rng.sample(items, rng.randrange(0, 6))
        data.append(
            (shown if rng.random() > 0.1 else None, relevant if rng.random() > 0.1 else None)
        )
    return data


@pytest.fixture(scope="module")
def ranked(store):
    data = ranked_data(random.Random(7), 80)
    rows = []
    for shown, relevant in data:
        items = None if shown is None else [{"item_id": name} for name in shown]
        truth = None if relevant is None else {"bought": relevant}
        rows.append((models.START, {"size": 1.0, "shown": items}, truth))
    example = loaded(
        store,
        "RANKED_LIST",
        [
            attribute("size"),
            prediction("shown", "RANKED_LIST", attribute_link="bought"),
            ground_truth("bought", "ARRAY(STRING)", attribute_link="shown"),
        ],
        rows,
    )
    usable = [(s, set(r)) for s, r in data if s is not None and r]
    return example, usable


def precision(shown, relevant, k):
    return sum(name in relevant for name in shown[:k]) / k


def recall(shown, relevant, k):
    return sum(name in relevant for name in shown[:k]) / len(relevant)


def average_precision_at(shown, relevant, k):
    found = 0.0
    for place in range(1, min(k, len(shown)) + 1):
        if shown[place - 1] in relevant:
            found += precision(shown, relevant, place)
    return found / min(len(relevant), k)


def gain(shown, relevant, k):
    """By scikit-learn, over a universe in which the items not shown come last."""
    hits = [float(name in relevant) for name in shown[:k]]
    missing = len(relevant) - sum(name in relevant for name in shown[:k])
    truth = [*hits, *[0.0] * (k - len(hits)), *[1.0] * missing, 0.0, 0.0]
    scores = list(range(len(truth), 0, -1))
    return sk.ndcg_score([truth], [scores], k=k)


def list_auc(shown, relevant):
    hits = [name in relevant for name in shown]
    if len(set(hits)) < 2:
        return None
    return sk.roc_auc_score(hits, [-place for place in range(len(hits))])


def reciprocal_rank(shown, relevant):
    return next((1 / p for p, name in enumerate(shown, start=1) if name in relevant), 0.0)


@pytest.mark.parametrize("k", [1, 3, 8, 50])
@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("precisionAtK", precision),
        ("recallAtK", recall),
        ("mapAtK", average_precision_at),
        ("nDCGAtK", gain),
    ],
)
def test_ranked_at_k(function, expected, k, ranked, store):
    example, usable = ranked
    mean = statistics.fmean(expected(shown, relevant, k) for shown, relevant in usable)
    assert value(store, example, function, k=k) == pytest.approx(mean, rel=1e-9)


@pytest.mark.parametrize(
    ("function", "expected"),
    [("rankedListAUC", list_auc), ("meanReciprocalRank", reciprocal_rank)],
)
def test_ranked(function, expected, ranked, store):
    example, usable = ranked
    found = [expected(shown, relevant) for shown, relevant in usable]
    mean = statistics.fmean(v for v in found if v is not None)
    assert value(store, example, function) == pytest.approx(mean, rel=1e-9)


def test_greatest_place_of_an_item(ranked, store):
    example, _ = ranked
    rows = ask(store, example, {"select": [{"property": "shown_item_id"}]})
    lists = [row["shown_item_id"] for row in rows if row["shown_item_id"]]
    for name in ("i0", "i5", "nothing"):
        places = [items.index(name) + 1 for items in lists if name in items]
        found = value(store, example, "rankedItemMaxK", property="shown_item_id", item_filter=name)
        assert found == max(places, default=None)


# -- object detection -----------------------------------------------------------------------------


def random_boxes(rng, count):
    return [
        [rng.randrange(3), round(rng.random(), 6), rng.randrange(50), rng.randrange(50),
         rng.randrange(1, 30), rng.randrange(1, 30)]
        for _ in range(count)
    ]  # fmt: skip


def intersection_over_union(one, other):
    """By counting pixels."""
    first, second = np.zeros((90, 90), dtype=bool), np.zeros((90, 90), dtype=bool)
    for grid, (x, y, w, h) in ((first, one), (second, other)):
        grid[y : y + h, x : x + w] = True
    return (first & second).sum() / (first | second).sum()


def expected_precision(images, threshold):
    labels = {box[0] for _, truths in images for box in truths}
    values = []
    for label in labels:
        predictions = sorted(
            (
                (-box[1], image, tuple(box[2:]))
                for image, (predicted, _) in enumerate(images)
                for box in predicted
                if box[0] == label
            ),
            key=lambda entry: entry[0],
        )
        free = {
            image: [tuple(box[2:]) for box in truths if box[0] == label]
            for image, (_, truths) in enumerate(images)
        }
        total = sum(map(len, free.values()))
        hits = []
        for _, image, box in predictions:
            overlaps = [intersection_over_union(box, other) for other in free[image]]
            best = int(np.argmax(overlaps)) if overlaps else None
            hits.append(best is not None and overlaps[best] >= threshold)
            if hits[-1]:
                free[image].pop(best)
        cumulated = np.cumsum(hits)
        precisions = cumulated / np.arange(1, len(hits) + 1)
        envelope = np.maximum.accumulate(precisions[::-1])[::-1] if hits else precisions
        recalls = np.concatenate([[0.0], cumulated / total])
        values.append(float(np.sum(np.diff(recalls) * envelope)))
    return float(np.mean(values)) if values else None


@pytest.mark.parametrize("threshold", [0.1, 0.5])
def test_mean_average_precision(threshold, store):
    rng = random.Random(3)
    images = []
    for _ in range(25):
        truths = random_boxes(rng, rng.randrange(0, 5))
        near = [
            [box[0], round(rng.random(), 6), *(max(1, v + rng.randrange(-3, 4)) for v in box[2:])]
            for box in truths
        ]
        images.append((near + random_boxes(rng, rng.randrange(0, 4)), truths))
    example = loaded(
        store,
        "OBJECT_DETECTION",
        [
            attribute("picture", "IMAGE"),
            prediction("found", "BOUNDING_BOX", attribute_link="real"),
            ground_truth("real", "BOUNDING_BOX", attribute_link="found"),
        ],
        [(models.START, {"found": p}, {"real": y}) for p, y in images],
        input_type="IMAGE",
    )
    expected = expected_precision(images, threshold)
    assert 0 < expected < 1
    assert value(store, example, "meanAveragePrecision", threshold=threshold) == pytest.approx(
        expected, rel=1e-9
    )


def test_mean_average_precision_without_truth_and_without_predictions():
    assert average_precision([([[0, 0.5, 0, 0, 1, 1]], [])], 0.5) is None
    assert average_precision([([], [[0, 1, 0, 0, 1, 1]])], 0.5) == 0.0
    assert average_precision([], 0.5) is None


# -- token sequences ------------------------------------------------------------------------------


def test_token_functions(store):
    rng = random.Random(5)
    sequences = [
        [
            {f"t{n}": round(rng.random(), 3) for n in range(rng.randrange(1, 4))}
            for _ in range(length)
        ]
        for length in (rng.randrange(0, 6) for _ in range(30))
    ]
    example = loaded(
        store,
        "TOKEN_SEQUENCE",
        [
            attribute("prompt", "UNSTRUCTURED_TEXT"),
            prediction("p", "TOKEN_LIKELIHOODS"),
        ],
        [(models.START, {"prompt": "a b", "p": sequence}) for sequence in sequences],
        text_delimiter=r"\s+",
    )
    chosen = [[max(position.values()) for position in sequence] for sequence in sequences]
    filled = [values for values in chosen if values]
    assert value(store, example, "avgTokenLikelihood", property="p_likelihoods") == pytest.approx(
        statistics.fmean(map(statistics.fmean, filled))
    )
    assert value(store, example, "avgSequenceLength", property="p_tokens") == pytest.approx(
        statistics.fmean(map(len, chosen))
    )
    assert value(store, example, "likelihoodStability", property="p_likelihoods") == pytest.approx(
        1 - statistics.fmean(map(np.std, filled))
    )
    rows = ask(
        store,
        example,
        {
            "select": [
                {"function": "arrayLength", "alias": "n", "parameters": {"property": "prompt"}}
            ]
        },
    )
    assert {row["n"] for row in rows} == {2}


# -- multilabel, one class only, empty groups ----------------------------------------------------


def test_multilabel_functions_look_at_one_label(store):
    rng = random.Random(11)
    names = ("sunny", "windy", "wet")
    rows = []
    for _ in range(120):
        scores = {name: rng.choice([None, 0.5, round(rng.random(), 2)]) for name in names}
        truths = {f"is_{name}": rng.randrange(2) for name in names}
        rows.append((models.START, {"size": 1.0, **scores}, truths if rng.random() > 0.2 else None))
    example = loaded(
        store,
        "MULTILABEL",
        [
            attribute("size"),
            *(prediction(name, attribute_link=f"is_{name}") for name in names),
            *(ground_truth(f"is_{name}", "INTEGER", attribute_link=name) for name in names),
        ],
        rows,
    )
    measures = {"recall": sk.recall_score, "precision": sk.precision_score, "f1": sk.f1_score}
    for name in names:
        pairs = [(t[f"is_{name}"], d[name]) for _, d, t in rows if t and d[name] is not None]
        truth, scores = zip(*pairs, strict=True)
        labels = [score >= 0.5 for score in scores]
        for function, measure in measures.items():
            found = value(store, example, function, predicted_property=name)
            assert found == pytest.approx(measure(truth, labels))
        found = value(store, example, "auc", predicted_property=name)
        assert found == pytest.approx(sk.roc_auc_score(truth, scores))


@pytest.fixture(scope="module")
def one_class(store):
    """Only positives, and a region without any ground truth."""
    rows = [
        (
            models.START,
            {"region": region, "p": p},
            None if region == "empty" else {"y": 1},
        )
        for region, p in [("full", 0.9), ("full", 0.2), ("empty", 0.7), ("full", None)]
    ]
    return loaded(
        store,
        "MULTICLASS",
        [
            attribute("region", "STRING", categorical=True),
            prediction("p", is_positive_predicted_attribute=True, attribute_link="y"),
            ground_truth("y", "INTEGER", attribute_link="p"),
        ],
        rows,
    )


@pytest.mark.parametrize(
    ("function", "full"),
    [
        ("auc", None),
        ("recall", 0.5),
        ("precision", 1.0),
        ("falsePositiveRate", None),
        ("specificity", None),
        ("balancedAccuracyRate", None),
        ("accuracyRate", 0.5),
        ("f1", pytest.approx(2 / 3)),
    ],
)
def test_one_class_only_and_groups_without_ground_truth(function, full, one_class, store):
    rows = ask(
        store,
        one_class,
        {
            "select": [{"function": function, "alias": "v"}, {"property": "region"}],
            "group_by": [{"property": "region"}],
        },
    )
    assert rows == [{"region": "empty", "v": None}, {"region": "full", "v": full}]


NOTHING = [{"property": "region", "comparator": "eq", "value": "nowhere"}]


def test_no_rows_at_all(one_class, store):
    names = ["auc", "accuracyRate", "f1", "recall", "confusionMatrix", "confusionMatrixRate"]
    body = {"select": [{"function": name} for name in names], "filter": NOTHING}
    (row,) = ask(store, one_class, body)
    matrix, rates = row.pop("confusionMatrix"), row.pop("confusionMatrixRate")
    assert set(row.values()) == {None}
    assert set(matrix.values()) == {0}
    assert len(rates) == 8
    assert set(rates.values()) == {None}
    assert ask(store, one_class, {**body, "group_by": [{"property": "region"}]}) == []


def test_overflow_is_null(store):
    example = loaded(
        store,
        "REGRESSION",
        [
            attribute("big"),
            attribute("count", "INTEGER"),
            prediction("pred", attribute_link="y"),
            ground_truth("y", attribute_link="pred"),
        ],
        [
            (models.START, {"big": 1.7e308, "count": 2**62, "pred": 1e308}, {"y": -1e308})
            for _ in range(4)
        ],
    )
    assert value(store, example, "sum", property="big") is None
    assert value(store, example, "sum", property="count") == 2.0**64
    assert value(store, example, "rmse") is None
    assert math.isclose(value(store, example, "max", property="big"), 1.7e308)
    item = {"function": "multiply", "alias": "v", "parameters": {"left": "big", "right": "big"}}
    assert ask(store, example, {"select": [item], "limit": 1}) == [{"v": None}]


def test_perplexity_is_that_of_all_tokens_together(store):
    rows = [[0.5, 0.25], [0.1, 0.9, 0.7], [], None]
    example = loaded(
        store,
        "TOKEN_SEQUENCE",
        [attribute("q", "UNSTRUCTURED_TEXT"), prediction("p", "TOKEN_LIKELIHOODS")],
        [
            (models.START, {"q": "x", "p": None if row is None else [{"t": v} for v in row]})
            for row in rows
        ],
        input_type="NLP",
    )
    tokens = [number for row in rows for number in row or ()]
    expected = math.exp(-statistics.fmean(map(math.log, tokens)))
    assert value(store, example, "perplexity", property="p") == pytest.approx(expected)
    empty = [{"property": "q", "comparator": "eq", "value": "y"}]
    item = {"function": "perplexity", "parameters": {"property": "p"}}
    (row,) = ask(store, example, {"select": [item], "filter": empty})
    assert row == {"perplexity": None}


# -- large totals and the ends of quantiles -------------------------------------------------------


@pytest.mark.parametrize("step", [1_767_225_600_000_000_000, -1_767_225_600_000_000_000, 2**62])
def test_sum_of_large_whole_numbers_is_never_null(store, step):
    values = [step + n for n in range(6)]
    example = loaded(
        store,
        "REGRESSION",
        [
            attribute("c", "INTEGER"),
            prediction("p", attribute_link="y"),
            ground_truth("y", attribute_link="p"),
        ],
        [(models.START, {"c": number, "p": 1.0}) for number in values],
    )
    for count in (5, 6):
        chosen = [{"property": "c", "comparator": "in", "value": values[:count]}]
        (row,) = ask(store, example, {"select": [{"function": "sum", "parameters": {"property": "c"}}], "filter": chosen})  # fmt: skip
        expected = sum(values[:count])
        if -(2**63) <= expected < 2**64:
            assert row["sum"] == expected
            assert isinstance(row["sum"], int)
        else:
            assert row["sum"] == float(expected)
        inner = {"select": [{"function": "sum", "alias": "s", "parameters": {"property": "c"}}]}
        twice = {"function": "sum", "alias": "total", "parameters": {"property": "s"}}
        (row,) = ask(store, example, {"select": [twice], "subquery": {**inner, "filter": chosen}})
        assert row["total"] == pytest.approx(expected, rel=1e-15)


def test_quantiles_at_the_ends_are_the_extremes(store):
    example = models.EXAMPLES["loans"]
    for level, income, region in ((0, 31000.0, "east"), (1, 78000.0, "south")):
        assert value(store, example, "quantile", property="income", level=level) == income
        assert value(store, example, "quantile", property="region", level=level) == region
