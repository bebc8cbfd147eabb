"""Hotspots: regions of the inputs in which a model performs badly.

Made by `python -m scripts.async_layer` from `arthurai/model/hotspots.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.aio.model.base_model import require_connection
from arthurai.aio.model.enrichments import update_enrichment
from arthurai.common.checks import check_choice
from arthurai.common.constants import AccuracyMetric, Enrichment, InputType
from arthurai.common.exceptions import MethodNotApplicableError, UserTypeError, UserValueError
from arthurai.model.base_model import name_of, require_id
from arthurai.model.hotspots import Hotspots, _parse_day

if TYPE_CHECKING:
    from datetime import date as Date
    from typing import Any

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.typing import AccuracyMetricName


async def enable_hotspots(self: ArthurModelBase) -> dict[str, Any]:
    """Start searching for the regions of the inputs in which the model performs badly.

    Returns:
        The state of the enrichments.

    Raises:
        MethodNotApplicableError: The model is not saved, or not tabular.
        ResponseClientError: The server does not offer hotspots for this model.
    """
    require_id(self, "have enrichments")
    if self.input_type != InputType.Tabular:
        raise MethodNotApplicableError(
            f"model {name_of(self)!r} has the input type {self.input_type}; hotspots are "
            f"for {InputType.Tabular} models"
        )
    return await update_enrichment(self, Enrichment.Hotspots, enabled=True)


async def find_hotspots(
    self: ArthurModelBase,
    metric: AccuracyMetricName = "accuracy",
    threshold: float = 0.5,
    batch_id: str | None = None,
    date: Date | str | None = None,
    ref_set_id: str | None = None,
) -> Hotspots:
    """Find the regions of the inputs in which a metric is below a threshold.

    Args:
        metric: A member of `AccuracyMetric`.
        threshold: The threshold, 0 to 1.
        batch_id: The batch to look at, of a batch model.
        date: A day (in UTC) of the week to look at, of a streaming model.
        ref_set_id: The reference set to look at.

    Returns:
        A dictionary whose `data` is a list of tree nodes; `print()` shows it readably, and
        `rows()` gives rows for a table.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: Not exactly one of the last three is given, or the metric is unknown.
        ResponseClientError: Hotspots are not enabled, or the batch does not exist.
    """
    from arthurai_api.api.enrichments import find_hotspots as find_hotspots_operation
    from arthurai_api.models.accuracy_metric import AccuracyMetric as ApiAccuracyMetric

    given = {"batch_id": batch_id, "date": date, "ref_set_id": ref_set_id}
    chosen = [name for name, value in given.items() if value is not None]
    if len(chosen) != 1:
        raise UserValueError(
            f"exactly one of {', '.join(given)} must be given, got {' and '.join(chosen) or 'none'}"
        )
    metric = check_choice("metric", metric, AccuracyMetric.list())
    if isinstance(threshold, bool) or not isinstance(threshold, int | float):
        raise UserTypeError(f"threshold must be a number from 0 to 1, got {threshold!r}")
    session, model_id = require_connection(self, "have hotspots")
    found = await find_hotspots_operation.asyncio(
        model_id,
        client=session.api,
        metric=ApiAccuracyMetric(metric),
        threshold=float(threshold),
        date=None if date is None else _parse_day(date),
        batch_id=batch_id,
        ref_set_id=ref_set_id,
    )
    return Hotspots(found.as_received())
