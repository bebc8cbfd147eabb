"""Models: from the request for a new one to its stored document, and changes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from arthurai.common.constants import TextDelimiter
from arthurai.common.limits import DEFAULT_THRESHOLD
from arthurai.common.vocabulary import InputType, OutputType
from arthurai.server.http.api_errors import ApiError
from arthurai.server.resources.attributes.service import complete_attributes
from arthurai.server.storage.warehouse.thumbnails import MAX_PIXELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from arthurai.common.documents import CreatedBy

_MODEL_MEMBERS: Final = (
    "display_name",
    "description",
    "text_delimiter",
    "pixel_height",
    "pixel_width",
    "image_class_labels",
    "expected_throughput_gb_per_day",
    "version_label",
)


def build_document(request: Mapping[str, Any], created_by: CreatedBy) -> dict[str, Any]:
    """Return the document of a new model.

    Args:
        request: A `ModelRequest` that fits its schema.
        created_by: Who creates it.

    Raises:
        ApiError: 400 when attributes are missing or contradict each other, or a member has a value
            that would fail later.
    """
    _check_members(request)
    output_type = request["output_type"]
    threshold = request.get("classifier_threshold")
    if threshold is None and output_type == OutputType.Multiclass:
        threshold = DEFAULT_THRESHOLD
    document: dict[str, Any] = {name: request.get(name) for name in _MODEL_MEMBERS}
    if document["text_delimiter"] is None and request["input_type"] == InputType.NLP:
        document["text_delimiter"] = TextDelimiter.NOT_WORD
    return {
        **document,
        "input_type": request["input_type"],
        "output_type": output_type,
        "is_batch": bool(request.get("is_batch")),
        "accuracy_enabled": request.get("accuracy_enabled") is not False,
        "classifier_threshold": threshold,
        "tags": list(dict.fromkeys(request.get("tags") or ())),
        "created_by": dict(created_by),
        "attributes": complete_attributes(request.get("attributes") or (), output_type),
    }


def _check_members(request: Mapping[str, Any]) -> None:
    """Raise for values that could be stored but never used."""
    if "\0" in request["partner_model_id"]:
        raise ApiError(400, "body.partner_model_id: must not hold a NUL character")
    check_tags(request.get("tags") or ())
    pixels = (request.get("pixel_width") or 1) * (request.get("pixel_height") or 1)
    if pixels > MAX_PIXELS:
        raise ApiError(
            400, f"body.pixel_width: times pixel_height must be at most {MAX_PIXELS} pixels"
        )
    _check_delimiter(request.get("text_delimiter"))
    explainability = (request.get("explainability_enabled") or {}).get("config") or {}
    if explainability.get("enabled"):
        raise ApiError(
            400,
            "body.explainability_enabled: explanations need the files of a project; create the "
            "model without it, then update its enrichments",
        )


def check_tags(names: Iterable[str]) -> None:
    """Raise for names of tags that no path can hold.

    Args:
        names: The names.

    Raises:
        ApiError: 400, naming the tag.
    """
    for name in names:
        if not name or "\0" in name:
            raise ApiError(
                400,
                f"body.tags: must be non-empty strings without NUL characters, got {name[:100]!r}",
            )


def _check_delimiter(delimiter: str | None) -> None:
    """Raise unless both queries (RE2) and explainers (`re`) can compile the delimiter."""
    if delimiter is None:
        return
    try:
        re.compile(delimiter)
        # only compiled: splitting by what matches the empty string never ends in pyarrow
        pc.match_substring_regex(pa.array([""]), delimiter)
    except (re.error, pa.ArrowInvalid) as error:
        raise ApiError(
            400,
            "body.text_delimiter: must be a regular expression of the RE2 syntax, got "
            f"{delimiter[:100]!r} "
            f"({str(error).partition(chr(10))[0]})",
        ) from None
