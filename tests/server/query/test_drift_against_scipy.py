"""Drift on random data against numpy and scipy."""

from __future__ import annotations

import math
import random
from collections import Counter

import numpy as np
import pytest
from builders import attribute, ground_truth, prediction
from scipy import special, stats
from scipy.spatial import distance

from arthurai.server.query import run_drift
from arthurai.server.query.drift.statistics import (
    chi_square_log10_p,
    digamma,
    kolmogorov_log10_p,
)

from . import query_models as models

METRICS = ("PSI", "KLDivergence", "JSDivergence", "HellingerDistance", "HypothesisTest")


def made_row(rng, shift):
    values = {
        "age": rng.gauss(40 + shift, 10),
        "tied": rng.choice([0.0, 0.0, 0.0, 1.0, 2.0 + shift]),
        "kind": rng.choices("abcde", [5, 3, 2, 1, shift])[0],
        "member": rng.random() < 0.5 + shift / 20,
        "region": rng.choice(["north", "south"]),
        "cat": rng.random(),
        "dog": rng.random() + shift / 5,
        "owl": rng.random(),
    }
    return {k: None if rng.random() < 0.08 and k != "region" else v for k, v in values.items()}


@pytest.fixture(scope="module")
def world(store):
    rng = random.Random(17)
    reference = [made_row(rng, 0) for _ in range(300)]
    rows = [(f"2024-03-0{rng.randrange(1, 5)}T12:00:00Z", made_row(rng, 2)) for _ in range(400)]
    example = models.Example(
        "MULTICLASS",
        [
            attribute("age"),
            attribute("tied"),
            attribute("kind", "STRING", categorical=True),
            attribute("member", "BOOLEAN"),
            attribute("region", "STRING", categorical=True),
            *(prediction(n, attribute_link=f"gt_{n}") for n in ("cat", "dog", "owl")),
            *(ground_truth(f"gt_{n}", "INTEGER") for n in ("cat", "dog", "owl")),
        ],
        rows,
        reference,
    )
    example.load(store)
    return example, reference, [(when[:10], row) for when, row in rows]


def binned(values, others, bins):
    """Counts of both sides, a bin for each frequent value, from the sorted base values."""
    left, room, own = sorted(values), bins, []
    while room > 1 and left:
        value, rows = min(Counter(left).items(), key=lambda item: (-item[1], item[0]))
        if rows < 2 or rows <= len(left) / room:
            break
        own.append(value)
        left = [x for x in left if x != value]
        room -= 1
    if len(set(values)) <= bins:
        borders = set(left)
    else:
        borders = set(np.quantile(left, [i / room for i in range(1, room)])) if left else set()
    borders = sorted(b for b in borders if b > min(values))

    def place(x):
        if x in own:
            return ("own", x)
        return (sum(b <= x for b in borders), sum(v < x for v in own))

    return [Counter(map(place, side)) for side in (values, others)]


def ask(store, example, **body):
    request = {"base": {"source": "reference"}, "target": {"source": "inference"}, **body}
    return run_drift(request, example.schema, store)["query_result"]


def winner(row):
    scores = {n: row[n] for n in ("cat", "dog", "owl") if row[n] is not None}
    return max(scores, key=scores.get) if scores else None


def expected(name, metric, base, target, bins):
    if name in {"kind", "member", "predictedClass"}:
        return categorical(name, metric, base, target)
    sides = [[row[name] for row in rows] for rows in (base, target)]
    if metric == "HypothesisTest":
        p, q = (np.array([-np.inf if x is None else x for x in side]) for side in sides)
        statistic = stats.ks_2samp(p, q).statistic
        scaled = statistic * math.sqrt(len(p) * len(q) / (len(p) + len(q)))
        return min(300.0, -math.log10(special.kolmogorov(scaled)))
    if not base or not target:
        return None
    p, q = binned(*([x for x in side if x is not None] for side in sides), bins)
    p["missing"], q["missing"] = (side.count(None) for side in sides)
    return measured(metric, [(p[place], q[place]) for place in {**p, **q}])


def categorical(name, metric, base, target):
    if name == "predictedClass":
        sides = [[w for row in rows if (w := winner(row))] for rows in (base, target)]
    else:
        sides = [[row[name] for row in rows] for rows in (base, target)]
    p, q = map(Counter, sides)
    if not p or not q:
        return None
    counts = [(p[label], q[label]) for label in {**p, **q}]
    if metric != "HypothesisTest":
        return measured(metric, counts)
    if len(counts) == 1:
        return 0.0
    return -math.log10(stats.chi2_contingency(np.array(counts).T, correction=False).pvalue)


def measured(metric, counts):
    counts = [(a, b) for a, b in counts if a or b]
    p, q = (np.array(side, dtype=float) for side in zip(*counts, strict=True))
    if metric == "JSDivergence":
        return distance.jensenshannon(p / p.sum(), q / q.sum()) ** 2
    if metric == "HellingerDistance":
        return math.sqrt(max(0.0, 1 - np.sqrt(p / p.sum() * q / q.sum()).sum()))
    shares = [np.where(side == 0, 0.5, side) / side.sum() for side in (p, q)]
    divergence = special.rel_entr(*shares).sum()
    if metric == "KLDivergence":
        assert divergence > 0 or np.array_equal(*shares)
        return max(0.0, divergence)
    return divergence + special.rel_entr(*reversed(shares)).sum()


def close(value):
    return None if value is None else pytest.approx(value, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("bins", [1, 5, 20])
def test_whole(metric, bins, world, store):
    example, base, target = world
    names = ["age", "tied", "kind", "member"]
    (row,) = ask(
        store, example, properties=names, predicted_classes=["*"], metric=metric, num_bins=bins
    )
    rows = [row for _, row in target]
    assert row == {
        name: close(expected(name, metric, base, rows, bins)) for name in [*names, "predictedClass"]
    }


@pytest.mark.parametrize("metric", METRICS)
def test_by_group_and_day(metric, world, store):
    example, base, target = world
    names = ["age", "tied", "kind"]
    rows = ask(
        store,
        example,
        properties=names,
        metric=metric,
        num_bins=7,
        rollup="day",
        group_by=[{"property": "region"}],
    )
    assert len(rows) == 8
    for row in rows:
        here = [r for r in base if r["region"] == row["region"]]
        there = [r for d, r in target if d == row["rollup"][:10] and r["region"] == row["region"]]
        for name in names:
            assert row[name] == close(expected(name, metric, here, there, 7))


def test_many_bins_whole_and_by_group(world, store):
    example, base, target = world
    names = ["age", "tied", "cat"]
    (row,) = ask(store, example, properties=names, metric="PSI", num_bins=900)
    rows = [row for _, row in target]
    assert row == {name: close(expected(name, "PSI", base, rows, 900)) for name in names}
    for row in ask(
        store,
        example,
        properties=names,
        metric="HellingerDistance",
        num_bins=300,
        group_by=[{"property": "member"}],
    ):
        here, there = ([r for r in side if r["member"] == row["member"]] for side in (base, rows))
        for name in names:
            assert row[name] == close(expected(name, "HellingerDistance", here, there, 300))


def test_subset_of_classes(world, store):
    example, base, target = world
    (row,) = ask(store, example, predicted_classes=["cat", "dog"], metric="PSI")
    kept = [[w for r in rows if (w := winner(r)) in {"cat", "dog"}] for rows in (
        base, [r for _, r in target])]  # fmt: skip
    p, q = map(Counter, kept)
    assert row["predictedClass"] == close(measured("PSI", [(p[c], q[c]) for c in ("cat", "dog")]))


@pytest.mark.parametrize("x", [1e-3, 0.1, 0.5, 1, 1.5, 3.7, 9.99, 10, 123.4, 5001, 1e8])
def test_digamma(x):
    assert digamma(x) == pytest.approx(special.digamma(x), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("degrees", [1, 2, 5, 19, 200])
@pytest.mark.parametrize("x", [0, 1e-6, 0.5, 1, 5, 20, 100, 700, 1300])
def test_chi_square(degrees, x):
    expected_value = stats.chi2.logsf(x, degrees) / math.log(10)
    if math.isfinite(expected_value):
        assert chi_square_log10_p(x, degrees) == pytest.approx(expected_value, rel=1e-9, abs=1e-12)
    else:
        assert chi_square_log10_p(x, degrees) < -250


@pytest.mark.parametrize("d", [0, 0.001, 0.02, 0.05, 0.2, 0.5])
def test_kolmogorov(d):
    scaled = d * math.sqrt(400 * 900 / 1300)
    expected_value = math.log10(special.kolmogorov(scaled))
    assert kolmogorov_log10_p(d, 400, 900) == pytest.approx(expected_value, rel=1e-9, abs=1e-9)
    assert kolmogorov_log10_p(1.0, 10**6, 10**6) < -300
