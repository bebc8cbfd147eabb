"""What of a model's data leaves the program: `redact` and `sample`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.common.checks import check_text, read_list
from arthurai.model.attributes import AttributeCategory, as_categories
from arthurai.model.base_model import require_connection
from arthurai.model.send_setup import find_redaction, upload_schema
from arthurai.upload.redact_columns import HASH, Redaction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from arthurai.model.base_model import ArthurModelBase


def redact_description(model: ArthurModelBase) -> None:
    """Take values of redacted columns out of the description that is sent with the model.

    Categories of hashed columns become hashes; those of other redacted columns, and their ranges,
    are removed. Doing so twice is harmless.

    Args:
        model: The model; its own `redact` counts.
    """
    redaction = find_redaction(model, upload_schema(model), None) if model.attributes else None
    if redaction is None:
        return
    for attribute in model.attributes or ():
        action = redaction.actions.get(attribute.name)
        if action is None:
            continue
        attribute.min_range = attribute.max_range = None
        categories = as_categories(attribute.categories)
        if not categories:
            continue
        if action == HASH:
            attribute.categories = [
                AttributeCategory(redaction.redact_value(attribute.name, category.value))
                for category in categories
            ]
        else:
            attribute.categories = None
            attribute.is_unique = attribute.is_unique or bool(attribute.categorical)


def redact_value(self: ArthurModelBase, name: str, value: Any) -> Any:
    """Return what is sent instead of a value, for queries and for looking rows up.

    Args:
        name: Name of a column that `model.redact` names.
        value: The value.

    Returns:
        The hash, what the function returns, or `None` for a column that is dropped.

    Raises:
        MissingParameterError: The column is hashed and there is no key.
        UserValueError: The column is not redacted.
    """
    schema = upload_schema(self)
    redaction = find_redaction(self, schema, None) or Redaction({}, schema, None)
    return redaction.redact_value(name, value)


def delete_inferences(self: ArthurModelBase, partner_inference_ids: Iterable[str]) -> int:
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
        answer = delete_inference.sync(model_id, row_id, client=session.api.with_retry(True))
        deleted += answer.inferences
    return deleted
