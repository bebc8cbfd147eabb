"""Lists of models, whole or page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from arthurai.client.model_arguments import parse_model_filters
from arthurai.common.exceptions import UserValueError
from arthurai.common.pagination import collect_pages, iterate_items

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from arthurai.transport.session import Session
    from arthurai_api.models.model import Model
    from arthurai_api.models.paginated_models import PaginatedModels

_PAGE_SIZE: Final = 500
_ATTRIBUTES: Final = "attributes"


def fetch_models(session: Session, filters: Mapping[str, Any]) -> Sequence[Model]:
    """Fetch all models, or one page of them.

    Args:
        session: The connection.
        filters: Those of `ArthurAI.list_models`.
    """
    from arthurai_api.api.models import list_models

    if "page" in filters or "page_size" in filters:
        return list_models.sync(client=session.api, **_with_attributes(filters)).data or ()
    return collect_pages(_model_pages(session, filters), lambda page: page.data)


def iterate_models(session: Session, filters: Mapping[str, Any]) -> Iterator[Model]:
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


def _model_pages(session: Session, filters: Mapping[str, Any]) -> Callable[[int], PaginatedModels]:
    from arthurai_api.api.models import list_models

    wanted = {"page_size": _PAGE_SIZE, **_with_attributes(filters)}

    def fetch(number: int) -> PaginatedModels:
        return list_models.sync(client=session.api, **{**wanted, "page": number})

    return fetch


def _with_attributes(filters: Mapping[str, Any]) -> dict[str, Any]:
    return {"expand": [_ATTRIBUTES], **parse_model_filters(filters)}
