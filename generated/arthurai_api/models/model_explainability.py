from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="ModelExplainability")

_REQUIRED = frozenset({"enabled"})


@_attrs_define(kw_only=True, repr=False)
class ModelExplainability(_ApiObject):
    """Summary of the explainability settings. Only the first two members come without `expand=explainability`.

    Attributes:
        enabled (bool): Whether inferences can be explained.
        explanation_algo (str | Unset): `lime` or `shap`.
        model_server_cpu (str | Unset): Processor share of the model server, for instance `800m`.
        model_server_memory (str | Unset): Memory of the model server, for instance `1Gi`.
        explanation_nsamples (int | Unset): Perturbations per explanation.
    """

    enabled: bool
    explanation_algo: str | Unset = UNSET
    model_server_cpu: str | Unset = UNSET
    model_server_memory: str | Unset = UNSET
    explanation_nsamples: int | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        enabled = self.enabled

        explanation_algo = self.explanation_algo

        model_server_cpu = self.model_server_cpu

        model_server_memory = self.model_server_memory

        explanation_nsamples = self.explanation_nsamples

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"enabled": enabled})
        if explanation_algo is not UNSET:
            field_dict["explanation_algo"] = explanation_algo
        if model_server_cpu is not UNSET:
            field_dict["model_server_cpu"] = model_server_cpu
        if model_server_memory is not UNSET:
            field_dict["model_server_memory"] = model_server_memory
        if explanation_nsamples is not UNSET:
            field_dict["explanation_nsamples"] = explanation_nsamples

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        enabled = _fields_.pop("enabled", ABSENT)

        explanation_algo = _fields_.pop("explanation_algo", UNSET)

        model_server_cpu = _fields_.pop("model_server_cpu", UNSET)

        model_server_memory = _fields_.pop("model_server_memory", UNSET)

        explanation_nsamples = _fields_.pop("explanation_nsamples", UNSET)

        _model_ = cls(
            enabled=enabled,
            explanation_algo=explanation_algo,
            model_server_cpu=model_server_cpu,
            model_server_memory=model_server_memory,
            explanation_nsamples=explanation_nsamples,
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
