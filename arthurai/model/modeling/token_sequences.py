"""Describe models that generate text: prompts in, tokens and their likelihoods out."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from arthurai.common.checks import read_list
from arthurai.common.constants import InputType, Stage, ValueType
from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.model.attributes import ArthurAttribute
from arthurai.model.modeling.attribute_list import append_attributes, find_positions
from arthurai.model.modeling.infer_attributes import infer_attributes, warn_about_categories
from arthurai.model.modeling.summary import review

if TYPE_CHECKING:
    import pandas as pd

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.typing import Strings, Table

logger = logging.getLogger(__name__)


def build_token_sequence_model(
    self: ArthurModelBase,
    input_column: str | Strings,
    output_text_column: str,
    input_token_column: str | None = None,
    output_token_column: str | None = None,
    output_likelihood_column: str | None = None,
    ground_truth_text_column: str | None = None,
    ground_truth_tokens_column: str | None = None,
    data: Table | None = None,
) -> pd.DataFrame:
    """Describe a model that generates text.

    Args:
        input_column: The input: text or image path in one column, or the columns of a table.
        output_text_column: The generated text.
        input_token_column: The tokens of the input text.
        output_token_column: The generated tokens.
        output_likelihood_column: For each generated token, the most likely tokens and their
            probabilities.
        ground_truth_text_column: The text that should have been generated.
        ground_truth_tokens_column: Its tokens.
        data: The table the inputs are described from, for tabular and time series models.

    Returns:
        The table of `review`.

    Raises:
        UserValueError: Several input columns are given for text or images, or names are taken.
        UserTypeError: Tabular inputs are given without data.
    """
    attributes = _inputs(self, input_column, input_token_column, data)
    attributes += _outputs(self, output_text_column, output_token_column, output_likelihood_column)
    if ground_truth_text_column is not None:
        attributes += _ground_truth(self, ground_truth_text_column, ground_truth_tokens_column)
    elif ground_truth_tokens_column is not None:
        logger.warning(
            "ground_truth_tokens_column %r is left out: tokens require the text they come from; "
            "give ground_truth_text_column, too",
            ground_truth_tokens_column,
        )
    append_attributes(self, attributes)
    return review(self)


def _inputs(
    model: ArthurModelBase, columns: str | Strings, tokens: str | None, data: Any
) -> list[ArthurAttribute]:
    if model.input_type in {InputType.Tabular, InputType.TimeSeries}:
        return _table_inputs(model, columns, data)
    if not isinstance(columns, str):
        raise UserValueError(
            f"input_column must be one column name for {model.input_type} models, got {columns!r}"
        )
    if data is not None:
        logger.warning("data is not used: %s models are built without it", model.input_type)
    [position] = find_positions(model, Stage.ModelPipelineInput, [0])
    if model.input_type == InputType.Image:
        return [
            ArthurAttribute(
                columns,
                ValueType.Image,
                Stage.ModelPipelineInput,
                position=position,
            )
        ]
    text = _text(columns, Stage.ModelPipelineInput, position, is_unique=True)
    if tokens is None:
        return [text]
    [position] = find_positions(model, Stage.PredictFunctionInput, [0])
    return [_linked_tokens(tokens, Stage.PredictFunctionInput, position, text), text]


def _table_inputs(
    model: ArthurModelBase, columns: str | Strings, data: Any
) -> list[ArthurAttribute]:
    names = read_list("input_column", columns, "column names", single=True)
    if data is None:
        raise UserTypeError(
            f"data is missing: the {model.input_type} inputs {names} are described from it"
        )
    from arthurai.upload.table_view import TableView

    frame = TableView(data)
    if absent := frame.missing(names):
        raise UserValueError(f"data has no columns {absent}; its columns are {frame.names}")
    attributes = infer_attributes(model, frame, names, Stage.ModelPipelineInput)
    warn_about_categories(attributes)
    return attributes


def _outputs(
    model: ArthurModelBase, text_column: str, tokens: str | None, likelihoods: str | None
) -> list[ArthurAttribute]:
    stage = Stage.PredictedValue
    positions = iter(find_positions(model, stage, range(3)))
    text = _text(text_column, stage, next(positions), is_unique=False)
    attributes = []
    if tokens is not None:
        attributes.append(_linked_tokens(tokens, stage, next(positions), text))
    if likelihoods is not None:
        likelihood = ArthurAttribute(
            likelihoods, ValueType.TokenLikelihoods, stage, position=next(positions)
        )
        if tokens is None:
            _link(likelihood, text)
        attributes.append(likelihood)
    return [*attributes, text]


def _ground_truth(
    model: ArthurModelBase, text_column: str, tokens: str | None
) -> list[ArthurAttribute]:
    stage = Stage.GroundTruth
    first, second = find_positions(model, stage, range(2))
    text = _text(text_column, stage, first, is_unique=True)
    if tokens is None:
        return [text]
    return [_linked_tokens(tokens, stage, second, text), text]


def _text(name: str, stage: str, position: int, *, is_unique: bool) -> ArthurAttribute:
    return ArthurAttribute(
        name,
        ValueType.Unstructured_Text,
        stage,
        position=position,
        categorical=True,
        is_unique=is_unique,
    )


def _linked_tokens(name: str, stage: str, position: int, text: ArthurAttribute) -> ArthurAttribute:
    tokens = ArthurAttribute(name, ValueType.Tokens, stage, position=position)
    _link(tokens, text)
    return tokens


def _link(one: ArthurAttribute, other: ArthurAttribute) -> None:
    one.token_attribute_link, other.token_attribute_link = other.name, one.name
