"""Save, update and archive a model."""

from __future__ import annotations

import dataclasses
import logging
import os
from typing import TYPE_CHECKING, Final

from arthurai.common.constants import (
    ONBOARDING_SPINNER_MESSAGE,
    ONBOARDING_UPDATE_MESSAGE,
    ModelStatus,
)
from arthurai.common.exceptions import (
    ArthurUnexpectedError,
    ExpectedParameterNotFoundError,
    MethodNotApplicableError,
    UserValueError,
)
from arthurai.common.settings import LAST_MODEL_VARIABLE
from arthurai.common.wait import DEFAULT_TIMEOUT_MIN, wait_until
from arthurai.model.attributes import ArthurAttribute, receive_fields
from arthurai.model.base_model import (
    ArthurModelBase,
    name_of,
    require_connection,
    require_id,
    require_session,
)
from arthurai.model.modeling import attribute_list as schema
from arthurai.model.modeling.model_validation import prepare_for_saving
from arthurai.model.privacy import redact_description

if TYPE_CHECKING:
    from arthurai.transport.session import Session
    from arthurai_api.models.model import Model

logger = logging.getLogger(__name__)

_SET_BY_SERVER: Final = (
    "id",
    "position",
    "attribute_link",
    "gt_class_link",
    "token_attribute_link",
    "is_positive_predicted_attribute",
    "implicit",
)


def save(
    self: ArthurModelBase,
    skip_validation: bool = False,
    *,
    timeout_min: float | None = DEFAULT_TIMEOUT_MIN,
) -> str:
    """Save a new model, wait until it is ready, and send its reference data.

    The creation of a model that failed before is retried.

    Args:
        skip_validation: Do not check the reference data first.
        timeout_min: Maximum number of minutes to wait for the server; `None` for no limit.

    Returns:
        The id of the model.

    Raises:
        MissingParameterError: Attributes are missing; the message lists every problem.
        UserValueError: Attributes are inconsistent; the message lists every problem.
        UserTypeError: The reference data does not fit; the message lists every problem.
        MethodNotApplicableError: The model is saved already.
        ArthurUnexpectedError: The server could not set up the model.
        ArthurTimeoutError: It did not get ready in time; see `await_model_ready`.
    """
    redact_description(self)
    if self.id is None:
        prepare_for_saving(self, skip_data=skip_validation)
        provisioned = _create(self)
    elif self.status == ModelStatus.CreationFailed:
        provisioned = _retry(self)
    elif self.status in {ModelStatus.Creating, ModelStatus.Pending}:
        raise MethodNotApplicableError(
            f"model {name_of(self)!r} is being set up already (status {self.status}). "
            "Wait for it with await_model_ready()"
        )
    else:
        raise MethodNotApplicableError(
            f"model {name_of(self)!r} is saved already; send changes with update()"
        )
    if provisioned:
        await_model_ready(self, timeout_min=timeout_min)
    _send_kept_reference_data(self)
    return require_id(self, "be returned")


def _create(model: ArthurModelBase) -> bool:
    from arthurai_api.api.models import create_model

    created = require_session(model).api.exchange(
        create_model.build_request(async_model_provisioning=True),
        create_model.parse_response,
        json=model.to_dict(),
    )
    if not created.id:
        raise ExpectedParameterNotFoundError("the response to creating the model lacks 'id'")
    merge_response(model, created)
    return bool(created.status)


def merge_response(model: ArthurModelBase, found: Model) -> None:
    """Update a local model from a response.

    Attributes remain the same objects; those that the server added are appended.

    Args:
        model: The model.
        found: The model as the API returns it.

    Raises:
        ArthurUnexpectedError: The server put the model into another group than requested.
    """
    group = found.model_group_id or None
    if group is not None and model.model_group_id not in {None, group}:
        raise ArthurUnexpectedError(
            f"model {name_of(model)!r} was meant for group {model.model_group_id}, but the "
            f"server put it into {group}"
        )
    body = found.as_received()
    received = ArthurModelBase.from_dict(body, infer_missing=True)
    for field in dataclasses.fields(ArthurModelBase):
        if field.name != "attributes" and body.get(field.name) is not None:
            setattr(model, field.name, getattr(received, field.name))
    remember_model_id(model)
    if model.attributes is None:
        return
    known = {attribute.name: attribute for attribute in model.attributes}
    for fields in body.get("attributes") or ():
        attribute = known.get(fields["name"])
        if attribute is None:
            model.attributes.append(ArthurAttribute.from_dict(fields))
            continue
        receive_fields(
            attribute,
            {name: fields[name] for name in _SET_BY_SERVER if fields.get(name) is not None},
        )


def remember_model_id(model: ArthurModelBase) -> None:
    """Set the environment variable that holds the id of the model last saved or fetched."""
    if model.id is not None:
        os.environ[LAST_MODEL_VARIABLE] = model.id


def _retry(model: ArthurModelBase) -> bool:
    from arthurai_api.api.models import retry_model_provisioning

    session, model_id = require_connection(model, "be retried")
    retry_model_provisioning.sync(model_id, client=session.api)
    model.status = ModelStatus.Pending
    return True


def _send_kept_reference_data(model: ArthurModelBase) -> None:
    if model.reference_dataframe is None:
        return
    try:
        _send_reference_data(model)
    except Exception as error:
        error.add_note(
            f"model {name_of(model)!r} is saved as {model.id}, but its reference data is not "
            "complete; send it again with set_reference_data(data=model.reference_dataframe)"
        )
        raise
    model.reference_dataframe = None


def _send_reference_data(model: ArthurModelBase) -> None:
    from arthurai.model import sending

    outcome = sending.set_reference_data(model, data=model.reference_dataframe)
    if outcome is not None and outcome[1] is None:
        raise UserValueError(
            f"rows of the reference data were rejected: {outcome[0]['failures'][:3]}"
        )


def await_model_ready(
    self: ArthurModelBase, *, timeout_min: float | None = DEFAULT_TIMEOUT_MIN
) -> None:
    """Wait until the server has set up the model.

    Args:
        timeout_min: Maximum number of minutes to wait; `None` for no limit.

    Raises:
        MethodNotApplicableError: The model is not saved.
        ArthurUnexpectedError: The server could not set it up.
        ArthurTimeoutError: It did not get ready in time.
    """
    session, model_id = require_connection(self, "be waited for")
    self.status = wait_until(
        lambda: fetch_status(session, model_id),
        lambda status: status in {ModelStatus.Ready, ModelStatus.CreationFailed},
        what=f"model {name_of(self)!r} to be set up",
        timeout_min=timeout_min,
        message=ONBOARDING_SPINNER_MESSAGE,
        update_message=ONBOARDING_UPDATE_MESSAGE,
    )
    if self.status == ModelStatus.CreationFailed:
        raise ArthurUnexpectedError(
            f"the server could not set up model {name_of(self)!r} ({self.id}). "
            "Call save() again to retry"
        )
    logger.info("Model %r is ready; its id is %s", name_of(self), self.id)


def fetch_status(session: Session, model_id: str) -> str:
    """Return the status of a saved model, a member of `ModelStatus`.

    Args:
        session: A connection.
        model_id: The id of the model.

    Raises:
        ExpectedParameterNotFoundError: The response lacks it.
    """
    from arthurai_api.api.models import get_model

    status = get_model.sync(model_id, client=session.api).status
    if not status:
        raise ExpectedParameterNotFoundError(f"the response about model {model_id} lacks 'status'")
    return str(status)


def update(self: ArthurModelBase) -> None:
    """Send local changes of a saved model.

    Raises:
        MethodNotApplicableError: The model is not saved.
        ResponseClientError: The server does not allow the changes.
    """
    from arthurai_api.api.models import update_model

    session, model_id = require_connection(self, "be updated; use save()")
    redact_description(self)
    request = session.api.build(update_model.build_request, model_id)
    updated = session.api.exchange(request, update_model.parse_response, json=self.to_dict())
    merge_response(self, updated)


def archive(self: ArthurModelBase) -> None:
    """Archive a saved model; its data is kept.

    Raises:
        MethodNotApplicableError: The model is not saved.
    """
    from arthurai_api.api.models import archive_model

    session, model_id = require_connection(self, "be archived")
    archive_model.sync(model_id, client=session.api)


def swap_predicted_attribute_positions(
    self: ArthurModelBase, persist_if_saved: bool = True
) -> None:
    """Exchange the positions of the two predicted attributes.

    Args:
        persist_if_saved: Send the change at once if the model is saved.

    Raises:
        MethodNotApplicableError: The model does not have two predicted attributes.
    """
    schema.swap_predicted_attribute_positions(self)
    if persist_if_saved and self.model_is_saved():
        update(self)
