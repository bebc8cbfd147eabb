"""Service accounts and their API keys.

The key of an account is derived from the server's secret and the account's id (HMAC-SHA-256), so
it can be returned again, as the API promises, while the database contains only its hash: a copy of
the database alone grants no access.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from arthurai.server.http.api_errors import not_found
from arthurai.server.identifiers import new_id
from arthurai.server.principals import ADMIN_KEY_DESCRIPTION, SUPER_ADMIN
from arthurai.server.timestamps import format_now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.common import documents
    from arthurai.server.storage.documents.control_database import ControlDatabase, Row


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A service account.

    Attributes:
        id: Its id.
        organization_id: Its organization.
        description: Its name.
        role: Name of its role.
        created_at: Time of its creation.
    """

    id: str
    organization_id: str
    description: str
    role: str
    created_at: str


class ServiceAccountRepository:
    """The service accounts of the server."""

    def __init__(self, database: ControlDatabase, secret: bytes) -> None:
        """Use a control database and the server's secret."""
        self._database = database
        self._secret = secret

    def create(
        self, organization_id: str, description: str, role: str, *, created_by: str | None = None
    ) -> ServiceAccount:
        """Create a service account.

        Args:
            organization_id: Its organization.
            description: Its name; need not be unique.
            role: Name of its role.
            created_by: Id of its creator.
        """
        account = ServiceAccount(new_id(), organization_id, description, role, format_now())
        self._database.execute(
            """INSERT INTO service_accounts
               (id, organization_id, description, role, created_by, token_hash, created_at)
               VALUES (?, ?, ?, ?, ?, ?, ?)""",
            (
                account.id,
                organization_id,
                description,
                role,
                created_by,
                _digest(self.token(account.id)),
                account.created_at,
            ),
        )
        return account

    def administrator_key(self, organization_id: str, *, renew: bool = False) -> str:
        """Return the key of the server's own administrator; make it when there is none.

        Args:
            organization_id: The first organization of the server.
            renew: Make a new key; those before it stop working.
        """
        with self._database.transaction():
            present = [
                account
                for account in self.list(organization_id)
                if account.role == SUPER_ADMIN and account.description == ADMIN_KEY_DESCRIPTION
            ]
            if present and not renew:
                return self.token(present[0].id)
            for account in present:
                self.delete(organization_id, account.id)
            made = self.create(organization_id, ADMIN_KEY_DESCRIPTION, SUPER_ADMIN)
            return self.token(made.id)

    def token(self, service_account_id: str) -> str:
        """Return the API key of an account.

        Args:
            service_account_id: Its id.
        """
        mac = hmac.digest(
            self._secret, b"service-account\0" + service_account_id.encode(), "sha256"
        )
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()

    def find_by_token(self, token: str) -> ServiceAccount | None:
        """Return the account of an API key, or `None`.

        Args:
            token: The key.
        """
        row = self._database.kept_row(
            "SELECT * FROM service_accounts WHERE token_hash = ?", _digest(token)
        )
        return None if row is None else _account(row)

    def get(self, organization_id: str, service_account_id: str) -> ServiceAccount:
        """Return an account of an organization.

        Raises:
            ApiError: 404 when there is none.
        """
        row = self._database.row(
            "SELECT * FROM service_accounts WHERE organization_id = ? AND id = ?",
            (organization_id, service_account_id),
        )
        if row is None:
            raise not_found(f"service account {service_account_id!r} not found")
        return _account(row)

    def list(self, organization_id: str) -> list[ServiceAccount]:
        """Return the accounts of an organization in the order of their creation."""
        rows = self._database.rows(
            "SELECT * FROM service_accounts WHERE organization_id = ? ORDER BY rowid",
            (organization_id,),
        )
        return [_account(row) for row in rows]

    def delete(self, organization_id: str, service_account_id: str) -> None:
        """Delete an account; its key stops working.

        Raises:
            ApiError: 404 when there is none.
        """
        with self._database.transaction():
            self.get(organization_id, service_account_id)
            # What the account created stays, so that keys can be replaced by their own means, but
            # still ends with whoever created the account.
            self._database.execute(
                """UPDATE service_accounts SET created_by =
                   (SELECT created_by FROM service_accounts WHERE id = ?) WHERE created_by = ?""",
                (service_account_id, service_account_id),
            )
            self._database.execute(
                "DELETE FROM service_accounts WHERE id = ?", (service_account_id,)
            )

    def list_of_creator(self, creator_id: str) -> Sequence[ServiceAccount]:
        """Return the accounts that somebody created, also by means of other accounts.

        Args:
            creator_id: Id of a user or account.
        """
        rows = self._database.rows(
            """WITH RECURSIVE made (id) AS (
                   SELECT id FROM service_accounts WHERE created_by = ?
                   UNION SELECT s.id FROM service_accounts AS s JOIN made ON s.created_by = made.id
               )
               SELECT * FROM service_accounts WHERE id IN (SELECT id FROM made)""",
            (creator_id,),
        )
        return [_account(row) for row in rows]

    def delete_of_creator(self, creator_id: str) -> None:
        """Delete the accounts of `list_of_creator`; their keys stop working."""
        with self._database.transaction():
            for account in self.list_of_creator(creator_id):
                self._database.execute("DELETE FROM service_accounts WHERE id = ?", (account.id,))

    @property
    def secret_mark(self) -> str:
        """What tells secrets apart without revealing them."""
        return hmac.digest(self._secret, b"mark", "sha256").hex()

    def renew_keys(self) -> int:
        """Replace the keys that were derived from another secret; return how many there were."""
        renewed = 0
        with self._database.transaction():
            for row in self._database.rows("SELECT id, token_hash FROM service_accounts"):
                expected = _digest(self.token(row["id"]))
                if row["token_hash"] != expected:
                    renewed += self._database.execute(
                        "UPDATE service_accounts SET token_hash = ? WHERE id = ?",
                        (expected, row["id"]),
                    )
        return renewed

    def find(self, service_account_id: str) -> ServiceAccount | None:
        """Return an account of any organization, or `None`."""
        row = self._database.row(
            "SELECT * FROM service_accounts WHERE id = ?", (service_account_id,)
        )
        return None if row is None else _account(row)

    def to_api(self, account: ServiceAccount) -> documents.ServiceAccount:
        """Return a `ServiceAccount` of the API, with its key."""
        return {
            "id": account.id,
            "organization_id": account.organization_id,
            "description": account.description,
            "role": account.role,
            "token": self.token(account.id),
        }


def _digest(token: str) -> bytes:
    """Hash a key for the lookup; keys have 256 random bits, so a fast hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _account(row: Row) -> ServiceAccount:
    return ServiceAccount(
        row["id"], row["organization_id"], row["description"], row["role"], row["created_at"]
    )
