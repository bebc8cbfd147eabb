"""Deletion of all data of models that are gone for good.

A model leaves the control database in one transaction; its rows, images and projects are deleted
after that. They are noted in the same transaction, so that a server that is killed in between, or
one that cannot delete them at that time, leaves them to the next start, or to another server.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from arthurai.server.document_kinds import Kind

if TYPE_CHECKING:
    from arthurai.server.context import Stores
    from arthurai.server.enrichment.explanations.project_store import Projects

logger = logging.getLogger("arthurai.server.background")

CHECK_SECONDS: Final = 60.0
"""How often the clock looks for what is left to delete."""
_ALL: Final = ""
"""Stands for an organization: that of a deleted model is deleted as well."""


class ModelDeletions:
    """The models whose data are to be deleted.

    Args:
        stores: The stores.
        projects: The code of users.
    """

    def __init__(self, stores: Stores, projects: Projects) -> None:
        self._data = stores.data
        self._projects = projects
        self._noted = stores.control.documents(Kind.MODEL_DELETION)

    def note(self, model_id: str) -> None:
        """Note a model, inside the transaction that deletes it.

        Args:
            model_id: The model.
        """
        self._noted.put(_ALL, model_id, {"id": model_id})

    def run(self) -> None:
        """Delete the data of all noted models; what cannot be deleted stays noted."""
        for noted in self._noted.list(_ALL):
            model_id = str(noted["id"])
            try:
                self._data.delete_model(model_id)
                self._projects.keep_only(model_id, ())
            except Exception:
                logger.exception("the data of model %s are to be deleted later", model_id)
            else:
                self._noted.delete(_ALL, model_id)
