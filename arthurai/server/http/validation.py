"""Validators compiled from the bundle, and the reading of path and query parameters.

OpenAPI 3.1 schemas are JSON Schemas, so bodies are checked against the document itself; its
references are resolved inside it.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.bundle import load_bundle, pointer_step, resolve
from arthurai.common.schema_validators import SchemaValidators, format_place
from arthurai.server.http.api_errors import ApiError, join_problems

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.common.bundle import Operation
    from arthurai.common.schema_validators import Validator

_BOOLEANS: Final = {"true": True, "false": False}
_INTEGER: Final = re.compile(r"[+-]?\d{1,19}")
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_BLANK_ZONE: Final = re.compile(r"(\S+) (\d\d:?\d\d)")
_MAX_QUOTED_LENGTH: Final = 200
_MAX_COUNTED: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    location: str
    is_array: bool
    types: frozenset[str]
    is_time: bool


@dataclass(frozen=True, slots=True)
class _ParameterTable:
    parameters: tuple[_Parameter, ...]
    defaults: Mapping[str, Any]
    validator: Validator


class Validation:
    """Checks requests against one OpenAPI document; validators are compiled at their first use."""

    def __init__(self, bundle: Mapping[str, Any]) -> None:
        """Register the document.

        Args:
            bundle: A document without references to other files.
        """
        self._bundle = bundle
        self._validators = SchemaValidators(bundle)
        self._tables: dict[str, _ParameterTable] = {}
        self._media_types: dict[str, tuple[tuple[str, ...], bool]] = {}

    def check_component(self, name: str, value: Any, where: str) -> None:
        """Check a decoded value against a named schema of the document.

        Args:
            name: Name below `components.schemas`.
            value: Decoded JSON.
            where: Name of the value for the message.

        Raises:
            ApiError: 400, naming the place of each error.
        """
        _check(self._validators.at(f"/components/schemas/{pointer_step(name)}"), value, where)

    def check_body(self, operation: Operation, media_type: str, body: Any) -> None:
        """Check a decoded request body.

        Args:
            operation: The operation.
            media_type: Which of its media types the body has.
            body: Decoded JSON.

        Raises:
            ApiError: 400, naming the place of each error.
        """
        request_body = operation.spec["requestBody"]
        validator = self._validators.of_body(operation, "requestBody", request_body, media_type)
        _check(validator, body, "body")

    def media_types(self, operation: Operation) -> tuple[tuple[str, ...], bool]:
        """Return the media types of an operation's request body and whether a body is required.

        Args:
            operation: The operation.
        """
        found = self._media_types.get(operation.operation_id)
        if found is None:
            request_body = resolve(self._bundle, operation.spec.get("requestBody", {}))
            found = tuple(request_body.get("content", ())), bool(request_body.get("required"))
            self._media_types[operation.operation_id] = found
        return found

    def parameters(
        self,
        operation: Operation,
        path_values: Mapping[str, str],
        query: Sequence[tuple[str, str]],
        headers: Mapping[str, str],
    ) -> dict[str, Any]:
        """Read and check the parameters of a request; unknown ones are ignored.

        Args:
            operation: The operation.
            path_values: Decoded path segments by name.
            query: Decoded pairs of the query string, in order.
            headers: Headers by lower-case name.

        Returns:
            Values in the types of the document; missing parameters have their defaults, those
            without a default are left out.

        Raises:
            ApiError: 400, naming the parameter.
        """
        table = self._tables.get(operation.operation_id)
        if table is None:
            table = self._tables[operation.operation_id] = self._compile_parameters(operation)
        given: dict[str, list[str]] = {}
        for name, value in query:
            given.setdefault(name, []).append(value)
        values: dict[str, Any] = {}
        for parameter in table.parameters:
            raw: list[str] | None
            if parameter.location == "path":
                raw = [path_values[parameter.name]]
            elif parameter.location == "header":
                header = headers.get(parameter.name.lower())
                raw = None if header is None else [header]
            else:
                raw = given.get(parameter.name)
            if raw is not None:
                values[parameter.name] = _convert(parameter, raw)
        _check(table.validator, values, "parameter")
        return {**table.defaults, **values}

    def _compile_parameters(self, operation: Operation) -> _ParameterTable:
        parameters: list[_Parameter] = []
        defaults: dict[str, Any] = {}
        properties: dict[str, Any] = {}
        required: list[str] = []
        for spec in operation.spec["parameters"]:
            if spec["in"] not in {"path", "query", "header"}:
                continue
            schema = resolve(self._bundle, spec["schema"])
            items = resolve(self._bundle, schema.get("items", {}))
            is_array = _types(schema) >= {"array"}
            parameters.append(
                _Parameter(
                    name=spec["name"],
                    location=spec["in"],
                    is_array=is_array,
                    types=_types(items if is_array else schema),
                    is_time=(items if is_array else schema).get("format") == "date-time",
                )
            )
            properties[spec["name"]] = spec["schema"]
            if spec.get("required"):
                required.append(spec["name"])
            if "default" in schema:
                defaults[spec["name"]] = schema["default"]
        validator = self._validators.compile(
            {"type": "object", "properties": properties, "required": required}
        )
        return _ParameterTable(tuple(parameters), defaults, validator)


@cache
def shipped_validation() -> Validation:
    """Return the validation of the shipped document; all servers of a process share it."""
    return Validation(load_bundle())


def _types(schema: Mapping[str, Any]) -> frozenset[str]:
    stated = schema.get("type", ())
    return frozenset((stated,) if isinstance(stated, str) else stated)


def _convert(parameter: _Parameter, raw: Sequence[str]) -> Any:
    if parameter.is_array:
        return [_convert_one(parameter, value) for value in raw]
    if len(raw) > 1 and len(set(raw)) > 1:
        raise ApiError(400, f"parameter {parameter.name}: given {len(raw)} times; give one value")
    return _convert_one(parameter, raw[0])


def _convert_one(parameter: _Parameter, raw: str) -> Any:
    """Convert the text of a parameter to its type; text that does not fit is left to the check."""
    types = parameter.types
    if "boolean" in types and raw.lower() in _BOOLEANS:
        return _BOOLEANS[raw.lower()]
    if "integer" in types and _INTEGER.fullmatch(raw):
        return int(raw)
    if "number" in types and _NUMBER.fullmatch(raw):
        return float(raw)
    if parameter.is_time:
        # an unencoded "+" arrives as a blank
        zoned = _BLANK_ZONE.fullmatch(raw)
        return f"{zoned[1]}+{zoned[2]}" if zoned else raw
    if parameter.name == "sort" and raw.startswith(" "):
        return "+" + raw[1:]
    return raw


def _check(validator: Validator, value: Any, where: str) -> None:
    if validator.is_valid(value):
        return
    problems = [
        f"{format_place(error.instance_path, where)}: {_shorten(error.message)}"
        for error in itertools.islice(validator.iter_errors(value), _MAX_COUNTED)
    ]
    raise ApiError(400, join_problems(problems))


def _shorten(message: str) -> str:
    if len(message) <= _MAX_QUOTED_LENGTH:
        return message
    half = _MAX_QUOTED_LENGTH // 2
    return f"{message[:half]} … {message[-half:]}"
