"""A request of a run in forms to repeat it with: one line, curl, Python; without credentials."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.settings import KEY_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_SHOWN_BYTES: Final = 300
_MAX_REPEATED_BYTES: Final = 4000
_ORGANIZATION_HEADER: Final = "Arthur-Organization-ID"


@dataclass(frozen=True, slots=True)
class Repeatable:
    """A request as it was sent.

    Attributes:
        method: HTTP method in capitals.
        server: Address of the server.
        url: Path and query.
        headers: Headers beyond credential and organization.
        content: The body; `None` for none or for parts of a form.
        parts: Names and file names of the parts of a form.
        credential: Whose credential was sent: `own`, `none`, or another one of the run.
        organization_id: The organization it was for, `None` for the caller's own.
    """

    method: str
    server: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes | None = None
    parts: tuple[tuple[str, str], ...] = ()
    credential: str = "own"
    organization_id: str | None = None

    def __str__(self) -> str:
        """Return method, address and the beginning of the body, in one line."""
        content = self.content or b""
        text = content[:_MAX_SHOWN_BYTES].decode("utf-8", "replace")
        body = f" {text}{'…' if len(content) > _MAX_SHOWN_BYTES else ''}" if content else ""
        return f"{self.method} {self.url}{body}"

    def to_curl(self) -> str:
        """Return a command line; the key comes from the environment."""
        words = ["curl", "-sS", "-i"]
        if self.method == "HEAD":
            words.append("--head")
        elif self.method != "GET":
            words += ["-X", self.method]
        line = [shlex.join(words)]
        variable = self._variable()
        if variable:
            line.append(f'-H "Authorization: ${variable}"')
        line += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in self._shown_headers()]
        line += [f"-F {shlex.quote(f'{name}=@{file}')}" for name, file in self.parts]
        if self.content:
            line.append(f"--data-binary {shlex.quote(self._body())}")
        return " ".join([*line, shlex.quote(f"{self.server}{self.url}")])

    def to_python(self) -> str:
        """Return a statement for Python; the key comes from the environment."""
        headers = dict(self._shown_headers())
        entries = [f"{name!r}: {value!r}" for name, value in headers.items()]
        variable = self._variable()
        if variable:
            entries.insert(0, f'"Authorization": os.environ["{variable}"]')
        arguments = [repr(self.method), repr(f"{self.server}{self.url}")]
        if entries:
            arguments.append(f"headers={{{', '.join(entries)}}}")
        if self.content:
            arguments.append(f"content={self._body().encode()!r}")
        if self.parts:
            files = ", ".join(f"{name!r}: open({file!r}, 'rb')" for name, file in self.parts)
            arguments.append(f"files={{{files}}}")
        return f"import httpx, os; print(httpx.request({', '.join(arguments)}).text)"

    def redacted(self, redact: Callable[[str], str]) -> Repeatable:
        """Return the request with secrets masked.

        Args:
            redact: Masks the secrets in a text.
        """
        content = self.content
        if content is not None:
            text = content.decode("utf-8", "replace")
            masked = redact(text)
            content = content if masked == text else masked.encode()
        return Repeatable(
            self.method,
            self.server,
            redact(self.url),
            tuple((name, redact(value)) for name, value in self.headers),
            content,
            self.parts,
            self.credential,
            self.organization_id,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the request in all its forms."""
        return {"request": str(self), "curl": self.to_curl(), "python": self.to_python()}

    def _variable(self) -> str:
        """Return the environment variable of the credential, empty when none was sent."""
        if self.credential == "none":
            return ""
        if self.credential in {"own", "bearer", "cookie"}:
            return KEY_VARIABLE
        name = "".join(ch if ch.isalnum() else "_" for ch in self.credential.upper())
        return f"{KEY_VARIABLE}_{name}"

    def _shown_headers(self) -> list[tuple[str, str]]:
        known = [*self.headers]
        names = {name.lower() for name, _ in known}
        if self.organization_id and _ORGANIZATION_HEADER.lower() not in names:
            known.append((_ORGANIZATION_HEADER, self.organization_id))
        return known

    def _body(self) -> str:
        content = self.content or b""
        text = content[:_MAX_REPEATED_BYTES].decode("utf-8", "replace")
        return f"{text}…" if len(content) > _MAX_REPEATED_BYTES else text
