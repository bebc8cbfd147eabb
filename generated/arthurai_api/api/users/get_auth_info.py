from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.authentication_info import AuthenticationInfo
from ...models.error import Error
from ...types import RequestParts, Response


def build_request() -> RequestParts:
    """Build the request of `get_auth_info` without sending it.

    Returns:
        The request.
    """
    request = RequestParts(operation="get_auth_info", method="GET", url="/v3/users/me/auth_info")
    return request


def parse_response(response: httpx.Response) -> AuthenticationInfo:
    """Return the body of a response of `get_auth_info`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = AuthenticationInfo.from_dict(response.json())

        return response_200

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(*, client: Client) -> Response[AuthenticationInfo | Error]:
    """Show the owner of the caller's token.

    Args:
        client: The connection.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(client.send(client.build(build_request)), parse_response)


def sync(*, client: Client) -> AuthenticationInfo:
    """Show the owner of the caller's token.

    Args:
        client: The connection.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(client.send(client.build(build_request)), parse_response)


async def asyncio_detailed(*, client: Client) -> Response[AuthenticationInfo | Error]:
    """Show the owner of the caller's token.

    Args:
        client: The connection.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(await client.send_async(client.build(build_request)), parse_response)


async def asyncio(*, client: Client) -> AuthenticationInfo:
    """Show the owner of the caller's token.

    Args:
        client: The connection.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(await client.send_async(client.build(build_request)), parse_response)
