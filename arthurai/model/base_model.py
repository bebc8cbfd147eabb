"""What a model holds: its fields, its attributes and its connection."""

from __future__ import annotations

import copy
import dataclasses
import os
from dataclasses import InitVar, dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from arthurai.common.checks import check_choice
from arthurai.common.constants import Stage, ValueType
from arthurai.common.exceptions import (
    MethodNotApplicableError,
    MissingParameterError,
    UserTypeError,
    UserValueError,
    wrap_errors,
)
from arthurai.common.settings import LAST_MODEL_VARIABLE
from arthurai.common.text import list_names, suggest
from arthurai.model.attributes import ArthurAttribute, get_attribute_order_stage
from arthurai.model.json_dataclass import ArthurBaseJsonDataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from arthurai.transport.session import Session


@dataclass
class ExplainabilityParameters(ArthurBaseJsonDataclass):
    """What the platform tells about a model's explanations.

    Attributes:
        enabled: Whether inferences are explained.
        explanation_algo: ``lime`` or ``shap``.
        model_server_cpu: Processors of the model server, as a Kubernetes quantity.
        model_server_memory: Memory of the model server, as a Kubernetes quantity.
        explanation_nsamples: Samples drawn for one explanation.
    """

    enabled: bool
    explanation_algo: str | None = None
    model_server_cpu: str | None = None
    model_server_memory: str | None = None
    explanation_nsamples: int | None = None


def session_of(client: Any) -> Session | None:
    """Find the session in what users pass as ``client``.

    Args:
        client: A session, an object that has one as ``session``, or ``None``.

    Returns:
        The session, or ``None`` for ``None``.

    Raises:
        UserTypeError: ``client`` is something else.
    """
    if client is None:
        return None
    for candidate in (client, getattr(client, "session", None)):
        if hasattr(candidate, "call_json"):
            return cast("Session", candidate)
    raise UserTypeError(
        f"client needs a connection made by ArthurAI, got {type(client).__name__} {client!r:.60}."
    )


@wrap_errors
@dataclass
class ModelRecord(ArthurBaseJsonDataclass):
    """The data of a model, without the calls that work on it.

    Attributes:
        partner_model_id: The caller's own name of the model.
        input_type: A member of :class:`~arthurai.common.constants.InputType`.
        output_type: A member of :class:`~arthurai.common.constants.OutputType`.
        client: The connection; not part of the data.
        explainability: State of the explanations.
        id: Identifier given by the platform; ``None`` until the model is saved.
        display_name: Name shown to people.
        description: Free text.
        is_batch: Inferences arrive in batches instead of a stream.
        archived: The model is put away.
        created_at: Time of creation, ISO 8601.
        updated_at: Time of the last change, ISO 8601.
        attributes: The attributes, by stage and position.
        tags: Free words to find the model by.
        classifier_threshold: From this probability on a binary classifier says yes.
        text_delimiter: Regular expression that separates the tokens of a text.
        expected_throughput_gb_per_day: Amount of data to expect, in gigabytes a day.
        pixel_height: Height of the images in pixels.
        pixel_width: Width of the images in pixels.
        image_class_labels: Names of the classes of detected objects, by class id.
        status: A member of :class:`~arthurai.common.constants.ModelStatus`.
        model_group_id: Identifier of the group of versions the model belongs to.
        version_sequence_num: Number of the version in the group, from 1.
        version_label: Name of the version in the group.
    """

    _nested: ClassVar[Mapping[str, type[ArthurBaseJsonDataclass]]] = {
        "attributes": ArthurAttribute,
        "explainability": ExplainabilityParameters,
    }

    partner_model_id: str
    input_type: str
    output_type: str
    client: InitVar[Any] = None
    explainability: ExplainabilityParameters | None = None
    id: str | None = None
    display_name: str | None = None
    description: str | None = None
    is_batch: bool = False
    archived: bool = False
    created_at: str | None = None
    updated_at: str | None = None
    attributes: list[ArthurAttribute] | None = None
    tags: list[str] | None = None
    classifier_threshold: float | None = None
    text_delimiter: str | None = None
    expected_throughput_gb_per_day: int | None = None
    pixel_height: int | None = None
    pixel_width: int | None = None
    image_class_labels: list[str] | None = None
    status: str | None = None
    model_group_id: str | None = None
    version_sequence_num: int | None = None
    version_label: str | None = None

    def __post_init__(self, client: Any) -> None:
        self._session = session_of(client)
        self.reference_dataframe: Any = None
        if self.attributes is not None:
            self.attributes.sort(key=_attribute_order)
        if self.id is not None:
            self.remember_id()

    def __eq__(self, other: object) -> bool:
        """Compare by fields; the order of the attribute list does not matter."""
        if self.__class__ is not other.__class__ or not isinstance(other, ModelRecord):
            return NotImplemented
        return all(
            _comparable(getattr(self, field.name)) == _comparable(getattr(other, field.name))
            for field in dataclasses.fields(self)
        )

    __hash__ = None  # type: ignore[assignment] # equal by fields that may change

    def __copy__(self) -> Self:
        return self._copied(lambda value: value)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self._copied(lambda value: copy.deepcopy(value, memo))

    def _copied(self, duplicate: Callable[[Any], Any]) -> Self:
        # Copies within a process keep the connection, unlike those that leave it.
        twin = self.__class__.__new__(self.__class__)
        for name, value in self.__dict__.items():
            twin.__dict__[name] = value if name == "_session" else duplicate(value)
        return twin

    def __getstate__(self) -> dict[str, Any]:
        # A connection holds credentials and sockets: neither belongs into a file.
        return {**self.__dict__, "_session": None}

    def __repr__(self) -> str:
        known = "not saved" if self.id is None else f"id={self.id!r}"
        count = "" if self.attributes is None else f", {len(self.attributes)} attributes"
        return (
            f"{type(self).__name__}({self.shown_name!r}, {known}, "
            f"{self.input_type} → {self.output_type}{count})"
        )

    def __str__(self) -> str:
        input_type, output_type = self.input_type.capitalize(), self.output_type.capitalize()
        names = f"{self.display_name}:{self.partner_model_id}"
        if self.model_group_id is not None:
            names += f"@{self.model_group_id}:{self.version_label}"
        attributes = self.attributes or []
        shown = ", ".join(a.short_name() for a in attributes[:MAX_ATTRIBUTES_TO_SHOW])
        more = len(attributes) - MAX_ATTRIBUTES_TO_SHOW
        lines = (
            f"{input_type} {output_type} Model",
            names,
            f"Stage: {'Production' if self.model_is_saved() else 'Local'}",
            f"Attributes: [{shown}]" + (f"... and {more} more" if more > 0 else ""),
        )
        return "\n\t".join(lines)

    def attach(self, session: Session) -> Self:
        """Connect the model.

        Args:
            session: The connection all calls of the model go through.

        Returns:
            The model itself.

        Raises:
            UserTypeError: ``session`` is no connection.
        """
        self._session = session_of(session)
        return self

    def model_is_saved(self) -> bool:
        """Tell whether the platform knows the model.

        Returns:
            Whether the model has an id.
        """
        return self.id is not None

    def saved_id(self, action: str) -> str:
        """Give the id of a saved model.

        Args:
            action: What the id is needed for, such as "send inferences"; for the message.

        Returns:
            The id.

        Raises:
            MethodNotApplicableError: The model is not saved.
        """
        if self.id is None:
            raise MethodNotApplicableError(
                f"Model {self.shown_name!r} is not saved, so it cannot {action}. "
                "Call save() first, or fetch a saved model with ArthurAI.get_model()."
            )
        return self.id

    @property
    def shown_name(self) -> str:
        """The name for people: the display name, or the caller's own id where there is none."""
        return self.display_name or self.partner_model_id

    @property
    def session(self) -> Session:
        """The connection of the model.

        Raises:
            MethodNotApplicableError: There is none, as in a model that was made by hand or
                unpickled.
        """
        if self._session is None:
            raise MethodNotApplicableError(
                f"Model {self.shown_name!r} has no connection. Create models with "
                "ArthurAI.model(), fetch them with ArthurAI.get_model(), or connect this one with "
                "model.attach(arthur.session)."
            )
        return self._session

    @property
    def attributes_type_dict(self) -> dict[str, str]:
        """Value type of each attribute by name."""
        return {attribute.name: attribute.value_type for attribute in self.attributes or []}

    @property
    def ground_truth_type(self) -> str | None:
        """The stage that holds ground truth: one class column, or one column a prediction.

        ``None`` while the model has no attribute list.
        """
        if self.attributes is None:
            return None
        if any(attribute.stage == Stage.GroundTruthClass for attribute in self.attributes):
            return Stage.GroundTruthClass
        return Stage.GroundTruth

    def get_attribute(self, name: str, stage: str | None = None) -> ArthurAttribute:
        """Find one attribute.

        Args:
            name: Name of the attribute.
            stage: Stage of the attribute; needed when several stages use the name.

        Returns:
            The attribute itself, not a copy.

        Raises:
            MethodNotApplicableError: The model has no attributes yet.
            UserValueError: There is no such attribute.
        """
        if self.attributes is None:
            raise MethodNotApplicableError(
                f"Model {self.shown_name!r} has no attributes yet. {self._way_to_attributes()}"
            )
        for attribute in self.matching_attributes(stage=stage):
            if attribute.name == name:
                return attribute
        where = "" if stage is None else f" in stage {stage}"
        names = self.get_attribute_names(stage=stage)
        raise UserValueError(
            f"model {self.shown_name!r} has no attribute {name!r}{where}; "
            f"it has {list_names(names, MAX_ATTRIBUTES_TO_SHOW)}{suggest(name, names)}"
        )

    def matching_attributes(
        self,
        stage: str | None = None,
        value_type: str | None = None,
        where: Callable[[ArthurAttribute], bool] | None = None,
    ) -> Iterator[ArthurAttribute]:
        """Walk through the attributes that meet all conditions given.

        Args:
            stage: Only attributes of this stage.
            value_type: Only attributes of this value type.
            where: Only attributes for which this is true.

        Yields:
            The attributes themselves, in the order of the model.
        """
        for attribute in self.attributes or ():
            if (
                (stage is None or attribute.stage == stage)
                and (value_type is None or attribute.value_type == value_type)
                and (where is None or where(attribute))
            ):
                yield attribute

    def get_attributes(self, stage: str | None = None) -> list[ArthurAttribute]:
        """List the attributes.

        Args:
            stage: Only attributes of this stage.

        Returns:
            A new list of the attributes themselves; empty when there are none.

        Raises:
            UserValueError: There is no such stage.
        """
        _check_kind(stage=stage)
        return list(self.matching_attributes(stage=stage))

    def get_attribute_names(
        self, stage: str | None = None, value_type: str | None = None
    ) -> list[str]:
        """List the names of attributes.

        Args:
            stage: Only attributes of this stage.
            value_type: Only attributes of this value type.

        Returns:
            The names in the order of the model.

        Raises:
            MethodNotApplicableError: The model has no attributes yet.
            UserValueError: There is no such stage or value type.
        """
        if self.attributes is None:
            raise MethodNotApplicableError(
                f"Model {self.shown_name!r} has no attributes yet. {self._way_to_attributes()}"
            )
        _check_kind(stage, value_type)
        return [a.name for a in self.matching_attributes(stage=stage, value_type=value_type)]

    def known_attributes(self, action: str) -> list[ArthurAttribute]:
        """Give the attribute list where there must be one.

        Args:
            action: What it is needed for; for the message.

        Returns:
            The list itself.

        Raises:
            MissingParameterError: The model has no attribute list yet.
        """
        if self.attributes is None:
            raise MissingParameterError(
                f"Model {self.shown_name!r} has no attributes, so it cannot {action}. "
                f"{self._way_to_attributes()}"
            )
        return self.attributes

    def _way_to_attributes(self) -> str:
        if self.model_is_saved():
            return "Fetch the whole model with ArthurAI.get_model()."
        return "Add them with build(), infer_schema() or add_attribute()."

    def remember_id(self) -> None:
        """Leave the id in the environment, where a parent process can be told about it."""
        if self.id is not None:
            os.environ[LAST_MODEL_VARIABLE] = self.id


MAX_ATTRIBUTES_TO_SHOW = 10


def _check_kind(stage: str | None = None, value_type: str | None = None) -> None:
    if stage is not None:
        check_choice("stage", stage, Stage.list())
    if value_type is not None:
        check_choice("value_type", value_type, ValueType.list())


def _comparable(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(item, ArthurAttribute) for item in value):
        return sorted(value, key=lambda attribute: (*_attribute_order(attribute), attribute.name))
    return value


def _attribute_order(attribute: ArthurAttribute) -> tuple[int, int]:
    return get_attribute_order_stage(attribute.stage), attribute.position or 0
