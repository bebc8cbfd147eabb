"""The kinds of documents in the control store, and the shapes in which they are stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, NotRequired, TypeVar

if TYPE_CHECKING:
    from arthurai.common.documents import (
        Alert,
        AlertNotificationConfiguration,
        AlertRule,
        AlertSummaryConfiguration,
        BiasMitigationCurve,
        Insight,
        Metric,
        PinnedColumns,
        RoleDefinition,
        Tag,
    )

    class StoredAlertRule(AlertRule):
        """An alert rule with its model; one that has alerts is archived, not deleted."""

        model_id: str
        archived: NotRequired[bool]

    class StoredSummaryConfiguration(AlertSummaryConfiguration):
        """A summary configuration with its creator and the time of the last summary."""

        owner_id: str
        last_sent: str

    class StoredAlert(Alert):
        """An alert with the id of its rule, by which it is found."""

        alert_rule_id: str


D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class DocumentKind(Generic[D]):
    """What a document is; the type argument is its shape.

    Attributes:
        name: The name in stored databases.
    """

    name: str


class Kind:
    """The kinds of documents."""

    ALERT: Final[DocumentKind[StoredAlert]] = DocumentKind("alert")
    ALERT_NOTIFICATION_CONFIGURATION: Final[DocumentKind[AlertNotificationConfiguration]] = (
        DocumentKind("alert_notification_configuration")
    )
    NOTIFICATION_DELIVERY: Final[DocumentKind[dict[str, Any]]] = DocumentKind(
        "notification_delivery"
    )
    ALERT_ANNOUNCEMENT: Final[DocumentKind[dict[str, Any]]] = DocumentKind("alert_announcement")
    ALERT_RULE: Final[DocumentKind[StoredAlertRule]] = DocumentKind("alert_rule")
    ALERT_RULE_STATE: Final[DocumentKind[dict[str, Any]]] = DocumentKind("alert_rule_state")
    ALERT_SUMMARY_CONFIGURATION: Final[DocumentKind[StoredSummaryConfiguration]] = DocumentKind(
        "alert_summary_configuration"
    )
    ALERT_WORK: Final[DocumentKind[dict[str, Any]]] = DocumentKind("alert_work")
    BIAS_MITIGATION_CURVE: Final[DocumentKind[BiasMitigationCurve]] = DocumentKind(
        "bias_mitigation_curve"
    )
    CUSTOM_ROLE: Final[DocumentKind[RoleDefinition]] = DocumentKind("custom_role")
    EXPECTED_ALERT: Final[DocumentKind[dict[str, Any]]] = DocumentKind("expected_alert")
    ENRICHMENT: Final[DocumentKind[dict[str, Any]]] = DocumentKind("enrichment")
    HOTSPOT_RUN: Final[DocumentKind[dict[str, Any]]] = DocumentKind("hotspot_run")
    IMAGE_EXPLANATION: Final[DocumentKind[dict[str, Any]]] = DocumentKind("image_explanation")
    INSIGHT: Final[DocumentKind[Insight]] = DocumentKind("insight")
    INVITATION: Final[DocumentKind[dict[str, Any]]] = DocumentKind("invitation")
    METRIC: Final[DocumentKind[Metric]] = DocumentKind("metric")
    MODEL_DELETION: Final[DocumentKind[dict[str, Any]]] = DocumentKind("model_deletion")
    RETENTION_RUN: Final[DocumentKind[dict[str, Any]]] = DocumentKind("retention_run")
    STORE_IDENTITY: Final[DocumentKind[dict[str, Any]]] = DocumentKind("store_identity")
    PINNED_COLUMNS: Final[DocumentKind[PinnedColumns]] = DocumentKind("pinned_columns")
    TAG: Final[DocumentKind[Tag]] = DocumentKind("tag")
