"""The WSGI core: from the environment of a request to its answer.

Every request takes the same road: find the operation, identify the caller, check the permission
that the document states, read and check parameters and body, call the handler, encode the answer.
Whatever goes wrong on the way ends in an ``Error`` body with the id of the request.
"""

from __future__ import annotations

import logging
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from werkzeug.http import parse_cookie

from arthurai.common.bundle import base_path, operations_of
from arthurai.server.http import bodies
from arthurai.server.http.api_errors import ApiError
from arthurai.server.http.bodies import JSON, Form
from arthurai.server.http.messages import Reply, Request, accepted_request_id
from arthurai.server.http.registry import plain_routes, registered
from arthurai.server.http.routing import Router, raw_path
from arthurai.server.storage.warehouse.errors import DataStoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import StartResponse, WSGIEnvironment

    from arthurai.common.bundle import Operation
    from arthurai.server.principals import Principal
    from arthurai.server.services import Services

    AfterRequest = Callable[[Request, Reply, int], None]

logger = logging.getLogger("arthurai.server.http")

# what the operating system, SQLite and DuckDB say
_SIGNS_OF_A_FULL_DISK: Final = ("No space left on device", "disk is full", "Disk quota exceeded")
PUBLIC_BODY_BYTES: Final = 2**20  # nobody is known yet, and nobody has to send much
_MAX_QUERY_FIELDS: Final = 10_000


class HttpCore:
    """Answers the requests of one application."""

    def __init__(
        self,
        services: Services,
        bundle: Mapping[str, Any],
        *,
        max_json_bytes: int,
        max_form_bytes: int,
        access_log: bool,
        after_request: AfterRequest,
    ) -> None:
        """Build the routes of a document.

        Args:
            services: What handlers may use.
            bundle: The OpenAPI document.
            max_json_bytes: Largest JSON body.
            max_form_bytes: Largest form body, files included.
            access_log: Log each request at level INFO instead of DEBUG.
            after_request: Called with each request that a handler answered, its answer and the
                size of its body in bytes.
        """
        self._access_level = logging.INFO if access_log else logging.DEBUG
        self._services = services
        self._after_request = after_request
        self._router = Router(operations_of(bundle).values(), base_path(bundle))
        self._handlers = registered()
        self._plain_routes = plain_routes()
        self._limits = {JSON: max_json_bytes}
        self._max_form_bytes = max_form_bytes

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (WSGI)."""
        started = time.perf_counter()
        request_id = accepted_request_id(environ.get("HTTP_X_REQUEST_ID"))
        exchange = _Exchange(environ, request_id)
        try:
            reply = self._answer(exchange)
            headers, content = reply.encoded()
            status = reply.status
        except ApiError as error:
            status = error.status
            headers, content = Reply(status, {"error": error.message}, error.headers).encoded()
        except DataStoreError as error:
            if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                logger.exception("request failed", extra=exchange.facts())
            status = error.status
            headers, content = Reply(status, {"error": str(error)}).encoded()
        except Exception as error:
            logger.exception("request failed", extra=exchange.facts())
            status = 500
            message = f"{_explained(error)} (request {request_id})"
            headers, content = Reply(status, {"error": message}).encoded()
        finally:
            exchange.close()
        if environ["REQUEST_METHOD"] == "HEAD":
            close = getattr(content, "close", None)
            if close is not None:
                close()
            content = ()
        headers.append(("X-Request-ID", request_id))
        if logger.isEnabledFor(self._access_level):
            milliseconds = round((time.perf_counter() - started) * 1000, 3)
            facts = {**exchange.facts(), "status": status, "milliseconds": milliseconds}
            logger.log(
                self._access_level,
                "%(method)s %(path)s %(status)s %(milliseconds)s ms",
                facts,
                extra=facts,
            )
        start_response(f"{status} {_phrase(status)}", headers)
        return content

    def _answer(self, exchange: _Exchange) -> Reply:
        environ = exchange.environ
        plain_handler = self._plain_routes.get(exchange.path)
        if plain_handler is not None:
            return plain_handler(self._services, environ)
        services = self._services
        operation, path_values = self._router.match(environ["REQUEST_METHOD"], exchange.path)
        exchange.operation = operation
        headers = _headers(environ)
        cookies = _cookies(environ)
        principal = None
        if not operation.public:
            principal = services.authentication.identify(headers, cookies)
            exchange.principal = principal
            services.authorization.require(principal, operation.permission)
        params = services.validation.parameters(operation, path_values, _query(environ))
        registration = self._handlers.get(operation.operation_id)
        if registration is None:
            raise ApiError(501, f"operation {operation.operation_id} is not built yet")
        body, form = self._body(exchange, operation, checked=registration.validate_body)
        exchange.form = form
        if principal is not None and operation.checks_data_permission:
            services.authorization.require_data(principal, body)
        request = Request(
            services=services,
            operation=operation,
            params=params,
            body=body,
            form=form,
            headers=headers,
            cookies=cookies,
            request_id=exchange.request_id,
            is_https=environ.get("wsgi.url_scheme") == "https",
            identified=principal,
        )
        reply = registration.handler(request)
        self._after_request(request, reply, exchange.received_bytes)
        return reply

    def _body(
        self, exchange: _Exchange, operation: Operation, *, checked: bool
    ) -> tuple[Any, Form]:
        environ = exchange.environ
        accepted, required = self._services.validation.media_types(operation)
        if not accepted:
            return None, Form()
        if bodies.has_body(environ):
            media_type = bodies.media_type(environ, accepted)
            limit = self._limits.get(media_type, self._max_form_bytes)
            if operation.public:
                limit = min(limit, PUBLIC_BODY_BYTES)
            if media_type in {bodies.MULTIPART, bodies.URL_ENCODED}:
                form = bodies.decode_form(environ, limit)
                exchange.received_bytes = sum(part.size for part in form.files.values())
                return None, form
            content = bodies.read(environ, limit)
            exchange.received_bytes = len(content)
            if content:
                body = bodies.decode_json(content)
                if checked:
                    self._services.validation.check_body(operation, media_type, body)
                return body, Form()
        if required:
            raise ApiError(400, "a request body is required")
        return None, Form()


class _Exchange:
    """What is known about a request so far, for its log record."""

    def __init__(self, environ: WSGIEnvironment, request_id: str) -> None:
        self.environ = environ
        self.request_id = request_id
        self.path = raw_path(environ)
        self.operation: Operation | None = None
        self.principal: Principal | None = None
        self.form = Form()
        self.received_bytes = 0

    def facts(self) -> dict[str, Any]:
        return {
            "request_id": self.request_id,
            "client": self.environ.get("REMOTE_ADDR"),
            "method": self.environ["REQUEST_METHOD"],
            "path": self.path.encode("ascii", "backslashreplace").decode(),
            "operation_id": self.operation.operation_id if self.operation else None,
            "caller": self.principal.id if self.principal else None,
            "organization_id": self.principal.organization_id if self.principal else None,
        }

    def close(self) -> None:
        for uploaded in self.form.files.values():
            uploaded.stream.close()


def _explained(error: Exception) -> str:
    if any(sign in str(error) for sign in _SIGNS_OF_A_FULL_DISK):
        return "the server's disk is full; make room for its data and temporary files"
    return "internal server error; the server's log tells more"


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    return {
        key.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for key, value in environ.items()
        if key.startswith("HTTP_")
    }


def _cookies(environ: WSGIEnvironment) -> dict[str, str]:
    return dict(parse_cookie(str(environ.get("HTTP_COOKIE", ""))).items())


def _query(environ: WSGIEnvironment) -> list[tuple[str, str]]:
    raw = str(environ.get("QUERY_STRING", ""))
    try:
        pairs = parse_qsl(
            raw, keep_blank_values=True, errors="strict", max_num_fields=_MAX_QUERY_FIELDS
        )
    except UnicodeDecodeError:
        raise ApiError(400, "the query string is not percent-encoded UTF-8") from None
    except ValueError:
        raise ApiError(
            400, f"the query string has more than {_MAX_QUERY_FIELDS} parameters"
        ) from None
    if any("\0" in value for _, value in pairs):
        raise ApiError(400, "the query string holds a NUL character")
    return pairs


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
