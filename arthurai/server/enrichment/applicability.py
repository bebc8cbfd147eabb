"""Which enrichments a model can have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.common.vocabulary import InputType, OutputType
from arthurai.server.enrichment.state_store import ANOMALY, BIAS, EXPLAINABILITY, HOTSPOTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai.server.model_schema import ModelSchema

_UNEXPLAINED_OUTPUTS: Final = (
    OutputType.ObjectDetection,
    OutputType.TokenSequence,
    OutputType.RankedList,
)


def find_refusal(schema: ModelSchema, name: str) -> str | None:
    """Return why a model cannot have an enrichment, or `None` when it can.

    Args:
        schema: Schema of the model.
        name: Name of the enrichment.
    """
    reason = _RULES[name](schema)
    return None if reason is None else f"{name}: {reason}"


def _anomaly(schema: ModelSchema) -> str | None:
    if schema.input_type == InputType.TimeSeries:
        return "models with input type TIME_SERIES have no anomaly detection"
    return None


def _hotspots(schema: ModelSchema) -> str | None:
    if schema.input_type != InputType.Tabular or schema.output_type != OutputType.Multiclass:
        return (
            "only classifiers (MULTICLASS) with input type TABULAR have hotspots, this model is"
            f" {schema.output_type} with input type {schema.input_type}"
        )
    return None


def _bias(schema: ModelSchema) -> str | None:
    if not schema.is_binary_classifier:
        return "only binary classifiers with a positive prediction have bias mitigation"
    if not any(a.monitor_for_bias for a in schema.attributes):
        return "no attribute has monitor_for_bias; set it on at least one"
    return None


def _explainability(schema: ModelSchema) -> str | None:
    if schema.output_type in _UNEXPLAINED_OUTPUTS:
        return f"models with output type {schema.output_type} cannot be explained"
    if schema.input_type == InputType.TimeSeries:
        return "models with input type TIME_SERIES cannot be explained"
    if schema.input_type == InputType.NLP and not schema.text_delimiter:
        return "the model needs a text_delimiter"
    return None


_RULES: dict[str, Callable[[ModelSchema], str | None]] = {
    ANOMALY: _anomaly,
    HOTSPOTS: _hotspots,
    BIAS: _bias,
    EXPLAINABILITY: _explainability,
}
