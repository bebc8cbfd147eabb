"""What must hold for the drift of any column: no change is 0, and any change is seen."""

from __future__ import annotations

import math

import numpy as np
import pytest
from builders import attribute, ground_truth, prediction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis_profiles import examples

from arthurai.server.query import run_drift
from arthurai.server.query.drift.drift_bins import find_bins
from arthurai.server.query.drift.histogram import count_side, pair_counts
from arthurai.server.query.drift.measures import MEASURES, chi_square_test, thresholds
from arthurai.server.query.drift.side_query import MeasuredColumn, SideQuery
from arthurai.server.query.sql import Binder

from . import query_models as models

NUMBER = MeasuredColumn("x", "", categorical=False, counts_missing=True, is_output=False)


def paired(store, base, target, bins=20):
    """Rows of both sides in each bin of a column of numbers."""
    binder = Binder()

    def side(values):
        values = [None if value is None else float(value) for value in values]
        sql = f"SELECT NULL AS u, unnest({binder.bind(values, 'DOUBLE[]')}) AS x0"
        return SideQuery(sql, ("u",), ())

    sides = side(base), side(target)
    edges = find_bins(sides[0], [NUMBER], bins, store, binder)
    counts = [
        count_side(rows, sides[0], [NUMBER], edges, store, binder).counts[0, (), None]
        for rows in sides
    ]
    return pair_counts(*counts, NUMBER)


def drift(store, base, target, metric="PSI", bins=20):
    return MEASURES[metric](list(paired(store, base, target, bins).values()))


def mostly(share, rest):
    """A sampler of columns in which one value, 0, fills a share of the rows."""

    def draw(rng, n):
        values = rest(rng, n)
        values[: round(share * n)] = 0
        rng.shuffle(values)
        return values.tolist()

    return draw


def amounts(rng, n):
    return rng.lognormal(3, 1, n)


SAMPLERS = {
    "90 % zeros": mostly(0.90, amounts),
    "95 % zeros": mostly(0.95, amounts),
    "99 % zeros": mostly(0.99, amounts),
    "100 % zeros": mostly(1.0, amounts),
    "zeros in the middle": mostly(0.5, lambda rng, n: rng.normal(0, 1, n)),
    "normal": lambda rng, n: rng.normal(0, 1, n).tolist(),
    "heavy tail": lambda rng, n: rng.pareto(0.7, n).tolist(),
    "few values": lambda rng, n: rng.choice([1, 2, 5, 9], n, p=[0.9, 0.06, 0.03, 0.01]).tolist(),
    "integers": lambda rng, n: rng.poisson(30, n).tolist(),
    "counts": lambda rng, n: rng.poisson(0.05, n).tolist(),
    "booleans": lambda rng, n: (rng.random(n) < 0.97).astype(float).tolist(),
    "some missing": lambda rng, n: [x if x < 1 else None for x in rng.normal(0, 1, n)],
    "all missing": lambda rng, n: [None] * n,
}


@pytest.mark.parametrize("metric", MEASURES)
@pytest.mark.parametrize("name", SAMPLERS)
def test_a_sample_has_no_drift_from_itself(name, metric, store):
    values = SAMPLERS[name](np.random.default_rng(1), 500)
    assert drift(store, values, values[::-1], metric) == 0


@pytest.mark.parametrize("name", SAMPLERS)
def test_drift_of_equal_populations_vanishes_as_samples_grow(name, store):
    rng = np.random.default_rng(2)
    for n in (200, 5000):
        base, target = SAMPLERS[name](rng, n), SAMPLERS[name](rng, n)
        bins = paired(store, base, target)
        # The mean of PSI is about (bins - 1) (1/n + 1/m) when nothing changes.
        assert drift(store, base, target) <= 3 * len(bins) * (2 / n)
        assert drift(store, base, target, "JSDivergence") <= len(bins) * (2 / n)
        assert drift(store, base, target, "HellingerDistance") ** 2 <= len(bins) * (2 / n)


@pytest.mark.parametrize("metric", MEASURES)
@pytest.mark.parametrize("name", [name for name in SAMPLERS if "missing" not in name])
def test_a_frequent_value_that_changes_its_share_is_seen(name, metric, store):
    rng = np.random.default_rng(3)
    base = SAMPLERS[name](rng, 1000)
    target = SAMPLERS[name](rng, 1000)
    for moved in (0.02, 0.3, 1.0):
        changed = [77.7 + x if rng.random() < moved else x for x in target]
        assert drift(store, base, changed, metric) > drift(store, base, target, metric)


@pytest.mark.parametrize("bins", [2, 5, 20])
@pytest.mark.parametrize("share", [0.03, 0.05, 0.3, 0.45])
def test_drift_of_a_rare_number_is_at_least_that_of_its_share(share, bins, store):
    """Cutting a bin into more of them never lessens an f-divergence (data processing)."""
    rng = np.random.default_rng(4)
    base = mostly(1 - share, amounts)(rng, 2000)
    target = mostly(0.1, amounts)(rng, 2000)
    zeros = [(base.count(0), target.count(0)), (2000 - base.count(0), 2000 - target.count(0))]
    for metric, measure in MEASURES.items():
        assert drift(store, base, target, metric, bins) >= measure(zeros) - 1e-12
        assert measure(zeros) > 0.05


def test_change_within_the_rare_part_is_seen(store):
    rng = np.random.default_rng(5)
    base = mostly(0.96, amounts)(rng, 2000)
    target = [x * 100 for x in mostly(0.96, amounts)(rng, 2000)]
    assert drift(store, base, target) > 0.1


@pytest.mark.parametrize(
    ("zeros", "largest"), [(1, 100), (99, 100), (100, 100), (101, 101), (300, 300)]
)
def test_a_value_has_a_bin_of_its_own_from_one_row_too_many_on(zeros, largest, store):
    values = [0.0] * zeros + [float(value) for value in range(1, 1001 - zeros)]
    counts = [rows for rows, _ in paired(store, values, values, bins=10).values()]
    assert (len(counts), sum(counts), max(counts)) == (10, 1000, largest)
    others = sorted(counts)[:-1]
    assert others[-1] - others[0] <= 1


def test_as_many_values_as_bins_have_a_bin_each(store):
    values = [float(value) for value in range(20)] * 50
    counts = paired(store, values, values).values()
    assert list(counts) == [(50, 50)] * 20


def test_each_frequent_value_has_a_bin_of_its_own(store):
    base = [0.0] * 60 + [7.0] * 30 + [x / 10 for x in range(71, 81)]
    target = [0.0, 5e-324, -5e-324, 7.0, math.nextafter(7, 8), math.nextafter(7, 0), 100.0, None]
    pairs = list(paired(store, base, target, 5).values())
    assert (60, 1) in pairs
    assert (30, 1) in pairs
    assert sum(p for p, _ in pairs) == 100
    assert sum(q for _, q in pairs) == 8
    assert len([p for p, _ in pairs if p]) == 5


values = st.sampled_from([None, -3, 0, 1, 2, 2.5, 1e9])


@examples(60)
@given(
    base=st.lists(values, min_size=2, max_size=60),
    pair=st.tuples(values, values),
    data=st.data(),
)
def test_any_row_that_moves_between_values_is_seen(base, pair, data, store):
    here, there = pair
    base = [here, there, *base]
    target = [*base]
    target[0] = there
    moved = data.draw(st.integers(0, base.count(here) - 1))
    for index, value in enumerate(target):
        if moved and value == here and type(value) is type(here):
            target[index], moved = there, moved - 1
    changed = sorted(map(str, base)) != sorted(map(str, target))
    for metric in MEASURES:
        assert (drift(store, base, target, metric) > 0) is changed


pairs_of_counts = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1).filter(
    lambda counts: all(sum(side) for side in zip(*counts, strict=True))
)


@examples(200)
@given(counts=pairs_of_counts)
def test_measures_are_symmetric_where_they_should_be(counts):
    turned = [(q, p) for p, q in counts]
    for measure in (MEASURES["PSI"], MEASURES["JSDivergence"], MEASURES["HellingerDistance"]):
        assert measure(counts) == pytest.approx(measure(turned), rel=1e-9, abs=1e-12)
    assert chi_square_test(counts) == pytest.approx(chi_square_test(turned), rel=1e-7, abs=1e-9)


@examples(200)
@given(counts=pairs_of_counts, data=st.data())
def test_measures_do_not_depend_on_the_order_of_bins(counts, data):
    others = data.draw(st.permutations(counts))
    for measure in (*MEASURES.values(), chi_square_test):
        assert measure(others) == measure(counts)
    assert thresholds([q for _, q in others]) == thresholds([q for _, q in counts])


@examples(200)
@given(counts=pairs_of_counts)
def test_measures_are_zero_for_equal_shares_only(counts):
    base, target = (sum(side) for side in zip(*counts, strict=True))
    same = all(p * target == q * base for p, q in counts)
    for measure in MEASURES.values():
        if same:
            assert measure(counts) == pytest.approx(0, abs=1e-7)
        else:
            assert measure(counts) > 0


@pytest.fixture(scope="module")
def missing_rows(store):
    """A number and a category that lose 90 % of their values, and a prediction nobody sent."""
    example = models.Example(
        "REGRESSION",
        [
            attribute("num"),
            attribute("whole", "INTEGER"),
            attribute("race", "STRING", categorical=True),
            attribute("member", "BOOLEAN"),
            attribute("gone"),
            prediction("pred", attribute_link="actual"),
            ground_truth("actual", attribute_link="pred"),
        ],
    )
    for index in range(200):
        row = {"num": float(index % 2), "whole": index % 2, "race": "ab"[index % 2]}
        row |= {"member": index % 2 == 0, "gone": None}
        example.reference.append({**row, "actual": float(index % 2)})
        kept = index < 20
        live = {name: value if kept else None for name, value in row.items()}
        example.rows.append((models.START, {**live, "pred": 1.0}))
    example.load(store)
    return example


def ask(store, example, **body):
    request = {"base": {"source": "reference"}, "target": {"source": "inference"}, **body}
    (row,) = run_drift(request, example.schema, store)["query_result"]
    return row


@pytest.mark.parametrize("metric", [*MEASURES, "HypothesisTest"])
def test_missing_values_count_alike_for_all_types(metric, missing_rows, store):
    names = ["num", "whole", "race", "member"]
    row = ask(store, missing_rows, properties=names, metric=metric)
    counts = [(100, 10), (100, 10), (0, 180)]
    if metric == "HypothesisTest":
        assert row["race"] == row["member"] == pytest.approx(chi_square_test(counts))
        assert min(row.values()) > 50
    else:
        assert row == dict.fromkeys(names, pytest.approx(MEASURES[metric](counts)))
    row = ask(store, missing_rows, properties=names, metric=metric, missing_values="ignore")
    assert row == dict.fromkeys(names, pytest.approx(0, abs=1e-9))


def test_what_never_came_has_no_drift(missing_rows, store):
    row = ask(store, missing_rows, properties=["gone", "pred", "actual"], metric="PSI")
    # "gone" is missing on both sides; the reference holds no predictions, and no truth has come.
    assert row == {"gone": 0.0, "pred": None, "actual": None}
    for metric in ("HypothesisTest", "JSDivergence"):
        assert ask(store, missing_rows, properties=["pred"], metric=metric) == {"pred": None}
