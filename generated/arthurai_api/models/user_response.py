from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import ABSENT, UNSET, Unset
from ..types import ApiObject as _ApiObject

if TYPE_CHECKING:
    from ..models.user_context import UserContext


T = TypeVar("T", bound="UserResponse")

_REQUIRED = frozenset({"roles", "organization_id"})


@_attrs_define(kw_only=True, repr=False)
class UserResponse(_ApiObject):
    """The caller as seen by the server. With a service-account key only the organization and the roles are filled.

    Attributes:
        roles (list[str]): Roles in the current organization.
        organization_id (str): The organization of calls that do not name one.
        id (str | Unset): Identifier given by the server.
        first_name (None | str | Unset): Given name.
        last_name (None | str | Unset): Family name.
        email (str | Unset): E-mail address.
        username (None | str | Unset): Name to log in with.
        active (bool | Unset): False once the account has been deleted.
        alert_notifications_enabled (bool | Unset): Whether alert mails are sent to this person.
        show_intro_sequence (bool | Unset): Hint for a dashboard that its introduction is still to be shown.
        help_mode_enabled (bool | Unset): Hint for a dashboard to show its help texts.
        created_at (datetime.datetime | Unset): When the account was made.
        organization_name (None | str | Unset): Name of that organization.
        plan (None | str | Unset): Plan of that organization, for instance `enterprise`.
        contexts (list[UserContext] | None | Unset): Organizations of the user.
    """

    roles: list[str]
    organization_id: str
    id: str | Unset = UNSET
    first_name: None | str | Unset = UNSET
    last_name: None | str | Unset = UNSET
    email: str | Unset = UNSET
    username: None | str | Unset = UNSET
    active: bool | Unset = UNSET
    alert_notifications_enabled: bool | Unset = UNSET
    show_intro_sequence: bool | Unset = UNSET
    help_mode_enabled: bool | Unset = UNSET
    created_at: datetime.datetime | Unset = UNSET
    organization_name: None | str | Unset = UNSET
    plan: None | str | Unset = UNSET
    contexts: list[UserContext] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        roles = self.roles

        organization_id = self.organization_id

        id = self.id

        first_name: None | str | Unset
        if isinstance(self.first_name, Unset):
            first_name = UNSET
        else:
            first_name = self.first_name

        last_name: None | str | Unset
        if isinstance(self.last_name, Unset):
            last_name = UNSET
        else:
            last_name = self.last_name

        email = self.email

        username: None | str | Unset
        if isinstance(self.username, Unset):
            username = UNSET
        else:
            username = self.username

        active = self.active

        alert_notifications_enabled = self.alert_notifications_enabled

        show_intro_sequence = self.show_intro_sequence

        help_mode_enabled = self.help_mode_enabled

        created_at: str | Unset = UNSET
        if not isinstance(self.created_at, Unset):
            created_at = self.created_at.isoformat()

        organization_name: None | str | Unset
        if isinstance(self.organization_name, Unset):
            organization_name = UNSET
        else:
            organization_name = self.organization_name

        plan: None | str | Unset
        if isinstance(self.plan, Unset):
            plan = UNSET
        else:
            plan = self.plan

        contexts: list[dict[str, Any]] | None | Unset
        if isinstance(self.contexts, Unset):
            contexts = UNSET
        elif isinstance(self.contexts, list):
            contexts = []
            for contexts_type_0_item_data in self.contexts:
                contexts_type_0_item = contexts_type_0_item_data.to_dict()
                contexts.append(contexts_type_0_item)

        else:
            contexts = self.contexts

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({"roles": roles, "organization_id": organization_id})
        if id is not UNSET:
            field_dict["id"] = id
        if first_name is not UNSET:
            field_dict["first_name"] = first_name
        if last_name is not UNSET:
            field_dict["last_name"] = last_name
        if email is not UNSET:
            field_dict["email"] = email
        if username is not UNSET:
            field_dict["username"] = username
        if active is not UNSET:
            field_dict["active"] = active
        if alert_notifications_enabled is not UNSET:
            field_dict["alert_notifications_enabled"] = alert_notifications_enabled
        if show_intro_sequence is not UNSET:
            field_dict["show_intro_sequence"] = show_intro_sequence
        if help_mode_enabled is not UNSET:
            field_dict["help_mode_enabled"] = help_mode_enabled
        if created_at is not UNSET:
            field_dict["created_at"] = created_at
        if organization_name is not UNSET:
            field_dict["organization_name"] = organization_name
        if plan is not UNSET:
            field_dict["plan"] = plan
        if contexts is not UNSET:
            field_dict["contexts"] = contexts

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.user_context import UserContext  # noqa: PLC0415

        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        if "roles" in _fields_:
            _roles = _fields_.pop("roles")
            if _roles is None:
                _roles = []
            roles = cast(list[str], _roles)

        else:
            roles = ABSENT

        organization_id = _fields_.pop("organization_id", ABSENT)

        id = _fields_.pop("id", UNSET)

        first_name: None | str | Unset = _fields_.pop("first_name", UNSET)

        last_name: None | str | Unset = _fields_.pop("last_name", UNSET)

        email = _fields_.pop("email", UNSET)

        username: None | str | Unset = _fields_.pop("username", UNSET)

        active = _fields_.pop("active", UNSET)

        alert_notifications_enabled = _fields_.pop("alert_notifications_enabled", UNSET)

        show_intro_sequence = _fields_.pop("show_intro_sequence", UNSET)

        help_mode_enabled = _fields_.pop("help_mode_enabled", UNSET)

        _created_at = _fields_.pop("created_at", UNSET)
        created_at: datetime.datetime | Unset
        if isinstance(_created_at, Unset) or _created_at is None:
            created_at = UNSET
        else:
            created_at = datetime.datetime.fromisoformat(_created_at)

        organization_name: None | str | Unset = _fields_.pop("organization_name", UNSET)

        plan: None | str | Unset = _fields_.pop("plan", UNSET)

        def _parse_contexts(data: object) -> list[UserContext] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                contexts_type_0 = []
                _contexts_type_0 = data
                for contexts_type_0_item_data in _contexts_type_0 or ():
                    contexts_type_0_item = UserContext.from_dict(contexts_type_0_item_data)

                    contexts_type_0.append(contexts_type_0_item)

                return contexts_type_0
            raise TypeError(f"contexts is {type(data).__name__}")

        contexts = _parse_contexts(_fields_.pop("contexts", UNSET))

        _model_ = cls(
            roles=roles,
            organization_id=organization_id,
            id=id,
            first_name=first_name,
            last_name=last_name,
            email=email,
            username=username,
            active=active,
            alert_notifications_enabled=alert_notifications_enabled,
            show_intro_sequence=show_intro_sequence,
            help_mode_enabled=help_mode_enabled,
            created_at=created_at,
            organization_name=organization_name,
            plan=plan,
            contexts=contexts,
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
