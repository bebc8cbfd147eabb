"""Probes of sending: every row is counted, in its place, and found again."""

from __future__ import annotations

import copy
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract import sample_data as specimens
from arthurai.contract.probe_context import StoppedError
from arthurai.contract.write_guard import PREFIX

if TYPE_CHECKING:
    from arthurai.contract.checked_client import Reply
    from arthurai.contract.fixtures import World
    from arthurai.contract.probe_context import Bench

_OK: Final = HTTPStatus.MULTI_STATUS
_FAILED: Final = 300


def _model(world: World, **changes: Any) -> str:
    return str(world.make_model(**changes)["id"])


def _rows(label: str, count: int = 6) -> list[dict[str, Any]]:
    rows = copy.deepcopy(specimens.INFERENCES[:count])
    for number, row in enumerate(rows):
        row["partner_inference_id"] = f"{PREFIX}-{label}-{number}"
    return rows


def _truth(row: dict[str, Any], value: int) -> dict[str, Any]:
    return {
        "partner_inference_id": row["partner_inference_id"],
        "ground_truth_timestamp": "2026-02-01T00:00:00Z",
        "ground_truth_data": {"defaulted": value},
    }


def ask(bench: Bench, model: str, body: dict[str, Any], **how: Any) -> list[dict[str, Any]]:
    """Run a query that has to work.

    Args:
        bench: Calls operations.
        model: Id of the model.
        body: The query.
        **how: As for `Bench.call`.

    Returns:
        The rows.

    Raises:
        StoppedError: It was refused.
    """
    result = bench.must("query", {"model_id": model}, json=body, **how).get("query_result")
    if not isinstance(result, list):
        raise StoppedError("query")
    return result


def _count(bench: Bench, model: str, source: str = "inference") -> Any:
    rows = ask(bench, model, {"select": [{"function": "count"}], "from": source})
    return rows[0].get("count") if rows else None


def _check_counts(bench: Bench, name: str, reply: Reply, good: list[bool]) -> None:
    """Compare the account of an answer with what became of each row."""
    counts = reply.get("counts")
    wanted = {"success": sum(good), "failure": len(good) - sum(good), "total": len(good)}
    bench.expect(counts == wanted, name, "counts", f"{wanted} expected, got {counts}", reply)
    results = reply.get("results")
    if isinstance(results, list):
        found = [
            isinstance(r, dict) and isinstance(r.get("status"), int) and r["status"] < _FAILED
            for r in results
        ]
        bench.expect(
            found == good,
            name,
            "results in request order",
            f"{good} expected in the order of the request, got {found}",
            reply,
        )
        given = [r.get("partner_inference_id") for r in results if isinstance(r, dict)]
        if all(given):
            bench.expect(
                len(set(given)) == len(given),
                name,
                "ids not unique",
                f"results name {given}",
                reply,
            )


def inferences(bench: Bench, world: World) -> None:
    """Good and bad rows of one request are told apart, in order, and only good ones are stored."""
    model = _model(world)
    path = {"model_id": model}
    rows = _rows("mixed")
    rows[1]["inference_data"]["income"] = "not a number"
    del rows[4]["partner_inference_id"]
    rows[5]["inference_timestamp"] = "yesterday"
    good = [True, False, True, True, False, False]
    reply = bench.call("send_inferences", path, json=rows)
    if reply.status == HTTPStatus.BAD_REQUEST:
        # The document promises a text; a server may check that before it looks at single rows.
        rows = rows[:4]
        good = good[:4]
        reply = bench.call("send_inferences", path, json=rows)
    bench.expect(
        reply.status == _OK, "send_inferences", "status", f"207 expected, got {reply.status}", reply
    )
    _check_counts(bench, "send_inferences", reply, good)
    stored = _count(bench, model)
    bench.expect(
        stored == sum(good),
        "send_inferences",
        "rows lost or made up",
        f"{sum(good)} of {len(good)} rows were accepted, a query counts {stored}",
        reply,
    )
    body = {"select": [{"property": "*"}]}
    shown = {row.get("partner_inference_id"): row for row in ask(bench, model, body)}
    for row, kept in zip(rows, good, strict=True):
        name = row.get("partner_inference_id")
        if not kept:
            continue
        seen = shown.get(name, {})
        wrong = {n: seen.get(n) for n, v in row["inference_data"].items() if seen.get(n) != v}
        bench.expect(
            not wrong,
            "query",
            "stored values differ",
            f"{name}: sent {row['inference_data']}, a query shows {wrong}",
        )
        moment = str(seen.get("inference_timestamp"))[:19]
        bench.expect(
            moment == row["inference_timestamp"][:19],
            "query",
            "stored time differs",
            f"{name}: sent {row['inference_timestamp']}, a query shows {moment}",
        )
    received = [row.get("inference_id") for row in shown.values()]
    bench.expect(
        len(set(received)) == len(received),
        "send_inferences",
        "ids not unique",
        f"inference_id of {len(received)} rows: {len(set(received))} different ones",
    )


def repeated(bench: Bench, world: World) -> None:
    """The same row sent again is accepted and changes nothing; another row under its id is not."""
    model = _model(world)
    path = {"model_id": model}
    rows = _rows("twice", 3)
    bench.must("send_inferences", path, json=rows)
    reply = bench.must("send_inferences", path, json=rows)
    with bench.inferred():
        _check_counts(bench, "send_inferences", reply, [True] * 3)
        stored = _count(bench, model)
        bench.expect(
            stored == len(rows),
            "send_inferences",
            "repeated rows stored twice",
            f"3 rows were sent twice, a query counts {stored}",
            reply,
        )
        other = copy.deepcopy(rows[:1])
        other[0]["inference_data"]["income"] = 1.0
        reply = bench.must("send_inferences", path, json=other)
        _check_counts(bench, "send_inferences", reply, [False])


def ground_truth(bench: Bench, world: World) -> None:
    """Ground truth meets its inference and shows in queries; without an inference it is refused."""
    for operation_id in ("update_inferences", "update_ground_truth"):
        if operation_id not in bench.selected and "query" not in bench.selected:
            continue
        model = _model(world)
        path = {"model_id": model}
        rows = _rows("truth", 4)
        bench.must("send_inferences", path, json=rows)
        truths = [_truth(row, number % 2) for number, row in enumerate(rows)]
        stray = _truth({"partner_inference_id": f"{PREFIX}-nobody"}, 1)
        reply = bench.must(operation_id, path, json=[*truths[:2], stray, *truths[2:3]])
        _check_counts(bench, operation_id, reply, [True, True, False, True])
        body = {"select": [{"property": "partner_inference_id"}, {"property": "defaulted"}]}
        shown = {
            row.get("partner_inference_id"): row.get("defaulted") for row in ask(bench, model, body)
        }
        wanted = {
            row["partner_inference_id"]: value
            for row, value in zip(rows, (0, 1, 0, None), strict=True)
        }
        bench.expect(
            shown == wanted,
            operation_id,
            "ground truth not visible",
            f"{wanted} expected, a query shows {shown}",
            reply,
        )
        bench.must(operation_id, path, json=[_truth(rows[0], 1)])
        shown = {
            row.get("partner_inference_id"): row.get("defaulted") for row in ask(bench, model, body)
        }
        bench.expect(
            shown.get(rows[0]["partner_inference_id"]) == 1,
            operation_id,
            "ground truth not replaced",
            "a second ground truth of an inference does not show in a query",
        )


def together(bench: Bench, world: World) -> None:
    """Ground truth that comes with its inference shows in queries."""
    model = _model(world)
    row = {
        **_rows("with-truth", 1)[0],
        "ground_truth_timestamp": "2026-02-01T00:00:00Z",
        "ground_truth_data": {"defaulted": 1},
    }
    bench.must("send_inferences", {"model_id": model}, json=[row])
    shown = ask(bench, model, {"select": [{"property": "defaulted"}]})
    bench.expect(
        [r.get("defaulted") for r in shown] == [1],
        "send_inferences",
        "ground truth not visible",
        f"sent with its inference, a query shows {shown}",
    )


def _file(name: str, rows: list[dict[str, Any]]) -> list[tuple[str, tuple[Any, ...]]]:
    import orjson

    return [(name, (f"{name}.json", orjson.dumps(rows), "application/json"))]


def files(bench: Bench, world: World) -> None:
    """A file of rows is counted like the rows, and its rows are found again."""
    model = _model(world)
    path = {"model_id": model}
    rows = _rows("file", 5)
    rows[3]["inference_data"]["income"] = "not a number"
    reply = bench.must("send_inference_file", path, files=_file("inference_data", rows))
    _check_file(bench, "send_inference_file", reply, 4, 1)
    stored = _count(bench, model)
    bench.expect(
        stored == 4,  # noqa: PLR2004 - five rows, one of them bad
        "send_inference_file",
        "rows lost or made up",
        f"4 of 5 rows were good, a query counts {stored}",
        reply,
    )
    truths = [_truth(row, 1) for row in rows[:3]]
    reply = bench.must("send_inference_file", path, files=_file("ground_truth_data", truths))
    _check_file(bench, "send_inference_file", reply, 3, 0)
    shown = ask(bench, model, {"select": [{"property": "defaulted"}]})
    known = [row for row in shown if row.get("defaulted") == 1]
    bench.expect(
        len(known) == len(truths),
        "send_inference_file",
        "ground truth not visible",
        f"3 ground truths were sent, a query shows {len(known)}",
        reply,
    )


def _check_file(bench: Bench, name: str, reply: Reply, good: int, bad: int) -> None:
    wanted = {"success": good, "failure": bad, "total": good + bad}
    counts, failures = reply.get("counts"), reply.get("failures")
    bench.expect(counts == wanted, name, "counts", f"{wanted} expected, got {counts}", reply)
    bench.expect(
        isinstance(failures, list) and len(failures) == bad,
        name,
        "failures",
        f"{bad} failures expected, got {failures}",
        reply,
    )


def reference(bench: Bench, world: World) -> None:
    """Reference rows are counted, found in queries of the reference set, and the set closes."""
    model = _model(world)
    path = {"model_id": model}
    rows = reference_rows(9)
    files = _file("reference_data", rows)
    reply = bench.must("upload_reference_data", path, files=files)
    _check_file(bench, "upload_reference_data", reply, 9, 0)
    shown = bench.must("get_reference_data", path)
    bench.expect(
        shown.get("records") in {9, None},
        "get_reference_data",
        "records",
        f"9 rows were uploaded, records says {shown.get('records')}",
        shown,
    )
    bench.expect(
        shown.get("status") in {"started", None},
        "get_reference_data",
        "dataset status",
        f"an open set is 'started', got {shown.get('status')!r}",
        shown,
    )
    if "query" in bench.operations:
        stored = _count(bench, model, "reference")
        bench.expect(
            stored == len(rows),
            "upload_reference_data",
            "rows lost or made up",
            f"9 reference rows were uploaded, a query counts {stored}",
        )
    body = {"status": "uploaded", "total_record_count": len(rows)}
    closed = bench.must("close_reference_data", path, json=body)
    bench.expect(
        closed.get("message") == "success",
        "close_reference_data",
        "message",
        f"'success' expected, got {closed.get('message')!r}",
        closed,
    )
    after = bench.must("get_reference_data", path)
    bench.expect(
        after.get("status") in {"uploaded", "processing", "completed"},
        "close_reference_data",
        "dataset status",
        f"a closed set is uploaded, processing or completed, got {after.get('status')!r}",
        after,
    )
    again = bench.call("upload_reference_data", path, files=files)
    refused = not again.ok or again.get("counts", "success") == 0
    bench.expect(
        refused,
        "upload_reference_data",
        "closed set changed",
        f"a closed reference set took more rows: {again.status} {again.get('counts')}",
        again,
    )


def reference_rows(count: int) -> list[dict[str, Any]]:
    """Return rows of a reference file.

    Args:
        count: How many, at most as many as there are specimens.
    """
    pairs = zip(specimens.INFERENCES[:count], specimens.TRUTHS, strict=False)
    return [
        {"reference_data": {**row["inference_data"], **truth["ground_truth_data"]}}
        for row, truth in pairs
    ]


def batches(bench: Bench, world: World) -> None:
    """A batch begins with its first row, counts its rows, and closes with the right number."""
    model = _model(world, is_batch=True)
    name = specimens.name("batch")
    rows = [{**row, "batch_id": name} for row in _rows("batch", 5)]
    other = [{**row, "batch_id": f"{name}-b"} for row in _rows("batch-b", 2)]
    bench.must("send_inferences", {"model_id": model}, json=[*rows, *other])
    path = {"model_id": model, "batch_id": name}
    shown = bench.must("get_batch", path)
    bench.expect(
        shown.get("records") == len(rows) and shown.get("batch_id") == name,
        "get_batch",
        "records",
        f"5 rows of {name} were sent, got {shown.json}",
        shown,
    )
    listed = bench.must("list_datasets", {"model_id": model})
    sizes = {r.get("batch_id"): r.get("records") for r in listed.rows if r.get("type") == "batch"}
    bench.expect(
        sizes == {name: 5, f"{name}-b": 2},
        "list_datasets",
        "datasets",
        f"batches of 5 and 2 rows expected, got {sizes}",
        listed,
    )
    body = {"status": "uploaded", "total_record_count": len(rows)}
    closed = bench.must("close_batch", path, json=body)
    bench.expect(
        closed.get("message") == "success",
        "close_batch",
        "message",
        f"'success' expected, got {closed.get('message')!r}",
        closed,
    )
    after = bench.must("get_batch", path)
    bench.expect(
        after.get("status") in {"uploaded", "processing", "completed"}
        and after.get("partner_record_count") == len(rows),
        "close_batch",
        "dataset status",
        f"closed with 5 rows, got {after.json}",
        after,
    )


def one_inference(bench: Bench, world: World) -> None:
    """One inference by its id shows what was sent; an unknown id answers 404."""
    model = _model(world)
    rows = _rows("one", 2)
    rows[1]["partner_inference_id"] = f"{PREFIX}/one two%"
    bench.must("send_inferences", {"model_id": model}, json=rows)
    for row in rows:
        path = {"model_id": model, "partner_inference_id": row["partner_inference_id"]}
        reply = bench.must("get_inference", path)
        seen = reply.get("query_result", 0) or {}
        wrong = {n: seen.get(n) for n, v in row["inference_data"].items() if seen.get(n) != v}
        bench.expect(
            not wrong, "get_inference", "stored values differ", f"sent {row}, got {wrong}", reply
        )
    path = {"model_id": model, "partner_inference_id": f"{PREFIX}-nobody"}
    reply = bench.call("get_inference", path)
    bench.expect(
        reply.status == HTTPStatus.NOT_FOUND,
        "get_inference",
        "unknown id",
        f"404 expected, got {reply.status}",
        reply,
    )


PROBES: Final = {
    "rows sent": (inferences, {"send_inferences", "query"}),
    "rows sent twice": (repeated, {"send_inferences"}),
    "ground truth": (ground_truth, {"update_inferences", "update_ground_truth"}),
    "rows with ground truth": (together, {"send_inferences"}),
    "files of rows": (files, {"send_inference_file"}),
    "reference data": (
        reference,
        {"upload_reference_data", "get_reference_data", "close_reference_data"},
    ),
    "batches": (batches, {"get_batch", "list_datasets", "close_batch"}),
    "one inference": (one_inference, {"get_inference"}),
}
