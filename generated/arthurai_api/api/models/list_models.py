import datetime
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.error import Error
from ...models.input_type import InputType
from ...models.model_expand import ModelExpand
from ...models.model_status import ModelStatus
from ...models.output_type import OutputType
from ...models.paginated_models import PaginatedModels
from ...types import UNSET, Response, Unset, build_response


def _get_kwargs(
    *,
    include_archived: bool | Unset = False,
    latest_version_sequence_nums: bool | Unset = False,
    display_name: str | Unset = UNSET,
    input_types: list[InputType] | Unset = UNSET,
    output_types: list[OutputType] | Unset = UNSET,
    statuses: list[ModelStatus] | Unset = UNSET,
    tag: list[str] | Unset = UNSET,
    model_group_ids: list[str] | Unset = UNSET,
    created_since: datetime.datetime | Unset = UNSET,
    expand: list[ModelExpand] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["include_archived"] = include_archived

    params["latest_version_sequence_nums"] = latest_version_sequence_nums

    params["display_name"] = display_name

    json_input_types: list[str] | Unset = UNSET
    if not isinstance(input_types, Unset):
        json_input_types = []
        for input_types_item_data in input_types:
            input_types_item = input_types_item_data.value
            json_input_types.append(input_types_item)

    params["input_types"] = json_input_types

    json_output_types: list[str] | Unset = UNSET
    if not isinstance(output_types, Unset):
        json_output_types = []
        for output_types_item_data in output_types:
            output_types_item = output_types_item_data.value
            json_output_types.append(output_types_item)

    params["output_types"] = json_output_types

    json_statuses: list[str] | Unset = UNSET
    if not isinstance(statuses, Unset):
        json_statuses = []
        for statuses_item_data in statuses:
            statuses_item = statuses_item_data.value
            json_statuses.append(statuses_item)

    params["statuses"] = json_statuses

    json_tag: list[str] | Unset = UNSET
    if not isinstance(tag, Unset):
        json_tag = tag

    params["tag"] = json_tag

    json_model_group_ids: list[str] | Unset = UNSET
    if not isinstance(model_group_ids, Unset):
        json_model_group_ids = model_group_ids

    params["model_group_ids"] = json_model_group_ids

    json_created_since: str | Unset = UNSET
    if not isinstance(created_since, Unset):
        json_created_since = created_since.isoformat()
    params["created_since"] = json_created_since

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
        "url": "/v3/models",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Error | PaginatedModels | None:
    if response.status_code == 200:
        response_200 = PaginatedModels.from_dict(response.json())

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
) -> Response[Error | PaginatedModels]:
    return build_response(response, lambda: _parse_response(client=client, response=response))


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    include_archived: bool | Unset = False,
    latest_version_sequence_nums: bool | Unset = False,
    display_name: str | Unset = UNSET,
    input_types: list[InputType] | Unset = UNSET,
    output_types: list[OutputType] | Unset = UNSET,
    statuses: list[ModelStatus] | Unset = UNSET,
    tag: list[str] | Unset = UNSET,
    model_group_ids: list[str] | Unset = UNSET,
    created_since: datetime.datetime | Unset = UNSET,
    expand: list[ModelExpand] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> Response[Error | PaginatedModels]:
    """List the models of the organisation.

    Args:
        include_archived (bool | Unset):  Default: False.
        latest_version_sequence_nums (bool | Unset):  Default: False.
        display_name (str | Unset):
        input_types (list[InputType] | Unset):
        output_types (list[OutputType] | Unset):
        statuses (list[ModelStatus] | Unset):
        tag (list[str] | Unset):
        model_group_ids (list[str] | Unset):
        created_since (datetime.datetime | Unset):
        expand (list[ModelExpand] | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PaginatedModels]
    """

    kwargs = _get_kwargs(
        include_archived=include_archived,
        latest_version_sequence_nums=latest_version_sequence_nums,
        display_name=display_name,
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

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    include_archived: bool | Unset = False,
    latest_version_sequence_nums: bool | Unset = False,
    display_name: str | Unset = UNSET,
    input_types: list[InputType] | Unset = UNSET,
    output_types: list[OutputType] | Unset = UNSET,
    statuses: list[ModelStatus] | Unset = UNSET,
    tag: list[str] | Unset = UNSET,
    model_group_ids: list[str] | Unset = UNSET,
    created_since: datetime.datetime | Unset = UNSET,
    expand: list[ModelExpand] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> Error | PaginatedModels | None:
    """List the models of the organisation.

    Args:
        include_archived (bool | Unset):  Default: False.
        latest_version_sequence_nums (bool | Unset):  Default: False.
        display_name (str | Unset):
        input_types (list[InputType] | Unset):
        output_types (list[OutputType] | Unset):
        statuses (list[ModelStatus] | Unset):
        tag (list[str] | Unset):
        model_group_ids (list[str] | Unset):
        created_since (datetime.datetime | Unset):
        expand (list[ModelExpand] | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PaginatedModels
    """

    return sync_detailed(
        client=client,
        include_archived=include_archived,
        latest_version_sequence_nums=latest_version_sequence_nums,
        display_name=display_name,
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
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    include_archived: bool | Unset = False,
    latest_version_sequence_nums: bool | Unset = False,
    display_name: str | Unset = UNSET,
    input_types: list[InputType] | Unset = UNSET,
    output_types: list[OutputType] | Unset = UNSET,
    statuses: list[ModelStatus] | Unset = UNSET,
    tag: list[str] | Unset = UNSET,
    model_group_ids: list[str] | Unset = UNSET,
    created_since: datetime.datetime | Unset = UNSET,
    expand: list[ModelExpand] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> Response[Error | PaginatedModels]:
    """List the models of the organisation.

    Args:
        include_archived (bool | Unset):  Default: False.
        latest_version_sequence_nums (bool | Unset):  Default: False.
        display_name (str | Unset):
        input_types (list[InputType] | Unset):
        output_types (list[OutputType] | Unset):
        statuses (list[ModelStatus] | Unset):
        tag (list[str] | Unset):
        model_group_ids (list[str] | Unset):
        created_since (datetime.datetime | Unset):
        expand (list[ModelExpand] | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Error | PaginatedModels]
    """

    kwargs = _get_kwargs(
        include_archived=include_archived,
        latest_version_sequence_nums=latest_version_sequence_nums,
        display_name=display_name,
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

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    include_archived: bool | Unset = False,
    latest_version_sequence_nums: bool | Unset = False,
    display_name: str | Unset = UNSET,
    input_types: list[InputType] | Unset = UNSET,
    output_types: list[OutputType] | Unset = UNSET,
    statuses: list[ModelStatus] | Unset = UNSET,
    tag: list[str] | Unset = UNSET,
    model_group_ids: list[str] | Unset = UNSET,
    created_since: datetime.datetime | Unset = UNSET,
    expand: list[ModelExpand] | Unset = UNSET,
    page: int | Unset = 1,
    page_size: int | Unset = 20,
    sort: str | Unset = UNSET,
) -> Error | PaginatedModels | None:
    """List the models of the organisation.

    Args:
        include_archived (bool | Unset):  Default: False.
        latest_version_sequence_nums (bool | Unset):  Default: False.
        display_name (str | Unset):
        input_types (list[InputType] | Unset):
        output_types (list[OutputType] | Unset):
        statuses (list[ModelStatus] | Unset):
        tag (list[str] | Unset):
        model_group_ids (list[str] | Unset):
        created_since (datetime.datetime | Unset):
        expand (list[ModelExpand] | Unset):
        page (int | Unset):  Default: 1.
        page_size (int | Unset):  Default: 20.
        sort (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Error | PaginatedModels
    """

    return (
        await asyncio_detailed(
            client=client,
            include_archived=include_archived,
            latest_version_sequence_nums=latest_version_sequence_nums,
            display_name=display_name,
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
    ).parsed
