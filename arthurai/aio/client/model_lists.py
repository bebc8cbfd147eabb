"""Lists of models, whole or page by page.

Made by `python -m scripts.async_layer` from `arthurai/client/model_lists.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.aio.common.pagination import collect_pages, iterate_items
from arthurai.client.model_lists import _with_attributes
from arthurai.common.exceptions import UserValueError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
    from typing import Any

    from arthurai.transport.async_session import AsyncSession
    from arthurai_api.models.model import Model
    from arthurai_api.models.paginated_models import PaginatedModels

_PAGE_SIZE: Final = 500


async def fetch_models(session: AsyncSession, filters: Mapping[str, Any]) -> Sequence[Model]:
    """Fetch all models, or one page of them.

    Args:
        session: The connection.
        filters: Those of `ArthurAI.list_models`.
    """
    from arthurai_api.api.models import list_models

    if "page" in filters or "page_size" in filters:
        return (
            await list_models.asyncio(client=session.api, **_with_attributes(filters))
        ).data or ()
    return await collect_pages(_model_pages(session, filters), lambda page: page.data)


def iterate_models(session: AsyncSession, filters: Mapping[str, Any]) -> AsyncIterator[Model]:
    """Iterate over all models; each page is fetched when it is needed.

    Args:
        session: The connection.
        filters: Those of `ArthurAI.iter_models`.

    Raises:
        UserValueError: A filter is unknown, or has an invalid value.
    """
    if "page" in filters:
        raise UserValueError(f"page must be omitted, got {filters['page']!r}: all pages are read")
    return iterate_items(_model_pages(session, filters), lambda page: page.data)


def _model_pages(
    session: AsyncSession, filters: Mapping[str, Any]
) -> Callable[[int], Awaitable[PaginatedModels]]:
    from arthurai_api.api.models import list_models

    wanted = {"page_size": _PAGE_SIZE, **_with_attributes(filters)}

    async def fetch(number: int) -> PaginatedModels:
        return await list_models.asyncio(client=session.api, **{**wanted, "page": number})

    return fetch
