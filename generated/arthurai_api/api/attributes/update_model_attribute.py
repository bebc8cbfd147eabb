from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.attribute import Attribute
from ...models.error import Error
from ...types import RequestParts, Response, path_segment, query_params


def build_request(
    model_id: str,
    attribute_id: str,
    *,
    body: Attribute | None = None,
    discard_values: bool | None = None,
) -> RequestParts:
    """Build the request of `update_model_attribute` without sending it.

    Args:
        model_id: The model.
        attribute_id: The attribute.
        body: The body; leave it out to send one that is encoded already.
        discard_values: Whether stored values that have no place in the new attributes are deleted:
            those of attributes that are removed, and those that a new value type cannot hold exactly.
            Otherwise such a change is refused with 409.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="update_model_attribute",
        method="PUT",
        url="/v3/models/{model_id}/attributes/{attribute_id}".format(
            model_id=path_segment("model_id", model_id),
            attribute_id=path_segment("attribute_id", attribute_id),
        ),
        params=query_params({"discard_values": discard_values}),
    )
    if body is not None:
        request.body["json"] = body.to_dict()
        request.headers["Content-Type"] = "application/json"

    return request


def parse_response(response: httpx.Response) -> Attribute:
    """Return the body of a response of `update_model_attribute`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_200 = Attribute.from_dict(response.json())

        return response_200

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 409, 413, 415, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    model_id: str,
    attribute_id: str,
    *,
    client: Client,
    body: Attribute,
    discard_values: bool | None = None,
) -> Response[Attribute | Error]:
    """Change an attribute.

    Args:
        model_id: The model.
        attribute_id: The attribute.
        client: The connection.
        body: The body of the request.
        discard_values: Whether stored values that have no place in the new attributes are deleted:
            those of attributes that are removed, and those that a new value type cannot hold exactly.
            Otherwise such a change is refused with 409.

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
                model_id=model_id,
                attribute_id=attribute_id,
                body=body,
                discard_values=discard_values,
            )
        ),
        parse_response,
    )


def sync(
    model_id: str,
    attribute_id: str,
    *,
    client: Client,
    body: Attribute,
    discard_values: bool | None = None,
) -> Attribute:
    """Change an attribute.

    Args:
        model_id: The model.
        attribute_id: The attribute.
        client: The connection.
        body: The body of the request.
        discard_values: Whether stored values that have no place in the new attributes are deleted:
            those of attributes that are removed, and those that a new value type cannot hold exactly.
            Otherwise such a change is refused with 409.

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
                model_id=model_id,
                attribute_id=attribute_id,
                body=body,
                discard_values=discard_values,
            )
        ),
        parse_response,
    )


async def asyncio_detailed(
    model_id: str,
    attribute_id: str,
    *,
    client: Client,
    body: Attribute,
    discard_values: bool | None = None,
) -> Response[Attribute | Error]:
    """Change an attribute.

    Args:
        model_id: The model.
        attribute_id: The attribute.
        client: The connection.
        body: The body of the request.
        discard_values: Whether stored values that have no place in the new attributes are deleted:
            those of attributes that are removed, and those that a new value type cannot hold exactly.
            Otherwise such a change is refused with 409.

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
                model_id=model_id,
                attribute_id=attribute_id,
                body=body,
                discard_values=discard_values,
            )
        ),
        parse_response,
    )


async def asyncio(
    model_id: str,
    attribute_id: str,
    *,
    client: Client,
    body: Attribute,
    discard_values: bool | None = None,
) -> Attribute:
    """Change an attribute.

    Args:
        model_id: The model.
        attribute_id: The attribute.
        client: The connection.
        body: The body of the request.
        discard_values: Whether stored values that have no place in the new attributes are deleted:
            those of attributes that are removed, and those that a new value type cannot hold exactly.
            Otherwise such a change is refused with 409.

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
                model_id=model_id,
                attribute_id=attribute_id,
                body=body,
                discard_values=discard_values,
            )
        ),
        parse_response,
    )
