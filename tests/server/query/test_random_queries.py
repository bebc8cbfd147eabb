"""Compiled queries against the slow interpreter, on random models and random queries."""

from __future__ import annotations

import datetime as dt
import json
import math
import random

import pytest

from arthurai.server.query import run_query

from . import random_queries
from . import reference_interpreter as reference

KINDS = ("binary", "multiclass", "regression")


def compare(count, seed, store):
    rng = random.Random(seed)
    worlds = [random_queries.World(kind, rng, store) for kind in KINDS]
    rows = 0
    for number in range(count):
        if number % 200 == 199:
            worlds = [random_queries.World(kind, rng, store) for kind in KINDS]
        world = rng.choice(worlds)
        query = random_queries.Writer(world, rng).query()
        expected = reference.run(query, world.sources, world.model)
        found = run_query(query, world.schema, store)["query_result"]
        assert same(found, expected, ordered=bool(query.get("order_by"))), explain(
            query, found, expected
        )
        rows += len(expected)
    assert rows > count  # the queries are not all empty


def explain(query, found, expected):
    shown = json.dumps(query, indent=1)
    return f"{shown}\n\nserver:      {found[:8]}\n\ninterpreter: {expected[:8]}"


def same(found, expected, *, ordered):
    expected = [plain(row) for row in expected]
    if len(found) != len(expected):
        return False
    if ordered:
        return equal(found, expected)
    for row in found:
        twin = next((i for i, other in enumerate(expected) if equal(row, other)), None)
        if twin is None:
            return False
        del expected[twin]
    return True


def plain(value):
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dt.datetime):
        return f"{value.isoformat()}Z"
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def equal(one, other):
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if one is None or other is None or isinstance(one, str) or isinstance(other, str):
        return one == other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)


def test_a_hundred_random_queries(store):
    compare(100, 20240301, store)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_thousands_of_random_queries(seed, store):
    compare(300, seed, store)
