"""Tags of the organization and of models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError, not_found
from arthurai.server.http.paging import paginate
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.resources.tags.service import ensure_tag, find_tag, rename_tag, sync_tags

if TYPE_CHECKING:
    from arthurai.common.documents import Tag
    from arthurai.server.http.request import Request
    from arthurai.server.storage.documents.stored_models import StoredModel


@operation("list_tags")
def list_tags(request: Request) -> Response:
    """List the tags of the organization by name."""
    found = request.documents(Kind.TAG).list(request.organization_id)
    found.sort(key=lambda tag: tag["name"])
    return Response(200, paginate(found, request.params))


@operation("update_tag")
def update_tag(request: Request) -> Response:
    """Rename a tag on all models."""
    control, organization_id = request.stores.control, request.organization_id
    new = request.body["name"]
    with control.transaction():
        tag = _find(request)
        if new != tag["name"]:
            if find_tag(control, organization_id, new) is not None:
                raise ApiError(409, f"a tag named {new[:100]!r} exists already")
            rename_tag(control, organization_id, tag["name"], new)
            tag["name"] = new
            control.documents(Kind.TAG).put(organization_id, tag["id"], tag)
    return Response(200, tag)


@operation("delete_tag")
def delete_tag(request: Request) -> Response:
    """Delete a tag and remove it from all models."""
    control, organization_id = request.stores.control, request.organization_id
    with control.transaction():
        tag = _find(request)
        rename_tag(control, organization_id, tag["name"], None)
        control.documents(Kind.TAG).delete(organization_id, tag["id"])
    return Response(204)


@operation("add_tag_to_model")
def add_tag_to_model(request: Request) -> Response:
    """Tag a model."""
    name, control = request.params["tag_name"], request.stores.control
    with control.transaction():
        record = request.model().require_active()
        present = _tags(record)
        if name not in present:
            control.models.update(record, {"tags": [*present, name]})
        tag = ensure_tag(control, request.organization_id, name)
    return Response(200, tag)


@operation("remove_tag_from_model")
def remove_tag_from_model(request: Request) -> Response:
    """Remove a tag from a model."""
    name, control = request.params["tag_name"], request.stores.control
    with control.transaction():
        record = request.model()
        present = _tags(record)
        if name not in present:
            raise not_found(f"the model has no tag {name[:100]!r}")
        control.models.update(record, {"tags": [tag for tag in present if tag != name]})
        sync_tags(control, request.organization_id, [name])
    return Response(200, {"message": "success"})


def _tags(record: StoredModel) -> list[str]:
    return list(record.document.get("tags") or ())


def _find(request: Request) -> Tag:
    name = request.params["tag_name"]
    found = find_tag(request.stores.control, request.organization_id, name)
    if found is None:
        raise not_found(f"tag {name[:100]!r} not found")
    return found
