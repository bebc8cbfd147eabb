"""The names that a run gives to what it creates: which run made something, and whether it is over.

A name holds a mark of the machine, the process and the latest moment at which its run can still be
working. A later run can so remove what a run left that was killed, and leaves alone what belongs
to a run at work.
"""

from __future__ import annotations

import hashlib
import itertools
import math
import os
import re
import secrets
import socket
import time
from pathlib import Path
from typing import Final

PREFIX: Final = "arthurai-contract"
"""The start of every name that a run gives to something it creates."""

CLEAN_UP_SECONDS: Final = 300
"""How long after its last request a run may need to remove what it created."""

_MARK: Final = re.compile(
    r"(?P<machine>[0-9a-f]{4})-(?P<process>[0-9a-f]+)-(?P<start>[0-9a-f]+)"
    r"-(?P<end>[0-9a-f]{7,})-[0-9a-f]{4}(?![0-9a-f])"
)
_MAX_START: Final = 1 << 20
_serial: Final = itertools.count(1)
_at_work: Final[set[str]] = set()


def _machine() -> str:
    """Return what tells this machine, as long as it runs, from others."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    known = boot.read_text() if boot.exists() else ""
    return hashlib.sha256(f"{socket.gethostname()} {known}".encode()).hexdigest()[:4]


def _process_start(process: int) -> int:
    """Return a number that depends on when a process started; 0 where the system does not say."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return 0
    return int(status.rpartition(")")[2].split()[19]) % _MAX_START


def _new_mark(seconds: float) -> str:
    process = os.getpid()
    end = math.ceil((time.time() + seconds + CLEAN_UP_SECONDS) / 60)
    parts = (f"{process:x}", f"{_process_start(process):x}", f"{end:07x}")
    return "-".join((_machine(), *parts, secrets.token_hex(2)))


_marks: Final[list[str]] = [_new_mark(0)]


def begin(seconds: float) -> str:
    """Start naming things for a new run.

    Args:
        seconds: How long the run may send requests.

    Returns:
        Its mark, which every name holds.
    """
    mark = _new_mark(seconds)
    _marks.append(mark)
    _at_work.add(mark)
    return mark


def end(mark: str) -> None:
    """Say that a run is over, so that what it left may be removed.

    Args:
        mark: The mark of the run.
    """
    _at_work.discard(mark)
    if mark in _marks:
        _marks.remove(mark)


def name(kind: str) -> str:
    """Return a new name.

    Args:
        kind: What the name is for.
    """
    return f"{PREFIX}-{kind}-{_marks[-1]}-{next(_serial)}"


def is_of_run(text: object, mark: str) -> bool:
    """Return whether a run gave a name.

    Args:
        text: The name, or anything else.
        mark: The mark of the run.
    """
    return isinstance(text, str) and PREFIX in text and mark in text


def is_left_behind(text: object) -> bool:
    """Return whether a name was given by a run that is over.

    Args:
        text: The name, or anything else.
    """
    match = _MARK.search(text) if isinstance(text, str) and PREFIX in text else None
    if match is None:
        return False
    if 60 * int(match["end"], 16) < time.time():
        return True
    process = int(match["process"], 16)
    if match["machine"] != _machine():
        return False
    if process == os.getpid():
        return match.group() not in _at_work
    return _process_start(process) != int(match["start"], 16)
