from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...models.sage_maker_form import SageMakerForm
from ...models.sage_maker_response import SageMakerResponse
from ...types import RequestParts, Response, path_segment


def build_request(model_id: str, *, body: SageMakerForm | None = None) -> RequestParts:
    """Build the request of `send_sagemaker_data_capture` without sending it.

    Args:
        model_id: The model.
        body: The body; leave it out to send one that is encoded already.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="send_sagemaker_data_capture",
        method="POST",
        url="/v3/models/{model_id}/inferences/integrations/sagemaker_data_capture".format(
            model_id=path_segment("model_id", model_id)
        ),
    )
    if body is not None:
        request.body["files"] = body.to_multipart()

    return request


def parse_response(response: httpx.Response) -> SageMakerResponse:
    """Return the body of a response of `send_sagemaker_data_capture`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_207 = SageMakerResponse.from_dict(response.json())

        return response_207

    raise errors.error_status(response, _parse_error)


def _parse_error(response: httpx.Response) -> Error:
    if response.status_code in {400, 401, 403, 404, 413, 415, 429, 500, 501}:
        response_400 = Error.from_dict(response.json())

        return response_400

    raise errors.UnexpectedStatus(response)


def sync_detailed(
    model_id: str, *, client: Client, body: SageMakerForm
) -> Response[Error | SageMakerResponse]:
    """Send a file of SageMaker Data Capture.

    The key of an inference is the event's inference id, else its event id; `_0`, `_1` and so on is
    added when an event contains several. Base64 payloads are not read.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        client.send(client.build(build_request, model_id=model_id, body=body)), parse_response
    )


def sync(model_id: str, *, client: Client, body: SageMakerForm) -> SageMakerResponse:
    """Send a file of SageMaker Data Capture.

    The key of an inference is the event's inference id, else its event id; `_0`, `_1` and so on is
    added when an event contains several. Base64 payloads are not read.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        client.send(client.build(build_request, model_id=model_id, body=body)), parse_response
    )


async def asyncio_detailed(
    model_id: str, *, client: Client, body: SageMakerForm
) -> Response[Error | SageMakerResponse]:
    """Send a file of SageMaker Data Capture.

    The key of an inference is the event's inference id, else its event id; `_0`, `_1` and so on is
    added when an event contains several. Base64 payloads are not read.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.

    Returns:
        The response with its parsed body, which is that of an error when the status is not a success.

    Raises:
        errors.UnexpectedStatus: If the client raises on statuses that the OpenAPI document does not name.
        httpx.HTTPError: If there is no whole response.
    """
    return client.detail(
        await client.send_async(client.build(build_request, model_id=model_id, body=body)),
        parse_response,
    )


async def asyncio(model_id: str, *, client: Client, body: SageMakerForm) -> SageMakerResponse:
    """Send a file of SageMaker Data Capture.

    The key of an inference is the event's inference id, else its event id; `_0`, `_1` and so on is
    added when an event contains several. Base64 payloads are not read.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.

    Returns:
        The body of a success.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        httpx.HTTPError: If there is no whole response.
    """
    return client.parse(
        await client.send_async(client.build(build_request, model_id=model_id, body=body)),
        parse_response,
    )
