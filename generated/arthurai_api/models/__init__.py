"""The models of the API. A model's module is imported when the model is first named."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .accuracy_metric import AccuracyMetric
    from .acknowledgement import Acknowledgement
    from .alert import Alert
    from .alert_bound import AlertBound
    from .alert_counts import AlertCounts
    from .alert_model_count import AlertModelCount
    from .alert_notification_configuration import AlertNotificationConfiguration
    from .alert_notification_configuration_request import AlertNotificationConfigurationRequest
    from .alert_notification_configuration_update import AlertNotificationConfigurationUpdate
    from .alert_notification_request import AlertNotificationRequest
    from .alert_rule import AlertRule
    from .alert_rule_backtest import AlertRuleBacktest
    from .alert_rule_backtest_request import AlertRuleBacktestRequest
    from .alert_rule_explanation import AlertRuleExplanation
    from .alert_rule_note import AlertRuleNote
    from .alert_rule_outcomes import AlertRuleOutcomes
    from .alert_rule_patch import AlertRulePatch
    from .alert_rule_request import AlertRuleRequest
    from .alert_severity import AlertSeverity
    from .alert_status import AlertStatus
    from .alert_status_change import AlertStatusChange
    from .alert_status_request import AlertStatusRequest
    from .alert_summary_configuration import AlertSummaryConfiguration
    from .alert_summary_configuration_request import AlertSummaryConfigurationRequest
    from .alert_summary_configuration_update import AlertSummaryConfigurationUpdate
    from .alert_summary_notification_request import AlertSummaryNotificationRequest
    from .alert_summary_report import AlertSummaryReport
    from .alert_summary_report_line import AlertSummaryReportLine
    from .alert_summary_subscriber import AlertSummarySubscriber
    from .alert_summary_subscriber_request import AlertSummarySubscriberRequest
    from .alert_summary_subscriber_update import AlertSummarySubscriberUpdate
    from .any_item import AnyItem
    from .attribute import Attribute
    from .attribute_bin import AttributeBin
    from .attribute_category import AttributeCategory
    from .attribute_values import AttributeValues
    from .authentication_info import AuthenticationInfo
    from .backtest_alert import BacktestAlert
    from .batch import Batch
    from .bias_constraint import BiasConstraint
    from .bias_curve_point import BiasCurvePoint
    from .bias_group import BiasGroup
    from .bias_groups import BiasGroups
    from .bias_mitigation_curve import BiasMitigationCurve
    from .bulk_alert_update_response import BulkAlertUpdateResponse
    from .created_by import CreatedBy
    from .creator_type import CreatorType
    from .custom_roles import CustomRoles
    from .data_drift_base import DataDriftBase
    from .data_drift_base_source import DataDriftBaseSource
    from .data_drift_request import DataDriftRequest
    from .data_drift_side import DataDriftSide
    from .data_drift_source import DataDriftSource
    from .data_drift_table_request import DataDriftTableRequest
    from .data_drift_table_response import DataDriftTableResponse
    from .data_drift_table_row import DataDriftTableRow
    from .dataset import Dataset
    from .dataset_close_request import DatasetCloseRequest
    from .dataset_status import DatasetStatus
    from .dataset_type import DatasetType
    from .distribution_axis import DistributionAxis
    from .distribution_value import DistributionValue
    from .distributions_request import DistributionsRequest
    from .drift_metric import DriftMetric
    from .drift_missing_values import DriftMissingValues
    from .drift_rollup import DriftRollup
    from .enrichment_configuration import EnrichmentConfiguration
    from .enrichment_name import EnrichmentName
    from .enrichment_response import EnrichmentResponse
    from .enrichment_settings import EnrichmentSettings
    from .enrichment_status import EnrichmentStatus
    from .enrichment_status_update import EnrichmentStatusUpdate
    from .enrichments_configuration import EnrichmentsConfiguration
    from .enrichments_form import EnrichmentsForm
    from .enrichments_response import EnrichmentsResponse
    from .error import Error
    from .expected_value import ExpectedValue
    from .explainability_config import ExplainabilityConfig
    from .explainability_configuration import ExplainabilityConfiguration
    from .explainability_enrichment_response import ExplainabilityEnrichmentResponse
    from .explainability_form import ExplainabilityForm
    from .explanation import Explanation
    from .explanation_algorithm import ExplanationAlgorithm
    from .explanation_result import ExplanationResult
    from .file_upload_failure import FileUploadFailure
    from .file_upload_response import FileUploadResponse
    from .find_hotspots_response import FindHotspotsResponse
    from .group_legend import GroupLegend
    from .hotspot_class_info import HotspotClassInfo
    from .hotspot_classes import HotspotClasses
    from .hotspot_node import HotspotNode
    from .hotspot_prediction_counts import HotspotPredictionCounts
    from .hotspot_rules import HotspotRules
    from .id_type import IdType
    from .image_explanation import ImageExplanation
    from .image_regions import ImageRegions
    from .image_response_type import ImageResponseType
    from .importance_score import ImportanceScore
    from .inference import Inference
    from .inference_deletion import InferenceDeletion
    from .inference_file_form import InferenceFileForm
    from .inference_ground_truth import InferenceGroundTruth
    from .inference_result import InferenceResult
    from .inferences_response import InferencesResponse
    from .input_type import InputType
    from .insight import Insight
    from .insight_bounds import InsightBounds
    from .insight_group_count import InsightGroupCount
    from .insight_metric_type import InsightMetricType
    from .insight_patch import InsightPatch
    from .insight_region import InsightRegion
    from .insight_status import InsightStatus
    from .insight_update_response import InsightUpdateResponse
    from .invitation import Invitation
    from .invite_request import InviteRequest
    from .invite_response import InviteResponse
    from .invite_response_user_invite_links import InviteResponseUserInviteLinks
    from .login_request import LoginRequest
    from .metric import Metric
    from .metric_evaluation_request import MetricEvaluationRequest
    from .metric_evaluation_response import MetricEvaluationResponse
    from .metric_expand import MetricExpand
    from .metric_parameter import MetricParameter
    from .metric_parameter_choice import MetricParameterChoice
    from .metric_parameter_type import MetricParameterType
    from .metric_parameter_values import MetricParameterValues
    from .metric_query import MetricQuery
    from .metric_request import MetricRequest
    from .metric_result import MetricResult
    from .metric_result_group import MetricResultGroup
    from .metric_result_value import MetricResultValue
    from .metric_rollup import MetricRollup
    from .metric_type import MetricType
    from .metric_value_categories import MetricValueCategories
    from .metric_value_limits import MetricValueLimits
    from .metric_value_range import MetricValueRange
    from .model import Model
    from .model_expand import ModelExpand
    from .model_expand_single import ModelExpandSingle
    from .model_explainability import ModelExplainability
    from .model_explainability_request import ModelExplainabilityRequest
    from .model_group import ModelGroup
    from .model_group_update_request import ModelGroupUpdateRequest
    from .model_health_response import ModelHealthResponse
    from .model_health_score import ModelHealthScore
    from .model_insight_count import ModelInsightCount
    from .model_request import ModelRequest
    from .model_status import ModelStatus
    from .model_update_request import ModelUpdateRequest
    from .new_organization_request import NewOrganizationRequest
    from .new_user_request import NewUserRequest
    from .notification_delivery import NotificationDelivery
    from .notification_delivery_status import NotificationDeliveryStatus
    from .notification_type import NotificationType
    from .organization import Organization
    from .organization_expand import OrganizationExpand
    from .organization_limits import OrganizationLimits
    from .organization_usage import OrganizationUsage
    from .organization_user_update import OrganizationUserUpdate
    from .organization_users_update_response import OrganizationUsersUpdateResponse
    from .output_type import OutputType
    from .paginated_alert_notification_configurations import (
        PaginatedAlertNotificationConfigurations,
    )
    from .paginated_alert_rules import PaginatedAlertRules
    from .paginated_alert_summary_configurations import PaginatedAlertSummaryConfigurations
    from .paginated_alert_summary_subscribers import PaginatedAlertSummarySubscribers
    from .paginated_alerts import PaginatedAlerts
    from .paginated_attributes import PaginatedAttributes
    from .paginated_bias_mitigation_curves import PaginatedBiasMitigationCurves
    from .paginated_insight_group_counts import PaginatedInsightGroupCounts
    from .paginated_insights import PaginatedInsights
    from .paginated_invitations import PaginatedInvitations
    from .paginated_metrics import PaginatedMetrics
    from .paginated_model_group_versions import PaginatedModelGroupVersions
    from .paginated_model_groups import PaginatedModelGroups
    from .paginated_models import PaginatedModels
    from .paginated_notification_deliveries import PaginatedNotificationDeliveries
    from .paginated_organizations import PaginatedOrganizations
    from .paginated_service_accounts import PaginatedServiceAccounts
    from .paginated_tags import PaginatedTags
    from .paginated_usage_response import PaginatedUsageResponse
    from .paginated_users import PaginatedUsers
    from .permission import Permission
    from .pinned_columns import PinnedColumns
    from .pinned_columns_patch import PinnedColumnsPatch
    from .query_column import QueryColumn
    from .query_filter import QueryFilter
    from .query_order import QueryOrder
    from .query_parameters import QueryParameters
    from .query_request import QueryRequest
    from .query_result import QueryResult
    from .query_row import QueryRow
    from .query_select_item import QuerySelectItem
    from .query_source import QuerySource
    from .reference_data_form import ReferenceDataForm
    from .reference_dataset import ReferenceDataset
    from .reference_row import ReferenceRow
    from .role import Role
    from .role_definition import RoleDefinition
    from .roles_request import RolesRequest
    from .sage_maker_failure import SageMakerFailure
    from .sage_maker_form import SageMakerForm
    from .sage_maker_response import SageMakerResponse
    from .saml_sso_form import SamlSsoForm
    from .service_account import ServiceAccount
    from .service_account_request import ServiceAccountRequest
    from .set_current_organization_request import SetCurrentOrganizationRequest
    from .stage import Stage
    from .status_counts import StatusCounts
    from .success_response import SuccessResponse
    from .summary_frequency import SummaryFrequency
    from .summary_subscriber_type import SummarySubscriberType
    from .tag import Tag
    from .tag_update_request import TagUpdateRequest
    from .token_importance import TokenImportance
    from .update_current_user_request import UpdateCurrentUserRequest
    from .update_organization_request import UpdateOrganizationRequest
    from .update_user_request import UpdateUserRequest
    from .usage_category import UsageCategory
    from .usage_data import UsageData
    from .usage_metric import UsageMetric
    from .usage_rollup import UsageRollup
    from .user import User
    from .user_context import UserContext
    from .user_response import UserResponse
    from .value_type import ValueType
    from .weekday import Weekday
    from .what_if_request import WhatIfRequest
    from .what_if_result import WhatIfResult
    from .what_if_value import WhatIfValue

__all__ = (
    "AccuracyMetric",
    "Acknowledgement",
    "Alert",
    "AlertBound",
    "AlertCounts",
    "AlertModelCount",
    "AlertNotificationConfiguration",
    "AlertNotificationConfigurationRequest",
    "AlertNotificationConfigurationUpdate",
    "AlertNotificationRequest",
    "AlertRule",
    "AlertRuleBacktest",
    "AlertRuleBacktestRequest",
    "AlertRuleExplanation",
    "AlertRuleNote",
    "AlertRuleOutcomes",
    "AlertRulePatch",
    "AlertRuleRequest",
    "AlertSeverity",
    "AlertStatus",
    "AlertStatusChange",
    "AlertStatusRequest",
    "AlertSummaryConfiguration",
    "AlertSummaryConfigurationRequest",
    "AlertSummaryConfigurationUpdate",
    "AlertSummaryNotificationRequest",
    "AlertSummaryReport",
    "AlertSummaryReportLine",
    "AlertSummarySubscriber",
    "AlertSummarySubscriberRequest",
    "AlertSummarySubscriberUpdate",
    "AnyItem",
    "Attribute",
    "AttributeBin",
    "AttributeCategory",
    "AttributeValues",
    "AuthenticationInfo",
    "BacktestAlert",
    "Batch",
    "BiasConstraint",
    "BiasCurvePoint",
    "BiasGroup",
    "BiasGroups",
    "BiasMitigationCurve",
    "BulkAlertUpdateResponse",
    "CreatedBy",
    "CreatorType",
    "CustomRoles",
    "DataDriftBase",
    "DataDriftBaseSource",
    "DataDriftRequest",
    "DataDriftSide",
    "DataDriftSource",
    "DataDriftTableRequest",
    "DataDriftTableResponse",
    "DataDriftTableRow",
    "Dataset",
    "DatasetCloseRequest",
    "DatasetStatus",
    "DatasetType",
    "DistributionAxis",
    "DistributionsRequest",
    "DistributionValue",
    "DriftMetric",
    "DriftMissingValues",
    "DriftRollup",
    "EnrichmentConfiguration",
    "EnrichmentName",
    "EnrichmentResponse",
    "EnrichmentsConfiguration",
    "EnrichmentSettings",
    "EnrichmentsForm",
    "EnrichmentsResponse",
    "EnrichmentStatus",
    "EnrichmentStatusUpdate",
    "Error",
    "ExpectedValue",
    "ExplainabilityConfig",
    "ExplainabilityConfiguration",
    "ExplainabilityEnrichmentResponse",
    "ExplainabilityForm",
    "Explanation",
    "ExplanationAlgorithm",
    "ExplanationResult",
    "FileUploadFailure",
    "FileUploadResponse",
    "FindHotspotsResponse",
    "GroupLegend",
    "HotspotClasses",
    "HotspotClassInfo",
    "HotspotNode",
    "HotspotPredictionCounts",
    "HotspotRules",
    "IdType",
    "ImageExplanation",
    "ImageRegions",
    "ImageResponseType",
    "ImportanceScore",
    "Inference",
    "InferenceDeletion",
    "InferenceFileForm",
    "InferenceGroundTruth",
    "InferenceResult",
    "InferencesResponse",
    "InputType",
    "Insight",
    "InsightBounds",
    "InsightGroupCount",
    "InsightMetricType",
    "InsightPatch",
    "InsightRegion",
    "InsightStatus",
    "InsightUpdateResponse",
    "Invitation",
    "InviteRequest",
    "InviteResponse",
    "InviteResponseUserInviteLinks",
    "LoginRequest",
    "Metric",
    "MetricEvaluationRequest",
    "MetricEvaluationResponse",
    "MetricExpand",
    "MetricParameter",
    "MetricParameterChoice",
    "MetricParameterType",
    "MetricParameterValues",
    "MetricQuery",
    "MetricRequest",
    "MetricResult",
    "MetricResultGroup",
    "MetricResultValue",
    "MetricRollup",
    "MetricType",
    "MetricValueCategories",
    "MetricValueLimits",
    "MetricValueRange",
    "Model",
    "ModelExpand",
    "ModelExpandSingle",
    "ModelExplainability",
    "ModelExplainabilityRequest",
    "ModelGroup",
    "ModelGroupUpdateRequest",
    "ModelHealthResponse",
    "ModelHealthScore",
    "ModelInsightCount",
    "ModelRequest",
    "ModelStatus",
    "ModelUpdateRequest",
    "NewOrganizationRequest",
    "NewUserRequest",
    "NotificationDelivery",
    "NotificationDeliveryStatus",
    "NotificationType",
    "Organization",
    "OrganizationExpand",
    "OrganizationLimits",
    "OrganizationUsage",
    "OrganizationUsersUpdateResponse",
    "OrganizationUserUpdate",
    "OutputType",
    "PaginatedAlertNotificationConfigurations",
    "PaginatedAlertRules",
    "PaginatedAlerts",
    "PaginatedAlertSummaryConfigurations",
    "PaginatedAlertSummarySubscribers",
    "PaginatedAttributes",
    "PaginatedBiasMitigationCurves",
    "PaginatedInsightGroupCounts",
    "PaginatedInsights",
    "PaginatedInvitations",
    "PaginatedMetrics",
    "PaginatedModelGroups",
    "PaginatedModelGroupVersions",
    "PaginatedModels",
    "PaginatedNotificationDeliveries",
    "PaginatedOrganizations",
    "PaginatedServiceAccounts",
    "PaginatedTags",
    "PaginatedUsageResponse",
    "PaginatedUsers",
    "Permission",
    "PinnedColumns",
    "PinnedColumnsPatch",
    "QueryColumn",
    "QueryFilter",
    "QueryOrder",
    "QueryParameters",
    "QueryRequest",
    "QueryResult",
    "QueryRow",
    "QuerySelectItem",
    "QuerySource",
    "ReferenceDataForm",
    "ReferenceDataset",
    "ReferenceRow",
    "Role",
    "RoleDefinition",
    "RolesRequest",
    "SageMakerFailure",
    "SageMakerForm",
    "SageMakerResponse",
    "SamlSsoForm",
    "ServiceAccount",
    "ServiceAccountRequest",
    "SetCurrentOrganizationRequest",
    "Stage",
    "StatusCounts",
    "SuccessResponse",
    "SummaryFrequency",
    "SummarySubscriberType",
    "Tag",
    "TagUpdateRequest",
    "TokenImportance",
    "UpdateCurrentUserRequest",
    "UpdateOrganizationRequest",
    "UpdateUserRequest",
    "UsageCategory",
    "UsageData",
    "UsageMetric",
    "UsageRollup",
    "User",
    "UserContext",
    "UserResponse",
    "ValueType",
    "Weekday",
    "WhatIfRequest",
    "WhatIfResult",
    "WhatIfValue",
)

_MODULES = {
    "AccuracyMetric": ".accuracy_metric",
    "Acknowledgement": ".acknowledgement",
    "Alert": ".alert",
    "AlertBound": ".alert_bound",
    "AlertCounts": ".alert_counts",
    "AlertModelCount": ".alert_model_count",
    "AlertNotificationConfiguration": ".alert_notification_configuration",
    "AlertNotificationConfigurationRequest": ".alert_notification_configuration_request",
    "AlertNotificationConfigurationUpdate": ".alert_notification_configuration_update",
    "AlertNotificationRequest": ".alert_notification_request",
    "AlertRule": ".alert_rule",
    "AlertRuleBacktest": ".alert_rule_backtest",
    "AlertRuleBacktestRequest": ".alert_rule_backtest_request",
    "AlertRuleExplanation": ".alert_rule_explanation",
    "AlertRuleNote": ".alert_rule_note",
    "AlertRuleOutcomes": ".alert_rule_outcomes",
    "AlertRulePatch": ".alert_rule_patch",
    "AlertRuleRequest": ".alert_rule_request",
    "AlertSeverity": ".alert_severity",
    "AlertStatus": ".alert_status",
    "AlertStatusChange": ".alert_status_change",
    "AlertStatusRequest": ".alert_status_request",
    "AlertSummaryConfiguration": ".alert_summary_configuration",
    "AlertSummaryConfigurationRequest": ".alert_summary_configuration_request",
    "AlertSummaryConfigurationUpdate": ".alert_summary_configuration_update",
    "AlertSummaryNotificationRequest": ".alert_summary_notification_request",
    "AlertSummaryReport": ".alert_summary_report",
    "AlertSummaryReportLine": ".alert_summary_report_line",
    "AlertSummarySubscriber": ".alert_summary_subscriber",
    "AlertSummarySubscriberRequest": ".alert_summary_subscriber_request",
    "AlertSummarySubscriberUpdate": ".alert_summary_subscriber_update",
    "AnyItem": ".any_item",
    "Attribute": ".attribute",
    "AttributeBin": ".attribute_bin",
    "AttributeCategory": ".attribute_category",
    "AttributeValues": ".attribute_values",
    "AuthenticationInfo": ".authentication_info",
    "BacktestAlert": ".backtest_alert",
    "Batch": ".batch",
    "BiasConstraint": ".bias_constraint",
    "BiasCurvePoint": ".bias_curve_point",
    "BiasGroup": ".bias_group",
    "BiasGroups": ".bias_groups",
    "BiasMitigationCurve": ".bias_mitigation_curve",
    "BulkAlertUpdateResponse": ".bulk_alert_update_response",
    "CreatedBy": ".created_by",
    "CreatorType": ".creator_type",
    "CustomRoles": ".custom_roles",
    "DataDriftBase": ".data_drift_base",
    "DataDriftBaseSource": ".data_drift_base_source",
    "DataDriftRequest": ".data_drift_request",
    "DataDriftSide": ".data_drift_side",
    "DataDriftSource": ".data_drift_source",
    "DataDriftTableRequest": ".data_drift_table_request",
    "DataDriftTableResponse": ".data_drift_table_response",
    "DataDriftTableRow": ".data_drift_table_row",
    "Dataset": ".dataset",
    "DatasetCloseRequest": ".dataset_close_request",
    "DatasetStatus": ".dataset_status",
    "DatasetType": ".dataset_type",
    "DistributionAxis": ".distribution_axis",
    "DistributionValue": ".distribution_value",
    "DistributionsRequest": ".distributions_request",
    "DriftMetric": ".drift_metric",
    "DriftMissingValues": ".drift_missing_values",
    "DriftRollup": ".drift_rollup",
    "EnrichmentConfiguration": ".enrichment_configuration",
    "EnrichmentName": ".enrichment_name",
    "EnrichmentResponse": ".enrichment_response",
    "EnrichmentSettings": ".enrichment_settings",
    "EnrichmentStatus": ".enrichment_status",
    "EnrichmentStatusUpdate": ".enrichment_status_update",
    "EnrichmentsConfiguration": ".enrichments_configuration",
    "EnrichmentsForm": ".enrichments_form",
    "EnrichmentsResponse": ".enrichments_response",
    "Error": ".error",
    "ExpectedValue": ".expected_value",
    "ExplainabilityConfig": ".explainability_config",
    "ExplainabilityConfiguration": ".explainability_configuration",
    "ExplainabilityEnrichmentResponse": ".explainability_enrichment_response",
    "ExplainabilityForm": ".explainability_form",
    "Explanation": ".explanation",
    "ExplanationAlgorithm": ".explanation_algorithm",
    "ExplanationResult": ".explanation_result",
    "FileUploadFailure": ".file_upload_failure",
    "FileUploadResponse": ".file_upload_response",
    "FindHotspotsResponse": ".find_hotspots_response",
    "GroupLegend": ".group_legend",
    "HotspotClassInfo": ".hotspot_class_info",
    "HotspotClasses": ".hotspot_classes",
    "HotspotNode": ".hotspot_node",
    "HotspotPredictionCounts": ".hotspot_prediction_counts",
    "HotspotRules": ".hotspot_rules",
    "IdType": ".id_type",
    "ImageExplanation": ".image_explanation",
    "ImageRegions": ".image_regions",
    "ImageResponseType": ".image_response_type",
    "ImportanceScore": ".importance_score",
    "Inference": ".inference",
    "InferenceDeletion": ".inference_deletion",
    "InferenceFileForm": ".inference_file_form",
    "InferenceGroundTruth": ".inference_ground_truth",
    "InferenceResult": ".inference_result",
    "InferencesResponse": ".inferences_response",
    "InputType": ".input_type",
    "Insight": ".insight",
    "InsightBounds": ".insight_bounds",
    "InsightGroupCount": ".insight_group_count",
    "InsightMetricType": ".insight_metric_type",
    "InsightPatch": ".insight_patch",
    "InsightRegion": ".insight_region",
    "InsightStatus": ".insight_status",
    "InsightUpdateResponse": ".insight_update_response",
    "Invitation": ".invitation",
    "InviteRequest": ".invite_request",
    "InviteResponse": ".invite_response",
    "InviteResponseUserInviteLinks": ".invite_response_user_invite_links",
    "LoginRequest": ".login_request",
    "Metric": ".metric",
    "MetricEvaluationRequest": ".metric_evaluation_request",
    "MetricEvaluationResponse": ".metric_evaluation_response",
    "MetricExpand": ".metric_expand",
    "MetricParameter": ".metric_parameter",
    "MetricParameterChoice": ".metric_parameter_choice",
    "MetricParameterType": ".metric_parameter_type",
    "MetricParameterValues": ".metric_parameter_values",
    "MetricQuery": ".metric_query",
    "MetricRequest": ".metric_request",
    "MetricResult": ".metric_result",
    "MetricResultGroup": ".metric_result_group",
    "MetricResultValue": ".metric_result_value",
    "MetricRollup": ".metric_rollup",
    "MetricType": ".metric_type",
    "MetricValueCategories": ".metric_value_categories",
    "MetricValueLimits": ".metric_value_limits",
    "MetricValueRange": ".metric_value_range",
    "Model": ".model",
    "ModelExpand": ".model_expand",
    "ModelExpandSingle": ".model_expand_single",
    "ModelExplainability": ".model_explainability",
    "ModelExplainabilityRequest": ".model_explainability_request",
    "ModelGroup": ".model_group",
    "ModelGroupUpdateRequest": ".model_group_update_request",
    "ModelHealthResponse": ".model_health_response",
    "ModelHealthScore": ".model_health_score",
    "ModelInsightCount": ".model_insight_count",
    "ModelRequest": ".model_request",
    "ModelStatus": ".model_status",
    "ModelUpdateRequest": ".model_update_request",
    "NewOrganizationRequest": ".new_organization_request",
    "NewUserRequest": ".new_user_request",
    "NotificationDelivery": ".notification_delivery",
    "NotificationDeliveryStatus": ".notification_delivery_status",
    "NotificationType": ".notification_type",
    "Organization": ".organization",
    "OrganizationExpand": ".organization_expand",
    "OrganizationLimits": ".organization_limits",
    "OrganizationUsage": ".organization_usage",
    "OrganizationUserUpdate": ".organization_user_update",
    "OrganizationUsersUpdateResponse": ".organization_users_update_response",
    "OutputType": ".output_type",
    "PaginatedAlertNotificationConfigurations": ".paginated_alert_notification_configurations",
    "PaginatedAlertRules": ".paginated_alert_rules",
    "PaginatedAlertSummaryConfigurations": ".paginated_alert_summary_configurations",
    "PaginatedAlertSummarySubscribers": ".paginated_alert_summary_subscribers",
    "PaginatedAlerts": ".paginated_alerts",
    "PaginatedAttributes": ".paginated_attributes",
    "PaginatedBiasMitigationCurves": ".paginated_bias_mitigation_curves",
    "PaginatedInsightGroupCounts": ".paginated_insight_group_counts",
    "PaginatedInsights": ".paginated_insights",
    "PaginatedInvitations": ".paginated_invitations",
    "PaginatedMetrics": ".paginated_metrics",
    "PaginatedModelGroupVersions": ".paginated_model_group_versions",
    "PaginatedModelGroups": ".paginated_model_groups",
    "PaginatedModels": ".paginated_models",
    "PaginatedNotificationDeliveries": ".paginated_notification_deliveries",
    "PaginatedOrganizations": ".paginated_organizations",
    "PaginatedServiceAccounts": ".paginated_service_accounts",
    "PaginatedTags": ".paginated_tags",
    "PaginatedUsageResponse": ".paginated_usage_response",
    "PaginatedUsers": ".paginated_users",
    "Permission": ".permission",
    "PinnedColumns": ".pinned_columns",
    "PinnedColumnsPatch": ".pinned_columns_patch",
    "QueryColumn": ".query_column",
    "QueryFilter": ".query_filter",
    "QueryOrder": ".query_order",
    "QueryParameters": ".query_parameters",
    "QueryRequest": ".query_request",
    "QueryResult": ".query_result",
    "QueryRow": ".query_row",
    "QuerySelectItem": ".query_select_item",
    "QuerySource": ".query_source",
    "ReferenceDataForm": ".reference_data_form",
    "ReferenceDataset": ".reference_dataset",
    "ReferenceRow": ".reference_row",
    "Role": ".role",
    "RoleDefinition": ".role_definition",
    "RolesRequest": ".roles_request",
    "SageMakerFailure": ".sage_maker_failure",
    "SageMakerForm": ".sage_maker_form",
    "SageMakerResponse": ".sage_maker_response",
    "SamlSsoForm": ".saml_sso_form",
    "ServiceAccount": ".service_account",
    "ServiceAccountRequest": ".service_account_request",
    "SetCurrentOrganizationRequest": ".set_current_organization_request",
    "Stage": ".stage",
    "StatusCounts": ".status_counts",
    "SuccessResponse": ".success_response",
    "SummaryFrequency": ".summary_frequency",
    "SummarySubscriberType": ".summary_subscriber_type",
    "Tag": ".tag",
    "TagUpdateRequest": ".tag_update_request",
    "TokenImportance": ".token_importance",
    "UpdateCurrentUserRequest": ".update_current_user_request",
    "UpdateOrganizationRequest": ".update_organization_request",
    "UpdateUserRequest": ".update_user_request",
    "UsageCategory": ".usage_category",
    "UsageData": ".usage_data",
    "UsageMetric": ".usage_metric",
    "UsageRollup": ".usage_rollup",
    "User": ".user",
    "UserContext": ".user_context",
    "UserResponse": ".user_response",
    "ValueType": ".value_type",
    "Weekday": ".weekday",
    "WhatIfRequest": ".what_if_request",
    "WhatIfResult": ".what_if_result",
    "WhatIfValue": ".what_if_value",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_MODULES[name], __name__), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
