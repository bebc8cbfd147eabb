from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.alert_notification_configuration import AlertNotificationConfiguration
from ...models.error import Error
from ...types import RequestParts, Response, path_segment


def build_request(configuration_id: str) -> RequestParts:
    """Build the request of `get_alert_notification_configuration` without sending it.

    Args:
        configuration_id: The configuration.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="get_alert_notification_configuration",
        method="GET",
        url="/v3/alert_notification_configurations/{configuration_id}".format(
            configuration_id=path_segment("configuration_id", configuration_id)
        ),
    )
    return request


def parse_response(response: httpx.Response) -> AlertNotificationConfiguration:
    """Return the body of a response of `get_alert_notification_configuration`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = AlertNotificationConfiguration.from_dict(response.json())

        return response_200

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    configuration_id: str, *, client: Client
) -> Response[AlertNotificationConfiguration | Error]:
    """Show a notification configuration.

    Args:
        configuration_id: The configuration.
        client: The connection.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        client.send(client.build(build_request, configuration_id=configuration_id)), parse_response
    )


def sync(configuration_id: str, *, client: Client) -> AlertNotificationConfiguration:
    """Show a notification configuration.

    Args:
        configuration_id: The configuration.
        client: The connection.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        client.send(client.build(build_request, configuration_id=configuration_id)), parse_response
    )


async def asyncio_detailed(
    configuration_id: str, *, client: Client
) -> Response[AlertNotificationConfiguration | Error]:
    """Show a notification configuration.

    Args:
        configuration_id: The configuration.
        client: The connection.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        await client.send_async(client.build(build_request, configuration_id=configuration_id)),
        parse_response,
    )


async def asyncio(configuration_id: str, *, client: Client) -> AlertNotificationConfiguration:
    """Show a notification configuration.

    Args:
        configuration_id: The configuration.
        client: The connection.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        await client.send_async(client.build(build_request, configuration_id=configuration_id)),
        parse_response,
    )
