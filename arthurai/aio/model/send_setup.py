"""What a call that sends rows needs of its model and its arguments, and how it ends.

Made by `python -m scripts.async_layer` from `arthurai/model/send_setup.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.common.exceptions import ArthurError, ArthurUserError
from arthurai.model.send_setup import logger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from arthurai.upload.row_outcomes import RowOutcomes, SendResult


async def send(
    call: Callable[[], Awaitable[RowOutcomes]], *, fail_silently: bool | None
) -> tuple[SendResult, bool]:
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
        outcomes = await call()
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
