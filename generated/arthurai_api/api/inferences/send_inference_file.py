from __future__ import annotations

import httpx

from ... import errors
from ...client import Client
from ...models.error import Error
from ...models.file_upload_response import FileUploadResponse
from ...models.inference_file_form import InferenceFileForm
from ...types import RequestParts, Response, header_params, path_segment


def build_request(
    model_id: str,
    *,
    body: InferenceFileForm | None = None,
    idempotency_key: str | None = None,
    arthur_call_time: int | None = None,
) -> RequestParts:
    """Build the request of `send_inference_file` without sending it.

    Args:
        model_id: The model.
        body: The body; leave it out to send one that is encoded already.
        idempotency_key: Identifies this request among those of the model, e.g. a random UUID. A repeat
            with the same key and the same body gets the answer of the first one and changes nothing. With
            another body it is refused with 409; while the first request is still running, with 429. Keys
            are kept for a day, the newest 20 000 of a model. A server that knows keys sends the header
            `Accept-Idempotency-Key: true` with its responses.
        arthur_call_time: The time of the call, in microseconds since 1970 (UTC), when the client has
            given it to rows that had no `inference_timestamp`. The time of these rows is not compared:
            under a `partner_inference_id` that is stored already, the same values at another time are a
            repeat and change nothing.

    Returns:
        The request.

    Raises:
        ValueError: If a part of the path is empty, "." or "..".
    """
    request = RequestParts(
        operation="send_inference_file",
        method="POST",
        url="/v3/models/{model_id}/inferences/file".format(
            model_id=path_segment("model_id", model_id)
        ),
        headers=header_params(
            {"Idempotency-Key": idempotency_key, "Arthur-Call-Time": arthur_call_time}
        ),
    )
    if body is not None:
        request.body["files"] = body.to_multipart()

    return request


def parse_response(response: httpx.Response) -> FileUploadResponse:
    """Return the body of a response of `send_inference_file`.

    A success with a status that the OpenAPI document does not name reads like the first one that it names.

    Raises:
        errors.ErrorStatus: If the status is not a success.
        AttributeError, KeyError, TypeError, ValueError: If the body of a success is not as documented.
    """
    if 200 <= response.status_code < 300:
        response_207 = FileUploadResponse.from_dict(response.json())

        return response_207

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
    body: InferenceFileForm,
    idempotency_key: str | None = None,
    arthur_call_time: int | None = None,
) -> Response[Error | FileUploadResponse]:
    """Send a file of inferences or of ground truth.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.
        idempotency_key: Identifies this request among those of the model, e.g. a random UUID. A repeat
            with the same key and the same body gets the answer of the first one and changes nothing. With
            another body it is refused with 409; while the first request is still running, with 429. Keys
            are kept for a day, the newest 20 000 of a model. A server that knows keys sends the header
            `Accept-Idempotency-Key: true` with its responses.
        arthur_call_time: The time of the call, in microseconds since 1970 (UTC), when the client has
            given it to rows that had no `inference_timestamp`. The time of these rows is not compared:
            under a `partner_inference_id` that is stored already, the same values at another time are a
            repeat and change nothing.

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
                idempotency_key=idempotency_key,
                arthur_call_time=arthur_call_time,
            )
        ),
        parse_response,
    )


def sync(
    model_id: str,
    *,
    client: Client,
    body: InferenceFileForm,
    idempotency_key: str | None = None,
    arthur_call_time: int | None = None,
) -> FileUploadResponse:
    """Send a file of inferences or of ground truth.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.
        idempotency_key: Identifies this request among those of the model, e.g. a random UUID. A repeat
            with the same key and the same body gets the answer of the first one and changes nothing. With
            another body it is refused with 409; while the first request is still running, with 429. Keys
            are kept for a day, the newest 20 000 of a model. A server that knows keys sends the header
            `Accept-Idempotency-Key: true` with its responses.
        arthur_call_time: The time of the call, in microseconds since 1970 (UTC), when the client has
            given it to rows that had no `inference_timestamp`. The time of these rows is not compared:
            under a `partner_inference_id` that is stored already, the same values at another time are a
            repeat and change nothing.

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
                idempotency_key=idempotency_key,
                arthur_call_time=arthur_call_time,
            )
        ),
        parse_response,
    )


async def asyncio_detailed(
    model_id: str,
    *,
    client: Client,
    body: InferenceFileForm,
    idempotency_key: str | None = None,
    arthur_call_time: int | None = None,
) -> Response[Error | FileUploadResponse]:
    """Send a file of inferences or of ground truth.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.
        idempotency_key: Identifies this request among those of the model, e.g. a random UUID. A repeat
            with the same key and the same body gets the answer of the first one and changes nothing. With
            another body it is refused with 409; while the first request is still running, with 429. Keys
            are kept for a day, the newest 20 000 of a model. A server that knows keys sends the header
            `Accept-Idempotency-Key: true` with its responses.
        arthur_call_time: The time of the call, in microseconds since 1970 (UTC), when the client has
            given it to rows that had no `inference_timestamp`. The time of these rows is not compared:
            under a `partner_inference_id` that is stored already, the same values at another time are a
            repeat and change nothing.

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
                idempotency_key=idempotency_key,
                arthur_call_time=arthur_call_time,
            )
        ),
        parse_response,
    )


async def asyncio(
    model_id: str,
    *,
    client: Client,
    body: InferenceFileForm,
    idempotency_key: str | None = None,
    arthur_call_time: int | None = None,
) -> FileUploadResponse:
    """Send a file of inferences or of ground truth.

    Args:
        model_id: The model.
        client: The connection.
        body: The body of the request.
        idempotency_key: Identifies this request among those of the model, e.g. a random UUID. A repeat
            with the same key and the same body gets the answer of the first one and changes nothing. With
            another body it is refused with 409; while the first request is still running, with 429. Keys
            are kept for a day, the newest 20 000 of a model. A server that knows keys sends the header
            `Accept-Idempotency-Key: true` with its responses.
        arthur_call_time: The time of the call, in microseconds since 1970 (UTC), when the client has
            given it to rows that had no `inference_timestamp`. The time of these rows is not compared:
            under a `partner_inference_id` that is stored already, the same values at another time are a
            repeat and change nothing.

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
                idempotency_key=idempotency_key,
                arthur_call_time=arthur_call_time,
            )
        ),
        parse_response,
    )
