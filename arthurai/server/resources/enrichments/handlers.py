"""Enrichments: enabling them, mitigation curves and hotspots."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.enrichment import hotspot_detection as hotspots
from arthurai.server.enrichment import state_store as states
from arthurai.server.enrichment.requested_settings import parse_config, require_allowed
from arthurai.server.enrichment.state_store import EnrichmentError, to_api
from arthurai.server.http.api_errors import ApiError
from arthurai.server.http.paging import paginate
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.resources.explanations.service import change_explainability

if TYPE_CHECKING:
    from arthurai.server.http.request import Request
    from arthurai.server.storage.documents.stored_models import StoredModel

_NAMES_BY_OPERATION: Final = {
    "get_anomaly_detection": states.ANOMALY,
    "get_bias_mitigation": states.BIAS,
    "get_hotspots": states.HOTSPOTS,
    "get_explainability": states.EXPLAINABILITY,
    "update_anomaly_detection": states.ANOMALY,
    "update_bias_mitigation": states.BIAS,
    "update_hotspots": states.HOTSPOTS,
}
_ACCEPTED: Final = 202


@operation("get_enrichments")
def get_enrichments(request: Request) -> Response:
    """Return the states of all enrichments of a model."""
    return Response(200, _states(request, request.model()))


@operation("get_anomaly_detection", "get_bias_mitigation", "get_hotspots", "get_explainability")
def get_enrichment(request: Request) -> Response:
    """Return the state of one enrichment."""
    name = _NAMES_BY_OPERATION[request.operation.operation_id]
    return Response(200, to_api(request.services.enrichments.states.get(request.model(), name)))


@operation("update_anomaly_detection", "update_bias_mitigation", "update_hotspots")
def update_enrichment(request: Request) -> Response:
    """Enable or disable an enrichment without settings."""
    record = request.model().require_active()
    name = _NAMES_BY_OPERATION[request.operation.operation_id]
    if request.body["enabled"]:
        require_allowed(record.schema, name)
    return Response(_ACCEPTED, to_api(_switch(request, record, name, on=request.body["enabled"])))


@operation("update_enrichments")
def update_enrichments(request: Request) -> Response:
    """Enable or disable enrichments of a model; either all changes are accepted or none."""
    record = request.model().require_active()
    config = parse_config(request.form)
    request.services.validation.check_component("EnrichmentsConfiguration", config, "config")
    wanted = {name: config[name] for name in states.NAMES if config.get(name) is not None}
    explained = wanted.pop(states.EXPLAINABILITY, None)
    for name, switch in wanted.items():
        if switch["enabled"]:
            require_allowed(record.schema, name)
    if explained is not None:
        change_explainability(request.services, record, request.form, explained)
    for name, switch in wanted.items():
        _switch(request, record, name, on=switch["enabled"])
    return Response(_ACCEPTED, _states(request, record))


@operation("update_enrichment_status")
def update_enrichment_status(request: Request) -> Response:
    """Set the state of an enrichment that is computed elsewhere."""
    record = request.model()
    name, status = request.params["enrichment_name"], request.body["status"]
    enrichments = request.services.enrichments
    if status == states.DISABLED:
        return Response(200, to_api(enrichments.states.disable(record, name)))
    state = enrichments.states.get(record, name)
    if not state["enabled"]:
        raise ApiError(400, f"{name} is disabled; enable it first")
    enrichments.states.change(state, status=status, reason=None)
    return Response(200, to_api(enrichments.states.get(record, name)))


@operation("get_bias_mitigation_curves", "get_bias_mitigation_curves_legacy")
def get_bias_mitigation_curves(request: Request) -> Response:
    """List the bias mitigation curves of a model."""
    params = dict(request.params)
    if params.get("continuous_value"):
        params["continuous_value"] = [_parse_number(text) for text in params["continuous_value"]]
    found = request.services.enrichments.mitigation.find(request.model(), params)
    page = paginate(found, params, dict)
    if not found:
        page["data"] = None
    return Response(200, page)


@operation("find_hotspots")
def find_hotspots(request: Request) -> Response:
    """Find regions of the input where a model is weak."""
    record, params = request.model(), request.params
    require_allowed(record.schema, states.HOTSPOTS)
    if not request.services.enrichments.states.get(record, states.HOTSPOTS)["enabled"]:
        raise ApiError(400, "hotspots are disabled; enable them first")
    finder = request.services.enrichments.hotspots
    region = _find_region(request, record)
    if region is None:
        return Response(200, {"data": []})
    try:
        found = finder.find(record.schema, region, params["metric"], params["threshold"])
    except EnrichmentError as error:
        raise ApiError(501, str(error)) from None
    return Response(200, {"data": found})


def _find_region(request: Request, record: StoredModel) -> hotspots.RowSelection | None:
    params = request.params
    given = [name for name in ("date", "batch_id", "ref_set_id") if params.get(name) is not None]
    if len(given) != 1:
        raise ApiError(
            400, f"exactly one of date, batch_id and ref_set_id must be given, got {len(given)}"
        )
    if given == ["ref_set_id"]:
        return hotspots.select_reference()
    is_batch = record.schema.is_batch
    if given == ["batch_id"]:
        if not is_batch:
            raise ApiError(400, "batch_id requires a batch model; use date for a streaming model")
        request.stores.data.batch(record.schema, params["batch_id"])
        return hotspots.select_batch(params["batch_id"])
    if is_batch:
        raise ApiError(400, "date requires a streaming model; use batch_id for a batch model")
    try:
        day = dt.date.fromisoformat(params["date"])
    except ValueError:
        raise ApiError(
            400, f"parameter date: must be a date, got {params['date'][:50]!r}"
        ) from None
    return request.services.enrichments.hotspots.find_window(record.schema, day)


def _states(request: Request, record: StoredModel) -> dict[str, Any]:
    return {
        name: to_api(request.services.enrichments.states.get(record, name)) for name in states.NAMES
    }


def _switch(request: Request, record: StoredModel, name: str, *, on: bool) -> dict[str, Any]:
    if on:
        return request.services.enrichments.enable(record, name)
    return request.services.enrichments.states.disable(record, name)


def _parse_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ApiError(
            400, f"parameter continuous_value: must be a number, got {text[:50]!r}"
        ) from None
