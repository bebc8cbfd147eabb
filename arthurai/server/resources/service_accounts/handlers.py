"""Service accounts, whose tokens are the API keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.server.http.api_errors import ApiError, not_found
from arthurai.server.http.paging import paginate
from arthurai.server.http.registry import operation
from arthurai.server.http.response import Response

if TYPE_CHECKING:
    from arthurai.server.http.request import Request
    from arthurai.server.storage.documents.stored_service_accounts import ServiceAccount


@operation("list_service_accounts")
def list_service_accounts(request: Request) -> Response:
    """List the accounts whose keys grant no more than the principal has."""
    service_accounts = request.stores.control.service_accounts
    description = request.params.get("description")
    visible = [
        account
        for account in service_accounts.list(request.organization_id)
        if request.services.authorization.covers(request.principal, account.role)
        and description in {None, account.description}
    ]
    params = {"page_size": max(len(visible), 1), **request.params}
    return Response(200, paginate(visible, params, service_accounts.to_api))


@operation("create_service_account")
def create_service_account(request: Request) -> Response:
    """Create an account with a role that the principal covers."""
    role, authorization = request.body["role"], request.services.authorization
    if not authorization.role_exists(request.organization_id, role):
        raise ApiError(400, f"role {role!r} does not exist in this organization")
    if not authorization.covers(request.principal, role):
        raise ApiError(403, f"role {role!r} can do more than the caller; choose a lesser one")
    accounts = request.stores.control.service_accounts
    account = accounts.create(
        request.organization_id,
        request.body["description"],
        role,
        created_by=request.principal.id,
    )
    return Response(201, accounts.to_api(account))


@operation("get_service_account")
def get_service_account(request: Request) -> Response:
    """Return one account."""
    return Response(200, request.stores.control.service_accounts.to_api(_find(request)))


@operation("delete_service_account")
def delete_service_account(request: Request) -> Response:
    """Delete one account; its key stops working."""
    account = _find(request)
    request.stores.control.service_accounts.delete(account.organization_id, account.id)
    return Response(204)


def _find(request: Request) -> ServiceAccount:
    account = request.stores.control.service_accounts.get(
        request.organization_id, request.params["service_account_id"]
    )
    if not request.services.authorization.covers(request.principal, account.role):
        raise not_found(f"service account {account.id!r} not found")
    return account
