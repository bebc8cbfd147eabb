from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...types import RequestParts, Response, path_segment


def build_request(email: str) -> RequestParts:
    """Build the request of `withdraw_invitation` without sending it.

    Args:
        email: The address that was invited.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="withdraw_invitation",
        method="DELETE",
        url="/v3/users/invitations/{email}".format(email=path_segment("email", email)),
    )
    return request


def parse_response(response: httpx.Response) -> None:
    """Return the body of a response of `withdraw_invitation`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
    """
    if 200 <= response.status_code < 300:
        return None

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(email: str, *, client: Client) -> Response[Error | None]:
    """Withdraw an invitation.

    The link that was sent opens no account any more. Super administrators withdraw the invitations of
    all organizations to the address.

    Args:
        email: The address that was invited.
        client: The connection.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(client.send(client.build(build_request, email=email)), parse_response)


def sync(email: str, *, client: Client) -> None:
    """Withdraw an invitation.

    The link that was sent opens no account any more. Super administrators withdraw the invitations of
    all organizations to the address.

    Args:
        email: The address that was invited.
        client: The connection.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(client.send(client.build(build_request, email=email)), parse_response)


async def asyncio_detailed(email: str, *, client: Client) -> Response[Error | None]:
    """Withdraw an invitation.

    The link that was sent opens no account any more. Super administrators withdraw the invitations of
    all organizations to the address.

    Args:
        email: The address that was invited.
        client: The connection.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        await client.send_async(client.build(build_request, email=email)), parse_response
    )


async def asyncio(email: str, *, client: Client) -> None:
    """Withdraw an invitation.

    The link that was sent opens no account any more. Super administrators withdraw the invitations of
    all organizations to the address.

    Args:
        email: The address that was invited.
        client: The connection.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        await client.send_async(client.build(build_request, email=email)), parse_response
    )
