"""The terms of the population stability index, bucket by bucket."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from arthurai.server.query.drift.drift import labelled, place_order
from arthurai.server.query.drift.drift_request import parse_table
from arthurai.server.query.drift.histogram import count_side, quantile_bins
from arthurai.server.query.drift.side_query import check_reference, frame, measured
from arthurai.server.query.sql import Binder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.query.drift.histogram import Bins
    from arthurai.server.query.sql import Store

_EMPTY_BIN = 0.5


def run_psi_table(body: Any, schema: ModelSchema, store: Store) -> dict[str, Any]:
    """Answer a bucket table query.

    Args:
        body: Decoded JSON body: a ``DataDriftTableRequest``.
        schema: Schema of the model.
        store: Holds its data.

    Returns:
        ``query_result`` with one row for each group, bucket of the rollup and bin; groups in which
        one side has no values have no rows.

    Raises:
        QueryError: The request is malformed or does not fit the model.
    """
    request = parse_table(body)
    wanted = measured(request, schema)
    check_reference(request, schema, store)
    binder = Binder()
    base = frame(request, request.base, wanted, schema, store, binder)
    target = frame(request, request.target, wanted, schema, store, binder)
    edges = quantile_bins(base, wanted, request.bins, store, binder)
    base_counts = count_side(base, base, wanted, edges, request.bins, store, binder)
    target_counts = count_side(target, base, wanted, edges, request.bins, store, binder)
    found = []
    for group, bucket in sorted(target_counts.present, key=place_order):
        here = base_counts.counts.get((0, group, None), {})
        there = target_counts.counts.get((0, group, bucket), {})
        if here and there:
            known = None if wanted[0].categorical else edges[0, group]
            found += [
                labelled(request, target, group, bucket, row)
                for row in _bucket_rows(here, there, known)
            ]
    return {"query_result": found}


def _bucket_rows(
    here: dict[Any, int], there: dict[Any, int], bins: Bins | None
) -> Iterator[dict[str, Any]]:
    base_total, target_total = sum(here.values()), sum(there.values())
    for place in sorted({**here, **there}, key=lambda bucket: (bucket is None, bucket)):
        p_rows, q_rows = here.get(place, 0), there.get(place, 0)
        p, q = (p_rows or _EMPTY_BIN) / base_total, (q_rows or _EMPTY_BIN) / target_total
        ln_difference = math.log(p) - math.log(q)
        row = {
            "bucket": place,
            "base_count_per_bucket": p_rows,
            "base_total": base_total,
            "base_probability_per_bucket": p,
            "base_ln_probability_per_bucket": math.log(p),
            "target_count_per_bucket": q_rows,
            "target_total": target_total,
            "target_probability_per_bucket": q,
            "target_ln_probability_per_bucket": math.log(q),
            "probability_difference": p - q,
            "ln_probability_difference": ln_difference,
            "psi": (p - q) * ln_difference,
        }
        if bins is not None:
            low, high = [bins.low, *bins.borders][place], [*bins.borders, bins.high][place]
            row["bucket"] = f"bucket_{place + 1}"
            for side in ("base", "target"):
                row |= {f"{side}_bucket_min": low, f"{side}_bucket_max": high}
        yield row
