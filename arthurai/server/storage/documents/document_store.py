"""JSON documents of any kind: metrics, alert rules, alerts, configurations and more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

import orjson

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arthurai.server.storage.documents.control_database import ControlDatabase

D = TypeVar("D")


class DocumentRepository(Generic[D]):
    """The documents of one kind; each belongs to an organization and optionally to a model."""

    def __init__(self, database: ControlDatabase, kind: str) -> None:
        """Use the documents of one kind.

        Args:
            database: The control database.
            kind: Name of the kind, e.g. `"metric"`.
        """
        self._database = database
        self.kind = kind

    def put(
        self,
        organization_id: str,
        document_id: str,
        document: Mapping[str, object],
        *,
        model_id: str | None = None,
    ) -> None:
        """Store a document; one with the same id is replaced and keeps its place in the order.

        Args:
            organization_id: Its organization.
            document_id: Its id.
            document: Its JSON content.
            model_id: Its model.
        """
        self._database.execute(
            """INSERT INTO documents (kind, organization_id, id, model_id, document)
               VALUES (?, ?, ?, ?, ?)
               ON CONFLICT (kind, organization_id, id) DO UPDATE
               SET document = excluded.document,
                   model_id = COALESCE(excluded.model_id, documents.model_id)""",
            (self.kind, organization_id, document_id, model_id, orjson.dumps(document).decode()),
        )

    def get(self, organization_id: str | None, document_id: str) -> D | None:
        """Return a document, or `None`.

        Args:
            organization_id: Its organization; `None` searches all organizations.
            document_id: Its id.
        """
        row = self._database.row(
            """SELECT document FROM documents
               WHERE kind = ? AND id = ? AND (? IS NULL OR organization_id = ?)""",
            (self.kind, document_id, organization_id, organization_id),
        )
        return None if row is None else orjson.loads(row["document"])

    def list(
        self, organization_id: str | None, *, model_id: str | None = None, **members: object
    ) -> list[D]:
        """Return documents in the order of their creation.

        Args:
            organization_id: Their organization; `None` means all organizations.
            model_id: Return only documents of this model.
            members: Return only documents whose top-level members have these values.
        """
        condition, values = self._condition(organization_id, model_id, members)
        rows = self._database.rows(
            f"SELECT document FROM documents WHERE {condition} ORDER BY position",
            values,
        )
        return [orjson.loads(row["document"]) for row in rows]

    def count(
        self, organization_id: str | None, *, model_id: str | None = None, **members: object
    ) -> int:
        """Count documents.

        Args:
            organization_id: Their organization; `None` means all organizations.
            model_id: Return only documents of this model.
            members: Return only documents whose top-level members have these values.
        """
        condition, values = self._condition(organization_id, model_id, members)
        statement = f"SELECT count(*) FROM documents WHERE {condition}"
        return int(self._database.scalar(statement, values))

    def change(
        self,
        organization_id: str | None,
        document_id: str,
        change: Callable[[D], None],
    ) -> D | None:
        """Change a document in one transaction and return it, or `None` if there is none.

        Args:
            organization_id: Its organization; `None` searches all organizations.
            document_id: Its id.
            change: Function that changes the document in place.
        """
        with self._database.transaction():
            row = self._database.row(
                """SELECT position, document FROM documents
                   WHERE kind = ? AND id = ? AND (? IS NULL OR organization_id = ?)""",
                (self.kind, document_id, organization_id, organization_id),
            )
            if row is None:
                return None
            document: D = orjson.loads(row["document"])
            change(document)
            self._database.execute(
                "UPDATE documents SET document = ? WHERE position = ?",
                (orjson.dumps(document).decode(), row["position"]),
            )
        return document

    def delete(self, organization_id: str, document_id: str) -> bool:
        """Delete a document; return whether it existed.

        Args:
            organization_id: Its organization.
            document_id: Its id.
        """
        return bool(
            self._database.execute(
                "DELETE FROM documents WHERE kind = ? AND organization_id = ? AND id = ?",
                (self.kind, organization_id, document_id),
            )
        )

    def delete_all(self, organization_id: str, *, model_id: str | None = None) -> int:
        """Delete the documents of an organization or of one of its models; return how many.

        Args:
            organization_id: Their organization.
            model_id: Return only documents of this model.
        """
        condition, values = self._condition(organization_id, model_id, {})
        statement = f"DELETE FROM documents WHERE {condition}"
        return self._database.execute(statement, values)

    def keep_newest(self, organization_id: str, number: int) -> int:
        """Delete all documents of an organization but the newest; return how many.

        Args:
            organization_id: Their organization.
            number: How many to keep.
        """
        return self._database.execute(
            """DELETE FROM documents WHERE kind = ? AND organization_id = ? AND position <= (
                   SELECT position FROM documents WHERE kind = ? AND organization_id = ?
                   ORDER BY position DESC LIMIT 1 OFFSET ?)""",
            (self.kind, organization_id, self.kind, organization_id, number),
        )

    def _condition(
        self, organization_id: str | None, model_id: str | None, members: Mapping[str, object]
    ) -> tuple[str, tuple[object, ...]]:
        parts = ["kind = ?"]
        values: list[object] = [self.kind]
        if organization_id is not None:
            parts.append("organization_id = ?")
            values.append(organization_id)
        if model_id is not None:
            parts.append("model_id = ?")
            values.append(model_id)
        for name, value in members.items():
            condition, wanted = self._database.member_is(name, value)
            parts.append(condition)
            values.append(wanted)
        return " AND ".join(parts), tuple(values)
