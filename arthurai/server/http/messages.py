"""What a handler receives and what it gives back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import orjson

from arthurai.server.http.api_errors import ApiError
from arthurai.server.http.bodies import JSON

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from arthurai.common.bundle import Operation
    from arthurai.server.context import Stores
    from arthurai.server.http.bodies import Form
    from arthurai.server.principals import Principal
    from arthurai.server.services import Services
    from arthurai.server.storage.documents.stored_models import ModelRecord

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


def accepted_request_id(given: str | None) -> str:
    """Return the id of a request: the one the client gave if it is harmless, else a new one.

    Args:
        given: The header ``X-Request-ID``.
    """
    return given if given and _REQUEST_ID.fullmatch(given) else uuid4().hex


@dataclass(slots=True)
class Request:
    """One request that was routed, authorised and checked against the document.

    Attributes:
        services: What handlers may use.
        operation: The operation called.
        params: Path and query parameters in the types of the document.
        body: Decoded JSON body, ``None`` when there is none.
        form: Decoded form body, empty when there is none.
        headers: Request headers by lower-case name.
        cookies: Request cookies by name.
        request_id: Id that the answer and the log carry.
        is_https: Whether the client speaks https to this server.
    """

    services: Services
    operation: Operation
    params: dict[str, Any]
    body: Any
    form: Form
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    request_id: str
    is_https: bool
    identified: Principal | None = None

    @property
    def stores(self) -> Stores:
        """Everything that the server keeps."""
        return self.services.stores

    @property
    def principal(self) -> Principal:
        """Who calls.

        Raises:
            ApiError: 401 when the operation is public and nobody identified themselves.
        """
        if self.identified is None:
            raise ApiError(401, "unauthorized")
        return self.identified

    @property
    def organization_id(self) -> str:
        """The organisation this call works in.

        Raises:
            ApiError: 400 when the caller belongs to several and named none.
        """
        organization_id = self.principal.organization_id
        if organization_id is None:
            raise ApiError(
                400, "no organization selected; name one in the header Arthur-Organization-ID"
            )
        return organization_id

    def model(self) -> ModelRecord:
        """Return the model that the path addresses, within the caller's organisation.

        Raises:
            ApiError: 404 when there is none.
        """
        return self.stores.control.models.find(
            self.organization_id,
            self.params["model_id"],
            self.params.get("id_type", "id"),
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer.

    Attributes:
        status: HTTP status.
        body: JSON value, or bytes or an iterable of bytes that are sent as they are; ``None``
            sends no body unless ``null_body`` is set.
        headers: Further headers.
        content_type: Media type of the body.
        null_body: Send the JSON value ``null`` when ``body`` is ``None``.
    """

    status: int
    body: Any = None
    headers: Sequence[tuple[str, str]] = ()
    content_type: str = JSON
    null_body: bool = False

    def encoded(self) -> tuple[list[tuple[str, str]], Iterable[bytes]]:
        """Return the headers and the body as bytes.

        Raises:
            ValueError: A header holds a control character.
            TypeError: The body cannot be expressed in JSON.
        """
        headers = [(name, value) for name, value in self.headers]
        for name, value in headers:
            if not name.isascii() or any(ord(c) < ord(" ") for c in name + value):
                raise ValueError(f"header {name!r} holds a control character")
        if self.body is None and not self.null_body:
            return [
                *headers,
                ("Content-Length", "0"),
            ] if self.status != HTTPStatus.NO_CONTENT else headers, ()
        headers.append(("Content-Type", self.content_type))
        if isinstance(self.body, (bytes, bytearray, memoryview)):
            content = bytes(self.body)
        elif _is_stream(self.body):
            return headers, self.body
        else:
            content = orjson.dumps(self.body)
        headers.append(("Content-Length", str(len(content))))
        return headers, (content,)


def _is_stream(body: Any) -> bool:
    return not isinstance(body, (dict, list, tuple, str, int, float)) and hasattr(body, "__iter__")
