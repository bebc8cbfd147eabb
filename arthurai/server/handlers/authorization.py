"""Permissions of the caller and custom roles of an organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.common.bundle import Permission
from arthurai.server.authorization import CUSTOM_ROLE_KIND, check_custom_roles
from arthurai.server.http.errors import not_found
from arthurai.server.http.handlers import ApiError, Reply, Request, operation

if TYPE_CHECKING:
    from collections.abc import Collection

_ALL = "*"


@operation("authorize")
def authorize(request: Request) -> Reply:
    """Say whether the caller has a permission: 200 or 403."""
    permission = Permission(request.body["resource"], request.body["action"])
    request.app.authorization.require(request.caller, permission)
    return Reply(200, {"message": "success"})


@operation("list_my_permissions")
def list_my_permissions(request: Request) -> Reply:
    """List the caller's permissions."""
    granted = sorted(request.app.authorization.of(request.caller))
    return Reply(200, [permission._asdict() for permission in granted])


@operation("list_custom_roles")
def list_custom_roles(request: Request) -> Reply:
    """List custom roles, all of them or those named."""
    text = request.params.get("roles")
    names = [_ALL] if text is None else [name.strip() for name in text.split(",")]
    return Reply(200, {"roles": _picked(request, request.organization_id, names)})


@operation("create_custom_roles")
def create_custom_roles(request: Request) -> Reply:
    """Add custom roles, all of them or none."""
    app, organization_id = request.app, request.organization_id
    roles = request.body.get("roles") or []
    with app.control.transaction():
        check_custom_roles(app.authorization, organization_id, roles)
        documents = app.control.documents(CUSTOM_ROLE_KIND)
        for role in roles:
            documents.put(organization_id, role["role_name"], role)
    return Reply(200, {"roles": roles})


@operation("delete_custom_roles")
def delete_custom_roles(request: Request) -> Reply:
    """Remove custom roles and return what was removed."""
    organization_id = request.body.get("organization_id") or request.organization_id
    if organization_id != request.organization_id and not request.caller.is_global:
        raise ApiError(403, "only callers with rights everywhere may name another organization")
    documents = request.app.control.documents(CUSTOM_ROLE_KIND)
    with request.app.control.transaction():
        removed = _picked(request, organization_id, request.body.get("roles") or [])
        for role in removed:
            documents.delete(organization_id, role["role_name"])
    return Reply(200, {"roles": removed})


def _picked(request: Request, organization_id: str, names: Collection[str]) -> list[dict[str, Any]]:
    documents = request.app.control.documents(CUSTOM_ROLE_KIND)
    if _ALL in names:
        return documents.list(organization_id)
    picked = []
    for name in names:
        role = documents.get(organization_id, name)
        if role is None:
            raise not_found(f"custom role {name[:100]!r} not found")
        picked.append(role)
    return picked
