"""Who a credential belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from arthurai.model.json_dataclass import ArthurBaseJsonDataclass


@dataclass
class AuthInfo(ArthurBaseJsonDataclass):
    """What the platform knows about the owner of a credential.

    Attributes:
        issuer: Who issued the credential.
        username: Name to log in with.
        first_name: First name.
        last_name: Last name.
        email: Address.
        roles: Names of the roles.
        organization_ids: Organisations the owner may work in.
        internal_user_id: Identifier of a user of the platform.
        external_user_id: Identifier of a user of another identity provider.
    """

    issuer: str
    username: str
    first_name: str
    last_name: str
    email: str
    roles: list[str]
    organization_ids: list[str]
    internal_user_id: str | None = None
    external_user_id: str | None = None
