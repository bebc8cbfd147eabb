"""Who makes a request, and the names of the standard roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.common.documents import CreatedBy
    from arthurai.server.storage.documents.stored_users import User

SUPER_ADMIN: Final = "Super Admin"
ADMINISTRATOR: Final = "Administrator"
MODEL_OWNER: Final = "Model Owner"
ADMIN_KEY_DESCRIPTION: Final = "embedded server"
"""Description of the service account whose key the server makes for itself."""


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated user or service account, in the organization of the request.

    Attributes:
        id: Id of the user or service account.
        kind: `"user"` or `"service_account"`.
        roles: Roles in the organization of the request.
        organization_id: Organization of the request; `None` while none is chosen.
        memberships: Role by organization that the principal may enter.
        user: The user, for users.
    """

    id: str
    kind: Literal["user", "service_account"]
    roles: tuple[str, ...]
    organization_id: str | None
    memberships: Mapping[str, str]
    user: User | None = None

    @property
    def is_global(self) -> bool:
        """Whether the principal may enter every organization."""
        return SUPER_ADMIN in self.memberships.values()

    @property
    def creator(self) -> CreatedBy:
        """The principal as the creator of something."""
        kind = "service-account" if self.kind == "service_account" else "arthur-managed"
        return {"id": self.id, "type": kind}
