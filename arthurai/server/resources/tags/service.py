"""Tags: labels of models, known to an organization while at least one model has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.server.document_kinds import Kind
from arthurai.server.identifiers import new_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arthurai.common.documents import Tag
    from arthurai.server.storage.documents import ControlStore


def find_tag(control: ControlStore, organization_id: str, name: str) -> Tag | None:
    """Return the tag of that name, or `None`."""
    found = control.documents(Kind.TAG).list(organization_id, name=name)
    return found[0] if found else None


def ensure_tag(control: ControlStore, organization_id: str, name: str) -> Tag:
    """Return the tag of that name; create it if there is none."""
    found = find_tag(control, organization_id, name)
    if found is None:
        found = {"id": new_id(), "organization_id": organization_id, "name": name}
        control.documents(Kind.TAG).put(organization_id, found["id"], found)
    return found


def sync_tags(control: ControlStore, organization_id: str, names: Iterable[str]) -> None:
    """Create or delete tags after models changed, so that exactly those in use exist.

    Args:
        control: The control store.
        organization_id: The organization of the models.
        names: Tags that were added to a model or removed from it.
    """
    for name in set(names):
        if control.models.have_tag(organization_id, name):
            ensure_tag(control, organization_id, name)
        else:
            found = find_tag(control, organization_id, name)
            if found is not None:
                control.documents(Kind.TAG).delete(organization_id, found["id"])


def rename_tag(control: ControlStore, organization_id: str, old: str, new: str | None) -> None:
    """Give a tag another name on all models, or remove it from them.

    Args:
        control: The control store.
        organization_id: The organization of the models.
        old: The tag.
        new: Its new name; `None` removes it.
    """
    for record in control.models.list(organization_id, include_archived=True):
        tags = record.document.get("tags") or []
        if old in tags:
            changed = [new if tag == old else tag for tag in tags]
            kept = [tag for tag in changed if tag is not None]
            control.models.update(record, {"tags": list(dict.fromkeys(kept))})
