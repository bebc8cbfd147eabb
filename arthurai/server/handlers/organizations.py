"""Organisations and which one a session works in."""

from __future__ import annotations

from werkzeug.http import dump_cookie

from arthurai.server.auth import ORGANIZATION
from arthurai.server.http.handlers import Reply, Request, operation


@operation("get_current_organization")
def get_current_organization(request: Request) -> Reply:
    """Show the organisation the call works in."""
    return Reply(200, request.app.control.organizations.get(request.organization_id))


@operation("set_current_organization")
def set_current_organization(request: Request) -> Reply:
    """Choose the organisation of the session; the choice comes back as a cookie."""
    organization_id = request.body["organization_id"]
    request.app.authentication.enter(request.caller, organization_id)
    cookie = dump_cookie(
        ORGANIZATION,
        organization_id,
        path="/",
        secure=request.is_https,
        httponly=True,
        samesite="Lax",
    )
    return Reply(200, {"organization_id": organization_id}, headers=[("Set-Cookie", cookie)])


@operation("list_my_organizations")
def list_my_organizations(request: Request) -> Reply:
    """List the organisations the caller may enter."""
    organizations = request.app.control.organizations
    if request.caller.is_global:
        return Reply(200, organizations.list())
    return Reply(200, [organizations.get(own) for own in request.caller.memberships])
