from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...models.id_type import IdType
from ...models.model import Model
from ...models.model_expand_single import ModelExpandSingle
from ...models.model_update_request import ModelUpdateRequest
from ...types import RequestParts, Response, path_segment, query_params


def build_request(
    model_id: str,
    *,
    body: ModelUpdateRequest | None = None,
    id_type: IdType | None = None,
    expand: list[ModelExpandSingle] | None = None,
    discard_values: bool | None = None,
) -> RequestParts:
    """Build the request of `update_model` without sending it.

    Args:
        model_id: The model.
        body: The body; leave it out to send one that is encoded already.
        id_type: Whose identifier is in the path, the server's or the caller's.
        expand: Parts to include that are left out otherwise.
        discard_values: Whether stored values that have no place in the new attributes are deleted:
            those of attributes that are removed, and those that a new value type cannot hold exactly.
            Otherwise such a change is refused with 409.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="update_model",
        method="PUT",
        url="/v3/models/{model_id}".format(model_id=path_segment("model_id", model_id)),
        params=query_params(
            {"id_type": id_type, "expand": expand, "discard_values": discard_values}
        ),
    )
    if body is not None:
        request.body["json"] = body.to_dict()
        request.headers["Content-Type"] = "application/json"

    return request


def parse_response(response: httpx.Response) -> Model:
    """Return the body of a response of `update_model`.

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
    if response.status_code in {400, 401, 403, 404, 409, 413, 415, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    model_id: str,
    *,
    client: Client,
    body: ModelUpdateRequest,
    id_type: IdType | None = None,
    expand: list[ModelExpandSingle] | None = None,
    discard_values: bool | None = None,
) -> Response[Error | Model]:
    """Change a model.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.
        id_type: Whose identifier is in the path, the server's or the caller's.
        expand: Parts to include that are left out otherwise.
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
                body=body,
                id_type=id_type,
                expand=expand,
                discard_values=discard_values,
            )
        ),
        parse_response,
    )


def sync(
    model_id: str,
    *,
    client: Client,
    body: ModelUpdateRequest,
    id_type: IdType | None = None,
    expand: list[ModelExpandSingle] | None = None,
    discard_values: bool | None = None,
) -> Model:
    """Change a model.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.
        id_type: Whose identifier is in the path, the server's or the caller's.
        expand: Parts to include that are left out otherwise.
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
                body=body,
                id_type=id_type,
                expand=expand,
                discard_values=discard_values,
            )
        ),
        parse_response,
    )


async def asyncio_detailed(
    model_id: str,
    *,
    client: Client,
    body: ModelUpdateRequest,
    id_type: IdType | None = None,
    expand: list[ModelExpandSingle] | None = None,
    discard_values: bool | None = None,
) -> Response[Error | Model]:
    """Change a model.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.
        id_type: Whose identifier is in the path, the server's or the caller's.
        expand: Parts to include that are left out otherwise.
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
                body=body,
                id_type=id_type,
                expand=expand,
                discard_values=discard_values,
            )
        ),
        parse_response,
    )


async def asyncio(
    model_id: str,
    *,
    client: Client,
    body: ModelUpdateRequest,
    id_type: IdType | None = None,
    expand: list[ModelExpandSingle] | None = None,
    discard_values: bool | None = None,
) -> Model:
    """Change a model.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.
        id_type: Whose identifier is in the path, the server's or the caller's.
        expand: Parts to include that are left out otherwise.
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
                body=body,
                id_type=id_type,
                expand=expand,
                discard_values=discard_values,
            )
        ),
        parse_response,
    )
