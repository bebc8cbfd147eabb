"""What every answer has in common: methods, headers, encoding, usage, log lines."""

from __future__ import annotations

import io
import json
import logging
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from arthurai.server.http.response import Response
from arthurai.server.serving.json_logs import JsonFormatter


def test_head_has_the_headers_of_get_and_no_body(admin):
    get, head = admin.get("/users/me"), admin.head("/users/me")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers["Content-Length"] == str(len(get.content))


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PUT", "DELETE", "BREW"])
def test_other_methods_are_refused_with_those_that_exist(admin, method):
    answer = admin.request(method, "/users/me")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD, PATCH"
    assert set(answer.json()) == {"error"}


def test_a_missing_credential_is_challenged(callers):
    answer = callers().get("/models")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_ids_of_requests_leave_the_random_numbers_of_the_program_alone(admin):
    random.seed(7)
    before = random.getstate()
    found = {admin.get("/users/me").headers["X-Request-ID"] for _ in range(20)}
    assert len(found) == 20
    assert random.getstate() == before


def test_replies_are_encoded():
    def sent(*arguments, **options):
        headers, chunks = Response(*arguments, **options).encode()
        return dict(headers), b"".join(chunks)

    assert sent(204) == ({}, b"")
    assert sent(202) == ({"Content-Length": "0"}, b"")
    json_headers = {"Content-Type": "application/json", "Content-Length": "4"}
    assert sent(200, None, null_body=True) == (json_headers, b"null")
    assert sent(200, [float("nan")])[1] == b"[null]"
    assert sent(200, b"raw", content_type="image/png")[0]["Content-Type"] == "image/png"
    assert sent(200, iter([b"a", b"b"]))[1] == b"ab"
    assert "Content-Length" not in sent(200, iter([b"a", b"b"]))[0]


@pytest.mark.parametrize("value", ["a\r\nb", "a\nb", "a\0b"])
def test_headers_cannot_be_split(value):
    with pytest.raises(ValueError, match="control character"):
        Response(200, {}, headers=[("X", value)]).encode()


def test_each_kind_of_data_is_counted_as_its_own(admin, model, inference):
    path = f"/models/{model['id']}"
    table = pa.table({"income": [1.0], "region": ["N"], "p": [0.5], "outcome": ["no"]})
    content = io.BytesIO()
    pq.write_table(table, content)
    files = {"reference_data": ("r.parquet", content.getvalue())}
    assert admin.post(f"{path}/reference_data", files=files).status_code == 207
    admin.post(f"{path}/inferences", json=[inference("1"), inference("2"), inference("3")])
    truth = {
        "partner_inference_id": "1",
        "ground_truth_timestamp": "2026-01-06T12:00:00Z",
        "ground_truth_data": {"outcome": "yes"},
    }
    as_file = {"ground_truth_data": ("g.json", json.dumps([truth]).encode())}
    assert admin.post(f"{path}/inferences/file", files=as_file).status_code == 207
    other = truth | {"partner_inference_id": "2"}
    assert admin.patch(f"{path}/ground_truth", json=[other]).status_code == 207
    categories = ["inferences", "ground_truth", "reference_data"]
    answer = admin.get("/usage/model", params={"metric_category": categories})
    (usage,) = answer.json()["data"]
    records = {c: {m["name"]: m["value"] for m in usage[c]}["record_count"] for c in categories}
    assert records == {"inferences": 3, "ground_truth": 2, "reference_data": 1}
    sizes = {c: {m["name"]: m["value"] for m in usage[c]}["bytes"] for c in categories}
    assert sizes["reference_data"] == len(content.getvalue())


def test_log_lines_are_json_whatever_they_say():
    path = "a\r\n\x1b[31m\x9b\u2028\u202e\udcff"
    record = logging.makeLogRecord(
        {"name": "n", "levelname": "INFO", "msg": "line\n%s", "args": ("x",), "path": path}
    )
    line = JsonFormatter().format(record)
    assert line.isascii()
    assert line.isprintable()
    read = json.loads(line)
    assert (read["message"], read["path"], read["level"]) == ("line\nx", path, "INFO")
