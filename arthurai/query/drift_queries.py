"""Drift queries in Python: how far a distribution has moved from another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from arthurai.common.checks import TextT, check_text, read_list, spell_choice
from arthurai.common.exceptions import UserTypeError, UserValueError, arthur_excepted, wrap_errors
from arthurai.common.vocabulary import (
    DRIFT_BASE_SOURCES,
    DRIFT_METRICS,
    DRIFT_MISSING_VALUES,
    DRIFT_ROLLUPS,
    DRIFT_SOURCES,
)
from arthurai.query.builder import Query
from arthurai.query.expressions import Condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from arthurai.typing import DriftMetricName, Strings

DriftBase: TypeAlias = Literal["reference", "inference"]
DriftTarget: TypeAlias = Literal["inference", "reference", "ground_truth"]
DriftRollup: TypeAlias = Literal[
    "minute", "hour", "day", "week", "month", "quarter", "year", "batch_id"
]
MissingValues: TypeAlias = Literal["bin", "ignore"]


@wrap_errors
class DriftQuery(Query):
    """A drift query: the mapping that is sent as JSON. `model.query` knows where to send it.

    Attributes:
        query_type: The `query_type` of `ArthurModel.query`.
    """

    __slots__ = ("query_type",)

    def __init__(self, body: Mapping[str, Any], query_type: str) -> None:
        super().__init__(body)
        self.query_type = query_type


@arthur_excepted("drift() failed")
def drift(
    *properties: str,
    metric: DriftMetricName = "PSI",
    base: DriftBase = "reference",
    target: DriftTarget = "inference",
    base_where: Iterable[Condition] = (),
    target_where: Iterable[Condition] = (),
    predicted_classes: Strings | str | None = None,
    ground_truth_classes: Strings | str | None = None,
    num_bins: int | None = None,
    group_by: Strings | str = (),
    rollup: DriftRollup | None = None,
    missing_values: MissingValues | None = None,
    time_zone: str | None = None,
    uncertainty: bool = False,
) -> DriftQuery:
    """Return a query for the drift of attributes, one number for each.

    Args:
        *properties: Attributes to measure one by one: numbers, categories and booleans.
        metric: `PSI`, `KLDivergence`, `JSDivergence`, `HellingerDistance`; `HypothesisTest`, which
            gives -log10 of the p-value, at most 300; or `Thresholds`, which asks for limits that
            follow from the base.
        base: What is compared with: `reference` or `inference`.
        target: What is compared: `inference`, `reference` or `ground_truth`.
        base_where: Conditions on the rows of the base, such as `col("region") == "north"`.
        target_where: Conditions on the rows of the target.
        predicted_classes: Predicted attributes whose winner is measured as one class; `["*"]` for
            all.
        ground_truth_classes: The same for the true class.
        num_bins: Bins of continuous attributes; 20 when omitted.
        group_by: Attributes that split both sides.
        rollup: `minute`, `hour`, `day`, `week` (from Monday), `month`, `quarter`, `year` or
            `batch_id`: splits the target, and each part is compared with the whole base.
        missing_values: `bin`, the default: a bin of their own; `ignore`: left out.
        time_zone: Zone by whose clocks periods start, such as `Europe/Vienna`; UTC when omitted.
        uncertainty: Whether each row says what its values rest on, and what drift is to be expected
            without a change.

    Raises:
        UserValueError: An argument is not one of the choices, or nothing is to be measured.
        UserTypeError: A condition is not a comparison.
    """
    body: dict[str, Any] = {}
    for key, names in (
        ("properties", properties),
        ("predicted_classes", predicted_classes),
        ("ground_truth_classes", ground_truth_classes),
    ):
        found = [] if names is None else read_list(key, names, single=True)
        if found:
            body[key] = found
    if not body:
        raise UserValueError(
            "drift() needs the name of an attribute, `predicted_classes` or `ground_truth_classes`"
        )
    metric = _check("metric", metric, DRIFT_METRICS)
    body["metric"] = metric
    body |= _sides(base, target, base_where, target_where)
    if metric == "Thresholds":
        del body["target"]
    body |= _options(num_bins, group_by, rollup, missing_values, time_zone)
    if uncertainty:
        body["uncertainty"] = True
    return DriftQuery(body, "drift")


@arthur_excepted("psi_table() failed")
def psi_table(
    property: str,  # noqa: A002 - the name in the query language
    *,
    base: DriftBase = "reference",
    target: DriftTarget = "inference",
    base_where: Iterable[Condition] = (),
    target_where: Iterable[Condition] = (),
    num_bins: int | None = None,
    group_by: Strings | str = (),
    rollup: DriftRollup | None = None,
    missing_values: MissingValues | None = None,
    time_zone: str | None = None,
) -> DriftQuery:
    """Return a query for the population stability index of an attribute, bin by bin.

    Args:
        property: The attribute.
        base: As for `drift`.
        target: As for `drift`.
        base_where: As for `drift`.
        target_where: As for `drift`.
        num_bins: As for `drift`.
        group_by: As for `drift`.
        rollup: As for `drift`.
        missing_values: As for `drift`.
        time_zone: As for `drift`.

    Raises:
        UserValueError: An argument is not one of the choices.
        UserTypeError: A condition is not a comparison.
    """
    body = {
        "property": property,
        **_sides(base, target, base_where, target_where),
        **_options(num_bins, group_by, rollup, missing_values, time_zone),
    }
    return DriftQuery(body, "drift_psi_bucket_table")


def _sides(
    base: str, target: str, base_where: Iterable[Condition], target_where: Iterable[Condition]
) -> dict[str, Any]:
    base = _check("base", base, DRIFT_BASE_SOURCES)
    target = _check("target", target, DRIFT_SOURCES)
    found: dict[str, dict[str, Any]] = {}
    for name, source, conditions in (
        ("base", base, base_where),
        ("target", target, target_where),
    ):
        found[name] = {"source": source}
        if filters := _filters(f"{name}_where", conditions):
            found[name]["filter"] = filters
    return found


def _filters(name: str, conditions: Iterable[Condition]) -> list[Any]:
    if isinstance(conditions, Condition):
        conditions = [conditions]
    found = []
    for place, condition in enumerate(conditions):
        if not isinstance(condition, Condition):
            raise UserTypeError(
                f"`{name}[{place}]` must be a comparison such as col('income') > 1000, "
                f"got {condition!r}"
            )
        found.append(condition.to_filter())
    return found


def _options(
    num_bins: int | None,
    group_by: Strings | str,
    rollup: str | None,
    missing_values: str | None,
    time_zone: str | None,
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if num_bins is not None:
        found["num_bins"] = num_bins
    names = read_list("group_by", group_by, single=True)
    if names:
        found["group_by"] = [{"property": name} for name in names]
    if rollup is not None:
        found["rollup"] = _check("rollup", rollup, DRIFT_ROLLUPS)
    if time_zone is not None:
        found["time_zone"] = check_text("time_zone", time_zone)
    if missing_values is not None:
        found["missing_values"] = _check("missing_values", missing_values, DRIFT_MISSING_VALUES)
    return found


def _check(name: str, value: TextT, choices: tuple[str, ...]) -> TextT:
    found = spell_choice(value, choices)
    if found not in choices:
        raise UserValueError(f"`{name}` must be one of {', '.join(choices)}, got {value!r}")
    return cast("TextT", found)
