"""Import path of the official SDK; see `arthurai._compat.status_waiters`."""

from arthurai._compat.status_waiters import EnrichmentStatusWaiter, StatusForEnrichment
from arthurai.model.enrichments import await_enrichments_ready

__all__ = ["EnrichmentStatusWaiter", "StatusForEnrichment", "await_enrichments_ready"]
