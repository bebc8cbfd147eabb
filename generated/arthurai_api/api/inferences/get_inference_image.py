from __future__ import annotations

from io import BytesIO

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...models.image_response_type import ImageResponseType
from ...types import File, RequestParts, Response, path_segment, query_params


def build_request(model_id: str, image_id: str, *, type_: ImageResponseType) -> RequestParts:
    """Build the request of `get_inference_image` without sending it.

    Args:
        model_id: The model.
        image_id: The image, as a query returns it for the image attribute.
        type_: Rendering of an image: as sent, resized for the model, thumbnail, or explained regions.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="get_inference_image",
        method="GET",
        url="/v3/models/{model_id}/inferences/images/{image_id}".format(
            model_id=path_segment("model_id", model_id), image_id=path_segment("image_id", image_id)
        ),
        params=query_params({"type": type_}),
    )
    return request


def parse_response(response: httpx.Response) -> File:
    """Return the body of a response of `get_inference_image`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = File(payload=BytesIO(response.content))

        return response_200

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error | None:
    if response.status_code == 302:
        return None

    if response.status_code in {400, 401, 403, 404, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    model_id: str, image_id: str, *, client: Client, type_: ImageResponseType
) -> Response[Error | File | None]:
    """Get an image of an inference.

    Args:
        model_id: The model.
        image_id: The image, as a query returns it for the image attribute.
        client: The connection.
        type_: Rendering of an image: as sent, resized for the model, thumbnail, or explained regions.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        client.send(client.build(build_request, model_id=model_id, image_id=image_id, type_=type_)),
        parse_response,
    )


def sync(model_id: str, image_id: str, *, client: Client, type_: ImageResponseType) -> File:
    """Get an image of an inference.

    Args:
        model_id: The model.
        image_id: The image, as a query returns it for the image attribute.
        client: The connection.
        type_: Rendering of an image: as sent, resized for the model, thumbnail, or explained regions.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        client.send(client.build(build_request, model_id=model_id, image_id=image_id, type_=type_)),
        parse_response,
    )


async def asyncio_detailed(
    model_id: str, image_id: str, *, client: Client, type_: ImageResponseType
) -> Response[Error | File | None]:
    """Get an image of an inference.

    Args:
        model_id: The model.
        image_id: The image, as a query returns it for the image attribute.
        client: The connection.
        type_: Rendering of an image: as sent, resized for the model, thumbnail, or explained regions.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        await client.send_async(
            client.build(build_request, model_id=model_id, image_id=image_id, type_=type_)
        ),
        parse_response,
    )


async def asyncio(
    model_id: str, image_id: str, *, client: Client, type_: ImageResponseType
) -> File:
    """Get an image of an inference.

    Args:
        model_id: The model.
        image_id: The image, as a query returns it for the image attribute.
        client: The connection.
        type_: Rendering of an image: as sent, resized for the model, thumbnail, or explained regions.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        await client.send_async(
            client.build(build_request, model_id=model_id, image_id=image_id, type_=type_)
        ),
        parse_response,
    )
