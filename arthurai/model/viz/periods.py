"""The periods, or batches, that pictures and reports cut rows into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.checks import check_choice
from arthurai.common.exceptions import MethodNotApplicableError
from arthurai.model import querying
from arthurai.model.base_model import name_of
from arthurai.query import maximum, minimum, round_timestamp, select
from arthurai.upload.time_zones import parse_time_zone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.query import Expression, Query

BATCH: Final = "batch_id"
RESOLUTIONS: Final = ("minute", "hour", "day", "week", "month", "quarter", "year", BATCH)
LONGEST: Final = (("hour", 2), ("day", 62), ("week", 62 * 7))
"""Period of a timeline, and the most days that it may span; beyond the last it is a month."""
_TIMESTAMP: Final = "timestamp"


@dataclass(frozen=True, slots=True)
class Periods:
    """How rows are cut.

    Attributes:
        resolution: `minute` to `year`, or `batch_id`.
        time_zone: Zone by whose clocks periods start, and of all times that are shown; UTC if
            `None`.
    """

    resolution: str
    time_zone: str | None = None

    @property
    def is_batch(self) -> bool:
        """Whether rows are cut by batch."""
        return self.resolution == BATCH

    @property
    def label(self) -> str:
        """What rows are cut by, in words."""
        if self.is_batch:
            return "batch"
        return self.resolution if self.time_zone is None else f"{self.resolution}, {self.time_zone}"

    @property
    def zone(self) -> tzinfo:
        """The zone of all times that are shown."""
        return parse_time_zone(self.time_zone, "time_zone") or UTC

    def select(self, items: Sequence[Expression | str]) -> Query:
        """Return the query of items by period, in the order of time.

        Args:
            items: What is selected for each period.
        """
        if self.is_batch:
            newest = maximum("inference_timestamp").as_(_TIMESTAMP)
            return select(*items, BATCH, newest).group_by(BATCH).order_by(newest)
        period = round_timestamp(self.resolution, time_zone=self.time_zone)
        return select(*items, period).group_by(period).order_by(period)

    def read(self, row: Mapping[str, Any], key: str | None = None) -> Any:
        """Return the start of the period of a row, or its batch id.

        Args:
            row: A row of a result.
            key: Its member; by default as `select` names it.
        """
        value = row.get(key or self.resolution)
        if self.is_batch or value is None:
            return value
        return datetime.fromisoformat(value).astimezone(self.zone)


def choose_periods(
    model: ArthurModelBase, resolution: str, time_zone: str | None = None
) -> Periods:
    """Return the periods for a model: batches for batch models, else those of a resolution.

    Args:
        model: A saved model.
        resolution: One of `RESOLUTIONS`.
        time_zone: Name of a zone; UTC if `None`.

    Raises:
        UserValueError: The resolution or the time zone is unknown.
    """
    resolution = check_choice("time_resolution", resolution, RESOLUTIONS)
    parse_time_zone(time_zone, "time_zone")
    if model.is_batch:
        return Periods(BATCH, time_zone)
    if resolution == BATCH:
        raise MethodNotApplicableError(
            f"model {name_of(model)!r} has no batches; use a time_resolution such as 'day'"
        )
    return Periods(resolution, time_zone)


def suggest_periods(model: ArthurModelBase, time_zone: str | None = None) -> Periods:
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
    (span,) = querying.query(model, select(minimum(time).as_("first"), maximum(time).as_("last")))
    if span["first"] is None:
        return Periods("day", time_zone)
    days = datetime.fromisoformat(span["last"]) - datetime.fromisoformat(span["first"])
    return Periods(next((name for name, most in LONGEST if days.days < most), "month"), time_zone)
