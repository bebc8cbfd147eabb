from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.alert_severity import AlertSeverity
from ...models.error import Error
from ...models.paginated_alert_rules import PaginatedAlertRules
from ...types import UNSET, Response, Unset, build_response, path_segment


def _get_kwargs(
    model_id: str,
    *,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
    severity: AlertSeverity | Unset = UNSET,
    include_alert_metadata: bool | Unset = False,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["page"] = page

    params["page_size"] = page_size

    params["sort"] = sort

    json_severity: str | Unset = UNSET
    if not isinstance(severity, Unset):
        json_severity = severity.value

    params["severity"] = json_severity

    params["include_alert_metadata"] = include_alert_metadata

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v3/models/{model_id}/alert_rules".format(
            model_id=path_segment("model_id", model_id),
        ),
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | PaginatedAlertRules | None:
    if response.status_code == 200:
        response_200 = PaginatedAlertRules.from_dict(response.json())

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
) -> Response[Error | PaginatedAlertRules]:
    return build_response(response, lambda: _parse_response(client=client, response=response))


def sync_detailed(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
    severity: AlertSeverity | Unset = UNSET,
    include_alert_metadata: bool | Unset = False,
) -> Response[Error | PaginatedAlertRules]:
    """List the alert rules of a model.

    Args:
        model_id (str):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset): Column to sort by: a leading `-` for descending, `+` or nothing for
            ascending.
        severity (AlertSeverity | Unset): How grave an alert is.
        include_alert_metadata (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PaginatedAlertRules]
    """

    kwargs = _get_kwargs(
        model_id=model_id,
        page=page,
        page_size=page_size,
        sort=sort,
        severity=severity,
        include_alert_metadata=include_alert_metadata,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
    severity: AlertSeverity | Unset = UNSET,
    include_alert_metadata: bool | Unset = False,
) -> Error | PaginatedAlertRules | None:
    """List the alert rules of a model.

    Args:
        model_id (str):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset): Column to sort by: a leading `-` for descending, `+` or nothing for
            ascending.
        severity (AlertSeverity | Unset): How grave an alert is.
        include_alert_metadata (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PaginatedAlertRules
    """

    return sync_detailed(
        model_id=model_id,
        client=client,
        page=page,
        page_size=page_size,
        sort=sort,
        severity=severity,
        include_alert_metadata=include_alert_metadata,
    ).parsed


async def asyncio_detailed(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
    severity: AlertSeverity | Unset = UNSET,
    include_alert_metadata: bool | Unset = False,
) -> Response[Error | PaginatedAlertRules]:
    """List the alert rules of a model.

    Args:
        model_id (str):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset): Column to sort by: a leading `-` for descending, `+` or nothing for
            ascending.
        severity (AlertSeverity | Unset): How grave an alert is.
        include_alert_metadata (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PaginatedAlertRules]
    """

    kwargs = _get_kwargs(
        model_id=model_id,
        page=page,
        page_size=page_size,
        sort=sort,
        severity=severity,
        include_alert_metadata=include_alert_metadata,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    model_id: str,
    *,
    client: AuthenticatedClient | Client,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
    severity: AlertSeverity | Unset = UNSET,
    include_alert_metadata: bool | Unset = False,
) -> Error | PaginatedAlertRules | None:
    """List the alert rules of a model.

    Args:
        model_id (str):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset): Column to sort by: a leading `-` for descending, `+` or nothing for
            ascending.
        severity (AlertSeverity | Unset): How grave an alert is.
        include_alert_metadata (bool | Unset):  Default: False.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PaginatedAlertRules
    """

    return (
        await asyncio_detailed(
            model_id=model_id,
            client=client,
            page=page,
            page_size=page_size,
            sort=sort,
            severity=severity,
            include_alert_metadata=include_alert_metadata,
        )
    ).parsed
