from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.enrichment_configuration import EnrichmentConfiguration
    from ..models.explainability_configuration import ExplainabilityConfiguration


T = TypeVar("T", bound="EnrichmentsConfiguration")


@_attrs_define(kw_only=True, repr=False)
class EnrichmentsConfiguration(_ApiObject):
    """Switches for some or all enrichments; those left out stay as they are.

    Attributes:
        anomaly_detection (EnrichmentConfiguration | None | Unset): Scores how unusual an inference is.
        bias_mitigation (EnrichmentConfiguration | None | Unset): Finds thresholds by group that make outcomes fairer.
        hotspots (EnrichmentConfiguration | None | Unset): Finds regions of the input where the model is weak.
        explainability (ExplainabilityConfiguration | None | Unset): Explains single inferences.
    """

    anomaly_detection: EnrichmentConfiguration | None | Unset = UNSET
    bias_mitigation: EnrichmentConfiguration | None | Unset = UNSET
    hotspots: EnrichmentConfiguration | None | Unset = UNSET
    explainability: ExplainabilityConfiguration | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.enrichment_configuration import EnrichmentConfiguration  # noqa: PLC0415
        from ..models.explainability_configuration import ExplainabilityConfiguration  # noqa: PLC0415

        anomaly_detection: dict[str, Any] | None | Unset
        if isinstance(self.anomaly_detection, Unset):
            anomaly_detection = UNSET
        elif isinstance(self.anomaly_detection, EnrichmentConfiguration):
            anomaly_detection = self.anomaly_detection.to_dict()
        else:
            anomaly_detection = self.anomaly_detection

        bias_mitigation: dict[str, Any] | None | Unset
        if isinstance(self.bias_mitigation, Unset):
            bias_mitigation = UNSET
        elif isinstance(self.bias_mitigation, EnrichmentConfiguration):
            bias_mitigation = self.bias_mitigation.to_dict()
        else:
            bias_mitigation = self.bias_mitigation

        hotspots: dict[str, Any] | None | Unset
        if isinstance(self.hotspots, Unset):
            hotspots = UNSET
        elif isinstance(self.hotspots, EnrichmentConfiguration):
            hotspots = self.hotspots.to_dict()
        else:
            hotspots = self.hotspots

        explainability: dict[str, Any] | None | Unset
        if isinstance(self.explainability, Unset):
            explainability = UNSET
        elif isinstance(self.explainability, ExplainabilityConfiguration):
            explainability = self.explainability.to_dict()
        else:
            explainability = self.explainability

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if anomaly_detection is not UNSET:
            field_dict["anomaly_detection"] = anomaly_detection
        if bias_mitigation is not UNSET:
            field_dict["bias_mitigation"] = bias_mitigation
        if hotspots is not UNSET:
            field_dict["hotspots"] = hotspots
        if explainability is not UNSET:
            field_dict["explainability"] = explainability

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.enrichment_configuration import EnrichmentConfiguration  # noqa: PLC0415
        from ..models.explainability_configuration import ExplainabilityConfiguration  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)

        def _parse_anomaly_detection(data: object) -> EnrichmentConfiguration | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                anomaly_detection_type_0 = EnrichmentConfiguration.from_dict(data)

                return anomaly_detection_type_0
            raise TypeError(f"anomaly_detection is {type(data).__name__}")

        anomaly_detection = _parse_anomaly_detection(_fields_.pop("anomaly_detection", UNSET))

        def _parse_bias_mitigation(data: object) -> EnrichmentConfiguration | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                bias_mitigation_type_0 = EnrichmentConfiguration.from_dict(data)

                return bias_mitigation_type_0
            raise TypeError(f"bias_mitigation is {type(data).__name__}")

        bias_mitigation = _parse_bias_mitigation(_fields_.pop("bias_mitigation", UNSET))

        def _parse_hotspots(data: object) -> EnrichmentConfiguration | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                hotspots_type_0 = EnrichmentConfiguration.from_dict(data)

                return hotspots_type_0
            raise TypeError(f"hotspots is {type(data).__name__}")

        hotspots = _parse_hotspots(_fields_.pop("hotspots", UNSET))

        def _parse_explainability(data: object) -> ExplainabilityConfiguration | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                explainability_type_0 = ExplainabilityConfiguration.from_dict(data)

                return explainability_type_0
            raise TypeError(f"explainability is {type(data).__name__}")

        explainability = _parse_explainability(_fields_.pop("explainability", UNSET))

        _model_ = cls(
            anomaly_detection=anomaly_detection,
            bias_mitigation=bias_mitigation,
            hotspots=hotspots,
            explainability=explainability,
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
