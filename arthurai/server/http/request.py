"""A request as a handler receives it."""

from __future__ import annotations

import os
import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from arthurai.server.http.api_errors import ApiError, not_found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.common.bundle import Operation
    from arthurai.server.context import Stores
    from arthurai.server.document_kinds import DocumentKind
    from arthurai.server.http.bodies import Form
    from arthurai.server.principals import Principal
    from arthurai.server.services import Services
    from arthurai.server.storage.documents.document_store import DocumentRepository
    from arthurai.server.storage.documents.stored_models import StoredModel

D = TypeVar("D")

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")

# Ids are no secret, and the random numbers of a program with a server in it are its own.
_numbers: Final = random.Random()  # noqa: S311
if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_numbers.seed)


def choose_request_id(given: str | None) -> str:
    """Return the id of a request: the client's if it is harmless, else a new one.

    Args:
        given: The header `X-Request-ID`.
    """
    if given and _REQUEST_ID.fullmatch(given):
        return given
    return f"{_numbers.getrandbits(128):032x}"


@dataclass(slots=True)
class Request:
    """A request that was routed, authorized and checked against the document of the API.

    Attributes:
        services: What handlers may use.
        operation: The operation.
        params: Path and query parameters in the types of the document.
        body: Decoded JSON body, `None` when there is none.
        form: Decoded form body, empty when there is none.
        headers: Request headers by lower-case name.
        cookies: Request cookies by name.
        request_id: Id that the response and the log carry.
        is_https: Whether the client speaks https to this server.
        address: Where the request comes from; empty within the process.
        authenticated: Who makes the request; `None` when the operation is public.
        body_digest: SHA-256 digest of the body of a request with an idempotency key.
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
    address: str
    authenticated: Principal | None = None
    body_digest: bytes = b""

    @property
    def stores(self) -> Stores:
        """Everything that the server keeps."""
        return self.services.stores

    @property
    def principal(self) -> Principal:
        """Who makes the request.

        Raises:
            ApiError: 401 when the operation is public.
        """
        if self.authenticated is None:
            raise ApiError(401, "unauthorized")
        return self.authenticated

    @property
    def organization_id(self) -> str:
        """The organization in which the request is made.

        Raises:
            ApiError: 400 when the principal belongs to several and chose none.
        """
        organization_id = self.principal.organization_id
        if organization_id is None:
            raise ApiError(
                400, "no organization selected; name one in the header Arthur-Organization-ID"
            )
        return organization_id

    def model(self) -> StoredModel:
        """Return the model of the path.

        Raises:
            ApiError: 404 when the organization has no such model.
        """
        return self.stores.control.models.find(
            self.organization_id,
            self.params["model_id"],
            self.params.get("id_type", "id"),
        )

    def documents(self, kind: DocumentKind[D]) -> DocumentRepository[D]:
        """Return the documents of a kind, those of all organizations.

        Args:
            kind: The kind.
        """
        return self.stores.control.documents(kind)

    def document(self, kind: DocumentKind[D], parameter: str) -> D:
        """Return the document that a parameter names.

        Args:
            kind: Its kind.
            parameter: The parameter with its id.

        Raises:
            ApiError: 404 when the organization has no such document.
        """
        document_id = self.params[parameter]
        found = self.documents(kind).get(self.organization_id, document_id)
        if found is None:
            raise not_found()
        return found
