"""Attributes: descriptions of the columns of a model's data."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from arthurai.common.checks import read_list, spell_choice
from arthurai.common.constants import Stage, ValueType
from arthurai.common.exceptions import (
    MethodNotApplicableError,
    MissingParameterError,
    UserTypeError,
    UserValueError,
    wrap_errors,
)
from arthurai.common.text import quote_value, safe_repr, suggest
from arthurai.model.json_dataclass import ArthurBaseJsonDataclass, NumberType

MAX_CATEGORIES_TO_SHOW: Final = 5
_ENDS: Final = 2

_CHOICES: Final = {"value_type": ValueType.values(), "stage": Stage.values()}

_FIXED_BY: Final = "_fixed_by"
_FREE: Final = frozenset({"id", "label"})

_STAGE_ORDER: Final = (
    Stage.ModelPipelineInput,
    Stage.NonInputData,
    Stage.PredictedValue,
    Stage.GroundTruth,
    Stage.GroundTruthClass,
)

FREE_TEXT_TYPES: Final = frozenset(
    {ValueType.Unstructured_Text, ValueType.Tokens, ValueType.TokenLikelihoods}
)
"""Value types whose attributes count as categorical but never list their categories."""


def get_attribute_order_stage(attribute_stage: str) -> int:
    """Return the rank of a stage when attributes are sorted.

    Args:
        attribute_stage: A member of `Stage`.

    Returns:
        0 for pipeline input, then non-input data, predicted values, ground truth and ground-truth
        class; 5 for anything else.
    """
    try:
        return _STAGE_ORDER.index(attribute_stage)
    except ValueError:
        return len(_STAGE_ORDER)


@wrap_errors
@dataclass
class AttributeCategory(ArthurBaseJsonDataclass):
    """One value of a categorical attribute.

    Attributes:
        value: The value as a string; other values are converted.
        label: Name to display instead of the value.
    """

    value: str
    label: str | None = None

    def __post_init__(self) -> None:
        self.value = str(self.value)
        if self.label is not None:
            self.label = str(self.label)

    def __str__(self) -> str:
        return self.value


@wrap_errors
@dataclass
class AttributeBin(ArthurBaseJsonDataclass):
    """One interval of a continuous attribute.

    Attributes:
        continuous_start: Lower edge, not part of the bin; `None` for no lower edge.
        continuous_end: Upper edge, part of the bin; `None` for no upper edge.
    """

    continuous_start: float | None = None
    continuous_end: float | None = None


def as_categories(categories: Iterable[Any] | None) -> list[AttributeCategory] | None:
    """Return the category objects for what users pass as categories.

    Args:
        categories: Raw values, `{"value": ..., "label": ...}` dictionaries and
            `AttributeCategory` objects, also mixed; or `None`.

    Returns:
        The categories in the order given, or `None`.

    Raises:
        UserTypeError: `categories` is a string or not iterable.
    """
    if categories is None:
        return None
    if type(categories) is list and all(type(one) is AttributeCategory for one in categories):
        return list(categories)
    return [_as_category(category) for category in read_list("categories", categories, "values")]


def _as_category(category: Any) -> AttributeCategory:
    if isinstance(category, AttributeCategory):
        return category
    if isinstance(category, Mapping):
        return AttributeCategory.from_dict(category)
    return AttributeCategory(category)


def as_bins(bins: Iterable[Any] | None) -> list[AttributeBin] | None:
    """Turn what users write for bins into bin objects.

    Args:
        bins: Either n + 1 ascending cut points that make n bins (the first and last may be
            `None` for an open end), or `AttributeBin` objects and
            `{"continuous_start": ..., "continuous_end": ...}` dictionaries; or `None`.

    Returns:
        The bins in the order given, or `None`.

    Raises:
        UserTypeError: Cut points and bins are mixed, or an entry is neither.
        UserValueError: There is only one cut point, or they do not ascend.
    """
    if bins is None:
        return None
    entries = read_list("bins", bins, "cut points or bins", ordered=True)
    whole = [isinstance(entry, AttributeBin | Mapping) for entry in entries]
    if all(whole):
        return [AttributeBin.from_dict(b) if isinstance(b, Mapping) else b for b in entries]
    if any(whole):
        raise UserTypeError(
            f"bins must be either cut points or bins, got both: {quote_value(entries)}"
        )
    return _bins_between(entries)


def _bins_between(cuts: list[Any]) -> list[AttributeBin]:
    for cut in cuts:
        if cut is not None and (isinstance(cut, bool) or not _is_number(cut)):
            raise UserTypeError(f"the cut points of bins must be numbers, got {quote_value(cut)}")
    inner = [cut for cut in cuts if cut is not None]
    ascending = all(low < high for low, high in itertools.pairwise(inner))
    if len(cuts) < _ENDS or not ascending or None in cuts[1:-1]:
        raise UserValueError(
            f"bins must have two or more ascending cut points, got {quote_value(cuts)}"
        )
    return [
        AttributeBin(_to_native(low), _to_native(high)) for low, high in itertools.pairwise(cuts)
    ]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) or (
        type(value).__module__ == "numpy" and getattr(value, "dtype", None) is not None
    )


def _to_native(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


@wrap_errors
@dataclass
class ArthurAttribute(ArthurBaseJsonDataclass):
    """One attribute of a model.

    Fields may be assigned freely; `categories` and `bins` also take raw values and cut points.
    `set` assigns several at once and checks that they are consistent.

    Attributes:
        name: Name, unique in the model: letters, digits and underscores, no digit first.
        value_type: What a value is, a member of `ValueType`.
        stage: Role in the model, a member of `Stage`.
        id: Identifier assigned by the server.
        label: Name to display instead.
        position: Place within the stage, from 0.
        categorical: Whether the values are categories rather than a continuum.
        min_range: Smallest expected value of a continuous attribute.
        max_range: Largest expected value of a continuous attribute.
        monitor_for_bias: Whether the attribute is sensitive: fairness is measured over it.
        categories: The categories of a categorical attribute.
        bins: The intervals of a continuous attribute.
        is_unique: Whether the values are (nearly) all different.
        is_positive_predicted_attribute: Whether it predicts the positive class of a binary
            classifier.
        attribute_link: Name of the partner: predicted value and ground truth.
        gt_class_link: For a predicted value, the ground-truth class (as a string) it predicts.
        token_attribute_link: Name of the partner: text and its tokens.
        implicit: Whether the server added the attribute.
    """

    _nested: ClassVar[Mapping[str, type[ArthurBaseJsonDataclass]]] = {
        "categories": AttributeCategory,
        "bins": AttributeBin,
    }

    _shown_fields: ClassVar[tuple[str, ...]] = (
        *("name", "stage", "value_type", "categorical", "monitor_for_bias", "label"),
    )

    name: str
    value_type: str
    stage: str
    id: str | None = None
    label: str | None = None
    position: int | None = None
    categorical: bool | None = False
    min_range: NumberType | None = None
    max_range: NumberType | None = None
    monitor_for_bias: bool = False
    categories: list[AttributeCategory] | None = None
    bins: list[AttributeBin] | None = None
    is_unique: bool = False
    is_positive_predicted_attribute: bool = False
    attribute_link: str | None = None
    gt_class_link: str | None = None
    token_attribute_link: str | None = None
    implicit: bool = False

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "categories":
            value = as_categories(value)
        elif name == "bins":
            value = as_bins(value)
        elif name in _CHOICES:
            value = spell_choice(value, _CHOICES[name])
        self._check_fixed(name, value)
        object.__setattr__(self, name, value)

    def _check_fixed(self, name: str, value: Any) -> None:
        """Raise for a change that the server would refuse, because the model has inferences."""
        fixed_by = self.__dict__.get(_FIXED_BY)
        if fixed_by is None or name in _FREE or _plain(value) == _plain(getattr(self, name)):
            return
        raise MethodNotApplicableError(
            f"model {fixed_by!r} has inferences, so only labels of its attributes can still be "
            f"changed, not {name!r} of attribute {self.name!r}; make a new version of the model "
            "for other attributes"
        )

    @property
    def unique(self) -> bool:
        """Another name of `is_unique`, used in the documentation of Arthur."""
        return self.is_unique

    @unique.setter
    def unique(self, value: bool) -> None:
        self.is_unique = value

    def to_dict(self, skip_none: bool = True) -> dict[str, Any]:
        """Return the attribute as the dictionary that the API takes.

        Args:
            skip_none: Leave out fields that are `None`.

        Returns:
            A new dictionary in field order.
        """
        # Lists can be changed in place, past the conversion that assignment does.
        self.categories, self.bins = as_categories(self.categories), as_bins(self.bins)
        return super().to_dict(skip_none=skip_none)

    def set(self, **kwargs: Any) -> Self:
        """Assign several fields at once, after checking that they are consistent.

        Either all fields are assigned or, on an error, none.

        Args:
            **kwargs: New values by field name. `categories` takes raw values, dictionaries with
                `value` and `label`, or `AttributeCategory` objects; `bins` takes cut
                points or `AttributeBin` objects; `range=[low, high]` stands for
                `min_range` and `max_range`; `unique` for `is_unique`.
                `categorical=False` drops the categories.

        Returns:
            The attribute itself.

        Raises:
            UserValueError: A name is not a field, the range is reversed, or an attribute that is
                not categorical is given categories.
            MissingParameterError: A categorical attribute has neither categories nor unique
                values, or only one end of the range is given.
            MethodNotApplicableError: The model has inferences, and more than labels would change.
        """
        changes = self._changes(kwargs)
        after = dataclasses.replace(self, **changes)
        _check_categories(after, changes, given=kwargs)
        _check_range(after, changes)
        for name in changes:
            self._check_fixed(name, getattr(after, name))
        for name in changes:
            setattr(self, name, getattr(after, name))
        return self

    def _changes(self, kwargs: Mapping[str, Any]) -> dict[str, Any]:
        known = {field.name for field in dataclasses.fields(self)}
        changes: dict[str, Any] = {}
        for name, value in kwargs.items():
            if name == "range":
                try:
                    changes["min_range"], changes["max_range"] = value
                except (TypeError, ValueError):
                    raise UserValueError(
                        f"range of attribute {self.name!r} must be [low, high], got "
                        f"{quote_value(value)}"
                    ) from None
            elif name == "unique":
                changes["is_unique"] = value
            elif name in known:
                changes[name] = value
            else:
                hint = suggest(name, known) or f"; the fields are {', '.join(sorted(known))}"
                raise UserValueError(f"unknown field {name!r} of an attribute{hint}")
        if changes.get("categorical", True) is False:
            changes.setdefault("categories", None)
        return changes

    def short_name(self) -> str:
        """Return the place and the name of the attribute as one string.

        Returns:
            `STAGE[position]:name`, followed by the label in brackets if there is one.
        """
        label = f" ({self.label})" if self.label else ""
        return f"{self.stage}[{self.position}]:{self.name}{label}"

    def __repr__(self) -> str:
        # As dataclasses do; a field may hold anything until the attribute is saved.
        shown = (f"{f.name}={safe_repr(getattr(self, f.name))}" for f in dataclasses.fields(self))
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def __str__(self) -> str:
        lines = [self.short_name()]
        if self.categorical:
            if self.categories:
                lines.append(f"Categorical: [{_list_categories(self.categories)}]")
            else:
                lines.append("Categorical")
        else:
            lines.append(f"Range: [{self.min_range}, {self.max_range}]")
        lines += [f"Link: {link}" for link in (self.attribute_link, self.gt_class_link) if link]
        return "\n\t".join(lines)


def fix_attributes(attributes: Iterable[ArthurAttribute], model_name: str) -> None:
    """Let attributes refuse changes, other than of labels, from now on.

    Args:
        attributes: The attributes.
        model_name: The model that has inferences, for messages.
    """
    for attribute in attributes:
        attribute.__dict__[_FIXED_BY] = model_name


def receive_fields(attribute: ArthurAttribute, fields: Mapping[str, Any]) -> None:
    """Assign what the server says about an attribute.

    Args:
        attribute: The attribute.
        fields: Values by field.
    """
    attribute.__dict__.update(fields)


def _plain(value: Any) -> Any:
    """Return a field without labels, which may always be changed."""
    if not isinstance(value, list):
        return value
    return [one.value if isinstance(one, AttributeCategory) else one for one in value]


def _list_categories(categories: list[AttributeCategory]) -> str:
    shown = ", ".join(str(category) for category in categories[:MAX_CATEGORIES_TO_SHOW])
    more = len(categories) - MAX_CATEGORIES_TO_SHOW
    return f"{shown}...and {more} more" if more > 0 else shown


def _check_categories(
    after: ArthurAttribute, changes: Mapping[str, Any], *, given: Mapping[str, Any]
) -> None:
    if not changes.keys() & {"categorical", "categories", "is_unique"}:
        return
    if after.categorical:
        if not after.is_unique and not after.categories and after.value_type not in FREE_TEXT_TYPES:
            raise MissingParameterError(
                f"categorical attribute {after.name!r} must have categories=[...], or "
                "is_unique=True if its values are all different"
            )
    elif after.categories:
        remedy = (
            "Leave categories out"
            if "categorical" in given
            else "Pass categorical=True together with categories"
        )
        raise UserValueError(
            f"attribute {after.name!r} is not categorical and cannot have categories "
            f"{_list_categories(after.categories)}. {remedy}"
        )


def _check_range(after: ArthurAttribute, changes: Mapping[str, Any]) -> None:
    if after.categorical or not changes.keys() & {"min_range", "max_range", "categorical"}:
        return
    low, high = after.min_range, after.max_range
    if (low is None) != (high is None):
        given, missing = ("min_range", "max_range") if high is None else ("max_range", "min_range")
        raise MissingParameterError(
            f"attribute {after.name!r} has {given}={high if low is None else low!r} but no "
            f"{missing}; give both ends of the range or none"
        )
    if low is not None and high is not None and low > high:
        raise UserValueError(
            f"attribute {after.name!r} has min_range={low!r} above max_range={high!r}"
        )
