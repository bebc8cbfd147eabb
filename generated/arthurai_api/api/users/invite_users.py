from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...models.invite_request import InviteRequest
from ...models.invite_response import InviteResponse
from ...types import RequestParts, Response


def build_request(*, body: InviteRequest | None = None) -> RequestParts:
    """Build the request of `invite_users` without sending it.

    Args:
        body: The body; leave it out to send one that is encoded already.

    Returns:
        The request.
    """
    request = RequestParts(operation="invite_users", method="POST", url="/v3/users/invite_users")
    if body is not None:
        request.body["json"] = body.to_dict()
        request.headers["Content-Type"] = "application/json"

    return request


def parse_response(response: httpx.Response) -> InviteResponse | None:
    """Return the body of a response of `invite_users`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:

        def _parse_response_200(data: object) -> InviteResponse | None:
            if data is None:
                return data
            if isinstance(data, dict):
                response_200_type_0 = InviteResponse.from_dict(data)

                return response_200_type_0
            raise TypeError(f"response_200 is {type(data).__name__}")

        response_200 = _parse_response_200(response.json())

        return response_200

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 413, 415, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    *, client: Client, body: InviteRequest
) -> Response[Error | InviteResponse | None]:
    """Invite users to the organization.

    Args:
        client: The connection.
        body: The body of the request.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(client.send(client.build(build_request, body=body)), parse_response)


def sync(*, client: Client, body: InviteRequest) -> InviteResponse | None:
    """Invite users to the organization.

    Args:
        client: The connection.
        body: The body of the request.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(client.send(client.build(build_request, body=body)), parse_response)


async def asyncio_detailed(
    *, client: Client, body: InviteRequest
) -> Response[Error | InviteResponse | None]:
    """Invite users to the organization.

    Args:
        client: The connection.
        body: The body of the request.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        await client.send_async(client.build(build_request, body=body)), parse_response
    )


async def asyncio(*, client: Client, body: InviteRequest) -> InviteResponse | None:
    """Invite users to the organization.

    Args:
        client: The connection.
        body: The body of the request.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        await client.send_async(client.build(build_request, body=body)), parse_response
    )
