"""Model groups, which hold the versions of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.server.http.api_errors import not_found
from arthurai.server.http.paging import member_columns, paginate, sort_items
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.resources.models import serializers

if TYPE_CHECKING:
    from arthurai.common.documents import ModelGroup
    from arthurai.server.http.request import Request
    from arthurai.server.storage.documents.stored_models import StoredModel

_SORT_COLUMNS: Final = member_columns("id", "name", "description", "created_at", "updated_at")


@operation("list_model_groups")
def list_model_groups(request: Request) -> Response:
    """List the groups of the organization."""
    groups = request.stores.control.model_groups.list(
        request.organization_id, include_archived=bool(request.params.get("include_archived"))
    )
    groups = sort_items(groups, request.params.get("sort"), _SORT_COLUMNS)
    return Response(200, paginate(groups, request.params, lambda group: _to_api(request, group)))


@operation("get_model_group")
def get_model_group(request: Request) -> Response:
    """Return one group."""
    return Response(200, _to_api(request, _find(request)))


@operation("update_model_group")
def update_model_group(request: Request) -> Response:
    """Change name or description of a group."""
    group = request.stores.control.model_groups.update(
        request.organization_id,
        request.params["model_group_id"],
        name=request.body.get("name"),
        description=request.body.get("description"),
    )
    return Response(200, _to_api(request, group))


@operation("archive_model_group")
def archive_model_group(request: Request) -> Response:
    """Archive all versions of a group, and then the group."""
    group = _find(request)
    control = request.stores.control
    with control.transaction():
        for record in control.models.list(request.organization_id, model_group_id=group["id"]):
            control.models.archive(record)
        control.model_groups.archive(group["id"])
    return Response(202)


@operation("list_model_group_versions")
def list_model_group_versions(request: Request) -> Response:
    """List the versions of a group, oldest first; 404 when the filters match none."""
    sequence_num, label = request.params.get("sequence_num"), request.params.get("label")
    found = [
        record
        for record in _versions(request)
        if sequence_num in {None, record.version_sequence_num}
        and label in {None, record.document.get("version_label")}
    ]
    if not found and (sequence_num is not None or label is not None):
        raise not_found()
    expand = request.params.get("expand") or ()
    return Response(
        200,
        paginate(found, request.params, lambda r: serializers.to_api(request.stores, r, expand)),
    )


@operation("get_latest_model_group_version")
def get_latest_model_group_version(request: Request) -> Response:
    """Return the newest version of a group."""
    versions = _versions(request)
    if not versions:
        raise not_found()
    newest = max(versions, key=lambda record: record.version_sequence_num)
    expand = request.params.get("expand") or ()
    return Response(200, serializers.to_api(request.stores, newest, expand))


def _find(request: Request) -> ModelGroup:
    return request.stores.control.model_groups.get(
        request.organization_id, request.params["model_group_id"]
    )


def _versions(request: Request) -> list[StoredModel]:
    return request.stores.control.models.list(
        request.organization_id,
        model_group_id=_find(request)["id"],
        include_archived=bool(request.params.get("include_archived")),
    )


def _to_api(request: Request, group: ModelGroup) -> dict[str, Any]:
    expand = request.params.get("expand") or ()
    versions = request.stores.control.models.list(
        request.organization_id, model_group_id=group["id"], include_archived=True
    )
    return {
        **group,
        "versions": [serializers.to_api(request.stores, record, expand) for record in versions],
    }
