"""Reading the body of a response, up to a limit, whatever its encoding does."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ACCEPTED_ENCODINGS: Final = "gzip, deflate"
_PLAIN: Final = frozenset({"", "identity"})
_KNOWN: Final = frozenset({"gzip", "x-gzip", "deflate"})
_GZIP_OR_ZLIB: Final = zlib.MAX_WBITS | 32
_RAW_DEFLATE: Final = -zlib.MAX_WBITS


def read_body(
    response: httpx.Response, limit: int, check: Callable[[], None] = lambda: None
) -> bytes:
    """Return a decompressed body, or a little more than the limit of a longer one.

    The HTTP library would decompress each chunk as a whole, and encodings within encodings each in
    turn: kilobytes can become gigabytes before anything is counted.

    Args:
        response: A response whose body has not been read.
        limit: Number of bytes.
        check: Called for each piece that arrives; it may raise to give up.

    Raises:
        httpx.DecodingError: The body cannot be decompressed, or is compressed in a way that was not
            asked for.
    """
    if response.is_stream_consumed:  # somebody who watches the traffic has read it
        return response.content[: limit + 1]
    stated = response.headers.get("content-encoding", "").lower().split(",")
    encodings = [name.strip() for name in stated if name.strip() not in _PLAIN]
    chunks = _checked(response.iter_raw(), check)
    if encodings:
        if len(encodings) > 1 or encodings[0] not in _KNOWN:
            raise httpx.DecodingError(
                f"the content encoding {', '.join(encodings)[:100]!r} was not asked for"
            )
        chunks = _decompress(chunks, limit)
    read, size = [], 0
    for chunk in chunks:
        read.append(chunk)
        size += len(chunk)
        if size > limit:
            break
    return b"".join(read)


def _checked(chunks: Iterable[bytes], check: Callable[[], None]) -> Iterator[bytes]:
    for chunk in chunks:
        check()
        yield chunk


def _decompress(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """Yield decompressed data, at most `limit` bytes and one at a time."""
    decompressor = zlib.decompressobj(_GZIP_OR_ZLIB)
    is_first = True
    try:
        for chunk in chunks:
            waiting = chunk
            while waiting:
                if decompressor.eof:  # gzip may have several members
                    decompressor = zlib.decompressobj(_GZIP_OR_ZLIB)
                try:
                    found = decompressor.decompress(waiting, limit + 1)
                except zlib.error:
                    if not is_first:
                        raise
                    # some servers send deflate without its header
                    decompressor = zlib.decompressobj(_RAW_DEFLATE)
                    found = decompressor.decompress(waiting, limit + 1)
                is_first = False
                waiting = decompressor.unused_data or decompressor.unconsumed_tail
                yield found
    except zlib.error as error:
        raise httpx.DecodingError(f"the body cannot be decompressed: {error}") from error
    if not is_first and not decompressor.eof:
        raise httpx.DecodingError("the compressed body ends early")
