"""Authorization: the only place where permissions are checked.

The document states which permission an operation requires (`x-permission`) and what the standard
roles grant (`x-roles`); custom roles of an organization grant more within it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.common.bundle import Permission
from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from arthurai.common.documents import RoleDefinition
    from arthurai.server.principals import Principal
    from arthurai.server.storage.documents import ControlStore

ALL_ROLES: Final = "*"
GLOBAL_RESOURCES: Final = frozenset(
    {
        "organization_global",
        "organization",
        "system_config",
        "custom_roles",
        "enrichment_status",
        "model_status",
    }
)
"""Resources whose permissions reach beyond an organization; custom roles cannot grant them."""
ADMINISTRATIVE_RESOURCES: Final = GLOBAL_RESOURCES | {"user", "authentication_config"}
"""Resources whose permissions concern people and organizations."""

_RAW: Final = Permission("raw_data", "read")
_REFERENCE: Final = Permission("reference_data", "read")


class Authorization:
    """Checks permissions by the standard roles and the custom roles of organizations."""

    def __init__(self, bundle: Mapping[str, Any], control: ControlStore) -> None:
        """Read the grants of a document.

        Args:
            bundle: The OpenAPI document with `x-roles`.
            control: The store of custom roles.
        """
        self._control = control
        self._standard = standard_grants(bundle)

    @property
    def standard_roles(self) -> tuple[str, ...]:
        """Names of the standard roles."""
        return tuple(self._standard)

    @property
    def known_permissions(self) -> frozenset[Permission]:
        """All permissions that a standard role grants."""
        return frozenset().union(*self._standard.values())

    def role_exists(self, organization_id: str, role: str) -> bool:
        """Return whether a role exists in an organization."""
        return role in self._standard or self._custom(organization_id, role) is not None

    def grants(self, roles: Iterable[str], organization_id: str | None) -> frozenset[Permission]:
        """Return what roles grant, including inherited grants.

        Args:
            roles: Names of standard or custom roles; unknown ones grant nothing.
            organization_id: The organization of custom roles.
        """
        granted: set[Permission] = set()
        pending, seen = list(roles), set[str]()
        while pending:
            role = pending.pop()
            if role in seen:
                continue
            seen.add(role)
            granted |= self._standard.get(role, frozenset())
            custom = None
            if organization_id is not None and role not in self._standard:
                custom = self._custom(organization_id, role)
            if custom is not None:
                granted.update(
                    Permission(p["resource"], p["action"]) for p in custom.get("permissions") or ()
                )
                pending += custom.get("inherited_role_names") or ()
        return frozenset(granted)

    def _custom(self, organization_id: str, role: str) -> RoleDefinition | None:
        return self._control.documents(Kind.CUSTOM_ROLE).get(organization_id, role)

    def permissions_of(self, principal: Principal) -> frozenset[Permission]:
        """Return the permissions of a principal."""
        return self.grants(principal.roles, principal.organization_id)

    def allows(self, principal: Principal, permission: Permission) -> bool:
        """Return whether a principal has a permission."""
        is_standard = any(permission in self._standard.get(role, ()) for role in principal.roles)
        return is_standard or permission in self.permissions_of(principal)

    def covers(self, principal: Principal, role: str) -> bool:
        """Return whether a principal has every permission of a role.

        Nobody may create or read the key of a role with more permissions than their own.
        """
        return self.grants([role], principal.organization_id) <= self.permissions_of(principal)

    def may_assign(self, principal: Principal, role: str) -> bool:
        """Return whether a principal who manages users may give them a role.

        A manager of users may grant permissions on models and data without having them, but none
        on people or organizations beyond their own.
        """
        granted = self.grants([role], principal.organization_id)
        return {
            p for p in granted if p.resource in ADMINISTRATIVE_RESOURCES
        } <= self.permissions_of(principal)

    def require(self, principal: Principal, permission: Permission | None) -> None:
        """Raise unless a principal has a permission.

        Args:
            principal: The principal.
            permission: The permission; `None` requires nothing.

        Raises:
            ApiError: 403, naming the missing permission.
        """
        if permission is not None and not self.allows(principal, permission):
            raise ApiError(
                403,
                f"permission {permission.resource} {permission.action} is missing; ask an "
                "administrator for a role that has it",
            )

    def require_data(self, principal: Principal, body: Any) -> None:
        """Raise unless a principal may read the data sources of a query.

        Args:
            principal: The principal.
            body: The query, drift request or request for distributions. A request to evaluate a
                stored metric names no source; its handler asks again with the metric's own query.

        Raises:
            ApiError: 403, naming the missing permission.
        """
        for permission in _source_permissions(body):
            self.require(principal, permission)


def standard_grants(bundle: Mapping[str, Any]) -> dict[str, frozenset[Permission]]:
    """Return what each standard role grants.

    Args:
        bundle: The OpenAPI document with `x-roles`.
    """
    return {
        role: frozenset(
            Permission(resource, action)
            for resource, actions in grants.items()
            for action in actions
        )
        for role, grants in bundle["x-roles"].items()
    }


def _source_permissions(body: Any) -> set[Permission]:
    """Return the permissions for the sources of a query, a drift request or distributions."""
    if not isinstance(body, dict):
        return set()
    sources: list[Any] = []
    if "properties" in body or "property" in body:
        for side, default in (("base", "reference"), ("target", "inference")):
            stated = body.get(side)
            source = stated.get("source") if isinstance(stated, dict) else None
            sources.append(source or default)
    if "x" in body:
        sources.append("inference")
    query: Any = body if "select" in body else None
    while isinstance(query, dict):
        deeper = query.get("subquery")
        if "from" in query or not isinstance(deeper, dict):
            sources.append(query.get("from"))
        query = deeper
    return {_REFERENCE if source == "reference" else _RAW for source in sources}


def check_custom_roles(
    authorization: Authorization, organization_id: str, roles: Sequence[Mapping[str, Any]]
) -> None:
    """Raise for custom roles that an organization cannot have.

    Args:
        authorization: Knows the existing roles.
        organization_id: The organization.
        roles: The new roles.

    Raises:
        ApiError: 400 for a standard name, an unknown or global permission or an unknown inherited
            role, 409 for a name that is taken.
    """
    names = [role["role_name"] for role in roles]
    for role in roles:
        name = role["role_name"]
        if not name.strip() or name in {*authorization.standard_roles, ALL_ROLES}:
            raise ApiError(
                400, f"role_name: must not be empty, '*' or a standard role, got {name[:100]!r}"
            )
        if names.count(name) > 1 or authorization.role_exists(organization_id, name):
            raise ApiError(409, f"role {name[:100]!r} exists already; delete it first")
        for member in role.get("permissions") or ():
            permission = Permission(member["resource"], member["action"])
            if permission not in authorization.known_permissions:
                raise ApiError(
                    400,
                    f"unknown permission {permission.resource[:100]} {permission.action[:100]}",
                )
            _refuse_global({permission}, name)
        for inherited in role.get("inherited_role_names") or ():
            if inherited not in names and not authorization.role_exists(organization_id, inherited):
                raise ApiError(400, f"inherited role {inherited[:100]!r} does not exist")
            _refuse_global(authorization.grants([inherited], organization_id), name)


def _refuse_global(permissions: AbstractSet[Permission], role: str) -> None:
    for permission in permissions:
        if permission.resource in GLOBAL_RESOURCES:
            raise ApiError(
                400,
                f"role {role[:100]!r}: permission {permission.resource} {permission.action} is "
                "global and cannot be granted by a custom role",
            )
