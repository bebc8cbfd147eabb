import datetime
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.alert_severity import AlertSeverity
from ...models.alert_status import AlertStatus
from ...models.error import Error
from ...models.paginated_alerts import PaginatedAlerts
from ...types import UNSET, Response, Unset, build_response


def _get_kwargs(
    *,
    model_id: list[str] | Unset = UNSET,
    metric: str | Unset = UNSET,
    status: AlertStatus | Unset = UNSET,
    severity: AlertSeverity | Unset = UNSET,
    start_time: datetime.datetime | Unset = UNSET,
    end_time: datetime.datetime | Unset = UNSET,
    batch_id: list[str] | Unset = UNSET,
    alert_rule_id: str | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    json_model_id: list[str] | Unset = UNSET
    if not isinstance(model_id, Unset):
        json_model_id = model_id

    params["model_id"] = json_model_id

    params["metric"] = metric

    json_status: str | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = status.value

    params["status"] = json_status

    json_severity: str | Unset = UNSET
    if not isinstance(severity, Unset):
        json_severity = severity.value

    params["severity"] = json_severity

    json_start_time: str | Unset = UNSET
    if not isinstance(start_time, Unset):
        json_start_time = start_time.isoformat()
    params["start_time"] = json_start_time

    json_end_time: str | Unset = UNSET
    if not isinstance(end_time, Unset):
        json_end_time = end_time.isoformat()
    params["end_time"] = json_end_time

    json_batch_id: list[str] | Unset = UNSET
    if not isinstance(batch_id, Unset):
        json_batch_id = batch_id

    params["batch_id"] = json_batch_id

    params["alert_rule_id"] = alert_rule_id

    params["page"] = page

    params["page_size"] = page_size

    params["sort"] = sort

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v3/alerts",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | PaginatedAlerts | None:
    if response.status_code == 200:
        response_200 = PaginatedAlerts.from_dict(response.json())

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
) -> Response[Error | PaginatedAlerts]:
    return build_response(response, lambda: _parse_response(client=client, response=response))


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    model_id: list[str] | Unset = UNSET,
    metric: str | Unset = UNSET,
    status: AlertStatus | Unset = UNSET,
    severity: AlertSeverity | Unset = UNSET,
    start_time: datetime.datetime | Unset = UNSET,
    end_time: datetime.datetime | Unset = UNSET,
    batch_id: list[str] | Unset = UNSET,
    alert_rule_id: str | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> Response[Error | PaginatedAlerts]:
    """List alerts.

    Args:
        model_id (list[str] | Unset):
        metric (str | Unset):
        status (AlertStatus | Unset): What has been done about an alert.
        severity (AlertSeverity | Unset): How grave an alert is.
        start_time (datetime.datetime | Unset):
        end_time (datetime.datetime | Unset):
        batch_id (list[str] | Unset):
        alert_rule_id (str | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PaginatedAlerts]
    """

    kwargs = _get_kwargs(
        model_id=model_id,
        metric=metric,
        status=status,
        severity=severity,
        start_time=start_time,
        end_time=end_time,
        batch_id=batch_id,
        alert_rule_id=alert_rule_id,
        page=page,
        page_size=page_size,
        sort=sort,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    model_id: list[str] | Unset = UNSET,
    metric: str | Unset = UNSET,
    status: AlertStatus | Unset = UNSET,
    severity: AlertSeverity | Unset = UNSET,
    start_time: datetime.datetime | Unset = UNSET,
    end_time: datetime.datetime | Unset = UNSET,
    batch_id: list[str] | Unset = UNSET,
    alert_rule_id: str | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> Error | PaginatedAlerts | None:
    """List alerts.

    Args:
        model_id (list[str] | Unset):
        metric (str | Unset):
        status (AlertStatus | Unset): What has been done about an alert.
        severity (AlertSeverity | Unset): How grave an alert is.
        start_time (datetime.datetime | Unset):
        end_time (datetime.datetime | Unset):
        batch_id (list[str] | Unset):
        alert_rule_id (str | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PaginatedAlerts
    """

    return sync_detailed(
        client=client,
        model_id=model_id,
        metric=metric,
        status=status,
        severity=severity,
        start_time=start_time,
        end_time=end_time,
        batch_id=batch_id,
        alert_rule_id=alert_rule_id,
        page=page,
        page_size=page_size,
        sort=sort,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    model_id: list[str] | Unset = UNSET,
    metric: str | Unset = UNSET,
    status: AlertStatus | Unset = UNSET,
    severity: AlertSeverity | Unset = UNSET,
    start_time: datetime.datetime | Unset = UNSET,
    end_time: datetime.datetime | Unset = UNSET,
    batch_id: list[str] | Unset = UNSET,
    alert_rule_id: str | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> Response[Error | PaginatedAlerts]:
    """List alerts.

    Args:
        model_id (list[str] | Unset):
        metric (str | Unset):
        status (AlertStatus | Unset): What has been done about an alert.
        severity (AlertSeverity | Unset): How grave an alert is.
        start_time (datetime.datetime | Unset):
        end_time (datetime.datetime | Unset):
        batch_id (list[str] | Unset):
        alert_rule_id (str | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PaginatedAlerts]
    """

    kwargs = _get_kwargs(
        model_id=model_id,
        metric=metric,
        status=status,
        severity=severity,
        start_time=start_time,
        end_time=end_time,
        batch_id=batch_id,
        alert_rule_id=alert_rule_id,
        page=page,
        page_size=page_size,
        sort=sort,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    model_id: list[str] | Unset = UNSET,
    metric: str | Unset = UNSET,
    status: AlertStatus | Unset = UNSET,
    severity: AlertSeverity | Unset = UNSET,
    start_time: datetime.datetime | Unset = UNSET,
    end_time: datetime.datetime | Unset = UNSET,
    batch_id: list[str] | Unset = UNSET,
    alert_rule_id: str | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> Error | PaginatedAlerts | None:
    """List alerts.

    Args:
        model_id (list[str] | Unset):
        metric (str | Unset):
        status (AlertStatus | Unset): What has been done about an alert.
        severity (AlertSeverity | Unset): How grave an alert is.
        start_time (datetime.datetime | Unset):
        end_time (datetime.datetime | Unset):
        batch_id (list[str] | Unset):
        alert_rule_id (str | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PaginatedAlerts
    """

    return (
        await asyncio_detailed(
            client=client,
            model_id=model_id,
            metric=metric,
            status=status,
            severity=severity,
            start_time=start_time,
            end_time=end_time,
            batch_id=batch_id,
            alert_rule_id=alert_rule_id,
            page=page,
            page_size=page_size,
            sort=sort,
        )
    ).parsed
