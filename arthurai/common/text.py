"""Parts of messages: quoted values, lists of names, suggestions of similar names."""

from __future__ import annotations

import difflib
import reprlib
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MAX_QUOTED: Final = 80
_MAX_ITEMS: Final = 10
_MAX_LISTED: Final = 20
_MAX_COMPARED: Final = 80
_CUTOFF: Final = 0.6


def quote_value(value: object, limit: int = _MAX_QUOTED) -> str:
    """Return a value as it stands in a message: its `repr` on one line, shortened.

    Args:
        value: Any value, however large; one whose `repr` raises is described by its class.
        limit: Maximum number of characters of the result.
    """
    try:
        text = " ".join(_shortener(limit).repr(value).split("\n"))
    except Exception:  # noqa: BLE001 - of the value's class, or an integer with too many digits
        text = f"<{type(value).__name__} instance>"
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def safe_repr(value: object) -> str:
    """Return the `repr` of a value; one whose `repr` raises is described by its class."""
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - of the value's class, or an integer with too many digits
        return f"<{type(value).__name__} instance>"


def printable(text: str) -> str:
    """Return a text as a terminal may show it: control characters are escaped, lines stay lines.

    Args:
        text: A text of strangers, such as a name that a server stores.
    """
    return "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode("ascii")
        for c in text
    )


@cache
def _shortener(limit: int) -> reprlib.Repr:
    shortener = reprlib.Repr()
    shortener.maxstring = shortener.maxother = shortener.maxlong = limit
    shortener.maxlist = shortener.maxtuple = shortener.maxdict = shortener.maxset = _MAX_ITEMS
    return shortener


def list_names(names: Iterable[object], limit: int = _MAX_LISTED) -> str:
    """Return names or values for a message, e.g. `'a', 'b' and 3 more`; `none` without any.

    Args:
        names: The names; they are quoted.
        limit: How many to name before the rest is counted.
    """
    known: Sequence[object] = list(names)
    listed = ", ".join(quote_value(name) for name in known[:limit]) or "none"
    more = len(known) - limit
    return f"{listed} and {more} more" if more > 0 else listed


def find_similar(word: object, known: Iterable[str], limit: int = 1) -> list[str]:
    """Return the known names most similar to a word, best first; upper and lower case are equal.

    Args:
        word: What was given instead.
        known: The names to choose from.
        limit: Maximum number of results.
    """
    candidates: dict[str, str] = {}
    for name in known:
        candidates.setdefault(name.lower(), name)
    near = difflib.get_close_matches(
        str(word)[:_MAX_COMPARED].lower(), candidates, n=limit, cutoff=_CUTOFF
    )
    return [candidates[name] for name in near]


def suggest(word: object, known: Iterable[str], limit: int = 1) -> str:
    """Return `; did you mean 'x'?` for the most similar known names, an empty string without any.

    Args:
        word: What was given instead.
        known: The names to choose from.
        limit: Maximum number of names to suggest.
    """
    near = find_similar(word, known, limit)
    return f"; did you mean {' or '.join(map(quote_value, near))}?" if near else ""
