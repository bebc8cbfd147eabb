"""Models: creating, reading, changing, archiving."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from arthurai.server.http.api_errors import ApiError
from arthurai.server.http.paging import paginate, sort_items
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.resources.attributes.service import AttributeChange, replace_attributes
from arthurai.server.resources.models.model_score import compute_scores
from arthurai.server.resources.models.serializers import SORT_COLUMNS, passes_filters, to_api
from arthurai.server.resources.models.service import build_document, check_tags
from arthurai.server.resources.tags.service import sync_tags
from arthurai.server.storage.documents.stored_models import CREATION_FAILED, READY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.server.http.request import Request
    from arthurai.server.storage.documents.control_store import ControlStore
    from arthurai.server.storage.documents.stored_models import StoredModel

logger = logging.getLogger("arthurai.server.models")


@operation("create_model")
def create_model(request: Request) -> Response:
    """Create a model; it is ready at once."""
    body = request.body
    document = build_document(body, request.principal.creator)
    control = request.stores.control
    with control.transaction():
        record = control.models.create(
            request.organization_id,
            document,
            partner_model_id=body["partner_model_id"],
            model_group_id=body.get("model_group_id"),
            group_name=body.get("display_name") or body["partner_model_id"],
        )
        sync_tags(control, record.organization_id, document["tags"])
        record = _provision(request, record)
    return Response(201, to_api(request.stores, record, ["attributes", "organization_id"]))


def _provision(request: Request, record: StoredModel) -> StoredModel:
    """Create the tables of a model; a failure leaves it in a state that can be retried."""
    try:
        request.stores.data.create_model(record.schema)
    except Exception:
        logger.exception("provisioning of model %s failed", record.id)
        return request.stores.control.models.update(record, {}, status=CREATION_FAILED)
    return request.stores.control.models.update(record, {}, status=READY)


@operation("retry_model_provisioning")
def retry_model_provisioning(request: Request) -> Response:
    """Try again to create the tables of a model."""
    record = request.model()
    if record.status != CREATION_FAILED:
        raise ApiError(409, f"the model is {record.status}; only {CREATION_FAILED} can be retried")
    _provision(request, record)
    return Response(200, {})


@operation("get_model")
def get_model(request: Request) -> Response:
    """Return one model."""
    return Response(
        200, to_api(request.stores, request.model(), request.params.get("expand") or ())
    )


@operation("list_models")
def list_models(request: Request) -> Response:
    """List models that pass all filters."""
    params, models = request.params, request.stores.control.models
    records = models.list_without_attributes(
        request.organization_id, include_archived=bool(params.get("include_archived"))
    )
    if params.get("latest_version_sequence_nums"):
        newest: dict[str, StoredModel] = {}
        for record in records:
            held = newest.setdefault(record.model_group_id, record)
            if record.version_sequence_num > held.version_sequence_num:
                newest[record.model_group_id] = record
        records = [record for record in records if newest[record.model_group_id] is record]
    found = [record for record in records if passes_filters(record, params)]
    found = sort_items(found, params.get("sort"), SORT_COLUMNS)
    expand = params.get("expand") or ()

    def show(record: StoredModel) -> dict[str, Any]:
        return to_api(request.stores, models.get(record.organization_id, record.id), expand)

    return Response(200, paginate(found, params, show))


@operation("update_model")
def update_model(request: Request) -> Response:
    """Change the members that can be changed; others of a whole model are ignored."""
    body, control = request.body, request.stores.control
    check_tags(body.get("tags") or ())
    if body.get("attributes") is not None:
        changed = _update_with_attributes(request)
    else:
        with control.transaction():
            record = request.model().require_active()
            changes = _changes(request, record)
            changed = control.models.update(record, changes)
            _sync_tags(control, record, changes)
    return Response(200, to_api(request.stores, changed, request.params.get("expand") or ()))


def _update_with_attributes(request: Request) -> StoredModel:
    """Change a model with its attributes; the warehouse is waited for before anything is locked."""
    record = request.model().require_active()
    changes = _changes(request, record)
    return replace_attributes(
        request.stores,
        record,
        request.body["attributes"],
        known=record.attributes,
        change=AttributeChange(
            members=changes,
            follow_up=lambda: _sync_tags(request.stores.control, record, changes),
            ground_truth_is_free=True,
            discard_values=bool(request.params.get("discard_values")),
        ),
    )


def _sync_tags(control: ControlStore, record: StoredModel, changes: Mapping[str, Any]) -> None:
    if "tags" in changes:
        before = record.document.get("tags") or ()
        sync_tags(control, record.organization_id, {*before, *changes["tags"]})


def _changes(request: Request, record: StoredModel) -> dict[str, Any]:
    body = request.body
    changes: dict[str, Any] = {
        name: body[name] for name in ("display_name", "description") if body.get(name) is not None
    }
    if body.get("tags") is not None:
        kept = [] if body.get("overwrite_tags") else list(record.document.get("tags") or ())
        changes["tags"] = list(dict.fromkeys([*kept, *body["tags"]]))
    threshold = body.get("classifier_threshold")
    if threshold is not None and threshold != record.document.get("classifier_threshold"):
        if request.stores.data.has_inferences(record.id):
            raise ApiError(
                409, "classifier_threshold can only be changed while there are no inferences"
            )
        changes["classifier_threshold"] = threshold
    return changes


@operation("archive_model")
def archive_model(request: Request) -> Response:
    """Archive a model; its data are kept."""
    record = request.model()
    request.stores.control.models.archive(record)
    request.services.enrichments.explainability.stop(record.id)
    return Response(204)


@operation("get_model_health")
def get_model_health(request: Request) -> Response:
    """Score the health of models over the last month."""
    results = []
    for model_id in dict.fromkeys(request.params["model_id"]):
        record = request.stores.control.models.get(request.organization_id, model_id)
        scores = compute_scores(request.stores, record)
        results.append(
            {"model_id": model_id, "health_score": scores.overall, "timestamp": scores.timestamp}
        )
    return Response(200, {"results": results})


@operation("get_model_bias_groups")
def get_model_bias_groups(request: Request) -> Response:
    """List the groups of the attributes that are monitored for bias."""
    groups = []
    for attribute in request.model().attributes:
        if not attribute["monitor_for_bias"]:
            continue
        named: dict[str, object] = {
            "attribute_id": attribute["id"],
            "attribute_name": attribute["name"],
        }
        groups += [
            {**named, "categorical_value": category["value"]}
            for category in attribute.get("categories") or ()
        ]
        groups += [{**named, **ends} for ends in attribute.get("bins") or ()]
    return Response(200, {"data": groups})
