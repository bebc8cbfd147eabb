from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.acknowledgement import Acknowledgement
from ...models.alert_notification_request import AlertNotificationRequest
from ...models.error import Error
from ...types import RequestParts, Response, path_segment, query_params


def build_request(
    alert_id: str,
    *,
    body: AlertNotificationRequest | None = None,
    configuration_id: str | None = None,
    manual_trigger: bool | None = None,
) -> RequestParts:
    """Build the request of `send_alert_notification` without sending it.

    Args:
        alert_id: The alert.
        body: The body; leave it out to send one that is encoded already.
        configuration_id: Whom to tell.
        manual_trigger: Whether a person asked for this.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="send_alert_notification",
        method="POST",
        url="/v3/alerts/{alert_id}/notifications".format(
            alert_id=path_segment("alert_id", alert_id)
        ),
        params=query_params(
            {"configuration_id": configuration_id, "manual_trigger": manual_trigger}
        ),
    )
    if body is not None:
        request.body["json"] = body.to_dict()
        request.headers["Content-Type"] = "application/json"

    return request


def parse_response(response: httpx.Response) -> Acknowledgement:
    """Return the body of a response of `send_alert_notification`.

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
    alert_id: str,
    *,
    client: Client,
    body: AlertNotificationRequest,
    configuration_id: str | None = None,
    manual_trigger: bool | None = None,
) -> Response[Acknowledgement | Error]:
    """Tell somebody about an alert.

    The body of the response is not specified.

    Args:
        alert_id: The alert.
        client: The connection.
        body: The body of the request.
        configuration_id: Whom to tell.
        manual_trigger: Whether a person asked for this.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        client.send(
            client.build(
                build_request,
                alert_id=alert_id,
                body=body,
                configuration_id=configuration_id,
                manual_trigger=manual_trigger,
            )
        ),
        parse_response,
    )


def sync(
    alert_id: str,
    *,
    client: Client,
    body: AlertNotificationRequest,
    configuration_id: str | None = None,
    manual_trigger: bool | None = None,
) -> Acknowledgement:
    """Tell somebody about an alert.

    The body of the response is not specified.

    Args:
        alert_id: The alert.
        client: The connection.
        body: The body of the request.
        configuration_id: Whom to tell.
        manual_trigger: Whether a person asked for this.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        client.send(
            client.build(
                build_request,
                alert_id=alert_id,
                body=body,
                configuration_id=configuration_id,
                manual_trigger=manual_trigger,
            )
        ),
        parse_response,
    )


async def asyncio_detailed(
    alert_id: str,
    *,
    client: Client,
    body: AlertNotificationRequest,
    configuration_id: str | None = None,
    manual_trigger: bool | None = None,
) -> Response[Acknowledgement | Error]:
    """Tell somebody about an alert.

    The body of the response is not specified.

    Args:
        alert_id: The alert.
        client: The connection.
        body: The body of the request.
        configuration_id: Whom to tell.
        manual_trigger: Whether a person asked for this.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        await client.send_async(
            client.build(
                build_request,
                alert_id=alert_id,
                body=body,
                configuration_id=configuration_id,
                manual_trigger=manual_trigger,
            )
        ),
        parse_response,
    )


async def asyncio(
    alert_id: str,
    *,
    client: Client,
    body: AlertNotificationRequest,
    configuration_id: str | None = None,
    manual_trigger: bool | None = None,
) -> Acknowledgement:
    """Tell somebody about an alert.

    The body of the response is not specified.

    Args:
        alert_id: The alert.
        client: The connection.
        body: The body of the request.
        configuration_id: Whom to tell.
        manual_trigger: Whether a person asked for this.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        await client.send_async(
            client.build(
                build_request,
                alert_id=alert_id,
                body=body,
                configuration_id=configuration_id,
                manual_trigger=manual_trigger,
            )
        ),
        parse_response,
    )
