"""What a contract run checks: each operation by itself, and what operations do together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.contract.probes import (
    access_probes,
    analysis_probes,
    creation_probes,
    expansion_probes,
    lifecycle_probes,
    listing_probes,
    model_probes,
    monitoring_probes,
    query_probes,
    role_probes,
    sending_probes,
    tenant_probes,
    update_probes,
    value_probes,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arthurai.contract.probe_context import Probe, ProbeContext

_IN_ORDER: Final = (
    access_probes.PROBES,
    role_probes.PROBES,
    tenant_probes.PROBES,
    model_probes.PROBES,
    listing_probes.PROBES,
    expansion_probes.PROBES,
    lifecycle_probes.PROBES,
    creation_probes.PROBES,
    update_probes.PROBES,
    sending_probes.PROBES,
    value_probes.PROBES,
    query_probes.PROBES,
    analysis_probes.PROBES,
    monitoring_probes.PROBES,
)


def chosen_probes(context: ProbeContext) -> Iterator[Probe]:
    """Yield the probes of behavior that are about the operations of a run.

    Args:
        context: Knows the operations of the run.
    """
    for probes in _IN_ORDER:
        yield from probes.chosen(context)
