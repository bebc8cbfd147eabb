"""The attributes of a model, as uploading needs them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from arthurai.common.attribute_spec import INFERENCE_STAGES, AttributeSpec
from arthurai.common.constants import (
    PARQUET_INGESTIBLE_INPUT_TYPES,
    PARQUET_INGESTIBLE_OUTPUT_TYPES,
    InputType,
    Stage,
    ValueType,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

OPTIONAL_STAGES: Final = frozenset({Stage.PredictFunctionInput, Stage.NonInputData})
"""Stages a table may leave out."""

SCALAR_TYPES: Final = frozenset(
    {
        ValueType.Integer,
        ValueType.Float,
        ValueType.Boolean,
        ValueType.String,
        ValueType.Unstructured_Text,
        ValueType.Image,
    }
)
"""Value types of one plain value per row, except timestamps."""

PLAIN_TYPES: Final = SCALAR_TYPES | {ValueType.Timestamp}
"""Value types of one plain value per row."""


@dataclass(frozen=True)
class UploadSchema:
    """The attributes of one model, by how they are sent.

    Attributes:
        input_type: An `InputType`.
        output_type: An `OutputType`.
        is_batch: Whether rows belong to batches that have to be closed.
        attributes: Every attribute, implicit ones included.
        renamed: Attribute names by the names of the columns that `build` renamed.
    """

    input_type: str
    output_type: str
    is_batch: bool
    attributes: tuple[AttributeSpec, ...] = field(default=())
    renamed: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def sendable(self) -> dict[str, AttributeSpec]:
        """Attributes that may be sent, by name."""
        return {item.name: item for item in self.attributes if not item.implicit}

    @cached_property
    def inference(self) -> dict[str, AttributeSpec]:
        """Attributes of `inference_data`, by name."""
        return {
            name: item for name, item in self.sendable.items() if item.stage in INFERENCE_STAGES
        }

    @cached_property
    def truth(self) -> dict[str, AttributeSpec]:
        """Attributes of `ground_truth_data`, by name."""
        return {name: item for name, item in self.sendable.items() if item.is_ground_truth}

    @cached_property
    def inputs(self) -> tuple[AttributeSpec, ...]:
        """What goes into the model, by position."""
        return _by_position(
            [item for item in self.inference.values() if item.stage == Stage.ModelPipelineInput]
        )

    @cached_property
    def predicted(self) -> tuple[AttributeSpec, ...]:
        """Predicted attributes by position."""
        return _by_position(
            [item for item in self.inference.values() if item.stage == Stage.PredictedValue]
        )

    @cached_property
    def truths(self) -> tuple[AttributeSpec, ...]:
        """Ground truth attributes by position."""
        return _by_position(list(self.truth.values()))

    @cached_property
    def image(self) -> AttributeSpec | None:
        """The image attribute of an image model."""
        if self.input_type != InputType.Image:
            return None
        images = [item for item in self.inference.values() if item.value_type == ValueType.Image]
        return images[0] if images else None

    @property
    def sends_parquet(self) -> bool:
        """Whether bulk files are Parquet (else JSON)."""
        return (
            self.input_type in PARQUET_INGESTIBLE_INPUT_TYPES
            and self.output_type in PARQUET_INGESTIBLE_OUTPUT_TYPES
        )


def _by_position(attributes: list[AttributeSpec]) -> tuple[AttributeSpec, ...]:
    return tuple(sorted(attributes, key=lambda item: item.position or 0))
