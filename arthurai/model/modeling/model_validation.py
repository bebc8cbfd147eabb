"""Check a model and its reference data before they are saved: all problems in one message."""

from __future__ import annotations

from collections import Counter
from numbers import Real
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.attribute_spec import GROUND_TRUTH_STAGES
from arthurai.common.constants import InputType, OutputType, Stage, ValueType
from arthurai.common.exceptions import (
    ArthurUserError,
    MethodNotApplicableError,
    MissingParameterError,
    UserTypeError,
    UserValueError,
)
from arthurai.common.limits import BINARY_CLASSES, MAX_ATTRIBUTES, MAX_CATEGORIES
from arthurai.common.text import list_names
from arthurai.common.vocabulary import MAX_MODEL_TEXT_LENGTH
from arthurai.model.attributes import FREE_TEXT_TYPES, ArthurAttribute
from arthurai.model.base_model import (
    attached_session,
    find_attributes,
    left_out_columns,
    name_of,
)
from arthurai.model.modeling.attribute_list import (
    find_name_problem,
    find_positions,
    find_renamed_columns,
)
from arthurai.upload.send_rules import resolve_strict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.typing import Table
    from arthurai.upload.table_view import TableView

_INPUT_STAGES = frozenset({Stage.ModelPipelineInput, Stage.PredictFunctionInput})

_MAX_EXAMPLES: Final = 3

Problem = tuple[type[ArthurUserError], str]


def prepare_for_saving(model: ArthurModelBase, *, skip_data: bool) -> None:
    """Fill in what follows from the rest, then check the model and its reference data.

    A single prediction of a classifier becomes the positive one; pipeline inputs without position
    get one, in the order of the list.

    Args:
        model: The model.
        skip_data: Do not check the reference data.

    Raises:
        MissingParameterError: Attributes are missing.
        MethodNotApplicableError: No prediction of a classifier is marked as the positive one.
        UserTypeError: The reference data does not fit the attributes.
        UserValueError: Anything else is wrong. With several kinds of problems the class is that of
            the first; the message lists all.
    """
    if model.attributes:
        _complete(model)
    problems = list(find_model_problems(model))
    if not skip_data and model.reference_dataframe is not None and model.attributes:
        strict = resolve_strict(None, attached_session(model))
        problems += [
            (UserTypeError, f"reference data: {text}")
            for text in find_reference_problems(model, model.reference_dataframe, strict=strict)
        ]
    if problems:
        kind = problems[0][0]
        raise kind(
            f"model {name_of(model)!r} cannot be saved yet:\n"
            + "\n".join(f"  - {text}" for _, text in problems)
        )


def _complete(model: ArthurModelBase) -> None:
    predicted = model.get_attributes(Stage.PredictedValue)
    if model.output_type == OutputType.Multiclass and len(predicted) == 1:
        predicted[0].is_positive_predicted_attribute = True
    stage = Stage.ModelPipelineInput
    unplaced = list(find_attributes(model, stage=stage, where=lambda a: a.position is None))
    positions = find_positions(model, stage, range(len(unplaced)))
    for attribute, position in zip(unplaced, positions, strict=True):
        attribute.position = position


def find_model_problems(model: ArthurModelBase) -> Iterator[Problem]:
    """Find everything that keeps a model from being saved.

    Args:
        model: The model.

    Yields:
        The exception that fits the problem, and the problem with its remedy.
    """
    yield from _field_problems(model)
    if not model.attributes:
        yield (
            MissingParameterError,
            "it has no attributes; add them with build(), infer_schema() or add_attribute()",
        )
        return
    yield from _stage_problems(model)
    yield from _list_problems(model)
    names = {attribute.name for attribute in model.attributes}
    for attribute in model.attributes:
        for text in _attribute_problems(attribute, names):
            yield UserValueError, f"attribute {attribute.name!r}: {text}"


def _field_problems(model: ArthurModelBase) -> Iterator[Problem]:
    for field, kinds in (("input_type", InputType), ("output_type", OutputType)):
        value = getattr(model, field)
        if value not in kinds.list():
            yield UserValueError, f"{field} must be one of {', '.join(kinds.list())}, got {value!r}"
    for field in ("partner_model_id", "display_name", "description"):
        value = getattr(model, field)
        if value is not None and len(value) > MAX_MODEL_TEXT_LENGTH:
            yield (
                UserValueError,
                f"{field} has {len(value)} characters, {MAX_MODEL_TEXT_LENGTH} are allowed",
            )
    threshold = model.classifier_threshold
    if threshold is not None and not (isinstance(threshold, Real) and 0 <= threshold <= 1):
        yield (
            UserValueError,
            f"classifier_threshold must be a number from 0 to 1, got {threshold!r}",
        )
    tags = model.tags
    if tags is not None and (
        isinstance(tags, str) or not all(isinstance(tag, str) for tag in tags)
    ):
        yield (
            UserTypeError,
            f"tags must be a list of strings such as ['credit', 'test'], got {tags!r}",
        )
    if not isinstance(model.is_batch, bool):
        yield UserTypeError, f"is_batch must be True or False, got {model.is_batch!r}"


def _stage_problems(model: ArthurModelBase) -> Iterator[Problem]:
    stages = {attribute.stage for attribute in model.attributes or ()}
    if not stages & _INPUT_STAGES:
        yield (
            MissingParameterError,
            (
                "it has no input attribute; add one of stage PIPELINE_INPUT with build() or "
                "infer_schema()"
            ),
        )
    if Stage.PredictedValue not in stages:
        yield (
            MissingParameterError,
            (
                "it has no predicted attribute; add one with build() or an output helper such as "
                "add_regression_output_attributes()"
            ),
        )
    if model.output_type != OutputType.TokenSequence and not stages & GROUND_TRUTH_STAGES:
        yield (
            MissingParameterError,
            (
                "it has no ground-truth attribute; add one with build() or an output helper such "
                "as add_regression_output_attributes()"
            ),
        )
    predicted = model.get_attributes(Stage.PredictedValue)
    if (
        model.output_type == OutputType.Multiclass
        and len(predicted) == BINARY_CLASSES
        and not any(attribute.is_positive_predicted_attribute for attribute in predicted)
    ):
        yield (
            MethodNotApplicableError,
            (
                f"neither of its two predictions {[a.name for a in predicted]} is the positive "
                "one; set is_positive_predicted_attribute on one of them"
            ),
        )


def _list_problems(model: ArthurModelBase) -> Iterator[Problem]:
    attributes = model.attributes or []
    if len(attributes) > MAX_ATTRIBUTES:
        yield (
            UserValueError,
            f"it has {len(attributes)} attributes; at most {MAX_ATTRIBUTES} are allowed",
        )
    for name, count in Counter(attribute.name for attribute in attributes).items():
        if count > 1:
            yield UserValueError, f"{count} attributes are named {name!r}; names must be unique"
    places = Counter((a.stage, a.position) for a in attributes if a.position is not None)
    for (stage, position), count in places.items():
        if count > 1:
            names = [a.name for a in attributes if (a.stage, a.position) == (stage, position)]
            yield UserValueError, f"attributes {names} share position {position} of stage {stage}"


def _attribute_problems(attribute: ArthurAttribute, names: set[str]) -> Iterator[str]:
    if (problem := find_name_problem(attribute.name)) is not None:
        yield problem
    if attribute.value_type not in ValueType.list():
        yield (
            f"value_type must be one of {', '.join(ValueType.list())}, got {attribute.value_type!r}"
        )
    if attribute.stage not in Stage.list():
        yield f"stage must be one of {', '.join(Stage.list())}, got {attribute.stage!r}"
    if attribute.categorical:
        yield from _category_problems(attribute)
    elif attribute.categories:
        yield "it has categories but is not categorical"
    low, high = attribute.min_range, attribute.max_range
    if (low is None) != (high is None):
        yield "it has one end of its range only; set both min_range and max_range"
    elif low is not None and high is not None and low > high:
        yield f"min_range {low} is above max_range {high}"
    for field in ("attribute_link", "token_attribute_link"):
        link = getattr(attribute, field)
        if link is not None and link not in names:
            yield f"{field} points to {link!r}, which is not an attribute of the model"


def _category_problems(attribute: ArthurAttribute) -> Iterator[str]:
    if attribute.bins:
        yield "it is categorical and cannot have bins"
    if attribute.categories is None:
        if not attribute.is_unique and attribute.value_type not in FREE_TEXT_TYPES:
            yield "it is categorical and must have categories, or is_unique=True"
        return
    if len(attribute.categories) > MAX_CATEGORIES:
        yield (
            f"it has {len(attribute.categories)} categories; at most {MAX_CATEGORIES} are allowed"
        )
    for value, count in Counter(category.value for category in attribute.categories).items():
        if count > 1:
            yield f"category {value!r} is listed {count} times"


def validate_reference_data(self: ArthurModelBase, reference_dataframe: Table) -> None:
    """Check that a table fits the attributes of the model.

    Args:
        reference_dataframe: The table.

    Raises:
        UserTypeError: It does not fit; the message lists every problem.
    """
    problems = find_reference_problems(self, reference_dataframe)
    if problems:
        raise UserTypeError(
            f"the reference data does not fit model {name_of(self)!r}:\n"
            + "\n".join(f"  - {problem}" for problem in problems)
        )


def find_reference_problems(model: ArthurModelBase, data: Any, *, strict: bool = True) -> list[str]:
    """Return a description of each problem of reference data, none when it fits the model.

    Args:
        model: The model.
        data: The table.
        strict: Whether its columns must be exactly the attributes of the model; otherwise columns
            may be missing, others are left out, and infinities are null.
    """
    from arthurai.upload.table_view import TableView

    try:
        frame = TableView(data, "reference data").renamed(find_renamed_columns(model))
    except ArthurUserError as error:
        return [str(error)]
    if frame.num_rows == 0:
        return ["it has no rows"]
    wanted = {a.name: a for a in find_attributes(model, where=lambda a: not a.implicit)}
    problems: list[str] = []
    if strict:
        problems += [
            f"column {name!r} is missing; give it, with empty values if there are none"
            for name in frame.missing(wanted)
        ]
        others = [
            name
            for name in frame.names
            if name not in wanted and name not in left_out_columns(model)
        ]
        problems += [
            f"column {name!r} belongs to no attribute; drop it or add the attribute"
            for name in others
        ]
        names = [name for name in frame.names if name not in left_out_columns(model)]
        problems += [problem for problem in map(find_name_problem, names) if problem is not None]
    elif not any(name in frame for name in wanted):
        problems.append(f"none of its columns is an attribute: {list_names(frame.names, 10)}")
    for name, attribute in wanted.items():
        if name in frame and name not in (model.redact or {}):
            problems += _column_problems(frame, attribute, strict=strict)
    return problems


def _column_problems(frame: TableView, attribute: ArthurAttribute, *, strict: bool) -> list[str]:
    from arthurai.upload.arrow_types import coerce_array
    from arthurai.upload.coerce import INFINITE, coerce_column
    from arthurai.upload.images import read_images

    name = attribute.name
    try:
        column = frame.column(name)
        if column.holds == "images" and attribute.value_type == ValueType.Image:
            _, bad = read_images(list(frame.cells(name)), 0)
        elif column.holds in {"lists", "images"}:
            _, bad = coerce_column(list(frame.cells(name)), attribute.value_type, None, 0)
        elif column.values is None:
            return [f"column {name!r} holds {column.holds}, which no attribute can hold"]
        else:
            _, bad = coerce_array(column.values, attribute.value_type, None, 0)
    except ArthurUserError as error:
        return [str(error)]
    return [
        f"column {name!r} {what}; found {_examples(rows)}"
        for (what, _of_type), rows in bad.items()
        if strict or what != INFINITE
    ]


def _examples(rows: list[tuple[int, object]]) -> str:
    examples = ", ".join(f"{value!r:.60} in row {row}" for row, value in rows[:_MAX_EXAMPLES])
    more = len(rows) - _MAX_EXAMPLES
    return f"{examples} and {more} more" if more > 0 else examples
