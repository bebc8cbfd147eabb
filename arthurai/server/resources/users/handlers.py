"""Users and the account of the principal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.http.api_errors import ApiError
from arthurai.server.http.paging import paginate, sort_items
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.principals import SUPER_ADMIN
from arthurai.server.resources.users import service
from arthurai.server.resources.users.invitations import invite, list_open, withdraw

if TYPE_CHECKING:
    from arthurai.server.http.request import Request
    from arthurai.server.principals import Principal
    from arthurai.server.storage.documents.stored_users import User

SERVICE_ACCOUNT_NAME: Final = "service-account"
ISSUER: Final = "arthurai-embedded-server"


_SORT_COLUMNS: Final = {
    name: (lambda user, name=name: getattr(user, name))
    for name in ("id", "username", "email", "created_at", "active")
} | {name: (lambda user, name=name: user.profile.get(name)) for name in ("first_name", "last_name")}


@operation("get_current_user")
def get_current_user(request: Request) -> Response:
    """Return the principal; a service account only has an organization and a role."""
    return Response(200, _to_api(request, request.principal))


def _to_api(request: Request, principal: Principal) -> dict[str, Any]:
    organizations = request.stores.control.organizations
    found: dict[str, Any] = {"roles": list(principal.roles)}
    if principal.organization_id is not None:
        found["organization_id"] = principal.organization_id
    if principal.user is None:
        return found
    found = {**principal.user.to_api(principal.organization_id), **found}
    if principal.organization_id is not None:
        organization = organizations.get(principal.organization_id)
        found["organization_name"] = organization["name"]
        found["plan"] = organization["plan"]
    found["contexts"] = [
        {"id": organization_id, "name": organizations.get(organization_id)["name"]}
        for organization_id in principal.memberships
    ]
    return found


@operation("update_current_user")
def update_current_user(request: Request) -> Response:
    """Change the account of the principal."""
    principal = request.principal
    if principal.user is None:
        raise ApiError(400, "a service account has no user account to change")
    changed = service.change_user(request, principal.user, may_skip_old_password=False)
    return Response(200, _to_api(request, replace(principal, user=changed)))


@operation("get_auth_info")
def get_auth_info(request: Request) -> Response:
    """Return whose the credential is and which organizations it opens."""
    principal = request.principal
    info: dict[str, Any] = {
        "organization_ids": list(principal.memberships),
        "issuer": ISSUER,
        "roles": list(principal.roles),
    }
    if principal.user is None:
        info |= {
            "username": SERVICE_ACCOUNT_NAME,
            "first_name": "",
            "last_name": "",
            "email": "",
            "service_account_id": principal.id,
        }
    else:
        info |= {
            "username": principal.user.username,
            "first_name": principal.user.profile.get("first_name") or "",
            "last_name": principal.user.profile.get("last_name") or "",
            "email": principal.user.email,
            "internal_user_id": principal.id,
        }
    return Response(200, info)


@operation("list_users")
def list_users(request: Request) -> Response:
    """List the users of the organization."""
    members = request.stores.control.users.list_members(request.organization_id)
    members = sort_items(members, request.params.get("sort"), _SORT_COLUMNS)
    return Response(
        200, paginate(members, request.params, lambda user: user.to_api(request.organization_id))
    )


@operation("create_user")
def create_user(request: Request) -> Response:
    """Create a user in the organization."""
    body, control = request.body, request.stores.control
    organization_id = request.params.get("organization_id") or request.organization_id
    if organization_id != request.organization_id:
        request.services.authentication.enter(request.principal, organization_id)
        if not request.principal.is_global:
            raise ApiError(403, "only a super administrator may name another organization")
    role = service.parse_role(body["roles"])
    service.check_account(body)
    password_hash = control.users.hash_password(body["password"])
    with control.transaction():
        service.check_role(request.services, request.principal, organization_id, role)
        user = control.users.create(
            username=body["username"],
            email=body["email"],
            password_hash=password_hash,
            profile=body,
        )
        control.users.join(user.id, organization_id, role)
    return Response(201, control.users.get(user.id).to_api(organization_id))


@operation("get_user")
def get_user(request: Request) -> Response:
    """Return one user of the organization."""
    return Response(200, _member(request).to_api(request.organization_id))


@operation("update_user")
def update_user(request: Request) -> Response:
    """Change a user of the organization."""
    user = _member(request)
    service.check_administers(request, user)
    organization_id, roles = request.organization_id, request.body.get("roles")
    role = None if roles is None else service.parse_role(roles)
    changed = service.change_user(
        request, user, may_skip_old_password=SUPER_ADMIN in request.principal.roles, role=role
    )
    return Response(200, changed.to_api(organization_id))


@operation("delete_user")
def delete_user(request: Request) -> Response:
    """Deactivate a user; their keys stop working."""
    user, control = _member(request), request.stores.control
    if user.id == request.principal.id:
        raise ApiError(400, "an account cannot delete itself; ask another administrator")
    service.check_administers(request, user)
    with control.transaction():
        control.users.deactivate(user)
        control.service_accounts.delete_of_creator(user.id)
        for organization_id in user.roles:
            service.check_manager_left(request.services, request.principal, user, organization_id)
    return Response(204)


@operation("invite_users")
def invite_users(request: Request) -> Response:
    """Invite people; the links are returned if the request says so, else they are mailed."""
    body = request.body
    organization_id = body.get("organization_id")
    if request.principal.is_global != (organization_id is not None):
        raise ApiError(
            400, "body.organization_id: is required for super administrators, forbidden for others"
        )
    organization_id = organization_id or request.organization_id
    request.stores.control.organizations.get(organization_id)
    for address in body["invite_emails"]:
        service.check_address(address, "body.invite_emails")
    links = invite(request, organization_id, body["invite_emails"])
    if body.get("return_direct_links"):
        return Response(200, {"user_invite_links": links})
    return Response(200, None, null_body=True)


@operation("list_invitations")
def list_invitations(request: Request) -> Response:
    """List the invitations that still open an account."""
    organization_id = None if request.principal.is_global else request.organization_id
    return Response(200, paginate(list_open(request.services, organization_id), request.params))


@operation("withdraw_invitation")
def withdraw_invitation(request: Request) -> Response:
    """Withdraw the invitation of an address, so that its link opens no account."""
    organization_id = None if request.principal.is_global else request.organization_id
    withdraw(request.stores.control, organization_id, request.params["email"])
    return Response(204)


def _member(request: Request) -> User:
    return request.stores.control.users.get_member(
        request.organization_id, request.params["user_id"]
    )
