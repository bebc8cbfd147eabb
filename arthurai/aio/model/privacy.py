"""What of a model's data leaves the program: `redact` and `sample`.

Made by `python -m scripts.async_layer` from `arthurai/model/privacy.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.aio.model.base_model import require_connection
from arthurai.common.checks import check_text, read_list

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arthurai.model.base_model import ArthurModelBase


async def delete_inferences(self: ArthurModelBase, partner_inference_ids: Iterable[str]) -> int:
    """Delete inferences by their ids, with everything that belongs to them alone.

    Ground truth, results of enrichments and images go with them, and ground truth that waits for
    such an id. Ids that the model does not have are passed over, so that a call can be repeated.
    An addition to the API: the hosted service may not know it.

    Args:
        partner_inference_ids: The ids as they were sent; one id, or several.

    Returns:
        Number of inferences deleted.

    Raises:
        MethodNotApplicableError: The model is not saved.
        ForbiddenError: The caller may not delete models.
    """
    from arthurai_api.api.inferences import delete_inference

    session, model_id = require_connection(self, "lose inferences")
    ids = read_list("partner_inference_ids", partner_inference_ids, "ids", single=True)
    deleted = 0
    for row_id in ids:
        check_text("an entry of partner_inference_ids", row_id)
        answer = await delete_inference.asyncio(
            model_id, row_id, client=session.api.with_retry(True)
        )
        deleted += answer.inferences
    return deleted
