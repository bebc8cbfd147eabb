from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...models.model_expand import ModelExpand
from ...models.paginated_model_groups import PaginatedModelGroups
from ...types import RequestParts, Response, query_params


def build_request(
    *,
    include_archived: bool | None = False,
    expand: list[ModelExpand] | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
) -> RequestParts:
    """Build the request of `list_model_groups` without sending it.

    Args:
        include_archived: Whether archived ones are listed too.
        expand: Parts to include that are left out otherwise.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: Column to sort by; a leading `-` sorts descending.

    Returns:
        The request.
    """
    request = RequestParts(
        operation="list_model_groups",
        method="GET",
        url="/v3/model_groups",
        params=query_params(
            {
                "include_archived": include_archived,
                "expand": expand,
                "page": page,
                "page_size": page_size,
                "sort": sort,
            }
        ),
    )
    return request


def parse_response(response: httpx.Response) -> PaginatedModelGroups:
    """Return the body of a response of `list_model_groups`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = PaginatedModelGroups.from_dict(response.json())

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
    include_archived: bool | None = False,
    expand: list[ModelExpand] | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
) -> Response[Error | PaginatedModelGroups]:
    """List the model groups of the organization.

    Args:
        client: The connection.
        include_archived: Whether archived ones are listed too.
        expand: Parts to include that are left out otherwise.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: Column to sort by; a leading `-` sorts descending.

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
                include_archived=include_archived,
                expand=expand,
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
    include_archived: bool | None = False,
    expand: list[ModelExpand] | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
) -> PaginatedModelGroups:
    """List the model groups of the organization.

    Args:
        client: The connection.
        include_archived: Whether archived ones are listed too.
        expand: Parts to include that are left out otherwise.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: Column to sort by; a leading `-` sorts descending.

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
                include_archived=include_archived,
                expand=expand,
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
    include_archived: bool | None = False,
    expand: list[ModelExpand] | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
) -> Response[Error | PaginatedModelGroups]:
    """List the model groups of the organization.

    Args:
        client: The connection.
        include_archived: Whether archived ones are listed too.
        expand: Parts to include that are left out otherwise.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: Column to sort by; a leading `-` sorts descending.

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
                include_archived=include_archived,
                expand=expand,
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
    include_archived: bool | None = False,
    expand: list[ModelExpand] | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
) -> PaginatedModelGroups:
    """List the model groups of the organization.

    Args:
        client: The connection.
        include_archived: Whether archived ones are listed too.
        expand: Parts to include that are left out otherwise.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: Column to sort by; a leading `-` sorts descending.

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
                include_archived=include_archived,
                expand=expand,
                page=page,
                page_size=page_size,
                sort=sort,
            )
        ),
        parse_response,
    )
