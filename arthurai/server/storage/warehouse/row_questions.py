"""Small questions about the rows of a model that parts of the server ask again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from arthurai.server.storage.warehouse.ddl import quote_name

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from arthurai.server.model_schema import ModelSchema
    from arthurai.server.storage.warehouse.data_store import DataStore


class InferenceSummary(NamedTuple):
    """The inferences of a model in short.

    Attributes:
        total: Their number.
        recent: The number of those since a time.
        last: The time of the latest one; `None` when there is none.
    """

    total: int
    recent: int
    last: dt.datetime | None


def summarize_inferences(
    data: DataStore, schema: ModelSchema, since: dt.datetime
) -> InferenceSummary:
    """Return how many inferences a model has, and the time of the latest.

    Args:
        data: The data store.
        schema: Schema of the model.
        since: The time from which they are recent.
    """
    relation = data.relation(schema, "inference")
    # One question each: the statistics of the table answer the first and the last.
    row = data.fetch(
        f"SELECT (SELECT count(*) FROM {relation}),"
        f" (SELECT count(*) FROM {relation} WHERE inference_timestamp >= ?),"
        f" (SELECT max(inference_timestamp) FROM {relation})",
        [since],
    )[1][0]
    return InferenceSummary(*row)


def has_inferences_since(data: DataStore, schema: ModelSchema, since: dt.datetime) -> bool:
    """Return whether there are inferences since a moment.

    Args:
        data: The data store.
        schema: Schema of the model.
        since: The moment, in UTC without a zone.
    """
    relation = data.relation(schema, "inference")
    statement = f"SELECT 1 FROM {relation} WHERE inference_timestamp >= ? LIMIT 1"
    return bool(data.fetch(statement, [since])[1])


def count_inferences_between(
    data: DataStore, schema: ModelSchema, since: dt.datetime, until: dt.datetime
) -> int:
    """Count the inferences of a period.

    Args:
        data: The data store.
        schema: Schema of the model.
        since: Its start.
        until: Its end, exclusive.
    """
    relation = data.relation(schema, "inference")
    period = "inference_timestamp >= ? AND inference_timestamp < ?"
    statement = f"SELECT count(*) FROM {relation} WHERE {period}"
    return int(data.fetch(statement, [since, until])[1][0][0])


def count_arrivals(
    data: DataStore, schema: ModelSchema, since: dt.datetime
) -> list[tuple[dt.datetime, int]]:
    """Return the moments at which inferences arrived, with their number, the earliest first.

    Args:
        data: The data store.
        schema: Schema of the model.
        since: The first moment, in UTC without a zone.
    """
    relation = data.relation(schema, "inference")
    statement = (
        f"SELECT received_timestamp, count(*) FROM {relation} WHERE received_timestamp >= ? "
        "GROUP BY 1 ORDER BY 1"
    )
    return [(moment, int(number)) for moment, number in data.fetch(statement, [since])[1]]


def find_newest_values(
    data: DataStore, schema: ModelSchema, partner_inference_id: str, columns: Sequence[str]
) -> list[Any] | None:
    """Return values of the inference of an id that was stored last, or `None`.

    Args:
        data: The data store.
        schema: Schema of the model.
        partner_inference_id: The id that the client chose.
        columns: Names of the columns.
    """
    names = ", ".join(quote_name(column) for column in columns)
    relation = data.relation(schema, "inference")
    statement = (
        f"SELECT {names} FROM {relation} WHERE partner_inference_id = ? ORDER BY seq DESC LIMIT 1"
    )
    found = data.fetch(statement, [partner_inference_id])[1]
    return list(found[0]) if found else None


def find_newest_inference(
    data: DataStore, schema: ModelSchema, partner_inference_id: str
) -> str | None:
    """Return the `inference_id` of the inference of an id that was stored last, if any.

    Args:
        data: The data store.
        schema: Schema of the model.
        partner_inference_id: The id that the client chose.
    """
    _, rows = data.fetch(
        f"SELECT inference_id FROM {data.relation(schema, 'inference')}"
        " WHERE partner_inference_id = ? ORDER BY seq DESC LIMIT 1",
        [partner_inference_id],
    )
    return str(rows[0][0]) if rows else None


def find_last_seq(
    data: DataStore, schema: ModelSchema, received_before: dt.datetime | None = None
) -> int:
    """Return the number of the newest inference of a model, -1 when there is none.

    Args:
        data: The data store.
        schema: Schema of the model.
        received_before: Count only those that arrived before this time.
    """
    statement = f"SELECT coalesce(max(seq), -1) FROM {data.relation(schema, 'inference')}"
    if received_before is None:
        return int(data.fetch(statement)[1][0][0])
    found = data.fetch(f"{statement} WHERE received_timestamp < ?", [received_before])
    return int(found[1][0][0])


def find_time_span(data: DataStore, schema: ModelSchema) -> tuple[dt.datetime, dt.datetime] | None:
    """Return the times of the earliest and the latest inference of a model, if it has any.

    Args:
        data: The data store.
        schema: Schema of the model.
    """
    first, last = data.fetch(
        "SELECT min(inference_timestamp), max(inference_timestamp) "
        f"FROM {data.relation(schema, 'inference')}"
    )[1][0]
    return None if first is None else (first, last)


def count_truths_by_batch(
    data: DataStore, schema: ModelSchema, after: int
) -> list[tuple[str, int]]:
    """Return batches with new ground truth, and how many of their rows have any.

    Args:
        data: The data store.
        schema: Schema of the model.
        after: The number of the last row that is not new.
    """
    relation = data.relation(schema, "ground_truth")
    return data.fetch(
        f"SELECT batch_id, count(*) FROM {relation} WHERE batch_id IS NOT NULL"
        " GROUP BY batch_id HAVING max(seq) > ? ORDER BY min(seq)",
        [after],
    )[1]


def count_truths_by_window(
    data: DataStore, schema: ModelSchema, after: int, first: dt.datetime, days: int
) -> list[tuple[int, int]]:
    """Return windows with new ground truth, and how many of their rows have any.

    Args:
        data: The data store.
        schema: Schema of the model.
        after: The number of the last row that is not new.
        first: Start of the first window.
        days: Length of a window.

    Returns:
        Numbers of windows, from 0, and of rows.
    """
    relation = data.relation(schema, "ground_truth")
    return data.fetch(
        f"SELECT date_diff('day', ?, date_trunc('day', inference_timestamp)) // {days:d}"
        f" AS number, count(*) FROM {relation} GROUP BY number HAVING max(seq) > ?"
        " ORDER BY number",
        [first, after],
    )[1]
