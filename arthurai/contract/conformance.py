"""Does one exchange, a request and its response, conform to the OpenAPI document?

The checks follow the document only: path, method, parameters, bodies, status, content type and the
headers it declares. What a server means by its responses is checked elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from arthurai.common.bundle import base_path, operations_of, resolve
from arthurai.common.path_router import PathRouter
from arthurai.common.schema_validators import SchemaValidators, format_place

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from arthurai.common.bundle import Operation
    from arthurai.common.path_router import PathMatch
    from arthurai.common.schema_validators import Validator

_JSON: Final = "application/json"
_WITHOUT_BODY: Final = frozenset({202, 204, 205, 304})
_REFUSALS: Final = frozenset({HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.UNAUTHORIZED})
_MAX_MESSAGE: Final = 300
_MIN_DESCRIBED: Final = 2


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its response as they went over the wire.

    Attributes:
        method: HTTP method in capitals.
        url: The whole address, or its path and query.
        status: Status code of the response.
        request_headers: By lower-case name.
        request_body: Bytes of the request; `None` when they were streamed and not kept.
        response_headers: By lower-case name.
        response_body: Bytes of the response.
    """

    method: str
    url: str
    status: int
    request_headers: Mapping[str, str] = field(default_factory=dict)
    request_body: bytes | None = None
    response_headers: Mapping[str, str] = field(default_factory=dict)
    response_body: bytes = b""


class Deviation(NamedTuple):
    """One way in which an exchange differs from the document.

    Attributes:
        operation_id: The operation concerned, empty when the path is unknown.
        kind: A short name, e.g. `"response body"`.
        message: What was found, with its place.
    """

    operation_id: str
    kind: str
    message: str

    def __str__(self) -> str:
        """Return the deviation as one line."""
        return f"{self.operation_id or 'unknown operation'}: {self.kind}: {self.message}"


class Conformance:
    """Checks exchanges against one document; validators are compiled at their first use.

    Args:
        bundle: An OpenAPI document without references to other files.
    """

    def __init__(self, bundle: dict[str, Any]) -> None:
        self.bundle = bundle
        self._validators = SchemaValidators(bundle)
        self._paths = PathRouter(operations_of(bundle).values(), base_path(bundle))

    def match(self, url: str) -> PathMatch | None:
        """Return the path of the document that an address fits, `None` when there is none.

        Args:
            url: The whole address, or its path and query.
        """
        return self._paths.find([unquote(part) for part in urlsplit(url).path.split("/")[1:]])

    def operation(self, method: str, url: str) -> Operation | None:
        """Return the operation that an address belongs to, `None` when there is none.

        Args:
            method: HTTP method in capitals.
            url: The whole address, or its path and query.
        """
        match = self.match(url)
        return match.operations.get(method) if match else None

    def check(self, exchange: Exchange) -> list[Deviation]:
        """Return all deviations of an exchange, an empty list when it conforms.

        Args:
            exchange: What went over the wire.
        """
        match = self.match(exchange.url)
        if match is None:
            if exchange.status == HTTPStatus.NOT_FOUND:
                return []
            path = urlsplit(exchange.url).path
            return [Deviation("", "path", f"{exchange.method} {path} is not in the document")]
        operation = match.operations.get(exchange.method)
        if operation is None:
            return [Deviation("", *found) for found in _check_method(exchange, match)]
        found = [*self._check_response(exchange, operation)]
        if exchange.status < HTTPStatus.BAD_REQUEST:
            found += self._check_request(exchange, operation)
        return [Deviation(operation.operation_id, kind, message) for kind, message in found]

    def _check_request(self, exchange: Exchange, operation: Operation) -> Iterator[tuple[str, str]]:
        query = parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True)
        given = {name for name, _ in query}
        known = {p["name"]: p for p in operation.spec["parameters"] if p["in"] == "query"}
        for name in sorted(given - known.keys()):
            yield "query parameter", f"{name} is not in the document"
        for name, parameter in known.items():
            if parameter.get("required") and name not in given:
                yield "query parameter", f"{name} is missing"
        if not exchange.request_body:
            return
        body = operation.spec.get("requestBody")
        if body is None:
            yield "request body", "the document has none"
            return
        content = resolve(self.bundle, body)["content"]
        media_type = _media_type(exchange.request_headers)
        if media_type not in content:
            yield "request content type", f"{media_type or 'none'} instead of {', '.join(content)}"
        elif media_type == _JSON:
            validator = self._validators.of_body(operation, "requestBody", body, _JSON)
            yield from _check_body("request body", validator, exchange.request_body)

    def _check_response(
        self, exchange: Exchange, operation: Operation
    ) -> Iterator[tuple[str, str]]:
        responses = operation.spec["responses"]
        keys = (str(exchange.status), f"{exchange.status // 100}XX", "default")
        key = next((key for key in keys if key in responses), None)
        if key is None:
            yield "status", f"{exchange.status} is not one of {', '.join(responses)}"
            return
        response = resolve(self.bundle, responses[key])
        for name, header in response.get("headers", {}).items():
            required = resolve(self.bundle, header).get("required")
            if required and name.lower() not in exchange.response_headers:
                yield "response header", f"{name} is missing"
        content = response.get("content")
        if not content:
            if exchange.response_body and exchange.status in _WITHOUT_BODY:
                yield "response body", "the document has none"
            return
        if exchange.method == "HEAD":
            return
        media_type = _media_type(exchange.response_headers)
        if media_type not in content and "*/*" not in content:
            yield "response content type", f"{media_type or 'none'} instead of {', '.join(content)}"
        elif media_type == _JSON and "schema" in content.get(_JSON, {}):
            place = f"responses/{key}"
            validator = self._validators.of_body(operation, place, responses[key], _JSON)
            described = _described_members(resolve(self.bundle, content[_JSON]["schema"]))
            yield from _check_body("response body", validator, exchange.response_body, described)


def _check_method(exchange: Exchange, match: PathMatch) -> Iterator[tuple[str, str]]:
    """Check the response to a method that the path does not have."""
    path, methods = match.template, match.operations
    if exchange.method == "HEAD" and "GET" in methods:
        return
    if exchange.status not in _REFUSALS:
        text = f"{exchange.method} {path} is not in the document: expected 405"
        yield "method", f"{text}, got {exchange.status}"
    elif exchange.status == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = {m.strip() for m in exchange.response_headers.get("allow", "").split(",")}
        if not set(methods) <= allowed:
            yield "allow header", f"Allow of {path} must name {', '.join(sorted(methods))}"


def _described_members(schema: Mapping[str, Any]) -> Collection[str]:
    """Return the members of which an object that is not empty has one; empty when it need not.

    A schema without required members takes any object, so a body in another envelope is valid. A
    schema of a single member is a confirmation, whose text may have any name.
    """
    described: Mapping[str, Any] = schema.get("properties", {})
    is_open = len(described) < _MIN_DESCRIBED or schema.get("additionalProperties")
    return () if is_open else described.keys()


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _check_body(
    kind: str, validator: Validator, content: bytes, described: Collection[str] = ()
) -> Iterator[tuple[str, str]]:
    import orjson

    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        yield kind, f"not JSON: {error}"
        return
    errors = [*validator.iter_errors(value)]
    for found in errors:
        place = format_place(found.instance_path) or "the whole body"
        yield kind, f"{place}: {found.message[:_MAX_MESSAGE]}"
    is_filled = isinstance(value, dict) and bool(value)
    if described and not errors and is_filled and value.keys().isdisjoint(described):
        yield kind, "the object has no member of the document"
