"""The control store: all repositories over one database."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

from arthurai.server.storage.documents.document_store import DocumentRepository
from arthurai.server.storage.documents.engines import open_database
from arthurai.server.storage.documents.stored_alerts import AlertRepository
from arthurai.server.storage.documents.stored_leases import LeaseRepository
from arthurai.server.storage.documents.stored_models import ModelGroupRepository, ModelRepository
from arthurai.server.storage.documents.stored_organizations import OrganizationRepository
from arthurai.server.storage.documents.stored_outbox import OutboxRepository
from arthurai.server.storage.documents.stored_servers import ServerRepository
from arthurai.server.storage.documents.stored_service_accounts import ServiceAccountRepository
from arthurai.server.storage.documents.stored_usage import UsageRepository
from arthurai.server.storage.documents.stored_users import UserRepository

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from arthurai.server.document_kinds import DocumentKind

D = TypeVar("D")

CONTROL_FILE: Final = "control.sqlite"


class ControlStore:
    """Organizations, users, service accounts, models and documents.

    Attributes:
        database: The database.
    """

    def __init__(self, location: Path | str | None, secret: bytes) -> None:
        """Open or create the store.

        Args:
            location: File of SQLite, or address of PostgreSQL; `None` keeps it in memory.
            secret: The server's secret, from which API keys are derived.

        Raises:
            ControlDatabaseError: The database cannot be used.
            ValueError: It was written by a newer release, or the address is not one.
        """
        self.database = open_database(location)
        self._secret = secret
        self._documents: dict[str, DocumentRepository[Any]] = {}

    @cached_property
    def organizations(self) -> OrganizationRepository:
        """The organizations."""
        return OrganizationRepository(self.database)

    @cached_property
    def users(self) -> UserRepository:
        """The users."""
        return UserRepository(self.database)

    @cached_property
    def service_accounts(self) -> ServiceAccountRepository:
        """The service accounts."""
        return ServiceAccountRepository(self.database, self._secret)

    @cached_property
    def models(self) -> ModelRepository:
        """The models."""
        return ModelRepository(self.database)

    @cached_property
    def model_groups(self) -> ModelGroupRepository:
        """The model groups."""
        return ModelGroupRepository(self.database)

    @cached_property
    def alerts(self) -> AlertRepository:
        """The alerts, and what they follow from."""
        return AlertRepository(self.database)

    @cached_property
    def outbox(self) -> OutboxRepository:
        """The messages that are not delivered yet."""
        return OutboxRepository(self.database, self.leases)

    @cached_property
    def leases(self) -> LeaseRepository:
        """Which server does what only one is to do."""
        return LeaseRepository(self.database)

    @cached_property
    def servers(self) -> ServerRepository:
        """The servers that share this store."""
        return ServerRepository(self.database)

    @cached_property
    def usage(self) -> UsageRepository:
        """Amounts of data used."""
        return UsageRepository(self.database)

    def documents(self, kind: DocumentKind[D]) -> DocumentRepository[D]:
        """Return the documents of a kind.

        Args:
            kind: The kind.
        """
        return self._documents.setdefault(kind.name, DocumentRepository(self.database, kind.name))

    def transaction(self) -> AbstractContextManager[None]:
        """Run a block as one transaction over all repositories."""
        return self.database.transaction()

    def close(self) -> None:
        """Store what is still in memory and close the database."""
        try:
            self.usage.store()
        finally:
            self.database.close()
