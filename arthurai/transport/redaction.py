"""Redaction: keeping credentials out of what people read."""

from __future__ import annotations

import json
import re
import threading
from typing import Final
from urllib.parse import quote, urlsplit

from arthurai.transport import fork_safety

MASK: Final = "***"
_MIN_SECRET_LENGTH: Final = 4
_SECRET_QUERY_NAME: Final = re.compile(
    r"token|secret|passw|credential|signature|api[-_]?key|access[-_]?key|auth|session|^sig$|^key$",
    re.IGNORECASE,
)


class Redactor:
    """Replaces known secrets in strings, also in their percent-encoded and JSON-escaped forms."""

    def __init__(self) -> None:
        self._forms: tuple[str, ...] = ()
        self._lock = threading.Lock()
        fork_safety.watch(self)

    def after_fork(self) -> None:
        """Replace the lock, which a thread of the parent may hold."""
        self._lock = threading.Lock()

    def add(self, secret: str | None) -> None:
        """Remember a secret. Strings shorter than four characters are too common to be masked."""
        if secret is None or len(secret) < _MIN_SECRET_LENGTH:
            return
        forms = {secret, quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1]}
        with self._lock:
            self._forms = tuple(sorted({*self._forms, *forms}, key=len, reverse=True))

    def __call__(self, text: str) -> str:
        """Return a string with every known secret masked."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, MASK)
        return text

    def __repr__(self) -> str:
        return f"Redactor({len(self._forms)} forms)"


def redact_url(url: str) -> str:
    """Return an address for messages: without user, fragment and secret values of the query."""
    parts = urlsplit(url)
    netloc = parts.netloc.rpartition("@")[2]
    address = f"{parts.scheme}://{netloc}{parts.path}" if parts.scheme else f"{netloc}{parts.path}"
    if not parts.query:
        return address
    pairs = []
    for pair in parts.query.split("&"):
        name, equals, _ = pair.partition("=")
        secret = equals and _SECRET_QUERY_NAME.search(name)
        pairs.append(f"{name}={MASK}" if secret else pair)
    return f"{address}?{'&'.join(pairs)}"


def one_line(text: str, limit: int) -> str:
    """Fold untrusted text into one line of at most `limit` printable characters."""
    # Cutting first keeps text of many megabytes from being folded whole.
    folded = re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", text[: limit * 4]).strip()
    return folded if len(folded) <= limit else f"{folded[: limit - 1]}…"
