from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="OrganizationUsage")


@_attrs_define(kw_only=True, repr=False)
class OrganizationUsage(_ApiObject):
    """What an organization has used so far.

    Attributes:
        organization_id (str | Unset): Whose usage this is.
        users (int | Unset): Active users.
        user_invites (int | Unset): Invitations sent.
        service_accounts (int | Unset): API keys.
        shareable_states (int | Unset): Shared dashboard states.
        active_models (int | Unset): Models that are not archived.
        total_models (int | Unset): Models ever made, archived ones included.
        inference_count_monthly_total_limit (int | Unset): Rows of inferences used in the last 30 days, in spite of the
            name.
        inference_bytes_monthly_total_limit (int | Unset): Bytes of inferences used in the last 30 days, in spite of the
            name.
        ground_truth_count_monthly_total_limit (int | Unset): Rows of ground truth used in the last 30 days, in spite of
            the name.
        ground_truth_bytes_monthly_total_limit (int | Unset): Bytes of ground truth used in the last 30 days, in spite
            of the name.
        reference_data_count_monthly_total_limit (int | Unset): Rows of reference data used in the last 30 days, in
            spite of the name.
        reference_data_bytes_monthly_total_limit (int | Unset): Bytes of reference data used in the last 30 days, in
            spite of the name.
    """

    organization_id: str | Unset = UNSET
    users: int | Unset = UNSET
    user_invites: int | Unset = UNSET
    service_accounts: int | Unset = UNSET
    shareable_states: int | Unset = UNSET
    active_models: int | Unset = UNSET
    total_models: int | Unset = UNSET
    inference_count_monthly_total_limit: int | Unset = UNSET
    inference_bytes_monthly_total_limit: int | Unset = UNSET
    ground_truth_count_monthly_total_limit: int | Unset = UNSET
    ground_truth_bytes_monthly_total_limit: int | Unset = UNSET
    reference_data_count_monthly_total_limit: int | Unset = UNSET
    reference_data_bytes_monthly_total_limit: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        organization_id = self.organization_id

        users = self.users

        user_invites = self.user_invites

        service_accounts = self.service_accounts

        shareable_states = self.shareable_states

        active_models = self.active_models

        total_models = self.total_models

        inference_count_monthly_total_limit = self.inference_count_monthly_total_limit

        inference_bytes_monthly_total_limit = self.inference_bytes_monthly_total_limit

        ground_truth_count_monthly_total_limit = self.ground_truth_count_monthly_total_limit

        ground_truth_bytes_monthly_total_limit = self.ground_truth_bytes_monthly_total_limit

        reference_data_count_monthly_total_limit = self.reference_data_count_monthly_total_limit

        reference_data_bytes_monthly_total_limit = self.reference_data_bytes_monthly_total_limit

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if organization_id is not UNSET:
            field_dict["organization_id"] = organization_id
        if users is not UNSET:
            field_dict["users"] = users
        if user_invites is not UNSET:
            field_dict["user_invites"] = user_invites
        if service_accounts is not UNSET:
            field_dict["service_accounts"] = service_accounts
        if shareable_states is not UNSET:
            field_dict["shareable_states"] = shareable_states
        if active_models is not UNSET:
            field_dict["active_models"] = active_models
        if total_models is not UNSET:
            field_dict["total_models"] = total_models
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

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        organization_id = _fields_.pop("organization_id", UNSET)

        users = _fields_.pop("users", UNSET)

        user_invites = _fields_.pop("user_invites", UNSET)

        service_accounts = _fields_.pop("service_accounts", UNSET)

        shareable_states = _fields_.pop("shareable_states", UNSET)

        active_models = _fields_.pop("active_models", UNSET)

        total_models = _fields_.pop("total_models", UNSET)

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

        _model_ = cls(
            organization_id=organization_id,
            users=users,
            user_invites=user_invites,
            service_accounts=service_accounts,
            shareable_states=shareable_states,
            active_models=active_models,
            total_models=total_models,
            inference_count_monthly_total_limit=inference_count_monthly_total_limit,
            inference_bytes_monthly_total_limit=inference_bytes_monthly_total_limit,
            ground_truth_count_monthly_total_limit=ground_truth_count_monthly_total_limit,
            ground_truth_bytes_monthly_total_limit=ground_truth_bytes_monthly_total_limit,
            reference_data_count_monthly_total_limit=reference_data_count_monthly_total_limit,
            reference_data_bytes_monthly_total_limit=reference_data_bytes_monthly_total_limit,
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
