"""Changing the attributes of a model: freely before data arrive, labels only afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.common.attribute_spec import GROUND_TRUTH_STAGES
from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError
from arthurai.server.resources.models.creation import complete_attributes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from arthurai.server.context import Stores
    from arthurai.server.storage.documents.stored_models import ModelRecord


def has_inferences(stores: Stores, record: ModelRecord) -> bool:
    """Tell whether a model has received inferences."""
    return stores.data.has_inferences(record.id)


def replaced(
    stores: Stores,
    record: ModelRecord,
    given: Sequence[Mapping[str, Any]],
    *,
    known: Iterable[Mapping[str, Any]],
    ground_truth_is_free: bool = False,
) -> ModelRecord:
    """Give a model a new set of attributes.

    Args:
        stores: The stores.
        record: The model.
        given: The whole set as it was sent.
        known: Those of the present attributes whose ids go on.
        ground_truth_is_free: Whether ground truth may change even though there are inferences.

    Returns:
        The model in its new state. Its alert rules are archived unless only labels changed.

    Raises:
        ApiError: 400 when the attributes contradict each other, 409 when they differ in more than
            labels and there are inferences.
    """
    output_type = record.document["output_type"]
    attributes = complete_attributes(given, output_type, list(known), record.attributes)
    if _structure(attributes) == _structure(record.attributes):
        return stores.control.models.update(record, {"attributes": attributes})
    if has_inferences(stores, record):
        ignored = GROUND_TRUTH_STAGES if ground_truth_is_free else frozenset[str]()
        if _structure(attributes, ignored) != _structure(record.attributes, ignored):
            raise ApiError(
                409, "the model has inferences: only labels of its attributes can be changed"
            )
    return stored(stores, record, attributes)


def stored(
    stores: Stores, record: ModelRecord, attributes: Sequence[Mapping[str, Any]]
) -> ModelRecord:
    """Store another set of attributes.

    Alert rules are archived, pinned columns that are gone are unpinned, tables are made to fit.

    Args:
        stores: The stores.
        record: The model.
        attributes: The whole, checked set.
    """
    with stores.control.transaction():
        changed = stores.control.models.update(record, {"attributes": list(attributes)})
        _archive_rules(stores, record)
        _unpin(stores, record, changed)
        stores.data.update_schema(changed.schema)
    return changed


def _structure(
    attributes: Iterable[Mapping[str, Any]], ignored: frozenset[str] = frozenset()
) -> dict[tuple[str, str], dict[str, Any]]:
    """Return everything about attributes except ids and labels, by stage and name."""
    return {
        (a["stage"], a["name"]): {
            **{name: value for name, value in a.items() if name not in {"id", "label"}},
            "categories": [category["value"] for category in a.get("categories", ())],
        }
        for a in attributes
        if not a.get("implicit") and a["stage"] not in ignored
    }


def _archive_rules(stores: Stores, record: ModelRecord) -> None:
    rules = stores.control.documents(Kind.ALERT_RULE)
    for rule in rules.list(record.organization_id, model_id=record.id):
        archived = {**rule, "enabled": False, "archived": True}
        rules.put(record.organization_id, rule["id"], archived, model_id=record.id)


def _unpin(stores: Stores, before: ModelRecord, after: ModelRecord) -> None:
    gone = {a["name"] for a in before.attributes} - {a["name"] for a in after.attributes}

    def unpin(pinned: dict[str, Any]) -> None:
        pinned["columns"] = [name for name in pinned["columns"] if name not in gone]

    stores.control.documents(Kind.PINNED_COLUMNS).change(after.organization_id, after.id, unpin)
