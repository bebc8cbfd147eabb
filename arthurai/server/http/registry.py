"""The registry of handlers by ``operationId``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from arthurai.server.http.api_errors import ApiError
from arthurai.server.http.messages import Form, Reply, Request, UploadedFile

__all__ = [
    "ApiError",
    "Form",
    "Handler",
    "Registration",
    "Reply",
    "Request",
    "UploadedFile",
    "load_handlers",
    "operation",
    "registered",
]

Handler = Callable[[Request], Reply]

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


def registered() -> dict[str, Registration]:
    """Return all registered handlers by ``operationId``."""
    load_handlers()
    return dict(_registry)


def load_handlers() -> None:
    """Import every module of handlers, so that each registers its own."""
    package = importlib.import_module(_RESOURCES)
    for resource in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{_RESOURCES}.{resource.name}.handlers")
