"""The kinds of documents in the control store."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a document is; the values stand in stored databases."""

    ALERT = "alert"
    ALERT_NOTIFICATION_CONFIGURATION = "alert_notification_configuration"
    ALERT_RULE = "alert_rule"
    ALERT_RULE_STATE = "alert_rule_state"
    ALERT_SUMMARY_CONFIGURATION = "alert_summary_configuration"
    ALERT_WORK = "alert_work"
    BIAS_MITIGATION_CURVE = "bias_mitigation_curve"
    CUSTOM_ROLE = "custom_role"
    ENRICHMENT = "enrichment"
    HOTSPOT_RUN = "hotspot_run"
    IMAGE_EXPLANATION = "image_explanation"
    INSIGHT = "insight"
    INVITATION = "invitation"
    METRIC = "metric"
    PINNED_COLUMNS = "pinned_columns"
    TAG = "tag"
