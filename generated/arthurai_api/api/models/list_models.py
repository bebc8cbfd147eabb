from __future__ import annotations

import datetime

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...models.input_type import InputType
from ...models.model_expand import ModelExpand
from ...models.model_status import ModelStatus
from ...models.output_type import OutputType
from ...models.paginated_models import PaginatedModels
from ...types import RequestParts, Response, query_params


def build_request(
    *,
    include_archived: bool | None = False,
    latest_version_sequence_nums: bool | None = False,
    display_name: str | None = None,
    search: str | None = None,
    input_types: list[InputType] | None = None,
    output_types: list[OutputType] | None = None,
    statuses: list[ModelStatus] | None = None,
    tag: list[str] | None = None,
    model_group_ids: list[str] | None = None,
    created_since: datetime.datetime | None = None,
    expand: list[ModelExpand] | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
) -> RequestParts:
    """Build the request of `list_models` without sending it.

    Args:
        include_archived: Whether archived ones are listed too.
        latest_version_sequence_nums: Whether only the newest version of each group is listed.
        display_name: Only models of this name.
        search: Only models with this text in a name or the description, in any case.
        input_types: Only models that read one of these.
        output_types: Only models that predict one of these.
        statuses: Only models in one of these states.
        tag: Only models with one of these tags.
        model_group_ids: Only models of these groups.
        created_since: Only models made since then.
        expand: Parts to include that are left out otherwise.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.
        sort: Column to sort by; a leading `-` sorts descending.

    Returns:
        The request.
    """
    request = RequestParts(
        operation="list_models",
        method="GET",
        url="/v3/models",
        params=query_params(
            {
                "include_archived": include_archived,
                "latest_version_sequence_nums": latest_version_sequence_nums,
                "display_name": display_name,
                "search": search,
                "input_types": input_types,
                "output_types": output_types,
                "statuses": statuses,
                "tag": tag,
                "model_group_ids": model_group_ids,
                "created_since": created_since,
                "expand": expand,
                "page": page,
                "page_size": page_size,
                "sort": sort,
            }
        ),
    )
    return request


def parse_response(response: httpx.Response) -> PaginatedModels:
    """Return the body of a response of `list_models`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = PaginatedModels.from_dict(response.json())

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
    latest_version_sequence_nums: bool | None = False,
    display_name: str | None = None,
    search: str | None = None,
    input_types: list[InputType] | None = None,
    output_types: list[OutputType] | None = None,
    statuses: list[ModelStatus] | None = None,
    tag: list[str] | None = None,
    model_group_ids: list[str] | None = None,
    created_since: datetime.datetime | None = None,
    expand: list[ModelExpand] | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
) -> Response[Error | PaginatedModels]:
    """List the models of the organization.

    Args:
        client: The connection.
        include_archived: Whether archived ones are listed too.
        latest_version_sequence_nums: Whether only the newest version of each group is listed.
        display_name: Only models of this name.
        search: Only models with this text in a name or the description, in any case.
        input_types: Only models that read one of these.
        output_types: Only models that predict one of these.
        statuses: Only models in one of these states.
        tag: Only models with one of these tags.
        model_group_ids: Only models of these groups.
        created_since: Only models made since then.
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
                latest_version_sequence_nums=latest_version_sequence_nums,
                display_name=display_name,
                search=search,
                input_types=input_types,
                output_types=output_types,
                statuses=statuses,
                tag=tag,
                model_group_ids=model_group_ids,
                created_since=created_since,
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
    latest_version_sequence_nums: bool | None = False,
    display_name: str | None = None,
    search: str | None = None,
    input_types: list[InputType] | None = None,
    output_types: list[OutputType] | None = None,
    statuses: list[ModelStatus] | None = None,
    tag: list[str] | None = None,
    model_group_ids: list[str] | None = None,
    created_since: datetime.datetime | None = None,
    expand: list[ModelExpand] | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
) -> PaginatedModels:
    """List the models of the organization.

    Args:
        client: The connection.
        include_archived: Whether archived ones are listed too.
        latest_version_sequence_nums: Whether only the newest version of each group is listed.
        display_name: Only models of this name.
        search: Only models with this text in a name or the description, in any case.
        input_types: Only models that read one of these.
        output_types: Only models that predict one of these.
        statuses: Only models in one of these states.
        tag: Only models with one of these tags.
        model_group_ids: Only models of these groups.
        created_since: Only models made since then.
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
                latest_version_sequence_nums=latest_version_sequence_nums,
                display_name=display_name,
                search=search,
                input_types=input_types,
                output_types=output_types,
                statuses=statuses,
                tag=tag,
                model_group_ids=model_group_ids,
                created_since=created_since,
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
    latest_version_sequence_nums: bool | None = False,
    display_name: str | None = None,
    search: str | None = None,
    input_types: list[InputType] | None = None,
    output_types: list[OutputType] | None = None,
    statuses: list[ModelStatus] | None = None,
    tag: list[str] | None = None,
    model_group_ids: list[str] | None = None,
    created_since: datetime.datetime | None = None,
    expand: list[ModelExpand] | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
) -> Response[Error | PaginatedModels]:
    """List the models of the organization.

    Args:
        client: The connection.
        include_archived: Whether archived ones are listed too.
        latest_version_sequence_nums: Whether only the newest version of each group is listed.
        display_name: Only models of this name.
        search: Only models with this text in a name or the description, in any case.
        input_types: Only models that read one of these.
        output_types: Only models that predict one of these.
        statuses: Only models in one of these states.
        tag: Only models with one of these tags.
        model_group_ids: Only models of these groups.
        created_since: Only models made since then.
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
                latest_version_sequence_nums=latest_version_sequence_nums,
                display_name=display_name,
                search=search,
                input_types=input_types,
                output_types=output_types,
                statuses=statuses,
                tag=tag,
                model_group_ids=model_group_ids,
                created_since=created_since,
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
    latest_version_sequence_nums: bool | None = False,
    display_name: str | None = None,
    search: str | None = None,
    input_types: list[InputType] | None = None,
    output_types: list[OutputType] | None = None,
    statuses: list[ModelStatus] | None = None,
    tag: list[str] | None = None,
    model_group_ids: list[str] | None = None,
    created_since: datetime.datetime | None = None,
    expand: list[ModelExpand] | None = None,
    page: int | None = 1,
    page_size: int | None = 20,
    sort: str | None = None,
) -> PaginatedModels:
    """List the models of the organization.

    Args:
        client: The connection.
        include_archived: Whether archived ones are listed too.
        latest_version_sequence_nums: Whether only the newest version of each group is listed.
        display_name: Only models of this name.
        search: Only models with this text in a name or the description, in any case.
        input_types: Only models that read one of these.
        output_types: Only models that predict one of these.
        statuses: Only models in one of these states.
        tag: Only models with one of these tags.
        model_group_ids: Only models of these groups.
        created_since: Only models made since then.
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
                latest_version_sequence_nums=latest_version_sequence_nums,
                display_name=display_name,
                search=search,
                input_types=input_types,
                output_types=output_types,
                statuses=statuses,
                tag=tag,
                model_group_ids=model_group_ids,
                created_since=created_since,
                expand=expand,
                page=page,
                page_size=page_size,
                sort=sort,
            )
        ),
        parse_response,
    )
