"""Evaluation of ranked lists: one value per inference, averaged.

`L` is the predicted list, best first, and `G` the set of relevant items. `hits` are the
places of relevant items in L, from 1. Inferences without relevant items are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.common.vocabulary import OutputType
from arthurai.server.query.column_types import ColumnType
from arthurai.server.query.errors import QueryError
from arthurai.server.query.function_arguments import Sample, SampleKind
from arthurai.server.query.functions.function_registry import function
from arthurai.server.query.sql import struct
from arthurai.server.query.target_resolution import pair

if TYPE_CHECKING:
    from arthurai.server.query.function_arguments import Arguments
    from arthurai.server.query.sql_expression import Expr

_LISTS: Final = frozenset({ColumnType.RANKED, ColumnType.TEXTS})
_MAX_K: Final = 1_000_000


def _item_ids(expr: Expr) -> str:
    return f"[item.item_id for item in {expr.sql}]" if expr.type is ColumnType.RANKED else expr.sql


def _lists(arguments: Arguments) -> tuple[str, str, str]:
    """Return SQL of L, of G, and of whether the row is counted."""
    if arguments.schema.output_type != OutputType.RankedList:
        raise QueryError(
            arguments.call.path,
            f"{arguments.call.function} does not fit a {arguments.schema.output_type} model; it "
            "needs a ranked-list model",
        )
    found = pair(arguments, _LISTS)
    if found.truth.type not in _LISTS:
        raise QueryError(
            arguments.path("ground_truth_property"),
            f"must be a list of item ids, got a {found.truth.type.value} column",
        )
    shown_items, relevant = _item_ids(found.predicted), _item_ids(found.truth)
    counts = f"{found.predicted.sql} IS NOT NULL AND len({found.truth.sql}) > 0"
    return shown_items, f"list_distinct({relevant})", counts


def _mean(arguments: Arguments, value: str, counts: str) -> Expr:
    return arguments.mean(f"CASE WHEN {counts} THEN {value} END")


def _hits(items: str, relevant: str, k: str) -> str:
    return (
        f"[place for place in generate_series(1, least(len({items}), {k})) "
        f"if list_contains({relevant}, {items}[place])]"
    )


def _k(arguments: Arguments) -> str:
    k = arguments.integer("k", 1)
    if k > _MAX_K:
        raise QueryError(arguments.path("k"), f"must be at most {_MAX_K}, got {k}")
    return str(k)


@function("rankedListReport", aggregate=True, nestable=False, evaluates=True)
def ranked_list_report(arguments: Arguments) -> Expr:
    """The four metrics at k, both metrics of whole lists, and the number of lists, in one pass."""
    _, _, counts = _lists(arguments)
    lists = arguments.aggregate(f"count(*) FILTER (WHERE {counts})", ColumnType.INT)
    report = arguments.object(
        struct(
            rows=lists.sql,
            precision_at_k=precision_at_k(arguments).sql,
            recall_at_k=recall_at_k(arguments).sql,
            map_at_k=map_at_k(arguments).sql,
            ndcg_at_k=ndcg_at_k(arguments).sql,
            ranked_list_auc=ranked_list_auc(arguments).sql,
            mean_reciprocal_rank=mean_reciprocal_rank(arguments).sql,
        )
    )
    arguments.sample = Sample(SampleKind.ROWS, {"rows": f"count(*) FILTER (WHERE {counts})"})
    return report


@function("precisionAtK", aggregate=True, evaluates=True)
def precision_at_k(arguments: Arguments) -> Expr:
    """Hits among the first k places / k."""
    items, relevant, counts = _lists(arguments)
    k = _k(arguments)
    return _mean(arguments, f"len({_hits(items, relevant, k)}) / CAST({k} AS DOUBLE)", counts)


@function("recallAtK", aggregate=True, evaluates=True)
def recall_at_k(arguments: Arguments) -> Expr:
    """Hits among the first k places / number of relevant items."""
    items, relevant, counts = _lists(arguments)
    hits = f"len({_hits(items, relevant, _k(arguments))})"
    return _mean(arguments, f"{hits} / CAST(len({relevant}) AS DOUBLE)", counts)


@function("mapAtK", aggregate=True, evaluates=True)
def map_at_k(arguments: Arguments) -> Expr:
    """Sum of the precisions at the hits among the first k / min(number of relevant items, k)."""
    items, relevant, counts = _lists(arguments)
    k = _k(arguments)
    hits = _hits(items, relevant, k)
    precisions = f"[nth / CAST(({hits})[nth] AS DOUBLE) for nth in generate_series(1, len({hits}))]"
    value = f"coalesce(list_sum({precisions}), 0) / least(len({relevant}), {k})"
    return _mean(arguments, value, counts)


@function("nDCGAtK", aggregate=True, evaluates=True)
def ndcg_at_k(arguments: Arguments) -> Expr:
    """Discounted gain of the hits among the first k / the gain with all hits on top.

    The discount of place i is 1 / log2(i + 1).
    """
    items, relevant, counts = _lists(arguments)
    k = _k(arguments)
    gain = f"[1 / log2(place + 1) for place in {_hits(items, relevant, k)}]"
    ideal = f"[1 / log2(place + 1) for place in generate_series(1, least(len({relevant}), {k}))]"
    return _mean(arguments, f"coalesce(list_sum({gain}), 0) / list_sum({ideal})", counts)


@function("rankedListAUC", aggregate=True, evaluates=True)
def ranked_list_auc(arguments: Arguments) -> Expr:
    """Share of (relevant, irrelevant) pairs within L in which the relevant item ranks higher.

    Below the n-th hit at place p stand (irrelevant items) - (p - n) irrelevant ones.
    """
    items, relevant, counts = _lists(arguments)
    hits = _hits(items, relevant, f"len({items})")
    others = f"(len({items}) - len({hits}))"
    below = f"[{others} - ({hits})[nth] + nth for nth in generate_series(1, len({hits}))]"
    pairs = f"(len({hits}) * {others})"
    value = f"list_sum({below}) / CAST(nullif({pairs}, 0) AS DOUBLE)"
    return _mean(arguments, value, counts)


@function("meanReciprocalRank", aggregate=True, evaluates=True)
def mean_reciprocal_rank(arguments: Arguments) -> Expr:
    """1 / place of the first hit; 0 without any."""
    items, relevant, counts = _lists(arguments)
    first = f"({_hits(items, relevant, f'len({items})')})[1]"
    return _mean(arguments, f"coalesce(1 / CAST({first} AS DOUBLE), 0)", counts)
