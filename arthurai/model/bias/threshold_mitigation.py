"""Thresholds by group that mitigate the bias of a binary classifier."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from arthurai.common.checks import check_choice
from arthurai.common.exceptions import (
    ArthurUserError,
    MethodNotApplicableError,
    UnexpectedValueError,
    UserTypeError,
    UserValueError,
    wrap_errors,
)
from arthurai.common.html_display import format_table, format_text
from arthurai.common.pagination import collect_pages
from arthurai.model.base_model import require_connection
from arthurai.model.bias.sensitive_groups import require_sensitive_attribute
from arthurai.model.metrics import format_interval
from arthurai.model.responses import to_table
from arthurai.transport.connected_object import ConnectedObject, with_session
from arthurai.transport.raw_responses import RawCalls, raw

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.typing import ConstraintName, TableKind
    from arthurai_api.models.bias_curve_point import BiasCurvePoint
    from arthurai_api.models.bias_mitigation_curve import BiasMitigationCurve
    from arthurai_api.models.paginated_bias_mitigation_curves import PaginatedBiasMitigationCurves

DemographicParity: Final = "demographic_parity"
EqualOpportunity: Final = "equal_opportunity"
EqualizedOdds: Final = "equalized_odds"

CONSTRAINT_PLOT_DICT = {
    DemographicParity: ["selection_rate", "accuracy"],
    EqualOpportunity: ["true_positive_rate", "accuracy"],
    EqualizedOdds: ["false_positive_rate", "true_positive_rate"],
}
"""The x and y of the curves of each constraint."""

MAX_INDEX = 1000


@dataclass
class Curves:
    """Curves of the groups over the choices of thresholds; point i of all groups is one choice.

    Attributes:
        attribute_name: The attribute whose values are the groups.
        constraint: What is equalized.
        max_acc_idx: Index of the best choice.
        attr_val_to_threshold: By group a table with `x`, `y` and `threshold`; bins of
            continuous attributes are written as `(35,55]`.
        sizes: By group the number of reference rows that its curve rests on, where the server says
            it.
    """

    attribute_name: str
    constraint: str
    max_acc_idx: int
    attr_val_to_threshold: dict[Any, Any]
    sizes: dict[Any, int] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        best = self.max_acc_idx
        names = CONSTRAINT_PLOT_DICT.get(self.constraint, ["x", "y"])
        rows = []
        for group, frame in self.attr_val_to_threshold.items():
            points = {name: _to_list(frame[name]) for name in ("threshold", "x", "y")}
            known = [values[best] for values in points.values() if best < len(values)]
            rows.append((group, *(known or [None] * len(points))))
        table = format_table((self.attribute_name, "threshold", *names), rows, len(rows))
        title = f"{self.constraint} by {self.attribute_name}, at the best choice ({best})"
        return f"<p><b>{format_text(title)}</b></p>{table}"


def _to_list(column: Any) -> list[Any]:
    values: list[Any] = column.to_pylist() if hasattr(column, "to_pylist") else list(column)
    return values


@wrap_errors
class ThresholdMitigation(ConnectedObject):
    """One threshold per group instead of one for all.

    Args:
        arthur_model: A saved binary classifier with sensitive attributes.
    """

    def __init__(self, arthur_model: ArthurModelBase) -> None:
        self.arthur_model = arthur_model

    def __repr__(self) -> str:
        return f"{type(self).__name__} of {self.arthur_model!r}"

    def _over(self, change: Callable[[Any], Any]) -> Self:
        return type(self)(with_session(self.arthur_model, change))

    @property
    def with_raw_response(self) -> RawThresholdMitigation:
        """The methods that send requests, with the responses behind results: `RawResult`."""
        return RawThresholdMitigation(self)

    def enable(self) -> dict[str, Any]:
        """Start computing the curves; see `ArthurModel.enable_bias_mitigation`.

        Returns:
            The state of the enrichments.

        Raises:
            MethodNotApplicableError: The model is not saved, is not a binary classifier, or has no
                sensitive attribute.
        """
        from arthurai.model.enrichments import enable_bias_mitigation

        return enable_bias_mitigation(self.arthur_model)

    def get_curves(
        self,
        attribute: str,
        constraint: ConstraintName = EqualOpportunity,
        *,
        as_frame: TableKind = "pandas",
    ) -> Curves:
        """Fetch the curves of an attribute.

        Args:
            attribute: Name of a sensitive attribute.
            constraint: `demographic_parity`, `equal_opportunity` or `equalized_odds`.
            as_frame: Kind of the tables: `pandas`, `polars` or `pyarrow`.

        Returns:
            The curves of all groups.

        Raises:
            UserValueError: The constraint is unknown.
            MethodNotApplicableError: The attribute is not sensitive, the model is not saved, or
                there are no curves (yet).
            UnexpectedValueError: The server sent curves without a group.
        """
        constraint = check_choice("constraint", constraint, CONSTRAINT_PLOT_DICT)
        found = self._fetch(attribute, constraint)
        if not found:
            raise MethodNotApplicableError(
                f"no {constraint} curves for {attribute!r} (yet). Enable them with "
                "bias.mitigation_threshold.enable(), and wait with await_enrichments()"
            )
        return Curves(
            attribute_name=attribute,
            constraint=constraint,
            max_acc_idx=found[0].optimization_index,
            attr_val_to_threshold={
                _group_label(curve): to_table(
                    [_row(point) for point in curve.data_points],
                    as_frame,
                )
                for curve in found
            },
            sizes={
                _group_label(curve): curve.rows for curve in found if isinstance(curve.rows, int)
            },
        )

    def _fetch(self, attribute: str, constraint: str) -> list[BiasMitigationCurve]:
        from arthurai_api.api.enrichments import get_bias_mitigation_curves
        from arthurai_api.models.bias_constraint import BiasConstraint

        model = self.arthur_model
        session, model_id = require_connection(model, "have curves")
        identifier = require_sensitive_attribute(model, attribute).id
        if identifier is None:
            raise MethodNotApplicableError(
                f"the id of attribute {attribute!r} is not known here. Fetch the model with "
                "ArthurAI.get_model()"
            )

        def fetch(page: int) -> PaginatedBiasMitigationCurves:
            return get_bias_mitigation_curves.sync(
                model_id,
                client=session.api,
                attribute_id=identifier,
                constraint=[BiasConstraint(constraint)],
                page=None if page == 1 else page,
                page_size=None,
            )

        return collect_pages(fetch, lambda page: page.data)

    def get_thresholds_for_idx(self, curves: Curves, idx: int | None = None) -> dict[Any, float]:
        """Return the thresholds of one choice.

        Args:
            curves: The curves.
            idx: Index of the choice, 0 to 1000; the best one by default.

        Returns:
            The threshold of each group; predictions from it on are positive.

        Raises:
            UserValueError: The index is out of range.
            UserTypeError: `curves` is not the result of `get_curves`, or `idx` is not an integer.
        """
        if not isinstance(curves, Curves):
            raise UserTypeError(f"curves must be the result of get_curves(), got {curves!r:.60}")
        index = curves.max_acc_idx if idx is None else idx
        if isinstance(index, bool) or not hasattr(index, "__index__"):
            raise UserTypeError(f"idx must be an integer, got {index!r}")
        points = {group: _points(table) for group, table in curves.attr_val_to_threshold.items()}
        last = min([MAX_INDEX, *(len(table) - 1 for table in points.values())])
        if not 0 <= index <= last:
            raise UserValueError(f"idx must be from 0 to {last}, got {index!r}")
        return {group: table[index][2] for group, table in points.items()}

    def plot_curves(
        self,
        curves: Curves | None = None,
        attribute: str | None = None,
        constraint: ConstraintName | None = None,
    ) -> Figure:
        """Draw one curve per group, with a mark at the best choice.

        Args:
            curves: The curves; fetched when omitted.
            attribute: Name of a sensitive attribute, if `curves` is omitted.
            constraint: The constraint, if `curves` is omitted.

        Returns:
            The figure.

        Raises:
            UserValueError: Neither curves nor attribute and constraint are given.
            ArthurUserError: matplotlib is not installed.
        """
        if curves is None:
            if attribute is None or constraint is None:
                raise UserValueError("either curves, or attribute and constraint must be given")
            curves = self.get_curves(attribute, constraint)
        try:
            from arthurai.model.viz.figures import draw_curves
        except ImportError as error:
            raise ArthurUserError(f"plots require the package matplotlib: {error}") from error
        xlabel, ylabel = (
            name.replace("_", " ") for name in CONSTRAINT_PLOT_DICT[curves.constraint]
        )
        return draw_curves(
            {
                str(group): [(x, y) for x, y, _ in _points(table)]
                for group, table in curves.attr_val_to_threshold.items()
            },
            xlabel=xlabel,
            ylabel=ylabel,
            title=f"{curves.constraint.replace('_', ' ')} by {curves.attribute_name}",
            best=curves.max_acc_idx,
        )


_POINT = ("x", "y", "threshold")


class RawThresholdMitigation(RawCalls):
    """The methods of `ThresholdMitigation` that send requests, which return a `RawResult` each."""

    enable = raw(ThresholdMitigation.enable)
    get_curves = raw(ThresholdMitigation.get_curves)


def _points(table: Any) -> list[tuple[float, float, float]]:
    import narwhals.stable.v2 as nw

    frame = nw.from_native(table, eager_only=True)
    return list(zip(*(frame[name].to_list() for name in _POINT), strict=True))


def _row(point: BiasCurvePoint) -> dict[str, Any]:
    received = point.as_received()
    return {name: received.get(name) for name in _POINT}


def _group_label(curve: BiasMitigationCurve) -> str:
    from arthurai_api.types import Unset

    if not isinstance(curve.categorical_value, Unset):
        return curve.categorical_value
    start, end = curve.continuous_start, curve.continuous_end
    if isinstance(start, Unset) and isinstance(end, Unset):
        raise UnexpectedValueError(
            f"the server sent a curve of {curve.attribute_name!r} without a group"
        )
    return format_interval(
        None if isinstance(start, Unset) else start, None if isinstance(end, Unset) else end
    )
