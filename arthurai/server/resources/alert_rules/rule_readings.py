"""The values of a rule over some rows, and whether they are worth an alert."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import orjson

from arthurai.common.vocabulary import ValueType
from arthurai.server.http.api_errors import ApiError
from arthurai.server.query import QueryError, run_drift, run_query
from arthurai.server.resources.alert_rules.rule_coverage import Subject, list_subjects
from arthurai.server.resources.alert_rules.rule_settings import (
    RATES,
    completed_settings,
    drift_measure,
    find_function,
    needs_truth,
)
from arthurai.server.resources.alert_rules.sampling_noise import drift_noise, rate_noise
from arthurai.server.resources.metrics.evaluation import compute_value
from arthurai.server.resources.metrics.metric_parameters import fill_placeholders
from arthurai.server.resources.metrics.metric_types import is_drift_endpoint
from arthurai.server.storage.documents.stored_alerts import Crossing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.storage.warehouse.data_store import DataStore

logger = logging.getLogger("arthurai.server.background")

Filters = list[dict[str, Any]]
Values: TypeAlias = "Sequence[float | Exception | None]"

_WINDOW_COLUMNS: Final = frozenset({"inference_timestamp", "batch_id"})
_DRIFT_ATTRIBUTE: Final = "drift_attribute"
_DEFAULT_BINS: Final = 20


class Verdict(Enum):
    """What a value of a rule means."""

    CROSSED = "crossed"
    FINE = "fine"
    NO_VALUE = "no_value"
    FEW_ROWS = "few_rows"
    WAITING = "waiting_for_truth"
    NOISE = "within_noise"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a rule.

    Attributes:
        subject: What it is about.
        verdict: What it means.
        value: The value, if there is one.
        rows: Rows that it rests on; known once it is beyond the threshold.
        expected: Rows that it would rest on once all ground truth has arrived.
    """

    subject: Subject
    verdict: Verdict
    value: float | None = None
    rows: int | None = None
    expected: int | None = None

    def to_crossing(self, start: int, end: int, *, raised: bool) -> Crossing:
        """Return it as the crossing of a window.

        Args:
            start: Start of the window, in microseconds since 1970.
            end: Its end.
            raised: Whether it raised an alert.
        """
        return Crossing(
            end, start, float(self.value or 0.0), self.rows or 0, self.expected or 0, raised
        )


class _Counts(NamedTuple):
    rows: int
    expected: int


class RuleReader:
    """Reads the values of one rule."""

    def __init__(
        self,
        rule: Mapping[str, Any],
        metric: Mapping[str, Any],
        schema: ModelSchema,
        data: DataStore,
        shared: dict[bytes, Values] | None = None,
    ) -> None:
        """Prepare the rule.

        Args:
            rule: A stored rule, or one that is tried.
            metric: Its metric.
            schema: Schema of the model.
            data: Holds the rows.
            shared: Values that readers of other rules have computed over the same rows; this one
                adds its own.

        Raises:
            QueryError: The parameters do not fit the metric.
        """
        self._shared = shared
        self.rule = rule
        self.metric = metric
        self._schema = schema
        self._data = data
        self._parameters = dict(rule.get("metric_parameters") or {})
        self.subjects = list_subjects(metric, self._parameters)
        settings = completed_settings(rule, metric, schema)
        self.min_rows: int = settings["min_rows"]
        self.min_truth_share: float = settings["min_truth_share"] or 0.0
        self.confidence: float = settings["confidence"]
        self.needs_truth = needs_truth(metric, schema)
        self.is_drift = is_drift_endpoint(metric["endpoint"])
        self._base_rows: int | None = None
        self._drift_at_once = self.is_drift and len(self.subjects) > 1

    def read(self, window: Filters, rows: int | None = None) -> list[Reading]:
        """Return a reading for each subject.

        Args:
            window: Conditions on time or batch.
            rows: Rows in the window before the filters of the rule, if known.
        """
        if rows is not None and rows < self.min_rows:
            return [Reading(subject, Verdict.FEW_ROWS) for subject in self.subjects]
        filters = [*(self.rule.get("filters") or ()), *window]
        values = self._compute_values(filters)
        counts: dict[str, _Counts] = {}
        return [
            self._judge(subject, value, filters, counts)
            for subject, value in zip(self.subjects, values, strict=True)
        ]

    def count_rows(self, subject: Subject, window: Filters) -> int | None:
        """Return the rows that a value rests on, or `None` where they cannot be counted.

        Args:
            subject: What the value is about.
            window: Conditions on time or batch.
        """
        filters = [*(self.rule.get("filters") or ()), *window]
        try:
            return self._count_target(subject, filters).rows
        except (ApiError, QueryError):
            return None

    def count_filtered(self, window: Filters) -> int:
        """Return the rows of a window that the filters of the rule select.

        Args:
            window: Conditions on time or batch.

        Raises:
            QueryError: The filters do not fit the model.
        """
        return self._count("inference", [*(self.rule.get("filters") or ()), *window])

    def count_base_rows(self) -> int:
        """Return the number of rows that drift is measured against."""
        if self._base_rows is None:
            query = fill_placeholders(self.metric["query"], self.subjects[0].parameters)
            base = query.get("base") or {}
            kept = [
                condition
                for condition in self.rule.get("filters") or ()
                if condition.get("property") not in _WINDOW_COLUMNS
            ]
            filters = [*(base.get("filter") or ()), *kept]
            self._base_rows = self._count(base.get("source") or "reference", filters)
        return self._base_rows

    def try_once(self) -> str | None:
        """Compute the values over no rows; return why that fails, or `None`."""
        never = {
            "property": "inference_timestamp",
            "comparator": "lt",
            "value": "0001-01-02T00:00:00Z",
        }
        for value in self._compute_values([*(self.rule.get("filters") or ()), never]):
            if isinstance(value, Exception):
                return str(value)
        return None

    def _judge(
        self,
        subject: Subject,
        value: float | Exception | None,
        filters: Filters,
        counts: dict[str, _Counts],
    ) -> Reading:
        if isinstance(value, Exception):
            logger.warning("alert rule %s cannot be evaluated: %s", self.rule.get("id"), value)
            return Reading(subject, Verdict.FAILED)
        if value is None:
            return Reading(subject, Verdict.NO_VALUE)
        reading = Reading(subject, Verdict.FINE, value)
        if not self._is_beyond(value):
            return reading
        key = "" if self.is_drift else subject.key
        try:
            if key not in counts:
                counts[key] = self._count_target(subject, filters)
            rows, expected = counts[key]
            reading = replace(reading, rows=rows, expected=expected)
            return replace(reading, verdict=self._weigh(reading, rows, expected))
        except (ApiError, QueryError) as error:
            logger.warning("alert rule %s cannot be evaluated: %s", self.rule.get("id"), error)
            return Reading(subject, Verdict.FAILED)

    def _is_beyond(self, value: float) -> bool:
        threshold = float(self.rule["threshold"])
        return value > threshold if self.rule["bound"] == "upper" else value < threshold

    def _weigh(self, reading: Reading, rows: int, expected: int) -> Verdict:
        if rows < self.min_rows:
            return Verdict.WAITING if expected >= self.min_rows else Verdict.FEW_ROWS
        if self.needs_truth and rows < self.min_truth_share * expected:
            return Verdict.WAITING
        return Verdict.NOISE if self._is_noise(reading, rows) else Verdict.CROSSED

    def _is_noise(self, reading: Reading, rows: int) -> bool:
        """Return whether chance explains that the value is beyond the threshold."""
        value, threshold = reading.value or 0.0, float(self.rule["threshold"])
        if self.confidence <= 0:
            return False
        if not self.is_drift:
            is_rate = find_function(self.metric) in RATES
            return is_rate and abs(value - threshold) <= rate_noise(
                threshold, rows, self.confidence
            )
        if self.rule["bound"] != "upper":
            return False
        measure = drift_measure(self.metric, self._parameters)
        bins = self._count_bins(reading.subject)
        base = self.count_base_rows()
        return value <= drift_noise(measure, bins, base, rows, self.confidence)

    def _count_bins(self, subject: Subject) -> int:
        query = fill_placeholders(self.metric["query"], subject.parameters)
        if query.get("predicted_classes") or query.get("ground_truth_classes"):
            return max(2, len(self._schema.predicted))
        names = query.get("properties") or [None]
        attribute = self._schema.attribute(str(names[0]))
        if attribute is not None and attribute.value_type == ValueType.Boolean:
            return 2
        if attribute is not None and attribute.categorical and attribute.categories:
            return max(2, len(attribute.categories))
        bins = query.get("num_bins")
        return bins if isinstance(bins, int) and bins > 1 else _DEFAULT_BINS

    def _compute_values(self, filters: Filters) -> Values:
        if self._shared is None:
            return self._compute_new_values(filters)
        key = orjson.dumps([self.metric["id"], self._parameters, filters])
        if key not in self._shared:
            self._shared[key] = self._compute_new_values(filters)
        return self._shared[key]

    def _compute_new_values(self, filters: Filters) -> Values:
        if self._drift_at_once:
            found = self._drift_values(filters)
            if found is not None:
                return found
        return [self._compute_value(subject, filters) for subject in self.subjects]

    def _compute_value(self, subject: Subject, filters: Filters) -> float | Exception | None:
        try:
            return compute_value(self.metric, subject.parameters, filters, self._schema, self._data)
        except (ApiError, QueryError) as error:
            return error

    def _drift_values(self, filters: Filters) -> list[float | None] | None:
        """Return the drift of all subjects by one query, or `None` where that does not work."""
        names = [subject.named.get(_DRIFT_ATTRIBUTE) for subject in self.subjects]
        query = fill_placeholders(self.metric["query"], self.subjects[0].parameters)
        if None in names or query.get("properties") != names[:1]:
            self._drift_at_once = False
            return None
        query = {**query, "properties": names}
        for side in ("base", "target"):
            own = dict(query.get(side) or {})
            kept = [
                condition
                for condition in filters
                if side == "target" or condition.get("property") not in _WINDOW_COLUMNS
            ]
            own["filter"] = [*(own.get("filter") or ()), *kept]
            query[side] = own
        try:
            rows = run_drift(query, self._schema, self._data)["query_result"]
        except (ApiError, QueryError):
            return None  # one by one, so that one that fails does not hide the others
        row = rows[0] if rows else {}
        values = [row.get(name) for name in names]
        return [None if value is None else float(value) for value in values]

    def _count_target(self, subject: Subject, filters: Filters) -> _Counts:
        """Return the rows behind a value, and those once all ground truth has arrived."""
        query = fill_placeholders(self.metric["query"], subject.parameters)
        if self.is_drift:
            target = query.get("target") or {}
            own = [*(target.get("filter") or ()), *filters]
            rows = self._count(target.get("source") or "inference", own)
            return _Counts(rows, rows)
        while isinstance(query.get("subquery"), dict):
            query = query["subquery"]
        own = [*(query.get("filter") or ()), *filters]
        source = query.get("from") or "inference"
        expected = self._count(source, own)
        if not self.needs_truth:
            return _Counts(expected, expected)
        if source == "inference":
            return _Counts(self._count("ground_truth", own), expected)
        known = {"property": self._schema.ground_truths[0].name, "comparator": "NotNull"}
        return _Counts(self._count(source, [*own, known]), expected)

    def _count(self, source: str, filters: Filters) -> int:
        query = {
            "select": [{"function": "count", "alias": "rows"}],
            "from": source,
            "filter": filters,
        }
        (row,) = run_query(query, self._schema, self._data)["query_result"]
        return int(row["rows"])
