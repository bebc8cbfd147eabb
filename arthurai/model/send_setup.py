"""What a call that sends rows needs of its model and its arguments, and how it ends."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.attribute_spec import AttributeSpec
from arthurai.common.checks import check_bool
from arthurai.common.exceptions import (
    ArthurError,
    ArthurUserError,
    MethodNotApplicableError,
    MissingParameterError,
    UserTypeError,
    UserValueError,
)
from arthurai.common.settings import REDACTION_KEY_VARIABLE, read_variable
from arthurai.model.attributes import as_categories
from arthurai.model.base_model import attached_session, left_out_columns, name_of
from arthurai.model.modeling.attribute_list import find_renamed_columns
from arthurai.upload.coerce import is_missing
from arthurai.upload.redact_columns import Redaction, check_actions, check_sample
from arthurai.upload.send_rules import SendRules, find_rules
from arthurai.upload.time_zones import parse_local_times
from arthurai.upload.upload_schema import UploadSchema
from arthurai.upload.validate import Validator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from arthurai.model.attributes import ArthurAttribute
    from arthurai.model.base_model import ArthurModelBase
    from arthurai.transport.session_core import SessionCore
    from arthurai.upload.redact_columns import Action
    from arthurai.upload.row_outcomes import RowOutcomes, SendResult

logger = logging.getLogger(__name__)

_OF_TABLES: Final = (
    "__len__",
    "__iter__",
    "__arrow_c_stream__",
    "collect_schema",
    "columns",
    "iter_batches",
)


def upload_schema(model: ArthurModelBase) -> UploadSchema:
    """Return what sending has to know about a model.

    Raises:
        MethodNotApplicableError: The model has no attributes.
    """
    if not model.attributes:
        raise MethodNotApplicableError(
            f"model {name_of(model)!r} has no attributes, so nothing can be sent to it. "
            "Add them with build(), or fetch the model again with ArthurAI.get_model()"
        )
    return UploadSchema(
        input_type=model.input_type,
        output_type=model.output_type,
        is_batch=bool(model.is_batch),
        attributes=tuple(map(_attribute_spec, model.attributes)),
        renamed=find_renamed_columns(model),
    )


def _attribute_spec(attribute: ArthurAttribute) -> AttributeSpec:
    # Many times faster than by the attribute's document, which a call for one row would notice.
    return AttributeSpec(
        name=attribute.name,
        value_type=attribute.value_type,
        stage=attribute.stage,
        position=attribute.position,
        categorical=bool(attribute.categorical),
        categories=tuple(str(c.value) for c in as_categories(attribute.categories) or ()),
        min_range=None if is_missing(attribute.min_range) else attribute.min_range,
        max_range=None if is_missing(attribute.max_range) else attribute.max_range,
        implicit=bool(attribute.implicit),
    )


def make_validator(
    model: ArthurModelBase,
    session: SessionCore,
    purpose: str,
    *,
    name: str,
    tz: Any,
    ambiguous: Any,
    nonexistent: Any,
    strict: bool | None,
    extra: str | None,
    logprobs: Any = None,
    redact: Mapping[str, Action] | None = None,
    sample: float | None = None,
    as_files: bool = False,
    reads_files: bool = False,
    **more: Any,
) -> Validator:
    """Return the validator of a call.

    Args:
        model: The model.
        session: Its connection.
        purpose: What the rows are, see `Validator`.
        name: What the caller calls the table.
        tz: The argument of the call.
        ambiguous: The argument of the call.
        nonexistent: The argument of the call.
        strict: The argument of the call.
        extra: The argument of the call; else that of the model counts.
        logprobs: The argument of the call.
        redact: The argument of the call, added to that of the model.
        sample: The argument of the call; else that of the model counts.
        as_files: Whether the rows are sent as files.
        reads_files: Whether the rows are read from files.
        **more: Passed on to `Validator`.

    Raises:
        MethodNotApplicableError: The model has no attributes.
        UserTypeError: An argument has the wrong type.
        UserValueError: An argument has an impossible value.
    """
    schema = upload_schema(model)
    rules = send_rules(model, session, strict=strict, extra=extra)
    zone = parse_local_times(tz, ambiguous, nonexistent, strict=rules.strict)
    return Validator(
        schema,
        purpose,
        name=name,
        zone=zone,
        rules=rules,
        parquet=as_files and schema.sends_parquet,
        naive_is_utc=reads_files and zone is None and not rules.strict,
        scope=model.id or "",
        logprobs=None if logprobs is None else check_bool("logprobs", logprobs),
        redaction=find_redaction(model, schema, redact),
        sample=find_sample(model, sample),
        **more,
    )


def send_rules(
    model: ArthurModelBase, session: SessionCore, *, strict: bool | None, extra: str | None
) -> SendRules:
    """Return the rules of a call, see `find_rules`."""
    return find_rules(
        session,
        strict=strict,
        extra=model.extra_columns if extra is None else extra,
        left_out=left_out_columns(model),
    )


def find_redaction(
    model: ArthurModelBase, schema: UploadSchema, redact: Mapping[str, Action] | None
) -> Redaction | None:
    """Return what happens to values before they are sent; `None` when nothing does.

    Args:
        model: The model; its own `redact` holds for columns that the argument does not name.
        schema: Its attributes.
        redact: The argument of the call.

    Raises:
        MissingParameterError: A column is hashed and there is no key.
        UserTypeError: `redact` is not a dictionary of actions.
        UserValueError: A name is not an attribute, or its values cannot be hashed or dropped.
    """
    actions = {
        name: action
        for given in (model.redact, redact)
        if given is not None
        for name, action in check_actions(given).items()
    }
    if not actions:
        return None
    session = attached_session(model)
    key = None if session is None else session.redaction_key
    key = read_variable(REDACTION_KEY_VARIABLE) if key is None else key
    return Redaction(actions, schema, key)


def find_sample(model: ArthurModelBase, sample: float | None) -> float | None:
    """Return the share of rows to send, `None` for all.

    Args:
        model: The model; its own `sample` holds when the argument is omitted.
        sample: The argument of the call.

    Raises:
        UserTypeError: It is not a number.
        UserValueError: It is not above 0 and at most 1.
    """
    return check_sample(model.sample if sample is None else sample)


def choose_source(directory_path: Any, data: Any, files: Iterable[Any] | None) -> Any:
    """Return the one source given: a table, or `DataFiles`.

    Raises:
        MissingParameterError: None is given.
        UserTypeError: An entry of `files` is neither a path nor an open file.
        UserValueError: Several are given, or there are no such files.
    """
    given = {"directory_path": directory_path, "data": data, "files": files}
    named = [name for name, value in given.items() if value is not None]
    if not named:
        raise MissingParameterError(
            "give the rows as one of `directory_path`, `data` or `files`; none was given"
        )
    if len(named) > 1:
        raise UserValueError(
            f"give the rows in one way only; got {' and '.join(f'`{name}`' for name in named)}"
        )
    if data is not None:
        return data
    from arthurai.upload.data_files import DataFiles

    return DataFiles.of(directory_path, files)


def check_batch_id(batch_id: Any) -> None:
    """Raise if the first argument of a bulk call holds rows.

    Raises:
        UserTypeError: It does.
    """
    if not isinstance(batch_id, str) and any(hasattr(batch_id, name) for name in _OF_TABLES):
        raise UserTypeError(
            f"batch_id must be a string, got {type(batch_id).__name__}. Pass rows by name: data=, "
            "files= or directory_path="
        )


def send(call: Callable[[], RowOutcomes], *, fail_silently: bool | None) -> tuple[SendResult, bool]:
    """Send rows, and return their result and whether every request was answered.

    Args:
        call: Sends them.
        fail_silently: Whether rows that were not accepted are logged instead of raised, also those
            of a request whose fate is unknown; `None` logs rejected rows only.

    Raises:
        ArthurUserError: The call is wrong, or the server refused a whole request.
        ArthurError: Rows were rejected or a request failed, and the call is not to fail silently.
    """
    try:
        outcomes = call()
    except ArthurError as error:
        result: SendResult | None = getattr(error, "result", None)
        if not fail_silently or result is None or isinstance(error, ArthurUserError):
            raise
        logger.error("%s: %s", error, result.summary())  # noqa: TRY400 - the traceback is the SDK's
        return result, False
    rejected = outcomes.failure_error()
    if rejected is not None:
        if fail_silently is False:
            raise rejected
        logger.error(
            "%s. `failures` of the result names all of them; `fail_silently=False` raises instead",
            outcomes.describe_failures(),
        )
    return outcomes.result, True
