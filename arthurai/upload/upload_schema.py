"""What sending has to know about a model: its attributes and how its data travels."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

INFERENCE_STAGES = frozenset(
    {"PIPELINE_INPUT", "PREDICT_FUNCTION_INPUT", "NON_INPUT_DATA", "PREDICTED_VALUE"}
)
"""Stages whose attributes travel in `inference_data`."""

TRUTH_STAGES = frozenset({"GROUND_TRUTH", "GROUND_TRUTH_CLASS"})
"""Stages whose attributes travel in `ground_truth_data`."""

OPTIONAL_STAGES = frozenset({"PREDICT_FUNCTION_INPUT", "NON_INPUT_DATA"})
"""Stages a table may leave out."""

META_COLUMNS = (
    "inference_timestamp",
    "ground_truth_timestamp",
    "partner_inference_id",
    "batch_id",
)
"""Columns beside the attributes."""

NESTED_COLUMNS = ("inference_data", "ground_truth_data", "reference_data")
"""Columns that hold one dict of attributes a row."""

_PARQUET_INPUTS = frozenset({"TABULAR", "IMAGE", "NLP"})
_PARQUET_OUTPUTS = frozenset(
    {"REGRESSION", "MULTICLASS", "MULTILABEL", "OBJECT_DETECTION", "TOKEN_SEQUENCE"}
)


@dataclass(frozen=True, slots=True)
class IngestAttribute:
    """One attribute of the model.

    Attributes:
        name: column name.
        value_type: wire value of `ValueType`.
        stage: wire value of `Stage`.
        position: place within the stage, from 0.
        implicit: made by the platform; never sent.
        categorical: whether `categories` lists the values expected.
        categories: the expected values as text.
        min_range: lowest value expected, `None` for open.
        max_range: highest value expected, `None` for open.
    """

    name: str
    value_type: str
    stage: str
    position: int | None = None
    implicit: bool = False
    categorical: bool = False
    categories: tuple[str, ...] = ()
    min_range: float | None = None
    max_range: float | None = None


@dataclass(frozen=True)
class IngestSchema:
    """The attributes of one model, as sending sees them.

    Attributes:
        input_type: wire value of `InputType`.
        output_type: wire value of `OutputType`.
        is_batch: whether rows belong to batches that have to be closed.
        attributes: every attribute, implicit ones included.
    """

    input_type: str
    output_type: str
    is_batch: bool
    attributes: tuple[IngestAttribute, ...] = field(default=())

    @cached_property
    def sendable(self) -> dict[str, IngestAttribute]:
        """Attributes that may be sent, by name."""
        return {item.name: item for item in self.attributes if not item.implicit}

    @cached_property
    def inference(self) -> dict[str, IngestAttribute]:
        """Attributes of `inference_data`, by name."""
        return {
            name: item for name, item in self.sendable.items() if item.stage in INFERENCE_STAGES
        }

    @cached_property
    def truth(self) -> dict[str, IngestAttribute]:
        """Attributes of `ground_truth_data`, by name."""
        return {name: item for name, item in self.sendable.items() if item.stage in TRUTH_STAGES}

    @cached_property
    def predicted(self) -> tuple[IngestAttribute, ...]:
        """Predicted attributes by position."""
        return _by_position(
            [item for item in self.inference.values() if item.stage == "PREDICTED_VALUE"]
        )

    @cached_property
    def truths(self) -> tuple[IngestAttribute, ...]:
        """Ground truth attributes by position."""
        return _by_position(list(self.truth.values()))

    @cached_property
    def image(self) -> IngestAttribute | None:
        """The image attribute of an image model."""
        if self.input_type != "IMAGE":
            return None
        images = [item for item in self.inference.values() if item.value_type == "IMAGE"]
        return images[0] if images else None

    @property
    def sends_parquet(self) -> bool:
        """Whether bulk files are Parquet (else JSON)."""
        return self.input_type in _PARQUET_INPUTS and self.output_type in _PARQUET_OUTPUTS


def _by_position(attributes: list[IngestAttribute]) -> tuple[IngestAttribute, ...]:
    return tuple(sorted(attributes, key=lambda item: item.position or 0))
