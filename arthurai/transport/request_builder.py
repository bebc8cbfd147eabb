"""From an operation of the generated client and plain Python values to a request."""

from __future__ import annotations

import enum
import functools
import inspect
import sys
import types
import typing
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from dateutil.parser import isoparse

from arthurai.common.exceptions import (
    ArthurUnexpectedError,
    MissingParameterError,
    UserTypeError,
    UserValueError,
)
from arthurai.common.text import list_names, suggest

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from arthurai.transport.api_client import ApiClient
    from arthurai.transport.attempts import ApiResponse
    from arthurai_api.types import RequestParts

BODY = "body"


def name_of(operation: ModuleType) -> str:
    """Return the operationId of an operation of the generated client."""
    return operation.__name__.rpartition(".")[2]


def describe(operation: ModuleType) -> inspect.Signature:
    """Return the parameters of an operation as the generated client takes them."""
    return _signature(operation.build_request)


@functools.cache
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(function)


@functools.cache
def _hints(function: Callable[..., Any]) -> dict[str, tuple[Any, ...]]:
    """Return, for each parameter, the types it may have, unions taken apart."""
    return {name: tuple(_flatten(hint)) for name, hint in typing.get_type_hints(function).items()}


def _flatten(hint: Any) -> Iterable[Any]:
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        for part in typing.get_args(hint):
            yield from _flatten(part)
    else:
        yield hint


def build(
    operation: ModuleType,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    *,
    replace_body: bool = False,
) -> RequestParts:
    """Work out the request of an operation.

    The generated `build_request` is the only place that knows method, path and parameter names.
    Plain values are turned into what it takes: texts into enum members and times, single values
    into lists, `None` into "leave out", dicts into models.

    Args:
        operation: A module of the generated client, one operation.
        args: Positional parameters of the operation.
        kwargs: Named parameters of the operation.
        replace_body: Leave the body out, because the caller puts in one of its own.

    Returns:
        Arguments for the HTTP client's `request`.

    Raises:
        MissingParameterError: A required parameter is absent.
        UserValueError: A parameter is unknown, or a value is none of those it can have.
        UserTypeError: A parameter is given twice, or a value has an impossible type.
        ArthurUnexpectedError: The generated client could not build the request.
    """
    function: Callable[..., RequestParts] = operation.build_request
    given = _bind(operation, args, kwargs)
    if replace_body:
        given.pop(BODY, None)
    hints = _hints(function)
    plain = {name: _convert(name, value, hints[name]) for name, value in given.items()}
    try:
        return function(**plain)
    except ValueError as fault:
        raise UserValueError(f"{name_of(operation)!r}: {fault}") from fault
    except (AttributeError, KeyError, TypeError) as fault:
        raise ArthurUnexpectedError(
            f"could not build the request of {name_of(operation)!r}: {fault}. Check the types of "
            f"the arguments {', '.join(plain)}."
        ) from fault


def _bind(
    operation: ModuleType, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    signature = describe(operation)
    known = [name for name in signature.parameters if name != BODY]
    for name in kwargs:
        if name not in signature.parameters:
            raise UserValueError(
                f"{name_of(operation)!r} has no parameter {name!r}; it has {list_names(known)}"
                f"{suggest(name, known)}"
            )
    try:
        bound = signature.bind_partial(*args, **kwargs).arguments
    except TypeError as fault:
        raise UserTypeError(f"{name_of(operation)!r}: {fault}") from fault
    missing = [
        name
        for name, parameter in signature.parameters.items()
        if parameter.default is parameter.empty and bound.get(name) is None and name != BODY
    ]
    if missing:
        raise MissingParameterError(f"{name_of(operation)!r} needs {', '.join(missing)}")
    return dict(bound)


def _convert(name: str, value: Any, hints: tuple[Any, ...]) -> Any:
    from arthurai_api.types import UNSET, Unset

    if value is None:
        return UNSET if Unset in hints else None
    if isinstance(value, Unset | enum.Enum):
        return value
    lists = [hint for hint in hints if typing.get_origin(hint) is list]
    if lists and name != BODY:
        single = isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable)
        items = [value] if single else list(value)
        inner = tuple(_flatten(typing.get_args(lists[0])[0]))
        return [_convert(name, item, inner) for item in items]
    if isinstance(value, str):
        return _convert_text(name, value, hints)
    if isinstance(value, datetime) and value.tzinfo is None:
        raise UserValueError(f"{name}={value!r} has no time zone. Add one, e.g. tzinfo=UTC.")
    if isinstance(value, Mapping):
        models = [hint for hint in hints if hasattr(hint, "from_dict")]
        return models[0].from_dict(dict(value)) if models else value
    return value


def _convert_text(name: str, value: str, hints: tuple[Any, ...]) -> Any:
    for hint in hints:
        if isinstance(hint, type) and issubclass(hint, enum.Enum):
            values = [str(member.value) for member in hint]
            try:
                return hint(value)
            except ValueError:
                raise UserValueError(
                    f"{name} must be one of {list_names(values)}, got {value!r}"
                    f"{suggest(value, values)}"
                ) from None
        if hint is datetime:
            try:
                moment = isoparse(value)
            except ValueError:
                raise UserValueError(f"{name}={value!r} is no ISO 8601 time") from None
            return _convert(name, moment, hints)
    return value


def promises_body(operation: ModuleType) -> bool:
    """Say whether the API document promises a body for a success of the operation."""
    from arthurai.common.bundle import operations as documented

    found = documented().get(name_of(operation))
    if found is None:
        return False
    responses = found.spec.get("responses", {})
    successes = [response for status, response in responses.items() if status.startswith("2")]
    return bool(successes) and all("content" in response for response in successes)


_NO_CONTENT = frozenset({204, 205})


class OperationCalls:
    """Calls of operations with plain values; being replaced by calls of the generated functions."""

    api: ApiClient

    def call(
        self, operation: Callable[..., Any], *args: Any, retry: bool | None = None, **kwargs: Any
    ) -> Any:
        """Call an operation with plain values."""
        module = sys.modules[operation.__module__]
        response = typing.cast("Any", self).send(build(module, args, kwargs), retry=retry)
        return self.api.parse(response, module.parse_response)

    def call_json(
        self, operation: ModuleType, *args: Any, retry: bool | None = None, **kwargs: Any
    ) -> Any:
        """Call an operation with plain values."""
        body = kwargs.get(BODY)
        if isinstance(body, Mapping) or (
            isinstance(body, list | tuple) and all(isinstance(item, Mapping) for item in body)
        ):
            del kwargs[BODY]
            response = typing.cast("Any", self).send(
                build(operation, args, kwargs), json=body, retry=retry
            )
        else:
            response = typing.cast("Any", self).send(build(operation, args, kwargs), retry=retry)
        return self._decoded(operation, response)

    def send_encoded(
        self,
        operation: ModuleType,
        *args: Any,
        content: Any,
        content_type: str,
        retry: bool | None = True,
        **kwargs: Any,
    ) -> Any:
        """Call an operation with plain values."""
        request = build(operation, args, kwargs)
        response = typing.cast("Any", self).send(
            request, content=content, content_type=content_type, retry=retry
        )
        return self._decoded(operation, response)

    def send_files(self, operation: ModuleType, *args: Any, **kwargs: Any) -> Any:
        """Call an operation with plain values."""
        return self._decoded(operation, self._send_files(operation, *args, **kwargs))

    def upload(self, operation: ModuleType, *args: Any, **kwargs: Any) -> tuple[int, Any]:
        """Call an operation with plain values."""
        response = self._send_files(operation, *args, **kwargs)
        return response.status_code, response.json() if response.content else None

    def _send_files(
        self,
        operation: ModuleType,
        *args: Any,
        parts: Any,
        fields: Any = None,
        retry: bool | None = None,
        **kwargs: Any,
    ) -> ApiResponse:
        sender = typing.cast("Any", self)
        response: ApiResponse = sender.send(
            build(operation, args, kwargs), files=parts, fields=fields, retry=retry
        )
        return response

    def _decoded(self, operation: ModuleType, response: ApiResponse) -> Any:
        if response.content:
            return response.json()
        if response.status_code in _NO_CONTENT or not promises_body(operation):
            return None
        raise response.malformed("the body is empty")
