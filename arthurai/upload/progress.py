"""A progress bar for rows sent, shown when asked for."""

from types import TracebackType
from typing import Any, Self


class Progress:
    """Counts rows; shows a bar on standard error when asked to.

    Args:
        shown: whether to show a bar.
        total: rows in all, `None` when unknown.
        what: text before the bar.
    """

    def __init__(self, *, shown: bool, total: int | None, what: str) -> None:
        self._bar: Any = None
        if shown:
            from tqdm.auto import tqdm

            self._bar = tqdm(total=total, desc=what, unit=" rows", unit_scale=True)

    def advance(self, rows: int) -> None:
        """Adds rows that are through."""
        if self._bar is not None:
            self._bar.update(rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()
