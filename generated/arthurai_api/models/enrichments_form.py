from __future__ import annotations

import json
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from .. import types
from ..types import ABSENT, UNSET, File, FileTypes, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.enrichments_configuration import EnrichmentsConfiguration


T = TypeVar("T", bound="EnrichmentsForm")

_REQUIRED = frozenset({"config"})


@_attrs_define(kw_only=True, repr=False)
class EnrichmentsForm(_ApiObject):
    """Switches and, when explanations are enabled for the first time, the packed model code. The three files come together
    or not at all.

        Attributes:
            config (EnrichmentsConfiguration): Switches for some or all enrichments; those left out stay as they are.
            user_project_zip (File | Unset): Zip of the project folder, with the entry module at its root.
            user_requirements_file_txt (File | Unset): Packages that the project needs, versions fixed by `==`.
            explainer_pkl (File | Unset): The serialised explainer.
    """

    config: EnrichmentsConfiguration
    user_project_zip: File | Unset = UNSET
    user_requirements_file_txt: File | Unset = UNSET
    explainer_pkl: File | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        config = self.config.to_dict()

        user_project_zip: FileTypes | Unset = UNSET
        if not isinstance(self.user_project_zip, Unset):
            user_project_zip = self.user_project_zip.to_tuple()

        user_requirements_file_txt: FileTypes | Unset = UNSET
        if not isinstance(self.user_requirements_file_txt, Unset):
            user_requirements_file_txt = self.user_requirements_file_txt.to_tuple()

        explainer_pkl: FileTypes | Unset = UNSET
        if not isinstance(self.explainer_pkl, Unset):
            explainer_pkl = self.explainer_pkl.to_tuple()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"config": config})
        if user_project_zip is not UNSET:
            field_dict["user_project.zip"] = user_project_zip
        if user_requirements_file_txt is not UNSET:
            field_dict["user_requirements_file.txt"] = user_requirements_file_txt
        if explainer_pkl is not UNSET:
            field_dict["explainer.pkl"] = explainer_pkl

        return field_dict

    def to_multipart(self) -> types.RequestFiles:
        files: types.RequestFiles = []

        files.append(
            ("config", (None, json.dumps(self.config.to_dict()).encode(), "application/json"))
        )

        if not isinstance(self.user_project_zip, Unset):
            files.append(("user_project.zip", self.user_project_zip.to_tuple()))

        if not isinstance(self.user_requirements_file_txt, Unset):
            files.append(("user_requirements_file.txt", self.user_requirements_file_txt.to_tuple()))

        if not isinstance(self.explainer_pkl, Unset):
            files.append(("explainer.pkl", self.explainer_pkl.to_tuple()))

        for prop_name, prop in self.additional_properties.items():
            files.append(
                (
                    prop_name,
                    (
                        None,
                        (prop if isinstance(prop, str) else json.dumps(prop)).encode(),
                        "text/plain",
                    ),
                )
            )

        return files

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.enrichments_configuration import EnrichmentsConfiguration  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "config" in _fields_:
            config = EnrichmentsConfiguration.from_dict(_fields_.pop("config"))

        else:
            config = ABSENT

        _user_project_zip = _fields_.pop("user_project.zip", UNSET)
        user_project_zip: File | Unset
        if isinstance(_user_project_zip, Unset) or _user_project_zip is None:
            user_project_zip = UNSET
        else:
            user_project_zip = File(payload=BytesIO(_user_project_zip))

        _user_requirements_file_txt = _fields_.pop("user_requirements_file.txt", UNSET)
        user_requirements_file_txt: File | Unset
        if isinstance(_user_requirements_file_txt, Unset) or _user_requirements_file_txt is None:
            user_requirements_file_txt = UNSET
        else:
            user_requirements_file_txt = File(payload=BytesIO(_user_requirements_file_txt))

        _explainer_pkl = _fields_.pop("explainer.pkl", UNSET)
        explainer_pkl: File | Unset
        if isinstance(_explainer_pkl, Unset) or _explainer_pkl is None:
            explainer_pkl = UNSET
        else:
            explainer_pkl = File(payload=BytesIO(_explainer_pkl))

        _model_ = cls(
            config=config,
            user_project_zip=user_project_zip,
            user_requirements_file_txt=user_requirements_file_txt,
            explainer_pkl=explainer_pkl,
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
