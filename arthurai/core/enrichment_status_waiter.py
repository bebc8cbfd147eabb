"""Import path of the official SDK; see `arthurai.model.enrichment_status_waiter`."""

from arthurai.model.enrichment_status_waiter import (
    EnrichmentStatusWaiter,
    StatusForEnrichment,
    await_enrichments_ready,
)

__all__ = [
    "EnrichmentStatusWaiter",
    "StatusForEnrichment",
    "await_enrichments_ready",
]
