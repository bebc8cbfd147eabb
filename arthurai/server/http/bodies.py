"""Decoding of request bodies, which are untrusted."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from typing import IO, TYPE_CHECKING, Any, Final, cast

import orjson
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header
from werkzeug.wsgi import get_input_stream

from arthurai.server.bounded_json import TooMuchJsonError, count_containers, load_json
from arthurai.server.http.api_errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from wsgiref.types import WSGIEnvironment

JSON: Final = "application/json"
MULTIPART: Final = "multipart/form-data"
URL_ENCODED: Final = "application/x-www-form-urlencoded"
MAX_DEPTH: Final = 64
MAX_FORM_PARTS: Final = 100
MAX_FIELD_BYTES: Final = 8 * 2**20
_GZIP: Final = frozenset({"gzip", "x-gzip"})
_PLAIN: Final = frozenset({"", "identity"})
_CHUNK_BYTES: Final = 2**20
_CONTAINERS: Final = frozenset({dict, list})


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file part of a multipart body; large ones are spooled to disk.

    Attributes:
        filename: Name given by the client; never to be used as a path.
        content_type: Media type given by the client, or an empty string.
        stream: Seekable binary stream at its beginning; closed after the response.
        size: Length in bytes.
    """

    filename: str
    content_type: str
    stream: IO[bytes]
    size: int

    def read(self) -> bytes:
        """Return the whole content."""
        self.stream.seek(0)
        return self.stream.read()


@dataclass(frozen=True, slots=True)
class Form:
    """A decoded form body.

    Attributes:
        files: File parts by part name.
        fields: Text parts by part name.
    """

    files: Mapping[str, UploadedFile] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """Return a part as text, whether it came as a field or as a file; `None` if absent.

        Args:
            name: Name of the part.

        Raises:
            ApiError: 400 when the part is a file that is not UTF-8.
        """
        if name in self.fields:
            return self.fields[name]
        if name not in self.files:
            return None
        try:
            return self.files[name].read().decode()
        except UnicodeDecodeError:
            raise ApiError(400, f"part {name}: not UTF-8 text") from None

    def digest(self) -> bytes:
        """Return a SHA-256 digest of all parts; it does not depend on their order."""
        digest = hashlib.sha256()
        for name, value in sorted(self.fields.items()):
            content = value.encode("utf-8", "surrogatepass")
            digest.update(repr((name, len(content))).encode("utf-8", "surrogatepass") + content)
        for name, file in sorted(self.files.items()):
            digest.update(repr((name, file.size)).encode("utf-8", "surrogatepass"))
            file.stream.seek(0)
            while chunk := file.stream.read(_CHUNK_BYTES):
                digest.update(chunk)
            file.stream.seek(0)
        return digest.digest()


def parse_media_type(
    environ: WSGIEnvironment, accepted: Sequence[str], *, must_be_stated: bool = False
) -> str:
    """Return which accepted media type the request body has.

    A body without a `Content-Type` is taken as JSON where JSON is accepted.

    Args:
        environ: The WSGI environment.
        accepted: Media types of the operation.
        must_be_stated: Whether to refuse a body without a `Content-Type`, which a page of another
            origin can send without asking the server first.

    Raises:
        ApiError: 415 for another media type or a character set other than UTF-8.
    """
    header = environ.get("CONTENT_TYPE", "")
    if header == JSON and JSON in accepted:
        return JSON
    stated, options = parse_options_header(header)
    stated = stated.lower()
    if not stated and JSON in accepted and not must_be_stated:
        return JSON
    if stated.startswith("application/") and stated.endswith("+json"):
        stated = JSON
    if stated not in accepted:
        raise ApiError(
            415, f"content type {stated[:100]!r} is not accepted here; use {' or '.join(accepted)}"
        )
    charset = options.get("charset", "utf-8").lower().replace("_", "-")
    if charset not in {"utf-8", "utf8", "us-ascii", "ascii"}:
        raise ApiError(415, f"character set {charset[:50]!r} is not accepted; send UTF-8")
    return stated


def has_body(environ: WSGIEnvironment) -> bool:
    """Return whether a request has a body, as far as its headers say."""
    length = str(environ.get("CONTENT_LENGTH") or "")
    if length:
        return length != "0"
    if "chunked" in str(environ.get("HTTP_TRANSFER_ENCODING", "")).lower():
        return True
    return bool(environ.get("wsgi.input_terminated")) and bool(environ.get("CONTENT_TYPE"))


def read_body(environ: WSGIEnvironment, limit: int) -> bytes:
    """Return the whole request body, decompressed.

    Args:
        environ: The WSGI environment.
        limit: Maximum number of bytes, on the wire and decompressed.

    Raises:
        ApiError: 413 above the limit, 400 when the client disconnected or the body is not a gzip
            stream, 415 for another encoding.
    """
    encoding = _content_encoding(environ)
    try:
        stream = _CappedStream(environ, limit)
        if encoding in _GZIP:
            return _decompress(cast("IO[bytes]", stream), limit)
        if encoding not in _PLAIN:
            raise _unsupported_encoding(encoding, "gzip or none")
        return stream.read()
    except ClientDisconnected:
        raise ApiError(400, "the body ended early") from None


def _content_encoding(environ: WSGIEnvironment) -> str:
    return str(environ.get("HTTP_CONTENT_ENCODING", "")).strip().lower()


def _unsupported_encoding(encoding: str, accepted: str) -> ApiError:
    return ApiError(
        415,
        f"content encoding {encoding[:50]!r} is not accepted here; use {accepted}",
        [("Accept-Encoding", "gzip" if accepted.startswith("gzip") else "identity")],
    )


def _decompress(stream: IO[bytes], limit: int) -> bytes:
    """Decompress in chunks, so that a small body cannot grow beyond the limit."""
    chunks: list[bytes] = []
    room = limit
    try:
        with gzip.GzipFile(fileobj=stream, mode="rb") as decompressed:
            while chunk := decompressed.read(min(_CHUNK_BYTES, room + 1)):
                room -= len(chunk)
                if room < 0:
                    raise too_large(limit)
                chunks.append(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ApiError(400, f"the body cannot be decompressed: {error}") from None
    return b"".join(chunks)


class _CappedStream:
    """The body of a request, refused as soon as more than the limit has arrived."""

    def __init__(self, environ: WSGIEnvironment, limit: int) -> None:
        self._stream = get_input_stream(environ)
        self._limit = limit
        self._taken = 0
        length = str(environ.get("CONTENT_LENGTH") or "0")
        if length.isdecimal() and int(length) > limit:
            raise too_large(limit)

    def read(self, size: int = -1) -> bytes:
        room = self._limit + 1 - self._taken
        wanted = room if size < 0 else min(size, room)
        chunks: list[bytes] = []
        # The stream makes room for as much as it is asked for, whatever there is.
        while wanted and (chunk := self._stream.read(min(wanted, _CHUNK_BYTES))):
            chunks.append(chunk)
            self._taken += len(chunk)
            wanted -= len(chunk)
            if size >= 0:
                break
        if self._taken > self._limit:
            raise too_large(self._limit)
        return b"".join(chunks)


@dataclass(frozen=True, slots=True)
class JsonText:
    """A JSON body that is not decoded yet.

    Attributes:
        content: The text.
        max_rows: Items that it may have where it is an array.
    """

    content: bytes
    max_rows: int

    def decode(self) -> Any:
        """Return its value, see `decode_json`."""
        return decode_json(self.content, self.max_rows)


def decode_json(content: bytes, max_rows: int) -> Any:
    """Decode a JSON body.

    NaN, infinities, lone surrogates, encodings other than UTF-8 and numbers beyond the range of a
    double are refused; the last value of a repeated key counts, as in Python's own reader.

    Args:
        content: The body.
        max_rows: Items that the body may have where it is an array.

    Raises:
        ApiError: 400, naming the error and its place, 413 for too many values, objects and arrays.
    """
    try:
        value = load_json(content)
    except TooMuchJsonError as error:
        raise ApiError(413, f"the body has {error}; send it in smaller parts") from None
    except orjson.JSONDecodeError as error:
        raise ApiError(400, f"the body is not valid JSON: {error}") from None
    if type(value) is list and len(value) > max_rows:
        raise ApiError(
            413, f"the body has {len(value):,} rows; send at most {max_rows:,} at a time"
        )
    if count_containers(content) > MAX_DEPTH:
        _check_depth(value)
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        deeper: list[Any] = []
        for container in level:
            members = container.values() if type(container) is dict else container
            if not _CONTAINERS.isdisjoint(map(type, members)):  # much faster, and mostly enough
                deeper += [m for m in members if type(m) in _CONTAINERS]
        if not deeper:
            return
        level = deeper
    raise ApiError(400, f"the body is nested deeper than {MAX_DEPTH} levels")


def decode_form(environ: WSGIEnvironment, limit: int) -> Form:
    """Decode a form body; file parts above half a megabyte are spooled to disk.

    Args:
        environ: The WSGI environment.
        limit: Maximum number of bytes.

    Raises:
        ApiError: 413 above the limit, 400 for a malformed body, or a part that is repeated or has
            no name, 415 for an encoded one.
    """
    if (encoding := _content_encoding(environ)) not in _PLAIN:
        raise _unsupported_encoding(
            encoding, "none: the files of a form are compressed on their own"
        )
    stated, options = parse_options_header(environ.get("CONTENT_TYPE", ""))
    parser = FormDataParser(
        max_form_memory_size=MAX_FIELD_BYTES,
        max_form_parts=MAX_FORM_PARTS,
        silent=False,
    )
    try:
        stream = cast("IO[bytes]", _CappedStream(environ, limit))
        _, fields, files = parser.parse(stream, stated.lower(), None, options)
    except RequestEntityTooLarge:
        raise ApiError(
            413,
            f"the form has more than {MAX_FORM_PARTS} parts, or a text part or the headers of a "
            f"part have more than {MAX_FIELD_BYTES} bytes; send large content as a file",
        ) from None
    except ClientDisconnected:
        raise ApiError(400, "the body ended early") from None
    except ValueError as error:
        raise ApiError(400, f"the form cannot be read: {error}") from None
    names = Counter(name for name, _ in chain(fields.items(multi=True), files.items(multi=True)))
    if None in names:
        raise ApiError(400, "the form has a part without a readable name; name each part")
    for name, times in names.items():
        if times > 1:
            raise ApiError(400, f"part {name[:100]}: sent {times} times; send it once")
    return Form(
        files={name: _to_uploaded_file(storage) for name, storage in files.items()},
        fields=dict(fields.items()),
    )


def _to_uploaded_file(storage: Any) -> UploadedFile:
    stream = cast("IO[bytes]", storage.stream)
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return UploadedFile(storage.filename or "", storage.mimetype or "", stream, size)


def too_large(limit: int) -> ApiError:
    """Return the error for a body above the limit."""
    return ApiError(413, f"the body is larger than {limit} bytes; send it in smaller parts")
