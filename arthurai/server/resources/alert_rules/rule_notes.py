"""What the creator of a rule should know: what it covers, and what keeps it from firing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.server.resources.alert_rules.alert_messages import describe_metric, describe_minutes
from arthurai.server.resources.alert_rules.rule_filters import describe_impossible
from arthurai.server.resources.alert_rules.rule_fit import describe_few, measure_fit
from arthurai.server.resources.alert_rules.rule_settings import find_range
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
        *_reachability(reader, schema),
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


def _reachability(reader: RuleReader, schema: ModelSchema) -> Iterator[tuple[str, str]]:
    """Say what keeps a rule from firing whatever the data."""
    reason = reader.try_once()
    if reason is not None:
        yield "not_computable", f"the metric cannot be computed now: {reason}"
    for problem in describe_impossible(reader.rule.get("filters") or (), schema):
        yield "no_rows", f"its filters select no rows: {problem}"
    bound, threshold = reader.rule["bound"], float(reader.rule["threshold"])
    low, high = find_range(reader.metric, reader.rule.get("metric_parameters") or {})
    if bound == "upper" and threshold >= high:
        yield (
            "unreachable",
            f"the metric is never above {high:.4g}, so above {threshold:g} cannot happen",
        )
    if bound == "lower" and threshold <= low:
        yield (
            "unreachable",
            f"the metric is never below {low:g}, so below {threshold:g} cannot happen",
        )


def _fit(reader: RuleReader, schema: ModelSchema, data: DataStore) -> Iterator[tuple[str, str]]:
    """Say where a rule does not fit the data that are stored."""
    counts = data.counts(schema)
    stored = counts.get("inference", 0)
    if not stored:
        return
    fit = measure_fit(reader, schema, data)
    if not fit.is_enough and (fit.complete or not schema.is_batch):
        yield "too_few_rows", describe_few(reader, fit, is_batch=schema.is_batch)
    if reader.needs_truth:
        known = counts.get("ground_truth", 0)
        if known < reader.min_truth_share * stored:
            message = (
                f"{known} of {stored} stored inferences have ground truth, a smaller share than "
                f"min_truth_share = {reader.min_truth_share:g} asks for: windows wait until more "
                "arrives"
            )
            yield "little_truth", message
