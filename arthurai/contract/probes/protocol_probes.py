"""Probes that fit every operation: credentials, unknown ids, methods, invalid requests."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.path_router import path_parameters
from arthurai.contract.operation_client import NOT_ALLOWED
from arthurai.contract.operation_facts import (
    JSON,
    choices,
    example_body,
    query_parameters,
    request_media_types,
    required_query,
)
from arthurai.contract.probes import method_probes
from arthurai.contract.write_guard import SAFE_METHODS, is_read_only

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arthurai.common.bundle import Operation
    from arthurai.contract.checked_client import Credential, Response
    from arthurai.contract.probe_context import ProbeContext

# They have no id, or a filter in the shape of a path.
_WITHOUT_UNKNOWN_IDS: Final = frozenset({"get_usage", "get_bias_mitigation_curves_legacy"})
# Any text can be one of these.
_FREE_NAMES: Final = frozenset({"partner_inference_id", "image_id", "tag_name"})
# They need objects with data, or the work of an enrichment.
_NEEDS_MORE: Final = frozenset({"explain_inference", "find_hotspots", "get_inference_image"})
_BROKEN_JSON: Final = b'{"broken": '
_WRONG_VALUE: Final = "a_value_from_nowhere"
_MAX_METHODS: Final = 3


def check_success(context: ProbeContext, operation: Operation) -> None:
    """A plain request for something that exists succeeds."""
    if operation.method != "GET" or operation.operation_id in _NEEDS_MORE:
        return
    path, query = context.fixtures.path(operation), required_query(operation)
    if "model_id" in query:
        query["model_id"] = context.fixtures.get("model")
    if path is None or None in query.values():
        return
    response = context.call(operation.operation_id, path, query=query)
    context.expect(
        response.ok or response.status in NOT_ALLOWED,
        "refused",
        f"expected success, got {response.status}: {response.get('error')}",
        response,
    )


def check_missing_credential(context: ProbeContext, operation: Operation) -> None:
    """Without a credential every protected operation answers 401."""
    _expect_unauthorized(context, operation, "none", "missing credential accepted")


def check_wrong_credential(context: ProbeContext, operation: Operation) -> None:
    """With a credential that does not exist every protected operation answers 401."""
    _expect_unauthorized(context, operation, "wrong", "wrong credential accepted")


def _expect_unauthorized(
    context: ProbeContext, operation: Operation, credential: Credential, kind: str
) -> None:
    if not operation.public:
        response = _call_example(context, operation, credential=credential)
        context.expect_status(response, HTTPStatus.UNAUTHORIZED, kind)


def check_other_credentials(context: ProbeContext, operation: Operation) -> None:
    """The scheme word and the cookie open what the bare header opens."""
    if operation.public or operation.method != "GET" or path_parameters(operation.path):
        return
    query = required_query(operation)
    plain = context.call(operation.operation_id, query=query)
    ways: tuple[Credential, ...] = ("bearer", "cookie")
    for way in ways:
        response = context.call(operation.operation_id, query=query, credential=way)
        kind, why = f"credential by {way} refused", f"by {way} as with the bare header"
        context.expect_status(response, plain.status, kind, why=why)


def check_unknown_id(context: ProbeContext, operation: Operation) -> None:
    """An id that belongs to nothing answers 404, whichever of the ids of a path it is."""
    names = path_parameters(operation.path)
    if not names or operation.operation_id in _WITHOUT_UNKNOWN_IDS:
        return
    known = context.fixtures.path(operation)
    allowed = [HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN]
    if operation.spec.get("requestBody") is not None:
        # The body may be refused before its address is looked up.
        allowed.append(HTTPStatus.BAD_REQUEST)
    for name in names[: None if known else 1]:
        if name not in _FREE_NAMES | choices(operation).keys():
            path = {**(known or context.fixtures.unknown_path(operation))}
            path[name] = context.guard.unknown_id()
            response = _call_example(context, operation, path)
            why = f"for a {name} that belongs to nothing"
            context.expect_status(response, allowed, "unknown id", why=why)


def check_wrong_method(context: ProbeContext, operation: Operation) -> None:
    """A method that a path does not have answers 405 and names those that it has."""
    client = context.client
    url = client.url_of(operation, _harmless_path(context, operation))
    match = client.conformance.match(url)
    existing = set(match.operations) if match else set()
    methods = ["TRACE", "GET"] + (["PUT", "PATCH", "DELETE", "POST"] if context.writes else [])
    for method in [method for method in methods if method not in existing][:_MAX_METHODS]:
        response = client.send(method, url)
        if not response.status:
            return
        if response.status == HTTPStatus.NOT_IMPLEMENTED and method not in SAFE_METHODS:
            continue
        name, expected = operation.operation_id, HTTPStatus.METHOD_NOT_ALLOWED
        why = f"for {method}"
        if context.expect_status(response, expected, "wrong method", why=why, operation_id=name):
            allow = {m.strip().upper() for m in response.headers.get("allow", "").split(",")}
            context.expect(
                existing <= allow - {""} <= existing | {"HEAD", "OPTIONS"},
                "allow header",
                f"Allow must name {', '.join(sorted(existing))}, got {', '.join(sorted(allow))}",
                response,
                operation_id=name,
            )


def check_broken_json(context: ProbeContext, operation: Operation) -> None:
    """A body that is not JSON answers 400."""
    if JSON in request_media_types(operation):
        _send_body(context, operation, _BROKEN_JSON, JSON, HTTPStatus.BAD_REQUEST, "broken JSON")


def check_media_type(context: ProbeContext, operation: Operation) -> None:
    """A body of a media type that the document does not have answers 415."""
    if request_media_types(operation):
        expected = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        _send_body(context, operation, b"<a/>", "application/xml", expected, "media type")


def _send_body(
    context: ProbeContext,
    operation: Operation,
    content: bytes,
    media_type: str,
    expected: HTTPStatus,
    kind: str,
) -> None:
    path = context.fixtures.path(operation)
    if path is None:
        return
    response = context.client.send(
        operation.method,
        context.client.url_of(operation, path, required_query(operation)),
        headers={"Content-Type": media_type},
        content=content,
        deliberate=True,
    )
    if response.status not in {0, HTTPStatus.NOT_IMPLEMENTED, HTTPStatus.FORBIDDEN}:
        context.expect_status(response, expected, kind, why=f"for a body of {media_type}")


def check_missing_parameter(context: ProbeContext, operation: Operation) -> None:
    """A missing required query parameter answers 400."""
    path, required = context.fixtures.path(operation), required_query(operation)
    if path is None:
        return
    for name in required:
        query = {n: value for n, value in required.items() if n != name}
        response = context.call(operation.operation_id, path, query=query)
        why = f"without {name}"
        context.expect_status(response, HTTPStatus.BAD_REQUEST, "missing parameter", why=why)


def check_invalid_parameters(context: ProbeContext, operation: Operation) -> None:
    """A query parameter of a wrong type answers 400."""
    path = _harmless_path(context, operation)
    for parameter in query_parameters(operation).values():
        if not parameter.is_closed:
            continue
        response = _call_example(context, operation, path, {parameter.name: _WRONG_VALUE})
        if response.status == HTTPStatus.NOT_FOUND and path:
            return
        if response.ok:
            context.fixtures.adopt(operation.operation_id, path, response.json)
        refused = (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN)
        why = f"for {parameter.name}={_WRONG_VALUE}"
        context.expect_status(response, refused, "invalid parameter accepted", why=why)


PROBES: Final[Mapping[str, Callable[[ProbeContext, Operation], None]]] = {
    "success": check_success,
    "missing credential": check_missing_credential,
    "wrong credential": check_wrong_credential,
    "other credentials": check_other_credentials,
    "unknown id": check_unknown_id,
    "wrong method": check_wrong_method,
    "broken JSON": check_broken_json,
    "media type": check_media_type,
    "missing parameter": check_missing_parameter,
    "invalid parameter": check_invalid_parameters,
    "HEAD": method_probes.check_head,
    "OPTIONS": method_probes.check_options,
}


def _call_example(
    context: ProbeContext,
    operation: Operation,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, Any] | None = None,
    credential: Credential = "own",
) -> Response:
    """Call an operation with its documented example, where it takes JSON."""
    return context.call(
        operation.operation_id,
        _harmless_path(context, operation) if path is None else path,
        query={**required_query(operation), **(query or {})},
        json=example_body(operation),
        credential=credential,
    )


def _harmless_path(context: ProbeContext, operation: Operation) -> dict[str, str]:
    """Return the path of something that exists only if the operation would not change it.

    Should the server carry out a request that it has to refuse, nothing is lost.
    """
    existing = context.fixtures.path(operation) if is_read_only(operation) else None
    return existing or context.fixtures.unknown_path(operation)
