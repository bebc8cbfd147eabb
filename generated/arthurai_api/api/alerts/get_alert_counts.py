import datetime
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.alert_model_count import AlertModelCount
from ...models.error import Error
from ...types import UNSET, Response, Unset, build_response


def _get_kwargs(
    *,
    model_id: list[str] | Unset = UNSET,
    start_time: datetime.datetime | Unset = UNSET,
    end_time: datetime.datetime | Unset = UNSET,
    group_by_date: bool | Unset = False,
    severity: list[str] | Unset = UNSET,
    status: list[str] | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_model_id: list[str] | Unset = UNSET
    if not isinstance(model_id, Unset):
        json_model_id = model_id

    params["model_id"] = json_model_id

    json_start_time: str | Unset = UNSET
    if not isinstance(start_time, Unset):
        json_start_time = start_time.isoformat()
    params["start_time"] = json_start_time

    json_end_time: str | Unset = UNSET
    if not isinstance(end_time, Unset):
        json_end_time = end_time.isoformat()
    params["end_time"] = json_end_time

    params["group_by_date"] = group_by_date

    json_severity: list[str] | Unset = UNSET
    if not isinstance(severity, Unset):
        json_severity = severity

    params["severity"] = json_severity

    json_status: list[str] | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = status

    params["status"] = json_status

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v3/alerts/model_counts",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | list[AlertModelCount] | None:
    if response.status_code == 200:
        response_200 = []
        _response_200 = response.json()
        for componentsschemas_alert_model_counts_item_data in _response_200 or ():
            componentsschemas_alert_model_counts_item = AlertModelCount.from_dict(
                componentsschemas_alert_model_counts_item_data
            )

            response_200.append(componentsschemas_alert_model_counts_item)

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
) -> Response[Error | list[AlertModelCount]]:
    return build_response(response, lambda: _parse_response(client=client, response=response))


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    model_id: list[str] | Unset = UNSET,
    start_time: datetime.datetime | Unset = UNSET,
    end_time: datetime.datetime | Unset = UNSET,
    group_by_date: bool | Unset = False,
    severity: list[str] | Unset = UNSET,
    status: list[str] | Unset = UNSET,
) -> Response[Error | list[AlertModelCount]]:
    """Count alerts by model.

     The shape of the answer is a guess.

    Args:
        model_id (list[str] | Unset):
        start_time (datetime.datetime | Unset):
        end_time (datetime.datetime | Unset):
        group_by_date (bool | Unset):  Default: False.
        severity (list[str] | Unset):
        status (list[str] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | list[AlertModelCount]]
    """

    kwargs = _get_kwargs(
        model_id=model_id,
        start_time=start_time,
        end_time=end_time,
        group_by_date=group_by_date,
        severity=severity,
        status=status,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    model_id: list[str] | Unset = UNSET,
    start_time: datetime.datetime | Unset = UNSET,
    end_time: datetime.datetime | Unset = UNSET,
    group_by_date: bool | Unset = False,
    severity: list[str] | Unset = UNSET,
    status: list[str] | Unset = UNSET,
) -> Error | list[AlertModelCount] | None:
    """Count alerts by model.

     The shape of the answer is a guess.

    Args:
        model_id (list[str] | Unset):
        start_time (datetime.datetime | Unset):
        end_time (datetime.datetime | Unset):
        group_by_date (bool | Unset):  Default: False.
        severity (list[str] | Unset):
        status (list[str] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | list[AlertModelCount]
    """

    return sync_detailed(
        client=client,
        model_id=model_id,
        start_time=start_time,
        end_time=end_time,
        group_by_date=group_by_date,
        severity=severity,
        status=status,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    model_id: list[str] | Unset = UNSET,
    start_time: datetime.datetime | Unset = UNSET,
    end_time: datetime.datetime | Unset = UNSET,
    group_by_date: bool | Unset = False,
    severity: list[str] | Unset = UNSET,
    status: list[str] | Unset = UNSET,
) -> Response[Error | list[AlertModelCount]]:
    """Count alerts by model.

     The shape of the answer is a guess.

    Args:
        model_id (list[str] | Unset):
        start_time (datetime.datetime | Unset):
        end_time (datetime.datetime | Unset):
        group_by_date (bool | Unset):  Default: False.
        severity (list[str] | Unset):
        status (list[str] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | list[AlertModelCount]]
    """

    kwargs = _get_kwargs(
        model_id=model_id,
        start_time=start_time,
        end_time=end_time,
        group_by_date=group_by_date,
        severity=severity,
        status=status,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    model_id: list[str] | Unset = UNSET,
    start_time: datetime.datetime | Unset = UNSET,
    end_time: datetime.datetime | Unset = UNSET,
    group_by_date: bool | Unset = False,
    severity: list[str] | Unset = UNSET,
    status: list[str] | Unset = UNSET,
) -> Error | list[AlertModelCount] | None:
    """Count alerts by model.

     The shape of the answer is a guess.

    Args:
        model_id (list[str] | Unset):
        start_time (datetime.datetime | Unset):
        end_time (datetime.datetime | Unset):
        group_by_date (bool | Unset):  Default: False.
        severity (list[str] | Unset):
        status (list[str] | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | list[AlertModelCount]
    """

    return (
        await asyncio_detailed(
            client=client,
            model_id=model_id,
            start_time=start_time,
            end_time=end_time,
            group_by_date=group_by_date,
            severity=severity,
            status=status,
        )
    ).parsed
