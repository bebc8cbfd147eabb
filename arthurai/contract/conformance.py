"""Does one exchange, a request and its answer, honour the OpenAPI document?

The checks follow the document only: path, method, parameters, bodies, status, content type and the
headers it declares. A server's meaning is checked elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from arthurai.common.bundle import base_path, operations_of, pointer_step, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from arthurai.common.bundle import Operation

JSON: Final = "application/json"
_BUNDLE_URI: Final = "urn:arthurai:bundle"
_NO_CONTENT: Final = frozenset({202, 204, 205, 304})
_REFUSALS: Final = frozenset({HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.UNAUTHORIZED})


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer as they went over the wire.

    Attributes:
        method: HTTP method in capitals.
        url: The whole address, or its path and query.
        request_headers: By lower-case name.
        request_body: Bytes of the request; ``None`` when they were streamed and not kept.
        status: Status code of the answer.
        response_headers: By lower-case name.
        response_body: Bytes of the answer.
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
        kind: A short name, e.g. ``"response body"``.
        message: What was found, with its place.
    """

    operation_id: str
    kind: str
    message: str

    def __str__(self) -> str:
        """Return the deviation as one line."""
        return f"{self.operation_id or 'unknown operation'}: {self.kind}: {self.message}"


class _Route(NamedTuple):
    pattern: re.Pattern[str]
    parameters: int
    path: str
    operations: dict[str, Operation]


class Conformance:
    """Checks exchanges against one document; validators are compiled at their first use."""

    def __init__(self, bundle: dict[str, Any]) -> None:
        """Read the operations.

        Args:
            bundle: An OpenAPI document without references to other files.
        """
        self.bundle = bundle
        self._validators: dict[str, Any] = {}
        self._routes = self._read_routes()

    def operation(self, method: str, url: str) -> Operation | None:
        """Return the operation that an address belongs to, ``None`` when there is none.

        Args:
            method: HTTP method in capitals.
            url: The whole address, or its path and query.
        """
        route = self._route(url)
        return route.operations.get(method) if route else None

    def check(self, exchange: Exchange) -> list[Deviation]:
        """Return all deviations of an exchange, an empty list when it honours the document.

        Args:
            exchange: What went over the wire.
        """
        route = self._route(exchange.url)
        if route is None:
            if exchange.status == HTTPStatus.NOT_FOUND:
                return []
            path = urlsplit(exchange.url).path
            return [Deviation("", "path", f"{exchange.method} {path} is not in the document")]
        operation = route.operations.get(exchange.method)
        if operation is None:
            return list(self._check_method(exchange, route))
        found = [*self._check_answer(exchange, operation)]
        if exchange.status < HTTPStatus.BAD_REQUEST:
            found += self._check_request(exchange, operation)
        return [Deviation(operation.operation_id, kind, message) for kind, message in found]

    def _check_method(self, exchange: Exchange, route: _Route) -> Iterator[Deviation]:
        if exchange.method == "HEAD" and "GET" in route.operations:
            return
        if exchange.status not in _REFUSALS:
            message = f"{exchange.method} {route.path} is not in the document: 405 expected, got"
            yield Deviation("", "method", f"{message} {exchange.status}")
        elif exchange.status == HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = {m.strip() for m in exchange.response_headers.get("allow", "").split(",")}
            if not set(route.operations) <= allowed:
                message = f"Allow of {route.path} must name {', '.join(sorted(route.operations))}"
                yield Deviation("", "allow header", message)

    def _check_request(self, exchange: Exchange, operation: Operation) -> Iterator[tuple[str, str]]:
        query = parse_qsl(urlsplit(exchange.url).query, keep_blank_values=True)
        known = {p["name"]: p for p in operation.spec["parameters"] if p["in"] == "query"}
        for name, _ in query:
            if name not in known:
                yield "query parameter", f"{name} is not in the document"
        given = {name for name, _ in query}
        for name, parameter in known.items():
            if parameter.get("required") and name not in given:
                yield "query parameter", f"{name} is missing"
        body = operation.spec.get("requestBody")
        if body is None:
            if exchange.request_body:
                yield "request body", "the document has none"
            return
        content = resolve(self.bundle, body)["content"]
        media_type = _media_type(exchange.request_headers)
        if not exchange.request_body:
            return
        if media_type not in content:
            expected = ", ".join(content)
            yield "request content type", f"{media_type or 'none'} instead of {expected}"
        elif media_type == JSON:
            pointer = self._pointer(operation, "requestBody", body, media_type)
            yield from self._faults("request body", pointer, exchange.request_body)

    def _check_answer(self, exchange: Exchange, operation: Operation) -> Iterator[tuple[str, str]]:
        responses = operation.spec["responses"]
        key = next(
            (
                k
                for k in (str(exchange.status), f"{exchange.status // 100}XX", "default")
                if k in responses
            ),
            None,
        )
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
            if exchange.response_body and exchange.status in _NO_CONTENT:
                yield "response body", "the document has none"
            return
        if exchange.method == "HEAD":
            return
        media_type = _media_type(exchange.response_headers)
        if media_type not in content and "*/*" not in content:
            expected = ", ".join(content)
            yield "response content type", f"{media_type or 'none'} instead of {expected}"
        elif media_type == JSON and "schema" in content.get(JSON, {}):
            pointer = self._pointer(operation, f"responses/{key}", responses[key], JSON)
            yield from self._faults("response body", pointer, exchange.response_body)

    def _pointer(
        self, operation: Operation, place: str, node: Mapping[str, Any], media_type: str
    ) -> str:
        """Return the JSON pointer of the schema of a body, references followed."""
        own = f"/paths/{pointer_step(operation.path)}/{operation.method.lower()}/{place}"
        start = node["$ref"].removeprefix("#") if "$ref" in node else own
        return f"{start}/content/{pointer_step(media_type)}/schema"

    def _faults(self, kind: str, pointer: str, content: bytes) -> Iterator[tuple[str, str]]:
        import orjson

        try:
            value = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            yield kind, f"not JSON: {error}"
            return
        for fault in self._validator(pointer).iter_errors(value):
            place = "".join(
                f"[{step}]" if isinstance(step, int) else f".{step}" for step in fault.instance_path
            )
            yield kind, f"{place.lstrip('.') or 'the whole'}: {fault.message[:300]}"

    def _validator(self, pointer: str) -> Any:
        if pointer not in self._validators:
            import jsonschema_rs

            self._validators[pointer] = jsonschema_rs.Draft202012Validator(
                {"$ref": f"{_BUNDLE_URI}#{pointer}"},
                registry=self._registry,
                validate_formats=True,
            )
        return self._validators[pointer]

    @cached_property
    def _registry(self) -> Any:
        import jsonschema_rs

        return jsonschema_rs.Registry([(_BUNDLE_URI, self.bundle)], draft=jsonschema_rs.Draft202012)

    def _read_routes(self) -> list[_Route]:
        by_path: dict[str, dict[str, Operation]] = {}
        for operation in operations_of(self.bundle).values():
            by_path.setdefault(operation.path, {})[operation.method] = operation
        prefix = re.escape(base_path(self.bundle))
        routes = []
        for path, operations in by_path.items():
            parts = re.split(r"\{[^}]+\}", path)
            pattern = prefix + "[^/]+".join(re.escape(part) for part in parts)
            routes.append(_Route(re.compile(pattern), len(parts) - 1, path, operations))
        return sorted(routes, key=lambda route: route.parameters)

    def _route(self, url: str) -> _Route | None:
        path = urlsplit(url).path
        for route in self._routes:
            if route.pattern.fullmatch(path):
                return route
        return None


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()
