"""Directories of SageMaker Data Capture, sent as inferences.

A capture file holds a JSON object a line: `captureData` with the input and the output of one
invocation, and `eventMetadata` with its id and time.
"""

from __future__ import annotations

import base64
import binascii
import csv
import io
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from arthurai.common.capture_events import (
    ROW_KEYS,
    VALUE_KEYS,
    CaptureError,
    find_list,
    find_member,
    read_text,
)
from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.common.text import quote_value
from arthurai.model.send_setup import upload_schema

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    from arthurai.common.attribute_spec import AttributeSpec
    from arthurai.model.model import ArthurModel
    from arthurai.upload.row_outcomes import SendResult
    from arthurai.upload.upload_schema import UploadSchema

logger = logging.getLogger(__name__)

_PATTERN: Final = "*.jsonl"
_MAX_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class CaptureProblem:
    """What is wrong with a line of a capture file.

    Attributes:
        file: Path of the file.
        line: Number of the line, from 1.
        reason: What is wrong.
    """

    file: Path
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(slots=True)
class CaptureResult:
    """What became of a directory of captures.

    Attributes:
        sent: The outcome of the rows that were sent.
        problems: Lines that could not be read, and lines whose rows were not accepted.
        files: Number of files.
    """

    sent: SendResult
    problems: list[CaptureProblem]
    files: int


@dataclass(slots=True)
class CaptureReader:
    """Reads the capture files of a directory, and remembers where its rows come from.

    Attributes:
        schema: The model's attributes.
        files: The files, in the order of their paths, which is that of time.
        problems: Lines that could not be read.
        origins: File and line of each row, in the order of the rows.
    """

    schema: UploadSchema
    files: Sequence[Path]
    problems: list[CaptureProblem] = field(default_factory=list)
    origins: list[tuple[Path, int]] = field(default_factory=list)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the inferences as `send_inferences` takes them."""
        for file in self.files:
            with file.open("rb") as lines:
                for number, line in enumerate(lines, 1):
                    if not line.strip():
                        continue
                    try:
                        found = read_event(self.schema, line)
                    except CaptureError as error:
                        self.problems.append(CaptureProblem(file, number, str(error)))
                        continue
                    self.origins += [(file, number)] * len(found)
                    yield from found


def send_captures(
    model: ArthurModel,
    directory_path: str | os.PathLike[str],
    *,
    fail_silently: bool = False,
    strict: bool = False,
    **options: Any,
) -> CaptureResult:
    """Send the capture files of a directory and those below it.

    Each event becomes an inference with the id of the event (its `inferenceId`, if the caller of
    the endpoint gave one) and its time; an event of several rows becomes `<id>_0`, `<id>_1` and so
    on. Inputs and outputs without names are taken in the order of the model's attributes. An
    event that was sent before changes nothing.

    Args:
        model: The saved model.
        directory_path: The directory, such as a copy of `<prefix>/<endpoint>/<variant>`.
        fail_silently: Return and log lines that were not accepted, instead of raising.
        strict: Send nothing when anything is wrong.
        **options: Further arguments of `send_inferences`, such as `redact` and `sample`.

    Returns:
        The outcome of the rows, and the lines that were not accepted.

    Raises:
        UserTypeError: `directory_path` is not a path.
        UserValueError: There are no capture files, or lines were not accepted; the message names
            file and line. All others were sent, unless the call is strict.
        ArthurError: Sending failed.
    """
    reader = open_captures(model, directory_path)
    rows: Any = reader.rows()
    if strict:
        rows = list(rows)
        _raise_problems(reader.problems, "nothing was sent")
    sent = model.send_inferences(rows, fail_silently=True, strict=strict, **options)
    problems = list(reader.problems)
    for failure in sent.failures:
        if failure.row is not None:
            file, line = reader.origins[failure.row]
            problems.append(CaptureProblem(file, line, f"{failure.outcome}: {failure.message}"))
    if fail_silently:
        for problem in problems:
            logger.warning("not accepted: %s", problem)
    else:
        _raise_problems(problems, sent.summary())
    return CaptureResult(sent, problems, len(reader.files))


def open_captures(model: ArthurModel, directory_path: str | os.PathLike[str]) -> CaptureReader:
    """Return a reader of the capture files of a directory, for sending their rows oneself.

    Args:
        model: The model.
        directory_path: The directory.

    Raises:
        UserTypeError: `directory_path` is not a path.
        UserValueError: There are no capture files.
    """
    try:
        directory = Path(directory_path)
    except TypeError:
        raise UserTypeError(
            f"`directory_path` must be the path of a directory, got {directory_path!r:.60}"
        ) from None
    files = sorted(directory.rglob(_PATTERN)) if directory.is_dir() else []
    if not files:
        raise UserValueError(
            f"`directory_path` must be a directory with capture files ({_PATTERN}), also in "
            f"folders below it, got {str(directory)!r}"
        )
    return CaptureReader(upload_schema(model), files)


def _raise_problems(problems: Sequence[CaptureProblem], outcome: str) -> None:
    if not problems:
        return
    more = len(problems) - _MAX_NAMED
    named = "; ".join(map(str, problems[:_MAX_NAMED])) + (f"; and {more} more" if more > 0 else "")
    raise UserValueError(
        f"{len(problems)} lines were not accepted: {named}. {outcome}. Correct or remove them, or "
        "pass fail_silently=True to get them returned"
    )


# -- one event -------------------------------------------------------------------------------------


def read_event(schema: UploadSchema, line: bytes) -> list[dict[str, Any]]:
    """Return the inferences of one line of a capture file.

    Args:
        schema: The model's attributes.
        line: The line.

    Raises:
        ValueError: It cannot be read; the message says why.
    """
    event = _decode(line, "the line")
    metadata, data = find_member(event, "eventMetadata"), find_member(event, "captureData")
    name = metadata.get("inferenceId") or metadata.get("eventId")
    if not isinstance(name, str):
        raise CaptureError("eventMetadata.eventId is missing")
    time = metadata.get("inferenceTime")
    if not isinstance(time, str):
        raise CaptureError("eventMetadata.inferenceTime is missing")
    inputs = _payload(data, "endpointInput", schema.inputs)
    outputs = _payload(data, "endpointOutput", schema.predicted)
    if len(inputs) != len(outputs):
        raise CaptureError(f"{len(inputs)} inputs, but {len(outputs)} outputs")
    if not inputs:
        raise CaptureError("the event has no rows")
    return [
        {
            **given,
            **found,
            "partner_inference_id": f"{name}_{number}" if len(inputs) > 1 else name,
            "inference_timestamp": time,
        }
        for number, (given, found) in enumerate(zip(inputs, outputs, strict=True))
    ]


def _decode(text: bytes | str, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise CaptureError(f"{what} is not JSON: {error}") from None


def _payload(
    data: Mapping[str, Any], side: str, attributes: Sequence[AttributeSpec]
) -> list[dict[str, Any]]:
    part = find_member(data, side)
    content, encoding = part.get("data"), str(part.get("encoding", "")).upper()
    if not isinstance(content, str):
        raise CaptureError(f"{side}.data is missing")
    if encoding == "BASE64":
        content, encoding = _decode_base64(content, side), _find_encoding(part, side)
    if encoding == "CSV":
        return [_name(row, attributes, side) for row in _read_csv(content, side)]
    if encoding == "JSON":
        return [_name(row, attributes, side) for row in _read_json(content, side)]
    raise CaptureError(f"{side}.encoding must be CSV, JSON or BASE64, got {quote_value(encoding)}")


def _decode_base64(content: str, side: str) -> str:
    try:
        return base64.b64decode(content, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise CaptureError(f"{side}.data is not text in BASE64: {error}") from None


def _find_encoding(part: Mapping[str, Any], side: str) -> str:
    """Return the encoding of a payload in BASE64 by its content type."""
    kind = str(part.get("observedContentType", "")).partition(";")[0].strip().lower()
    for encoding in ("CSV", "JSON"):
        if encoding.lower() in kind:
            return encoding
    raise CaptureError(
        f"{side}.observedContentType must be one of CSV or JSON where the encoding is BASE64, got "
        f"{quote_value(kind)}"
    )


def _read_csv(content: str, side: str) -> list[list[str]]:
    try:
        return [row for row in csv.reader(io.StringIO(content), strict=True) if row]
    except csv.Error as error:
        raise CaptureError(f"{side}.data is not CSV: {error}") from None


def _read_json(content: str, side: str) -> list[Any]:
    """Return the rows of a payload: one object, one list of values, rows, or JSON lines."""
    lines = [line for line in content.splitlines() if line.strip()]
    if len(lines) > 1 and all(line.lstrip()[:1] in "{[" for line in lines):
        try:
            return [orjson.loads(line) for line in lines]
        except orjson.JSONDecodeError:
            pass  # one document that is written over several lines
    found = _decode(content, f"{side}.data")
    if isinstance(found, Mapping):
        rows = find_list(found, ROW_KEYS)
        return [found] if rows is None else list(rows)
    if isinstance(found, list) and any(isinstance(row, list | Mapping) for row in found):
        return found
    return [found]


def _name(row: Any, attributes: Sequence[AttributeSpec], side: str) -> dict[str, Any]:
    """Return the values of a row by attribute."""
    if isinstance(row, Mapping):
        values = find_list(row, VALUE_KEYS)
        return dict(row) if values is None else _name(values, attributes, side)
    values = row if isinstance(row, list) else [row]
    known = list(attributes)
    if side == "endpointOutput" and len(values) == 1 and len(known) == 2:  # noqa: PLR2004 - classes
        known = known[1:]  # the probability of the positive class says that of the other
    if len(values) != len(known):
        raise CaptureError(f"{side} has {len(values)} values for {len(known)} attributes")
    return {
        attribute.name: read_text(attribute.value_type, value) if isinstance(value, str) else value
        for attribute, value in zip(known, values, strict=True)
    }
