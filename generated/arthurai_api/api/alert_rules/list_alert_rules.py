from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.alert_severity import AlertSeverity
from ...models.error import Error
from ...models.paginated_alert_rules import PaginatedAlertRules
from ...types import RequestParts, Response, path_segment, query_params


def build_request(
    model_id: str,
    *,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
    severity: AlertSeverity | None = None,
    include_alert_metadata: bool | None = False,
) -> RequestParts:
    """Build the request of `list_alert_rules` without sending it.

    Args:
        model_id: The model.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: Column to sort by: a leading `-` for descending, `+` or nothing for ascending.
        severity: Severity of an alert.
        include_alert_metadata: Whether to add counts of alerts, the last value and the last time.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="list_alert_rules",
        method="GET",
        url="/v3/models/{model_id}/alert_rules".format(model_id=path_segment("model_id", model_id)),
        params=query_params(
            {
                "page": page,
                "page_size": page_size,
                "sort": sort,
                "severity": severity,
                "include_alert_metadata": include_alert_metadata,
            }
        ),
    )
    return request


def parse_response(response: httpx.Response) -> PaginatedAlertRules:
    """Return the body of a response of `list_alert_rules`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = PaginatedAlertRules.from_dict(response.json())

        return response_200

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    model_id: str,
    *,
    client: Client,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
    severity: AlertSeverity | None = None,
    include_alert_metadata: bool | None = False,
) -> Response[Error | PaginatedAlertRules]:
    """List the alert rules of a model.

    Args:
        model_id: The model.
        client: The connection.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: Column to sort by: a leading `-` for descending, `+` or nothing for ascending.
        severity: Severity of an alert.
        include_alert_metadata: Whether to add counts of alerts, the last value and the last time.

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
                page=page,
                page_size=page_size,
                sort=sort,
                severity=severity,
                include_alert_metadata=include_alert_metadata,
            )
        ),
        parse_response,
    )


def sync(
    model_id: str,
    *,
    client: Client,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
    severity: AlertSeverity | None = None,
    include_alert_metadata: bool | None = False,
) -> PaginatedAlertRules:
    """List the alert rules of a model.

    Args:
        model_id: The model.
        client: The connection.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: Column to sort by: a leading `-` for descending, `+` or nothing for ascending.
        severity: Severity of an alert.
        include_alert_metadata: Whether to add counts of alerts, the last value and the last time.

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
                page=page,
                page_size=page_size,
                sort=sort,
                severity=severity,
                include_alert_metadata=include_alert_metadata,
            )
        ),
        parse_response,
    )


async def asyncio_detailed(
    model_id: str,
    *,
    client: Client,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
    severity: AlertSeverity | None = None,
    include_alert_metadata: bool | None = False,
) -> Response[Error | PaginatedAlertRules]:
    """List the alert rules of a model.

    Args:
        model_id: The model.
        client: The connection.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: Column to sort by: a leading `-` for descending, `+` or nothing for ascending.
        severity: Severity of an alert.
        include_alert_metadata: Whether to add counts of alerts, the last value and the last time.

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
                page=page,
                page_size=page_size,
                sort=sort,
                severity=severity,
                include_alert_metadata=include_alert_metadata,
            )
        ),
        parse_response,
    )


async def asyncio(
    model_id: str,
    *,
    client: Client,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
    severity: AlertSeverity | None = None,
    include_alert_metadata: bool | None = False,
) -> PaginatedAlertRules:
    """List the alert rules of a model.

    Args:
        model_id: The model.
        client: The connection.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: Column to sort by: a leading `-` for descending, `+` or nothing for ascending.
        severity: Severity of an alert.
        include_alert_metadata: Whether to add counts of alerts, the last value and the last time.

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
                page=page,
                page_size=page_size,
                sort=sort,
                severity=severity,
                include_alert_metadata=include_alert_metadata,
            )
        ),
        parse_response,
    )
