"""What all enrichments have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.server.enrichment.optional_imports import import_optional

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.server.storage.documents.stored_models import StoredModel


class Enrichment:
    """An enrichment: what it adds to the inferences of a model.

    Attributes:
        name: Its name in the API.
        packages: Modules of optional packages that it needs.
    """

    name: str
    packages: tuple[str, ...] = ()

    def train(self, record: StoredModel, state: Mapping[str, Any]) -> bool:
        """Set the enrichment up for a model; by default only its packages are checked.

        Args:
            record: The model.
            state: The state of the enrichment.

        Returns:
            Whether it is ready, else it waits for reference data.

        Raises:
            EnrichmentError: It cannot be set up, or packages are missing.
        """
        del record, state
        for module in self.packages:
            import_optional(module)
        return True

    def advance(self, record: StoredModel, state: Mapping[str, Any]) -> bool:
        """Process a slice of the data that arrived; by default there is nothing to process.

        Args:
            record: The model.
            state: The state of the enrichment.

        Returns:
            Whether there is more.

        Raises:
            EnrichmentError: Processing failed.
        """
        del record, state
        return False
