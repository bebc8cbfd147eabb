"""Which crossings of a rule raise alerts, and which fall into the wait time of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arthurai.server.storage.documents.stored_alerts import Crossing


def space_alerts(crossings: Iterable[Crossing], wait: int) -> dict[tuple[int, int], Crossing]:
    """Return for each crossing, by start and end, the one whose alert stands for it.

    The first crossing raises an alert, and so does every one that ends at least the wait time
    after the last that did. Two that end at the same time raise one alert.

    Args:
        crossings: The crossings of one subject, the earliest end first.
        wait: The wait time, in microseconds.
    """
    found: dict[tuple[int, int], Crossing] = {}
    last: Crossing | None = None
    for crossing in crossings:
        if last is None or (crossing.end - last.end >= wait and crossing.end > last.end):
            last = crossing
        found[crossing.start, crossing.end] = last
    return found
