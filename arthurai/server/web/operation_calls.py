"""Calls of the API's own operations from inside the server.

A page of the dashboard asks for its data as every client does: by operation, with the credential of
the person who looks at it. The request passes through the same dispatcher, so authentication,
permissions and checks are those of the API.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote, urlencode

import orjson

from arthurai.common.bundle import base_path, operations
from arthurai.server.authentication import AUTHORIZATION_HEADER, ORGANIZATION_HEADER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_JSON: Final = "application/json"
_FIRST_FAILURE: Final = 400
_PAGE_SIZE: Final = 10_000


class OperationError(Exception):
    """An operation that the API refused.

    Attributes:
        status: HTTP status.
        message: What is wrong.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class RawResponse(NamedTuple):
    """A response as it came.

    Attributes:
        status: HTTP status.
        headers: Headers by lower-case name; of several of one name the last.
        content: The whole body.
    """

    status: int
    headers: dict[str, str]
    content: bytes


def bearer(credential: str) -> str:
    """Return the header `Authorization` of a credential.

    Args:
        credential: Session token or API key.
    """
    return f"Bearer {credential}"


class OperationCalls:
    """Calls operations of the API with the credential of one principal."""

    def __init__(
        self,
        app: WSGIApplication,
        credential: str | None,
        organization_id: str | None = None,
        client_address: str = "",
    ) -> None:
        """Call the operations of an application.

        Args:
            app: The API as a WSGI application.
            credential: Session token or API key; `None` for operations that are public.
            organization_id: The organization to work in; `None` for the principal's first.
            client_address: Address of the browser, for the log.
        """
        self._app = app
        self._client_address = client_address
        self._headers: dict[str, str] = {}
        if credential is not None:
            self._headers[AUTHORIZATION_HEADER] = bearer(credential)
        if organization_id is not None:
            self._headers[ORGANIZATION_HEADER] = organization_id

    def call(
        self, operation_id: str, parameters: Mapping[str, Any] | None = None, *, body: Any = None
    ) -> Any:
        """Call an operation and return the decoded JSON of its response, `None` if it is empty.

        Args:
            operation_id: The operation.
            parameters: Path and query parameters; those that are `None` are left out.
            body: Request body.

        Raises:
            OperationError: The API refused it.
        """
        response = self.fetch(operation_id, parameters, body=body)
        return orjson.loads(response.content) if response.content else None

    def pages(
        self, operation_id: str, parameters: Mapping[str, Any] | None = None, *, key: str = "data"
    ) -> list[Any]:
        """Return the items of all pages of a list.

        Args:
            operation_id: The operation.
            parameters: Path and query parameters without those of paging.
            key: Member that holds the items.

        Raises:
            OperationError: The API refused it.
        """
        found: list[Any] = []
        for page in range(1, 1001):
            wanted = {**(parameters or {}), "page": page, "page_size": _PAGE_SIZE}
            answer = self.call(operation_id, wanted)
            found += answer[key]
            if page >= int(answer.get("total_pages") or 0):
                break
        return found

    def fetch(
        self, operation_id: str, parameters: Mapping[str, Any] | None = None, *, body: Any = None
    ) -> RawResponse:
        """Call an operation and return its response.

        Args:
            operation_id: The operation.
            parameters: Path and query parameters; those that are `None` are left out.
            body: Request body.

        Raises:
            OperationError: The API refused it.
        """
        environ = self._environ(operation_id, dict(parameters or {}), body)
        started: dict[str, Any] = {}

        def start_response(
            status: str,
            headers: list[tuple[str, str]],
            exc_info: object = None,  # noqa: ARG001 - WSGI passes it
        ) -> Callable[[bytes], object]:
            started["status"] = int(status.partition(" ")[0])
            started["headers"] = {name.lower(): value for name, value in headers}
            return lambda _: None

        starter: StartResponse = start_response
        result = self._app(environ, starter)
        try:
            content = b"".join(result)
        finally:
            close = getattr(result, "close", None)
            if close is not None:
                close()
        response = RawResponse(started["status"], started["headers"], content)
        if response.status >= _FIRST_FAILURE:
            raise OperationError(response.status, _message(response))
        return response

    def _environ(self, operation_id: str, parameters: dict[str, Any], body: Any) -> WSGIEnvironment:
        operation = operations()[operation_id]
        path = base_path() + operation.path
        for name in list(parameters):
            if f"{{{name}}}" in path:
                path = path.replace(f"{{{name}}}", quote(str(parameters.pop(name)), safe=""))
        query = urlencode(
            {name: _text(value) for name, value in parameters.items() if value is not None},
            doseq=True,
        )
        content = b"" if body is None else orjson.dumps(body)
        environ: WSGIEnvironment = {
            "REQUEST_METHOD": operation.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "REQUEST_URI": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": self._client_address,
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(content),
            "wsgi.input_terminated": True,
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        if content:
            environ |= {"CONTENT_TYPE": _JSON, "CONTENT_LENGTH": str(len(content))}
        for name, value in self._headers.items():
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        return environ


def _text(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_text(item) for item in value]
    if isinstance(value, bool):
        return str(value).lower()
    return value


def _message(response: RawResponse) -> str:
    try:
        return str(orjson.loads(response.content)["error"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return f"the API answered with status {response.status}"
