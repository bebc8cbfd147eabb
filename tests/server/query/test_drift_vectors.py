"""Drift on small samples with published or hand-made answers."""

import uuid

import pytest
from builders import attribute, ground_truth, prediction

from arthurai.server.query import QueryError, run_drift, run_psi_table
from arthurai.server.query.drift.measures import MEASURES, chi_square_test, thresholds

from . import query_models as models

CATEGORIES = list(zip((50, 30, 20), (40, 30, 30), strict=True))


@pytest.fixture(scope="module")
def samples(store):
    """A model whose reference set and inferences hold the worked examples."""
    example = models.Example(
        "REGRESSION",
        [
            attribute("amount"),
            attribute("kind", "STRING", categorical=True),
            attribute("flag", "BOOLEAN"),
            attribute("score"),
            attribute("note", "UNSTRUCTURED_TEXT"),
            prediction("pred", attribute_link="actual"),
            ground_truth("actual", attribute_link="pred"),
        ],
    )
    example.id = str(uuid.uuid4())
    base = [1, 2, 3, 4, 5, 6, 7, 8]
    target = [1, 2, 3, 3, 7, 8, 9, 20]
    kinds = ["a"] * 50 + ["b"] * 30 + ["c"] * 20
    other = ["a"] * 40 + ["b"] * 30 + ["c"] * 30
    for index in range(100):
        row = {"kind": kinds[index], "score": float(index), "flag": index % 2 == 0, "pred": 1.0}
        if index < 8:
            row["amount"] = float(base[index])
        example.reference.append(row)
        row = {"kind": other[index], "score": float(index + 20), "flag": True, "pred": 1.0}
        if index < 8:
            row["amount"] = float(target[index])
        day = 1 + index // 50
        example.rows.append((f"2024-03-0{day}T00:00:00Z", row))
    example.load(store)
    return example


def ask(store, example, **body):
    request = {"base": {"source": "reference"}, "target": {"source": "inference"}, **body}
    return run_drift(request, example.schema, store)["query_result"]


KNOWN = {
    "KLDivergence": 0.03047875403547201,
    "PSI": 0.06286086594223739,
    "JSDivergence": 0.007817400170852196,
    "HellingerDistance": 0.08852926195176554,
    "HypothesisTest": 0.6755691940717249,
}


@pytest.mark.parametrize("metric", KNOWN)
def test_v16_categories(metric, samples, store):
    (row,) = ask(store, samples, properties=["kind"], metric=metric)
    assert row == {"kind": pytest.approx(KNOWN[metric], rel=1e-9)}


def test_v17_kolmogorov_smirnov(samples, store):
    (row,) = ask(store, samples, properties=["score"], metric="HypothesisTest")
    assert row["score"] == pytest.approx(1.4361506003547402, rel=1e-9)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("PSI", 0.43321698784996576),
        ("KLDivergence", 0.17328679513998632),
        ("JSDivergence", 0.10788077716941769),
        ("HellingerDistance", 0.38268343236508984),
    ],
)
def test_v18_quantile_bins(metric, expected, samples, store):
    (row,) = ask(
        store, samples, properties=["amount"], num_bins=4, metric=metric, missing_values="ignore"
    )
    assert row["amount"] == pytest.approx(expected, rel=1e-9)


def test_v18_bucket_table(samples, store):
    body = {
        "property": "amount",
        "num_bins": 4,
        "missing_values": "ignore",
        "base": {"source": "reference"},
        "target": {"source": "inference"},
    }
    rows = run_psi_table(body, samples.schema, store)["query_result"]
    assert [row["bucket"] for row in rows] == ["bucket_1", "bucket_2", "bucket_3", "bucket_4"]
    assert sum(row["psi"] for row in rows) == pytest.approx(0.43321698784996576)
    assert rows[2] == pytest.approx(
        {
            "bucket": "bucket_3",
            "base_bucket_min": 4.5,
            "base_bucket_max": 6.25,
            "target_bucket_min": 4.5,
            "target_bucket_max": 6.25,
            "base_count_per_bucket": 2,
            "base_total": 8,
            "base_probability_per_bucket": 0.25,
            "base_ln_probability_per_bucket": -1.3862943611198906,
            "target_count_per_bucket": 0,
            "target_total": 8,
            "target_probability_per_bucket": 0.0625,
            "target_ln_probability_per_bucket": -2.772588722239781,
            "probability_difference": 0.1875,
            "ln_probability_difference": 1.3862943611198904,
            "psi": 0.25993019270997947,
        }
    )
    assert rows[0]["base_bucket_min"] == 1
    assert rows[3]["target_bucket_max"] == 8
    *same, missing = run_psi_table({**body, "missing_values": "bin"}, samples.schema, store)[
        "query_result"
    ]
    assert [row["target_count_per_bucket"] for row in same] == [2, 2, 0, 4]
    assert (missing["bucket"], missing["base_bucket_min"], missing["base_total"]) == (
        None,
        None,
        100,
    )
    assert missing["target_count_per_bucket"] == 92


def test_v19_thresholds(samples, store):
    expected = {
        "KLDivergence": pytest.approx(0.00019991115109441182, rel=1e-9),
        "PSI": pytest.approx(0.0001999377843115633, rel=1e-9),
        "HellingerDistance": pytest.approx(0.009997778530613984, rel=1e-9),
        "JSDivergence": pytest.approx(4.998444607789083e-05, rel=1e-9),
    }
    assert thresholds([50, 30, 20]) == expected
    (row,) = run_drift(
        {"properties": ["kind"], "metric": "Thresholds", "base": {"source": "reference"}},
        samples.schema,
        store,
    )["query_result"]
    assert row == {"kind": expected}


def test_measures_of_counts_match_the_worked_example():
    found = {name: measure(CATEGORIES) for name, measure in MEASURES.items()}
    found["HypothesisTest"] = chi_square_test(CATEGORIES)
    assert found == pytest.approx(KNOWN, rel=1e-9)


def test_rollup_compares_each_day_with_the_whole_base(samples, store):
    rows = ask(store, samples, properties=["kind", "flag"], metric="PSI", rollup="day")
    assert [row["rollup"] for row in rows] == ["2024-03-01T00:00:00Z", "2024-03-02T00:00:00Z"]
    first = MEASURES["PSI"]([(50, 40), (30, 10), (20, 0)])
    assert rows[0]["kind"] == pytest.approx(first)
    assert rows[0]["flag"] == pytest.approx(MEASURES["PSI"]([(50, 50), (50, 0)]))


def test_groups_split_both_sides(samples, store):
    rows = ask(
        store,
        samples,
        properties=["score", "amount"],
        metric="HellingerDistance",
        num_bins=2,
        group_by=[{"property": "kind"}],
    )
    assert [row["kind"] for row in rows] == ["a", "b", "c"]
    # scores of "a": base 0…49 (median 24.5), target 20…59: 5 below, 35 above
    assert rows[0]["score"] == pytest.approx(MEASURES["HellingerDistance"]([(25, 5), (25, 35)]))
    assert rows[1]["amount"] == 0  # all values are missing on both sides
    (row,) = ask(
        store,
        samples,
        properties=["amount"],
        metric="PSI",
        missing_values="ignore",
        base={"source": "reference", "filter": [
            {"property": "kind", "comparator": "eq", "value": "b"}]},
    )  # fmt: skip
    assert row == {"amount": None}


def test_rollup_by_week_and_quarter(samples, store):
    rows = ask(store, samples, properties=["kind"], metric="PSI", rollup="week")
    assert [row["rollup"] for row in rows] == ["2024-02-26T00:00:00Z"]  # a Monday
    assert rows[0]["kind"] == pytest.approx(KNOWN["PSI"], rel=1e-9)
    rows = ask(store, samples, properties=["kind"], metric="PSI", rollup="quarter")
    assert [row["rollup"] for row in rows] == ["2024-01-01T00:00:00Z"]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"metric": "psi"}, "metric"),
        ({"properties": ["nothing"]}, "properties[0]"),
        ({"properties": ["note"]}, "properties[0]"),
        ({"properties": []}, "properties"),
        ({"num_bins": 0}, "num_bins"),
        ({"rollup": "second"}, "rollup"),
        ({"missing_values": "drop"}, "missing_values"),
        ({"target": None}, "target"),
        ({"metric": None}, "metric"),
        ({"base": {"source": "ground_truth"}}, "base.source"),
        ({"properties": ["kind"], "target": {"source": "ground_truth"}}, "properties[0]"),
        ({"predicted_classes": ["*"]}, "predicted_classes"),
        ({"group_by": [{"property": "nothing"}]}, "group_by[0].property"),
        (
            {"base": {"filter": [{"property": "nothing", "comparator": "IsNull"}]}},
            "base.filter[0].property",
        ),
    ],
)
def test_errors_name_the_place(change, path, samples, store):
    with pytest.raises(QueryError) as error:
        ask(store, samples, **{"properties": ["kind"], "metric": "PSI", **change})
    assert error.value.path == path
    assert "None" not in str(error.value)


def test_no_reference_data(store):
    with pytest.raises(QueryError, match="no reference data"):
        ask(store, models.EXAMPLES["loans"], properties=["income"], metric="PSI")


def test_drift_between_two_parts_of_the_inferences(store):
    def side(region):
        return {"filter": [{"property": "region", "comparator": "eq", "value": region}]}

    (row,) = ask(
        store,
        models.EXAMPLES["loans"],
        properties=["gt_default"],
        predicted_classes=["*"],
        ground_truth_classes=["*"],
        metric="JSDivergence",
        num_bins=5,
        base={"source": "inference", **side("north")},
        target={"source": "inference", **side("south")},
    )
    assert row == pytest.approx(
        {
            "gt_default": 0.6931471805599453,  # always 1 in the base, always 0 in the target
            "predictedClass": MEASURES["JSDivergence"]([(1, 2), (1, 1)]),
            "groundTruthClass": 0.6931471805599453,
        }
    )


@pytest.mark.parametrize("base", ["inference", "reference"])
@pytest.mark.parametrize("names", [["gt_cat", "gt_owl"], ["cat", "owl"], ["gt_cat", "owl"], ["*"]])
def test_predicted_classes_of_ground_truth_are_true_classes(names, base, store):
    """Ground truth has no predictions; a published request names its classes in their place."""
    example = models.Example("MULTICLASS", models.PETS.attributes, models.PETS.rows)
    truths = ["cat", "dog", "owl", "owl"]
    example.reference = [
        {"size": 1.0, "cat": 0.4, "dog": 0.3, "owl": 0.3}
        | {f"gt_{name}": int(name == truth) for name in ("cat", "dog", "owl")}
        for truth in truths
    ]
    example.load(store)
    (row,) = ask(
        store,
        example,
        predicted_classes=names,
        metric="PSI",
        base={"source": base},
        target={"source": "ground_truth"},
    )
    # Inferences: 2 cats, 1 dog, 2 owls; reference: 1 cat, 1 dog, 2 owls.
    counts = [(1, 2), (2, 2)] if len(names) == 2 else [(1, 2), (1, 1), (2, 2)]
    if base == "inference":
        counts = [(here, here) for here, _ in counts]
    assert row == {"groundTruthClass": pytest.approx(MEASURES["PSI"](counts), abs=1e-12)}


def test_an_unknown_class_of_ground_truth(store):
    body = {"metric": "PSI", "base": {"source": "inference"}, "target": {"source": "ground_truth"}}
    with pytest.raises(QueryError, match="did you mean 'gt_owl'") as error:
        ask(store, models.EXAMPLES["pets"], predicted_classes=["cat", "gt_cow"], **body)
    assert error.value.path == "predicted_classes[1]"
