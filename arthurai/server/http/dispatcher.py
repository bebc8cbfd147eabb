"""The WSGI application: from the environment of a request to its response.

Every request takes the same steps: find the operation, authenticate the principal, check the
permission that the document states, read and check parameters and body, call the handler, encode
the response. Whatever goes wrong ends in an `Error` body with the id of the request.
"""

from __future__ import annotations

import hashlib
import logging
import time
from contextlib import nullcontext
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qsl

from werkzeug.http import parse_cookie

from arthurai.common.bundle import base_path, operations_of
from arthurai.server.http import bodies
from arthurai.server.http.api_errors import ApiError, StatusError
from arthurai.server.http.bodies import JSON, Form
from arthurai.server.http.registry import load_handlers, load_plain_handlers
from arthurai.server.http.request import Request, choose_request_id
from arthurai.server.http.response import Deferred, Response
from arthurai.server.http.routing import Router, raw_path
from arthurai.server.http.same_origin import check_same_origin
from arthurai.server.storage.warehouse.query_watch import QueryWatch
from arthurai.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from wsgiref.types import StartResponse, WSGIEnvironment

    from arthurai.common.bundle import Operation
    from arthurai.server.http.registry import Registration
    from arthurai.server.principals import Principal
    from arthurai.server.services import Services

    AfterRequest = Callable[[Request, Response, int], None]

logger = logging.getLogger("arthurai.server.http")

# what the operating system, SQLite and DuckDB say
_OUT_OF_MEMORY_MESSAGE: Final = "Out of Memory Error"
_DISK_FULL_MESSAGES: Final = ("No space left on device", "disk is full", "Disk quota exceeded")
_FILE_SIZE_MESSAGE: Final = "File too large"
MAX_PUBLIC_BODY_BYTES: Final = 2**20  # for requests without a principal
_MAX_QUERY_FIELDS: Final = 10_000
_MAX_RECENT: Final = 10_000
_ADMISSION: Final = "admission"
_IDEMPOTENCY_KEY: Final = "HTTP_IDEMPOTENCY_KEY"
_ABILITIES: Final = (("Accept-Idempotency-Key", "true"), ("Numbered-Failures", "true"))
MAY_DEFER: Final = "arthurai.may_defer"
"""Member of the WSGI environment: there where what is called may return a `BegunRequest`.

It is a dictionary, which requests that are begun at the same time share.
"""


class RecentUse(NamedTuple):
    """By whom a credential was used.

    Attributes:
        principal_id: Id of the user or of the service account.
        organization_id: The organization; the principal itself where it works in none.
    """

    principal_id: str
    organization_id: str


class _Admission(NamedTuple):
    """What is known of a request before its body is read; it depends on nothing but `asked`.

    Attributes:
        asked: Scheme, method, raw path, query, media type and headers.
        operation: The operation.
        headers: Headers by lower-case name.
        cookies: Cookies by name.
        principal: Who makes the request; `None` when the operation is public.
        has_cookie: Whether the credential is a cookie.
        params: Path and query parameters in the types of the document.
    """

    asked: tuple[Any, ...]
    operation: Operation
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    principal: Principal | None
    has_cookie: bool
    params: Mapping[str, Any]


class Dispatcher:
    """Passes each request to the handler of its operation.

    Thread-safe.
    """

    def __init__(
        self,
        services: Services,
        bundle: Mapping[str, Any],
        *,
        access_log: bool,
        after_request: AfterRequest,
    ) -> None:
        """Build the routes of a document.

        Args:
            services: What handlers may use.
            bundle: The OpenAPI document.
            access_log: Log each request at level INFO instead of DEBUG.
            after_request: Called with each request that a handler accepted, its response and the
                size of its body in bytes.
        """
        self._access_level = logging.INFO if access_log else logging.DEBUG
        self._services = services
        self._after_request = after_request
        self._router = Router(operations_of(bundle).values(), base_path(bundle))
        self._handlers = load_handlers()
        self._plain_handlers = load_plain_handlers()
        self._watch = QueryWatch()
        self._recent: dict[bytes, RecentUse] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Respond to one request (WSGI); where the environment allows it, perhaps later."""
        exchange = _Exchange(environ, choose_request_id(environ.get("HTTP_X_REQUEST_ID")))
        try:
            begun = self._respond(exchange)
        except Exception as error:  # noqa: BLE001 - logged unless the request is to blame
            begun = _error_response(error, exchange)
        if isinstance(begun, Deferred) and MAY_DEFER in environ:
            return BegunRequest(partial(self._finish, exchange, begun), start_response)
        return self._finish(exchange, begun, start_response)

    def _finish(
        self, exchange: _Exchange, begun: Response | Deferred, start_response: StartResponse
    ) -> Iterable[bytes]:
        environ = exchange.environ
        try:
            if isinstance(begun, Deferred):
                response = begun.finish()
                self._account(exchange, response)
            else:
                response = begun
            headers, content = response.encode()
        except Exception as error:  # noqa: BLE001 - logged unless the request is to blame
            response = _error_response(error, exchange)
            headers, content = response.encode()
        finally:
            exchange.close()
        seconds = time.perf_counter() - exchange.started
        operation_id = "" if exchange.operation is None else exchange.operation.operation_id
        method = str(environ["REQUEST_METHOD"])
        self._services.telemetry.observe_request(operation_id, method, response.status, seconds)
        if method == "HEAD":
            close = getattr(content, "close", None)
            if close is not None:
                close()
            content = ()
        headers.append(("X-Request-ID", exchange.request_id))
        headers.append(("Arthur-Server-Version", __version__))
        if exchange.operation is not None:
            headers += _ABILITIES
        if logger.isEnabledFor(self._access_level):
            milliseconds = round(seconds * 1000, 3)
            facts = {**exchange.facts(), "status": response.status, "milliseconds": milliseconds}
            logger.log(
                self._access_level,
                "%(method)s %(path)s %(status)s %(milliseconds)s ms",
                facts,
                extra=facts,
            )
        start_response(f"{response.status} {_phrase(response.status)}", headers)
        return content

    def _respond(self, exchange: _Exchange) -> Response | Deferred:
        environ, services = exchange.environ, self._services
        plain_handler = self._plain_handlers.get(exchange.path)
        if plain_handler is not None:
            return plain_handler(services, environ)
        admission = self._admit(exchange)
        operation, principal = admission.operation, admission.principal
        registration = self._handlers.get(operation.operation_id)
        if registration is None:
            raise ApiError(501, f"operation {operation.operation_id} is not implemented")
        body, form = self._read_body(exchange, admission, registration)
        exchange.form = form
        if principal is not None and operation.checks_data_permission:
            services.authorization.require_data(principal, body)
        request = Request(
            services=services,
            operation=operation,
            params=dict(admission.params),
            body=body,
            form=form,
            headers=admission.headers,
            cookies=admission.cookies,
            request_id=exchange.request_id,
            is_https=environ.get("wsgi.url_scheme") == "https",
            address=str(environ.get("REMOTE_ADDR", "")),
            authenticated=principal,
            body_digest=exchange.body_digest,
        )
        exchange.request = request
        with self._bound_queries(exchange, operation, registration):
            response = registration.handler(request)
        if isinstance(response, Response):
            self._account(exchange, response)
        return response

    def _admit(self, exchange: _Exchange) -> _Admission:
        """Find the operation of a request, who makes it, whether they may, and its parameters."""
        environ, services = exchange.environ, self._services
        method, headers = environ["REQUEST_METHOD"], _headers(environ)
        query, media_type = environ.get("QUERY_STRING"), environ.get("CONTENT_TYPE")
        scheme = environ.get("wsgi.url_scheme")
        asked = (scheme, method, exchange.path, query, media_type, headers)
        shared = environ.get(MAY_DEFER, {})
        known: _Admission | None = shared.get(_ADMISSION)
        if known is not None and known.asked == asked:
            exchange.operation, exchange.principal = known.operation, known.principal
            return known
        operation, path_values = self._router.match(method, exchange.path)
        exchange.operation = operation
        cookies, has_cookie = _cookies(environ), False
        if operation.public:
            check_same_origin(environ, proof_required=False)
        else:
            principal = services.authentication.authenticate(headers, cookies)
            exchange.principal = principal
            has_cookie = services.authentication.relies_on_cookie(headers)
            if has_cookie:
                check_same_origin(environ, proof_required=True)
            self._note_use(environ, principal)
            services.authorization.require(principal, operation.permission)
        params = services.validation.parameters(operation, path_values, _query(environ), headers)
        shared[_ADMISSION] = admission = _Admission(
            asked, operation, headers, cookies, exchange.principal, has_cookie, params
        )
        return admission

    def _account(self, exchange: _Exchange, response: Response) -> None:
        """Take note of a request that a handler accepted."""
        request = exchange.request
        if request is not None:
            self._after_request(request, response, exchange.received_bytes)
            operation_id = request.operation.operation_id
            self._services.telemetry.count_rows(operation_id, response.body)

    def defers(self, method: str, path: str) -> bool:
        """Return whether the response to a request may wait for something that others wait for.

        Args:
            method: HTTP method in capitals.
            path: The raw path.
        """
        try:
            operation, _ = self._router.match(method, path)
        except ApiError:
            return False
        registration = self._handlers.get(operation.operation_id)
        return registration is not None and registration.defers

    def max_body_bytes(self, environ: WSGIEnvironment) -> int:
        """Return how large the body of a request may be, before it is read.

        Args:
            environ: The WSGI environment as far as the headers tell.

        Raises:
            ApiError: The request is refused whatever its body is.
        """
        services, path = self._services, raw_path(environ)
        if path in self._plain_handlers:
            return MAX_PUBLIC_BODY_BYTES
        operation, _ = self._router.match(str(environ["REQUEST_METHOD"]), path)
        accepted, _ = services.validation.media_types(operation)
        if operation.public or not accepted:
            return MAX_PUBLIC_BODY_BYTES
        principal = services.authentication.authenticate(_headers(environ), _cookies(environ))
        services.authorization.require(principal, operation.permission)
        is_json = bodies.parse_media_type(environ, accepted) == JSON
        return services.limits.json_bytes if is_json else services.limits.form_bytes

    def _note_use(self, environ: WSGIEnvironment, principal: Principal) -> None:
        """Remember whose a credential is, for sharing the threads."""
        credential = environ.get("HTTP_AUTHORIZATION") or environ.get("HTTP_COOKIE")
        recent = self._recent
        if isinstance(credential, str):
            if len(recent) >= _MAX_RECENT:
                recent.clear()
            organization_id = principal.organization_id or principal.id
            recent[_digest(credential)] = RecentUse(principal.id, organization_id)

    def find_recent_use(self, credential: str) -> RecentUse | None:
        """Return by whom, and in which organization, a credential was last used, if it was lately.

        Args:
            credential: The header `Authorization` or `Cookie`.
        """
        return self._recent.get(_digest(credential))

    def _bound_queries(
        self, exchange: _Exchange, operation: Operation, registration: Registration
    ) -> AbstractContextManager[None]:
        """Bound what the queries of a request take, unless it writes as well."""
        only_reads = (
            operation.method == "GET" or operation.checks_data_permission or registration.only_reads
        )
        if not only_reads:
            return nullcontext()
        limits = self._services.limits
        is_gone = exchange.environ.get("waitress.client_disconnected")
        return self._watch.allow(limits.query_seconds, limits.query_values, is_gone)

    def _read_body(
        self, exchange: _Exchange, admission: _Admission, registration: Registration
    ) -> tuple[Any, Form]:
        environ, operation = exchange.environ, admission.operation
        accepted, required = self._services.validation.media_types(operation)
        if not accepted:
            return None, Form()
        if bodies.has_body(environ):
            media_type = bodies.parse_media_type(
                environ, accepted, must_be_stated=admission.has_cookie
            )
            limits = self._services.limits
            limit = limits.json_bytes if media_type == JSON else limits.form_bytes
            if operation.public:
                limit = min(limit, MAX_PUBLIC_BODY_BYTES)
            is_keyed = _IDEMPOTENCY_KEY in environ
            if media_type in {bodies.MULTIPART, bodies.URL_ENCODED}:
                form = bodies.decode_form(environ, limit)
                exchange.received_bytes = sum(part.size for part in form.files.values())
                exchange.body_digest = form.digest() if is_keyed else b""
                return None, form
            content = bodies.read_body(environ, limit)
            exchange.received_bytes = len(content)
            exchange.body_digest = hashlib.sha256(content).digest() if is_keyed else b""
            if content:
                text = bodies.JsonText(content, limits.request_rows)
                if registration.decodes_body:
                    return text, Form()
                body = text.decode()
                if registration.validate_body:
                    self._services.validation.check_body(operation, media_type, body)
                return body, Form()
        if required:
            raise ApiError(400, "a request body is required")
        return None, Form()


def _digest(credential: str) -> bytes:
    """Return what stands for a credential, which may be long."""
    return hashlib.sha256(credential.encode("utf-8", "surrogatepass")).digest()


class BegunRequest:
    """A request whose response waits for something; it must be finished, or iterated, once.

    Attributes:
        finish: Waits, and responds as a WSGI application does.
    """

    def __init__(
        self,
        finish: Callable[[StartResponse], Iterable[bytes]],
        start_response: StartResponse,
    ) -> None:
        self.finish = finish
        self._start_response = start_response

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.finish(self._start_response))


class _Exchange:
    """What is known about a request so far."""

    def __init__(self, environ: WSGIEnvironment, request_id: str) -> None:
        self.started = time.perf_counter()
        self.environ = environ
        self.request: Request | None = None
        self.request_id = request_id
        self.path = raw_path(environ)
        self.operation: Operation | None = None
        self.principal: Principal | None = None
        self.form = Form()
        self.received_bytes = 0
        self.body_digest = b""

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


def _error_response(error: Exception, exchange: _Exchange) -> Response:
    """Return the response to a request that failed; log the error unless it is intended."""
    status = error.status if isinstance(error, StatusError) else 500
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, ApiError):
        logger.error("request failed", exc_info=error, extra=exchange.facts())
    if isinstance(error, StatusError):
        return Response(status, {"error": error.reason}, error.headers)
    reason, text = "internal server error; see the server's log", str(error)
    if any(message in text for message in _DISK_FULL_MESSAGES):
        reason = "the server's disk is full; make room for its data and temporary files"
    elif _OUT_OF_MEMORY_MESSAGE in text:
        reason = (
            "the database of rows needs more than the server's limits `database_memory` and "
            "`database_spill` allow; raise them, or start the server with a data directory"
        )
    elif _FILE_SIZE_MESSAGE in text:
        reason = (
            "the server has reached its limit of the size of a file; start it with a larger one "
            "(ulimit -f)"
        )
    return Response(status, {"error": f"{reason} (request {exchange.request_id})"})


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    return {
        key[len("HTTP_") :].replace("_", "-").lower(): str(value)
        for key, value in environ.items()
        if key.startswith("HTTP_")
    }


def _cookies(environ: WSGIEnvironment) -> dict[str, str]:
    header = environ.get("HTTP_COOKIE")
    return dict(parse_cookie(str(header)).items()) if header else {}


def _query(environ: WSGIEnvironment) -> list[tuple[str, str]]:
    raw = str(environ.get("QUERY_STRING", ""))
    if not raw:
        return []
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
