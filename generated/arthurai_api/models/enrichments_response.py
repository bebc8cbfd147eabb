from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.enrichment_response import EnrichmentResponse
    from ..models.explainability_enrichment_response import ExplainabilityEnrichmentResponse


T = TypeVar("T", bound="EnrichmentsResponse")

_REQUIRED = frozenset({"anomaly_detection", "bias_mitigation", "hotspots", "explainability"})


@_attrs_define(kw_only=True, repr=False)
class EnrichmentsResponse(_ApiObject):
    """State of all enrichments. Holds these four members and no other.

    Attributes:
        anomaly_detection (EnrichmentResponse): State of an enrichment.
        bias_mitigation (EnrichmentResponse): State of an enrichment.
        hotspots (EnrichmentResponse): State of an enrichment.
        explainability (ExplainabilityEnrichmentResponse): State and settings of explanations.
    """

    anomaly_detection: EnrichmentResponse
    bias_mitigation: EnrichmentResponse
    hotspots: EnrichmentResponse
    explainability: ExplainabilityEnrichmentResponse
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        anomaly_detection = self.anomaly_detection.to_dict()

        bias_mitigation = self.bias_mitigation.to_dict()

        hotspots = self.hotspots.to_dict()

        explainability = self.explainability.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "anomaly_detection": anomaly_detection,
                "bias_mitigation": bias_mitigation,
                "hotspots": hotspots,
                "explainability": explainability,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.enrichment_response import EnrichmentResponse  # noqa: PLC0415
        from ..models.explainability_enrichment_response import ExplainabilityEnrichmentResponse  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "anomaly_detection" in _fields_:
            anomaly_detection = EnrichmentResponse.from_dict(_fields_.pop("anomaly_detection"))

        else:
            anomaly_detection = ABSENT

        if "bias_mitigation" in _fields_:
            bias_mitigation = EnrichmentResponse.from_dict(_fields_.pop("bias_mitigation"))

        else:
            bias_mitigation = ABSENT

        if "hotspots" in _fields_:
            hotspots = EnrichmentResponse.from_dict(_fields_.pop("hotspots"))

        else:
            hotspots = ABSENT

        if "explainability" in _fields_:
            explainability = ExplainabilityEnrichmentResponse.from_dict(
                _fields_.pop("explainability")
            )

        else:
            explainability = ABSENT

        _model_ = cls(
            anomaly_detection=anomaly_detection,
            bias_mitigation=bias_mitigation,
            hotspots=hotspots,
            explainability=explainability,
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
