"""The base of models: fields, attributes, connection, and what other modules need of them."""

from __future__ import annotations

import copy
import dataclasses
from dataclasses import InitVar, dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, cast

from arthurai.common.checks import check_choice, read_list, spell_choice
from arthurai.common.constants import InputType, OutputType, Stage, ValueType
from arthurai.common.exceptions import (
    MethodNotApplicableError,
    UserTypeError,
    UserValueError,
    wrap_errors,
)
from arthurai.common.html_display import DisplayedList, format_fields
from arthurai.common.text import list_names, suggest
from arthurai.model.attributes import (
    ArthurAttribute,
    fix_attributes,
    get_attribute_order_stage,
)
from arthurai.model.json_dataclass import ArthurBaseJsonDataclass
from arthurai.transport.connected_object import ConnectedObject

MAX_ATTRIBUTES_TO_SHOW: Final = 10
_CHOICES: Final = {"input_type": InputType.values(), "output_type": OutputType.values()}
_LISTS: Final = frozenset({"attributes", "image_class_labels", "tags"})
_NOT_LISTED: Final = frozenset(
    {
        *("client", "clean_nones", "from_dataframe"),
        *("send_inference", "send_batch_inferences", "send_batch_ground_truths"),
    }
)
"""Members that completion leaves out: deprecated ones, and those that make no sense of a model."""

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from arthurai.transport.session import Session
    from arthurai.transport.session_core import SessionCore
    from arthurai.typing import StageName, ValueTypeName


@dataclass
class ExplainabilityParameters(ArthurBaseJsonDataclass):
    """State of the explanations of a model.

    Attributes:
        enabled: Whether inferences are explained.
        explanation_algo: `lime` or `shap`.
        model_server_cpu: Processors of the model server, as a Kubernetes quantity.
        model_server_memory: Memory of the model server, as a Kubernetes quantity.
        explanation_nsamples: Samples drawn for one explanation.
    """

    enabled: bool
    explanation_algo: str | None = None
    model_server_cpu: str | None = None
    model_server_memory: str | None = None
    explanation_nsamples: int | None = None


def find_session(client: Any) -> SessionCore | None:
    """Return the session of what users pass as `client`, `None` for `None`.

    Args:
        client: A session, or an object that has one as `session`.

    Raises:
        UserTypeError: `client` is something else.
    """
    if client is None:
        return None
    for candidate in (client, getattr(client, "session", None)):
        if hasattr(candidate, "http_client"):
            return cast("SessionCore", candidate)
    raise UserTypeError(f"client must be an ArthurAI, got {type(client).__name__} {client!r:.60}")


@wrap_errors
@dataclass
class ArthurModelBase(ConnectedObject, ArthurBaseJsonDataclass):
    """The data of a model, without the methods that send requests.

    Attributes:
        partner_model_id: The caller's own id of the model.
        input_type: A member of `InputType`.
        output_type: A member of `OutputType`.
        client: An `ArthurAI`, or its session; not part of the data.
        explainability: State of the explanations.
        id: Identifier assigned by the server; `None` until the model is saved.
        display_name: Name to display.
        description: Free text.
        is_batch: Whether inferences arrive in batches instead of a stream.
        archived: Whether the model is archived.
        created_at: Time of creation, ISO 8601.
        updated_at: Time of the last change, ISO 8601.
        attributes: The attributes, by stage and position.
        tags: Words to find the model by.
        classifier_threshold: Probability from which on a binary classifier predicts the positive
            class.
        text_delimiter: Regular expression that separates the tokens of a text.
        expected_throughput_gb_per_day: Expected amount of data in gigabytes per day.
        pixel_height: Height of the images in pixels.
        pixel_width: Width of the images in pixels.
        image_class_labels: Names of the classes of detected objects, by class id.
        status: A member of `ModelStatus`.
        model_group_id: Identifier of the group of versions the model belongs to.
        version_sequence_num: Number of the version in the group, from 1.
        version_label: Name of the version in the group.
    """

    # Beside the fields, so that objects with other connections can share those.
    __slots__ = ("_session",)

    _nested: ClassVar[Mapping[str, type[ArthurBaseJsonDataclass]]] = {
        "attributes": ArthurAttribute,
        "explainability": ExplainabilityParameters,
    }

    _shown_fields: ClassVar[tuple[str, ...]] = (
        *("display_name", "input_type", "output_type", "status", "partner_model_id", "id"),
    )

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
        self._session: Any = find_session(client)
        self.reference_dataframe: Any = None
        self.extra_columns: str | None = None
        self.redact: Mapping[str, Any] | None = None
        self.sample: float | None = None
        self._left_out_columns: frozenset[str] = frozenset()
        self._has_inferences = False
        if self.attributes is not None:
            self.attributes.sort(key=_attribute_order)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute; a list of texts or of attributes may be given as any iterable."""
        if name in _LISTS and value is not None and not isinstance(value, list | str):
            value = read_list(name, value, ordered=name != "tags")
        elif name in _CHOICES:
            value = spell_choice(value, _CHOICES[name])
        if name == "attributes" and type(value) is list:
            value = DisplayedList(value)
        super().__setattr__(name, value)

    def __eq__(self, other: object) -> bool:
        """Compare by fields; the order of the attribute list does not matter."""
        if self.__class__ is not other.__class__ or not isinstance(other, ArthurModelBase):
            return NotImplemented
        return all(
            _comparable(getattr(self, field.name)) == _comparable(getattr(other, field.name))
            for field in dataclasses.fields(self)
        )

    __hash__ = None  # type: ignore[assignment] # equal by fields that may change

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if name not in _NOT_LISTED]

    def __copy__(self) -> Self:
        return self._copy_with(lambda value: value)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self._copy_with(lambda value: copy.deepcopy(value, memo))

    def _copy_with(self, duplicate: Callable[[Any], Any]) -> Self:
        # Copies within a process keep the connection, unlike those that leave it.
        twin = self.__class__.__new__(self.__class__)
        twin.__dict__.update((name, duplicate(value)) for name, value in self.__dict__.items())
        object.__setattr__(twin, "_session", self._session)
        return twin

    def _over(self, change: Callable[[Any], Any]) -> Self:
        twin = self.__class__.__new__(self.__class__)
        object.__setattr__(twin, "_session", change(connected_session(self)))
        object.__setattr__(twin, "__dict__", self.__dict__)
        return twin

    def __getstate__(self) -> dict[str, Any]:
        # A connection holds credentials and sockets: neither belongs in a file.
        return dict(self.__dict__)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore the fields; those that older versions wrote name a connection, too."""
        self.__dict__.update(state)
        self._session = self.__dict__.pop("_session", None)

    def __repr__(self) -> str:
        known = "not saved" if self.id is None else f"id={self.id!r}"
        count = "" if self.attributes is None else f", {len(self.attributes)} attributes"
        return (
            f"{type(self).__name__}({name_of(self)!r}, {known}, "
            f"{self.input_type} → {self.output_type}{count})"
        )

    def _repr_html_(self) -> str:
        known = {
            name: getattr(self, name)
            for name in ("input_type", "output_type", "partner_model_id", "id", "status", "tags")
        }
        attributes = DisplayedList(find_attributes(self))
        table = attributes._repr_html_() if attributes else ""
        return format_fields(name_of(self), known) + table

    def __str__(self) -> str:
        input_type, output_type = self.input_type.capitalize(), self.output_type.capitalize()
        names = f"{self.display_name}:{self.partner_model_id}"
        if self.model_group_id is not None:
            names += f"@{self.model_group_id}:{self.version_label}"
        attributes = self.attributes or []
        shown = [attribute.short_name() for attribute in attributes[:MAX_ATTRIBUTES_TO_SHOW]]
        more = len(attributes) - MAX_ATTRIBUTES_TO_SHOW
        lines = (
            f"{input_type} {output_type} Model",
            names,
            f"Stage: {'Production' if self.model_is_saved() else 'Local'}",
            f"Attributes: {shown}" + (f"... and {more} more" if more > 0 else ""),
        )
        return "\n\t".join(lines)

    def attach(self, session: Any) -> Self:
        """Connect a model that was made by hand or came out of a pickle.

        Args:
            session: An `ArthurAI`, or its session; all calls of the model go through it.

        Returns:
            The model itself.

        Raises:
            UserTypeError: `session` is not a connection.
        """
        self._session = find_session(session)
        return self

    def model_is_saved(self) -> bool:
        """Return whether the model is saved, that is, has an id."""
        return self.id is not None

    @property
    def attributes_type_dict(self) -> dict[str, str]:
        """Value type of each attribute by name."""
        return {attribute.name: attribute.value_type for attribute in self.attributes or []}

    @property
    def ground_truth_type(self) -> str | None:
        """The stage that holds ground truth: one class column, or one column per prediction.

        `None` while the model has no attribute list.
        """
        if self.attributes is None:
            return None
        if any(attribute.stage == Stage.GroundTruthClass for attribute in self.attributes):
            return Stage.GroundTruthClass
        return Stage.GroundTruth

    def get_attribute(self, name: str, stage: StageName | None = None) -> ArthurAttribute:
        """Return one attribute.

        Args:
            name: Name of the attribute.
            stage: Stage of the attribute; needed when several stages use the name.

        Returns:
            The attribute itself, not a copy.

        Raises:
            MethodNotApplicableError: The model has no attributes yet.
            UserValueError: The model has no such attribute.
        """
        if self.attributes is None:
            raise MethodNotApplicableError(
                f"model {name_of(self)!r} has no attributes yet; {how_to_add_attributes(self)}"
            )
        for attribute in find_attributes(self, stage=spell_choice(stage, Stage.values())):
            if attribute.name == name:
                return attribute
        where = "" if stage is None else f" in stage {stage}"
        names = self.get_attribute_names(stage=stage)
        raise UserValueError(
            f"model {name_of(self)!r} has no attribute {name!r}{where}; "
            f"it has {list_names(names, MAX_ATTRIBUTES_TO_SHOW)}{suggest(name, names)}"
        )

    def get_attributes(self, stage: StageName | None = None) -> list[ArthurAttribute]:
        """List the attributes.

        Args:
            stage: Only attributes of this stage.

        Returns:
            A new list of the attributes themselves, not copies.

        Raises:
            UserValueError: The stage is unknown.
        """
        stage, _ = _check_kind(stage=stage)
        return DisplayedList(find_attributes(self, stage=stage))

    def get_attribute_names(
        self, stage: StageName | None = None, value_type: ValueTypeName | None = None
    ) -> list[str]:
        """List the names of attributes.

        Args:
            stage: Only attributes of this stage.
            value_type: Only attributes of this value type.

        Returns:
            The names in the order of the model.

        Raises:
            MethodNotApplicableError: The model has no attributes yet.
            UserValueError: The stage or the value type is unknown.
        """
        if self.attributes is None:
            raise MethodNotApplicableError(
                f"model {name_of(self)!r} has no attributes yet; {how_to_add_attributes(self)}"
            )
        stage, value_type = _check_kind(stage, value_type)
        return [a.name for a in find_attributes(self, stage=stage, value_type=value_type)]


def name_of(model: ArthurModelBase) -> str:
    """Return the display name of a model, or the caller's own id of it if it has none."""
    return model.display_name or model.partner_model_id


def attached_session(model: ArthurModelBase) -> SessionCore | None:
    """Return the connection of a model, `None` if it has none."""
    session: SessionCore | None = model._session  # noqa: SLF001 - this module defines it
    return session


def connected_session(model: ArthurModelBase) -> SessionCore:
    """Return the connection of a model, of either kind.

    Args:
        model: The model.

    Raises:
        MethodNotApplicableError: It has none, as a model that was made by hand or unpickled.
    """
    session = attached_session(model)
    if session is None:
        raise MethodNotApplicableError(
            f"model {name_of(model)!r} has no connection; create models with ArthurAI.model(), "
            "fetch them with ArthurAI.get_model(), or connect this one with model.attach(arthur)"
        )
    return session


def left_out_columns(model: ArthurModelBase) -> frozenset[str]:
    """Return the columns that `build` left out of the schema, and sending leaves out, too."""
    return model._left_out_columns  # noqa: SLF001 - this module defines it


def note_inferences(model: ArthurModelBase, accepted: int) -> None:
    """Remember that the server holds inferences of a model, once it has accepted some."""
    if accepted and not has_inferences(model):
        model._has_inferences = True  # noqa: SLF001 - this module defines it
        fix_attributes(model.attributes or (), name_of(model))


def has_inferences(model: ArthurModelBase) -> bool:
    """Return whether this object has sent inferences that were accepted."""
    return model._has_inferences  # noqa: SLF001 - this module defines it


def require_id(model: ArthurModelBase, action: str) -> str:
    """Return the id of a saved model.

    Args:
        model: The model.
        action: What the id is needed for, such as "send inferences"; for the message.

    Raises:
        MethodNotApplicableError: The model is not saved.
    """
    if model.id is None:
        raise MethodNotApplicableError(
            f"model {name_of(model)!r} is not saved, so it cannot {action}; call save() first, or "
            "fetch a saved model with ArthurAI.get_model()"
        )
    return model.id


def require_session(model: ArthurModelBase) -> Session:
    """Return the connection of a model.

    Args:
        model: The model.

    Raises:
        MethodNotApplicableError: It has none, as a model that was made by hand or unpickled.
    """
    return check_session(connected_session(model))


def require_blocking_session(model: ArthurModelBase) -> Session:
    """Return the connection of a model for code that runs in threads, for models of both kinds.

    Args:
        model: The model.

    Raises:
        MethodNotApplicableError: It has none.
    """
    blocking: Session = connected_session(model).blocking()
    return blocking


def check_session(session: SessionCore) -> Session:
    """Return a session if it is of the kind that these functions use.

    Args:
        session: What a model is attached to.

    Raises:
        UserTypeError: It is the connection of the other kind, blocking or asynchronous.
    """
    from arthurai.transport.session import Session

    if not isinstance(session, Session):
        raise UserTypeError(
            f"the model is attached to a connection of another kind, {type(session).__name__}: "
            "models of ArthurAI and of AsyncArthurAI cannot change places; fetch it again"
        )
    return session


def require_connection(model: ArthurModelBase, action: str) -> tuple[Session, str]:
    """Return what a request about a saved model needs: its connection and its id.

    Args:
        model: The model.
        action: What it cannot do while it is not saved, for the message.

    Raises:
        MethodNotApplicableError: The model is not saved, or has no connection.
    """
    model_id = require_id(model, action)
    return require_session(model), model_id


def find_attributes(
    model: ArthurModelBase,
    stage: str | None = None,
    value_type: str | None = None,
    where: Callable[[ArthurAttribute], bool] | None = None,
) -> Iterator[ArthurAttribute]:
    """Iterate over the attributes that meet all conditions, in the order of the model.

    Args:
        model: The model.
        stage: Only attributes of this stage.
        value_type: Only attributes of this value type.
        where: Only attributes for which this is true.

    Yields:
        The attributes themselves, not copies.
    """
    for attribute in model.attributes or ():
        if (
            (stage is None or attribute.stage == stage)
            and (value_type is None or attribute.value_type == value_type)
            and (where is None or where(attribute))
        ):
            yield attribute


def how_to_add_attributes(model: ArthurModelBase) -> str:
    """Return the remedy for a model without attributes, for a message."""
    if model.model_is_saved():
        return "fetch the whole model with ArthurAI.get_model()"
    return "add them with build(), infer_schema() or add_attribute()"


def _check_kind(
    stage: StageName | None = None, value_type: ValueTypeName | None = None
) -> tuple[StageName | None, ValueTypeName | None]:
    if stage is not None:
        stage = check_choice("stage", stage, Stage.list())
    if value_type is not None:
        value_type = check_choice("value_type", value_type, ValueType.list())
    return stage, value_type


def _comparable(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(item, ArthurAttribute) for item in value):
        return sorted(value, key=lambda attribute: (*_attribute_order(attribute), attribute.name))
    return value


def _attribute_order(attribute: ArthurAttribute) -> tuple[int, int]:
    return get_attribute_order_stage(attribute.stage), attribute.position or 0
