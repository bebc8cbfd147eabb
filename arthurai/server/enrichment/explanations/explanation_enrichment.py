"""The enrichment that explains inferences, as they come and on demand."""

from __future__ import annotations

import hashlib
import logging
import math
import threading
from collections import OrderedDict
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from arthurai.common.vocabulary import InputType, OutputType, Stage, ValueType
from arthurai.server.enrichment.base_enrichment import Enrichment
from arthurai.server.enrichment.explanations.explainers import Task
from arthurai.server.enrichment.explanations.explanation_results import Explanation, build_tables
from arthurai.server.enrichment.optional_imports import require_installed
from arthurai.server.enrichment.state_store import EXPLAINABILITY, EnrichmentError
from arthurai.server.enrichment.training_data import (
    read_columns,
    read_reference,
    reference_is_closed,
)
from arthurai.server.identifiers import new_id
from arthurai.server.operator_limits import parse_amount
from arthurai.server.sandbox.sandbox_process import (
    CALL_SECONDS,
    SETUP_SECONDS,
    Sandbox,
    SandboxError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from arthurai.server.context import Stores
    from arthurai.server.enrichment.explanations.project_store import Projects
    from arthurai.server.enrichment.state_store import States
    from arthurai.server.model_schema import Attribute, ModelSchema
    from arthurai.server.operator_limits import Limits
    from arthurai.server.storage.documents.stored_models import StoredModel

logger = logging.getLogger("arthurai.server.enrichment")

SAMPLE_ROWS: Final = 5000
SLICE_ROWS: Final = 8
DEFAULT_SEED: Final = 0
_MAX_READ_ROWS: Final = 2000
_TASK_KINDS: Final = {InputType.Tabular: "tabular", InputType.NLP: "text", InputType.Image: "image"}
_NUMBERS: Final = frozenset({ValueType.Integer, ValueType.Float})
_TEXTS: Final = frozenset({ValueType.Unstructured_Text, ValueType.String})


class _EndedError(Exception):
    """The process was stopped between being looked up and being called."""


class BaseValues(NamedTuple):
    """The mean predictions that the values of SHAP start from.

    Attributes:
        values: By predicted attribute.
        rows: Rows of the reference set that they are the mean of; `None` where not known.
        errors: Their standard errors as means of the whole sample; `None` where not known.
    """

    values: list[float]
    rows: int | None
    errors: list[float] | None


@dataclass
class _Running:
    """A running process and what belongs to it."""

    schema: ModelSchema
    revision: str
    scratch: Path
    sandbox: Sandbox
    base: BaseValues | None = None
    ended: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def call(self, name: str, arguments: dict[str, Any]) -> Any:
        """Call the process; only one thread at a time does."""
        if not self.lock.acquire(timeout=CALL_SECONDS):
            raise SandboxError("the model code is busy; try again later")
        try:
            if self.ended:
                raise _EndedError
            return self.sandbox.call(name, arguments)
        except SandboxError:
            if self.ended:
                raise SandboxError("the explainer was stopped meanwhile") from None
            raise
        finally:
            self.lock.release()

    def end(self) -> None:
        """End the process, even during a call."""
        self.ended = True
        self.sandbox.close()

    def end_if_idle(self) -> bool:
        """End the process unless it is being called; return whether it was ended."""
        if not self.lock.acquire(blocking=False):
            return False
        try:
            self.end()
        finally:
            self.lock.release()
        return True


def select_inputs(schema: ModelSchema) -> tuple[Attribute, ...]:
    """Return the attributes that the predict function takes.

    Args:
        schema: Schema of the model.

    Raises:
        EnrichmentError: a text or image model has not exactly one text or image.
    """
    found = schema.by_stage(Stage.ModelPipelineInput)
    if schema.input_type == InputType.Tabular:
        return found
    wanted = _TEXTS if schema.input_type == InputType.NLP else {ValueType.Image}
    fitting = tuple(a for a in found if a.value_type in wanted)
    if len(fitting) != 1:
        raise EnrichmentError(
            f"a model with input type {schema.input_type} needs exactly one pipeline input of type"
            f" {' or '.join(sorted(wanted))} to be explained; it has {len(fitting)}"
        )
    return fitting


class Explainability(Enrichment):
    """Runs explainers on the projects of users, each in its own process."""

    name = EXPLAINABILITY

    def __init__(
        self,
        stores: Stores,
        states: States,
        projects: Projects,
        *,
        private: Path | None,
        limits: Limits,
        allow_unconfined_code: bool,
    ) -> None:
        """Work for an application.

        Args:
            stores: The stores.
            states: The states of all enrichments.
            projects: The unpacked projects.
            private: Directory that the code of users must not read.
            limits: What it may take.
            allow_unconfined_code: Run it even where the system cannot confine it.
        """
        self._control, self._data = stores
        self._states = states
        self._projects = projects
        self._private = private
        self._limits = limits
        self._allow_unconfined_code = allow_unconfined_code
        self._lock = threading.Lock()
        self._processes: OrderedDict[str, _Running] = OrderedDict()
        self._starting: list[_Running] = []
        self._closed = False

    def train(self, record: StoredModel, state: Mapping[str, Any]) -> bool:
        """Start the process of a project and create the explainers.

        Args:
            record: The model.
            state: The state of the enrichment.

        Returns:
            Whether they are created, which requires a closed reference set for tabular models.

        Raises:
            EnrichmentError: packages are missing, or user code failed.
        """
        schema = record.schema
        select_inputs(schema)
        if schema.input_type == InputType.Tabular and not reference_is_closed(self._data, schema):
            return False
        for module in _required_packages(schema, str(state["config"]["explanation_algo"])):
            require_installed(module)
        self._end(record.id)
        try:
            running = self._start(record, state)
        except SandboxError as error:
            raise EnrichmentError(str(error)) from None
        self.delete_old_projects(record)
        if running.base is not None and schema.input_type == InputType.Tabular:
            config = {**state["config"], "shap_expected_values": running.base.values}
            self._states.change(state, config=config)
        return True

    def delete_old_projects(self, record: StoredModel) -> None:
        """Delete the projects of a model but the newest."""
        with self._projects.changing:
            newest = self._states.get(record, self.name)
            self._projects.keep_only(record.id, {str(newest.get("project"))})

    def advance(self, record: StoredModel, state: Mapping[str, Any]) -> bool:
        """Explain the next inferences, a few at a time.

        Args:
            record: The model.
            state: The state of the enrichment.

        Returns:
            Whether there are more.

        Raises:
            EnrichmentError: User code failed; the text holds its traceback.
        """
        config = state["config"]
        schema, store = record.schema, self._data
        used = select_inputs(schema)
        streams = config.get("streaming_explainability_enabled") is not False
        columns = read_columns(
            store,
            store.relation(schema, "inference"),
            ["seq", "inference_id", *(a.column for a in used)],
            where="seq > ?",
            params=[int(state["done"])],
            limit=_MAX_READ_ROWS,
        )
        seqs, ids = columns["seq"], columns["inference_id"]
        if not seqs:
            return False
        if not streams or schema.input_type == InputType.Image:
            self._states.change(state, done=seqs[-1])
            return len(seqs) == _MAX_READ_ROWS
        share = float(config["inference_consumer_score_percent"])
        values = list(zip(*(columns[a.column] for a in used), strict=True))
        chosen = [n for n, i in enumerate(ids) if is_chosen(i, share)][:SLICE_ROWS]
        complete = [n for n in chosen if None not in values[n]]
        if complete:
            algorithm = str(config["explanation_algo"])
            found = self._explain(record, state, [values[n] for n in complete], algorithm, None)
            explained = zip((ids[n] for n in complete), found, strict=True)
            for source, table in build_tables(schema, used, algorithm, list(explained)).items():
                store.store_enrichment(record.id, source, table)
        done = seqs[chosen[-1]] if len(chosen) == SLICE_ROWS else seqs[-1]
        self._states.change(state, done=done)
        return bool(done < seqs[-1] or len(seqs) == _MAX_READ_ROWS)

    def explain(
        self,
        record: StoredModel,
        state: Mapping[str, Any],
        values: Sequence[Any],
        algorithm: str,
        samples: int | None,
    ) -> Explanation:
        """Explain one row.

        Args:
            record: The model.
            state: The state of the enrichment.
            values: Values of `select_inputs(record.schema)`.
            algorithm: `lime` or `shap`.
            samples: Number of perturbations; `None` takes that of the settings.

        Raises:
            EnrichmentError: User code failed; the text holds its traceback.
        """
        found = self._explain(record, state, [values], algorithm, samples)[0]
        inputs = select_inputs(record.schema)
        missing = tuple(a.name for a, v in zip(inputs, values, strict=True) if v in (None, ""))
        return Explanation(record.schema, inputs, algorithm, found, missing)

    def predict(
        self, record: StoredModel, state: Mapping[str, Any], values: Sequence[Any]
    ) -> list[float]:
        """Return the predictions for one row, by predicted attribute.

        Args:
            record: The model.
            state: The state of the enrichment.
            values: Values of `select_inputs(record.schema)`.

        Raises:
            EnrichmentError: User code failed; the text holds its traceback.
        """
        rows = [self._to_row(record.schema, values)]
        found = self._call(record, state, "predict", {"rows": rows})
        return _check_predictions(found, len(record.schema.predicted))

    def base_values(self, record: StoredModel, state: Mapping[str, Any]) -> BaseValues | None:
        """Return the mean prediction over a background, by predicted attribute.

        Args:
            record: The model.
            state: The state of the enrichment.

        Raises:
            EnrichmentError: User code failed; the text holds its traceback.
        """
        try:
            return self._get_running(record, state).base
        except SandboxError as error:
            raise EnrichmentError(str(error)) from None

    def explain_image(
        self, record: StoredModel, state: Mapping[str, Any], image_id: str, samples: int | None
    ) -> dict[str, Any]:
        """Return the segments of an image and their scores by predicted attribute.

        Args:
            record: The model.
            state: The state of the enrichment.
            image_id: Id of the image.
            samples: Number of perturbations; `None` takes that of the settings.

        Raises:
            EnrichmentError: User code failed; the text holds its traceback.
        """
        found = self._explain(record, state, [(image_id,)], "lime", samples)[0]
        if not isinstance(found, dict) or set(found) != _IMAGE_MEMBERS:
            raise EnrichmentError("the model code sent an invalid explanation")
        return found

    def stop(self, model_id: str, *, kept: str | None = None) -> None:
        """End the processes of a model, including those that are being set up.

        Args:
            model_id: The model.
            kept: Revision of the settings whose process is kept.
        """
        with self._lock:
            found = [
                r for r in self._starting if r.schema.model_id == model_id and r.revision != kept
            ]
            running = self._processes.get(model_id)
            if running is not None and running.revision != kept:
                found.append(self._processes.pop(model_id))
        for one in found:
            one.end()

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            self._closed = True
            found = [*self._processes.values(), *self._starting]
            self._processes.clear()
        for running in found:
            running.end()

    def _end(self, model_id: str) -> None:
        """End the process of a model that is set up, if there is one."""
        with self._lock:
            running = self._processes.pop(model_id, None)
        if running is not None:
            running.end()

    def _explain(
        self,
        record: StoredModel,
        state: Mapping[str, Any],
        rows: Sequence[Sequence[Any]],
        algorithm: str,
        samples: int | None,
    ) -> list[Any]:
        schema = record.schema
        if schema.input_type == InputType.Image:
            return [self._explain_stored_image(record, state, row, samples) for row in rows]
        arguments = {
            "rows": [self._to_row(schema, row) for row in rows],
            "algorithm": algorithm,
            "samples": samples or int(state["config"]["explanation_nsamples"]),
        }
        return _check_rows(self._call(record, state, "explain", arguments), len(rows))

    def _explain_stored_image(
        self,
        record: StoredModel,
        state: Mapping[str, Any],
        row: Sequence[Any],
        samples: int | None,
    ) -> Any:
        content = self._data.images(record.schema).get(str(row[0]))
        try:
            running = self._get_running(record, state)
            # A name at which user code cannot have put a link.
            path = running.scratch / f"image-{new_id()}"
            with path.open("xb") as file:
                file.write(content)
        except (SandboxError, OSError) as error:
            raise EnrichmentError(str(error)) from None
        arguments = {
            "rows": [str(path)],
            "algorithm": "lime",
            "samples": samples or int(state["config"]["explanation_nsamples"]),
        }
        try:
            return _check_rows(self._call(record, state, "explain", arguments), 1)[0]
        finally:
            path.unlink(missing_ok=True)

    @staticmethod
    def _to_row(schema: ModelSchema, values: Sequence[Any]) -> Any:
        return values[0] if schema.input_type == InputType.NLP else list(values)

    def _call(
        self, record: StoredModel, state: Mapping[str, Any], name: str, arguments: dict[str, Any]
    ) -> Any:
        try:
            while True:
                try:
                    return self._get_running(record, state).call(name, arguments)
                except _EndedError:
                    continue  # to make room for another model
        except SandboxError as error:
            raise EnrichmentError(str(error)) from None

    def _get_running(self, record: StoredModel, state: Mapping[str, Any]) -> _Running:
        with self._lock:
            running = self._processes.get(record.id)
            if running is not None:
                self._processes.move_to_end(record.id)
        if (
            running is not None
            and running.sandbox.is_alive
            and running.revision == state["revision"]
            and running.schema == record.schema
            and not (running.sandbox.is_exhausted and running.end_if_idle())
        ):
            return running
        self._end(record.id)
        return self._start(record, state)

    def _start(self, record: StoredModel, state: Mapping[str, Any]) -> _Running:
        """Start a process and set it up; of too many, the one idle longest is ended."""
        project_id = str(state["project"])
        if not self._projects.has(record.id, project_id):
            raise SandboxError("the project is gone; send it again")
        scratch = self._projects.scratch(record.id, project_id)
        sandbox = Sandbox(self._projects.directory(record.id, project_id), scratch, self._private)
        running = _Running(record.schema, str(state["revision"]), scratch, sandbox)
        with self._lock:
            self._starting.append(running)
        try:
            self._require_current(record, running)
            running.base = self._set_up(record.schema, state["config"], running)
            self._require_current(record, running)
        except BaseException:
            running.end()
            raise
        finally:
            with self._lock:
                self._starting = [one for one in self._starting if one is not running]
        with self._lock:
            if self._closed:
                running.end()
                raise SandboxError("the server is stopping")
            other = self._processes.pop(record.id, None)
            surplus = len(self._processes) + 1 - self._limits.explainer_processes
            for model_id, candidate in list(self._processes.items()):
                if surplus > 0 and candidate.end_if_idle():
                    del self._processes[model_id]
                    surplus -= 1
            self._processes[record.id] = running
        if other is not None:
            other.end()
        return running

    def _require_current(self, record: StoredModel, running: _Running) -> None:
        """Raise when the model or its settings have changed meanwhile."""
        if self._closed:
            raise SandboxError("the server is stopping")
        is_current = self._states.get(record, self.name)["revision"] == running.revision
        if not is_current or self._control.models.get(None, record.id).archived:
            raise SandboxError("the explainer was stopped meanwhile")

    def _set_up(
        self, schema: ModelSchema, config: Mapping[str, Any], running: _Running
    ) -> BaseValues | None:
        """Set a process up and return its base values."""
        wanted = parse_amount(str(config["model_server_memory"])) or 0
        prepared = running.sandbox.call(
            "prepare",
            {
                "task": asdict(self._task(schema, config)),
                "memory": min(wanted, self._limits.explainer_memory),
                "cpu_seconds": self._limits.explainer_processor_seconds,
            },
            seconds=SETUP_SECONDS,
        )
        self._require_confined(prepared["missing"])
        module = {"module": config["user_predict_function_import_path"]}
        result = running.sandbox.call("setup", module, seconds=SETUP_SECONDS)
        try:
            values, rows = _to_numbers(result["expected"]), result["rows"]
            errors = _to_numbers(result["errors"])
            if values is None:
                return None
            return BaseValues(values, None if rows is None else int(rows), errors)
        except (TypeError, KeyError, ValueError, OverflowError):
            raise SandboxError("the model code sent invalid data to the server") from None

    def _require_confined(self, missing: Sequence[str]) -> None:
        """Raise where the system does not confine user code, unless the operator allows that."""
        if not missing:
            return
        layers = ", ".join(missing)
        if not self._allow_unconfined_code:
            logger.error("user code is refused: this system cannot confine it; missing: %s", layers)
            raise SandboxError(
                f"this system cannot confine the code of a project (missing: {layers}); run the "
                "server on Linux 5.13 or later, or, if you trust everybody who may change "
                "enrichments, let it run unconfined: serve --allow-unconfined-code"
            )
        logger.warning("user code runs although it cannot be confined; missing: %s", layers)

    def _task(self, schema: ModelSchema, config: Mapping[str, Any]) -> Task:
        used = select_inputs(schema)
        kind = _TASK_KINDS[schema.input_type]
        columns: dict[str, list[Any]] = {}
        if kind != "image":
            columns = read_reference(self._data, schema, used, SAMPLE_ROWS)
        sample = [list(row) for row in zip(*columns.values(), strict=True)]
        return Task(
            kind=kind,
            outputs=len(schema.predicted),
            classifies=schema.output_type != OutputType.Regression,
            algorithm=str(config["explanation_algo"]),
            seed=int(config.get("seed") or DEFAULT_SEED),
            positive=next(
                (n for n, a in enumerate(schema.predicted) if a is schema.positive_predicted), None
            ),
            features=[a.name for a in used],
            categories=[
                None
                if a.value_type in _NUMBERS and not a.categorical
                else _list_categories(a, columns.get(a.column, ()))
                for a in used
            ],
            sample=sample,
            delimiter=schema.text_delimiter or r"\W+",
        )


_IMAGE_MEMBERS: Final = {"lime_segment_mask", "lime_region_mapping"}


def is_chosen(inference_id: str, share: float) -> bool:
    """Return whether an inference is in the share of those to explain.

    Args:
        inference_id: Its id.
        share: Between 0 and 1.
    """
    digest = hashlib.sha256(inference_id.encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def _required_packages(schema: ModelSchema, algorithm: str) -> list[str]:
    if schema.input_type == InputType.Image:
        return ["lime", "skimage"]
    return ["shap"] if algorithm == "shap" else ["lime"]


def _list_categories(attribute: Attribute, values: Sequence[Any]) -> list[Any]:
    """Return the categories of an attribute, declared ones first."""
    known: dict[str, Any] = {}
    if attribute.value_type == ValueType.String:
        known = {category: category for category in attribute.categories}
    for value in values:
        if value is not None:
            known.setdefault(str(value), value)
    return list(known.values())


def _check_rows(found: Any, rows: int) -> list[Any]:
    if not isinstance(found, list) or len(found) != rows:
        raise EnrichmentError("the model code sent an invalid explanation")
    return found


def _check_predictions(found: Any, outputs: int) -> list[float]:
    (values,) = _check_rows(found, 1)
    if (
        not isinstance(values, list)
        or len(values) != outputs
        or not all(type(value) in {int, float} and math.isfinite(value) for value in values)
    ):
        raise EnrichmentError("the model code sent an invalid prediction")
    return [float(value) for value in values]


def _to_numbers(found: Any) -> list[float] | None:
    return None if found is None else [float(value) for value in found]
