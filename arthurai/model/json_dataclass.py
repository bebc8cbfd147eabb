"""The base of all data classes that are sent and received as JSON."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any, ClassVar, Self, cast

import orjson

from arthurai.common.exceptions import (
    MissingParameterError,
    UserTypeError,
    UserValueError,
    wrap_errors,
)
from arthurai.common.html_display import format_fields

NumberType = int | float

_JSON_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS


class MissingFieldError(MissingParameterError, KeyError):
    """A dictionary lacks a key that the data class needs."""

    def __str__(self) -> str:
        return str(self.args[0])


@wrap_errors
class ArthurBaseJsonDataclass:
    """Base of data classes that turn into JSON objects and back.

    Subclasses are dataclasses. A field that holds other such data classes, alone or in a list, is
    named in `_nested` together with their class. Notebooks show the `_shown_fields` of several.
    """

    _nested: ClassVar[Mapping[str, type[ArthurBaseJsonDataclass]]] = {}
    _shown_fields: ClassVar[tuple[str, ...]] = ()

    def _repr_html_(self) -> str:
        return format_fields(type(self).__name__, self.to_dict())

    @staticmethod
    def clean_nones(d: Any) -> Any:
        """Drop `None` members at every depth of a JSON value.

        Args:
            d: A JSON value; dictionaries and lists are copied, not changed.

        Returns:
            The value without `None` members and items. Empty containers stay.
        """
        if isinstance(d, Mapping):
            return {
                key: ArthurBaseJsonDataclass.clean_nones(value)
                for key, value in d.items()
                if value is not None
            }
        if isinstance(d, list):
            return [ArthurBaseJsonDataclass.clean_nones(item) for item in d if item is not None]
        return d

    def to_dict(self, skip_none: bool = True) -> dict[str, Any]:
        """Return the object as a dictionary of JSON values, in field order.

        Args:
            skip_none: Leave out fields that are `None`. `None` inside free-form values, such
                as a query, means something and always stays.

        Returns:
            A new dictionary that shares no container with the object.
        """
        plain = {}
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if value is not None or not skip_none:
                plain[field.name] = _to_json_value(value, skip_none=skip_none)
        return plain

    def to_json(self, skip_none: bool = True) -> str:
        """Return the object as JSON; see `to_dict`.

        Args:
            skip_none: Leave out fields that are `None`.

        Returns:
            The JSON. NaN and infinities become `null`.
        """
        return orjson.dumps(self.to_dict(skip_none=skip_none), option=_JSON_OPTIONS).decode()

    @classmethod
    def from_dict(cls, kvs: Mapping[str, Any], *, infer_missing: bool = False) -> Self:
        """Create an object from a dictionary, as `to_dict` and the API return it.

        Args:
            kvs: Field values by name. Unknown names are ignored.
            infer_missing: Set required fields that are missing to `None`.

        Returns:
            The object.

        Raises:
            UserTypeError: `kvs` is not a dictionary.
            MissingParameterError: A required field is missing; it is a `KeyError`, too.
        """
        if not isinstance(kvs, Mapping):
            raise UserTypeError(
                f"{cls.__name__}.from_dict: kvs must be a dictionary, got {type(kvs).__name__}"
            )
        values: dict[str, Any] = {}
        missing: list[str] = []
        for name, is_required in _init_fields(cast("type", cls)):
            if name in kvs:
                value, nested = kvs[name], cls._nested.get(name)
                values[name] = value if nested is None else _decode(value, nested)
            elif is_required:
                missing.append(name)
        if missing and not infer_missing:
            raise MissingFieldError(f"{cls.__name__} lacks {', '.join(map(repr, missing))}")
        return cls(**values, **dict.fromkeys(missing))

    @classmethod
    def from_json(cls, s: str | bytes, *, infer_missing: bool = False) -> Self:
        """Create an object from JSON; see `from_dict`.

        Args:
            s: JSON text of an object.
            infer_missing: Set required fields that are missing to `None`.

        Returns:
            The object.

        Raises:
            UserValueError: The text is not JSON.
            UserTypeError: The text is JSON but not an object.
            MissingParameterError: A required field is missing.
        """
        try:
            decoded = orjson.loads(s)
        except orjson.JSONDecodeError as error:
            raise UserValueError(f"{cls.__name__}.from_json: s must be JSON: {error}") from error
        return cls.from_dict(decoded, infer_missing=infer_missing)


@functools.cache
def _init_fields(cls: type) -> tuple[tuple[str, bool], ...]:
    """Return the fields that the constructor takes, and whether each is required."""
    return tuple(
        (
            field.name,
            field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING,
        )
        for field in dataclasses.fields(cls)
        if field.init
    )


def _decode(value: Any, nested: type[ArthurBaseJsonDataclass]) -> Any:
    if isinstance(value, Mapping):
        return nested.from_dict(value)
    if isinstance(value, list):
        return [_decode(item, nested) for item in value]
    return value


def _to_json_value(value: Any, *, skip_none: bool) -> Any:
    if isinstance(value, ArthurBaseJsonDataclass):
        return value.to_dict(skip_none=skip_none)
    if isinstance(value, str):
        return str.__str__(value)  # an enum member becomes its bare value
    if isinstance(value, Mapping):
        return {key: _to_json_value(item, skip_none=skip_none) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_to_json_value(item, skip_none=skip_none) for item in value]
    if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        return value.tolist()
    return value
