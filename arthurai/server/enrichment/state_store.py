"""The states of the enrichments of models, and their store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.server.document_kinds import Kind
from arthurai.server.identifiers import new_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from arthurai.server.storage.documents import ControlStore
    from arthurai.server.storage.documents.stored_models import StoredModel

ANOMALY: Final = "anomaly_detection"
BIAS: Final = "bias_mitigation"
HOTSPOTS: Final = "hotspots"
EXPLAINABILITY: Final = "explainability"
NAMES: Final = (ANOMALY, BIAS, HOTSPOTS, EXPLAINABILITY)

DISABLED: Final = "Disabled"
PENDING: Final = "Pending"
TRAINING: Final = "Training"
READY: Final = "Ready"
FAILED: Final = "Failed"


class EnrichmentError(Exception):
    """An enrichment that failed; the text is the reason for users."""


class States:
    """The states of all enrichments of all models.

    A state is a JSON document with the members `model_id`, `name`, `enabled`, `status`,
    `config`, `reason` (of a failure), `since` (the number of the last inference
    before the enrichment was enabled), `done` (the number of the last one processed), `project`
    (id of the user's code of an explainer) and `revision` (changes whenever the enrichment is
    enabled or disabled).
    """

    def __init__(self, control: ControlStore) -> None:
        """Use a control store."""
        self._documents = control.documents(Kind.ENRICHMENT)
        self._transaction = control.transaction

    def get(self, record: StoredModel, name: str) -> dict[str, Any]:
        """Return the state of an enrichment; by default it is disabled.

        Args:
            record: The model.
            name: One of `NAMES`.
        """
        found = self._documents.get(record.organization_id, _id(record.id, name))
        return found or {
            "model_id": record.id,
            "name": name,
            "enabled": False,
            "status": DISABLED,
            "config": {},
            "revision": "",
        }

    def is_known(self, record: StoredModel, name: str) -> bool:
        """Return whether an enrichment was ever enabled or disabled."""
        return self._documents.get(record.organization_id, _id(record.id, name)) is not None

    def enable(
        self,
        record: StoredModel,
        name: str,
        *,
        since: int,
        config: Mapping[str, Any] | None = None,
        project: str | None = None,
    ) -> dict[str, Any]:
        """Enable an enrichment, or set it up again; it is pending from now on.

        Args:
            record: The model.
            name: One of `NAMES`.
            since: Number of the last inference that it does not apply to; an enabled enrichment
                keeps its own.
            config: Its settings; `None` keeps the current ones.
            project: Id of a project; `None` keeps the current one.
        """
        with self._transaction():
            before = self.get(record, name)
            state = {
                "model_id": record.id,
                "name": name,
                "enabled": True,
                "status": PENDING,
                "config": dict(before["config"] if config is None else config),
                "since": before["since"] if before["enabled"] else since,
                "done": before["done"] if before["enabled"] else since,
                "project": project or before.get("project"),
                "revision": new_id(),
            }
            self._put(record, state)
        return state

    def disable(self, record: StoredModel, name: str) -> dict[str, Any]:
        """Disable an enrichment; its settings are kept.

        Args:
            record: The model.
            name: One of `NAMES`.
        """
        with self._transaction():
            state = {**self.get(record, name), "enabled": False, "status": DISABLED}
            state.pop("reason", None)
            state["revision"] = new_id()
            self._put(record, state)
        return state

    def change(self, state: Mapping[str, Any], **members: Any) -> bool:
        """Change members of a state unless the enrichment was switched since it was read.

        Args:
            state: The state as it was read.
            members: New values; `None` removes a member.

        Returns:
            Whether the state was changed.
        """
        changed = False

        def work(document: dict[str, Any]) -> None:
            nonlocal changed
            if document["revision"] != state["revision"]:
                return
            changed = True
            for member, value in members.items():
                if value is None:
                    document.pop(member, None)
                else:
                    document[member] = value

        self._documents.change(None, _id(state["model_id"], state["name"]), work)
        return changed

    def list_enabled(self, model_id: str | None = None) -> list[dict[str, Any]]:
        """Return the states of all enabled enrichments.

        Args:
            model_id: Only those of this model.
        """
        return self._documents.list(None, model_id=model_id, enabled=True)

    def forget(self, record: StoredModel, name: str) -> None:
        """Delete the state of an enrichment with its settings."""
        self._documents.delete(record.organization_id, _id(record.id, name))

    def _put(self, record: StoredModel, state: Mapping[str, Any]) -> None:
        document_id = _id(record.id, str(state["name"]))
        self._documents.put(record.organization_id, document_id, state, model_id=record.id)


def to_api(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return a state of the API; the reason of a failure is added to the settings.

    Args:
        state: The state.
    """
    config = dict(state["config"])
    if state.get("reason"):
        config["reason"] = state["reason"]
    return {"enabled": state["enabled"], "status": state["status"], "config": config}


def _id(model_id: str, name: str) -> str:
    return f"{model_id}/{name}"
