from __future__ import annotations

import datetime

import httpx

from ... import errors
from ...client import Client
from ...models.alert_severity import AlertSeverity
from ...models.alert_status import AlertStatus
from ...models.error import Error
from ...models.paginated_alerts import PaginatedAlerts
from ...types import RequestParts, Response, query_params


def build_request(
    *,
    model_id: list[str] | None = None,
    metric: str | None = None,
    status: AlertStatus | None = None,
    severity: AlertSeverity | None = None,
    start_time: datetime.datetime | None = None,
    end_time: datetime.datetime | None = None,
    batch_id: list[str] | None = None,
    alert_rule_id: str | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
) -> RequestParts:
    """Build the request of `list_alerts` without sending it.

    Args:
        model_id: Only alerts of these models.
        metric: Only alerts of the metric of this name, in any spelling of case.
        status: Status of an alert.
        severity: Severity of an alert.
        start_time: First moment that counts.
        end_time: First moment that counts no more.
        batch_id: Only alerts of these batches.
        alert_rule_id: Only alerts of this rule.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: `status` or `timestamp`, a leading `-` for descending; by time ascending when absent.

    Returns:
        The request.
    """
    request = RequestParts(
        operation="list_alerts",
        method="GET",
        url="/v3/alerts",
        params=query_params(
            {
                "model_id": model_id,
                "metric": metric,
                "status": status,
                "severity": severity,
                "start_time": start_time,
                "end_time": end_time,
                "batch_id": batch_id,
                "alert_rule_id": alert_rule_id,
                "page": page,
                "page_size": page_size,
                "sort": sort,
            }
        ),
    )
    return request


def parse_response(response: httpx.Response) -> PaginatedAlerts:
    """Return the body of a response of `list_alerts`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = PaginatedAlerts.from_dict(response.json())

        return response_200

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    *,
    client: Client,
    model_id: list[str] | None = None,
    metric: str | None = None,
    status: AlertStatus | None = None,
    severity: AlertSeverity | None = None,
    start_time: datetime.datetime | None = None,
    end_time: datetime.datetime | None = None,
    batch_id: list[str] | None = None,
    alert_rule_id: str | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
) -> Response[Error | PaginatedAlerts]:
    """List alerts.

    Args:
        client: The connection.
        model_id: Only alerts of these models.
        metric: Only alerts of the metric of this name, in any spelling of case.
        status: Status of an alert.
        severity: Severity of an alert.
        start_time: First moment that counts.
        end_time: First moment that counts no more.
        batch_id: Only alerts of these batches.
        alert_rule_id: Only alerts of this rule.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: `status` or `timestamp`, a leading `-` for descending; by time ascending when absent.

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
        ),
        parse_response,
    )


def sync(
    *,
    client: Client,
    model_id: list[str] | None = None,
    metric: str | None = None,
    status: AlertStatus | None = None,
    severity: AlertSeverity | None = None,
    start_time: datetime.datetime | None = None,
    end_time: datetime.datetime | None = None,
    batch_id: list[str] | None = None,
    alert_rule_id: str | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
) -> PaginatedAlerts:
    """List alerts.

    Args:
        client: The connection.
        model_id: Only alerts of these models.
        metric: Only alerts of the metric of this name, in any spelling of case.
        status: Status of an alert.
        severity: Severity of an alert.
        start_time: First moment that counts.
        end_time: First moment that counts no more.
        batch_id: Only alerts of these batches.
        alert_rule_id: Only alerts of this rule.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: `status` or `timestamp`, a leading `-` for descending; by time ascending when absent.

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
        ),
        parse_response,
    )


async def asyncio_detailed(
    *,
    client: Client,
    model_id: list[str] | None = None,
    metric: str | None = None,
    status: AlertStatus | None = None,
    severity: AlertSeverity | None = None,
    start_time: datetime.datetime | None = None,
    end_time: datetime.datetime | None = None,
    batch_id: list[str] | None = None,
    alert_rule_id: str | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
) -> Response[Error | PaginatedAlerts]:
    """List alerts.

    Args:
        client: The connection.
        model_id: Only alerts of these models.
        metric: Only alerts of the metric of this name, in any spelling of case.
        status: Status of an alert.
        severity: Severity of an alert.
        start_time: First moment that counts.
        end_time: First moment that counts no more.
        batch_id: Only alerts of these batches.
        alert_rule_id: Only alerts of this rule.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: `status` or `timestamp`, a leading `-` for descending; by time ascending when absent.

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
        ),
        parse_response,
    )


async def asyncio(
    *,
    client: Client,
    model_id: list[str] | None = None,
    metric: str | None = None,
    status: AlertStatus | None = None,
    severity: AlertSeverity | None = None,
    start_time: datetime.datetime | None = None,
    end_time: datetime.datetime | None = None,
    batch_id: list[str] | None = None,
    alert_rule_id: str | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
) -> PaginatedAlerts:
    """List alerts.

    Args:
        client: The connection.
        model_id: Only alerts of these models.
        metric: Only alerts of the metric of this name, in any spelling of case.
        status: Status of an alert.
        severity: Severity of an alert.
        start_time: First moment that counts.
        end_time: First moment that counts no more.
        batch_id: Only alerts of these batches.
        alert_rule_id: Only alerts of this rule.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: `status` or `timestamp`, a leading `-` for descending; by time ascending when absent.

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
        ),
        parse_response,
    )
