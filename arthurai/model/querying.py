"""Questions about the data of a model."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from arthurai.common.exceptions import (
    ExpectedParameterNotFoundError,
    UserTypeError,
    UserValueError,
)
from arthurai.model.status_waiter import wait_until

if TYPE_CHECKING:
    from types import ModuleType

    from arthurai.model.base_model import ModelRecord

logger = logging.getLogger(__name__)

QUERY_TYPES = ("base", "drift", "drift_psi_bucket_table")


def query(model: ModelRecord, body: Mapping[str, Any], query_type: str = "base") -> Any:
    """Run one query; see ``ArthurModel.query``."""
    if query_type not in QUERY_TYPES:
        raise UserValueError(
            f"query_type needs one of {', '.join(map(repr, QUERY_TYPES))}, got {query_type!r}."
        )
    if not isinstance(body, Mapping):
        raise UserTypeError(
            'body needs a query, such as {"select": [{"function": "count"}]} or what '
            f"arthurai.query.select() makes, got {body!r:.100}."
        )
    model_id = model.saved_id("be queried")
    answer = model.session.call_json(_operation(query_type), model_id, body=dict(body), retry=True)
    if "query_result" not in answer:
        raise ExpectedParameterNotFoundError("The answer to the query lacks 'query_result'.")
    return _as_selected(answer["query_result"], body.get("select"))


def _as_selected(rows: Any, items: Any) -> Any:
    """Give the values of each row in the order of ``select``; they come in that of the alphabet."""
    if not isinstance(rows, list) or not isinstance(items, list):
        return rows
    named = [i.get("alias") or i.get("function") or i.get("property") for i in items]
    if not rows or set(rows[0]) != set(named):
        return rows
    return [{name: row[name] for name in named} for row in rows]


def _operation(query_type: str) -> ModuleType:
    from arthurai_api.api.query import query as base
    from arthurai_api.api.query import query_data_drift, query_psi_bucket_table

    operations = dict(
        zip(QUERY_TYPES, (base, query_data_drift, query_psi_bucket_table), strict=True)
    )
    return operations[query_type]


def await_inferences(
    model: ModelRecord,
    min_count: int = 1,
    with_ground_truth: bool = True,
    timeout_min: float | None = 5,
) -> None:
    """Wait until inferences can be queried; see ``ArthurModel.await_inferences``."""
    model.saved_id("be queried")
    body: dict[str, Any] = {"select": [{"function": "count"}]}
    if with_ground_truth:
        truths = model.matching_attributes(
            stage=model.ground_truth_type, where=lambda a: not a.implicit
        )
        body["from"] = "ground_truth"
        body["filter"] = [{"property": a.name, "comparator": "NotNull"} for a in truths]
    what = "inferences with ground truth" if with_ground_truth else "inferences"
    logger.info("Waiting for %d %s of model %r.", min_count, what, model.shown_name)
    count = wait_until(
        lambda: _count(query(model, body)),
        lambda count: count >= min_count,
        what=f"{min_count} {what} of model {model.shown_name!r}",
        timeout_min=timeout_min,
        message=f"Waiting for {min_count} {what}",
    )
    logger.info("Model %r has %d %s.", model.shown_name, count, what)


def _count(rows: Any) -> int:
    return int(rows[0].get("count") or 0) if rows else 0
