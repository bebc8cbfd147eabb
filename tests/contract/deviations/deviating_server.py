"""A server that breaks one rule of the contract: the embedded one with a wrapper around it."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode

from arthurai.common.bundle import load_bundle, operations_of
from arthurai.contract.conformance import Conformance

if TYPE_CHECKING:
    from collections.abc import Callable

CONFORMANCE = Conformance(load_bundle())
OPERATIONS = operations_of(load_bundle())


def decode(body: bytes) -> Any:
    """Return the JSON of a body, `None` when it is not JSON."""
    try:
        return json.loads(body)
    except ValueError:
        return None


@dataclass(frozen=True)
class Request:
    """A request on its way to the server."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return decode(self.body)

    def with_json(self, value: Any) -> Request:
        body = json.dumps(value).encode()
        return replace(self, body=body, headers={**self.headers, "content-length": str(len(body))})

    def with_headers(self, **changes: str) -> Request:
        return replace(self, headers={**self.headers, **changes})

    def without(self, *names: str) -> Request:
        return replace(self, query=tuple(pair for pair in self.query if pair[0] not in names))

    def adding(self, **values: str) -> Request:
        return replace(self.without(*values), query=(*self.without(*values).query, *values.items()))

    def get(self, name: str) -> str | None:
        return dict(self.query).get(name)


@dataclass(frozen=True)
class Response:
    """A response on its way back."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def json(self) -> Any:
        return decode(self.body)

    def with_json(self, value: Any, status: int | None = None) -> Response:
        return Response(
            self.status if status is None else status,
            {**self.headers, "content-type": "application/json"},
            json.dumps(value).encode(),
        )

    def without_header(self, name: str) -> Response:
        return replace(self, headers={n: v for n, v in self.headers.items() if n != name})

    def with_headers(self, **changes: str) -> Response:
        named = {name.replace("_", "-"): value for name, value in changes.items()}
        return replace(self, headers={**self.headers, **named})


class DeviatingServer:
    """A WSGI application that passes requests on, except where a rule is broken.

    `changed` counts the responses that differ from what they should have been.
    """

    def __init__(self, app: Any, operation_id: str, rule: Callable[..., Response]) -> None:
        self.app = app
        self.operation = OPERATIONS[operation_id]
        self.rule = rule
        self.changed = 0
        self.error: Exception | None = None

    @property
    def admin_key(self) -> str:
        return self.app.admin_key

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        request = read(environ)
        honest: list[Response] = []

        def forward(changed: Request = request) -> Response:
            response = run(self.app, environ, changed)
            if changed == request:
                honest.append(response)
            return response

        match = CONFORMANCE.match(request.path)
        called = match.operations.get(request.method) if match else None
        # A method that the path does not have concerns the operation, too.
        own = match is not None and match.template == self.operation.path
        if called == self.operation or (called is None and own):
            try:
                response = self.rule(self, request, forward)
            except Exception as error:
                self.error = error
                raise
        else:
            response = forward()
        self.changed += not honest or honest[-1] != response
        reason = HTTPStatus(response.status).phrase if response.status != 418 else "Teapot"
        start_response(f"{response.status} {reason}", list(response.headers.items()))
        return [response.body]


def read(environ: dict[str, Any]) -> Request:
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if name in environ:
            headers[name.replace("_", "-").lower()] = environ[name]
    path, _, query = environ["REQUEST_URI"].partition("?")
    return Request(
        environ["REQUEST_METHOD"],
        path,
        tuple(parse_qsl(query, keep_blank_values=True)),
        headers,
        environ["wsgi.input"].read(),
    )


def run(app: Any, environ: dict[str, Any], request: Request) -> Response:
    """Call the application with a request that may have been changed."""
    clean = {
        name: value for name, value in environ.items() if not name.startswith(("HTTP_", "CONTENT_"))
    }
    query = urlencode(request.query, quote_via=quote)
    uri = request.path + (f"?{query}" if query else "")
    clean.update(
        REQUEST_METHOD=request.method,
        PATH_INFO=unquote_to_bytes(request.path).decode("latin-1"),
        QUERY_STRING=query,
        REQUEST_URI=uri,
        RAW_URI=uri,
    )
    clean["wsgi.input"] = io.BytesIO(request.body)
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        clean[key if key.startswith("CONTENT_") else f"HTTP_{key}"] = value
    seen: dict[str, Any] = {}

    def start_response(status: str, headers: list[tuple[str, str]], _: object = None) -> Any:
        seen["status"] = int(status.partition(" ")[0])
        seen["headers"] = {name.lower(): value for name, value in headers}
        return lambda _: None

    result = app(clean, start_response)
    try:
        body = b"".join(result)
    finally:
        getattr(result, "close", lambda: None)()
    seen["headers"].pop("content-length", None)
    return Response(seen["status"], seen["headers"], body)
