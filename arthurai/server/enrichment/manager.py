"""Runs enrichments in the background."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from arthurai.server.background.worker import Worker
from arthurai.server.enrichment import state_store as states
from arthurai.server.enrichment.anomaly_scoring import AnomalyDetection
from arthurai.server.enrichment.applicability import find_refusal
from arthurai.server.enrichment.bias_mitigation import BiasMitigation
from arthurai.server.enrichment.explanations.explanation_enrichment import Explainability
from arthurai.server.enrichment.explanations.project_store import Projects
from arthurai.server.enrichment.hotspot_detection import Hotspots
from arthurai.server.enrichment.optional_imports import MissingPackageError
from arthurai.server.enrichment.training_data import reference_is_closed
from arthurai.server.http.api_errors import ApiError
from arthurai.server.storage.documents.stored_leases import LeaseLostError
from arthurai.server.storage.warehouse.errors import DataStoreError
from arthurai.server.storage.warehouse.row_questions import find_last_seq

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from arthurai.server.background.event_bus import DataEvent
    from arthurai.server.context import ScoredCallback, Stores
    from arthurai.server.enrichment.base_enrichment import Enrichment
    from arthurai.server.operator_limits import Limits
    from arthurai.server.storage.documents.stored_models import StoredModel
    from arthurai.server.storage.stored_files import StoredFiles

logger = logging.getLogger("arthurai.server.enrichment")

_Job: TypeAlias = tuple[str, str, str]
"""What to do, for which model and enrichment."""

_TRAIN: Final = "train"
_ADVANCE: Final = "advance"
_RETRY: Final = "retry"
_RECOVER: Final = "recover"
_INTERNAL_ERROR: Final = "internal error"
_FIRST_RETRY_SECONDS: Final = 5.0
_MAX_RETRY_SECONDS: Final = 600.0
_BUSY_SECONDS: Final = 2.0
"""How long to wait for another server that works on the same enrichment."""
_ADVANCED_BY: Final = {
    "inferences": (states.ANOMALY, states.EXPLAINABILITY, states.HOTSPOTS),
    "ground_truth": (states.HOTSPOTS,),
    "batch_closed": (states.HOTSPOTS,),
}


class Enrichments:
    """The enrichments of all models, run by two threads.

    One runs explanations, which are as slow as user code, the other one everything else. Work is a
    set of jobs, at most two for each enrichment of a model, so fast senders do not pile up work.
    Jobs process slices and queue up again behind the others. After a restart, or the end of another
    server, all work is found again from the states of the enrichments. One server at a time works
    on an enrichment of a model.

    Attributes:
        states: The states of all enrichments.
        hotspots: Finds weak regions.
        mitigation: Finds mitigation curves.
        projects: The code of users.
        explainability: Explains inferences.
    """

    def __init__(
        self,
        stores: Stores,
        data_dir: Path | None,
        on_scored: ScoredCallback,
        *,
        limits: Limits,
        allow_unconfined_code: bool,
        files: StoredFiles | None = None,
    ) -> None:
        """Watch the data store from now on.

        Args:
            stores: The stores; they outlive this.
            data_dir: Directory of everything the server keeps; `None` keeps it in memory.
            on_scored: Called when inferences got anomaly scores, with the model, the batches and
                the earliest and latest time of the inferences.
            limits: What the code of users may take.
            allow_unconfined_code: Run it even where the system cannot confine it.
            files: What servers share that have no directory.
        """
        self._control, self._data = stores
        self.states = states.States(stores.control)
        self.hotspots = Hotspots(stores)
        self.mitigation = BiasMitigation(stores)
        self.projects = Projects(
            data_dir,
            owner=stores.control.leases.holder,
            running=[server.id for server in stores.list_servers()],
            files=files,
            changing=stores.data.database.lock("projects"),
        )
        self.explainability = Explainability(
            stores,
            self.states,
            self.projects,
            private=data_dir,
            limits=limits,
            allow_unconfined_code=allow_unconfined_code,
        )
        enrichments: tuple[Enrichment, ...] = (
            AnomalyDetection(stores, self.states, on_scored),
            self.hotspots,
            self.mitigation,
            self.explainability,
        )
        self._by_name = {enrichment.name: enrichment for enrichment in enrichments}
        self._stopping = False
        self._explanations: Worker[_Job] = Worker("arthurai-explanations", self._run_job)
        self._others: Worker[_Job] = Worker("arthurai-enrichments", self._run_job)
        self._postponed: set[_Job] = set()
        stores.data.on_data(self._on_data)
        if stores.data.database.durable:
            self.take_over()

    def enable(
        self,
        record: StoredModel,
        name: str,
        config: Mapping[str, Any] | None = None,
        project: str | None = None,
    ) -> dict[str, Any]:
        """Enable an enrichment and set it up in the background.

        Args:
            record: The model.
            name: Name of the enrichment.
            config: Its settings; `None` keeps the current ones.
            project: Id of a project; `None` keeps the current one.

        Returns:
            Its state.
        """
        since = find_last_seq(self._data, record.schema)
        state = self.states.enable(record, name, since=since, config=config, project=project)
        if name == states.EXPLAINABILITY:
            self.explainability.stop(record.id, kept=state["revision"])
        self._add(_TRAIN, record.id, name)
        return state

    def drain(self, timeout: float | None = None) -> bool:
        """Wait until everything due to data and requests so far is done.

        Args:
            timeout: Maximum number of seconds per step; `None` waits as long as it takes.

        Returns:
            Whether everything was done.
        """
        return (
            self._data.drain_events(timeout)
            and self._others.drain(timeout)  # first, as it may add explanations
            and self._explanations.drain(timeout)
        )

    def measure(self) -> tuple[int, float]:
        """Return how many jobs wait, and the seconds since there were none."""
        both = [worker.measure() for worker in (self._others, self._explanations)]
        return sum(number for number, _ in both), max(seconds for _, seconds in both)

    def stop(self) -> None:
        """Stop after the slices that are being processed; returns at once."""
        self._stopping = True
        for worker in (self._others, self._explanations):
            worker.close(wait=False)

    def close(self, deadline: float | None = None) -> None:
        """Stop after the slices that are being processed; the next start resumes from there.

        Args:
            deadline: When to wait no longer, by `time.monotonic`.
        """
        self.stop()
        self.explainability.close()
        for worker in (self._others, self._explanations):
            worker.close(interrupt=self._data.interrupt, deadline=deadline)
        self.projects.close()

    def take_over(self) -> None:
        """Go on with what an earlier run, or a server that is gone, has left."""
        self._add(_RECOVER)

    def _add(self, action: str, model_id: str = "", name: str = "") -> None:
        self._worker(name).put((action, model_id, name))

    def _worker(self, name: str) -> Worker[_Job]:
        return self._explanations if name == states.EXPLAINABILITY else self._others

    def start_with_reference(self, record: StoredModel) -> None:
        """Start what waits for a closed reference set, if it is closed.

        Called before the response to a request that closes one, so that the next request finds it
        started.

        Args:
            record: The model.
        """
        if reference_is_closed(self._data, record.schema):
            self._start_after_reference(record.id)

    def _on_data(self, event: DataEvent) -> None:
        if event.kind == "reference_closed":
            self._start_after_reference(event.model_id)
            return
        names = _ADVANCED_BY.get(event.kind, ())
        if not names:
            return
        for state in self.states.list_enabled(event.model_id):
            if state["name"] not in names:
                continue
            if state["status"] == states.READY:
                self._add(_ADVANCE, event.model_id, state["name"])
            elif _may_try_again(state):
                self._add(_TRAIN, event.model_id, state["name"])

    def _start_after_reference(self, model_id: str) -> None:
        try:
            record = self._control.models.get(None, model_id)
        except ApiError:
            return  # the model is gone
        if not find_refusal(record.schema, states.ANOMALY):
            since = self._find_last_seq_before_closing(record)
            with self._control.transaction():
                if not self.states.is_known(record, states.ANOMALY):
                    self.states.enable(record, states.ANOMALY, since=since)
        for state in self.states.list_enabled(model_id):
            if state["status"] in {states.PENDING, states.TRAINING}:
                self._add(_TRAIN, model_id, state["name"])

    def _find_last_seq_before_closing(self, record: StoredModel) -> int:
        """Return the number of the last inference that came before the reference was closed."""
        data = self._data
        closed = data.reference(record.schema).updated_at
        return find_last_seq(data, record.schema, received_before=closed)

    def _run_job(self, job: _Job) -> None:
        action, model_id, name = job
        self._postponed.discard(job)
        try:
            if action == _RECOVER:
                self._recover()
                return
            with self._control.leases.hold(f"enrichment {name} of {model_id}") as lease:
                if lease is not None:
                    self._run_model_job(action, model_id, name)
                elif job not in self._postponed:
                    self._postponed.add(job)
                    self._worker(name).put_after(_BUSY_SECONDS, job)
        except ApiError:
            logger.info("model %s is gone", model_id)
        except LeaseLostError:
            logger.warning("another server goes on with enrichment %s of model %s", name, model_id)
        except Exception:
            if self._stopping:
                return  # the next start tries again
            logger.exception("enrichment %s of model %s failed", name, model_id)
            self._worker(name).put_after(_MAX_RETRY_SECONDS, job)

    def _run_model_job(self, action: str, model_id: str, name: str) -> None:
        record = self._control.models.get(None, model_id)
        state = self.states.get(record, name)
        if record.archived or not state["enabled"]:
            return
        if name == states.EXPLAINABILITY and not self.projects.has(model_id, state.get("project")):
            logger.info("the code of model %s is on another server", model_id)
            return
        if action == _TRAIN:
            if state["status"] != states.READY:  # another server was faster
                self._train(record, state)
        elif action == _RETRY:
            if state["status"] == states.FAILED and "failures" in state:
                self._train(record, state)
        elif state["status"] == states.READY:
            self._advance(record, state)

    def _train(self, record: StoredModel, state: Mapping[str, Any]) -> None:
        self.states.change(state, status=states.TRAINING, reason=None)
        name = str(state["name"])
        try:
            if not self._by_name[name].train(record, state):
                return
        except LeaseLostError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is becomes the state of the enrichment
            self._fail(state, error)
            return
        if self.states.change(state, status=states.READY):
            self._add(_ADVANCE, record.id, name)

    def _advance(self, record: StoredModel, state: Mapping[str, Any]) -> None:
        name = str(state["name"])
        try:
            more = self._by_name[name].advance(record, state)
        except LeaseLostError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is becomes the state of the enrichment
            self._fail(state, error)
            return
        if "failures" in state:
            self.states.change(state, failures=None, failed_at=None)
        if more:
            self._add(_ADVANCE, record.id, name)

    def _fail(self, state: Mapping[str, Any], error: Exception) -> None:
        """Store why an enrichment failed; unexpected reasons are only logged.

        What does not follow from the model, its data or its settings, such as a full disk, is tried
        again after growing waits, when data arrive, and after a restart.
        """
        if self._stopping:
            return  # the next start tries again
        retry: dict[str, Any] = {"failures": None, "failed_at": None}
        if not isinstance(error, states.EnrichmentError):
            failures = int(state.get("failures", 0)) + 1
            wait = min(_MAX_RETRY_SECONDS, _FIRST_RETRY_SECONDS * 2 ** (failures - 1))
            retry = {"failures": failures, "failed_at": time.time()}
            name = str(state["name"])
            self._worker(name).put_after(wait, (_RETRY, str(state["model_id"]), name))
        known = isinstance(error, (states.EnrichmentError, DataStoreError))
        reason = str(error)
        if not known:
            reason = f"{_INTERNAL_ERROR} ({type(error).__name__}); see the server's log"
        if not self.states.change(state, status=states.FAILED, reason=reason, **retry):
            return  # it was enabled or disabled meanwhile
        where = (state["name"], state["model_id"])
        if known:
            # Anomaly detection is on by default, also where nobody wants the packages it needs.
            is_missing = isinstance(error, MissingPackageError)
            level = logging.INFO if is_missing else logging.WARNING
            logger.log(level, "enrichment %s of model %s failed: %s", *where, reason)
        else:
            logger.error("enrichment %s of model %s failed", *where, exc_info=error)

    def _recover(self) -> None:
        """Resume what an earlier run of the server has left."""
        for record in self._control.models.list(None):
            if (
                not find_refusal(record.schema, states.ANOMALY)
                and not self.states.is_known(record, states.ANOMALY)
                and reference_is_closed(self._data, record.schema)
            ):
                self._start_after_reference(record.id)
        for state in self.states.list_enabled():
            if state["status"] in {states.PENDING, states.TRAINING} or _was_unexpected(state):
                self._add(_TRAIN, state["model_id"], state["name"])
            elif state["status"] == states.READY:
                self._add(_ADVANCE, state["model_id"], state["name"])


def _was_unexpected(state: Mapping[str, Any]) -> bool:
    """Return whether an enrichment failed for a reason that may go away by itself."""
    if state["status"] != states.FAILED:
        return False
    before_retries = str(state.get("reason", "")).startswith(_INTERNAL_ERROR)
    return "failures" in state or before_retries


def _may_try_again(state: Mapping[str, Any]) -> bool:
    """Return whether new data are a reason to try a failed enrichment again."""
    waited = time.time() - float(state.get("failed_at", 0.0))
    return _was_unexpected(state) and not 0 <= waited < _FIRST_RETRY_SECONDS
