from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...models.paginated_service_accounts import PaginatedServiceAccounts
from ...types import RequestParts, Response, query_params


def build_request(*, description: str | None = None) -> RequestParts:
    """Build the request of `list_service_accounts` without sending it.

    Args:
        description: Only those with exactly this description.

    Returns:
        The request.
    """
    request = RequestParts(
        operation="list_service_accounts",
        method="GET",
        url="/v3/service_accounts",
        params=query_params({"description": description}),
    )
    return request


def parse_response(response: httpx.Response) -> PaginatedServiceAccounts:
    """Return the body of a response of `list_service_accounts`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = PaginatedServiceAccounts.from_dict(response.json())

        return response_200

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    *, client: Client, description: str | None = None
) -> Response[Error | PaginatedServiceAccounts]:
    """List the API keys of the organization.

    Args:
        client: The connection.
        description: Only those with exactly this description.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        client.send(client.build(build_request, description=description)), parse_response
    )


def sync(*, client: Client, description: str | None = None) -> PaginatedServiceAccounts:
    """List the API keys of the organization.

    Args:
        client: The connection.
        description: Only those with exactly this description.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        client.send(client.build(build_request, description=description)), parse_response
    )


async def asyncio_detailed(
    *, client: Client, description: str | None = None
) -> Response[Error | PaginatedServiceAccounts]:
    """List the API keys of the organization.

    Args:
        client: The connection.
        description: Only those with exactly this description.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        await client.send_async(client.build(build_request, description=description)),
        parse_response,
    )


async def asyncio(*, client: Client, description: str | None = None) -> PaginatedServiceAccounts:
    """List the API keys of the organization.

    Args:
        client: The connection.
        description: Only those with exactly this description.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        await client.send_async(client.build(build_request, description=description)),
        parse_response,
    )
