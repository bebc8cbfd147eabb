"""Probes of sending: every row is counted, in its place, and found again; images come back."""

from __future__ import annotations

import copy
import io
import zipfile
import zlib
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import run_names, sample_data
from arthurai.contract.operation_client import ProbeStoppedError
from arthurai.contract.probe_context import ProbeList
from arthurai.contract.run_names import PREFIX

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arthurai.contract.checked_client import Files, Response
    from arthurai.contract.probe_context import ProbeContext

PROBES: Final = ProbeList()
_CLOSED: Final = ("uploaded", "processing", "completed")
_IMAGE_SIDE: Final = 4
_IMAGE_NAME: Final = "picture.png"


def _rows(label: str, count: int = 6) -> list[dict[str, Any]]:
    rows = copy.deepcopy(sample_data.INFERENCES[:count])
    for number, row in enumerate(rows):
        row["partner_inference_id"] = f"{PREFIX}-{label}-{number}"
    return rows


def _truth(inference: str, value: int | str) -> dict[str, Any]:
    return {
        "partner_inference_id": inference,
        "ground_truth_timestamp": "2026-02-01T00:00:00Z",
        "ground_truth_data": {"defaulted": value},
    }


def query_rows(
    context: ProbeContext, model: str, body: dict[str, Any], **options: Any
) -> list[dict[str, Any]]:
    """Return the rows of a query that has to work.

    Args:
        context: Calls the operation.
        model: Id of the model.
        body: The query.
        **options: As for `OperationClient.call`.

    Raises:
        ProbeStoppedError: It was refused.
    """
    response = context.call_ok("query", {"model_id": model}, json=body, **options)
    rows = response.get("query_result")
    if not isinstance(rows, list):
        raise ProbeStoppedError("query")
    return rows


def _expect_stored(
    context: ProbeContext,
    path: dict[str, str],
    expected: int,
    subject: Response,
    kind: str = "rows lost or invented",
    source: str = "inference",
) -> None:
    """Count the rows of a model by a query."""
    body = {"select": [{"function": "count"}], "from": source}
    rows = query_rows(context, path["model_id"], body)
    stored = rows[0].get("count") if rows else None
    context.expect_equal(stored, expected, kind, subject, what="rows that a query counts")


def _query_truths(context: ProbeContext, path: dict[str, str]) -> dict[str, Any]:
    """Return the ground truth of each inference of a model."""
    body = {"select": [{"property": "partner_inference_id"}, {"property": "defaulted"}]}
    rows = query_rows(context, path["model_id"], body)
    return {str(row.get("partner_inference_id")): row.get("defaulted") for row in rows}


def _expect_values(
    context: ProbeContext, row: dict[str, Any], seen: dict[str, Any], subject: Response | str
) -> None:
    """Compare the values of a row that was sent with those that the server shows."""
    sent = row["inference_data"]
    values = {name: seen.get(name) for name in sent}
    what = row["partner_inference_id"]
    context.expect_equal(values, sent, "stored values differ", subject, what=what)


def _expect_counts(context: ProbeContext, response: Response, accepted: Sequence[bool]) -> None:
    """Compare the counts and results of a response with what should happen to each row."""
    good = sum(accepted)
    counts = {"success": good, "failure": len(accepted) - good, "total": len(accepted)}
    context.expect_members({"counts": counts}, "counts", response)
    results = response.get("results")
    if isinstance(results, list):
        found = [
            isinstance(r, dict)
            and isinstance(r.get("status"), int)
            and r["status"] < HTTPStatus.MULTIPLE_CHOICES
            for r in results
        ]
        context.expect_equal(found, list(accepted), "results in request order", response)
        ids = [r.get("partner_inference_id") for r in results if isinstance(r, dict)]
        unique = len(set(ids)) == len(ids) or not all(ids)
        context.expect(unique, "ids not unique", f"results name {ids}", response)
        silent = [r for r, holds in zip(results, found, strict=True) if not (holds or _says_why(r))]
        context.expect(not silent, "refusal without reason", f"no message: {silent[:1]}", response)


def _says_why(result: Any) -> bool:
    """Return whether the result of a row that was refused has a reason."""
    return isinstance(result, dict) and bool(result.get("message"))


def _is_accepted(response: Response, position: int) -> bool:
    """Return whether a response says that a row was accepted."""
    status = response.get("results", position, "status")
    return isinstance(status, int) and status < HTTPStatus.MULTIPLE_CHOICES


@PROBES.probe("rows sent", "send_inferences", "query")
def check_inferences(context: ProbeContext) -> None:
    """Each row of a request is accepted or refused, in order, and only valid ones are stored."""
    path = context.fixtures.create_model_path()
    rows = _rows("mixed")
    rows[1]["inference_data"]["income"] = "not a number"
    del rows[4]["partner_inference_id"]
    rows[5]["inference_timestamp"] = "yesterday"
    accepted = [True, False, True, True, False, False]
    response = context.call("send_inferences", path, json=rows)
    if response.status == HTTPStatus.BAD_REQUEST:
        # The document promises a string; a server may check that before it looks at single rows.
        rows, accepted = rows[:4], accepted[:4]
        response = context.call("send_inferences", path, json=rows)
    context.expect_status(response, HTTPStatus.MULTI_STATUS, "status")
    _expect_counts(context, response, accepted)
    _expect_stored(context, path, sum(accepted), response)
    shown = query_rows(context, path["model_id"], {"select": [{"property": "*"}]})
    by_id = {row.get("partner_inference_id"): row for row in shown}
    for row, kept in zip(rows, accepted, strict=True):
        if kept:
            name = row["partner_inference_id"]
            seen = by_id.get(name, {})
            _expect_values(context, row, seen, "query")
            moments = str(seen.get("inference_timestamp"))[:19], row["inference_timestamp"][:19]
            context.expect_equal(*moments, "stored time differs", "query", what=name)
    received = [row.get("inference_id") for row in shown]
    text = f"{len(received)} rows have {len(set(received))} different values of inference_id"
    context.expect(len(set(received)) == len(received), "ids not unique", text, response)


@PROBES.probe("rows sent twice", "send_inferences")
def check_repeated(context: ProbeContext) -> None:
    """The same row sent again changes nothing; another row under its id is stored if accepted."""
    path = context.fixtures.create_model_path()
    rows = _rows("twice", 3)
    context.call_ok("send_inferences", path, json=rows)
    response = context.call_ok("send_inferences", path, json=rows)
    with context.inferred():
        _expect_counts(context, response, [True] * 3)
        _expect_stored(context, path, len(rows), response, "repeated rows stored twice")
        other = copy.deepcopy(rows[:1])
        other[0]["inference_data"]["income"] = 1.0
        response = context.call_ok("send_inferences", path, json=other)
        kept = _is_accepted(response, 0)
        _expect_counts(context, response, [kept])
        _expect_stored(context, path, len(rows) + kept, response)


@PROBES.probe("ground truth", "update_inferences", "update_ground_truth")
def check_ground_truth(context: ProbeContext) -> None:
    """Ground truth meets its inference and shows in queries; it may wait for an inference."""
    for operation_id in ("update_inferences", "update_ground_truth"):
        if context.selected.isdisjoint({operation_id, "query"}):
            continue
        path = context.fixtures.create_model_path()
        rows = _rows("truth", 4)
        context.call_ok("send_inferences", path, json=rows)
        ids = [row["partner_inference_id"] for row in rows]
        names = (*ids[:2], f"{PREFIX}-nobody", *ids[2:])
        values: tuple[int | str, ...] = (0, 1, 1, 0, "neither")
        truths = [_truth(name, value) for name, value in zip(names, values, strict=True)]
        response = context.call_ok(operation_id, path, json=truths)
        _expect_counts(context, response, [True, True, _is_accepted(response, 2), True, False])
        expected = dict(zip(ids, (0, 1, 0, None), strict=True))
        shown = _query_truths(context, path)
        context.expect_equal(shown, expected, "ground truth not visible", response)
        response = context.call_ok(operation_id, path, json=[_truth(ids[0], 1)])
        found = _query_truths(context, path).get(ids[0])
        what = "second ground truth of an inference"
        context.expect_equal(found, 1, "ground truth not replaced", response, what=what)


@PROBES.probe("rows with ground truth", "send_inferences")
def check_truth_with_inference(context: ProbeContext) -> None:
    """Ground truth that comes with its inference shows in queries."""
    path = context.fixtures.create_model_path()
    (row,) = _rows("with-truth", 1)
    row = {**row, **_truth(row["partner_inference_id"], 1)}
    response = context.call_ok("send_inferences", path, json=[row])
    shown = list(_query_truths(context, path).values())
    context.expect_equal(shown, [1], "ground truth not visible", response)


def encode_file(name: str, rows: list[dict[str, Any]]) -> Files:
    """Return the parts of a multipart body with a file of rows.

    Args:
        name: Name of the part.
        rows: The rows.
    """
    import orjson

    return [(name, (f"{name}.json", orjson.dumps(rows), "application/json"))]


@PROBES.probe("files of rows", "send_inference_file")
def check_files(context: ProbeContext) -> None:
    """A file of rows is counted like the rows, and its rows are found again."""
    path = context.fixtures.create_model_path()
    rows = _rows("file", 5)
    rows[3]["inference_data"]["income"] = "not a number"
    files = encode_file("inference_data", rows)
    response = context.call_ok("send_inference_file", path, files=files)
    _expect_file_counts(context, response, accepted=4, refused=1)
    _expect_stored(context, path, 4, response)
    truths = [_truth(row["partner_inference_id"], 1) for row in rows[:3]]
    files = encode_file("ground_truth_data", truths)
    response = context.call_ok("send_inference_file", path, files=files)
    _expect_file_counts(context, response, accepted=3, refused=0)
    found = list(_query_truths(context, path).values()).count(1)
    what = "rows with ground truth"
    context.expect_equal(found, len(truths), "ground truth not visible", response, what=what)


def _expect_file_counts(
    context: ProbeContext, response: Response, *, accepted: int, refused: int
) -> None:
    counts = {"success": accepted, "failure": refused, "total": accepted + refused}
    context.expect_members({"counts": counts}, "counts", response)
    failures = response.get("failures")
    text = f"expected {refused} failures, got {failures}"
    listed = isinstance(failures, list) and len(failures) == refused
    context.expect(listed, "failures", text, response)


@PROBES.probe(
    "reference data",
    *("upload_reference_data", "get_reference_data", "close_reference_data", "list_datasets"),
)
def check_reference(context: ProbeContext) -> None:
    """Reference rows are counted and found in queries of the reference set, and the set closes."""
    path = context.fixtures.create_model_path()
    rows = reference_rows(9)
    files = encode_file("reference_data", rows)
    response = context.call_ok("upload_reference_data", path, files=files)
    _expect_file_counts(context, response, accepted=len(rows), refused=0)
    shown = context.call_ok("get_reference_data", path)
    for name, expected in (("records", len(rows)), ("status", "started")):
        found = shown.get(name)
        text = f"{name} of an open set: expected {expected}, got {found}"
        context.expect(found in {expected, None}, "open dataset", text, shown)
    _expect_stored(context, path, len(rows), response, source="reference")
    listed = context.call_ok("list_datasets", path)
    sizes = [row.get("records") for row in listed.rows if row.get("type") == "reference"]
    context.expect_equal(sizes, [len(rows)], "datasets", listed, what="reference rows")
    closed = _close(context, "close_reference_data", path, len(rows))
    after = context.call_ok("get_reference_data", path)
    _expect_closed(context, after, closed)
    again = context.call("upload_reference_data", path, files=files)
    text = f"a closed reference set took more rows: {again.status} {again.get('counts')}"
    refused = not again.ok or again.get("counts", "success") == 0
    context.expect(refused, "closed set changed", text, again)


def _close(context: ProbeContext, operation_id: str, path: dict[str, str], count: int) -> Response:
    body = {"status": "uploaded", "total_record_count": count}
    closed = context.call_ok(operation_id, path, json=body)
    context.expect_members({"message": "success"}, "message", closed)
    return closed


def _expect_closed(context: ProbeContext, shown: Response, closed: Response) -> None:
    text = f"expected the status of a closed dataset, got {shown.get('status')!r}"
    context.expect(shown.get("status") in _CLOSED, "dataset status", text, closed)


def reference_rows(count: int) -> list[dict[str, Any]]:
    """Return rows of a reference file.

    Args:
        count: How many, at most as many as the sample data has.
    """
    pairs = zip(sample_data.INFERENCES[:count], sample_data.TRUTHS, strict=False)
    return [
        {"reference_data": {**row["inference_data"], **truth["ground_truth_data"]}}
        for row, truth in pairs
    ]


@PROBES.probe("batches", "get_batch", "list_datasets", "close_batch")
def check_batches(context: ProbeContext) -> None:
    """A batch starts with its first row, counts its rows, and closes with the right number."""
    model = context.fixtures.create_model_path(is_batch=True)
    name = run_names.name("batch")
    rows = [{**row, "batch_id": name} for row in _rows("batch", 5)]
    other = [{**row, "batch_id": f"{name}-b"} for row in _rows("batch-b", 2)]
    context.call_ok("send_inferences", model, json=[*rows, *other])
    path = {**model, "batch_id": name}
    shown = context.call_ok("get_batch", path)
    context.expect_members({"records": len(rows), "batch_id": name}, "records", shown)
    listed = context.call_ok("list_datasets", model)
    sizes = {r.get("batch_id"): r.get("records") for r in listed.rows if r.get("type") == "batch"}
    expected = {name: len(rows), f"{name}-b": len(other)}
    context.expect_equal(sizes, expected, "datasets", listed)
    closed = _close(context, "close_batch", path, len(rows))
    after = context.call_ok("get_batch", path)
    _expect_closed(context, after, closed)
    listed = context.call_ok("list_datasets", model)
    status = next((r.get("status") for r in listed.rows if r.get("batch_id") == name), None)
    context.expect_equal(status, after.get("status"), "dataset status", listed, what="in the list")
    counted = {"partner_record_count": len(rows)}
    context.expect_members(counted, "dataset status", after, operation_id="close_batch")


@PROBES.probe("one inference", "get_inference")
def check_inference(context: ProbeContext) -> None:
    """One inference by its id shows what was sent; an unknown id answers 404."""
    model = context.fixtures.create_model_path()
    rows = _rows("one", 2)
    rows[1]["partner_inference_id"] = f"{PREFIX}/one two%"
    context.call_ok("send_inferences", model, json=rows)
    for row in rows:
        path = {**model, "partner_inference_id": row["partner_inference_id"]}
        response = context.call_ok("get_inference", path)
        _expect_values(context, row, response.get("query_result", 0) or {}, response)
    path = {**model, "partner_inference_id": f"{PREFIX}-nobody"}
    context.expect_status(context.call("get_inference", path), HTTPStatus.NOT_FOUND, "unknown id")


def _draw_png() -> bytes:
    """Draw a small red square."""
    rows = b"".join(b"\0" + b"\xff\0\0" * _IMAGE_SIDE for _ in range(_IMAGE_SIDE))
    header = _IMAGE_SIDE.to_bytes(4, "big") * 2 + bytes((8, 2, 0, 0, 0))
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        for kind, data in chunks
    )


def _create_image_model(context: ProbeContext) -> dict[str, str]:
    attribute = sample_data.attribute
    attributes = [
        attribute("picture", "PIPELINE_INPUT", "IMAGE"),
        attribute("score", "PREDICTED_VALUE", "FLOAT", attribute_link="truth"),
        attribute("truth", "GROUND_TRUTH", "FLOAT", attribute_link="score"),
    ]
    return context.fixtures.create_model_path(
        input_type="IMAGE",
        output_type="REGRESSION",
        pixel_height=_IMAGE_SIDE,
        pixel_width=_IMAGE_SIDE,
        attributes=attributes,
    )


@PROBES.probe("images", "get_inference_image", "send_inference_file")
def check_images(context: ProbeContext) -> None:
    """The original of an image comes back byte by byte; smaller versions are not empty."""
    model = _create_image_model(context)
    row = {
        "partner_inference_id": f"{PREFIX}-picture",
        "inference_timestamp": "2026-01-01T00:00:00Z",
        "inference_data": {"picture": _IMAGE_NAME, "score": 0.5},
    }
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr(_IMAGE_NAME, _draw_png())
    images = ("image_data", ("images.zip", archive.getvalue(), "application/zip"))
    files = [*encode_file("inference_data", [row]), images]
    response = context.call_ok("send_inference_file", model, files=files)
    accepted = response.get("counts", "success")
    context.expect_equal(accepted, 1, "counts", response, what="accepted images")
    shown = query_rows(context, model["model_id"], {"select": [{"property": "picture"}]})
    image = shown[0].get("picture") if shown else None
    if not isinstance(image, str):
        raise ProbeStoppedError("query")
    context.fixtures.set("image_model", model["model_id"])
    context.fixtures.set("image", image)
    path = {**model, "image_id": image}
    for kind in ("raw_image", "resized_image", "thumbnail"):
        got = context.call("get_inference_image", path, query={"type": kind})
        if got.status != HTTPStatus.FOUND:
            same = got.body == _draw_png() or (kind != "raw_image" and got.body)
            text = f"{kind}: {got.status}, {len(got.body)} bytes for {len(_draw_png())}"
            context.expect(got.ok and same, "image differs", text, got)
    unknown = {**model, "image_id": context.guard.unknown_id()}
    response = context.call("get_inference_image", unknown, query={"type": "raw_image"})
    context.expect_status(response, HTTPStatus.NOT_FOUND, "unknown id")
