"""What the creator of a rule should know: what it covers, and what keeps it from firing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.server.resources.alert_rules.alert_messages import describe_metric, describe_minutes
from arthurai.server.resources.alert_rules.rule_settings import RATES, find_function
from arthurai.server.resources.alert_rules.rule_windows import list_past_windows, lookback
from arthurai.server.resources.metrics.metric_parameters import (
    CLASS_PARAMETER,
    find_open_parameters,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.resources.alert_rules.rule_readings import RuleReader
    from arthurai.server.storage.warehouse.data_store import DataStore

_CLASSES: Final = frozenset({CLASS_PARAMETER, "predicted_property"})


def find_notes(reader: RuleReader, schema: ModelSchema, data: DataStore) -> list[dict[str, str]]:
    """Return what the creator of a rule should know.

    Args:
        reader: The rule.
        schema: Schema of the model.
        data: Holds the rows.
    """
    found = [
        *_coverage(reader.rule, reader.metric),
        *_reachability(reader),
        *_fit(reader, schema, data),
    ]
    return [{"code": code, "message": message} for code, message in found]


def describe_rule(reader: RuleReader, *, is_batch: bool) -> str:
    """Return a rule in a sentence.

    Args:
        reader: The rule.
        is_batch: Whether the model is a batch model.
    """
    rule = reader.rule
    number = len(reader.subjects)
    about = f"each of {number} subjects" if number > 1 else reader.subjects[0].label
    side = "above" if rule["bound"] == "upper" else "below"
    where = "a batch" if is_batch else describe_minutes(rule["lookback_period"])
    parts = [f"{describe_metric(rule, about)} {side} {rule['threshold']:g} over {where}"]
    if reader.min_rows:
        parts.append(f"{reader.min_rows} rows at least")
    if reader.needs_truth and reader.min_truth_share:
        parts.append(f"ground truth for {reader.min_truth_share:.0%} of the rows at least")
    if reader.confidence:
        parts.append(f"beyond what sampling explains at a confidence of {reader.confidence:g}")
    return "; ".join(parts)


def _coverage(rule: Mapping[str, Any], metric: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    choices = find_open_parameters(metric, rule.get("metric_parameters") or {})
    for name, options in choices.items():
        if len(options) > 1:
            what = "classes" if name in _CLASSES else "attributes"
            message = (
                f"{name} is not given, so the rule covers all {len(options)} {what}, with an alert "
                "for each"
            )
            yield "covers_all", message


def _reachability(reader: RuleReader) -> Iterator[tuple[str, str]]:
    """Say what keeps a rule from firing whatever the data."""
    reason = reader.try_once()
    if reason is not None:
        yield "not_computable", f"the metric cannot be computed now: {reason}"
    bound, threshold = reader.rule["bound"], float(reader.rule["threshold"])
    function = find_function(reader.metric)
    if function in RATES and bound == "upper" and threshold >= 1:
        yield "unreachable", f"the metric is never above 1, so above {threshold:g} cannot happen"
    never_negative = function in {*RATES, "count", "countIf"} or reader.is_drift
    if never_negative and bound == "lower" and threshold <= 0:
        yield "unreachable", f"the metric is never below 0, so below {threshold:g} cannot happen"


def _fit(reader: RuleReader, schema: ModelSchema, data: DataStore) -> Iterator[tuple[str, str]]:
    """Say where a rule does not fit the data that are stored."""
    counts = data.counts(schema)
    stored = counts.get("inference", 0)
    if not stored:
        return
    if not schema.is_batch:
        yield from _window_fit(reader, schema, data)
    if reader.needs_truth:
        known = counts.get("ground_truth", 0)
        if known < reader.min_truth_share * stored:
            message = (
                f"{known} of {stored} stored inferences have ground truth, a smaller share than "
                f"min_truth_share = {reader.min_truth_share:g} asks for: windows wait until more "
                "arrives"
            )
            yield "little_truth", message


def _window_fit(
    reader: RuleReader, schema: ModelSchema, data: DataStore
) -> Iterator[tuple[str, str]]:
    length = describe_minutes(reader.rule["lookback_period"])
    windows, left_out = list_past_windows(schema, data, None, None, lookback(reader.rule))
    largest = max((window.rows or 0 for window in windows), default=0)
    if largest < reader.min_rows:
        message = (
            f"no window of {length} holds the {reader.min_rows} rows that min_rows asks for, at "
            f"most {largest}, so the rule cannot fire on such data; use a longer lookback_period "
            "or a smaller min_rows"
        )
        yield "too_few_rows", message
    if left_out:
        message = (
            f"the stored inferences span {len(windows) + left_out} windows of {length}, and data "
            f"sent at once are evaluated over the latest {len(windows)} of them only; a longer "
            "lookback_period covers more"
        )
        yield "windows_left_out", message
