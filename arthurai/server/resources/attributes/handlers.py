"""Attributes of models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.server.http.api_errors import ApiError, not_found
from arthurai.server.http.paging import member_columns, paginate, sort_items
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.resources.attributes.service import (
    AttributeChange,
    replace_attributes,
    store_attributes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.common.documents import Attribute
    from arthurai.server.http.request import Request
    from arthurai.server.storage.documents.stored_models import StoredModel

_SORT_COLUMNS: Final = member_columns(
    "id", "name", "label", "value_type", "stage", "position", "categorical"
)


@operation("list_model_attributes")
def list_model_attributes(request: Request) -> Response:
    """List the attributes of a model."""
    attributes = request.model().attributes
    found = sort_items(attributes, request.params.get("sort"), _SORT_COLUMNS)
    return Response(200, paginate(found, request.params))


@operation("replace_model_attributes")
def replace_model_attributes(request: Request) -> Response:
    """Replace all attributes; an entry without an id is new."""
    record = request.model().require_active()
    ids = {attribute.get("id") for attribute in request.body} - {None}
    _require_known(record, ids)
    kept = [attribute for attribute in record.attributes if attribute["id"] in ids]
    replace_attributes(request.stores, record, request.body, known=kept, change=_change(request))
    return Response(204)


@operation("update_model_attributes")
def update_model_attributes(request: Request) -> Response:
    """Change some attributes and add others; an entry without an id is new."""
    record = request.model().require_active()
    changes: dict[str, dict[str, Any]] = {}
    for sent in request.body:
        attribute_id = sent.get("id")
        if attribute_id in changes:
            raise ApiError(400, f"attribute id {attribute_id[:100]!r}: given more than once")
        if attribute_id is not None:
            changes[attribute_id] = {m: value for m, value in sent.items() if value is not None}
    _require_known(record, set(changes))
    attributes = [
        {**present, **changes.get(str(present["id"]), {}), "implicit": present["implicit"]}
        for present in record.attributes
    ]
    attributes += [a for a in request.body if a.get("id") is None]
    replace_attributes(
        request.stores, record, attributes, known=record.attributes, change=_change(request)
    )
    return Response(204)


@operation("delete_model_attributes")
def delete_model_attributes(request: Request) -> Response:
    """Delete all attributes, while there are no inferences."""
    record = request.model().require_active()
    _require_no_inferences(request, record)
    store_attributes(request.stores, record, [], AttributeChange(discard_values=True))
    return Response(204)


@operation("get_model_attribute")
def get_model_attribute(request: Request) -> Response:
    """Return one attribute."""
    return Response(200, _find(request, request.model()))


@operation("update_model_attribute")
def update_model_attribute(request: Request) -> Response:
    """Change one attribute."""
    record = request.model().require_active()
    present = _find(request, record)
    sent = {**request.body, "id": present["id"], "implicit": present["implicit"]}
    if present["implicit"] and _without_label(sent) != _without_label(present):
        raise ApiError(
            409,
            "the server derived this attribute: only its label can be changed; change the one that "
            "it is derived from",
        )
    attributes = [sent if a["id"] == present["id"] else a for a in record.attributes]
    changed = replace_attributes(
        request.stores, record, attributes, known=record.attributes, change=_change(request)
    )
    return Response(200, _find(request, changed))


@operation("delete_model_attribute")
def delete_model_attribute(request: Request) -> Response:
    """Delete one attribute, while there are no inferences."""
    record = request.model().require_active()
    present = _find(request, record)
    if present["implicit"]:
        raise ApiError(409, "the server derived this attribute; delete the one it is derived from")
    _require_no_inferences(request, record)
    attributes = [a for a in record.attributes if a["id"] != present["id"]]
    change = AttributeChange(discard_values=True)
    replace_attributes(request.stores, record, attributes, known=record.attributes, change=change)
    return Response(204)


def _change(request: Request) -> AttributeChange:
    return AttributeChange(discard_values=bool(request.params.get("discard_values")))


def _without_label(attribute: Mapping[str, Any]) -> dict[str, Any]:
    return {m: value for m, value in attribute.items() if m != "label" and value is not None}


def _find(request: Request, record: StoredModel) -> Attribute:
    for attribute in record.attributes:
        if attribute["id"] == request.params["attribute_id"]:
            return attribute
    raise not_found()


def _require_known(record: StoredModel, ids: set[str]) -> None:
    unknown = ids - {attribute["id"] for attribute in record.attributes}
    if unknown:
        raise ApiError(400, f"attribute id {min(unknown)[:100]!r} is not one of this model")


def _require_no_inferences(request: Request, record: StoredModel) -> None:
    if request.stores.data.has_inferences(record.id):
        raise ApiError(409, "the model has inferences: its attributes can no longer be deleted")
