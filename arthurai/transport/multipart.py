"""Multipart bodies: files, streamed from where they are, and form fields."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from arthurai.common.exceptions import UserTypeError, UserValueError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_MEDIA_TYPE: Final = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+(?:; ?[\w-]+=[\w.-]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class FilePart:
    """One file of a multipart body.

    Attributes:
        name: Name of the form field.
        filename: File name that the server gets.
        source: The content, or the path of a file that is read while it is sent.
        content_type: The media type of the content.
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
                f"content_type of part {self.name!r} must be a media type, got "
                f"{self.content_type!r}"
            )


@contextlib.contextmanager
def open_parts(
    files: Sequence[FilePart], fields: Mapping[str, str]
) -> Iterator[list[tuple[str, tuple[str | None, bytes | BinaryIO, *tuple[str, ...]]]]]:
    """Open the files of a multipart body for as long as sending it takes.

    The HTTP library rewinds each of them before every attempt.

    Args:
        files: The files.
        fields: Form fields that are not files.

    Yields:
        The parts as the HTTP library takes them, fields first.

    Raises:
        UserValueError: A file cannot be opened.
    """
    with contextlib.ExitStack() as stack:
        parts: list[tuple[str, tuple[str | None, bytes | BinaryIO, *tuple[str, ...]]]] = [
            (name, (None, value.encode())) for name, value in fields.items()
        ]
        for part in files:
            content: bytes | BinaryIO
            if isinstance(part.source, bytes):
                content = part.source
            else:
                try:
                    content = stack.enter_context(part.source.open("rb"))
                except OSError as error:
                    raise UserValueError(
                        f"cannot read {str(part.source)!r} for part {part.name!r}: {error.strerror}"
                    ) from error
            parts.append((part.name, (part.filename, content, part.content_type)))
        yield parts
