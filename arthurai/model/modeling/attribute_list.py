"""Edit the attribute list of a model: add, name, order and remove attributes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.checks import read_list, spell_choice
from arthurai.common.constants import OutputType, Stage, ValueType
from arthurai.common.exceptions import (
    MethodNotApplicableError,
    MissingParameterError,
    UserTypeError,
    UserValueError,
)
from arthurai.common.limits import BINARY_CLASSES
from arthurai.common.vocabulary import MAX_NAME_LENGTH, META_COLUMNS
from arthurai.model.attributes import ArthurAttribute, AttributeCategory
from arthurai.model.base_model import find_attributes, has_inferences, name_of

if TYPE_CHECKING:
    from arthurai.model.base_model import ArthurModelBase
    from arthurai.model.json_dataclass import NumberType
    from arthurai.typing import StageName, Values, ValueTypeName

_NOT_BINARY: Final = "Not a binary classifier."
_NO_CLASSIFIER: Final = "Not a classifier model."

_MAX_NAMED = 5
_NAME = re.compile(r"[^\W\d]\w*")

#: Stages whose attributes come in linked pairs and are added by the output helpers.
_PAIRED_STAGES = {
    Stage.PredictedValue: "predicted values",
    Stage.GroundTruth: "ground truth",
}


def find_name_problem(name: Any) -> str | None:
    """Return what is wrong with the name of an attribute and the remedy, `None` if it is valid."""
    if not isinstance(name, str):
        return (
            f"{name!r} must be a string of letters, digits and underscores, got "
            f"{type(name).__name__}"
        )
    if name in META_COLUMNS:
        return (
            f"{name!r} is reserved for the metadata of a row; leave the column out here, and pass "
            "it when you send inferences"
        )
    if len(name) > MAX_NAME_LENGTH:
        return f"{name[:40]!r}... has {len(name)} characters, {MAX_NAME_LENGTH} are allowed"
    if _NAME.fullmatch(name) is None:
        return (
            f"{name!r} must consist of letters, digits and underscores and not start with a digit, "
            f"such as {_suggest_name(name)!r}"
        )
    return None


def check_names(names: Iterable[Any]) -> None:
    """Raise unless all names are valid names of attributes.

    Args:
        names: Names of columns or attributes.

    Raises:
        UserTypeError: A name is not a string.
        UserValueError: Names contain other characters, start with a digit or are too long; all are
            listed.
    """
    names = list(names)
    problems = [problem for problem in map(find_name_problem, names) if problem is not None]
    if problems:
        kind = UserValueError if all(isinstance(n, str) for n in names) else UserTypeError
        more = len(problems) - _MAX_NAMED
        rest = (
            f"; and {more} more. With pandas you rename all at once: "
            r'data.columns = data.columns.str.replace(r"\W+", "_", regex=True)'
            if more > 0
            else ""
        )
        raise kind(
            f"these attribute names are not allowed: {'; '.join(problems[:_MAX_NAMED])}; "
            f"build(..., rename=True) renames columns, and does so whenever you send{rest}"
        )


def _suggest_name(name: str) -> str:
    better = re.sub(r"\W+", "_", name).strip("_") or "attribute"
    return f"_{better}" if better[0].isdigit() else better


def suggest_renames(names: Sequence[str]) -> dict[str, str]:
    """Return valid names for those that are not, by these.

    Args:
        names: Names of columns; the new names differ from all of them, and from one another.
    """
    taken = set(names)
    renames = {}
    for name in names:
        if _NAME.fullmatch(name) is not None and len(name) <= MAX_NAME_LENGTH:
            continue
        stem = better = _suggest_name(name)[: MAX_NAME_LENGTH - 4]
        number = 2
        while better in taken:
            better = f"{stem}_{number}"
            number += 1
        taken.add(better)
        renames[name] = better
    return renames


def find_renamed_columns(model: ArthurModelBase) -> dict[str, str]:
    """Return the names of attributes by the names of columns that `build` renamed.

    These are the labels of the attributes, so that they are known for fetched models, too.
    """
    return {
        attribute.label: attribute.name
        for attribute in model.attributes or ()
        if attribute.label and _NAME.fullmatch(attribute.label) is None
    }


def find_positions(model: ArthurModelBase, stage: str, preferred: Iterable[int]) -> list[int]:
    """Find positions for new attributes of a stage.

    Args:
        model: The model.
        stage: The stage.
        preferred: The preferred position of each new attribute.

    Returns:
        One position each: the preferred one where it is free, otherwise one above the highest in
        use. All positions are different.
    """
    taken = {a.position for a in find_attributes(model, stage=stage) if a.position is not None}
    positions = []
    for wanted in preferred:
        position = wanted if wanted not in taken else max(taken) + 1
        taken.add(position)
        positions.append(position)
    return positions


def check_without_inferences(model: ArthurModelBase) -> None:
    """Raise if inferences were sent: the server then refuses other attributes.

    Raises:
        MethodNotApplicableError: They were, by this object.
    """
    if has_inferences(model):
        raise MethodNotApplicableError(
            f"model {name_of(model)!r} has inferences, so only labels of its attributes can still "
            "be changed; make a new version of the model for other attributes"
        )


def append_attributes(model: ArthurModelBase, attributes: Sequence[ArthurAttribute]) -> None:
    """Add attributes to the model, all or none.

    Args:
        model: The model.
        attributes: The new attributes.

    Raises:
        MethodNotApplicableError: The model has inferences.
        UserValueError: A name is not allowed or already taken.
        UserTypeError: A name is not a string.
    """
    check_without_inferences(model)
    check_names(attribute.name for attribute in attributes)
    taken = {attribute.name: attribute.stage for attribute in model.attributes or ()}
    duplicates = []
    for attribute in attributes:
        if attribute.name in taken:
            duplicates.append(f"{attribute.name!r} (in stage {taken[attribute.name]})")
        taken[attribute.name] = attribute.stage
    if duplicates:
        raise UserValueError(
            f"model {name_of(model)!r} already has attributes named {', '.join(duplicates)}; "
            "names must be unique. Choose another name, or take the old attribute out with "
            "remove_attribute()"
        )
    if model.attributes is None:
        model.attributes = []
    model.attributes.extend(attributes)


def add_attribute(
    self: ArthurModelBase,
    name: str | None = None,
    value_type: ValueTypeName | None = None,
    stage: StageName | None = None,
    label: str | None = None,
    position: int | None = None,
    categorical: bool = False,
    min_range: NumberType | None = None,
    max_range: NumberType | None = None,
    monitor_for_bias: bool = False,
    categories: Values | None = None,
    bins: Values | None = None,
    is_unique: bool = False,
    is_positive_predicted_attribute: bool = False,
    attribute_link: str | None = None,
    arthur_attribute: ArthurAttribute | None = None,
    gt_pred_attrs_map: Mapping[str, str] | None = None,
) -> list[ArthurAttribute]:
    """Add one attribute.

    Args:
        name: Name: letters, digits and underscores, not starting with a digit; unique in the model.
        value_type: Type of the values, a member of `ValueType`.
        stage: Role in the model; predicted values and ground truth have their own methods.
        label: Name to display instead.
        position: Place within the stage, from 0.
        categorical: Whether the values are categories.
        min_range: Smallest expected value.
        max_range: Largest expected value.
        monitor_for_bias: Whether the attribute is sensitive.
        categories: The categories: raw values, dictionaries or category objects.
        bins: Cut points or bin objects.
        is_unique: Whether the values are (nearly) all different.
        is_positive_predicted_attribute: Whether it predicts the positive class.
        attribute_link: Name of the partner attribute.
        arthur_attribute: A whole attribute instead of all the above.
        gt_pred_attrs_map: Not accepted; deprecated since 2.0.0.

    Returns:
        A list with the new attribute.

    Raises:
        MissingParameterError: Name, value type or stage is missing.
        MethodNotApplicableError: Attributes of the stage are added by the output helpers.
        UserValueError: The name is taken or not allowed.
    """
    if arthur_attribute is None:
        stage = spell_choice(stage, Stage.values())
        if gt_pred_attrs_map is not None or stage in _PAIRED_STAGES:
            what = _PAIRED_STAGES.get(stage or "", "ground truth and predicted values")
            raise MethodNotApplicableError(
                f"add_attribute cannot add {what}: predicted values and ground truth are linked. "
                "Use build(), add_regression_output_attributes(), "
                "add_binary_classifier_output_attributes() or another output helper"
            )
        required = {"name": name, "value_type": value_type, "stage": stage}
        missing = [key for key, value in required.items() if value is None]
        if missing:
            raise MissingParameterError(
                f"{', '.join(missing)} must be given, or a whole arthur_attribute"
            )
        arthur_attribute = ArthurAttribute(
            name=str(name) if isinstance(name, str) else name,  # type: ignore[arg-type]
            value_type=str(value_type),
            stage=str(stage),
            label=label,
            position=position,
            categorical=categorical,
            min_range=min_range,
            max_range=max_range,
            monitor_for_bias=monitor_for_bias,
            categories=categories,  # type: ignore[arg-type] # assignment takes raw values
            bins=bins,  # type: ignore[arg-type] # assignment takes cut points
            is_unique=is_unique,
            is_positive_predicted_attribute=is_positive_predicted_attribute,
            attribute_link=attribute_link,
        )
    append_attributes(self, [arthur_attribute])
    return [arthur_attribute]


def add_image_attribute(self: ArthurModelBase, name: str | None = None) -> list[ArthurAttribute]:
    """Add the image that is the input of the model.

    Args:
        name: Name of the column of image paths.

    Returns:
        A list with the new attribute.

    Raises:
        MissingParameterError: The name is missing.
        UserValueError: The name is taken or not allowed.
    """
    if name is None:
        raise MissingParameterError("name is missing: give the column of image paths")
    [position] = find_positions(self, Stage.ModelPipelineInput, [0])
    return add_attribute(
        self,
        name=name,
        value_type=ValueType.Image,
        stage=Stage.ModelPipelineInput,
        position=position,
        is_unique=True,
    )


def get_image_attribute(self: ArthurModelBase) -> ArthurAttribute:
    """Return the image attribute of the model.

    Returns:
        The first attribute of value type image.

    Raises:
        UserValueError: The model has none.
    """
    for attribute in find_attributes(self, value_type=ValueType.Image):
        return attribute
    raise UserValueError(
        f"model {name_of(self)!r} has no image attribute; add one with add_image_attribute()"
    )


def rename_attribute(
    self: ArthurModelBase, old_name: str, new_name: str, stage: StageName
) -> ArthurAttribute:
    """Rename an attribute; links to it follow.

    Args:
        old_name: Present name.
        new_name: New name.
        stage: Stage of the attribute.

    Returns:
        The attribute.

    Raises:
        UserValueError: There is no such attribute, or the new name is taken or not allowed.
    """
    attribute = self.get_attribute(old_name, stage)
    if new_name != old_name:
        check_without_inferences(self)
        check_names([new_name])
        if any(other.name == new_name for other in self.attributes or ()):
            raise UserValueError(
                f"model {name_of(self)!r} already has an attribute named {new_name!r}"
            )
        _relink(self, old_name, new_name)
    attribute.name = new_name
    return attribute


def _relink(model: ArthurModelBase, old_name: str, new_name: str | None) -> None:
    for attribute in model.attributes or ():
        if attribute.attribute_link == old_name:
            attribute.attribute_link = new_name
        if attribute.token_attribute_link == old_name:
            attribute.token_attribute_link = new_name


def remove_attribute(
    self: ArthurModelBase,
    name: str | None = None,
    stage: StageName | None = None,
    attribute: ArthurAttribute | None = None,
) -> None:
    """Remove an attribute from an unsaved model; links to it are dropped.

    Args:
        name: Name of the attribute.
        stage: Its stage.
        attribute: An equal attribute, instead of name and stage.

    Raises:
        MethodNotApplicableError: The model is saved.
        UserValueError: There is no such attribute.
    """
    if self.model_is_saved():
        raise MethodNotApplicableError(
            f"model {name_of(self)!r} is saved; attributes can be removed only before save()"
        )
    if attribute is None and name is None:
        raise UserValueError("name or attribute must be given")
    attributes = self.attributes or []
    wanted_stage = spell_choice(stage, Stage.values())
    for index, candidate in enumerate(attributes):
        if attribute is not None:
            found = candidate == attribute
        else:
            found = candidate.name == name and wanted_stage in {None, candidate.stage}
        if found:
            del attributes[index]
            _relink(self, candidate.name, None)
            return
    wanted = attribute.short_name() if attribute is not None else repr(name)
    where = "" if stage is None else f" in stage {stage}"
    raise UserValueError(f"model {name_of(self)!r} has no attribute {wanted}{where}")


def set_attribute_labels(
    self: ArthurModelBase,
    attribute_name: str,
    labels: Mapping[int | str, str],
    attribute_stage: StageName | None = None,
) -> None:
    """Set the categories of an attribute and their labels; they replace those it has.

    Args:
        attribute_name: Name of the attribute.
        labels: Label by value.
        attribute_stage: Stage of the attribute.

    Raises:
        UserValueError: There is no such attribute.
    """
    if not isinstance(labels, Mapping):
        raise UserTypeError(
            f"labels must be a dictionary from value to label, got {type(labels).__name__}"
        )
    attribute = self.get_attribute(attribute_name, attribute_stage)
    attribute.categories = [AttributeCategory(str(value), label) for value, label in labels.items()]


def set_attribute_as_sensitive(
    self: ArthurModelBase, attribute_name: str, attribute_stage: StageName | None = None
) -> None:
    """Mark an attribute as sensitive, so that fairness is measured; `save` or `update` sends it.

    Args:
        attribute_name: Name of the attribute.
        attribute_stage: Stage of the attribute.

    Raises:
        UserValueError: There is no such attribute.
    """
    self.get_attribute(attribute_name, attribute_stage).monitor_for_bias = True


def check_has_bias_attrs(self: ArthurModelBase) -> bool:
    """Return whether any attribute is sensitive.

    Returns:
        Whether an attribute has `monitor_for_bias`.
    """
    return any(attribute.monitor_for_bias for attribute in self.attributes or ())


def check_attr_is_bias(self: ArthurModelBase, attr_name: str) -> bool:
    """Return whether an attribute is sensitive.

    Args:
        attr_name: Name of the attribute.

    Returns:
        Its `monitor_for_bias`.

    Raises:
        UserValueError: There is no such attribute.
    """
    return self.get_attribute(attr_name).monitor_for_bias


def set_predict_function_input_order(self: ArthurModelBase, attributes: Iterable[str]) -> None:
    """Order the pipeline inputs as the predict function takes them.

    Args:
        attributes: Names of pipeline inputs; each gets its index as position.

    Raises:
        UserValueError: A name is not that of a pipeline input.
    """
    names = read_list("attributes", attributes, ordered=True)
    inputs = [self.get_attribute(name, Stage.ModelPipelineInput) for name in names]
    for position, attribute in enumerate(inputs):
        attribute.position = position


def swap_predicted_attribute_positions(model: ArthurModelBase) -> None:
    """Exchange the positions of the two predicted values of a model."""
    predicted = model.get_attributes(Stage.PredictedValue)
    if len(predicted) != BINARY_CLASSES:
        raise MethodNotApplicableError(
            "swap_predicted_attribute_positions requires two predicted attributes; model "
            f"{name_of(model)!r} has {len(predicted)}"
        )
    first, second = predicted
    first.position, second.position = second.position, first.position


def binarize(self: ArthurModelBase, attribute_value: Mapping[str, float]) -> dict[str, float]:
    """Compute the other one of two predicted probabilities.

    Args:
        attribute_value: The probability p of one predicted attribute, by its name.

    Returns:
        p and 1 - p by the names of the two predicted attributes.

    Raises:
        MethodNotApplicableError: The model does not predict exactly two probabilities.
        UserValueError: There is not exactly one entry, or its name is unknown.
    """
    predicted = self.get_attributes(Stage.PredictedValue)
    if not isinstance(attribute_value, Mapping) or len(attribute_value) != 1:
        raise UserValueError(
            "attribute_value must be one predicted attribute and its probability, got "
            f"{attribute_value!r}"
        )
    [(name, probability)] = attribute_value.items()
    names = [attribute.name for attribute in predicted]
    if name not in names:
        raise UserValueError(f"{name!r} is not one of the predicted attributes {names}")
    if len(predicted) != BINARY_CLASSES or not all(map(_is_probability, predicted)):
        raise MethodNotApplicableError(
            "binarize requires a model with two predicted probabilities (FLOAT, range 0 to "
            f"1); model {name_of(self)!r} has {len(predicted)} predicted attributes"
        )
    return {each: probability if each == name else 1 - probability for each in names}


def _is_probability(attribute: ArthurAttribute) -> bool:
    return (
        attribute.value_type == ValueType.Float
        and attribute.min_range == 0
        and attribute.max_range == 1
    )


def one_hot_encode(self: ArthurModelBase, value: str) -> dict[str, int]:
    """Encode the true class as zeros and a one over the ground-truth attributes.

    Args:
        value: Name of a ground-truth attribute.

    Returns:
        1 for that attribute and 0 for the others, by name.

    Raises:
        MethodNotApplicableError: The model is not a multiclass model.
        UserValueError: There is no such ground-truth attribute.
    """
    if self.output_type != OutputType.Multiclass:
        raise MethodNotApplicableError(
            f"one_hot_encode requires a multiclass model; model {name_of(self)!r} is "
            f"{self.output_type}"
        )
    names = [a.name for a in find_attributes(self, stage=Stage.GroundTruth)]
    if value not in names:
        raise UserValueError(f"{value!r} is not one of the ground-truth attributes {names}")
    return {name: int(name == value) for name in names}


def get_positive_predicted_class(self: ArthurModelBase) -> str | None:
    """Return the name of the predicted attribute of the positive class.

    Returns:
        The name; `None` if neither prediction is marked. As in the official SDK, the string
        `Not a classifier model.` for models of other output types than multiclass, and
        `Not a binary classifier.` for classifiers without exactly two predictions.
    """
    if self.output_type != OutputType.Multiclass:
        return _NO_CLASSIFIER
    return find_positive_prediction(self) if _is_binary_classifier(self) else _NOT_BINARY


def find_positive_prediction(model: ArthurModelBase) -> str | None:
    """Return the name of the predicted attribute of the positive class, `None` without one."""
    if not _is_binary_classifier(model):
        return None
    predicted = model.get_attributes(Stage.PredictedValue)
    return next((a.name for a in predicted if a.is_positive_predicted_attribute), None)


def _is_binary_classifier(model: ArthurModelBase) -> bool:
    predicted = model.get_attributes(Stage.PredictedValue)
    return model.output_type == OutputType.Multiclass and len(predicted) == BINARY_CLASSES
