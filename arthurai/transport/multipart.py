"""Files as parts of a multipart body, streamed from where they are."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from arthurai.common.exceptions import UserTypeError, UserValueError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(?:; ?[\w-]+=[\w.-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class FilePart:
    """One file of an upload.

    Attributes:
        name: Name of the form field.
        filename: Name the server is told.
        source: The content, or the path of a file that is read while it is sent.
        content_type: Its media type.
    """

    name: str
    filename: str
    source: bytes | Path = field(repr=False)
    content_type: str = "application/octet-stream"

    def __post_init__(self) -> None:
        if not isinstance(self.source, bytes | Path):
            raise UserTypeError(
                f"the source of part {self.name!r} must be bytes or a Path, got "
                f"{type(self.source).__name__}"
            )
        if not _MEDIA_TYPE.fullmatch(self.content_type):
            raise UserValueError(
                f"content_type={self.content_type!r} of part {self.name!r} is no media type"
            )


@contextlib.contextmanager
def opened(
    parts: Sequence[FilePart],
) -> Iterator[list[tuple[str, tuple[str, bytes | BinaryIO, str]]]]:
    """Open the files of an upload for as long as it takes.

    The HTTP library rewinds each of them before every attempt.

    Raises:
        UserValueError: A file cannot be opened.
    """
    with contextlib.ExitStack() as stack:
        fields: list[tuple[str, tuple[str, bytes | BinaryIO, str]]] = []
        for part in parts:
            content: bytes | BinaryIO
            if isinstance(part.source, bytes):
                content = part.source
            else:
                try:
                    content = stack.enter_context(part.source.open("rb"))
                except OSError as fault:
                    raise UserValueError(
                        f"cannot read {str(part.source)!r} for part {part.name!r}: {fault.strerror}"
                    ) from fault
            fields.append((part.name, (part.filename, content, part.content_type)))
        yield fields
