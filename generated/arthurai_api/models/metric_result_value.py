from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.query_row import QueryRow


T = TypeVar("T", bound="MetricResultValue")


@_attrs_define(kw_only=True, repr=False)
class MetricResultValue(_ApiObject):
    """One number of a series, under the name of the result.

    Attributes:
        rollup (None | str | Unset): The step it belongs to.
        uncertainty (None | QueryRow | Unset): The rows that the number rests on and its sampling error, on request.
    """

    rollup: None | str | Unset = UNSET
    uncertainty: None | QueryRow | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.query_row import QueryRow  # noqa: PLC0415

        rollup: None | str | Unset
        if isinstance(self.rollup, Unset):
            rollup = UNSET
        else:
            rollup = self.rollup

        uncertainty: dict[str, Any] | None | Unset
        if isinstance(self.uncertainty, Unset):
            uncertainty = UNSET
        elif isinstance(self.uncertainty, QueryRow):
            uncertainty = self.uncertainty.to_dict()
        else:
            uncertainty = self.uncertainty

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if rollup is not UNSET:
            field_dict["rollup"] = rollup
        if uncertainty is not UNSET:
            field_dict["uncertainty"] = uncertainty

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.query_row import QueryRow  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        rollup: None | str | Unset = _fields_.pop("rollup", UNSET)

        def _parse_uncertainty(data: object) -> None | QueryRow | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, dict):
                uncertainty_type_0 = QueryRow.from_dict(data)

                return uncertainty_type_0
            raise TypeError(f"uncertainty is {type(data).__name__}")

        uncertainty = _parse_uncertainty(_fields_.pop("uncertainty", UNSET))

        _model_ = cls(rollup=rollup, uncertainty=uncertainty)
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
