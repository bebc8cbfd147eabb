"""Users and the caller's own account."""

from __future__ import annotations

from typing import Any, Final

from arthurai.server.http.handlers import Reply, Request, operation

SERVICE_ACCOUNT_NAME: Final = "service-account"
ISSUER: Final = "arthurai-embedded-server"


@operation("get_current_user")
def get_current_user(request: Request) -> Reply:
    """Show the caller; of a service account only its organisation and its role are known."""
    caller, organizations = request.caller, request.app.control.organizations
    shown: dict[str, Any] = {"roles": list(caller.roles)}
    if caller.organization_id is not None:
        shown["organization_id"] = caller.organization_id
    if caller.user is None:
        return Reply(200, shown)
    shown = {**caller.user.shown(caller.organization_id), **shown}
    if caller.organization_id is not None:
        organization = organizations.get(caller.organization_id)
        shown["organization_name"] = organization["name"]
        shown["plan"] = organization["plan"]
    shown["contexts"] = [
        {"id": organization_id, "name": organizations.get(organization_id)["name"]}
        for organization_id in caller.memberships
    ]
    return Reply(200, shown)


@operation("get_auth_info")
def get_auth_info(request: Request) -> Reply:
    """Say whose the credential is and which organisations it opens."""
    caller = request.caller
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
    return Reply(200, info)
