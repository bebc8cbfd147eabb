"""Files of SageMaker Data Capture: JSON lines, each the input and output of one invocation."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, Any, Final

import orjson

from arthurai.common.capture_events import (
    ROW_KEYS,
    VALUE_KEYS,
    CaptureError,
    find_list,
    find_member,
    read_text,
)
from arthurai.common.text import quote_value
from arthurai.common.vocabulary import Stage
from arthurai.server.bounded_json import TooMuchJsonError, load_json
from arthurai.server.storage.warehouse.row_results import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from arthurai.server.model_schema import Attribute, ModelSchema

MAX_LINE_BYTES: Final = 64 * 2**20

_PIECE_ROWS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Origin:
    """The place of an inference in the file.

    Attributes:
        event_id: Id of the capture event; empty if the line has none.
        index: Place inside the event, from 0.
    """

    event_id: str
    index: int


@dataclass(slots=True)
class Capture:
    """What has been read of a capture file so far.

    Attributes:
        origins: The place of each inference.
        failures: Events that could not be read.
    """

    origins: list[Origin] = field(default_factory=list)
    failures: list[tuple[Origin, Failure]] = field(default_factory=list)

    def reject(self, event_id: str, reason: str) -> None:
        """Note that an event cannot be read."""
        failure = Failure(int(HTTPStatus.BAD_REQUEST), reason)
        self.failures.append((Origin(event_id, 0), failure))


def read_capture(
    schema: ModelSchema, stream: IO[bytes], capture: Capture
) -> Iterator[list[dict[str, Any]]]:
    """Read a capture file in pieces of bounded size.

    Inputs are in the order of the `PIPELINE_INPUT` attributes, outputs in that of the predictions,
    unless the payload names them.

    Args:
        schema: Schema of the model.
        stream: The file.
        capture: Takes the places of the inferences, and the rejected events.

    Returns:
        Lists of `Inference` objects of the API.
    """
    items: list[dict[str, Any]] = []
    stream.seek(0)
    if stream.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
        stream.seek(0)
    while line := stream.readline(MAX_LINE_BYTES + 1):
        if len(line) > MAX_LINE_BYTES:
            capture.reject("", f"the line has more than {MAX_LINE_BYTES} bytes")
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE_BYTES)
        elif line.strip():
            items += _read_event(schema, line, capture)
        if len(items) >= _PIECE_ROWS:
            yield items
            items = []
    yield items


def _read_event(schema: ModelSchema, line: bytes, capture: Capture) -> list[dict[str, Any]]:
    event_id = ""
    try:
        event = _json(line, "the line")
        metadata = find_member(event, "eventMetadata")
        event_id = _event_id(metadata)
        rows = _rows(schema, find_member(event, "captureData"))
    except CaptureError as problem:
        capture.reject(event_id, str(problem))
        return []
    name = metadata.get("inferenceId") or event_id
    capture.origins += (Origin(event_id, index) for index in range(len(rows)))
    return [
        {
            "partner_inference_id": f"{name}_{index}" if len(rows) > 1 else name,
            "inference_timestamp": metadata.get("inferenceTime"),
            "inference_data": row,
        }
        for index, row in enumerate(rows)
    ]


def _event_id(metadata: Mapping[str, Any]) -> str:
    event_id = metadata.get("eventId")
    if not isinstance(event_id, str) or not event_id:
        raise CaptureError("eventMetadata.eventId is missing")
    return event_id


def _rows(schema: ModelSchema, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    predicted = tuple(a for a in schema.by_stage(Stage.PredictedValue) if not a.implicit)
    inputs = _payload(data, "endpointInput", schema.by_stage(Stage.ModelPipelineInput))
    outputs = _payload(data, "endpointOutput", predicted)
    if len(inputs) != len(outputs):
        raise CaptureError(f"{len(inputs)} inputs, but {len(outputs)} outputs")
    if not inputs:
        raise CaptureError("the event has no inference: its payloads are empty")
    return [{**given, **found} for given, found in zip(inputs, outputs, strict=True)]


def _json(text: bytes | str, where: str) -> Any:
    try:
        return load_json(text.encode() if isinstance(text, str) else text)
    except TooMuchJsonError as error:
        raise CaptureError(f"{where} has {error}") from None
    except orjson.JSONDecodeError as error:
        raise CaptureError(f"{where} is not valid JSON ({error})") from None


def _payload(
    data: Mapping[str, Any], side: str, attributes: Sequence[Attribute]
) -> list[dict[str, Any]]:
    part = find_member(data, side)
    content, encoding = part.get("data"), str(part.get("encoding", "")).upper()
    if not isinstance(content, str):
        raise CaptureError(f"{side}.data is missing")
    if encoding == "CSV":
        rows = list(_csv_rows(content))
    elif encoding == "JSON":
        rows = _json_rows(_json(content, f"{side}.data"), side)
    else:
        raise CaptureError(f"{side}.encoding: must be CSV or JSON, got {quote_value(encoding)}")
    return [_named(row, attributes, side, is_text=encoding == "CSV") for row in rows]


def _csv_rows(content: str) -> Iterator[list[str]]:
    try:
        yield from (row for row in csv.reader(io.StringIO(content), strict=True) if row)
    except csv.Error as error:
        raise CaptureError(f"the CSV cannot be read ({error})") from None


def _json_rows(content: Any, side: str) -> list[Any]:
    rows = find_list(content, ROW_KEYS) if isinstance(content, Mapping) else None
    if rows is not None:
        return rows
    raise CaptureError(f"{side}.data: must have a list under 'instances' or 'predictions'")


def _named(
    row: Any, attributes: Sequence[Attribute], side: str, *, is_text: bool
) -> dict[str, Any]:
    if isinstance(row, Mapping):
        values = find_list(row, VALUE_KEYS)
        return dict(row) if values is None else _named(values, attributes, side, is_text=False)
    if not isinstance(row, list):
        row = [row]
    if len(row) != len(attributes):
        raise CaptureError(f"{side}: {len(row)} values for {len(attributes)} attributes")
    return {
        attribute.name: read_text(attribute.value_type, value) if is_text else value
        for attribute, value in zip(attributes, row, strict=True)
    }
