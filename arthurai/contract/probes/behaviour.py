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
    from collections.abc import Callable, Iterator

    from arthurai.contract.bench import Bench
    from arthurai.contract.world import World


def chosen(bench: Bench) -> Iterator[tuple[str, Callable[[Bench, World], None]]]:
    """Return the probes that are about the operations of a run.

    Args:
        bench: Knows the operations of the run.
    """
    for group in (
        access,
        models,
        listings,
        lifecycles,
        sending,
        questions,
        images,
        alerts,
        insights,
    ):
        yield from group.probes(bench)
