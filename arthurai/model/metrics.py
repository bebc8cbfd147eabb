"""Metrics of a model: named queries that alert rules can watch."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, overload

from arthurai.common.checks import check_choice, check_text
from arthurai.common.constants import ListableStrEnum
from arthurai.common.exceptions import (
    MissingParameterError,
    ResponseClientError,
    UserTypeError,
    wrap_errors,
)
from arthurai.common.html_display import DisplayedList, DisplayedRows
from arthurai.common.pagination import collect_pages, iterate_items
from arthurai.common.text import find_similar
from arthurai.model.base_model import require_connection
from arthurai.model.json_dataclass import ArthurBaseJsonDataclass
from arthurai.model.responses import check_page, filters_to_json, parse_response, to_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from arthurai.common.documents import MetricResult, MetricResultValue
    from arthurai.model.base_model import ArthurModelBase
    from arthurai.typing import Filters, MetricTypeName, RollupName, TableKind
    from arthurai_api.models.paginated_metrics import PaginatedMetrics

logger = logging.getLogger(__name__)

_ID: Final = re.compile(r"[0-9a-fA-F-]{32,36}")
_ROLLUPS: Final = (
    *("MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"),
    *("BATCH_ID", "REFERENCE"),
)


class MetricType(ListableStrEnum):
    """Subject of a metric."""

    ModelOutputMetric: Final = "model_output_metric"
    ModelInputDataMetric: Final = "model_input_data_metric"
    ModelPerformanceMetric: Final = "model_performance_metric"
    ModelDataDriftMetric: Final = "model_data_drift_metric"


@wrap_errors
@dataclass
class Metric(ArthurBaseJsonDataclass):
    """A named query with parameters.

    Attributes:
        id: Identifier assigned by the server.
        name: Name, unique in the model.
        query: The query; it may hold placeholders `{{ parameter_name }}`.
        is_default: Whether it is built-in.
        type: A member of `MetricType`.
        attribute: The attribute that it measures.
        parameters: The parameters with their types, limits and defaults.
        valid_rollups: The steps by which it can be evaluated.
    """

    _shown_fields: ClassVar[tuple[str, ...]] = ("name", "type", "attribute", "is_default", "id")

    id: str
    name: str
    query: dict[str, Any]
    is_default: bool
    type: str | None = None
    attribute: str | None = None
    parameters: list[dict[str, Any]] | None = None
    valid_rollups: list[str] | None = None


class MetricEvaluation(dict[str, Any]):
    """The response of `evaluate_metric`: a dictionary that notebooks show as a table of values."""

    def _repr_html_(self) -> str:
        return DisplayedRows(flatten_results(self))._repr_html_()


def create_metric(
    self: ArthurModelBase,
    name: str,
    query: Mapping[str, Any],
    is_data_drift: bool = False,
    metric_type: MetricTypeName | None = None,
    parameters: Iterable[Mapping[str, Any]] | None = None,
) -> str:
    """Create a metric: a named query that yields one number, which alert rules can watch.

    Args:
        name: Name, unique in the model and different from the built-in metrics.
        query: The query, as JSON or made with `arthurai.query`; one item is selected, and
            it may hold placeholders `{{ parameter_name }}`.
        is_data_drift: Whether it is a drift query.
        metric_type: A member of `MetricType`; the server
            derives it when omitted.
        parameters: The placeholders: `name`, `parameter_type`, `value_limits` and
            `default` of each.

    Returns:
        The id of the metric.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: `metric_type` is not a metric type.
        ResponseClientError: The server does not accept the metric.
    """
    from arthurai.transport.session_core import API_ROOT
    from arthurai_api.api.metrics import create_metric as create_metric_operation
    from arthurai_api.api.query import query as base
    from arthurai_api.api.query import query_data_drift

    if not isinstance(name, str) or not name.strip():
        raise MissingParameterError(f"name must be a non-empty string, got {name!r}")
    if not isinstance(query, Mapping):
        raise UserTypeError(f"query must be a dictionary or a query, got {type(query).__name__}")
    if metric_type is not None:
        metric_type = check_choice("metric_type", metric_type, MetricType.list())
    session, model_id = require_connection(self, "have metrics")
    address = (query_data_drift if is_data_drift else base).build_request(model_id).url
    body = {
        "name": name,
        "query": dict(query),
        "endpoint": API_ROOT + address,
        "parameters": [dict(one) for one in (() if parameters is None else parameters)],
    }
    if metric_type is not None:
        body["type"] = metric_type
    request = session.api.build(create_metric_operation.build_request, model_id)
    return session.api.exchange(request, create_metric_operation.parse_response, json=body).id


def get_metrics(
    self: ArthurModelBase,
    default_metrics: bool = False,
    metric_type: MetricTypeName | None = None,
    metric_id: str | None = None,
    metric_name: str | None = None,
    attribute_name: str | None = None,
) -> list[Metric]:
    """Fetch metrics, all pages of them.

    Args:
        default_metrics: Only the built-in ones.
        metric_type: Only those of a member of `MetricType`.
        metric_id: Only the one with this id; the other arguments are ignored.
        metric_name: Only those of this name.
        attribute_name: Only those that measure this attribute.

    Returns:
        The metrics.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: `metric_type` is not a metric type.
        ResponseClientError: The metric does not exist.
    """
    from arthurai_api.api.metrics import get_metric

    if metric_id is not None:
        session, model_id = require_connection(self, "have metrics")
        found = get_metric.sync(model_id, metric_id, client=session.api)
        return DisplayedList([parse_response(Metric, found)])
    fetch = _metric_pages(self, default_metrics, metric_type, metric_name, attribute_name)
    metrics = collect_pages(fetch, lambda page: page.metrics)
    if metric_name is not None and not metrics:
        fetch_all = _metric_pages(self, False, None, None, None)
        known = collect_pages(fetch_all, lambda page: page.metrics)
        if near := find_similar(metric_name, [str(metric.name) for metric in known], 1):
            logger.warning("no metric is named %r; did you mean %r?", metric_name, near[0])
    return DisplayedList(parse_response(Metric, metric) for metric in metrics)


def iter_metrics(
    self: ArthurModelBase,
    default_metrics: bool = False,
    metric_type: MetricTypeName | None = None,
    metric_name: str | None = None,
    attribute_name: str | None = None,
    page_size: int | None = None,
) -> Iterator[Metric]:
    """Iterate over metrics; each page is fetched when it is needed.

    Args:
        default_metrics: Only the built-in ones.
        metric_type: Only those of a member of `MetricType`.
        metric_name: Only those of this name.
        attribute_name: Only those that measure this attribute.
        page_size: Maximum number of metrics per request; the server's choice if omitted.

    Returns:
        The metrics.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: `metric_type` is not a metric type, or the number is not positive.
    """
    chosen = (default_metrics, metric_type, metric_name, attribute_name)
    fetch = _metric_pages(self, *chosen, page_size=page_size)
    return (
        parse_response(Metric, metric) for metric in iterate_items(fetch, lambda page: page.metrics)
    )


def _metric_pages(
    model: ArthurModelBase,
    default_metrics: bool,
    metric_type: MetricTypeName | None,
    metric_name: str | None,
    attribute_name: str | None,
    page_size: int | None = None,
) -> Callable[[int], PaginatedMetrics]:
    from arthurai_api.api.metrics import list_metrics
    from arthurai_api.models.metric_expand import MetricExpand
    from arthurai_api.models.metric_type import MetricType as ApiMetricType

    session, model_id = require_connection(model, "have metrics")
    if page_size is not None:
        check_page(None, page_size)
    if metric_type is not None:
        metric_type = check_choice("metric_type", metric_type, MetricType.list())

    def fetch(number: int) -> PaginatedMetrics:
        return list_metrics.sync(
            model_id,
            client=session.api,
            expand=[MetricExpand.TYPE],
            default=True if default_metrics else None,
            type_=None if metric_type is None else [ApiMetricType(metric_type)],
            metric_name=metric_name,
            attribute_name=attribute_name,
            page=number,
            page_size=page_size,
        )

    return fetch


@overload
def evaluate_metric(
    self: ArthurModelBase,
    metric: Metric | str,
    *,
    rollup: RollupName | None = None,
    group_by: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    filters: Filters | None = None,
    as_frame: None = None,
    uncertainty: bool = False,
    time_zone: str | None = None,
) -> dict[str, Any]: ...


@overload
def evaluate_metric(
    self: ArthurModelBase,
    metric: Metric | str,
    *,
    rollup: RollupName | None = None,
    group_by: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    filters: Filters | None = None,
    as_frame: Literal["pandas"],
    uncertainty: bool = False,
    time_zone: str | None = None,
) -> pd.DataFrame: ...


@overload
def evaluate_metric(
    self: ArthurModelBase,
    metric: Metric | str,
    *,
    rollup: RollupName | None = None,
    group_by: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    filters: Filters | None = None,
    as_frame: Literal["polars"],
    uncertainty: bool = False,
    time_zone: str | None = None,
) -> pl.DataFrame: ...


@overload
def evaluate_metric(
    self: ArthurModelBase,
    metric: Metric | str,
    *,
    rollup: RollupName | None = None,
    group_by: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    filters: Filters | None = None,
    as_frame: Literal["pyarrow"],
    uncertainty: bool = False,
    time_zone: str | None = None,
) -> pa.Table: ...


@overload
def evaluate_metric(
    self: ArthurModelBase,
    metric: Metric | str,
    *,
    rollup: RollupName | None = None,
    group_by: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    filters: Filters | None = None,
    as_frame: TableKind | None,
    uncertainty: bool = False,
    time_zone: str | None = None,
) -> dict[str, Any] | pd.DataFrame | pl.DataFrame | pa.Table: ...


def evaluate_metric(
    self: ArthurModelBase,
    metric: Metric | str,
    *,
    rollup: RollupName | None = None,
    group_by: str | None = None,
    parameters: Mapping[str, Any] | None = None,
    filters: Filters | None = None,
    as_frame: TableKind | None = None,
    uncertainty: bool = False,
    time_zone: str | None = None,
) -> Any:
    """Evaluate a metric over all inferences, by period or by batch.

    Args:
        metric: The metric or its id.
        rollup: `minute`, `hour`, `day`, `week` (from Monday), `month`, `quarter`, `year` or
            `batch_id` for a series, `reference` for the value in the reference data.
        group_by: Attribute with categories or bins; one result for each of them.
        parameters: Value by parameter name; a list yields one result for each value.
        filters: Conditions on the rows, as JSON, or conditions such as `col("income") > 1000`.
        as_frame: `pandas`, `polars` or `pyarrow` for a table with one row per value.
        uncertainty: Whether each value says how many rows it rests on and, where theory has one,
            its interval of 95 % confidence. An extension of the embedded server.
        time_zone: Zone by whose clocks periods start, such as `Europe/Vienna`; UTC when omitted.
            The starts are given in UTC. An extension of the embedded server.

    Returns:
        The evaluation as the API returns it: `name`, `filters` and `results`; or a table
        with the group, the parameters, `rollup` and `value`, and with `uncertainty` further
        columns such as `rows`, `low` and `high`.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: `rollup` or `as_frame` is not one of the choices.
        ResponseClientError: The metric does not exist, or the arguments do not fit it.
    """
    from arthurai_api.api.metrics import evaluate_metric as evaluate_metric_operation

    body: dict[str, Any] = {}
    if rollup is not None:
        body["rollup"] = check_choice("rollup", rollup, _ROLLUPS)
    if group_by is not None:
        body["group_by"] = group_by
    if parameters is not None:
        body["parameters"] = dict(parameters)
    if filters is not None:
        body["filters"] = filters_to_json(filters)
    if uncertainty:
        body["uncertainty"] = True
    if time_zone is not None:
        body["time_zone"] = check_text("time_zone", time_zone)
    session, model_id = require_connection(self, "have metrics")
    with resolve_metric(metric) as metric_id:
        api = session.api.with_retry(True)  # it only reads
        request = api.build(evaluate_metric_operation.build_request, model_id, metric_id)
        found = api.exchange(request, evaluate_metric_operation.parse_response, json=body)
    answer = found.as_received()
    if as_frame is None:
        return MetricEvaluation(answer)
    return to_table(flatten_results(answer), as_frame)


def delete_metric(self: ArthurModelBase, metric: Metric | str) -> None:
    """Delete a custom metric; alert rules on it are disabled.

    Args:
        metric: The metric or its id.

    Raises:
        MethodNotApplicableError: The model is not saved.
        ResponseClientError: The metric does not exist, or is built-in.
    """
    from arthurai_api.api.metrics import delete_metric as delete_metric_operation

    session, model_id = require_connection(self, "have metrics")
    with resolve_metric(metric) as metric_id:
        delete_metric_operation.sync(model_id, metric_id, client=session.api)


def flatten_results(evaluation: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the results of a metric as rows.

    Args:
        evaluation: The evaluation as the API returns it.

    Returns:
        One row for each value: the group and the parameters it belongs to, the step of time or the
        batch as `rollup` if there is one, and the number as `value`.
    """
    results: list[MetricResult] = evaluation["results"]
    return [
        {
            **{name: _group_label(legend) for name, legend in (result.get("group") or {}).items()},
            **(result.get("parameters") or {}),
            **_step(point),
            "value": point.get(result["name"]),
            **_uncertainty(point),
        }
        for result in results
        for point in result["values"]
    ]


def _step(point: MetricResultValue) -> dict[str, str | None]:
    return {"rollup": point["rollup"]} if "rollup" in point else {}


def _uncertainty(point: MetricResultValue) -> dict[str, Any]:
    if "uncertainty" not in point:
        return {}
    return point["uncertainty"] or {}


def _group_label(legend: Mapping[str, Any]) -> Any:
    if legend.get("bin") is None:
        return legend.get("name")
    return format_interval(
        legend["bin"].get("continuous_start"), legend["bin"].get("continuous_end")
    )


def format_interval(start: float | str | None, end: float | str | None) -> str:
    """Return an interval in mathematical notation.

    Args:
        start: Lower bound, excluded; `None` for none.
        end: Upper bound, included; `None` for none.

    Returns:
        Such as `(35,55]`, `(-inf,35]` or `(55,inf)`.
    """
    return f"({'-inf' if start is None else start},{'inf)' if end is None else f'{end}]'}"


@contextmanager
def resolve_metric(metric: Metric | str) -> Iterator[str]:
    """Yield the id of a metric; if the server does not know it, explain when it looks like a name.

    Args:
        metric: The metric or its id.

    Yields:
        The id.

    Raises:
        ResponseClientError: The server refused; if a name was given, the message says so.
    """
    if isinstance(metric, Metric):
        yield metric.id
        return
    try:
        yield metric
    except ResponseClientError as error:
        if _ID.fullmatch(metric):
            raise
        raise type(error)(
            f"metric must be a metric or its id, got {metric!r}, which looks like a name. Fetch "
            "metrics with get_metrics(), the built-in ones with "
            f"get_metrics(default_metrics=True), and pass one of them. {error}",
            exchange=error.exchange,
        ) from error
