"""Metrics; each operation has an older twin with the same answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from arthurai.server.http.paging import paginate, sort_items
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.resources.alert_rules.service import disable_metric_rules, update_metric_rules
from arthurai.server.resources.metrics.evaluation import evaluate
from arthurai.server.resources.metrics.service import Catalogue
from arthurai.server.resources.query.handlers import answered
from arthurai.server.timestamps import format_timestamp

if TYPE_CHECKING:
    from arthurai.server.http.request import Request

_SORT_COLUMNS = {
    name: (lambda metric, name=name: metric.get(name))
    for name in ("name", "type", "is_default", "created_at", "updated_at")
}


def _catalogue(request: Request) -> Catalogue:
    return Catalogue(request.stores, request.model())


@operation("list_metrics", "list_metrics_v3")
def list_metrics(request: Request) -> Response:
    """List the metrics of a model that pass all filters."""
    catalogue = _catalogue(request)
    with_type = "type" in (request.params.get("expand") or ())
    found = sort_items(catalogue.find(request.params), request.params.get("sort"), _SORT_COLUMNS)
    return Response(
        200,
        paginate(
            found,
            request.params,
            lambda metric: catalogue.shown(metric, with_type=with_type),
            key="metrics",
        ),
    )


@operation("create_metric", "create_metric_v3")
def create_metric(request: Request) -> Response:
    """Make a metric."""
    catalogue = Catalogue(request.stores, request.model().require_active())
    moment = format_timestamp(datetime.now(UTC))
    with request.stores.control.transaction():
        metric = catalogue.create(request.body, request.principal.creator, moment)
    return Response(201, catalogue.shown(metric))


@operation("get_metric", "get_metric_v3")
def get_metric(request: Request) -> Response:
    """Show one metric."""
    catalogue = _catalogue(request)
    return Response(200, catalogue.shown(catalogue.get(request.params["metric_id"])))


@operation("update_metric", "update_metric_v3")
def update_metric(request: Request) -> Response:
    """Replace a metric."""
    record = request.model()
    catalogue = Catalogue(request.stores, record)
    moment = format_timestamp(datetime.now(UTC))
    metric_id = request.params["metric_id"]
    with request.stores.control.transaction():
        metric = catalogue.update(metric_id, request.body, request.principal.creator, moment)
        update_metric_rules(request.stores, record, metric)
    return Response(200, catalogue.shown(metric))


@operation("delete_metric", "delete_metric_v3")
def delete_metric(request: Request) -> Response:
    """Delete a metric; alert rules on it are switched off."""
    record = request.model()
    with request.stores.control.transaction():
        metric_id = Catalogue(request.stores, record).delete(request.params["metric_id"])
        disable_metric_rules(request.stores, record, metric_id)
    return Response(204)


@operation("evaluate_metric", "evaluate_metric_v3")
def evaluate_metric(request: Request) -> Response:
    """Evaluate a metric, by time, batch or group where asked for."""
    record = request.model()
    metric = Catalogue(request.stores, record).get(request.params["metric_id"])
    authorization = request.services.authorization
    return answered(
        lambda: evaluate(
            metric,
            request.body or {},
            record.schema,
            request.stores.data,
            lambda query: authorization.require_data(request.principal, query),
        )
    )
