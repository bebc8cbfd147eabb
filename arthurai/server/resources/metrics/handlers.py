"""Metrics; each operation has an older twin with the same responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.server.http.paging import member_columns, paginate, sort_items
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.resources.alert_rules.service import disable_metric_rules, update_metric_rules
from arthurai.server.resources.metrics.evaluation import evaluate
from arthurai.server.resources.metrics.service import MetricCatalog

if TYPE_CHECKING:
    from arthurai.server.http.request import Request

_SORT_COLUMNS: Final = member_columns("name", "type", "is_default", "created_at", "updated_at")


def _catalog(request: Request) -> MetricCatalog:
    return MetricCatalog(request.stores, request.model())


@operation("list_metrics", "list_metrics_v3")
def list_metrics(request: Request) -> Response:
    """List the metrics of a model that pass all filters."""
    catalog = _catalog(request)
    with_type = "type" in (request.params.get("expand") or ())
    found = sort_items(catalog.find(request.params), request.params.get("sort"), _SORT_COLUMNS)
    return Response(
        200,
        paginate(
            found,
            request.params,
            lambda metric: catalog.to_api(metric, with_type=with_type),
            key="metrics",
        ),
    )


@operation("create_metric", "create_metric_v3")
def create_metric(request: Request) -> Response:
    """Create a metric."""
    catalog = MetricCatalog(request.stores, request.model().require_active())
    with request.stores.control.transaction():
        metric = catalog.create(request.body, request.principal.creator)
    return Response(201, catalog.to_api(metric))


@operation("get_metric", "get_metric_v3")
def get_metric(request: Request) -> Response:
    """Return one metric."""
    catalog = _catalog(request)
    return Response(200, catalog.to_api(catalog.get(request.params["metric_id"])))


@operation("update_metric", "update_metric_v3")
def update_metric(request: Request) -> Response:
    """Replace a metric."""
    record = request.model()
    catalog = MetricCatalog(request.stores, record)
    metric_id = request.params["metric_id"]
    with request.stores.control.transaction():
        metric = catalog.update(metric_id, request.body, request.principal.creator)
        update_metric_rules(request.stores, record, metric)
    return Response(200, catalog.to_api(metric))


@operation("delete_metric", "delete_metric_v3")
def delete_metric(request: Request) -> Response:
    """Delete a metric and disable its alert rules."""
    record = request.model()
    with request.stores.control.transaction():
        metric_id = MetricCatalog(request.stores, record).delete(request.params["metric_id"])
        disable_metric_rules(request.stores, record, metric_id)
    return Response(204)


@operation("evaluate_metric", "evaluate_metric_v3")
def evaluate_metric(request: Request) -> Response:
    """Evaluate a metric, by time, batch or group if the request says so."""
    record = request.model()
    metric = MetricCatalog(request.stores, record).get(request.params["metric_id"])
    authorization = request.services.authorization
    result = evaluate(
        metric,
        request.body or {},
        record.schema,
        request.stores.data,
        lambda query: authorization.require_data(request.principal, query),
    )
    return Response(200, result)
