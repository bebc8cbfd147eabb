"""Probes of what operations do together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.contract.probes import (
    access,
    alerts,
    images,
    insights,
    lifecycles,
    listings,
    models,
    questions,
    sending,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from arthurai.contract.bench import Bench
    from arthurai.contract.world import World

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
