"""The periods, or batches, that pictures and reports cut rows into.

Made by `python -m scripts.async_layer` from `arthurai/model/viz/periods.py`; not edited by hand.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from arthurai.aio.model import querying
from arthurai.model.viz.periods import LONGEST, Periods
from arthurai.query import maximum, minimum, select
from arthurai.upload.time_zones import parse_time_zone

if TYPE_CHECKING:
    from arthurai.model.base_model import ArthurModelBase

BATCH: Final = "batch_id"


async def suggest_periods(model: ArthurModelBase, time_zone: str | None = None) -> Periods:
    """Choose the periods that cut the time of a model's inferences into a readable number.

    Args:
        model: A saved model.
        time_zone: Name of a zone; UTC if `None`.

    Returns:
        Hours, days, weeks or months, batches for batch models.

    Raises:
        UserValueError: The time zone is unknown.
    """
    parse_time_zone(time_zone, "time_zone")
    if model.is_batch:
        return Periods(BATCH, time_zone)
    time = "inference_timestamp"
    (span,) = await querying.query(
        model, select(minimum(time).as_("first"), maximum(time).as_("last"))
    )
    if span["first"] is None:
        return Periods("day", time_zone)
    days = datetime.fromisoformat(span["last"]) - datetime.fromisoformat(span["first"])
    return Periods(next((name for name, most in LONGEST if days.days < most), "month"), time_zone)
