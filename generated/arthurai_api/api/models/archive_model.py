from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...models.id_type import IdType
from ...models.model_expand_single import ModelExpandSingle
from ...types import RequestParts, Response, path_segment, query_params


def build_request(
    model_id: str, *, id_type: IdType | None = None, expand: list[ModelExpandSingle] | None = None
) -> RequestParts:
    """Build the request of `archive_model` without sending it.

    Args:
        model_id: The model.
        id_type: Whose identifier is in the path, the server's or the caller's.
        expand: Parts to include that are left out otherwise.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="archive_model",
        method="DELETE",
        url="/v3/models/{model_id}".format(model_id=path_segment("model_id", model_id)),
        params=query_params({"id_type": id_type, "expand": expand}),
    )
    return request


def parse_response(response: httpx.Response) -> None:
    """Return the body of a response of `archive_model`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
    """
    if 200 <= response.status_code < 300:
        return None

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
    id_type: IdType | None = None,
    expand: list[ModelExpandSingle] | None = None,
) -> Response[Error | None]:
    """Archive a model.

    Its resources are given back and it vanishes from lists; its data stay.

    Args:
        model_id: The model.
        client: The connection.
        id_type: Whose identifier is in the path, the server's or the caller's.
        expand: Parts to include that are left out otherwise.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        client.send(client.build(build_request, model_id=model_id, id_type=id_type, expand=expand)),
        parse_response,
    )


def sync(
    model_id: str,
    *,
    client: Client,
    id_type: IdType | None = None,
    expand: list[ModelExpandSingle] | None = None,
) -> None:
    """Archive a model.

    Its resources are given back and it vanishes from lists; its data stay.

    Args:
        model_id: The model.
        client: The connection.
        id_type: Whose identifier is in the path, the server's or the caller's.
        expand: Parts to include that are left out otherwise.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        client.send(client.build(build_request, model_id=model_id, id_type=id_type, expand=expand)),
        parse_response,
    )


async def asyncio_detailed(
    model_id: str,
    *,
    client: Client,
    id_type: IdType | None = None,
    expand: list[ModelExpandSingle] | None = None,
) -> Response[Error | None]:
    """Archive a model.

    Its resources are given back and it vanishes from lists; its data stay.

    Args:
        model_id: The model.
        client: The connection.
        id_type: Whose identifier is in the path, the server's or the caller's.
        expand: Parts to include that are left out otherwise.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        await client.send_async(
            client.build(build_request, model_id=model_id, id_type=id_type, expand=expand)
        ),
        parse_response,
    )


async def asyncio(
    model_id: str,
    *,
    client: Client,
    id_type: IdType | None = None,
    expand: list[ModelExpandSingle] | None = None,
) -> None:
    """Archive a model.

    Its resources are given back and it vanishes from lists; its data stay.

    Args:
        model_id: The model.
        client: The connection.
        id_type: Whose identifier is in the path, the server's or the caller's.
        expand: Parts to include that are left out otherwise.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        await client.send_async(
            client.build(build_request, model_id=model_id, id_type=id_type, expand=expand)
        ),
        parse_response,
    )
