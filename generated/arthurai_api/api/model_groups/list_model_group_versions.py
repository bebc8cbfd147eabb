from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...models.model_expand import ModelExpand
from ...models.paginated_model_group_versions import PaginatedModelGroupVersions
from ...types import RequestParts, Response, path_segment, query_params


def build_request(
    model_group_id: str,
    *,
    expand: list[ModelExpand] | None = None,
    sequence_num: int | None = None,
    label: str | None = None,
    include_archived: bool | None = False,
    page: int | None = 1,
    page_size: int | None = 20,
) -> RequestParts:
    """Build the request of `list_model_group_versions` without sending it.

    Args:
        model_group_id: The group.
        expand: Parts to include that are left out otherwise.
        sequence_num: Only the version at this place.
        label: Only the version of this label.
        include_archived: Whether archived ones are listed too.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="list_model_group_versions",
        method="GET",
        url="/v3/model_groups/{model_group_id}/versions".format(
            model_group_id=path_segment("model_group_id", model_group_id)
        ),
        params=query_params(
            {
                "expand": expand,
                "sequence_num": sequence_num,
                "label": label,
                "include_archived": include_archived,
                "page": page,
                "page_size": page_size,
            }
        ),
    )
    return request


def parse_response(response: httpx.Response) -> PaginatedModelGroupVersions:
    """Return the body of a response of `list_model_group_versions`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = PaginatedModelGroupVersions.from_dict(response.json())

        return response_200

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    model_group_id: str,
    *,
    client: Client,
    expand: list[ModelExpand] | None = None,
    sequence_num: int | None = None,
    label: str | None = None,
    include_archived: bool | None = False,
    page: int | None = 1,
    page_size: int | None = 20,
) -> Response[Error | PaginatedModelGroupVersions]:
    """List the versions of a model.

    Responds 404 when no version has the requested place or label.

    Args:
        model_group_id: The group.
        client: The connection.
        expand: Parts to include that are left out otherwise.
        sequence_num: Only the version at this place.
        label: Only the version of this label.
        include_archived: Whether archived ones are listed too.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.

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
                model_group_id=model_group_id,
                expand=expand,
                sequence_num=sequence_num,
                label=label,
                include_archived=include_archived,
                page=page,
                page_size=page_size,
            )
        ),
        parse_response,
    )


def sync(
    model_group_id: str,
    *,
    client: Client,
    expand: list[ModelExpand] | None = None,
    sequence_num: int | None = None,
    label: str | None = None,
    include_archived: bool | None = False,
    page: int | None = 1,
    page_size: int | None = 20,
) -> PaginatedModelGroupVersions:
    """List the versions of a model.

    Responds 404 when no version has the requested place or label.

    Args:
        model_group_id: The group.
        client: The connection.
        expand: Parts to include that are left out otherwise.
        sequence_num: Only the version at this place.
        label: Only the version of this label.
        include_archived: Whether archived ones are listed too.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.

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
                model_group_id=model_group_id,
                expand=expand,
                sequence_num=sequence_num,
                label=label,
                include_archived=include_archived,
                page=page,
                page_size=page_size,
            )
        ),
        parse_response,
    )


async def asyncio_detailed(
    model_group_id: str,
    *,
    client: Client,
    expand: list[ModelExpand] | None = None,
    sequence_num: int | None = None,
    label: str | None = None,
    include_archived: bool | None = False,
    page: int | None = 1,
    page_size: int | None = 20,
) -> Response[Error | PaginatedModelGroupVersions]:
    """List the versions of a model.

    Responds 404 when no version has the requested place or label.

    Args:
        model_group_id: The group.
        client: The connection.
        expand: Parts to include that are left out otherwise.
        sequence_num: Only the version at this place.
        label: Only the version of this label.
        include_archived: Whether archived ones are listed too.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.

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
                model_group_id=model_group_id,
                expand=expand,
                sequence_num=sequence_num,
                label=label,
                include_archived=include_archived,
                page=page,
                page_size=page_size,
            )
        ),
        parse_response,
    )


async def asyncio(
    model_group_id: str,
    *,
    client: Client,
    expand: list[ModelExpand] | None = None,
    sequence_num: int | None = None,
    label: str | None = None,
    include_archived: bool | None = False,
    page: int | None = 1,
    page_size: int | None = 20,
) -> PaginatedModelGroupVersions:
    """List the versions of a model.

    Responds 404 when no version has the requested place or label.

    Args:
        model_group_id: The group.
        client: The connection.
        expand: Parts to include that are left out otherwise.
        sequence_num: Only the version at this place.
        label: Only the version of this label.
        include_archived: Whether archived ones are listed too.
        page: Page to return, from 1.
        page_size: Maximum number of items per page; limited only by the type.

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
                model_group_id=model_group_id,
                expand=expand,
                sequence_num=sequence_num,
                label=label,
                include_archived=include_archived,
                page=page,
                page_size=page_size,
            )
        ),
        parse_response,
    )
