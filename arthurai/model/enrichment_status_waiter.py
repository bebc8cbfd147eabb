"""Waiting until the platform has set up the enrichments of a model."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from arthurai.common.constants import (
    ENRICHMENT_READY_OR_FAILED_STATES,
    ENRICHMENTS_SPINNER_MESSAGE,
    ENRICHMENTS_UPDATE_MESSAGE,
    EnrichmentStatus,
)
from arthurai.common.exceptions import ExpectedParameterNotFoundError, UserValueError
from arthurai.model.base_model import name_of, require_id, require_session
from arthurai.model.status_waiter import StatusWaiter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arthurai.model.base_model import ArthurModelBase

logger = logging.getLogger(__name__)


@dataclass
class StatusForEnrichment:
    """State of one enrichment.

    Attributes:
        enrichment_name: Its name.
        status: A member of :class:`~arthurai.common.constants.EnrichmentStatus`.
    """

    enrichment_name: str
    status: str


class EnrichmentStatusWaiter(StatusWaiter):
    """Waits until all enrichments of a model are in one of the states given.

    Args:
        model: A saved model.
    """

    def __init__(self, model: ArthurModelBase) -> None:
        super().__init__(
            model,
            f"While waiting for the enrichments of model {name_of(model)!r}.",
        )

    def _check_status(self) -> list[StatusForEnrichment]:
        from arthurai_api.api.enrichments import get_enrichments

        answer = require_session(self.model).call_json(
            get_enrichments, require_id(self.model, "have enrichments")
        )
        found = []
        for name, enrichment in answer.items():
            if "status" not in enrichment:
                raise ExpectedParameterNotFoundError(
                    f"The answer about enrichment {name!r} lacks 'status'."
                )
            found.append(StatusForEnrichment(name, enrichment["status"]))
        return found

    def _is_done(self, status: list[StatusForEnrichment], status_list: Iterable[Any]) -> bool:
        return all(enrichment.status in status_list for enrichment in status)


def await_enrichments_ready(model: ArthurModelBase) -> None:
    """Wait until no enrichment of a model is being set up any more.

    Args:
        model: A saved model.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: Enrichments failed.
        ArthurTimeoutError: They did not get ready in time.
    """
    states = EnrichmentStatusWaiter(model).wait_for_valid_status(
        ENRICHMENT_READY_OR_FAILED_STATES, ENRICHMENTS_SPINNER_MESSAGE, ENRICHMENTS_UPDATE_MESSAGE
    )
    failed = [
        state.enrichment_name
        for state in states
        if state.status == EnrichmentStatus.EnrichmentStatusFailed
    ]
    if failed:
        raise UserValueError(
            f"Enrichments {failed} of model {name_of(model)!r} failed. Pass "
            "wait_for_enrichments=False to send all the same, or set them up again with "
            "update_enrichments()."
        )
    logger.info("The enrichments of model %r are ready.", name_of(model))
