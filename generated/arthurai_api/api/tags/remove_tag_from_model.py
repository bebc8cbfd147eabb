from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.acknowledgement import Acknowledgement
from ...models.error import Error
from ...types import RequestParts, Response, path_segment


def build_request(model_id: str, tag_name: str) -> RequestParts:
    """Build the request of `remove_tag_from_model` without sending it.

    Args:
        model_id: The model.
        tag_name: The tag.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="remove_tag_from_model",
        method="DELETE",
        url="/v3/models/{model_id}/tags/{tag_name}".format(
            model_id=path_segment("model_id", model_id), tag_name=path_segment("tag_name", tag_name)
        ),
    )
    return request


def parse_response(response: httpx.Response) -> Acknowledgement:
    """Return the body of a response of `remove_tag_from_model`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = Acknowledgement.from_dict(response.json())

        return response_200

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    model_id: str, tag_name: str, *, client: Client
) -> Response[Acknowledgement | Error]:
    """Take a tag off a model.

    A tag disappears with its last model.

    Args:
        model_id: The model.
        tag_name: The tag.
        client: The connection.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        client.send(client.build(build_request, model_id=model_id, tag_name=tag_name)),
        parse_response,
    )


def sync(model_id: str, tag_name: str, *, client: Client) -> Acknowledgement:
    """Take a tag off a model.

    A tag disappears with its last model.

    Args:
        model_id: The model.
        tag_name: The tag.
        client: The connection.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        client.send(client.build(build_request, model_id=model_id, tag_name=tag_name)),
        parse_response,
    )


async def asyncio_detailed(
    model_id: str, tag_name: str, *, client: Client
) -> Response[Acknowledgement | Error]:
    """Take a tag off a model.

    A tag disappears with its last model.

    Args:
        model_id: The model.
        tag_name: The tag.
        client: The connection.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        await client.send_async(client.build(build_request, model_id=model_id, tag_name=tag_name)),
        parse_response,
    )


async def asyncio(model_id: str, tag_name: str, *, client: Client) -> Acknowledgement:
    """Take a tag off a model.

    A tag disappears with its last model.

    Args:
        model_id: The model.
        tag_name: The tag.
        client: The connection.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        await client.send_async(client.build(build_request, model_id=model_id, tag_name=tag_name)),
        parse_response,
    )
