"""Spools that processes left behind: what they hold, and sending it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from arthurai.logger.delivery import Delivery
from arthurai.logger.rejected_rows import REJECTED_NAME
from arthurai.logger.row_queue import MemoryQueue
from arthurai.logger.sender import LogCounts, Sender
from arthurai.logger.spool_folder import (
    SpoolFolder,
    SpoolInfo,
    is_in_use,
    iter_waiting,
    list_folders,
    read_info,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from arthurai.transport.session import Session


@dataclass(frozen=True, slots=True)
class SpoolState:
    """A folder of a spool directory.

    Attributes:
        path: The folder.
        info: What its rows belong to; `None` if that cannot be read.
        problem: Why not.
        rows: Rows that wait.
        is_in_use: Whether a process is using it.
    """

    path: Path
    info: SpoolInfo | None = None
    problem: str = ""
    rows: int = 0
    is_in_use: bool = False


def list_spools(root: Path) -> Iterator[SpoolState]:
    """Yield the folders of a spool directory, the oldest first.

    Args:
        root: The directory.
    """
    for path in list_folders(root):
        try:
            info = read_info(path)
            rows = sum(1 for _ in iter_waiting(path))
            yield SpoolState(path, info, rows=rows, is_in_use=is_in_use(path))
        except (OSError, ValueError) as error:
            yield SpoolState(path, problem=str(error))


def send_spool(
    session: Session, path: Path, on_error: Callable[[Exception, int], object]
) -> LogCounts | None:
    """Send the rows of a folder that a process left behind.

    Args:
        session: The connection.
        path: The folder.
        on_error: Called with each error and the number of rows it concerns.

    Returns:
        The counts, rows that could not be sent as `waiting`; `None` if a process uses the folder.

    Raises:
        SpoolInfoError: The folder is of another version.
        OSError: The folder cannot be read.
    """
    folder = SpoolFolder.adopt(path)
    if folder is None:
        return None
    sender = Sender(
        MemoryQueue(1, 1),
        Delivery(session, folder.info.model_id),
        model_id=folder.info.model_id,
        url=folder.info.url,
        root=None,
        on_error=on_error,
        rejected_path=path.parent / REJECTED_NAME,
    )
    try:
        return sender.send_folder(folder)
    finally:
        folder.release()
