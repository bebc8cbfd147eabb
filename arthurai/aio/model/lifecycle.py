"""Save, update and archive a model.

Made by `python -m scripts.async_layer` from `arthurai/model/lifecycle.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.aio.common.wait import wait_until
from arthurai.aio.model.base_model import require_connection, require_session
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
from arthurai.common.threads import run_in_thread
from arthurai.common.wait import DEFAULT_TIMEOUT_MIN
from arthurai.model.base_model import name_of, require_id
from arthurai.model.lifecycle import logger, merge_response
from arthurai.model.modeling import attribute_list as blocking_schema
from arthurai.model.modeling.model_validation import prepare_for_saving
from arthurai.model.privacy import redact_description

if TYPE_CHECKING:
    from arthurai.model.base_model import ArthurModelBase
    from arthurai.transport.async_session import AsyncSession


async def save(
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
        await run_in_thread(prepare_for_saving, self, skip_data=skip_validation)
        provisioned = await _create(self)
    elif self.status == ModelStatus.CreationFailed:
        provisioned = await _retry(self)
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
        await await_model_ready(self, timeout_min=timeout_min)
    await _send_kept_reference_data(self)
    return require_id(self, "be returned")


async def _create(model: ArthurModelBase) -> bool:
    from arthurai_api.api.models import create_model

    created = await require_session(model).api.exchange(
        create_model.build_request(async_model_provisioning=True),
        create_model.parse_response,
        json=model.to_dict(),
    )
    if not created.id:
        raise ExpectedParameterNotFoundError("the response to creating the model lacks 'id'")
    merge_response(model, created)
    return bool(created.status)


async def _retry(model: ArthurModelBase) -> bool:
    from arthurai_api.api.models import retry_model_provisioning

    session, model_id = require_connection(model, "be retried")
    await retry_model_provisioning.asyncio(model_id, client=session.api)
    model.status = ModelStatus.Pending
    return True


async def _send_kept_reference_data(model: ArthurModelBase) -> None:
    if model.reference_dataframe is None:
        return
    try:
        await _send_reference_data(model)
    except Exception as error:
        error.add_note(
            f"model {name_of(model)!r} is saved as {model.id}, but its reference data is not "
            "complete; send it again with set_reference_data(data=model.reference_dataframe)"
        )
        raise
    model.reference_dataframe = None


async def _send_reference_data(model: ArthurModelBase) -> None:
    from arthurai.aio.model import sending

    outcome = await sending.set_reference_data(model, data=model.reference_dataframe)
    if outcome is not None and outcome[1] is None:
        raise UserValueError(
            f"rows of the reference data were rejected: {outcome[0]['failures'][:3]}"
        )


async def await_model_ready(
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
    self.status = await wait_until(
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


async def fetch_status(session: AsyncSession, model_id: str) -> str:
    """Return the status of a saved model, a member of `ModelStatus`.

    Args:
        session: A connection.
        model_id: The id of the model.

    Raises:
        ExpectedParameterNotFoundError: The response lacks it.
    """
    from arthurai_api.api.models import get_model

    status = (await get_model.asyncio(model_id, client=session.api)).status
    if not status:
        raise ExpectedParameterNotFoundError(f"the response about model {model_id} lacks 'status'")
    return str(status)


async def update(self: ArthurModelBase) -> None:
    """Send local changes of a saved model.

    Raises:
        MethodNotApplicableError: The model is not saved.
        ResponseClientError: The server does not allow the changes.
    """
    from arthurai_api.api.models import update_model

    session, model_id = require_connection(self, "be updated; use save()")
    redact_description(self)
    request = session.api.build(update_model.build_request, model_id)
    updated = await session.api.exchange(request, update_model.parse_response, json=self.to_dict())
    merge_response(self, updated)


async def archive(self: ArthurModelBase) -> None:
    """Archive a saved model; its data is kept.

    Raises:
        MethodNotApplicableError: The model is not saved.
    """
    from arthurai_api.api.models import archive_model

    session, model_id = require_connection(self, "be archived")
    await archive_model.asyncio(model_id, client=session.api)


async def swap_predicted_attribute_positions(
    self: ArthurModelBase, persist_if_saved: bool = True
) -> None:
    """Exchange the positions of the two predicted attributes.

    Args:
        persist_if_saved: Send the change at once if the model is saved.

    Raises:
        MethodNotApplicableError: The model does not have two predicted attributes.
    """
    blocking_schema.swap_predicted_attribute_positions(self)
    if persist_if_saved and self.model_is_saved():
        await update(self)
