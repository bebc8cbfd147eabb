from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.acknowledgement import Acknowledgement
from ...models.alert_notification_request import AlertNotificationRequest
from ...models.error import Error
from ...types import UNSET, Response, Unset, build_response, path_segment


def _get_kwargs(
    alert_id: str,
    *,
    body: AlertNotificationRequest,
    configuration_id: str | Unset = UNSET,
    manual_trigger: bool | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    params: dict[str, Any] = {}

    params["configuration_id"] = configuration_id

    params["manual_trigger"] = manual_trigger

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v3/alerts/{alert_id}/notifications".format(
            alert_id=path_segment("alert_id", alert_id),
        ),
        "params": params,
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Acknowledgement | Error | None:
    if response.status_code == 200:
        response_200 = Acknowledgement.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = Error.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Error.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Error.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = Error.from_dict(response.json())

        return response_404

    if response.status_code == 413:
        response_413 = Error.from_dict(response.json())

        return response_413

    if response.status_code == 415:
        response_415 = Error.from_dict(response.json())

        return response_415

    if response.status_code == 429:
        response_429 = Error.from_dict(response.json())

        return response_429

    if response.status_code == 500:
        response_500 = Error.from_dict(response.json())

        return response_500

    if response.status_code == 501:
        response_501 = Error.from_dict(response.json())

        return response_501

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Acknowledgement | Error]:
    return build_response(response, lambda: _parse_response(client=client, response=response))


def sync_detailed(
    alert_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: AlertNotificationRequest,
    configuration_id: str | Unset = UNSET,
    manual_trigger: bool | Unset = UNSET,
) -> Response[Acknowledgement | Error]:
    """Tell somebody about an alert.

     The body of the answer is not specified.

    Args:
        alert_id (str):
        configuration_id (str | Unset):
        manual_trigger (bool | Unset):
        body (AlertNotificationRequest): What to tell about an alert.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Acknowledgement | Error]
    """

    kwargs = _get_kwargs(
        alert_id=alert_id,
        body=body,
        configuration_id=configuration_id,
        manual_trigger=manual_trigger,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    alert_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: AlertNotificationRequest,
    configuration_id: str | Unset = UNSET,
    manual_trigger: bool | Unset = UNSET,
) -> Acknowledgement | Error | None:
    """Tell somebody about an alert.

     The body of the answer is not specified.

    Args:
        alert_id (str):
        configuration_id (str | Unset):
        manual_trigger (bool | Unset):
        body (AlertNotificationRequest): What to tell about an alert.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Acknowledgement | Error
    """

    return sync_detailed(
        alert_id=alert_id,
        client=client,
        body=body,
        configuration_id=configuration_id,
        manual_trigger=manual_trigger,
    ).parsed


async def asyncio_detailed(
    alert_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: AlertNotificationRequest,
    configuration_id: str | Unset = UNSET,
    manual_trigger: bool | Unset = UNSET,
) -> Response[Acknowledgement | Error]:
    """Tell somebody about an alert.

     The body of the answer is not specified.

    Args:
        alert_id (str):
        configuration_id (str | Unset):
        manual_trigger (bool | Unset):
        body (AlertNotificationRequest): What to tell about an alert.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Acknowledgement | Error]
    """

    kwargs = _get_kwargs(
        alert_id=alert_id,
        body=body,
        configuration_id=configuration_id,
        manual_trigger=manual_trigger,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    alert_id: str,
    *,
    client: AuthenticatedClient | Client,
    body: AlertNotificationRequest,
    configuration_id: str | Unset = UNSET,
    manual_trigger: bool | Unset = UNSET,
) -> Acknowledgement | Error | None:
    """Tell somebody about an alert.

     The body of the answer is not specified.

    Args:
        alert_id (str):
        configuration_id (str | Unset):
        manual_trigger (bool | Unset):
        body (AlertNotificationRequest): What to tell about an alert.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Acknowledgement | Error
    """

    return (
        await asyncio_detailed(
            alert_id=alert_id,
            client=client,
            body=body,
            configuration_id=configuration_id,
            manual_trigger=manual_trigger,
        )
    ).parsed
