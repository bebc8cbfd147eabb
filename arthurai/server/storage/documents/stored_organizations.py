"""Organizations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from arthurai.server.http.api_errors import ApiError, not_found
from arthurai.server.identifiers import new_id
from arthurai.server.storage.documents.control_database import ConstraintError
from arthurai.server.timestamps import format_now

if TYPE_CHECKING:
    from arthurai.common.documents import Organization
    from arthurai.server.storage.documents.control_database import ControlDatabase, Row

DEFAULT_PLAN: Final = "enterprise"
_MEMBERS: Final = ("id", "name", "plan", "created_at", "updated_at")
_DELETE: Final = (
    """DELETE FROM memberships
       WHERE organization_id = ? AND user_id IN (SELECT id FROM users WHERE active = 0)""",
    "DELETE FROM models WHERE organization_id = ? AND archived = 1",
    """DELETE FROM model_groups
       WHERE organization_id = ? AND id NOT IN (SELECT model_group_id FROM models)""",
    "DELETE FROM organizations WHERE id = ?",
    "DELETE FROM documents WHERE organization_id = ?",
    "DELETE FROM usage WHERE organization_id = ?",
)


class OrganizationRepository:
    """The organizations of the server."""

    def __init__(self, database: ControlDatabase) -> None:
        """Use a control database."""
        self._database = database

    def create(self, name: str, plan: str = DEFAULT_PLAN) -> Organization:
        """Create an organization and return it.

        Args:
            name: Its name, unique on the server.
            plan: Name of its license plan.

        Raises:
            ApiError: 409 when the name is taken.
        """
        organization_id, moment = new_id(), format_now()
        try:
            self._database.execute(
                "INSERT INTO organizations VALUES (?, ?, ?, ?, ?)",
                (organization_id, name, plan, moment, moment),
            )
        except ConstraintError:
            raise _name_taken(name) from None
        return self.get(organization_id)

    def get(self, organization_id: str) -> Organization:
        """Return an `Organization` of the API.

        Args:
            organization_id: Its id.

        Raises:
            ApiError: 404 when there is none.
        """
        row = self._database.row("SELECT * FROM organizations WHERE id = ?", (organization_id,))
        if row is None:
            raise not_found(f"organization {organization_id!r} not found")
        return _to_api(row)

    def exists(self, organization_id: str) -> bool:
        """Return whether there is an organization with that id."""
        found = self._database.row("SELECT 1 FROM organizations WHERE id = ?", (organization_id,))
        return found is not None

    def list(self) -> list[Organization]:
        """Return all organizations in the order of their creation."""
        rows = self._database.rows("SELECT * FROM organizations ORDER BY rowid")
        return [_to_api(row) for row in rows]

    def update(
        self, organization_id: str, *, name: str | None = None, plan: str | None = None
    ) -> Organization:
        """Change name and plan, and return the organization.

        Args:
            organization_id: Its id.
            name: New name; `None` keeps it.
            plan: New plan; `None` keeps it.

        Raises:
            ApiError: 404 when there is none, 409 when the name is taken.
        """
        try:
            self._database.execute(
                """UPDATE organizations SET name = COALESCE(?, name), plan = COALESCE(?, plan),
                   updated_at = ? WHERE id = ?""",
                (name, plan, format_now(), organization_id),
            )
        except ConstraintError:
            raise _name_taken(str(name)) from None
        return self.get(organization_id)

    def delete(self, organization_id: str) -> None:
        """Delete an organization permanently, with its archived models and deleted users.

        Args:
            organization_id: Its id.

        Raises:
            ApiError: 404 when there is none, 409 while it has users, service accounts or models.
        """
        self.get(organization_id)
        with self._database.transaction():
            try:
                for statement in _DELETE:
                    self._database.execute(statement, (organization_id,))
            except ConstraintError:
                raise ApiError(
                    409,
                    "the organization still has users, service accounts or models; delete them "
                    "first",
                ) from None


def _to_api(row: Row) -> Organization:
    return cast("Organization", {name: row[name] for name in _MEMBERS})


def _name_taken(name: str) -> ApiError:
    return ApiError(409, f"an organization named {name!r} already exists; choose another name")
