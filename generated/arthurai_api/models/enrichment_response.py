from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.enrichment_status import EnrichmentStatus
from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.enrichment_settings import EnrichmentSettings


T = TypeVar("T", bound="EnrichmentResponse")

_REQUIRED = frozenset({"enabled", "status"})


@_attrs_define(kw_only=True, repr=False)
class EnrichmentResponse(_ApiObject):
    """State of an enrichment.

    Attributes:
        enabled (bool): Whether it is switched on.
        status (EnrichmentStatus): Status of an enrichment.
        config (EnrichmentSettings | None | Unset): Its settings; empty without any.
    """

    enabled: bool
    status: EnrichmentStatus
    config: EnrichmentSettings | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.enrichment_settings import EnrichmentSettings  # noqa: PLC0415

        enabled = self.enabled

        status = self.status.value

        config: dict[str, Any] | None | Unset
        if isinstance(self.config, Unset):
            config = UNSET
        elif isinstance(self.config, EnrichmentSettings):
            config = self.config.to_dict()
        else:
            config = self.config

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"enabled": enabled, "status": status})
        if config is not UNSET:
            field_dict["config"] = config

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.enrichment_settings import EnrichmentSettings  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        enabled = _fields_.pop("enabled", ABSENT)

        if "status" in _fields_:
            status = EnrichmentStatus(_fields_.pop("status"))

        else:
            status = ABSENT

        def _parse_config(data: object) -> EnrichmentSettings | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                config_type_0 = EnrichmentSettings.from_dict(data)

                return config_type_0
            raise TypeError(f"config is {type(data).__name__}")

        config = _parse_config(_fields_.pop("config", UNSET))

        _model_ = cls(enabled=enabled, status=status, config=config)
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
