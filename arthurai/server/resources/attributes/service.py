"""Attributes of models: checking, completing and changing them.

The server adds attributes of its own (`implicit`), as the API promises: the missing negative
prediction of a binary classifier with one probability, one-hot ground truth for a class column, and
the counterpart of a single ground truth. Their values are computed when they are read.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.attribute_spec import GROUND_TRUTH_STAGES
from arthurai.common.limits import BINARY_CLASSES, MAX_ATTRIBUTES, MAX_CATEGORIES
from arthurai.common.vocabulary import MAX_NAME_LENGTH, OutputType, Stage, ValueType
from arthurai.server.document_kinds import Kind
from arthurai.server.http.api_errors import ApiError, join_problems
from arthurai.server.identifiers import new_id
from arthurai.server.model_schema import ModelSchema
from arthurai.server.query.model_columns import ANOMALY, EXPLAINER, IMPORTANCES, RESERVED
from arthurai.server.resources.alert_rules.service import archive_rules
from arthurai.server.storage.warehouse.errors import ValuesLostError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from arthurai.common.documents import PinnedColumns
    from arthurai.server.context import Stores
    from arthurai.server.storage.documents.stored_models import StoredModel

NEGATIVE_PREDICTION: Final = "predicted_negative"
RESERVED_NAMES: Final = frozenset(
    {
        *RESERVED,
        *ANOMALY,
        *IMPORTANCES,
        *EXPLAINER,
        "rollup",
        "bucket",
        "predictedClass",
        "groundTruthClass",
    }
)
_NAME: Final = re.compile(r"[^\W\d]\w*")
_INPUT_STAGES: Final = frozenset(
    {Stage.ModelPipelineInput, Stage.NonInputData, Stage.PredictFunctionInput}
)
_NUMBERS: Final = frozenset({ValueType.Integer, ValueType.Float, ValueType.Boolean})
_ATTRIBUTE_MEMBERS: Final = (
    "id",
    "name",
    "label",
    "value_type",
    "stage",
    "position",
    "categorical",
    "min_range",
    "max_range",
    "monitor_for_bias",
    "categories",
    "bins",
    "is_unique",
    "is_positive_predicted_attribute",
    "attribute_link",
    "gt_class_link",
    "token_attribute_link",
    "implicit",
)
_LINKS: Final = ("attribute_link", "token_attribute_link")
_FLAGS: Final = ("categorical", "monitor_for_bias", "is_unique", "is_positive_predicted_attribute")


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """What a change of attributes does besides, and what it may do.

    Attributes:
        members: Other members of the model to change, with their new values.
        follow_up: Called in the transaction that stores the attributes.
        ground_truth_is_free: Whether ground truth may change even though there are inferences.
        discard_values: Whether stored values that have no place in the new attributes may be
            deleted.
    """

    members: Mapping[str, Any] = field(default_factory=dict)
    follow_up: Callable[[], None] = lambda: None
    ground_truth_is_free: bool = False
    discard_values: bool = False


def complete_attributes(
    given: Iterable[Mapping[str, Any]],
    output_type: str,
    known: Sequence[Mapping[str, Any]] = (),
    present: Sequence[Mapping[str, Any]] = (),
) -> list[dict[str, Any]]:
    """Check the attributes of a model; return all of them, with ids, positions and links.

    Args:
        given: Attributes as they were sent; implicit ones among them are derived anew and keep
            their labels.
        output_type: Output type of the model.
        known: The current attributes that keep their ids, by id or by stage and name.
        present: All current attributes of the model; links to renamed ones are updated, links to
            removed ones dropped.

    Raises:
        ApiError: 400 when attributes are missing or contradict each other.
    """
    sent = list(given)
    implicit = [a for a in (*present, *sent) if a.get("implicit")]
    derived = {a["name"] for a in implicit}
    labels = {(a["stage"], a["name"]): a["label"] for a in implicit if a.get("label") is not None}
    attributes = [_clean(attribute) for attribute in sent if not attribute.get("implicit")]
    for attribute in attributes:
        if attribute.get("attribute_link") in derived:
            del attribute["attribute_link"]
    _update_links(attributes, present)
    check_attributes(attributes, output_type)
    if output_type == OutputType.Multiclass:
        attributes += _derive_implicit(attributes)
    for attribute_id, count in Counter(a["id"] for a in attributes if "id" in a).items():
        if count > 1:
            raise ApiError(
                400,
                f"duplicate attribute id {attribute_id[:100]!r}; leave out ids of new ones",
            )
    known_ids = {a["id"] for a in known}
    by_name = {(a["stage"], a["name"]): a for a in known}
    for attribute in attributes:
        place = (attribute["stage"], attribute["name"])
        former = by_name.get(place, {})
        if attribute["implicit"] and place in labels:
            attribute["label"] = labels[place]
        if attribute.get("id") not in known_ids:
            attribute["id"] = former.get("id") or new_id()
        if "position" not in attribute and "position" in former:
            attribute["position"] = former["position"]
    _assign_positions(attributes)
    return attributes


def _update_links(
    attributes: Sequence[dict[str, Any]], present: Iterable[Mapping[str, Any]]
) -> None:
    """Update links to attributes that were renamed; drop those to attributes that are gone."""
    names = {a.get("id"): a["name"] for a in attributes}
    former = {a["name"]: names.get(a["id"]) for a in present}
    moved = former.keys() - set(names.values())
    for attribute in attributes:
        for link in _LINKS:
            if attribute.get(link) in moved:
                name = former[attribute.pop(link)]
                if name is not None:
                    attribute[link] = name


def _clean(attribute: Mapping[str, Any]) -> dict[str, Any]:
    clean = {m: attribute[m] for m in _ATTRIBUTE_MEMBERS if attribute.get(m) is not None}
    for members in ("categories", "bins"):
        if members in clean:
            clean[members] = [
                {name: value for name, value in member.items() if value is not None}
                for member in clean[members]
            ]
    for flag in _FLAGS:
        clean[flag] = bool(clean.get(flag))
    clean["implicit"] = False
    return clean


def check_attributes(attributes: Sequence[Mapping[str, Any]], output_type: str) -> None:
    """Check the attributes of a model against each other.

    Args:
        attributes: The attributes, none of them implicit.
        output_type: Output type of the model.

    Raises:
        ApiError: 400, naming the attributes and all that is wrong with them.
    """
    if len(attributes) > MAX_ATTRIBUTES:
        raise ApiError(
            400, f"a model must have at most {MAX_ATTRIBUTES} attributes, got {len(attributes)}"
        )
    problems = [*_find_problems(attributes), *_find_wrong_links(attributes)]
    problems += _find_wrong_stages(attributes, output_type)
    if problems:
        raise ApiError(400, join_problems(problems))


def _find_problems(attributes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for attribute in attributes:
        yield from _find_attribute_problems(attribute)
    for name, count in Counter(a["name"] for a in attributes).items():
        if count > 1:
            yield f"attribute {name[:100]!r}: given {count} times; names must be unique"
    places = Counter((a["stage"], a["position"]) for a in attributes if "position" in a)
    for (stage, position), count in places.items():
        if count > 1:
            yield f"duplicate position {position} of stage {stage}"


def _find_wrong_stages(attributes: Sequence[Mapping[str, Any]], output_type: str) -> Iterator[str]:
    stages = Counter(a["stage"] for a in attributes)
    if not _INPUT_STAGES & stages.keys():
        yield f"no input attribute; add one of stage {Stage.ModelPipelineInput}"
    if not stages[Stage.PredictedValue]:
        yield f"no predicted attribute; add one of stage {Stage.PredictedValue}"
    if stages[Stage.GroundTruthClass] > 1:
        yield f"a model must have at most one attribute of stage {Stage.GroundTruthClass}"
    positive = sum(a["is_positive_predicted_attribute"] for a in attributes)
    if positive > 1:
        yield "several attributes have is_positive_predicted_attribute; mark one"
    is_binary = (
        output_type == OutputType.Multiclass and stages[Stage.PredictedValue] == BINARY_CLASSES
    )
    if is_binary and not positive:
        yield "a classifier with two predictions needs is_positive_predicted_attribute on one"


def _find_wrong_links(attributes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield links to nothing: what they were meant to join would be joined otherwise."""
    names = {a["name"] for a in attributes}
    truth_class = next((a for a in attributes if a["stage"] == Stage.GroundTruthClass), {})
    classes = [category["value"] for category in truth_class.get("categories", ())]
    for attribute in attributes:
        for link in _LINKS:
            if link in attribute and attribute[link] not in names:
                yield (
                    f"attribute {attribute['name'][:100]!r}: {link} {attribute[link][:100]!r} is "
                    "not the name of an attribute of the model"
                )
        value = attribute.get("gt_class_link")
        if value is not None and classes and value not in classes:
            yield (
                f"attribute {attribute['name'][:100]!r}: gt_class_link {value[:100]!r} is not a "
                f"category of {truth_class['name']!r}"
            )


def _find_attribute_problems(attribute: Mapping[str, Any]) -> Iterator[str]:
    name = attribute["name"]
    where = f"attribute {name[:100]!r}"
    if len(name) > MAX_NAME_LENGTH or not _NAME.fullmatch(name):
        yield (
            f"{where}: the name must be 1 to {MAX_NAME_LENGTH} letters, digits and underscores and "
            "must not begin with a digit"
        )
    if name in RESERVED_NAMES:
        yield f"{where}: the name is reserved; choose another"
    if attribute.get("position", 0) < 0:
        yield f"{where}: position must be at least 0, got {attribute['position']}"
    if ("min_range" in attribute) != ("max_range" in attribute):
        yield f"{where}: set both min_range and max_range or neither"
    elif "min_range" in attribute and attribute["min_range"] > attribute["max_range"]:
        yield f"{where}: min_range must not be above max_range"
    yield from _find_wrong_categories(where, attribute)
    yield from _find_wrong_bins(where, attribute)
    if attribute["is_positive_predicted_attribute"] and attribute["stage"] != Stage.PredictedValue:
        yield f"{where}: is_positive_predicted_attribute requires stage {Stage.PredictedValue}"


def _find_wrong_categories(where: str, attribute: Mapping[str, Any]) -> Iterator[str]:
    values = Counter(category["value"] for category in attribute.get("categories", ()))
    if values.total() > MAX_CATEGORIES:
        yield f"{where}: must have at most {MAX_CATEGORIES} categories"
    for value, count in values.items():
        if count > 1:
            yield f"{where}: duplicate category {value[:100]!r}"


def _find_wrong_bins(where: str, attribute: Mapping[str, Any]) -> Iterator[str]:
    bins = attribute.get("bins")
    if not bins:
        return
    if attribute.get("categories"):
        yield f"{where}: categories and bins exclude each other"
    elif attribute["categorical"]:
        yield f"{where}: a categorical attribute cannot have bins"
    if attribute["value_type"] not in _NUMBERS:
        yield f"{where}: bins require a numeric value type, not {attribute['value_type']}"
    for each in bins:
        if each.get("continuous_start", -math.inf) >= each.get("continuous_end", math.inf):
            yield f"{where}: the start of a bin must be below its end, got {each}"


def _assign_positions(attributes: Sequence[dict[str, Any]]) -> None:
    """Give each attribute without a position the first free one of its stage."""
    taken: dict[str, set[int]] = {}
    for attribute in attributes:
        if "position" in attribute:
            taken.setdefault(attribute["stage"], set()).add(attribute["position"])
    for attribute in attributes:
        if "position" not in attribute:
            used = taken.setdefault(attribute["stage"], set())
            attribute["position"] = next(n for n in range(len(used) + 1) if n not in used)
            used.add(attribute["position"])


def _derive_implicit(attributes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the attributes that the server adds to those of a classifier."""
    names = {a["name"] for a in attributes}
    predicted = [a for a in attributes if a["stage"] == Stage.PredictedValue]
    added: list[dict[str, Any]] = []
    truth_class = next((a for a in attributes if a["stage"] == Stage.GroundTruthClass), None)
    if len(predicted) == 1 and predicted[0]["value_type"] in _NUMBERS:
        positive = predicted[0]
        positive["is_positive_predicted_attribute"] = True
        negative = _build_implicit(
            _take_name(NEGATIVE_PREDICTION, names),
            Stage.PredictedValue,
            positive["value_type"],
            {"min_range": 0, "max_range": 1},
        )
        other = _other_class(truth_class, positive)
        if other is not None:
            negative["gt_class_link"] = other
        predicted.append(negative)
        added.append(negative)
    if truth_class is not None:
        added += _build_one_hot_truths(truth_class, predicted, names)
    else:
        truths = [a for a in attributes if a["stage"] == Stage.GroundTruth]
        added += _link_truths(predicted, truths, names)
    return added


def _other_class(truth_class: Mapping[str, Any] | None, positive: Mapping[str, Any]) -> str | None:
    if truth_class is None or "gt_class_link" not in positive:
        return None
    values = [str(c["value"]) for c in truth_class.get("categories", ())]
    others = [value for value in values if value != positive["gt_class_link"]]
    return others[0] if len(others) == 1 else None


def _build_one_hot_truths(
    truth_class: Mapping[str, Any], predicted: Sequence[dict[str, Any]], names: set[str]
) -> list[dict[str, Any]]:
    """Return a ground truth attribute for each prediction of a class."""
    made: list[dict[str, Any]] = []
    for prediction in predicted:
        value = prediction.get("gt_class_link")
        if value is None and not prediction["implicit"]:
            continue
        ending = "other" if value is None else re.sub(r"\W", "_", value)
        stem = f"{truth_class['name'][: MAX_NAME_LENGTH // 2]}_{ending[: MAX_NAME_LENGTH // 3]}"
        truth = _build_truth(_take_name(stem, names), prediction)
        if value is not None:
            truth["gt_class_link"] = value
        made.append(truth)
    return made


def _link_truths(
    predicted: Sequence[dict[str, Any]], truths: Sequence[dict[str, Any]], names: set[str]
) -> list[dict[str, Any]]:
    """Link predictions and ground truth; return the counterpart of a single ground truth."""
    by_name = {truth["name"]: truth for truth in truths}
    linked = {p["attribute_link"] for p in predicted if p.get("attribute_link") in by_name}
    for prediction in predicted:
        if "attribute_link" not in prediction:
            partner = next(
                (t for t in truths if t.get("attribute_link") == prediction["name"]), None
            )
            if partner is not None:
                prediction["attribute_link"] = partner["name"]
                linked.add(partner["name"])
    unlinked = [p for p in predicted if "attribute_link" not in p]
    free = [t for t in truths if t["name"] not in linked and "attribute_link" not in t]
    if len(predicted) != BINARY_CLASSES:
        return []
    for prediction, truth in zip(list(unlinked), free, strict=False):
        # the positive prediction comes first in the list when it has no partner yet
        prediction["attribute_link"] = truth["name"]
        truth["attribute_link"] = prediction["name"]
        unlinked.remove(prediction)
    if len(truths) == 1 and len(unlinked) == 1 and truths[0]["value_type"] in _NUMBERS:
        stem = f"{truths[0]['name'][: MAX_NAME_LENGTH // 2]}_negative"
        return [_build_truth(_take_name(stem, names), unlinked[0])]
    return []


def _build_truth(name: str, prediction: dict[str, Any]) -> dict[str, Any]:
    """Return a ground truth of 0 and 1 for a prediction, linked both ways."""
    truth = _build_implicit(
        name, Stage.GroundTruth, ValueType.Integer, {"categories": [{"value": "0"}, {"value": "1"}]}
    )
    truth["categorical"] = True
    truth["attribute_link"] = prediction["name"]
    prediction["attribute_link"] = name
    return truth


def _build_implicit(
    name: str, stage: str, value_type: str, members: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "name": name,
        "stage": stage,
        "value_type": value_type,
        **dict.fromkeys(_FLAGS, False),
        "implicit": True,
        **members,
    }


def _take_name(stem: str, names: set[str]) -> str:
    """Return a name that is not taken yet, and take it."""
    name, number = stem, 2
    while name in names or name in RESERVED_NAMES:
        name, number = f"{stem}_{number}", number + 1
    names.add(name)
    return name


def replace_attributes(
    stores: Stores,
    record: StoredModel,
    given: Sequence[Mapping[str, Any]],
    *,
    known: Iterable[Mapping[str, Any]],
    change: AttributeChange | None = None,
) -> StoredModel:
    """Give a model a new set of attributes.

    Args:
        stores: The stores.
        record: The model.
        given: The whole set as it was sent.
        known: The current attributes that keep their ids.
        change: What else is to be done and may be done.

    Returns:
        The model in its new state. Its alert rules are archived unless only labels changed.

    Raises:
        ApiError: 400 when the attributes contradict each other, 409 when they differ in more than
            labels and there are inferences, or when stored values would be lost.
    """
    change = change or AttributeChange()
    output_type = record.document["output_type"]
    attributes = complete_attributes(given, output_type, list(known), record.attributes)
    if _structure(attributes) == _structure(record.attributes):
        with stores.control.transaction():
            changed = stores.control.models.update(
                record, {**change.members, "attributes": attributes}
            )
            change.follow_up()
        return changed
    if stores.data.has_inferences(record.id):
        ignored = GROUND_TRUTH_STAGES if change.ground_truth_is_free else frozenset[str]()
        if _structure(attributes, ignored) != _structure(record.attributes, ignored):
            raise ApiError(
                409, "the model has inferences: only labels of its attributes can be changed"
            )
    return store_attributes(stores, record, attributes, change)


def store_attributes(
    stores: Stores,
    record: StoredModel,
    attributes: Sequence[Mapping[str, Any]],
    change: AttributeChange,
) -> StoredModel:
    """Store another set of attributes.

    Alert rules are archived, removed columns are unpinned, and tables are adapted.

    Args:
        stores: The stores.
        record: The model.
        attributes: The whole, checked set.
        change: What else is to be done and may be done.

    Raises:
        ApiError: 409 when stored values would be lost.
    """
    members = {**change.members, "attributes": list(attributes)}
    stored: list[StoredModel] = []

    def store() -> None:
        with stores.control.transaction():
            changed = stores.control.models.update(record, members)
            archive_rules(stores, record)
            _unpin_removed(stores, record, changed)
            change.follow_up()
        stored.append(changed)

    schema = ModelSchema.from_model({**record.document, **members, "id": record.id})
    try:
        stores.data.update_schema(schema, store, discard_values=change.discard_values)
    except ValuesLostError as error:
        names = {a.column: a.name for a in record.schema.attributes}
        lost = ", ".join(
            f"{names.get(column, column)} ({count})" for column, count in error.columns.items()
        )
        raise ApiError(
            409,
            f"stored values have no place in the new attributes, by attribute: {lost}; keep name "
            "and value type, or repeat the request with discard_values=true to delete the values",
        ) from None
    return stored[0]


def _structure(
    attributes: Iterable[Mapping[str, Any]], ignored: frozenset[str] = frozenset()
) -> dict[tuple[str, str], dict[str, Any]]:
    """Return everything about attributes except ids and labels, by stage and name."""
    return {
        (a["stage"], a["name"]): {
            **{name: value for name, value in a.items() if name not in {"id", "label"}},
            "categories": [category["value"] for category in a.get("categories", ())],
        }
        for a in attributes
        if not a.get("implicit") and a["stage"] not in ignored
    }


def _unpin_removed(stores: Stores, before: StoredModel, after: StoredModel) -> None:
    gone = {a["name"] for a in before.attributes} - {a["name"] for a in after.attributes}

    def unpin(pinned: PinnedColumns) -> None:
        pinned["columns"] = [name for name in pinned["columns"] if name not in gone]

    stores.control.documents(Kind.PINNED_COLUMNS).change(after.organization_id, after.id, unpin)
