"""Probes of what operations do together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.contract.probes import access_probes as access
from arthurai.contract.probes import alert_probes as alerts
from arthurai.contract.probes import image_probes as images
from arthurai.contract.probes import insight_probes as insights
from arthurai.contract.probes import lifecycle_probes as lifecycles
from arthurai.contract.probes import listing_probes as listings
from arthurai.contract.probes import model_probes as models
from arthurai.contract.probes import query_probes as questions
from arthurai.contract.probes import sending_probes as sending

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from arthurai.contract.fixtures import World
    from arthurai.contract.probe_context import Bench

    Probe = Callable[[Bench, World], None]


def chosen(bench: Bench) -> Iterator[tuple[str, Probe]]:
    """Return the probes that are about the operations of a run.

    Args:
        bench: Knows the operations of the run.
    """
    yield from access.probes(bench)
    yield from _writing(bench, models.PROBES)
    yield from listings.probes(bench)
    yield from lifecycles.probes(bench)
    for group in (sending, questions, images, alerts, insights):
        yield from _writing(bench, group.PROBES)


def _writing(
    bench: Bench, table: Mapping[str, tuple[Probe, Collection[str]]]
) -> Iterator[tuple[str, Probe]]:
    if bench.writes:
        for name, (probe, subjects) in table.items():
            if not bench.selected.isdisjoint(subjects):
                yield name, probe
