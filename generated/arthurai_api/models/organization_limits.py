from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="OrganizationLimits")


@_attrs_define(kw_only=True, repr=False)
class OrganizationLimits(_ApiObject):
    """What the plan of an organization allows. An absent member means no limit is known.

    Attributes:
        organization_id (str | Unset): Whose limits these are.
        plan (str | Unset): Name of the plan.
        max_users (int | Unset): Active users.
        max_user_invites (int | Unset): Open invitations.
        max_service_accounts (int | Unset): API keys.
        max_shareable_states (int | Unset): Shared dashboard states.
        max_active_models (int | Unset): Models that are not archived.
        max_total_models (int | Unset): Models ever made, archived ones included.
        max_model_attributes (int | Unset): Attributes of one model.
        max_predicted_model_attributes (int | Unset): Prediction attributes of one model.
        max_categories_per_attribute (int | Unset): Categories of one attribute.
        max_bias_groups (int | Unset): Groups watched for bias in one model.
        max_tags (int | Unset): Tags of one model.
        max_custom_metrics (int | Unset): Own metrics of one model.
        max_alert_rules_per_model (int | Unset): Alert rules of one model.
        inference_count_per_request_limit (int | Unset): Rows of inferences in one request.
        inference_bytes_per_request_limit (int | Unset): Bytes of inferences in one request.
        ground_truth_count_per_request_limit (int | Unset): Rows of ground truth in one request.
        ground_truth_bytes_per_request_limit (int | Unset): Bytes of ground truth in one request.
        reference_data_count_per_request_limit (int | Unset): Rows of reference data in one request.
        reference_data_bytes_per_request_limit (int | Unset): Bytes of reference data in one request.
        inference_count_monthly_model_limit (int | Unset): Rows of inferences for one model in a rolling 30 days.
        inference_bytes_monthly_model_limit (int | Unset): Bytes of inferences for one model in a rolling 30 days.
        ground_truth_count_monthly_model_limit (int | Unset): Rows of ground truth for one model in a rolling 30 days.
        ground_truth_bytes_monthly_model_limit (int | Unset): Bytes of ground truth for one model in a rolling 30 days.
        reference_data_count_monthly_model_limit (int | Unset): Rows of reference data for one model in a rolling 30
            days.
        reference_data_bytes_monthly_model_limit (int | Unset): Bytes of reference data for one model in a rolling 30
            days.
        inference_count_monthly_total_limit (int | Unset): Rows of inferences for all models in a rolling 30 days.
        inference_bytes_monthly_total_limit (int | Unset): Bytes of inferences for all models in a rolling 30 days.
        ground_truth_count_monthly_total_limit (int | Unset): Rows of ground truth for all models in a rolling 30 days.
        ground_truth_bytes_monthly_total_limit (int | Unset): Bytes of ground truth for all models in a rolling 30 days.
        reference_data_count_monthly_total_limit (int | Unset): Rows of reference data for all models in a rolling 30
            days.
        reference_data_bytes_monthly_total_limit (int | Unset): Bytes of reference data for all models in a rolling 30
            days.
        model_versioning_enabled (bool | Unset): Whether a group may hold more than one version.
        enrichments_enabled (bool | Unset): Whether enrichments may be switched on.
        tabular_models_only (bool | Unset): Whether other input types are refused.
    """

    organization_id: str | Unset = UNSET
    plan: str | Unset = UNSET
    max_users: int | Unset = UNSET
    max_user_invites: int | Unset = UNSET
    max_service_accounts: int | Unset = UNSET
    max_shareable_states: int | Unset = UNSET
    max_active_models: int | Unset = UNSET
    max_total_models: int | Unset = UNSET
    max_model_attributes: int | Unset = UNSET
    max_predicted_model_attributes: int | Unset = UNSET
    max_categories_per_attribute: int | Unset = UNSET
    max_bias_groups: int | Unset = UNSET
    max_tags: int | Unset = UNSET
    max_custom_metrics: int | Unset = UNSET
    max_alert_rules_per_model: int | Unset = UNSET
    inference_count_per_request_limit: int | Unset = UNSET
    inference_bytes_per_request_limit: int | Unset = UNSET
    ground_truth_count_per_request_limit: int | Unset = UNSET
    ground_truth_bytes_per_request_limit: int | Unset = UNSET
    reference_data_count_per_request_limit: int | Unset = UNSET
    reference_data_bytes_per_request_limit: int | Unset = UNSET
    inference_count_monthly_model_limit: int | Unset = UNSET
    inference_bytes_monthly_model_limit: int | Unset = UNSET
    ground_truth_count_monthly_model_limit: int | Unset = UNSET
    ground_truth_bytes_monthly_model_limit: int | Unset = UNSET
    reference_data_count_monthly_model_limit: int | Unset = UNSET
    reference_data_bytes_monthly_model_limit: int | Unset = UNSET
    inference_count_monthly_total_limit: int | Unset = UNSET
    inference_bytes_monthly_total_limit: int | Unset = UNSET
    ground_truth_count_monthly_total_limit: int | Unset = UNSET
    ground_truth_bytes_monthly_total_limit: int | Unset = UNSET
    reference_data_count_monthly_total_limit: int | Unset = UNSET
    reference_data_bytes_monthly_total_limit: int | Unset = UNSET
    model_versioning_enabled: bool | Unset = UNSET
    enrichments_enabled: bool | Unset = UNSET
    tabular_models_only: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        organization_id = self.organization_id

        plan = self.plan

        max_users = self.max_users

        max_user_invites = self.max_user_invites

        max_service_accounts = self.max_service_accounts

        max_shareable_states = self.max_shareable_states

        max_active_models = self.max_active_models

        max_total_models = self.max_total_models

        max_model_attributes = self.max_model_attributes

        max_predicted_model_attributes = self.max_predicted_model_attributes

        max_categories_per_attribute = self.max_categories_per_attribute

        max_bias_groups = self.max_bias_groups

        max_tags = self.max_tags

        max_custom_metrics = self.max_custom_metrics

        max_alert_rules_per_model = self.max_alert_rules_per_model

        inference_count_per_request_limit = self.inference_count_per_request_limit

        inference_bytes_per_request_limit = self.inference_bytes_per_request_limit

        ground_truth_count_per_request_limit = self.ground_truth_count_per_request_limit

        ground_truth_bytes_per_request_limit = self.ground_truth_bytes_per_request_limit

        reference_data_count_per_request_limit = self.reference_data_count_per_request_limit

        reference_data_bytes_per_request_limit = self.reference_data_bytes_per_request_limit

        inference_count_monthly_model_limit = self.inference_count_monthly_model_limit

        inference_bytes_monthly_model_limit = self.inference_bytes_monthly_model_limit

        ground_truth_count_monthly_model_limit = self.ground_truth_count_monthly_model_limit

        ground_truth_bytes_monthly_model_limit = self.ground_truth_bytes_monthly_model_limit

        reference_data_count_monthly_model_limit = self.reference_data_count_monthly_model_limit

        reference_data_bytes_monthly_model_limit = self.reference_data_bytes_monthly_model_limit

        inference_count_monthly_total_limit = self.inference_count_monthly_total_limit

        inference_bytes_monthly_total_limit = self.inference_bytes_monthly_total_limit

        ground_truth_count_monthly_total_limit = self.ground_truth_count_monthly_total_limit

        ground_truth_bytes_monthly_total_limit = self.ground_truth_bytes_monthly_total_limit

        reference_data_count_monthly_total_limit = self.reference_data_count_monthly_total_limit

        reference_data_bytes_monthly_total_limit = self.reference_data_bytes_monthly_total_limit

        model_versioning_enabled = self.model_versioning_enabled

        enrichments_enabled = self.enrichments_enabled

        tabular_models_only = self.tabular_models_only

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if organization_id is not UNSET:
            field_dict["organization_id"] = organization_id
        if plan is not UNSET:
            field_dict["plan"] = plan
        if max_users is not UNSET:
            field_dict["max_users"] = max_users
        if max_user_invites is not UNSET:
            field_dict["max_user_invites"] = max_user_invites
        if max_service_accounts is not UNSET:
            field_dict["max_service_accounts"] = max_service_accounts
        if max_shareable_states is not UNSET:
            field_dict["max_shareable_states"] = max_shareable_states
        if max_active_models is not UNSET:
            field_dict["max_active_models"] = max_active_models
        if max_total_models is not UNSET:
            field_dict["max_total_models"] = max_total_models
        if max_model_attributes is not UNSET:
            field_dict["max_model_attributes"] = max_model_attributes
        if max_predicted_model_attributes is not UNSET:
            field_dict["max_predicted_model_attributes"] = max_predicted_model_attributes
        if max_categories_per_attribute is not UNSET:
            field_dict["max_categories_per_attribute"] = max_categories_per_attribute
        if max_bias_groups is not UNSET:
            field_dict["max_bias_groups"] = max_bias_groups
        if max_tags is not UNSET:
            field_dict["max_tags"] = max_tags
        if max_custom_metrics is not UNSET:
            field_dict["max_custom_metrics"] = max_custom_metrics
        if max_alert_rules_per_model is not UNSET:
            field_dict["max_alert_rules_per_model"] = max_alert_rules_per_model
        if inference_count_per_request_limit is not UNSET:
            field_dict["inference_count_per_request_limit"] = inference_count_per_request_limit
        if inference_bytes_per_request_limit is not UNSET:
            field_dict["inference_bytes_per_request_limit"] = inference_bytes_per_request_limit
        if ground_truth_count_per_request_limit is not UNSET:
            field_dict["ground_truth_count_per_request_limit"] = (
                ground_truth_count_per_request_limit
            )
        if ground_truth_bytes_per_request_limit is not UNSET:
            field_dict["ground_truth_bytes_per_request_limit"] = (
                ground_truth_bytes_per_request_limit
            )
        if reference_data_count_per_request_limit is not UNSET:
            field_dict["reference_data_count_per_request_limit"] = (
                reference_data_count_per_request_limit
            )
        if reference_data_bytes_per_request_limit is not UNSET:
            field_dict["reference_data_bytes_per_request_limit"] = (
                reference_data_bytes_per_request_limit
            )
        if inference_count_monthly_model_limit is not UNSET:
            field_dict["inference_count_monthly_model_limit"] = inference_count_monthly_model_limit
        if inference_bytes_monthly_model_limit is not UNSET:
            field_dict["inference_bytes_monthly_model_limit"] = inference_bytes_monthly_model_limit
        if ground_truth_count_monthly_model_limit is not UNSET:
            field_dict["ground_truth_count_monthly_model_limit"] = (
                ground_truth_count_monthly_model_limit
            )
        if ground_truth_bytes_monthly_model_limit is not UNSET:
            field_dict["ground_truth_bytes_monthly_model_limit"] = (
                ground_truth_bytes_monthly_model_limit
            )
        if reference_data_count_monthly_model_limit is not UNSET:
            field_dict["reference_data_count_monthly_model_limit"] = (
                reference_data_count_monthly_model_limit
            )
        if reference_data_bytes_monthly_model_limit is not UNSET:
            field_dict["reference_data_bytes_monthly_model_limit"] = (
                reference_data_bytes_monthly_model_limit
            )
        if inference_count_monthly_total_limit is not UNSET:
            field_dict["inference_count_monthly_total_limit"] = inference_count_monthly_total_limit
        if inference_bytes_monthly_total_limit is not UNSET:
            field_dict["inference_bytes_monthly_total_limit"] = inference_bytes_monthly_total_limit
        if ground_truth_count_monthly_total_limit is not UNSET:
            field_dict["ground_truth_count_monthly_total_limit"] = (
                ground_truth_count_monthly_total_limit
            )
        if ground_truth_bytes_monthly_total_limit is not UNSET:
            field_dict["ground_truth_bytes_monthly_total_limit"] = (
                ground_truth_bytes_monthly_total_limit
            )
        if reference_data_count_monthly_total_limit is not UNSET:
            field_dict["reference_data_count_monthly_total_limit"] = (
                reference_data_count_monthly_total_limit
            )
        if reference_data_bytes_monthly_total_limit is not UNSET:
            field_dict["reference_data_bytes_monthly_total_limit"] = (
                reference_data_bytes_monthly_total_limit
            )
        if model_versioning_enabled is not UNSET:
            field_dict["model_versioning_enabled"] = model_versioning_enabled
        if enrichments_enabled is not UNSET:
            field_dict["enrichments_enabled"] = enrichments_enabled
        if tabular_models_only is not UNSET:
            field_dict["tabular_models_only"] = tabular_models_only

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        organization_id = _fields_.pop("organization_id", UNSET)

        plan = _fields_.pop("plan", UNSET)

        max_users = _fields_.pop("max_users", UNSET)

        max_user_invites = _fields_.pop("max_user_invites", UNSET)

        max_service_accounts = _fields_.pop("max_service_accounts", UNSET)

        max_shareable_states = _fields_.pop("max_shareable_states", UNSET)

        max_active_models = _fields_.pop("max_active_models", UNSET)

        max_total_models = _fields_.pop("max_total_models", UNSET)

        max_model_attributes = _fields_.pop("max_model_attributes", UNSET)

        max_predicted_model_attributes = _fields_.pop("max_predicted_model_attributes", UNSET)

        max_categories_per_attribute = _fields_.pop("max_categories_per_attribute", UNSET)

        max_bias_groups = _fields_.pop("max_bias_groups", UNSET)

        max_tags = _fields_.pop("max_tags", UNSET)

        max_custom_metrics = _fields_.pop("max_custom_metrics", UNSET)

        max_alert_rules_per_model = _fields_.pop("max_alert_rules_per_model", UNSET)

        inference_count_per_request_limit = _fields_.pop("inference_count_per_request_limit", UNSET)

        inference_bytes_per_request_limit = _fields_.pop("inference_bytes_per_request_limit", UNSET)

        ground_truth_count_per_request_limit = _fields_.pop(
            "ground_truth_count_per_request_limit", UNSET
        )

        ground_truth_bytes_per_request_limit = _fields_.pop(
            "ground_truth_bytes_per_request_limit", UNSET
        )

        reference_data_count_per_request_limit = _fields_.pop(
            "reference_data_count_per_request_limit", UNSET
        )

        reference_data_bytes_per_request_limit = _fields_.pop(
            "reference_data_bytes_per_request_limit", UNSET
        )

        inference_count_monthly_model_limit = _fields_.pop(
            "inference_count_monthly_model_limit", UNSET
        )

        inference_bytes_monthly_model_limit = _fields_.pop(
            "inference_bytes_monthly_model_limit", UNSET
        )

        ground_truth_count_monthly_model_limit = _fields_.pop(
            "ground_truth_count_monthly_model_limit", UNSET
        )

        ground_truth_bytes_monthly_model_limit = _fields_.pop(
            "ground_truth_bytes_monthly_model_limit", UNSET
        )

        reference_data_count_monthly_model_limit = _fields_.pop(
            "reference_data_count_monthly_model_limit", UNSET
        )

        reference_data_bytes_monthly_model_limit = _fields_.pop(
            "reference_data_bytes_monthly_model_limit", UNSET
        )

        inference_count_monthly_total_limit = _fields_.pop(
            "inference_count_monthly_total_limit", UNSET
        )

        inference_bytes_monthly_total_limit = _fields_.pop(
            "inference_bytes_monthly_total_limit", UNSET
        )

        ground_truth_count_monthly_total_limit = _fields_.pop(
            "ground_truth_count_monthly_total_limit", UNSET
        )

        ground_truth_bytes_monthly_total_limit = _fields_.pop(
            "ground_truth_bytes_monthly_total_limit", UNSET
        )

        reference_data_count_monthly_total_limit = _fields_.pop(
            "reference_data_count_monthly_total_limit", UNSET
        )

        reference_data_bytes_monthly_total_limit = _fields_.pop(
            "reference_data_bytes_monthly_total_limit", UNSET
        )

        model_versioning_enabled = _fields_.pop("model_versioning_enabled", UNSET)

        enrichments_enabled = _fields_.pop("enrichments_enabled", UNSET)

        tabular_models_only = _fields_.pop("tabular_models_only", UNSET)

        _model_ = cls(
            organization_id=organization_id,
            plan=plan,
            max_users=max_users,
            max_user_invites=max_user_invites,
            max_service_accounts=max_service_accounts,
            max_shareable_states=max_shareable_states,
            max_active_models=max_active_models,
            max_total_models=max_total_models,
            max_model_attributes=max_model_attributes,
            max_predicted_model_attributes=max_predicted_model_attributes,
            max_categories_per_attribute=max_categories_per_attribute,
            max_bias_groups=max_bias_groups,
            max_tags=max_tags,
            max_custom_metrics=max_custom_metrics,
            max_alert_rules_per_model=max_alert_rules_per_model,
            inference_count_per_request_limit=inference_count_per_request_limit,
            inference_bytes_per_request_limit=inference_bytes_per_request_limit,
            ground_truth_count_per_request_limit=ground_truth_count_per_request_limit,
            ground_truth_bytes_per_request_limit=ground_truth_bytes_per_request_limit,
            reference_data_count_per_request_limit=reference_data_count_per_request_limit,
            reference_data_bytes_per_request_limit=reference_data_bytes_per_request_limit,
            inference_count_monthly_model_limit=inference_count_monthly_model_limit,
            inference_bytes_monthly_model_limit=inference_bytes_monthly_model_limit,
            ground_truth_count_monthly_model_limit=ground_truth_count_monthly_model_limit,
            ground_truth_bytes_monthly_model_limit=ground_truth_bytes_monthly_model_limit,
            reference_data_count_monthly_model_limit=reference_data_count_monthly_model_limit,
            reference_data_bytes_monthly_model_limit=reference_data_bytes_monthly_model_limit,
            inference_count_monthly_total_limit=inference_count_monthly_total_limit,
            inference_bytes_monthly_total_limit=inference_bytes_monthly_total_limit,
            ground_truth_count_monthly_total_limit=ground_truth_count_monthly_total_limit,
            ground_truth_bytes_monthly_total_limit=ground_truth_bytes_monthly_total_limit,
            reference_data_count_monthly_total_limit=reference_data_count_monthly_total_limit,
            reference_data_bytes_monthly_total_limit=reference_data_bytes_monthly_total_limit,
            model_versioning_enabled=model_versioning_enabled,
            enrichments_enabled=enrichments_enabled,
            tabular_models_only=tabular_models_only,
        )
        _model_._keep(src_dict)

        _model_.additional_properties = _fields_
        return _model_

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
