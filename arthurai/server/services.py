"""What request handlers may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from arthurai.server.authentication import Authentication
    from arthurai.server.authorization import Authorization
    from arthurai.server.background.health_watch import HealthWatch
    from arthurai.server.background.model_deletions import ModelDeletions
    from arthurai.server.context import Stores
    from arthurai.server.delivery.mail_and_webhooks import Delivery
    from arthurai.server.delivery.notifications import Notifications
    from arthurai.server.enrichment.manager import Enrichments
    from arthurai.server.http.validation import Validation
    from arthurai.server.operator_limits import Limits
    from arthurai.server.resources.alert_rules.rule_advice import RuleAdvisor
    from arthurai.server.telemetry.server_telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Services:
    """The parts of a server that request handlers may use.

    Attributes:
        stores: Everything that the server keeps.
        secret: Signs sessions and invitations.
        authentication: Identifies principals.
        authorization: Checks permissions.
        validation: Checks values against the document of the API.
        enrichments: Trains, scores and explains in the background.
        notifications: Notifies people about alerts.
        delivery: Sends mails and webhooks.
        telemetry: Counts what happens.
        limits: What requests and the code of users may take.
        health: Whether the stores answer.
        rule_advisor: Says what rows mean for alert rules.
        model_deletions: Deletes the data of models that are gone.
    """

    stores: Stores
    secret: bytes
    authentication: Authentication
    authorization: Authorization
    validation: Validation
    enrichments: Enrichments
    notifications: Notifications
    delivery: Delivery
    telemetry: Telemetry
    limits: Limits
    health: HealthWatch
    rule_advisor: RuleAdvisor
    model_deletions: ModelDeletions
