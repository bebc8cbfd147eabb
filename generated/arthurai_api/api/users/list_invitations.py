from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...models.paginated_invitations import PaginatedInvitations
from ...types import RequestParts, Response, query_params


def build_request(*, page: int | None = 1, page_size: int | None = 20) -> RequestParts:
    """Build the request of `list_invitations` without sending it.

    Args:
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.

    Returns:
        The request.
    """
    request = RequestParts(
        operation="list_invitations",
        method="GET",
        url="/v3/users/invitations",
        params=query_params({"page": page, "page_size": page_size}),
    )
    return request


def parse_response(response: httpx.Response) -> PaginatedInvitations:
    """Return the body of a response of `list_invitations`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = PaginatedInvitations.from_dict(response.json())

        return response_200

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    *, client: Client, page: int | None = 1, page_size: int | None = 20
) -> Response[Error | PaginatedInvitations]:
    """List the open invitations.

    Those that still open an account, the oldest first. Super administrators see the invitations to all
    organizations. Links are shown only to whoever invites.

    Args:
        client: The connection.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        client.send(client.build(build_request, page=page, page_size=page_size)), parse_response
    )


def sync(
    *, client: Client, page: int | None = 1, page_size: int | None = 20
) -> PaginatedInvitations:
    """List the open invitations.

    Those that still open an account, the oldest first. Super administrators see the invitations to all
    organizations. Links are shown only to whoever invites.

    Args:
        client: The connection.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        client.send(client.build(build_request, page=page, page_size=page_size)), parse_response
    )


async def asyncio_detailed(
    *, client: Client, page: int | None = 1, page_size: int | None = 20
) -> Response[Error | PaginatedInvitations]:
    """List the open invitations.

    Those that still open an account, the oldest first. Super administrators see the invitations to all
    organizations. Links are shown only to whoever invites.

    Args:
        client: The connection.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        await client.send_async(client.build(build_request, page=page, page_size=page_size)),
        parse_response,
    )


async def asyncio(
    *, client: Client, page: int | None = 1, page_size: int | None = 20
) -> PaginatedInvitations:
    """List the open invitations.

    Those that still open an account, the oldest first. Super administrators see the invitations to all
    organizations. Links are shown only to whoever invites.

    Args:
        client: The connection.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        await client.send_async(client.build(build_request, page=page, page_size=page_size)),
        parse_response,
    )
