"""Permissions of the principal and custom roles of an organization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.common.bundle import Permission
from arthurai.server.authorization import ALL_ROLES, check_custom_roles
from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError, not_found
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response

if TYPE_CHECKING:
    from collections.abc import Collection

    from arthurai.common.documents import RoleDefinition
    from arthurai.server.http.request import Request


@operation("authorize")
def authorize(request: Request) -> Response:
    """Return 200 if the principal has a permission, else 403."""
    permission = Permission(request.body["resource"], request.body["action"])
    request.services.authorization.require(request.principal, permission)
    return Response(200, {"message": "success"})


@operation("list_my_permissions")
def list_my_permissions(request: Request) -> Response:
    """List the permissions of the principal."""
    granted = sorted(request.services.authorization.permissions_of(request.principal))
    return Response(200, [permission._asdict() for permission in granted])


@operation("list_custom_roles")
def list_custom_roles(request: Request) -> Response:
    """List custom roles, all of them or those that the request names."""
    text = request.params.get("roles")
    names = [ALL_ROLES] if text is None else [name.strip() for name in text.split(",")]
    return Response(200, {"roles": _find_roles(request, request.organization_id, names)})


@operation("create_custom_roles")
def create_custom_roles(request: Request) -> Response:
    """Create custom roles, all of them or none."""
    control, organization_id = request.stores.control, request.organization_id
    roles = request.body.get("roles") or []
    with control.transaction():
        check_custom_roles(request.services.authorization, organization_id, roles)
        documents = control.documents(Kind.CUSTOM_ROLE)
        for role in roles:
            documents.put(organization_id, role["role_name"], role)
    return Response(200, {"roles": roles})


@operation("delete_custom_roles")
def delete_custom_roles(request: Request) -> Response:
    """Delete custom roles that nobody has; return the deleted ones."""
    organization_id = request.body.get("organization_id") or request.organization_id
    if organization_id != request.organization_id and not request.principal.is_global:
        raise ApiError(403, "only a super administrator may name another organization")
    documents = request.documents(Kind.CUSTOM_ROLE)
    with request.stores.control.transaction():
        removed = _find_roles(request, organization_id, request.body.get("roles") or [])
        for role in removed:
            documents.delete(organization_id, role["role_name"])
        _check_unused(request, organization_id, [role["role_name"] for role in removed])
    return Response(200, {"roles": removed})


def _check_unused(request: Request, organization_id: str, names: Collection[str]) -> None:
    """Raise when somebody would lose rights, or regain them with a new role of that name."""
    control = request.stores.control
    holders = [
        (f"user {user.username!r}", user.roles[organization_id])
        for user in control.users.list_members(organization_id)
        if user.active
    ]
    holders += [
        (f"service account {account.description!r}", account.role)
        for account in control.service_accounts.list(organization_id)
    ]
    holders += [
        (f"role {role['role_name']!r}", inherited)
        for role in control.documents(Kind.CUSTOM_ROLE).list(organization_id)
        for inherited in role.get("inherited_role_names") or ()
    ]
    for holder, role in holders:
        if role in names:
            raise ApiError(
                400, f"body.roles: {role[:100]!r} is still used by {holder}; change that first"
            )


def _find_roles(
    request: Request, organization_id: str, names: Collection[str]
) -> list[RoleDefinition]:
    documents = request.documents(Kind.CUSTOM_ROLE)
    if ALL_ROLES in names:
        return documents.list(organization_id)
    found = []
    for name in names:
        role = documents.get(organization_id, name)
        if role is None:
            raise not_found(f"custom role {name[:100]!r} not found")
        found.append(role)
    return found
