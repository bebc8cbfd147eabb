"""Attributes: the columns of a model's data, described."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from arthurai.common.constants import Stage, ValueType
from arthurai.common.exceptions import MissingParameterError, UserTypeError, UserValueError
from arthurai.model.json_dataclass import ArthurBaseJsonDataclass, NumberType

MAX_CATEGORIES_TO_SHOW = 5
_ENDS = 2

_STAGE_ORDER = (
    Stage.ModelPipelineInput,
    Stage.NonInputData,
    Stage.PredictedValue,
    Stage.GroundTruth,
    Stage.GroundTruthClass,
)

#: Value types whose attributes count as categorical but never list their categories.
FREE_TEXT_TYPES = frozenset(
    {ValueType.Unstructured_Text, ValueType.Tokens, ValueType.TokenLikelihoods}
)


def get_attribute_order_stage(attribute_stage: str) -> int:
    """Give the place of a stage when attributes are sorted.

    Args:
        attribute_stage: A member of :class:`~arthurai.common.constants.Stage`.

    Returns:
        0 for pipeline input, then non-input data, predicted values, ground truth and ground-truth
        class; 5 for anything else.
    """
    try:
        return _STAGE_ORDER.index(attribute_stage)
    except ValueError:
        return len(_STAGE_ORDER)


@dataclass
class AttributeCategory(ArthurBaseJsonDataclass):
    """One value a categorical attribute can take.

    Attributes:
        value: The value as text; anything given is turned into text.
        label: What people read instead of the value.
    """

    value: str
    label: str | None = None

    def __post_init__(self) -> None:
        self.value = str(self.value)
        if self.label is not None:
            self.label = str(self.label)

    def __str__(self) -> str:
        return self.value


@dataclass
class AttributeBin(ArthurBaseJsonDataclass):
    """One interval of a continuous attribute.

    Attributes:
        continuous_start: Lower edge, not part of the bin; ``None`` for no lower edge.
        continuous_end: Upper edge, part of the bin; ``None`` for no upper edge.
    """

    continuous_start: float | None = None
    continuous_end: float | None = None


def as_categories(categories: Iterable[Any] | None) -> list[AttributeCategory] | None:
    """Turn what users write for categories into category objects.

    Args:
        categories: Raw values, ``{"value": ..., "label": ...}`` dictionaries and
            :class:`AttributeCategory` objects, also mixed; or ``None``.

    Returns:
        The categories in the order given, or ``None``.

    Raises:
        UserTypeError: ``categories`` is a text or cannot be walked through.
    """
    if categories is None:
        return None
    if isinstance(categories, str | bytes | Mapping) or not isinstance(categories, Iterable):
        raise UserTypeError(
            f"categories needs a list of values, got {type(categories).__name__} {categories!r}."
        )
    return [_as_category(category) for category in categories]


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
            ``None`` for an open end), or :class:`AttributeBin` objects and
            ``{"continuous_start": ..., "continuous_end": ...}`` dictionaries; or ``None``.

    Returns:
        The bins in the order given, or ``None``.

    Raises:
        UserTypeError: Cut points and bins are mixed, or an entry is neither.
        UserValueError: There is only one cut point, or they do not ascend.
    """
    if bins is None:
        return None
    if isinstance(bins, str | bytes | Mapping) or not isinstance(bins, Iterable):
        raise UserTypeError(
            f"bins needs a list of cut points or bins, got {type(bins).__name__} {bins!r}."
        )
    entries = list(bins)
    whole = [isinstance(entry, AttributeBin | Mapping) for entry in entries]
    if all(whole):
        return [AttributeBin.from_dict(b) if isinstance(b, Mapping) else b for b in entries]
    if any(whole):
        raise UserTypeError(f"bins mixes cut points and bins: {entries!r}. Give one kind only.")
    return _bins_between(entries)


def _bins_between(cuts: list[Any]) -> list[AttributeBin]:
    for cut in cuts:
        if cut is not None and (isinstance(cut, bool) or not _is_number(cut)):
            raise UserTypeError(f"bins needs numbers as cut points, got {cut!r}.")
    inner = [cut for cut in cuts if cut is not None]
    ascending = all(low < high for low, high in itertools.pairwise(inner))
    if len(cuts) < _ENDS or not ascending or None in cuts[1:-1]:
        raise UserValueError(f"bins needs two or more ascending cut points, got {cuts!r}.")
    return [AttributeBin(_native(low), _native(high)) for low, high in itertools.pairwise(cuts)]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) or (
        type(value).__module__ == "numpy" and getattr(value, "dtype", None) is not None
    )


def _native(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


@dataclass
class ArthurAttribute(ArthurBaseJsonDataclass):
    """One attribute of a model.

    Fields may be assigned freely; ``categories`` and ``bins`` also take raw values and cut points.
    :meth:`set` assigns several at once and checks that they fit together.

    Attributes:
        name: Name, unique in the model: letters, digits and underscores, no digit first.
        value_type: What a value is, a member of :class:`~arthurai.common.constants.ValueType`.
        stage: Role in the model, a member of :class:`~arthurai.common.constants.Stage`.
        id: Identifier given by the platform.
        label: What people read instead of the name.
        position: Place within the stage, from 0.
        categorical: The values are classes rather than a continuum.
        min_range: Least expected value of a continuous attribute.
        max_range: Greatest expected value of a continuous attribute.
        monitor_for_bias: The attribute is sensitive, fairness is measured over it.
        categories: The classes of a categorical attribute.
        bins: The intervals of a continuous attribute.
        is_unique: The values are (nearly) all different.
        is_positive_predicted_attribute: Predicts the positive class of a binary classifier.
        attribute_link: Name of the partner: predicted value and ground truth.
        gt_class_link: For a predicted value, the ground-truth class (as text) it predicts.
        token_attribute_link: Name of the partner: text and its tokens.
        implicit: The platform made the attribute.
    """

    _nested: ClassVar[Mapping[str, type[ArthurBaseJsonDataclass]]] = {
        "categories": AttributeCategory,
        "bins": AttributeBin,
    }

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
        object.__setattr__(self, name, value)

    @property
    def unique(self) -> bool:
        """Another name of ``is_unique``; the documentation of the platform uses it."""
        return self.is_unique

    @unique.setter
    def unique(self, value: bool) -> None:
        self.is_unique = value

    def to_dict(self, skip_none: bool = True) -> dict[str, Any]:
        """Turn the attribute into the dictionary the API takes.

        Args:
            skip_none: Leave out fields that are ``None``.

        Returns:
            A new dictionary in field order.
        """
        # Lists can be changed in place, past the conversion that assignment does.
        self.categories, self.bins = as_categories(self.categories), as_bins(self.bins)
        return super().to_dict(skip_none=skip_none)

    def set(self, **kwargs: Any) -> Self:
        """Assign several fields at once, after checking that they fit together.

        Either all fields are assigned or, on an error, none.

        Args:
            **kwargs: New values by field name. ``categories`` takes raw values, dictionaries with
                ``value`` and ``label``, or :class:`AttributeCategory` objects; ``bins`` takes cut
                points or :class:`AttributeBin` objects; ``range=[low, high]`` stands for
                ``min_range`` and ``max_range``; ``unique`` for ``is_unique``.
                ``categorical=False`` drops the categories.

        Returns:
            The attribute itself.

        Raises:
            UserValueError: A name is not a field, the range is upside down, or an attribute that
                is not categorical is given categories.
            MissingParameterError: A categorical attribute has neither categories nor unique
                values, or only one end of the range is there.
        """
        changes = self._changes(kwargs)
        after = dataclasses.replace(self, **changes)
        _check_categories(after, changes, asked=kwargs)
        _check_range(after, changes)
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
                        f"range of attribute {self.name!r} needs [low, high], got {value!r}."
                    ) from None
            elif name == "unique":
                changes["is_unique"] = value
            elif name in known:
                changes[name] = value
            else:
                raise UserValueError(
                    f"Attributes have no field {name!r}; the fields are {', '.join(sorted(known))}."
                )
        if changes.get("categorical", True) is False:
            changes.setdefault("categories", None)
        return changes

    def short_name(self) -> str:
        """Give the attribute's place and name in one piece.

        Returns:
            ``STAGE[position]:name``, followed by the label in brackets if there is one.
        """
        label = f" ({self.label})" if self.label else ""
        return f"{self.stage}[{self.position}]:{self.name}{label}"

    def __str__(self) -> str:
        lines = [self.short_name()]
        if self.categorical:
            if self.categories:
                lines.append(f"Categorical: [{_shortened(self.categories)}]")
            else:
                lines.append("Categorical")
        else:
            lines.append(f"Range: [{self.min_range}, {self.max_range}]")
        lines += [f"Link: {link}" for link in (self.attribute_link, self.gt_class_link) if link]
        return "\n\t".join(lines)


def _shortened(categories: list[AttributeCategory]) -> str:
    shown = ", ".join(str(category) for category in categories[:MAX_CATEGORIES_TO_SHOW])
    more = len(categories) - MAX_CATEGORIES_TO_SHOW
    return f"{shown}, ...and {more} more" if more > 0 else shown


def _check_categories(
    after: ArthurAttribute, changes: Mapping[str, Any], *, asked: Mapping[str, Any]
) -> None:
    if not changes.keys() & {"categorical", "categories", "is_unique"}:
        return
    if after.categorical:
        if not after.is_unique and not after.categories and after.value_type not in FREE_TEXT_TYPES:
            raise MissingParameterError(
                f"Categorical attribute {after.name!r} needs categories=[...], or is_unique=True "
                "when its values are all different."
            )
    elif after.categories:
        remedy = (
            "Leave categories out"
            if "categorical" in asked
            else "Pass categorical=True together with categories"
        )
        raise UserValueError(
            f"Attribute {after.name!r} is not categorical and cannot have categories "
            f"{_shortened(after.categories)}. {remedy}."
        )


def _check_range(after: ArthurAttribute, changes: Mapping[str, Any]) -> None:
    if after.categorical or not changes.keys() & {"min_range", "max_range", "categorical"}:
        return
    low, high = after.min_range, after.max_range
    if (low is None) != (high is None):
        given, absent = ("min_range", "max_range") if high is None else ("max_range", "min_range")
        raise MissingParameterError(
            f"Attribute {after.name!r} has {given}={high if low is None else low!r} but no "
            f"{absent}; give both ends of the range or none."
        )
    if low is not None and high is not None and low > high:
        raise UserValueError(
            f"Attribute {after.name!r} has min_range={low!r} above max_range={high!r}."
        )
