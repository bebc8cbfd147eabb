"""The health score of a model over the last 30 days, from 0 to 100.

The mean of three parts, each from 0 to 1, of which those without data are left out:

- performance: F1 of a binary classifier, accuracy of another classifier, and 1 minus the mean
  absolute error over the range of the ground truth for a regression;
- drift: 1 minus the mean anomaly score;
- ingestion: 1 minus the mean coefficient of variation of the daily volumes and of the gaps between
  arrivals, not below 0. The formula of the hosted service is not public.
"""

from __future__ import annotations

import itertools
import statistics
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.vocabulary import OutputType
from arthurai.server.query import QueryError, run_query
from arthurai.server.storage.warehouse.row_questions import count_arrivals, has_inferences_since
from arthurai.server.timestamps import format_timestamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.server.context import Stores
    from arthurai.server.storage.documents.stored_models import StoredModel

WINDOW: Final = timedelta(days=30)
_MIN_FOR_VARIATION: Final = 2


@dataclass(frozen=True, slots=True)
class HealthScores:
    """Scores from 0 to 100; `None` where there is nothing to compute one from.

    Attributes:
        overall: Mean of the others.
        performance: How good the predictions are.
        drift: How usual the inputs are.
        ingestion: How regularly data arrive.
        timestamp: When they were computed.
    """

    overall: float | None
    performance: float | None
    drift: float | None
    ingestion: float | None
    timestamp: str


def compute_scores(stores: Stores, record: StoredModel) -> HealthScores:
    """Compute the health of a model.

    Args:
        stores: The stores.
        record: The model.
    """
    moment = datetime.now(UTC)
    since = moment - WINDOW
    performance = drift = None
    if _has_inferences(stores, record, since):
        performance = _percent(_performance(stores, record, since))
        drift = _percent(_drift(stores, record, since))
    ingestion = _percent(_ingestion(stores, record, since))
    known = [score for score in (performance, drift, ingestion) if score is not None]
    return HealthScores(
        overall=statistics.fmean(known) if known else None,
        performance=performance,
        drift=drift,
        ingestion=ingestion,
        timestamp=format_timestamp(moment),
    )


def _percent(part: float | None) -> float | None:
    return None if part is None else 100 * min(max(part, 0.0), 1.0)


def _has_inferences(stores: Stores, record: StoredModel, since: datetime) -> bool:
    """Return whether there are inferences since a moment; a look that saves several queries."""
    if not stores.data.counts(record.id)["inference"]:
        return False
    return has_inferences_since(stores.data, record.schema, since.replace(tzinfo=None))


def _values(
    stores: Stores, record: StoredModel, since: datetime, select: list[dict[str, Any]], source: str
) -> list[float | None]:
    """Return numbers of the inferences since a moment, `None` where there is none."""
    query = {
        "select": [{**each, "alias": f"value{at}"} for at, each in enumerate(select)],
        "from": source,
        "filter": [
            {
                "property": "inference_timestamp",
                "comparator": "gte",
                "value": format_timestamp(since),
            }
        ],
    }
    try:
        rows = run_query(query, record.schema, stores.data)["query_result"]
    except QueryError:
        return [None] * len(select)
    values = [rows[0][f"value{at}"] if rows else None for at in range(len(select))]
    return [float(value) if isinstance(value, (int, float)) else None for value in values]


def _performance(stores: Stores, record: StoredModel, since: datetime) -> float | None:
    schema = record.schema
    if schema.output_type == OutputType.Regression:
        truth = next(iter(schema.ground_truths), None)
        if truth is None:
            return None
        named = {"parameters": {"property": truth.name}}
        select: list[dict[str, Any]] = [
            {"function": "mae"},
            *({"function": name, **named} for name in ("min", "max")),
        ]
        error, low, high = _values(stores, record, since, select, "ground_truth")
        if error is None or low is None or high is None:
            return None
        spread = high - low
        return 1 - error / spread if spread else float(error == 0)
    if schema.output_type != OutputType.Multiclass:
        return None
    function = "f1" if schema.is_binary_classifier else "accuracyRateMulticlass"
    return _values(stores, record, since, [{"function": function}], "ground_truth")[0]


def _drift(stores: Stores, record: StoredModel, since: datetime) -> float | None:
    select = {"function": "avg", "parameters": {"property": "anomaly_score"}}
    (score,) = _values(stores, record, since, [select], "enriched")
    return None if score is None else 1 - score


def _ingestion(stores: Stores, record: StoredModel, since: datetime) -> float | None:
    if not stores.data.counts(record.id)["inference"]:
        return None
    arrivals = count_arrivals(stores.data, record.schema, since.replace(tzinfo=None))
    if not arrivals:
        return None
    volumes: dict[Any, int] = {}
    for moment, volume in arrivals:
        day = moment.date()
        volumes[day] = volumes.get(day, 0) + volume
    moments = [moment for moment, _ in arrivals]
    gaps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(moments)]
    variations = [
        variation
        for variation in (_variation(list(volumes.values())), _variation(gaps))
        if variation is not None
    ]
    return 1 - statistics.fmean(variations) if variations else 1.0


def _variation(values: Sequence[float]) -> float | None:
    """Return the coefficient of variation: standard deviation over mean."""
    if len(values) < _MIN_FOR_VARIATION or not any(values):
        return None
    return statistics.pstdev(values) / statistics.fmean(values)
