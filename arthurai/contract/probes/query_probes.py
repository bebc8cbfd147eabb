"""Probes of queries: numbers are compared with what the rows that were sent say."""

from __future__ import annotations

import math
from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import sample_data as specimens
from arthurai.contract.probes.sending_probes import ask, reference_rows
from arthurai.contract.write_guard import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arthurai.contract.fixtures import World
    from arthurai.contract.probe_context import Bench

_ROWS: Final = [row["inference_data"] for row in specimens.INFERENCES]
_TRUTHS: Final = [truth["ground_truth_data"]["defaulted"] for truth in specimens.TRUTHS]
_THRESHOLD: Final = 0.5


def _near(found: Any, wanted: float | None) -> bool:
    if wanted is None or not isinstance(found, int | float):
        return found is None and wanted is None
    return math.isclose(found, wanted, rel_tol=1e-6, abs_tol=1e-9)


def _rates() -> dict[str, float]:
    """Compute the rates of the classifier by hand."""
    pairs = [
        (row["p_default"] >= _THRESHOLD, truth == 1)
        for row, truth in zip(_ROWS, _TRUTHS, strict=True)
    ]
    count = Counter(pairs)
    tp, fp = count[True, True], count[True, False]
    tn, fn = count[False, False], count[False, True]
    return {
        "accuracyRate": (tp + tn) / len(pairs),
        "truePositiveRate": tp / (tp + fn),
        "falsePositiveRate": fp / (fp + tn),
        "precision": tp / (tp + fp),
        "f1": 2 * tp / (2 * tp + fp + fn),
    }


def aggregates(bench: Bench, world: World) -> None:
    """Aggregates are those of the rows."""
    model = world.need("model")
    incomes = [row["income"] for row in _ROWS]
    mean = sum(incomes) / len(incomes)
    wanted = {
        "count": len(_ROWS),
        "avg": mean,
        "sum": sum(incomes),
        "min": min(incomes),
        "max": max(incomes),
    }
    select = [
        {
            "function": name,
            "alias": name,
            **({"parameters": {"property": "income"}} if name != "count" else {}),
        }
        for name in wanted
    ]
    select += [
        {
            "function": "countIf",
            "alias": "south",
            "parameters": {"property": "region", "comparator": "eq", "value": "south"},
        },
        {
            "function": "rate",
            "alias": "young",
            "parameters": {"property": "age", "comparator": "lt", "value": 40},
        },
    ]
    wanted["south"] = sum(row["region"] == "south" for row in _ROWS)
    wanted["young"] = sum(row["age"] < 40 for row in _ROWS) / len(_ROWS)  # noqa: PLR2004 - as above
    _one_row(bench, model, select, wanted, "aggregate")


def performance(bench: Bench, world: World) -> None:
    """Rates of the classifier are those of predictions and ground truth."""
    wanted = _rates()
    select = [
        {"function": name, "alias": name, "parameters": {"threshold": _THRESHOLD}}
        for name in wanted
    ]
    _one_row(bench, world.need("model"), select, wanted, "performance")


def _one_row(
    bench: Bench, model: str, select: list[dict[str, Any]], wanted: dict[str, float], kind: str
) -> None:
    rows = ask(bench, model, {"select": select})
    if not bench.expect(
        len(rows) == 1, "query", kind, f"one row expected without group_by, got {len(rows)}"
    ):
        return
    for name, value in wanted.items():
        bench.expect(
            _near(rows[0].get(name), value),
            "query",
            kind,
            f"{name}: the rows say {value}, the query {rows[0].get(name)}",
        )


def groups_and_filters(bench: Bench, world: World) -> None:
    """Groups split the rows, filters narrow them."""
    model = world.need("model")
    select = [{"property": "region"}, {"function": "count", "alias": "n"}]
    body: dict[str, Any] = {"select": select, "group_by": [{"property": "region"}]}
    rows = ask(bench, model, body)
    found = {row.get("region"): row.get("n") for row in rows}
    wanted = dict(Counter(row["region"] for row in _ROWS))
    bench.expect(found == wanted, "query", "groups", f"{wanted} expected, got {found}")
    cases: tuple[tuple[str, str, Any, Callable[[dict[str, Any]], bool]], ...] = (
        ("income", "gt", 3000, lambda row: row["income"] > 3000),  # noqa: PLR2004 - the case itself
        ("income", "lte", 3004.0, lambda row: row["income"] <= 3004.0),  # noqa: PLR2004 - as above
        ("region", "eq", "west", lambda row: row["region"] == "west"),
        ("region", "ne", "west", lambda row: row["region"] != "west"),
        ("region", "in", ["west", "north"], lambda row: row["region"] in {"west", "north"}),
        ("age", "lt", 30, lambda row: row["age"] < 30),  # noqa: PLR2004 - as above
        ("age", "gte", 30, lambda row: row["age"] >= 30),  # noqa: PLR2004 - as above
    )
    for name, comparator, value, fits in cases:
        filters = [{"property": name, "comparator": comparator, "value": value}]
        rows = ask(bench, model, {"select": [{"function": "count"}], "filter": filters})
        count = rows[0].get("count") if rows else None
        right = sum(map(fits, _ROWS))
        bench.expect(
            count == right,
            "query",
            "query filter",
            f"{name} {comparator} {value}: {right} rows fit, the query counts {count}",
        )
    both = [
        {"property": "inference_timestamp", "comparator": "gte", "value": "2026-01-03T00:00:00Z"},
        {"property": "inference_timestamp", "comparator": "lt", "value": "2026-01-05T00:00:00Z"},
    ]
    rows = ask(bench, model, {"select": [{"function": "count"}], "filter": both})
    right = sum(
        "2026-01-03" <= row["inference_timestamp"] < "2026-01-05" for row in specimens.INFERENCES
    )
    bench.expect(
        [row.get("count") for row in rows] == [right],
        "query",
        "query filter",
        f"{right} rows lie in two days, the query says {rows}",
    )


def order_and_pages(bench: Bench, world: World) -> None:
    """Rows come in the order asked for, and pages and limits cut it."""
    model = world.need("model")
    names = [row["partner_inference_id"] for row in specimens.INFERENCES]
    by_income = sorted(names, key=lambda name: -_ROWS[names.index(name)]["income"])
    body: dict[str, Any] = {
        "select": [{"property": "partner_inference_id"}, {"property": "income"}],
        "order_by": [{"property": "income", "direction": "desc"}],
    }
    _expect_ids(bench, ask(bench, model, body), by_income, "query order", "income descending")
    body["order_by"] = [{"property": "income"}]
    rising = by_income[::-1]
    _expect_ids(bench, ask(bench, model, body), rising, "query order", "income ascending")
    _expect_ids(
        bench, ask(bench, model, {**body, "limit": 5}), rising[:5], "query limit", "limit 5"
    )
    some = ask(bench, model, {**body, "limit": 5, "offset": 3})
    _expect_ids(bench, some, rising[3:8], "query limit", "limit 5, offset 3")
    for page in (1, 2, 5):
        rows = ask(bench, model, body, query={"page": page, "page_size": 7})
        cut = rising[(page - 1) * 7 : page * 7]
        _expect_ids(bench, rows, cut, "query paging", f"page {page} of 7 rows")


def _expect_ids(
    bench: Bench, rows: Sequence[dict[str, Any]], wanted: list[str], kind: str, what: str
) -> None:
    found = [row.get("partner_inference_id") for row in rows]
    bench.expect(
        found == wanted, "query", kind, f"{what}: {wanted[:4]}… expected, got {found[:4]}…"
    )


def _loaded(bench: Bench, world: World) -> str:
    """Return a model with a reference set that differs from its inferences."""
    import orjson

    known = world.get("loaded_model")
    if known is not None:
        return known
    model = str(world.make_model()["id"])
    part = ("reference_data", ("rows.json", orjson.dumps(reference_rows(14)), "application/json"))
    bench.must("upload_reference_data", {"model_id": model}, files=[part])
    bench.must("send_inferences", {"model_id": model}, json=specimens.INFERENCES)
    world.know("loaded_model", model)
    return model


def _stability(base: Counter[Any], target: Counter[Any]) -> dict[Any, float]:
    """Compute the terms of the population stability index by hand; no bin is empty."""
    p_all, q_all = sum(base.values()), sum(target.values())
    terms = {}
    for name in base:
        p, q = base[name] / p_all, target[name] / q_all
        terms[name] = (p - q) * (math.log(p) - math.log(q))
    return terms


def drift(bench: Bench, world: World) -> None:
    """The stability index is that of the two distributions, and zero between equal ones."""
    model = _loaded(bench, world)
    path = {"model_id": model}
    base = Counter(row["region"] for row in _ROWS[:14])
    terms = _stability(base, Counter(row["region"] for row in _ROWS))
    sides = {"base": {"source": "reference"}, "target": {"source": "inference"}}
    reply = bench.must(
        "query_data_drift", path, json={"properties": ["region"], "metric": "PSI", **sides}
    )
    found = reply.get("query_result", 0, "region")
    total = sum(terms.values())
    bench.expect(
        _near(found, total), "query_data_drift", "drift", f"{total} by hand, got {found}", reply
    )
    equal = {"base": {"source": "inference"}, "target": {"source": "inference"}}
    body = {"properties": ["region", "income"], "metric": "PSI", "num_bins": 5, **equal}
    reply = bench.must("query_data_drift", path, json=body)
    row = reply.get("query_result", 0) or {}
    bench.expect(
        _near(row.get("region"), 0.0) and _near(row.get("income"), 0.0),
        "query_data_drift",
        "drift",
        f"0 expected between equal distributions, got {row}",
        reply,
    )
    reply = bench.must("query_psi_bucket_table", path, json={"property": "region", **sides})
    rows = reply.get("query_result") or []
    shown = {r.get("bucket"): r.get("psi") for r in rows if isinstance(r, dict)}
    bench.expect(
        set(shown) == set(terms) and all(_near(shown[name], terms[name]) for name in terms),
        "query_psi_bucket_table",
        "drift table",
        f"{terms} by hand, got {shown}",
        reply,
    )
    counts = {r.get("bucket"): r.get("base_count_per_bucket") for r in rows}
    bench.expect(
        counts == dict(base),
        "query_psi_bucket_table",
        "drift table",
        f"base counts {dict(base)} expected, got {counts}",
        reply,
    )


def distributions(bench: Bench, world: World) -> None:
    """The cells of a two-dimensional distribution hold all rows."""
    model = world.need("model")
    body = {
        "x": {"property": "income", "num_bins": 3},
        "y": {"property": "age", "num_bins": 2},
        "values": [{"property": "income", "function": "count", "alias": "n"}],
    }
    reply = bench.must("query_distributions", {"model_id": model}, json=body)
    cells = reply.get("query_result") or []
    found = sum(cell.get("n") or 0 for cell in cells if isinstance(cell, dict))
    with bench.inferred():
        bench.expect(
            found == len(_ROWS),
            "query_distributions",
            "distribution",
            f"the cells hold {found} of {len(_ROWS)} rows",
            reply,
        )


def metrics(bench: Bench, world: World) -> None:
    """A metric evaluates to what its query says, narrowed by filters and split by groups."""
    model = world.need("model")
    for suffix in ("", "_v3"):
        name = f"evaluate_metric{suffix}"
        if name not in bench.selected:
            continue
        body = specimens.metric(model)
        made = world.make(f"create_metric{suffix}", body, {"model_id": model})
        path = {"model_id": model, "metric_id": str(made.get("id"))}
        reply = bench.must(name, path, json={})
        _expect_numbers(bench, name, reply, [len(_ROWS)])
        narrow = [{"property": "region", "comparator": "eq", "value": "north"}]
        right = sum(row["region"] == "north" for row in _ROWS)
        _expect_numbers(bench, name, bench.must(name, path, json={"filters": narrow}), [right])
        split = sorted(Counter(row["region"] for row in _ROWS).values())
        _expect_numbers(bench, name, bench.must(name, path, json={"group_by": "region"}), split)
        days = Counter(row["inference_timestamp"][:10] for row in specimens.INFERENCES)
        reply = bench.must(name, path, json={"rollup": "DAY"})
        _expect_numbers(bench, name, reply, sorted(days.values()))


def _expect_numbers(bench: Bench, name: str, reply: Any, wanted: list[int]) -> None:
    found = [
        value.get(result.get("name"))
        for result in reply.get("results") or []
        for value in result.get("values") or []
    ]
    if all(isinstance(number, int | float) for number in found):
        found.sort()
    bench.expect(found == wanted, name, "metric value", f"{wanted} expected, got {found}", reply)


def refusals(bench: Bench, world: World) -> None:
    """A query that means nothing answers 400, as does one about what is not there."""
    path = {"model_id": world.need("model")}
    bad: tuple[dict[str, Any], ...] = (
        {"select": [{"property": f"{PREFIX}_no_such_column"}]},
        {"select": [{"function": "noSuchFunction"}]},
        {"select": [{"function": "avg", "parameters": {}}]},
        {
            "select": [{"function": "count"}],
            "filter": [{"property": "age", "comparator": "resembles", "value": 1}],
        },
    )
    for body in bad:
        reply = bench.call("query", path, json=body)
        bench.expect(
            reply.status == HTTPStatus.BAD_REQUEST,
            "query",
            "senseless query accepted",
            f"400 expected, got {reply.status}",
            reply,
        )


_QUERY: Final = frozenset({"query"})
PROBES: Final = {
    "aggregates": (aggregates, _QUERY),
    "performance": (performance, _QUERY),
    "groups and filters": (groups_and_filters, _QUERY),
    "order and pages": (order_and_pages, _QUERY),
    "drift": (drift, frozenset({"query_data_drift", "query_psi_bucket_table"})),
    "distributions": (distributions, frozenset({"query_distributions"})),
    "metric values": (metrics, frozenset({"evaluate_metric", "evaluate_metric_v3"})),
    "senseless queries": (refusals, _QUERY),
}
