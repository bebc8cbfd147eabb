from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.usage_metric import UsageMetric


T = TypeVar("T", bound="UsageData")

_REQUIRED = frozenset({"id", "name", "organization_id"})


@_attrs_define(kw_only=True, repr=False)
class UsageData(_ApiObject):
    """Usage of one model or of the organization.

    Attributes:
        id (str): The model or the organization, by rollup.
        name (str): Its name.
        organization_id (str): The organization it belongs to.
        inferences (list[UsageMetric] | Unset): Inferences sent.
        explanations (list[UsageMetric] | Unset): Explanations computed.
        organization (list[UsageMetric] | Unset): Users and models.
        ground_truth (list[UsageMetric] | Unset): Ground truth sent.
        reference_data (list[UsageMetric] | Unset): Reference data sent.
    """

    id: str
    name: str
    organization_id: str
    inferences: list[UsageMetric] | Unset = UNSET
    explanations: list[UsageMetric] | Unset = UNSET
    organization: list[UsageMetric] | Unset = UNSET
    ground_truth: list[UsageMetric] | Unset = UNSET
    reference_data: list[UsageMetric] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        organization_id = self.organization_id

        inferences: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.inferences, Unset):
            inferences = []
            for inferences_item_data in self.inferences:
                inferences_item = inferences_item_data.to_dict()
                inferences.append(inferences_item)

        explanations: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.explanations, Unset):
            explanations = []
            for explanations_item_data in self.explanations:
                explanations_item = explanations_item_data.to_dict()
                explanations.append(explanations_item)

        organization: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.organization, Unset):
            organization = []
            for organization_item_data in self.organization:
                organization_item = organization_item_data.to_dict()
                organization.append(organization_item)

        ground_truth: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.ground_truth, Unset):
            ground_truth = []
            for ground_truth_item_data in self.ground_truth:
                ground_truth_item = ground_truth_item_data.to_dict()
                ground_truth.append(ground_truth_item)

        reference_data: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.reference_data, Unset):
            reference_data = []
            for reference_data_item_data in self.reference_data:
                reference_data_item = reference_data_item_data.to_dict()
                reference_data.append(reference_data_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"id": id, "name": name, "organization_id": organization_id})
        if inferences is not UNSET:
            field_dict["inferences"] = inferences
        if explanations is not UNSET:
            field_dict["explanations"] = explanations
        if organization is not UNSET:
            field_dict["organization"] = organization
        if ground_truth is not UNSET:
            field_dict["ground_truth"] = ground_truth
        if reference_data is not UNSET:
            field_dict["reference_data"] = reference_data

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.usage_metric import UsageMetric  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        id = _fields_.pop("id", ABSENT)

        name = _fields_.pop("name", ABSENT)

        organization_id = _fields_.pop("organization_id", ABSENT)

        _inferences = _fields_.pop("inferences", UNSET)
        inferences: list[UsageMetric] | Unset = UNSET
        if _inferences is not UNSET:
            inferences = []
            for inferences_item_data in _inferences or ():
                inferences_item = UsageMetric.from_dict(inferences_item_data)

                inferences.append(inferences_item)

        _explanations = _fields_.pop("explanations", UNSET)
        explanations: list[UsageMetric] | Unset = UNSET
        if _explanations is not UNSET:
            explanations = []
            for explanations_item_data in _explanations or ():
                explanations_item = UsageMetric.from_dict(explanations_item_data)

                explanations.append(explanations_item)

        _organization = _fields_.pop("organization", UNSET)
        organization: list[UsageMetric] | Unset = UNSET
        if _organization is not UNSET:
            organization = []
            for organization_item_data in _organization or ():
                organization_item = UsageMetric.from_dict(organization_item_data)

                organization.append(organization_item)

        _ground_truth = _fields_.pop("ground_truth", UNSET)
        ground_truth: list[UsageMetric] | Unset = UNSET
        if _ground_truth is not UNSET:
            ground_truth = []
            for ground_truth_item_data in _ground_truth or ():
                ground_truth_item = UsageMetric.from_dict(ground_truth_item_data)

                ground_truth.append(ground_truth_item)

        _reference_data = _fields_.pop("reference_data", UNSET)
        reference_data: list[UsageMetric] | Unset = UNSET
        if _reference_data is not UNSET:
            reference_data = []
            for reference_data_item_data in _reference_data or ():
                reference_data_item = UsageMetric.from_dict(reference_data_item_data)

                reference_data.append(reference_data_item)

        _model_ = cls(
            id=id,
            name=name,
            organization_id=organization_id,
            inferences=inferences,
            explanations=explanations,
            organization=organization,
            ground_truth=ground_truth,
            reference_data=reference_data,
        )
        _model_._keep(src_dict, _REQUIRED)

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
