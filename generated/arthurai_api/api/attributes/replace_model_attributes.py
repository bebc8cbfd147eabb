from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.attribute import Attribute
from ...models.error import Error
from ...types import RequestParts, Response, path_segment, query_params


def build_request(
    model_id: str, *, body: list[Attribute] | None = None, discard_values: bool | None = None
) -> RequestParts:
    """Build the request of `replace_model_attributes` without sending it.

    Args:
        model_id: The model.
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
        operation="replace_model_attributes",
        method="PUT",
        url="/v3/models/{model_id}/attributes".format(model_id=path_segment("model_id", model_id)),
        params=query_params({"discard_values": discard_values}),
    )
    if body is not None:
        request.body["json"] = []
        for body_item_data in body:
            body_item = body_item_data.to_dict()
            request.body["json"].append(body_item)

        request.headers["Content-Type"] = "application/json"

    return request


def parse_response(response: httpx.Response) -> None:
    """Return the body of a response of `replace_model_attributes`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
    """
    if 200 <= response.status_code < 300:
        return None

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 409, 413, 415, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    model_id: str, *, client: Client, body: list[Attribute], discard_values: bool | None = None
) -> Response[Error | None]:
    """Replace all attributes of a model.

    An entry without `id` is new, one that is missing is deleted. The model's alert rules are archived.

    Args:
        model_id: The model.
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
            client.build(build_request, model_id=model_id, body=body, discard_values=discard_values)
        ),
        parse_response,
    )


def sync(
    model_id: str, *, client: Client, body: list[Attribute], discard_values: bool | None = None
) -> None:
    """Replace all attributes of a model.

    An entry without `id` is new, one that is missing is deleted. The model's alert rules are archived.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.
        discard_values: Whether stored values that have no place in the new attributes are deleted:
            those of attributes that are removed, and those that a new value type cannot hold exactly.
            Otherwise such a change is refused with 409.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        client.send(
            client.build(build_request, model_id=model_id, body=body, discard_values=discard_values)
        ),
        parse_response,
    )


async def asyncio_detailed(
    model_id: str, *, client: Client, body: list[Attribute], discard_values: bool | None = None
) -> Response[Error | None]:
    """Replace all attributes of a model.

    An entry without `id` is new, one that is missing is deleted. The model's alert rules are archived.

    Args:
        model_id: The model.
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
            client.build(build_request, model_id=model_id, body=body, discard_values=discard_values)
        ),
        parse_response,
    )


async def asyncio(
    model_id: str, *, client: Client, body: list[Attribute], discard_values: bool | None = None
) -> None:
    """Replace all attributes of a model.

    An entry without `id` is new, one that is missing is deleted. The model's alert rules are archived.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.
        discard_values: Whether stored values that have no place in the new attributes are deleted:
            those of attributes that are removed, and those that a new value type cannot hold exactly.
            Otherwise such a change is refused with 409.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        await client.send_async(
            client.build(build_request, model_id=model_id, body=body, discard_values=discard_values)
        ),
        parse_response,
    )
