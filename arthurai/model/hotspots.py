"""Hotspots: regions of the inputs in which a model performs badly."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from datetime import date as Date  # noqa: N812 - `date` is a parameter below
from typing import TYPE_CHECKING, Any, Final, cast

from arthurai.common.checks import check_choice
from arthurai.common.constants import AccuracyMetric, Enrichment, InputType
from arthurai.common.exceptions import MethodNotApplicableError, UserTypeError, UserValueError
from arthurai.common.html_display import format_table
from arthurai.model.base_model import name_of, require_connection, require_id
from arthurai.model.enrichments import update_enrichment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arthurai.common.documents import FindHotspotsResponse, HotspotNode
    from arthurai.model.base_model import ArthurModelBase
    from arthurai.typing import AccuracyMetricName

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_SIGNS: Final = {"gt": ">", "gte": "≥", "lt": "<", "lte": "≤", "eq": "=", "ne": "≠", "in": "in"}
_MEASURES: Final = ("accuracy", "precision", "recall", "f1")


class Hotspots(dict[str, Any]):
    """The response of `find_hotspots`: a dictionary whose `data` is a list of tree nodes.

    `print()` shows the nodes with their rules, indented as in the tree.
    """

    def __str__(self) -> str:
        return "\n".join(self.lines()) or "No hotspots."

    def _repr_html_(self) -> str:
        rows = self.rows()
        measures = [name for name in _MEASURES if any(row[name] is not None for row in rows)]
        return format_table(
            ("rules", "inferences", *measures),
            (
                (
                    "\u2003" * row["depth"] + row["rules"],
                    row["n_samples"],
                    *(row[name] for name in measures),
                )
                for row in rows
            ),
            len(rows),
        )

    def lines(self) -> Iterator[str]:
        """Describe each node on a line.

        Yields:
            The rules on the way to the node, the number of inferences in it and its measures.
        """
        for node, depth in self._nodes():
            measures = ", ".join(
                f"{name} {node[name]:.3f}" for name in _MEASURES if node.get(name) is not None
            )
            rules = format_rules(node.get("rules") or {})
            yield f"{'  ' * depth}{rules}: {node['n_samples']} inferences, {measures}"

    def rows(self) -> list[dict[str, Any]]:
        """Return the nodes as rows, for a table.

        Returns:
            For each node `rules` as text, `depth` (0 for the nodes reported, more for those
            below them), `n_samples`, the measures and `impurity`.
        """
        return [
            {
                "rules": format_rules(node.get("rules") or {}),
                "depth": depth,
                **{name: node.get(name) for name in ("n_samples", *_MEASURES, "impurity")},
            }
            for node, depth in self._nodes()
        ]

    def _nodes(self) -> Iterator[tuple[HotspotNode, int]]:
        found = cast("FindHotspotsResponse", self).get("data")
        waiting = [(node, 0) for node in reversed(found or [])]
        while waiting:
            node, depth = waiting.pop()
            yield node, depth
            below = (node.get("right"), node.get("left"))
            waiting.extend((child, depth + 1) for child in below if child)


def format_rules(rules: Mapping[str, Any]) -> str:
    """Return the rules of a node in readable form.

    Args:
        rules: Conditions by attribute, `{"income": {"gt": 41000, "lte": 58000}}`.

    Returns:
        Such as `41000 < income ≤ 58000 and region = north`; `everything` without rules.
    """
    return " and ".join(_format_rule(name, rule) for name, rule in rules.items()) or "everything"


def _format_rule(name: str, rule: Any) -> str:
    if not hasattr(rule, "items"):
        return f"{name} {rule}"
    bounds = dict(rule)
    low = next((sign for sign in ("gt", "gte") if sign in bounds), None)
    high = next((sign for sign in ("lt", "lte") if sign in bounds), None)
    parts = []
    if low and high:
        inner, outer = _SIGNS[low].replace(">", "<").replace("≥", "≤"), _SIGNS[high]
        parts.append(f"{bounds.pop(low)} {inner} {name} {outer} {bounds.pop(high)}")
    parts += [f"{name} {_SIGNS.get(sign, sign)} {bound}" for sign, bound in bounds.items()]
    return " and ".join(parts)


def enable_hotspots(self: ArthurModelBase) -> dict[str, Any]:
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
    return update_enrichment(self, Enrichment.Hotspots, enabled=True)


def find_hotspots(
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
    found = find_hotspots_operation.sync(
        model_id,
        client=session.api,
        metric=ApiAccuracyMetric(metric),
        threshold=float(threshold),
        date=None if date is None else _parse_day(date),
        batch_id=batch_id,
        ref_set_id=ref_set_id,
    )
    return Hotspots(found.as_received())


def _parse_day(value: Any) -> Date:
    if isinstance(value, datetime):
        return (value if value.tzinfo is None else value.astimezone(UTC)).date()
    if isinstance(value, Date):
        return value
    if isinstance(value, str) and _DAY.match(value):
        try:
            return Date.fromisoformat(value[:10])
        except ValueError:
            pass
    raise UserValueError(f"date must be a date or a string such as '2026-05-31', got {value!r}")
