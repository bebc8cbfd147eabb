"""The registry of handlers by ``operationId``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from arthurai.server.http.api_errors import ApiError
from arthurai.server.http.bodies import Form, UploadedFile
from arthurai.server.http.messages import Reply, Request

__all__ = [
    "ApiError",
    "Form",
    "Handler",
    "PlainHandler",
    "Registration",
    "Reply",
    "Request",
    "UploadedFile",
    "load_handlers",
    "operation",
    "plain_route",
    "plain_routes",
    "registered",
]

if TYPE_CHECKING:
    from wsgiref.types import WSGIEnvironment

    from arthurai.server.services import Services

Handler: TypeAlias = Callable[[Request], Reply]
PlainHandler: TypeAlias = "Callable[[Services, WSGIEnvironment], Reply]"

_RESOURCES: Final = "arthurai.server.resources"


@dataclass(frozen=True, slots=True)
class Registration:
    """A handler and how its request is prepared.

    Attributes:
        handler: The function that answers.
        validate_body: Whether the JSON body is checked against the document first. A handler that
            answers item by item checks for itself.
    """

    handler: Handler
    validate_body: bool


_registry: dict[str, Registration] = {}
_plain_routes: dict[str, PlainHandler] = {}


def operation(*operation_ids: str, validate_body: bool = True) -> Callable[[Handler], Handler]:
    """Register a function as the handler of one or more operations.

    Args:
        operation_ids: ``operationId`` values of the document.
        validate_body: Whether the JSON body is checked against the document first.

    Raises:
        ValueError: An operation has a handler already.
    """

    def register(handler: Handler) -> Handler:
        for operation_id in operation_ids:
            known = _registry.get(operation_id)
            if known is not None and known.handler.__module__ != handler.__module__:
                raise ValueError(f"operation {operation_id!r} has a handler already; remove one")
            _registry[operation_id] = Registration(handler, validate_body)
        return handler

    return register


def plain_route(path: str) -> Callable[[PlainHandler], PlainHandler]:
    """Register a function as the handler of a path that is not part of the API.

    Nobody is identified there; the handler judges the method and reads the body itself.

    Args:
        path: The whole path.

    Raises:
        ValueError: The path has a handler already.
    """

    def register(handler: PlainHandler) -> PlainHandler:
        known = _plain_routes.setdefault(path, handler)
        if known.__module__ != handler.__module__:
            raise ValueError(f"path {path!r} has a handler already; remove one")
        return handler

    return register


def plain_routes() -> dict[str, PlainHandler]:
    """Return the handlers of all paths outside the API, by path."""
    load_handlers()
    return dict(_plain_routes)


def registered() -> dict[str, Registration]:
    """Return all registered handlers by ``operationId``."""
    load_handlers()
    return dict(_registry)


def load_handlers() -> None:
    """Import every module of handlers, so that each registers its own."""
    package = importlib.import_module(_RESOURCES)
    for resource in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{_RESOURCES}.{resource.name}.handlers")
