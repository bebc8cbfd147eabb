"""Models and their groups."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, cast

import orjson

from arthurai.server.http.api_errors import ApiError, not_found
from arthurai.server.identifiers import new_id
from arthurai.server.model_schema import ModelSchema
from arthurai.server.storage.documents.control_database import ConstraintError
from arthurai.server.timestamps import format_now

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from arthurai.common.documents import Attribute, ModelGroup
    from arthurai.server.storage.documents.control_database import ControlDatabase, Row

READY: Final = "Ready"
ARCHIVED: Final = "Archived"
CREATION_FAILED: Final = "CreationFailed"
_MAX_CACHED: Final = 1000
_GROUP_MEMBERS: Final = (
    "id",
    "name",
    "description",
    "archived",
    "archived_at",
    "created_at",
    "updated_at",
)


@dataclass(frozen=True)
class StoredModel:
    """A model as it is stored.

    Attributes:
        id: Its id.
        organization_id: Its organization.
        partner_model_id: Id given by the caller.
        model_group_id: Its group.
        version_sequence_num: Place in the group, from 1.
        status: State of the life cycle.
        archived: Whether it was archived.
        revision: Grows with every change.
        created_at: Time of its creation.
        document: The other members of `Model`, attributes included.
    """

    id: str
    organization_id: str
    partner_model_id: str
    model_group_id: str
    version_sequence_num: int
    status: str
    archived: bool
    revision: int
    created_at: str
    document: Mapping[str, Any]

    @cached_property
    def schema(self) -> ModelSchema:
        """The typed schema of the model."""
        return ModelSchema.from_model({**self.document, "id": self.id})

    @property
    def attributes(self) -> list[Attribute]:
        """The attributes as in the API, implicit ones included."""
        attributes: list[Attribute] = self.document["attributes"]
        return attributes

    def require_active(self) -> StoredModel:
        """Return the model itself, for requests that an archived model does not accept.

        Raises:
            ApiError: 400 when it is archived.
        """
        if self.archived:
            raise ApiError(
                400,
                f"the model {self.partner_model_id!r} is archived: it can be read, but accepts "
                "neither data nor changes; create a new version in its group",
            )
        return self

    def to_api(self) -> dict[str, Any]:
        """Return the members of a `Model` that do not depend on `expand`, and the attributes."""
        return {
            **self.document,
            "id": self.id,
            "partner_model_id": self.partner_model_id,
            "model_group_id": self.model_group_id,
            "version_sequence_num": self.version_sequence_num,
            "status": self.status,
            "archived": self.archived,
            "created_at": self.created_at,
        }


class ModelRepository:
    """The models of all organizations.

    A model is decoded once per revision, because every row that is sent needs the schema of its
    model; models are never changed in place.
    """

    def __init__(self, database: ControlDatabase) -> None:
        """Use a control database."""
        self._database = database
        self._decoded: OrderedDict[str, StoredModel] = OrderedDict()

    def has_any(self) -> bool:
        """Return whether there is a model in any organization."""
        return self._database.row("SELECT 1 FROM models LIMIT 1") is not None

    def create(
        self,
        organization_id: str,
        document: Mapping[str, Any],
        *,
        partner_model_id: str,
        model_group_id: str | None,
        group_name: str | None,
    ) -> StoredModel:
        """Store a new model and, unless a group is given, a new group for it.

        Args:
            organization_id: Its organization.
            document: Its members except those that are attributes of `StoredModel`.
            partner_model_id: Id given by the caller.
            model_group_id: The group to add it to.
            group_name: Name of a new group.

        Raises:
            ApiError: 404 when the group does not exist, 409 when `partner_model_id` is taken.
        """
        model_id, moment = new_id(), format_now()
        groups = ModelGroupRepository(self._database)
        with self._database.transaction():
            if model_group_id is None:
                group = groups.create(organization_id, group_name)
            else:
                group = groups.get(organization_id, model_group_id)
                if group["archived"]:
                    raise ApiError(400, f"model group {model_group_id!r} is archived")
            sequence = 1 + int(
                self._database.scalar(
                    """SELECT COALESCE(MAX(version_sequence_num), 0) FROM models
                       WHERE model_group_id = ?""",
                    (group["id"],),
                )
            )
            try:
                self._database.execute(
                    """INSERT INTO models (id, organization_id, partner_model_id, model_group_id,
                       version_sequence_num, status, created_at, document)
                       VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                    (
                        model_id,
                        organization_id,
                        partner_model_id,
                        group["id"],
                        sequence,
                        "Creating",
                        moment,
                        orjson.dumps({**document, "updated_at": moment}).decode(),
                    ),
                )
            except ConstraintError:
                raise ApiError(
                    409,
                    f"partner_model_id {partner_model_id!r} belongs to another active model; "
                    "choose another or archive that model",
                ) from None
            return self.get(organization_id, model_id)

    def get(self, organization_id: str | None, model_id: str) -> StoredModel:
        """Return a model by its id.

        Args:
            organization_id: Its organization; `None` searches all organizations.
            model_id: Its id.

        Raises:
            ApiError: 404 when there is none.
        """
        row = self._database.kept_row(
            "SELECT * FROM models WHERE id = ? AND (? IS NULL OR organization_id = ?)",
            model_id,
            organization_id,
            organization_id,
        )
        if row is None:
            raise not_found(f"model {model_id!r} not found")
        return self._record(row)

    def find(self, organization_id: str, identifier: str, id_type: str = "id") -> StoredModel:
        """Return a model by one of its ids.

        Args:
            organization_id: Its organization.
            identifier: The id.
            id_type: `"id"` or `"partner_model_id"`; of several models with the same
                `partner_model_id` the active one is returned, else the newest.

        Raises:
            ApiError: 404 when there is none.
        """
        if id_type == "id":
            return self.get(organization_id, identifier)
        row = self._database.kept_row(
            """SELECT * FROM models WHERE organization_id = ? AND partner_model_id = ?
               ORDER BY archived, rowid DESC""",
            organization_id,
            identifier,
        )
        if row is None:
            raise not_found(f"model with partner_model_id {identifier!r} not found")
        return self._record(row)

    def list(
        self,
        organization_id: str | None,
        *,
        include_archived: bool = False,
        model_group_id: str | None = None,
    ) -> list[StoredModel]:
        """Return models in the order of their creation.

        Args:
            organization_id: Their organization; `None` means all organizations.
            include_archived: Whether to return archived models too.
            model_group_id: Return only models of this group.
        """
        rows = self._database.rows(
            """SELECT * FROM models WHERE (? IS NULL OR organization_id = ?)
               AND (? OR archived = 0) AND (? IS NULL OR model_group_id = ?) ORDER BY rowid""",
            (
                organization_id,
                organization_id,
                include_archived,
                model_group_id,
                model_group_id,
            ),
        )
        return [self._record(row) for row in rows]

    def list_without_attributes(
        self, organization_id: str, *, include_archived: bool = False
    ) -> Sequence[StoredModel]:
        """Return models in the order of their creation, their documents without attributes.

        Attributes are most of a document, and lists of many models rarely need them.

        Args:
            organization_id: Their organization.
            include_archived: Whether to return archived models too.
        """
        rows = self._database.rows(
            """SELECT id, organization_id, partner_model_id, model_group_id, version_sequence_num,
               status, archived, revision, created_at,
               json_remove(document, '$.attributes') AS document
               FROM models WHERE organization_id = ? AND (? OR archived = 0) ORDER BY rowid""",
            (organization_id, include_archived),
        )
        return [_record(row) for row in rows]

    def have_tag(self, organization_id: str, tag: str) -> bool:
        """Return whether a model has a tag, archived ones included.

        Args:
            organization_id: The organization of the models.
            tag: The tag.
        """
        found = self._database.row(
            f"""SELECT 1 FROM models WHERE organization_id = ?
                AND {self._database.has_element("tags")} LIMIT 1""",
            (organization_id, tag),
        )
        return found is not None

    def update(
        self, record: StoredModel, changes: Mapping[str, Any], *, status: str | None = None
    ) -> StoredModel:
        """Change members of a model's document and return its new state.

        Args:
            record: The model as it was read.
            changes: New values by member.
            status: New state of the life cycle; `None` keeps the current one.

        Raises:
            ApiError: 409 when another request has changed the model in the meantime.
        """
        document = {**record.document, **changes, "updated_at": format_now()}
        changed = self._database.execute(
            """UPDATE models SET document = ?, status = COALESCE(?, status),
               revision = revision + 1 WHERE id = ? AND revision = ?""",
            (orjson.dumps(document).decode(), status, record.id, record.revision),
        )
        if not changed:
            raise ApiError(
                409, "the model was changed by another request in the meantime; try again"
            )
        return self.get(record.organization_id, record.id)

    def archive(self, record: StoredModel) -> None:
        """Archive a model unless it is archived; its data are kept."""
        with self._database.transaction():
            current = self.get(record.organization_id, record.id)
            document = {**current.document, "updated_at": format_now()}
            self._database.execute(
                """UPDATE models SET archived = 1, status = ?, revision = revision + 1,
                   document = ? WHERE id = ? AND archived = 0""",
                (ARCHIVED, orjson.dumps(document).decode(), record.id),
            )

    def _record(self, row: Row) -> StoredModel:
        known = self._decoded.get(row["id"])
        if known is not None and known.revision == row["revision"]:
            return known
        record = _record(row)
        self._decoded[record.id] = record
        while len(self._decoded) > _MAX_CACHED:
            self._decoded.popitem(last=False)
        return record


class ModelGroupRepository:
    """The model groups of all organizations."""

    def __init__(self, database: ControlDatabase) -> None:
        """Use a control database."""
        self._database = database

    def create(self, organization_id: str, name: str | None) -> ModelGroup:
        """Create a group and return it."""
        group_id, moment = new_id(), format_now()
        self._database.execute(
            """INSERT INTO model_groups (id, organization_id, name, created_at, updated_at)
               VALUES (?, ?, ?, ?, ?)""",
            (group_id, organization_id, name, moment, moment),
        )
        return self.get(organization_id, group_id)

    def get(self, organization_id: str, group_id: str) -> ModelGroup:
        """Return a `ModelGroup` of the API.

        Raises:
            ApiError: 404 when there is none.
        """
        row = self._database.row(
            "SELECT * FROM model_groups WHERE organization_id = ? AND id = ?",
            (organization_id, group_id),
        )
        if row is None:
            raise not_found(f"model group {group_id!r} not found")
        return _group(row)

    def list(self, organization_id: str, *, include_archived: bool = False) -> list[ModelGroup]:
        """Return the groups of an organization in the order of their creation."""
        rows = self._database.rows(
            """SELECT * FROM model_groups WHERE organization_id = ? AND (? OR archived = 0)
               ORDER BY rowid""",
            (organization_id, include_archived),
        )
        return [_group(row) for row in rows]

    def update(
        self, organization_id: str, group_id: str, *, name: str | None, description: str | None
    ) -> ModelGroup:
        """Change name and description where given, and return the group.

        Raises:
            ApiError: 404 when there is none.
        """
        self.get(organization_id, group_id)
        self._database.execute(
            """UPDATE model_groups SET name = COALESCE(?, name),
               description = COALESCE(?, description), updated_at = ? WHERE id = ?""",
            (name, description, format_now(), group_id),
        )
        return self.get(organization_id, group_id)

    def archive(self, group_id: str) -> None:
        """Archive a group."""
        moment = format_now()
        self._database.execute(
            """UPDATE model_groups SET archived = 1, archived_at = ?, updated_at = ?
               WHERE id = ? AND archived = 0""",
            (moment, moment, group_id),
        )


def _group(row: Row) -> ModelGroup:
    group = {name: row[name] for name in _GROUP_MEMBERS}
    group["archived"] = bool(group["archived"])
    return cast("ModelGroup", group)


def _record(row: Row) -> StoredModel:
    return StoredModel(
        id=row["id"],
        organization_id=row["organization_id"],
        partner_model_id=row["partner_model_id"],
        model_group_id=row["model_group_id"],
        version_sequence_num=row["version_sequence_num"],
        status=row["status"],
        archived=bool(row["archived"]),
        revision=row["revision"],
        created_at=row["created_at"],
        document=orjson.loads(row["document"]),
    )
