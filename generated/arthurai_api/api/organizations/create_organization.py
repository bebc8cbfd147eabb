from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...models.new_organization_request import NewOrganizationRequest
from ...models.organization import Organization
from ...types import RequestParts, Response


def build_request(*, body: NewOrganizationRequest | None = None) -> RequestParts:
    """Build the request of `create_organization` without sending it.

    Args:
        body: The body; leave it out to send one that is encoded already.

    Returns:
        The request.
    """
    request = RequestParts(operation="create_organization", method="POST", url="/v3/organizations")
    if body is not None:
        request.body["json"] = body.to_dict()
        request.headers["Content-Type"] = "application/json"

    return request


def parse_response(response: httpx.Response) -> Organization:
    """Return the body of a response of `create_organization`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_201 = Organization.from_dict(response.json())

        return response_201

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 409, 413, 415, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    *, client: Client, body: NewOrganizationRequest
) -> Response[Error | Organization]:
    """Create an organization.

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


def sync(*, client: Client, body: NewOrganizationRequest) -> Organization:
    """Create an organization.

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
    *, client: Client, body: NewOrganizationRequest
) -> Response[Error | Organization]:
    """Create an organization.

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


async def asyncio(*, client: Client, body: NewOrganizationRequest) -> Organization:
    """Create an organization.

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
