"""JSON Schema validators compiled from an OpenAPI document.

OpenAPI 3.1 schemas are JSON Schemas, so values are checked against the document itself; its
references are resolved inside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from arthurai.common.bundle import pointer_step

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from arthurai.common.bundle import Operation

_BUNDLE_URI: Final = "urn:arthurai:bundle"


class Validator(Protocol):
    """A compiled schema."""

    def is_valid(self, instance: Any) -> bool:
        """Return whether an instance has no error; faster than collecting them."""

    def iter_errors(self, instance: Any) -> Iterable[Any]:
        """Yield the errors of an instance."""


class SchemaValidators:
    """The validators of one OpenAPI document; those of its parts are compiled at first use."""

    def __init__(self, bundle: Mapping[str, Any]) -> None:
        """Register the document.

        Args:
            bundle: A document without references to other files.
        """
        import jsonschema_rs

        self._registry = jsonschema_rs.Registry(
            [(_BUNDLE_URI, dict(bundle))], draft=jsonschema_rs.Draft202012
        )
        self._validators: dict[str, Validator] = {}

    def compile(self, schema: Mapping[str, Any]) -> Validator:
        """Return the validator of a schema whose references lead into the document.

        Args:
            schema: A schema, from the document or made for the purpose.
        """
        import jsonschema_rs

        validator = jsonschema_rs.Draft202012Validator(
            _make_absolute(schema), registry=self._registry, validate_formats=True
        )
        return cast("Validator", validator)

    def at(self, pointer: str) -> Validator:
        """Return the validator of a schema of the document.

        Args:
            pointer: JSON pointer to the schema, its steps as `pointer_step` writes them.
        """
        found = self._validators.get(pointer)
        if found is None:
            found = self._validators[pointer] = self.compile({"$ref": f"#{pointer}"})
        return found

    def of_body(
        self, operation: Operation, place: str, body: Mapping[str, Any], media_type: str
    ) -> Validator:
        """Return the validator of a request body or of a response body.

        Args:
            operation: The operation it belongs to.
            place: Where it is below the operation, e.g. `"responses/200"`.
            body: What the document has there, possibly a reference.
            media_type: Which of its media types the value has.
        """
        start = (
            body["$ref"].removeprefix("#")
            if "$ref" in body
            else (f"/paths/{pointer_step(operation.path)}/{operation.method.lower()}/{place}")
        )
        return self.at(f"{start}/content/{pointer_step(media_type)}/schema")


def format_place(path: Iterable[str | int], root: str = "") -> str:
    """Return the place of an error inside a value, e.g. `"body.rows[3]"`.

    Args:
        path: Names of members and positions in lists, from the outside in.
        root: Name of the value itself.
    """
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return (root + "".join(steps)).removeprefix(".")


def _make_absolute(node: Any) -> Any:
    """Return a schema with its references pointed at the registered document."""
    if isinstance(node, dict):
        return {
            key: _BUNDLE_URI + value if key == "$ref" else _make_absolute(value)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_make_absolute(value) for value in node]
    return node
