"""Warnings of the calling thread, whatever other threads do with `warnings`.

`pytest.warns` stands on `warnings.catch_warnings`, which changes the module for all threads: a
thread of an embedded server that enters and leaves it meanwhile, as scikit-learn does in every
fit, takes the recorder away. Here the functions that warn are replaced, which it does not touch.
"""

from __future__ import annotations

import contextlib
import re
import threading
import warnings
from typing import NamedTuple
from unittest import mock


class Warned(NamedTuple):
    """A warning; `filename` is known of those that name it, as `warn_explicit` does."""

    category: type[Warning]
    message: str
    filename: str | None = None


@contextlib.contextmanager
def warns(category, match=""):
    """Require that this thread warns; like `pytest.warns`, and with an embedded server at work.

    Args:
        category: Class of the warning.
        match: Regular expression that its message must contain.

    Yields:
        The warnings so far, of any class.
    """
    thread = threading.get_ident()
    warned = []
    warn, warn_explicit = warnings.warn, warnings.warn_explicit

    def record(message, category=None, *args, **options):
        if threading.get_ident() != thread:
            warn(message, category, *args, **options)
        elif isinstance(message, Warning):
            warned.append(Warned(type(message), str(message)))
        else:
            warned.append(Warned(category or UserWarning, message))

    def record_explicit(message, category, filename, *args, **options):
        if threading.get_ident() != thread:
            warn_explicit(message, category, filename, *args, **options)
        else:
            warned.append(Warned(category, str(message), filename))

    with (
        mock.patch("warnings.warn", record),
        mock.patch("warnings.warn_explicit", record_explicit),
    ):
        yield warned
    fitting = [
        w for w in warned if issubclass(w.category, category) and re.search(match, w.message)
    ]
    assert fitting, f"no {category.__name__} matches {match!r}; there were {warned}"
