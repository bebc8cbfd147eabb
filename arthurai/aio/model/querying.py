"""Read the data of a model: queries, counts and images.

Made by `python -m scripts.async_layer` from `arthurai/model/querying.py`; not edited by hand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, overload

from arthurai.aio.common.wait import wait_until
from arthurai.aio.model.base_model import require_connection
from arthurai.common.checks import check_choice, check_object
from arthurai.common.constants import IMAGE_FILE_EXTENSION_MAP, ImageResponseType, ValueType
from arthurai.common.exceptions import ExpectedParameterNotFoundError, UserTypeError, UserValueError
from arthurai.common.html_display import DisplayedRows
from arthurai.common.text import quote_value
from arthurai.common.threads import run_in_thread
from arthurai.model.base_model import find_attributes, name_of, require_id
from arthurai.model.querying import QUERY_TYPES, _build_request, _count, _name_columns, logger
from arthurai.model.responses import to_table
from arthurai.query.drift_queries import DriftQuery

if TYPE_CHECKING:
    from os import PathLike
    from typing import Any, Literal

    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.typing import ImageResponseTypeName, QueryTypeName, TableKind


@overload
async def query(
    self: ArthurModelBase,
    body: Mapping[str, Any],
    query_type: QueryTypeName = "base",
    *,
    as_frame: None = None,
) -> list[dict[str, Any]]: ...


@overload
async def query(
    self: ArthurModelBase,
    body: Mapping[str, Any],
    query_type: QueryTypeName = "base",
    *,
    as_frame: Literal["pandas"],
) -> pd.DataFrame: ...


@overload
async def query(
    self: ArthurModelBase,
    body: Mapping[str, Any],
    query_type: QueryTypeName = "base",
    *,
    as_frame: Literal["polars"],
) -> pl.DataFrame: ...


@overload
async def query(
    self: ArthurModelBase,
    body: Mapping[str, Any],
    query_type: QueryTypeName = "base",
    *,
    as_frame: Literal["pyarrow"],
) -> pa.Table: ...


@overload
async def query(
    self: ArthurModelBase,
    body: Mapping[str, Any],
    query_type: QueryTypeName = "base",
    *,
    as_frame: TableKind | None,
) -> list[dict[str, Any]] | pd.DataFrame | pl.DataFrame | pa.Table: ...


async def query(
    self: ArthurModelBase,
    body: Mapping[str, Any],
    query_type: str = "base",
    *,
    as_frame: TableKind | None = None,
) -> Any:
    """Query the data of the model.

    Args:
        body: The query.
        query_type: `base`, `drift` or `drift_psi_bucket_table`; left out for what
            `arthurai.query.drift()` and `psi_table()` make, which know it.
        as_frame: `pandas`, `polars` or `pyarrow` for a table, in which times are times in UTC and
            `rollup` is the first column.

    Returns:
        The rows of the result, one dictionary each, or a table of them.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserTypeError: `body` is not a query.
        UserValueError: `query_type` or `as_frame` is not one of the three.
        ResponseClientError: The server does not accept the query.
    """
    if isinstance(body, DriftQuery) and query_type == QUERY_TYPES[0]:
        query_type = body.query_type
    query_type = check_choice("query_type", query_type, QUERY_TYPES)
    if not isinstance(body, Mapping):
        raise UserTypeError(
            'body must be a query, such as {"select": [{"function": "count"}]} or what '
            f"arthurai.query.select() makes, got {body!r:.100}"
        )
    session, model_id = require_connection(self, "be queried")
    request = session.api.build(_build_request(query_type), model_id)
    answer = check_object((await session.send(request, json=dict(body), retry=True)).json())
    if "query_result" not in answer:
        raise ExpectedParameterNotFoundError("the response to the query lacks 'query_result'")
    texts = [a.name for a in self.attributes or () if a.value_type != ValueType.Timestamp]
    rows = answer["query_result"]
    if as_frame is None and isinstance(rows, list):
        return DisplayedRows(rows)
    return to_table(rows, as_frame, texts=texts, empty=_name_columns(body))


async def await_inferences(
    self: ArthurModelBase,
    min_count: int = 1,
    with_ground_truth: bool = True,
    timeout_min: float | None = 5,
) -> None:
    """Wait until inferences can be queried.

    Args:
        min_count: How many there must be at least.
        with_ground_truth: Count only those with ground truth.
        timeout_min: Maximum number of minutes to wait; `None` for no limit.

    Raises:
        TimeoutError: The time is over.
        MethodNotApplicableError: The model is not saved.
    """
    require_id(self, "be queried")
    body: dict[str, Any] = {"select": [{"function": "count"}]}
    if with_ground_truth:
        truths = find_attributes(self, stage=self.ground_truth_type, where=lambda a: not a.implicit)
        body["from"] = "ground_truth"
        body["filter"] = [{"property": a.name, "comparator": "NotNull"} for a in truths]
    what = "inferences with ground truth" if with_ground_truth else "inferences"
    logger.info("Waiting for %d %s of model %r.", min_count, what, name_of(self))

    async def count_rows() -> int:
        return _count(await query(self, body))

    count = await wait_until(
        count_rows,
        lambda count: count >= min_count,
        what=f"{min_count} {what} of model {name_of(self)!r}",
        timeout_min=timeout_min,
        message=f"Waiting for {min_count} {what}",
    )
    logger.info("Model %r has %d %s.", name_of(self), count, what)


async def get_image(
    self: ArthurModelBase,
    image_id: str,
    save_path: str | PathLike[str],
    type: ImageResponseTypeName = ImageResponseType.RawImage,  # noqa: A002 - the official name
) -> str:
    """Fetch an image of an inference and write it to a file.

    Args:
        image_id: Identifier of the image.
        save_path: Directory to store it in.
        type: Which rendering, a member of
            `ImageResponseType`.

    Returns:
        Path of the file.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: The rendering is unknown, or the directory does not exist.
        ResponseClientError: The image does not exist.
    """
    from arthurai_api.api.inferences import get_inference_image
    from arthurai_api.models.image_response_type import ImageResponseType as ApiImageType

    rendering = check_choice("type", type, ImageResponseType.list())
    directory = Path(save_path)
    try:
        exists = directory.is_dir()
    except (OSError, ValueError):  # a name that is too long, or has a null character
        exists = False
    if not exists:
        raise UserValueError(
            f"save_path must be an existing directory, got {quote_value(str(save_path))}"
        )
    session, model_id = require_connection(self, "have images")
    request = session.api.build(
        get_inference_image.build_request, model_id, image_id, type_=ApiImageType(rendering)
    )
    content, content_type = await session.download(request)
    extension = IMAGE_FILE_EXTENSION_MAP.get(content_type.partition(";")[0].strip(), "")
    # An id is any text: what could lead out of the directory does not get into the file name.
    safe_id = re.sub(r"[^\w.-]", "_", image_id)
    path = directory / f"{rendering}_{safe_id}{extension}"
    await run_in_thread(path.write_bytes, content)
    return str(path)
