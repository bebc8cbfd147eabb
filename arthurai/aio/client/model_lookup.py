"""Find models and groups of models on the server.

Made by `python -m scripts.async_layer` from `arthurai/client/model_lookup.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.client.model_arguments import is_uuid
from arthurai.common.checks import check_choice, check_text, report_unreadable
from arthurai.common.exceptions import ArthurError, NotFoundError, UserTypeError, UserValueError
from arthurai.common.text import list_names, suggest

if TYPE_CHECKING:
    from arthurai.aio.model.model import AsyncArthurModel
    from arthurai.aio.model.model_groups import AsyncArthurModelGroup
    from arthurai.transport.async_session import AsyncSession
    from arthurai_api.models.model import Model

_ID_TYPES: Final = ("id", "partner_model_id")
_MAX_NAMED: Final = 20
_MAX_COMPARED: Final = 100


async def find_model(session: AsyncSession, identifier: str, id_type: str) -> Model:
    """Fetch a model with its attributes.

    Args:
        session: The connection.
        identifier: The id of the model.
        id_type: `id` or `partner_model_id`.

    Raises:
        UserValueError: `id_type` is unknown, or `identifier` is empty.
        UserTypeError: `identifier` is not a string.
        NotFoundError: There is no such model in the organization.
    """
    from arthurai_api.api.models import get_model
    from arthurai_api.models.id_type import IdType
    from arthurai_api.models.model_expand_single import ModelExpandSingle

    id_type = check_choice("id_type", id_type, _ID_TYPES)
    check_text("identifier", identifier)
    try:
        return await get_model.asyncio(
            identifier,
            client=session.api,
            id_type=IdType(id_type),
            expand=[ModelExpandSingle.ATTRIBUTES],
        )
    except NotFoundError as error:
        hint = "" if is_uuid(identifier) else await _find_by_name(session, identifier)
        if not hint and id_type == "id" and not is_uuid(identifier):
            hint = '; if it is your own id, pass id_type="partner_model_id"'
        hint += "" if hint.endswith("?") else "."
        raise NotFoundError(
            f"no model with {id_type} {identifier!r} in organization "
            f"{session.organization_id!r}{hint} {error}",
            exchange=error.exchange,
        ) from error


async def _find_by_name(session: AsyncSession, name: str) -> str:
    """Return the models with a display name, or similar names, as the rest of a sentence."""
    from arthurai_api.api.models import list_models

    try:
        found = await list_models.asyncio(
            client=session.api, display_name=name, page_size=_MAX_NAMED
        )
        ids = [model.id for model in found.data or () if model.display_name == name]
        if not ids:
            some = (
                await list_models.asyncio(client=session.api, page_size=_MAX_COMPARED)
            ).data or ()
            known = [text for m in some for text in (m.display_name, m.partner_model_id) if text]
            return suggest(name, known)
    except ArthurError:
        return ""
    what = "the id of the model" if len(ids) == 1 else "ids of models"
    return f"; {list_names(ids)} is {what} with this display name"


async def find_model_group(
    session: AsyncSession, id_or_model: str | AsyncArthurModel
) -> AsyncArthurModelGroup:
    """Fetch a group of model versions.

    Args:
        session: The connection.
        id_or_model: The id of the group, or a model that belongs to it.

    Raises:
        UserTypeError: `id_or_model` is neither.
        UserValueError: The model does not belong to a group, or the id is empty.
        NotFoundError: There is no such group in the organization.
    """
    from arthurai.aio.model.model import AsyncArthurModel
    from arthurai.aio.model.model_groups import AsyncArthurModelGroup
    from arthurai_api.api.model_groups import get_model_group

    if isinstance(id_or_model, AsyncArthurModel):
        if id_or_model.model_group_id is None:
            raise UserValueError(
                f"model {id_or_model.partner_model_id!r} does not belong to a group: save it, "
                f"or add it to one with ArthurModelGroup.add_version"
            )
        group_id = id_or_model.model_group_id
    elif isinstance(id_or_model, str):
        check_text("id_or_model", id_or_model)
        group_id = id_or_model
    else:
        raise UserTypeError(
            f"id_or_model must be an id or an ArthurModel, got {type(id_or_model).__name__}"
        )
    found = await get_model_group.asyncio(group_id, client=session.api)
    with report_unreadable("model group"):
        group = AsyncArthurModelGroup.from_dict(found.as_received())
    group.attach(session)
    return group
