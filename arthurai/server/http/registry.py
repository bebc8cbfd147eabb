"""The registry of handlers: of operations by `operationId`, and of paths outside the API."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from arthurai.server.http.request import Request
from arthurai.server.http.response import Deferred, Response

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

    from arthurai.server.services import Services

Handler: TypeAlias = Callable[[Request], Response | Deferred]
PlainHandler: TypeAlias = "Callable[[Services, WSGIEnvironment], Response]"

_RESOURCES: Final = "arthurai.server.resources"


@dataclass(frozen=True, slots=True)
class Registration:
    """A handler and how its request is prepared.

    Attributes:
        handler: The function that returns the response.
        validate_body: Whether the JSON body is checked against the document first. A handler that
            judges item by item checks for itself.
        defers: Whether it may return a deferred response; small requests of a caller to such an
            operation are begun together, and finished together.
        decodes_body: Whether it takes a JSON body as `JsonText`, to decode it by itself.
        only_reads: Whether it changes nothing, so that its queries can be ended at any time, though
            its method or its permissions do not say so.
    """

    handler: Handler
    validate_body: bool
    defers: bool = False
    decodes_body: bool = False
    only_reads: bool = False


_registrations: dict[str, Registration] = {}
_plain_handlers: dict[str, PlainHandler] = {}


def operation(
    *operation_ids: str,
    validate_body: bool = True,
    defers: bool = False,
    decodes_body: bool = False,
    only_reads: bool = False,
) -> Callable[[Handler], Handler]:
    """Register a function as the handler of one or more operations.

    Args:
        operation_ids: `operationId` values of the document.
        validate_body: Whether the JSON body is checked against the document first.
        defers: Whether the handler may return a deferred response.
        decodes_body: Whether the handler takes a JSON body as `JsonText`.
        only_reads: Whether it changes nothing, though its method does not say so.

    Raises:
        ValueError: An operation has a handler already.
    """

    def register(handler: Handler) -> Handler:
        for operation_id in operation_ids:
            known = _registrations.get(operation_id)
            if known is not None and known.handler.__module__ != handler.__module__:
                raise ValueError(f"operation {operation_id!r} has a handler already; remove one")
            _registrations[operation_id] = Registration(
                handler, validate_body, defers, decodes_body, only_reads
            )
        return handler

    return register


def plain_route(path: str) -> Callable[[PlainHandler], PlainHandler]:
    """Register a function as the handler of a path that is not part of the API.

    No principal is authenticated there; the handler judges the method and reads the body itself.

    Args:
        path: The whole path.

    Raises:
        ValueError: The path has a handler already.
    """

    def register(handler: PlainHandler) -> PlainHandler:
        known = _plain_handlers.setdefault(path, handler)
        if known.__module__ != handler.__module__:
            raise ValueError(f"path {path!r} has a handler already; remove one")
        return handler

    return register


def load_handlers() -> dict[str, Registration]:
    """Import all handlers, so that each registers itself; return them by `operationId`."""
    package = importlib.import_module(_RESOURCES)
    for resource in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{_RESOURCES}.{resource.name}.handlers")
    return dict(_registrations)


def load_plain_handlers() -> dict[str, PlainHandler]:
    """Import all handlers; return those of paths outside the API, by path."""
    load_handlers()
    return dict(_plain_handlers)
