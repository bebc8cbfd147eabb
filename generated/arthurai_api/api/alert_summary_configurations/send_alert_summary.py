from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.acknowledgement import Acknowledgement
from ...models.alert_summary_notification_request import AlertSummaryNotificationRequest
from ...models.error import Error
from ...types import RequestParts, Response, Unset, path_segment


def build_request(
    configuration_id: str, *, body: AlertSummaryNotificationRequest | None = None
) -> RequestParts:
    """Build the request of `send_alert_summary` without sending it.

    Args:
        configuration_id: The configuration.
        body: The body; leave it out to send one that is encoded already.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="send_alert_summary",
        method="POST",
        url="/v3/alert_summary_configurations/{configuration_id}/notifications".format(
            configuration_id=path_segment("configuration_id", configuration_id)
        ),
    )
    if body is not None:
        if not isinstance(body, Unset):
            request.body["json"] = body.to_dict()
        if request.body:
            request.headers["Content-Type"] = "application/json"

    return request


def parse_response(response: httpx.Response) -> Acknowledgement:
    """Return the body of a response of `send_alert_summary`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = Acknowledgement.from_dict(response.json())

        return response_200

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 413, 415, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    configuration_id: str, *, client: Client, body: AlertSummaryNotificationRequest | None = None
) -> Response[Acknowledgement | Error]:
    """Send a summary now.

    Bodies of request and response are not specified.

    Args:
        configuration_id: The configuration.
        client: The connection.
        body: The body of the request.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        client.send(client.build(build_request, configuration_id=configuration_id, body=body)),
        parse_response,
    )


def sync(
    configuration_id: str, *, client: Client, body: AlertSummaryNotificationRequest | None = None
) -> Acknowledgement:
    """Send a summary now.

    Bodies of request and response are not specified.

    Args:
        configuration_id: The configuration.
        client: The connection.
        body: The body of the request.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        client.send(client.build(build_request, configuration_id=configuration_id, body=body)),
        parse_response,
    )


async def asyncio_detailed(
    configuration_id: str, *, client: Client, body: AlertSummaryNotificationRequest | None = None
) -> Response[Acknowledgement | Error]:
    """Send a summary now.

    Bodies of request and response are not specified.

    Args:
        configuration_id: The configuration.
        client: The connection.
        body: The body of the request.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        await client.send_async(
            client.build(build_request, configuration_id=configuration_id, body=body)
        ),
        parse_response,
    )


async def asyncio(
    configuration_id: str, *, client: Client, body: AlertSummaryNotificationRequest | None = None
) -> Acknowledgement:
    """Send a summary now.

    Bodies of request and response are not specified.

    Args:
        configuration_id: The configuration.
        client: The connection.
        body: The body of the request.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        await client.send_async(
            client.build(build_request, configuration_id=configuration_id, body=body)
        ),
        parse_response,
    )
