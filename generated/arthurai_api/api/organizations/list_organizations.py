from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.organization_expand import OrganizationExpand
from ...models.paginated_organizations import PaginatedOrganizations
from ...types import UNSET, Response, Unset, build_response


def _get_kwargs(
    *,
    name: str | Unset = UNSET,
    expand: list[OrganizationExpand] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["name"] = name

    json_expand: list[str] | Unset = UNSET
    if not isinstance(expand, Unset):
        json_expand = []
        for expand_item_data in expand:
            expand_item = expand_item_data.value
            json_expand.append(expand_item)

    params["expand"] = json_expand

    params["page"] = page

    params["page_size"] = page_size

    params["sort"] = sort

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v3/organizations",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | PaginatedOrganizations | None:
    if response.status_code == 200:
        response_200 = PaginatedOrganizations.from_dict(response.json())

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
) -> Response[Error | PaginatedOrganizations]:
    return build_response(response, lambda: _parse_response(client=client, response=response))


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    name: str | Unset = UNSET,
    expand: list[OrganizationExpand] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> Response[Error | PaginatedOrganizations]:
    """List all organisations.

    Args:
        name (str | Unset):
        expand (list[OrganizationExpand] | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PaginatedOrganizations]
    """

    kwargs = _get_kwargs(
        name=name,
        expand=expand,
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
    name: str | Unset = UNSET,
    expand: list[OrganizationExpand] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> Error | PaginatedOrganizations | None:
    """List all organisations.

    Args:
        name (str | Unset):
        expand (list[OrganizationExpand] | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PaginatedOrganizations
    """

    return sync_detailed(
        client=client,
        name=name,
        expand=expand,
        page=page,
        page_size=page_size,
        sort=sort,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    name: str | Unset = UNSET,
    expand: list[OrganizationExpand] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> Response[Error | PaginatedOrganizations]:
    """List all organisations.

    Args:
        name (str | Unset):
        expand (list[OrganizationExpand] | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PaginatedOrganizations]
    """

    kwargs = _get_kwargs(
        name=name,
        expand=expand,
        page=page,
        page_size=page_size,
        sort=sort,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    name: str | Unset = UNSET,
    expand: list[OrganizationExpand] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> Error | PaginatedOrganizations | None:
    """List all organisations.

    Args:
        name (str | Unset):
        expand (list[OrganizationExpand] | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PaginatedOrganizations
    """

    return (
        await asyncio_detailed(
            client=client,
            name=name,
            expand=expand,
            page=page,
            page_size=page_size,
            sort=sort,
        )
    ).parsed
