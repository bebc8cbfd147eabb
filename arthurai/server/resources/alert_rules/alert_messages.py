"""What alerts say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_REFUTED: Final = " - resolved by itself: "
_MINUTES: Final = ((24 * 60, "day"), (60, "hour"), (1, "minute"))


def describe_alert(
    rule: Mapping[str, Any],
    label: str,
    value: float,
    counts: tuple[int, int],
    where: Mapping[str, Any],
    *,
    needs_truth: bool,
) -> str:
    """Return the message of an alert: metric, subject, value, bound, rows and window.

    Args:
        rule: The rule.
        label: Attribute or class that the value is about; may be empty.
        value: The value.
        counts: Rows behind it, and those once all ground truth has arrived.
        where: The members of the alert that name its window or batch.
        needs_truth: Whether the rows are those with ground truth.
    """
    side = "above" if rule["bound"] == "upper" else "below"
    rows, expected = counts
    truth = f" with ground truth of {expected}" if needs_truth else ""
    place = (
        f"batch {where['batch_id']}"
        if where.get("batch_id") is not None
        else f"{where['window_start']} to {where['window_end']}"
    )
    return (
        f"{describe_metric(rule, label)} is {value:.6g}, {side} the {rule['severity']} threshold "
        f"{rule['threshold']:g} of {rule['name']} ({rows} row{'s' * (rows != 1)}{truth}, {place})"
    )


def describe_metric(rule: Mapping[str, Any], label: str) -> str:
    """Return the name of the metric of a rule with what it is about.

    Args:
        rule: The rule.
        label: Attribute or class; may be empty.
    """
    name = rule.get("metric_name") or "metric"
    return f"{name} of {label}" if label else str(name)


def describe_refutation(message: str, value: float | None, rows: int | None) -> str:
    """Return the message of an alert that was resolved by itself, as later rows refute it.

    Args:
        message: The message so far.
        value: The value now, if there is one.
        rows: Rows behind it, where known.
    """
    now = "there is no value any more" if value is None else f"the value is now {value:.6g}"
    basis = "" if rows is None else f" on {rows} row{'s' * (rows != 1)}"
    return f"{strip_refutation(message)}{_REFUTED}{now}{basis}"


def describe_cover(message: str, end: str) -> str:
    """Return the message of an alert that falls into the wait time of an earlier one.

    Args:
        message: The message so far.
        end: End of the window of the earlier alert, as the API writes it.
    """
    earlier = f"rows that came late raise the alert at {end}, whose wait time covers this one"
    return f"{strip_refutation(message)}{_REFUTED}{earlier}"


def strip_refutation(message: str) -> str:
    """Return a message without what was added when the alert was resolved by itself."""
    return message.partition(_REFUTED)[0]


def describe_minutes(minutes: float) -> str:
    """Return a period in the largest unit that divides it, e.g. `2 days`.

    Args:
        minutes: Its length.
    """
    for length, unit in _MINUTES:
        if minutes >= length and minutes % length == 0:
            number = int(minutes // length)
            return f"{number} {unit}{'s' * (number != 1)}"
    return f"{minutes:g} minutes"
