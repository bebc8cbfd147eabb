"""Probes of queries: numbers are compared with what the rows that were sent say."""

from __future__ import annotations

import math
import operator
from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import sample_data
from arthurai.contract.probe_context import ProbeList
from arthurai.contract.probes.sending_probes import encode_file, query_rows, reference_rows
from arthurai.contract.run_names import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from arthurai.contract.checked_client import Response
    from arthurai.contract.probe_context import ProbeContext

PROBES: Final = ProbeList()
_ROWS: Final = [row["inference_data"] for row in sample_data.INFERENCES]
_TRUTHS: Final = [truth["ground_truth_data"]["defaulted"] for truth in sample_data.TRUTHS]
_DAYS: Final = [row["inference_timestamp"][:10] for row in sample_data.INFERENCES]
_REFERENCE_COUNT: Final = 14
_THRESHOLD: Final = 0.5
_YOUNG: Final = 40
_COMPARATORS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "eq": operator.eq,
    "ne": operator.ne,
    "in": lambda value, values: value in values,
}


def _is_close(found: Any, expected: float) -> bool:
    return isinstance(found, int | float) and math.isclose(
        found, expected, rel_tol=1e-6, abs_tol=1e-9
    )


def _rates() -> dict[str, float]:
    """Compute the rates of the classifier by hand."""
    predictions = [row["p_default"] >= _THRESHOLD for row in _ROWS]
    count = Counter(zip(predictions, map(bool, _TRUTHS), strict=True))
    tp, fp = count[True, True], count[True, False]
    tn, fn = count[False, False], count[False, True]
    return {
        "accuracyRate": (tp + tn) / len(_ROWS),
        "truePositiveRate": tp / (tp + fn),
        "falsePositiveRate": fp / (fp + tn),
        "precision": tp / (tp + fp),
        "f1": 2 * tp / (2 * tp + fp + fn),
    }


def _select(function: str, alias: str, **parameters: Any) -> dict[str, Any]:
    selected: dict[str, Any] = {"function": function, "alias": alias}
    return {**selected, "parameters": parameters} if parameters else selected


@PROBES.probe("aggregates", "query")
def check_aggregates(context: ProbeContext) -> None:
    """Aggregates are those of the rows."""
    incomes = [row["income"] for row in _ROWS]
    expected = {
        "count": len(_ROWS),
        "avg": sum(incomes) / len(incomes),
        "sum": sum(incomes),
        "min": min(incomes),
        "max": max(incomes),
        "south": sum(row["region"] == "south" for row in _ROWS),
        "young": sum(row["age"] < _YOUNG for row in _ROWS) / len(_ROWS),
    }
    select = [
        _select("count", "count"),
        *(_select(name, name, property="income") for name in ("avg", "sum", "min", "max")),
        _select("countIf", "south", property="region", comparator="eq", value="south"),
        _select("rate", "young", property="age", comparator="lt", value=_YOUNG),
    ]
    _expect_one_row(context, select, expected, "aggregate")


@PROBES.probe("performance", "query")
def check_performance(context: ProbeContext) -> None:
    """Rates of the classifier are those of predictions and ground truth."""
    expected = _rates()
    select = [_select(name, name, threshold=_THRESHOLD) for name in expected]
    _expect_one_row(context, select, expected, "performance")


def _expect_one_row(
    context: ProbeContext, select: list[dict[str, Any]], expected: Mapping[str, float], kind: str
) -> None:
    rows = query_rows(context, context.fixtures.require("model"), {"select": select})
    if context.expect_equal(len(rows), 1, kind, "query", what="rows without group_by"):
        for name, value in expected.items():
            found = rows[0].get(name)
            text = f"{name}: expected {value} from the rows, got {found}"
            context.expect(_is_close(found, value), kind, text, "query")


@PROBES.probe("groups and filters", "query")
def check_groups_and_filters(context: ProbeContext) -> None:
    """Groups split the rows, filters narrow them."""
    model = context.fixtures.require("model")
    body = {
        "select": [{"property": "region"}, _select("count", "n")],
        "group_by": [{"property": "region"}],
    }
    found = {row.get("region"): row.get("n") for row in query_rows(context, model, body)}
    regions = dict(Counter(row["region"] for row in _ROWS))
    context.expect_equal(found, regions, "groups", "query")
    for name, comparator, value in (
        ("income", "gt", 3000),
        ("income", "lte", 3004.0),
        ("region", "eq", "west"),
        ("region", "ne", "west"),
        ("region", "in", ["west", "north"]),
        ("age", "lt", 30),
        ("age", "gte", 30),
    ):
        fits = _COMPARATORS[comparator]
        count = sum(fits(row[name], value) for row in _ROWS)
        _expect_count(context, model, [(name, comparator, value)], count)
    start, end = "2026-01-03", "2026-01-05"
    count = sum(start <= day < end for day in _DAYS)
    between = [
        ("inference_timestamp", comparator, f"{day}T00:00:00Z")
        for comparator, day in (("gte", start), ("lt", end))
    ]
    _expect_count(context, model, between, count)


def _expect_count(
    context: ProbeContext, model: str, filters: Sequence[tuple[str, str, Any]], expected: int
) -> None:
    keys = ("property", "comparator", "value")
    narrowed = [dict(zip(keys, one, strict=True)) for one in filters]
    body = {"select": [{"function": "count"}], "filter": narrowed}
    found = [row.get("count") for row in query_rows(context, model, body)]
    context.expect_equal(found, [expected], "query filter", "query", what=f"count for {filters}")


@PROBES.probe("order and pages", "query")
def check_order_and_pages(context: ProbeContext) -> None:
    """Rows come in the order asked for, and pages and limits cut it."""
    model = context.fixtures.require("model")
    rising = [
        row["partner_inference_id"]
        for row in sorted(sample_data.INFERENCES, key=lambda row: row["inference_data"]["income"])
    ]
    columns = [{"property": "partner_inference_id"}, {"property": "income"}]
    ascending = {"order_by": [{"property": "income"}]}
    descending = {"order_by": [{"property": "income", "direction": "desc"}]}
    two = {"order_by": [{"property": "region"}, {"property": "income", "direction": "desc"}]}
    by_region = [
        row["partner_inference_id"]
        for row in sorted(
            sample_data.INFERENCES,
            key=lambda row: (row["inference_data"]["region"], -row["inference_data"]["income"]),
        )
    ]
    cases: tuple[tuple[str, dict[str, Any], dict[str, int], list[str]], ...] = (
        ("query order", descending, {}, rising[::-1]),
        ("query order", ascending, {}, rising),
        ("query order", two, {}, by_region),
        ("query limit", {**ascending, "limit": 5}, {}, rising[:5]),
        ("query limit", {**ascending, "limit": 5, "offset": 3}, {}, rising[3:8]),
        *(
            ("query paging", ascending, {"page": page, "page_size": 7}, rising[7 * page - 7 :][:7])
            for page in (1, 2, 5)
        ),
    )
    for kind, body, query, expected in cases:
        rows = query_rows(context, model, {"select": columns, **body}, query=query)
        found = [row.get("partner_inference_id") for row in rows]
        context.expect_equal(found, expected, kind, "query", what=f"{body} {query}")


def loaded_model(context: ProbeContext) -> str:
    """Return a model with a reference set that differs from its inferences.

    Args:
        context: Creates it the first time.
    """
    known = context.fixtures.get_cached("loaded_model")
    if known is not None:
        return known
    path = context.fixtures.create_model_path()
    files = encode_file("reference_data", reference_rows(_REFERENCE_COUNT))
    context.call_ok("upload_reference_data", path, files=files)
    context.call_ok("send_inferences", path, json=sample_data.INFERENCES)
    context.fixtures.set("loaded_model", path["model_id"])
    return path["model_id"]


def _stability_terms(base: Counter[Any], target: Counter[Any]) -> dict[Any, float]:
    """Compute the terms of the population stability index by hand; no bin is empty."""
    terms = {}
    for name in base:
        p, q = base[name] / base.total(), target[name] / target.total()
        terms[name] = (p - q) * (math.log(p) - math.log(q))
    return terms


@PROBES.probe("drift", "query_data_drift", "query_psi_bucket_table")
def check_drift(context: ProbeContext) -> None:
    """The stability index is that of the two distributions, and zero between equal ones."""
    path = {"model_id": loaded_model(context)}
    base = Counter(row["region"] for row in _ROWS[:_REFERENCE_COUNT])
    terms = _stability_terms(base, Counter(row["region"] for row in _ROWS))
    inference, reference = {"source": "inference"}, {"source": "reference"}
    cases: tuple[tuple[list[str], dict[str, Any], float], ...] = (
        (["region"], {"base": reference}, sum(terms.values())),
        (["region", "income"], {"base": inference, "num_bins": 5}, 0.0),
    )
    for properties, options, expected in cases:
        body = {"properties": properties, "metric": "PSI", "target": inference, **options}
        response = context.call_ok("query_data_drift", path, json=body)
        for name in properties:
            found = response.get("query_result", 0, name)
            text = f"{name}: expected {expected} by hand, got {found}"
            context.expect(_is_close(found, expected), "drift", text, response)
    body = {"property": "region", "base": reference, "target": inference}
    response = context.call_ok("query_psi_bucket_table", path, json=body)
    rows = {r.get("bucket"): r for r in response.get("query_result") or [] if isinstance(r, dict)}
    counts = {name: row.get("base_count_per_bucket") for name, row in rows.items()}
    context.expect_equal(counts, dict(base), "drift table", response, what="base counts")
    for name, expected in terms.items():
        found = rows.get(name, {}).get("psi")
        text = f"{name}: expected {expected} by hand, got {found}"
        context.expect(_is_close(found, expected), "drift table", text, response)


@PROBES.probe("distributions", "query_distributions")
def check_distributions(context: ProbeContext) -> None:
    """The cells of a two-dimensional distribution hold all rows."""
    body = {
        "x": {"property": "income", "num_bins": 3},
        "y": {"property": "age", "num_bins": 2},
        "values": [{"property": "income", "function": "count", "alias": "n"}],
    }
    path = {"model_id": context.fixtures.require("model")}
    response = context.call_ok("query_distributions", path, json=body)
    cells = response.get("query_result") or []
    found = sum(cell.get("n") or 0 for cell in cells if isinstance(cell, dict))
    with context.inferred():
        context.expect_equal(found, len(_ROWS), "distribution", response, what="rows in all cells")


@PROBES.probe("metric values", "evaluate_metric", "evaluate_metric_v3")
def check_metrics(context: ProbeContext) -> None:
    """A metric evaluates to what its query says, narrowed by filters and split by groups."""
    model = {"model_id": context.fixtures.require("model")}
    regions = Counter(row["region"] for row in _ROWS)
    north = [{"property": "region", "comparator": "eq", "value": "north"}]
    cases: tuple[tuple[dict[str, Any], Iterable[int]], ...] = (
        ({}, [len(_ROWS)]),
        ({"filters": north}, [regions["north"]]),
        ({"group_by": "region"}, regions.values()),
        ({"rollup": "DAY"}, Counter(_DAYS).values()),
    )
    for suffix in ("", "_v3"):
        name = f"evaluate_metric{suffix}"
        if name in context.selected:
            body = sample_data.metric(model["model_id"])
            metric = context.fixtures.create(f"create_metric{suffix}", body, model)
            path = {**model, "metric_id": str(metric.get("id"))}
            for options, expected in cases:
                response = context.call_ok(name, path, json=options)
                found, numbers = _metric_values(response), sorted(expected)
                context.expect_equal(
                    found, numbers, "metric value", response, what=f"values for {options}"
                )


def _metric_values(response: Response) -> list[Any]:
    found = [
        value.get(result.get("name"))
        for result in response.get("results") or []
        for value in result.get("values") or []
    ]
    numbers = all(isinstance(number, int | float) for number in found)
    return sorted(found) if numbers else found


@PROBES.probe("invalid queries", "query")
def check_refusals(context: ProbeContext) -> None:
    """A query that means nothing answers 400, as does one about what does not exist."""
    path = {"model_id": context.fixtures.require("model")}
    unknown = {"property": "age", "comparator": "resembles", "value": 1}
    for body in (
        {"select": [{"property": f"{PREFIX}_no_such_column"}]},
        {"select": [{"function": "noSuchFunction"}]},
        {"select": [{"function": "avg", "parameters": {}}]},
        {"select": [{"function": "count"}], "filter": [unknown]},
    ):
        response = context.call("query", path, json=body)
        context.expect_status(response, HTTPStatus.BAD_REQUEST, "invalid query accepted")
