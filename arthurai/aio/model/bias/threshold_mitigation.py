"""Thresholds by group that mitigate the bias of a binary classifier.

Made by `python -m scripts.async_layer` from `arthurai/model/bias/threshold_mitigation.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.aio.common.pagination import collect_pages
from arthurai.aio.model.base_model import require_connection
from arthurai.common.checks import check_choice
from arthurai.common.exceptions import (
    ArthurUserError,
    MethodNotApplicableError,
    UserTypeError,
    UserValueError,
    wrap_errors,
)
from arthurai.model.bias.sensitive_groups import require_sensitive_attribute
from arthurai.model.bias.threshold_mitigation import (
    CONSTRAINT_PLOT_DICT,
    Curves,
    _group_label,
    _points,
    _row,
)
from arthurai.model.responses import to_table
from arthurai.transport.connected_object import ConnectedObject, with_session
from arthurai.transport.raw_responses import RawCalls, raw_awaited

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Self

    from matplotlib.figure import Figure

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.typing import ConstraintName, TableKind
    from arthurai_api.models.bias_mitigation_curve import BiasMitigationCurve
    from arthurai_api.models.paginated_bias_mitigation_curves import PaginatedBiasMitigationCurves

EqualOpportunity: Final = "equal_opportunity"
MAX_INDEX = 1000


@wrap_errors
class AsyncThresholdMitigation(ConnectedObject):
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
    def with_raw_response(self) -> AsyncRawThresholdMitigation:
        """The methods that send requests, with the responses behind results: `RawResult`."""
        return AsyncRawThresholdMitigation(self)

    async def enable(self) -> dict[str, Any]:
        """Start computing the curves; see `ArthurModel.enable_bias_mitigation`.

        Returns:
            The state of the enrichments.

        Raises:
            MethodNotApplicableError: The model is not saved, is not a binary classifier, or has no
                sensitive attribute.
        """
        from arthurai.aio.model.enrichments import enable_bias_mitigation

        return await enable_bias_mitigation(self.arthur_model)

    async def get_curves(
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
        found = await self._fetch(attribute, constraint)
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

    async def _fetch(self, attribute: str, constraint: str) -> list[BiasMitigationCurve]:
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

        async def fetch(page: int) -> PaginatedBiasMitigationCurves:
            return await get_bias_mitigation_curves.asyncio(
                model_id,
                client=session.api,
                attribute_id=identifier,
                constraint=[BiasConstraint(constraint)],
                page=None if page == 1 else page,
                page_size=None,
            )

        return await collect_pages(fetch, lambda page: page.data)

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

    async def plot_curves(
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
            curves = await self.get_curves(attribute, constraint)
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


class AsyncRawThresholdMitigation(RawCalls):
    """The methods of `ThresholdMitigation` that send requests, which return a `RawResult` each."""

    enable = raw_awaited(AsyncThresholdMitigation.enable)
    get_curves = raw_awaited(AsyncThresholdMitigation.get_curves)
