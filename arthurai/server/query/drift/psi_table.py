"""The terms of the population stability index, bin by bin."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from arthurai.server.query.drift.drift import place_keys, place_sort_key
from arthurai.server.query.drift.drift_bins import find_bins
from arthurai.server.query.drift.drift_request import parse_table
from arthurai.server.query.drift.histogram import count_side, pair_counts
from arthurai.server.query.drift.measures import probabilities, psi_term
from arthurai.server.query.drift.side_query import (
    find_measured_columns,
    make_side_query,
    require_reference_rows,
)
from arthurai.server.query.sql import Binder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.query.drift.drift_bins import Bins
    from arthurai.server.query.sql import Warehouse


def run_psi_table(body: object, schema: ModelSchema, warehouse: Warehouse) -> dict[str, Any]:
    """Run a bucket table query.

    Args:
        body: Decoded JSON body: a `DataDriftTableRequest`.
        schema: Schema of the model.
        warehouse: Holds the data.

    Returns:
        `query_result` with one row for each group, bucket of the rollup and bin; groups in which
        one side has no values have no rows.

    Raises:
        QueryError: The request is malformed or does not fit the model.
    """
    request = parse_table(body)
    wanted = find_measured_columns(request, schema)
    require_reference_rows(request, schema, warehouse)
    binder = Binder()
    base = make_side_query(request, request.base, wanted, schema, warehouse, binder)
    target = make_side_query(request, request.target, wanted, schema, warehouse, binder)
    edges = find_bins(base, wanted, request.bins, warehouse, binder)
    base_counts = count_side(base, base, wanted, edges, warehouse, binder)
    target_counts = count_side(target, base, wanted, edges, warehouse, binder)
    found: list[dict[str, object]] = []
    for group, bucket in sorted(target_counts.present, key=place_sort_key):
        here = base_counts.counts.get((0, group, None), {})
        there = target_counts.counts.get((0, group, bucket), {})
        pairs = pair_counts(here, there, wanted[0])
        if pairs is not None:
            keys = place_keys(request, target, group, bucket)
            rows = _bin_rows(pairs, edges.get((0, group)), numbered=not wanted[0].categorical)
            found += [keys | row | keys for row in rows]
    return {"query_result": found}


def _bin_rows(
    pairs: Mapping[Any, tuple[int, int]], bins: Bins | None, *, numbered: bool
) -> Iterator[dict[str, object]]:
    places = sorted(pairs, key=lambda bucket: (bucket is None, bucket))
    counts = [pairs[place] for place in places]
    base_total, target_total = (sum(side) for side in zip(*counts, strict=True))
    for place, (p_rows, q_rows), (p, q) in zip(places, counts, probabilities(counts), strict=True):
        yield {
            "bucket": f"bucket_{place + 1}" if numbered and place is not None else place,
            **(_bounds("base", bins, place) if numbered else {}),
            "base_count_per_bucket": p_rows,
            "base_total": base_total,
            "base_probability_per_bucket": p,
            "base_ln_probability_per_bucket": math.log(p),
            **(_bounds("target", bins, place) if numbered else {}),
            "target_count_per_bucket": q_rows,
            "target_total": target_total,
            "target_probability_per_bucket": q,
            "target_ln_probability_per_bucket": math.log(q),
            "probability_difference": p - q,
            "ln_probability_difference": math.log(p) - math.log(q),
            "psi": psi_term(p, q),
        }


def _bounds(side: str, bins: Bins | None, place: int | None) -> dict[str, float | None]:
    """Return the borders of a bin; `None` for missing values and without any base value."""
    low, high = (None, None) if bins is None or place is None else bins.bounds(place)
    return {f"{side}_bucket_min": low, f"{side}_bucket_max": high}
