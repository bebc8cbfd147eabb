"""Damaged and hostile requests: an answer or a refusal, never a fault, never a changed statement."""

from __future__ import annotations

import random
import time

import orjson
import pytest

from arthurai.server.query import (
    QueryError,
    run_distributions,
    run_drift,
    run_psi_table,
    run_query,
)
from arthurai.server.storage.warehouse.data_store import DataStore

from . import query_fuzz as fuzz
from . import query_models as models
from . import random_queries


def base_body(world, rng):
    return random_queries.Writer(world, rng).query()


OTHER_KINDS = ("shop", "photos", "chat", "tags")
ENDPOINTS = {
    run_query: base_body,
    run_drift: lambda world, rng: fuzz.drift(rng),
    run_psi_table: lambda world, rng: fuzz.table(rng),
    run_distributions: lambda world, rng: fuzz.distributions(rng),
}


def attack(count, seed):
    rng = random.Random(seed)
    with DataStore() as store:
        worlds = [
            random_queries.World(kind, rng, store)
            for kind in ("binary", "multiclass", "regression")
        ]
        for name in OTHER_KINDS:
            models.EXAMPLES[name].load(store)
        before = contents(store)
        answered = 0
        for _ in range(count):
            if rng.random() < 0.25:
                name = rng.choice(OTHER_KINDS)
                body = fuzz.damaged(fuzz.of_kind(name, rng), rng)
                answered += outcome(run_query, body, models.EXAMPLES[name].schema, store)
                continue
            world = rng.choice(worlds)
            run = rng.choice(list(ENDPOINTS))
            body = fuzz.damaged(ENDPOINTS[run](world, rng), rng)
            answered += outcome(run, body, world.schema, store)
        assert contents(store) == before
    assert 0.05 * count < answered < count  # some damage is harmless, some is not


def outcome(run, body, schema, store):
    """Whether a request was answered; anything but an answer or a refusal is a failure."""
    try:
        found = run(body, schema, store)
    except QueryError as error:
        refusal = error
    except Exception as error:
        raise AssertionError(f"{run.__name__} failed on {body!r}") from error
    else:
        assert orjson.dumps(found)
        return True
    assert refusal.message
    assert str(refusal).encode()
    return False


def contents(store):
    tables = store.fetch(
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_catalog = current_database() ORDER BY 1"
    )[1]
    counts = [store.fetch(f'SELECT count(*) FROM "{name}"')[1] for (name,) in tables]
    return tables, counts


def test_damaged_requests(store):
    attack(400, 1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 12))
def test_many_damaged_requests(seed):
    attack(2500, seed)


@pytest.mark.heavy
@pytest.mark.parametrize("text", fuzz.ATTACKS)
def test_names_and_values_never_reach_the_statement(text, ask, store):
    before = contents(store)
    bodies = [
        {"select": [{"property": text}]},
        {"select": [{"function": text}]},
        {"select": [{"function": "count", "alias": text}]},
        {"select": [{"function": "avg", "parameters": {"property": text}}]},
        {"select": [{"function": "count"}], "filter": [
            {"property": "region", "comparator": "eq", "value": text}
        ]},
        {"select": [{"function": "count"}], "filter": [
            {"property": "region", "comparator": "in", "value": [text] * 100}
        ]},
        {"select": [{"function": "count"}], "group_by": [{"property": text}]},
        {"select": [{"function": "roundTimestamp", "parameters": {
            "property": "inference_timestamp", "time_interval": text}}]},
        {"select": [{"function": "dateDiff", "parameters": {"unit": text,
            "start_date": "inference_timestamp", "end_date": "inference_timestamp"}}]},
        {"select": [{"property": "region"}], "order_by": [{"property": "region", "direction": text}]},
        {"select": [{"property": "region"}], "limit": text},
        {"select": [{"function": "if", "parameters": {"property": "region", "comparator": "eq",
            "value": text, "then": text, "else": text}}]},
        {"select": [{"property": text}], "subquery": {"select": [
            {"function": "count", "alias": text}]}},
    ]  # fmt: skip
    for body in bodies:
        try:
            rows = ask("loans", body)
        except QueryError:
            continue
        for row in rows:
            assert set(row) <= {text, "count", "region", "if", "avg"} or text == "*"
    assert contents(store) == before
    (row,) = ask("loans", {"select": [{"function": "count", "alias": text or "n"}]})
    assert row == {text or "n": 6}


def deep(depth):
    value = []
    for _ in range(depth):
        value = [value] if depth % 2 else {"a": value}
    return value


@pytest.mark.parametrize("depth", [150, 151, 1000, 1001])
def test_deep_values(depth, store):
    schema = models.LOANS.schema
    item = {"function": "if", "parameters": {"property": "income", "comparator": "in"}}
    for place in ("value", "then", "property"):
        body = {"select": [{**item, "parameters": {**item["parameters"], place: deep(depth)}}]}
        assert not outcome(run_query, body, schema, store)
    condition = [{"property": "income", "comparator": "eq", "value": deep(depth)}]
    for run, body in (
        (run_query, {"select": [{"property": "income"}], "filter": condition}),
        (run_drift, {"metric": deep(depth)}),
        (run_drift, {"metric": "PSI", "properties": ["income"], "target": deep(depth)}),
        (run_psi_table, {"property": deep(depth)}),
        (run_distributions, {"x": deep(depth), "y": deep(depth)}),
    ):
        assert not outcome(run, body, schema, store)


def nested(depth):
    node = {"function": "abs", "parameters": {"property": "income"}}
    for _ in range(depth):
        node = {"function": "abs", "parameters": {"property": {"nested_function": node}}}
    return {"select": [node]}


def inner(depth):
    query = {"select": [{"property": "income"}]}
    for _ in range(depth):
        query = {"select": [{"property": "income"}], "subquery": query}
    return query


def doubling(steps):
    select = [{"property": "income", "alias": "o0"}]
    for step in range(1, steps):
        operand = {"alias_ref": f"o{step - 1}"}
        select.append(
            {
                "function": "add",
                "alias": f"o{step}",
                "parameters": {"left": operand, "right": operand},
            }
        )
    return {"select": select}


def chain(steps):
    select = [{"function": "abs", "alias": "o0", "parameters": {"property": "income"}}]
    for step in range(1, steps):
        reference = {"alias_ref": f"o{step - 1}"}
        select.append(
            {"function": "abs", "alias": f"o{step}", "parameters": {"property": reference}}
        )
    return {"select": list(reversed(select))}


@pytest.mark.parametrize(
    "body",
    [
        nested(1000),
        inner(500),
        doubling(60),
        chain(1500),
        {"select": [{"property": "income"}] * 100_000},
        {"select": [{"function": "binContinuous", "parameters": {
            "property": {"nested_function": nested(20)["select"][0]},
            "bin_thresholds": list(range(2000))}}]},
    ],
)  # fmt: skip
def test_bombs_are_refused_at_once(body, ask):
    begun = time.process_time()
    with pytest.raises(QueryError):
        ask("loans", body)
    assert time.process_time() - begun < 30  # generous: it must end, not be fast
