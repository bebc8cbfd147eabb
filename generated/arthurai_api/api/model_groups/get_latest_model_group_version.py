from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...models.model import Model
from ...models.model_expand import ModelExpand
from ...types import RequestParts, Response, path_segment, query_params


def build_request(
    model_group_id: str,
    *,
    expand: list[ModelExpand] | None = None,
    include_archived: bool | None = False,
) -> RequestParts:
    """Build the request of `get_latest_model_group_version` without sending it.

    Args:
        model_group_id: The group.
        expand: Parts to include that are left out otherwise.
        include_archived: Whether archived ones are listed too.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="get_latest_model_group_version",
        method="GET",
        url="/v3/model_groups/{model_group_id}/versions/latest".format(
            model_group_id=path_segment("model_group_id", model_group_id)
        ),
        params=query_params({"expand": expand, "include_archived": include_archived}),
    )
    return request


def parse_response(response: httpx.Response) -> Model:
    """Return the body of a response of `get_latest_model_group_version`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = Model.from_dict(response.json())

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
    include_archived: bool | None = False,
) -> Response[Error | Model]:
    """Show the newest version of a model.

    Args:
        model_group_id: The group.
        client: The connection.
        expand: Parts to include that are left out otherwise.
        include_archived: Whether archived ones are listed too.

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
                include_archived=include_archived,
            )
        ),
        parse_response,
    )


def sync(
    model_group_id: str,
    *,
    client: Client,
    expand: list[ModelExpand] | None = None,
    include_archived: bool | None = False,
) -> Model:
    """Show the newest version of a model.

    Args:
        model_group_id: The group.
        client: The connection.
        expand: Parts to include that are left out otherwise.
        include_archived: Whether archived ones are listed too.

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
                include_archived=include_archived,
            )
        ),
        parse_response,
    )


async def asyncio_detailed(
    model_group_id: str,
    *,
    client: Client,
    expand: list[ModelExpand] | None = None,
    include_archived: bool | None = False,
) -> Response[Error | Model]:
    """Show the newest version of a model.

    Args:
        model_group_id: The group.
        client: The connection.
        expand: Parts to include that are left out otherwise.
        include_archived: Whether archived ones are listed too.

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
                include_archived=include_archived,
            )
        ),
        parse_response,
    )


async def asyncio(
    model_group_id: str,
    *,
    client: Client,
    expand: list[ModelExpand] | None = None,
    include_archived: bool | None = False,
) -> Model:
    """Show the newest version of a model.

    Args:
        model_group_id: The group.
        client: The connection.
        expand: Parts to include that are left out otherwise.
        include_archived: Whether archived ones are listed too.

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
                include_archived=include_archived,
            )
        ),
        parse_response,
    )
