"""Fork safety: what has to be replaced in a child process after `os.fork`.

A lock may be held by a thread that does not exist in the child, and a socket shared with the parent
must not be used by both. Objects that own such things register here.
"""

from __future__ import annotations

import os
import weakref
from typing import Protocol


class ForkAware(Protocol):
    """Something that replaces its locks and connections in a forked child."""

    def after_fork(self) -> None:
        """Replace locks and connections; called in the child, before anything else runs."""
        ...


_watched: dict[int, weakref.ref[ForkAware]] = {}


def watch(thing: ForkAware) -> None:
    """Call `thing.after_fork()` in every child that is forked while the object lives."""
    key = id(thing)
    _watched[key] = weakref.ref(thing, lambda _: _watched.pop(key, None))


def _in_child() -> None:
    for reference in list(_watched.values()):
        thing = reference()
        if thing is not None:
            thing.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
