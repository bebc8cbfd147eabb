"""Users and the caller's own account."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from arthurai.server.http.api_errors import ApiError
from arthurai.server.http.paging import paginate, sort_items
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response
from arthurai.server.principals import SUPER_ADMIN
from arthurai.server.resources.users import invitations
from arthurai.server.resources.users import service as people

if TYPE_CHECKING:
    from arthurai.server.http.request import Request
    from arthurai.server.principals import Principal
    from arthurai.server.storage.documents.stored_users import User

SERVICE_ACCOUNT_NAME: Final = "service-account"
ISSUER: Final = "arthurai-embedded-server"


_SORT_COLUMNS = {
    name: (lambda user, name=name: getattr(user, name))
    for name in ("id", "username", "email", "created_at", "active")
} | {name: (lambda user, name=name: user.profile.get(name)) for name in ("first_name", "last_name")}


@operation("get_current_user")
def get_current_user(request: Request) -> Response:
    """Show the caller; of a service account only its organisation and its role are known."""
    return Response(200, _caller(request, request.principal))


def _caller(request: Request, caller: Principal) -> dict[str, Any]:
    organizations = request.stores.control.organizations
    shown: dict[str, Any] = {"roles": list(caller.roles)}
    if caller.organization_id is not None:
        shown["organization_id"] = caller.organization_id
    if caller.user is None:
        return shown
    shown = {**caller.user.shown(caller.organization_id), **shown}
    if caller.organization_id is not None:
        organization = organizations.get(caller.organization_id)
        shown["organization_name"] = organization["name"]
        shown["plan"] = organization["plan"]
    shown["contexts"] = [
        {"id": organization_id, "name": organizations.get(organization_id)["name"]}
        for organization_id in caller.memberships
    ]
    return shown


@operation("update_current_user")
def update_current_user(request: Request) -> Response:
    """Change the caller's own account."""
    caller = request.principal
    if caller.user is None:
        raise ApiError(400, "a service account has no user account to change")
    changed = people.change_user(request, caller.user, may_skip_old_password=False)
    return Response(200, _caller(request, replace(caller, user=changed)))


@operation("get_auth_info")
def get_auth_info(request: Request) -> Response:
    """Say whose the credential is and which organisations it opens."""
    caller = request.principal
    info: dict[str, Any] = {
        "organization_ids": list(caller.memberships),
        "issuer": ISSUER,
        "roles": list(caller.roles),
    }
    if caller.user is None:
        info |= {
            "username": SERVICE_ACCOUNT_NAME,
            "first_name": "",
            "last_name": "",
            "email": "",
            "service_account_id": caller.id,
        }
    else:
        info |= {
            "username": caller.user.username,
            "first_name": caller.user.profile.get("first_name") or "",
            "last_name": caller.user.profile.get("last_name") or "",
            "email": caller.user.email,
            "internal_user_id": caller.id,
        }
    return Response(200, info)


@operation("list_users")
def list_users(request: Request) -> Response:
    """List the users of the organisation."""
    members = request.stores.control.users.members(request.organization_id)
    members = sort_items(members, request.params.get("sort"), _SORT_COLUMNS)
    return Response(
        200, paginate(members, request.params, lambda user: user.shown(request.organization_id))
    )


@operation("create_user")
def create_user(request: Request) -> Response:
    """Create a user in the organisation."""
    body, control = request.body, request.stores.control
    organization_id = request.params.get("organization_id") or request.organization_id
    if organization_id != request.organization_id:
        request.services.authentication.enter(request.principal, organization_id)
        if not request.principal.is_global:
            raise ApiError(403, "only a super administrator may name another organization")
    role = people.one_role(body["roles"])
    people.check_account(body)
    password_hash = control.users.hashed(body["password"])
    with control.transaction():
        people.check_role(request, organization_id, role)
        user = control.users.create(
            username=body["username"],
            email=body["email"],
            password_hash=password_hash,
            profile=body,
        )
        control.users.join(user.id, organization_id, role)
    return Response(201, control.users.get(user.id).shown(organization_id))


@operation("get_user")
def get_user(request: Request) -> Response:
    """Show one user of the organisation."""
    return Response(200, _member(request).shown(request.organization_id))


@operation("update_user")
def update_user(request: Request) -> Response:
    """Change a user of the organisation."""
    user = _member(request)
    people.may_administer(request, user)
    organization_id, roles = request.organization_id, request.body.get("roles")
    role = None if roles is None else people.one_role(roles)
    changed = people.change_user(
        request, user, may_skip_old_password=SUPER_ADMIN in request.principal.roles, role=role
    )
    return Response(200, changed.shown(organization_id))


@operation("delete_user")
def delete_user(request: Request) -> Response:
    """Make a user inactive; their keys stop working."""
    user, control = _member(request), request.stores.control
    if user.id == request.principal.id:
        raise ApiError(400, "nobody can delete their own account; ask another administrator")
    people.may_administer(request, user)
    with control.transaction():
        control.users.deactivate(user)
        control.service_accounts.delete_of_creator(user.id)
        for organization_id in user.roles:
            people.check_manager_left(request, user, organization_id)
    return Response(204)


@operation("invite_users")
def invite_users(request: Request) -> Response:
    """Invite people; the links come back where that is asked for, else they are mailed."""
    body = request.body
    organization_id = body.get("organization_id")
    if request.principal.is_global != (organization_id is not None):
        raise ApiError(
            400, "body.organization_id: super administrators must give it, others must not"
        )
    organization_id = organization_id or request.organization_id
    request.stores.control.organizations.get(organization_id)
    for address in body["invite_emails"]:
        people.check_address(address, "body.invite_emails")
    links = invitations.invite(request, organization_id, body["invite_emails"])
    if body.get("return_direct_links"):
        return Response(200, {"user_invite_links": links})
    return Response(200, None, null_body=True)


def _member(request: Request) -> User:
    return request.stores.control.users.member(request.organization_id, request.params["user_id"])
