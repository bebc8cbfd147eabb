"""Organizations, their members, and the current one of a session."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from werkzeug.http import dump_cookie

from arthurai.server.authentication import ORGANIZATION_HEADER
from arthurai.server.authorization import check_custom_roles
from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError, not_found
from arthurai.server.http.paging import member_columns, paginate, sort_items
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.resources.organizations.service import license_limits
from arthurai.server.resources.users.service import check_manager_left, check_role, end_excess_keys

if TYPE_CHECKING:
    from collections.abc import Collection

    from arthurai.common.documents import Organization
    from arthurai.server.http.request import Request

_MONTH_SECONDS: Final = 30 * 24 * 3600
_SORT_COLUMNS: Final = member_columns("id", "name", "plan", "created_at", "updated_at")


@operation("get_current_organization")
def get_current_organization(request: Request) -> Response:
    """Return the organization of the request."""
    return Response(200, request.stores.control.organizations.get(request.organization_id))


@operation("set_current_organization")
def set_current_organization(request: Request) -> Response:
    """Choose the organization of the session; the choice is returned as a cookie."""
    organization_id = request.body["organization_id"]
    request.services.authentication.enter(request.principal, organization_id)
    cookie = dump_cookie(
        ORGANIZATION_HEADER,
        organization_id,
        path="/",
        secure=request.is_https,
        httponly=True,
        samesite="Lax",
    )
    return Response(200, {"organization_id": organization_id}, headers=[("Set-Cookie", cookie)])


@operation("list_my_organizations")
def list_my_organizations(request: Request) -> Response:
    """List the organizations that the principal may enter."""
    organizations = request.stores.control.organizations
    if request.principal.is_global:
        return Response(200, organizations.list())
    return Response(200, [organizations.get(own) for own in request.principal.memberships])


@operation("list_organizations")
def list_organizations(request: Request) -> Response:
    """List all organizations of the server."""
    name = request.params.get("name")
    found = [
        organization
        for organization in request.stores.control.organizations.list()
        if name in {None, organization["name"]}
    ]
    found = sort_items(found, request.params.get("sort"), _SORT_COLUMNS)
    expand = request.params.get("expand") or ()
    return Response(200, paginate(found, request.params, lambda o: _to_api(request, o, expand)))


@operation("create_organization")
def create_organization(request: Request) -> Response:
    """Create an organization, with its first custom roles."""
    control, roles = request.stores.control, request.body.get("roles") or []
    name = _clean_name(request.body["name"])
    with control.transaction():
        organization = control.organizations.create(name)
        check_custom_roles(request.services.authorization, organization["id"], roles)
        for role in roles:
            control.documents(Kind.CUSTOM_ROLE).put(organization["id"], role["role_name"], role)
    return Response(201, organization)


@operation("get_organization")
def get_organization(request: Request) -> Response:
    """Return one organization."""
    return Response(200, _find(request))


@operation("update_organization")
def update_organization(request: Request) -> Response:
    """Change name or plan of an organization."""
    organization, name = _find(request), request.body.get("name")
    return Response(
        200,
        request.stores.control.organizations.update(
            organization["id"],
            name=None if name is None else _clean_name(name),
            plan=request.body.get("plan"),
        ),
    )


@operation("delete_organization")
def delete_organization(request: Request) -> Response:
    """Delete an organization that owns nothing but archived models."""
    organization_id, stores = _find(request)["id"], request.stores
    deletions = request.services.model_deletions
    with stores.control.transaction():
        for record in stores.control.models.list(organization_id, include_archived=True):
            deletions.note(record.id)
        stores.control.organizations.delete(organization_id)
    deletions.run()
    return Response(204)


@operation("get_organization_limits")
def get_organization_limits(request: Request) -> Response:
    """Return what an organization may use."""
    return Response(200, license_limits(_find(request)))


@operation("get_organization_usage")
def get_organization_usage(request: Request) -> Response:
    """Return what an organization uses, and has used in the last 30 days."""
    organization_id = _find(request)["id"]
    control = request.stores.control
    models = control.models.list(organization_id, include_archived=True)
    usage: dict[str, Any] = {
        "organization_id": organization_id,
        "users": sum(user.active for user in control.users.list_members(organization_id)),
        "user_invites": control.documents(Kind.INVITATION).count(organization_id),
        "service_accounts": len(control.service_accounts.list(organization_id)),
        "shareable_states": 0,
        "active_models": sum(not record.archived for record in models),
        "total_models": len(models),
    }
    moment = time.time()
    totals = control.usage.totals(organization_id, moment - _MONTH_SECONDS, moment)
    for category, member in (
        ("inferences", "inference"),
        ("ground_truth", "ground_truth"),
        ("reference_data", "reference_data"),
    ):
        amounts = [v for (_, of), v in totals.items() if of == category]
        usage[f"{member}_count_monthly_total_limit"] = sum(a.records for a in amounts)
        usage[f"{member}_bytes_monthly_total_limit"] = sum(a.bytes for a in amounts)
    return Response(200, usage)


@operation("add_organization_users")
def add_organization_users(request: Request) -> Response:
    """Give existing users a role in an organization, all of them or none."""
    organization_id = _find(request)["id"]
    services, principal = request.services, request.principal
    users = request.stores.control.users
    with request.stores.control.transaction():
        for change in request.body:
            check_role(services, principal, organization_id, change["role"])
            user = users.get(change["user_id"])
            if not request.principal.is_global:
                if not user.roles.keys() & request.principal.memberships.keys():
                    raise not_found(f"user {user.id!r} not found")
                present = user.roles.get(organization_id)
                if present is not None:
                    check_role(services, principal, organization_id, present)
            users.join(user.id, organization_id, change["role"])
            end_excess_keys(services, user, organization_id, change["role"])
            check_manager_left(services, principal, user, organization_id)
    return Response(200, {"updated_user_count": len({c["user_id"] for c in request.body})})


def _clean_name(name: str) -> str:
    name = name.strip()
    if not (name and name.isprintable()):
        raise ApiError(400, "body.name: must be a non-empty printable string")
    return name


def _find(request: Request) -> Organization:
    """Return the organization of the path; only global principals see others than their own."""
    organization_id = request.params["organization_id"]
    if organization_id != request.organization_id and not request.principal.is_global:
        raise not_found(f"organization {organization_id[:100]!r} not found")
    return request.stores.control.organizations.get(organization_id)


def _to_api(
    request: Request, organization: dict[str, Any], expand: Collection[str]
) -> dict[str, Any]:
    found = dict(organization)
    if "license_plan" in expand:
        found["license_plan"] = license_limits(organization)
    if "roles" in expand:
        documents = request.documents(Kind.CUSTOM_ROLE)
        found["roles"] = documents.list(organization["id"])
    return found
