from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...models.model import Model
from ...models.model_request import ModelRequest
from ...types import RequestParts, Response, query_params


def build_request(
    *, body: ModelRequest | None = None, async_model_provisioning: bool | None = None
) -> RequestParts:
    """Build the request of `create_model` without sending it.

    Args:
        body: The body; leave it out to send one that is encoded already.
        async_model_provisioning: Whether to respond before the model is ready for data.

    Returns:
        The request.
    """
    request = RequestParts(
        operation="create_model",
        method="POST",
        url="/v3/models",
        params=query_params({"async_model_provisioning": async_model_provisioning}),
    )
    if body is not None:
        request.body["json"] = body.to_dict()
        request.headers["Content-Type"] = "application/json"

    return request


def parse_response(response: httpx.Response) -> Model:
    """Return the body of a response of `create_model`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_201 = Model.from_dict(response.json())

        return response_201

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 402, 403, 404, 409, 413, 415, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    *, client: Client, body: ModelRequest, async_model_provisioning: bool | None = None
) -> Response[Error | Model]:
    """Create a model.

    The model goes from `Pending` or `Creating` to `Ready` or `CreationFailed`; ask for it again to see
    its state.

    Args:
        client: The connection.
        body: The body of the request.
        async_model_provisioning: Whether to respond before the model is ready for data.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        client.send(
            client.build(
                build_request, body=body, async_model_provisioning=async_model_provisioning
            )
        ),
        parse_response,
    )


def sync(
    *, client: Client, body: ModelRequest, async_model_provisioning: bool | None = None
) -> Model:
    """Create a model.

    The model goes from `Pending` or `Creating` to `Ready` or `CreationFailed`; ask for it again to see
    its state.

    Args:
        client: The connection.
        body: The body of the request.
        async_model_provisioning: Whether to respond before the model is ready for data.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        client.send(
            client.build(
                build_request, body=body, async_model_provisioning=async_model_provisioning
            )
        ),
        parse_response,
    )


async def asyncio_detailed(
    *, client: Client, body: ModelRequest, async_model_provisioning: bool | None = None
) -> Response[Error | Model]:
    """Create a model.

    The model goes from `Pending` or `Creating` to `Ready` or `CreationFailed`; ask for it again to see
    its state.

    Args:
        client: The connection.
        body: The body of the request.
        async_model_provisioning: Whether to respond before the model is ready for data.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        await client.send_async(
            client.build(
                build_request, body=body, async_model_provisioning=async_model_provisioning
            )
        ),
        parse_response,
    )


async def asyncio(
    *, client: Client, body: ModelRequest, async_model_provisioning: bool | None = None
) -> Model:
    """Create a model.

    The model goes from `Pending` or `Creating` to `Ready` or `CreationFailed`; ask for it again to see
    its state.

    Args:
        client: The connection.
        body: The body of the request.
        async_model_provisioning: Whether to respond before the model is ready for data.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        await client.send_async(
            client.build(
                build_request, body=body, async_model_provisioning=async_model_provisioning
            )
        ),
        parse_response,
    )
