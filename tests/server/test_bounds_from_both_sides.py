"""Bounds that no setting changes: what is just within passes, what is just beyond is refused.

Bounds that are too large to be reached in a test are made smaller; that the page states the real
ones is checked in `test_stated_limits.py`.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import administrator, attribute, ground_truth, make_parquet, prediction

from arthurai.server.app import create_app
from arthurai.server.operator_limits import Limits
from arthurai.server.query import compiler, parse, scope, sql
from arthurai.server.query.errors import QueryError
from arthurai.server.resources.alert_rules import rule_windows
from arthurai.server.storage.warehouse import stored_images, thumbnails, uploaded_files
from arthurai.server.web import web_sessions
from arthurai.server.web.web_sessions import Login, WebSessions

DAY = "2026-01-05T12:00:00Z"
MODEL = {
    "partner_model_id": "bounded",
    "input_type": "TABULAR",
    "output_type": "REGRESSION",
    "attributes": [
        attribute("a"),
        attribute("text", "UNSTRUCTURED_TEXT", position=1),
        attribute("tokens", "TOKENS", position=2),
        prediction("p"),
        ground_truth("g"),
    ],
}


@pytest.fixture
def client():
    with create_app() as app, administrator(app) as made:
        yield made


@pytest.fixture
def path(client):
    return f"/models/{client.post('/models', json=MODEL).json()['id']}"


def columns(rows, **more):
    return {
        "partner_inference_id": [f"i{number}" for number in range(rows)],
        "inference_timestamp": pa.array([0] * rows, pa.timestamp("us", tz="UTC")),
        "a": [0.5] * rows,
        "p": [0.5] * rows,
        **more,
    }


def send_file(client, path, content, name="f.parquet"):
    return client.post(f"{path}/inferences/file", files={"inference_data": (name, content)})


def json_rows(count):
    return json.dumps(
        [
            {
                "partner_inference_id": f"j{number}",
                "inference_timestamp": DAY,
                "inference_data": {"a": 0.5, "p": 0.5},
            }
            for number in range(count)
        ]
    ).encode()


@pytest.mark.parametrize("form", ["parquet", "json"])
def test_rows_of_a_file(client, path, monkeypatch, form):
    monkeypatch.setattr(uploaded_files, "MAX_ROWS", 5)
    for rows, status in ((5, 207), (6, 400)):
        content = make_parquet(columns(rows)) if form == "parquet" else json_rows(rows)
        answer = send_file(client, path, content)
        assert answer.status_code == status, answer.text
        assert ("at most 5 rows, got 6" in answer.text) == (status == 400)


def test_bytes_of_a_json_file(client, path, monkeypatch):
    content = json_rows(3)
    for most, status in ((len(content), 207), (len(content) - 1, 400)):
        monkeypatch.setattr(uploaded_files, "MAX_JSON_BYTES", most)
        answer = send_file(client, path, content)
        assert answer.status_code == status, answer.text
        assert (f"at most {most} bytes" in answer.text) == (status == 400)


def test_values_of_a_column_in_a_row_group(client, path, monkeypatch):
    for most, status in ((6, 207), (5, 400)):
        monkeypatch.setattr(uploaded_files, "MAX_LEAVES", most)
        answer = send_file(client, path, make_parquet(columns(6)))
        assert answer.status_code == status, answer.text
        assert ("write smaller row groups" in answer.text) == (status == 400)


def test_values_of_a_column_of_lists(client, path, monkeypatch):
    table = pa.table(columns(2, tokens=[["x"] * 10, ["y"] * 10]))
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    for most, status in ((20, 207), (19, 400)):
        monkeypatch.setattr(uploaded_files, "MAX_NESTED_LEAVES", most)
        answer = send_file(client, path, buffer.getvalue())
        assert answer.status_code == status, answer.text
        assert ("write smaller row groups" in answer.text) == (status == 400)


def test_bytes_of_a_file_once_it_is_expanded(client, path, monkeypatch):
    content = make_parquet(columns(100, text=["x" * 1000] * 100))
    monkeypatch.setattr(uploaded_files, "_MAX_RATIO", 0)
    for most, status in ((150_000, 207), (50_000, 400)):
        monkeypatch.setattr(uploaded_files, "MAX_EXPANDED_BYTES", most)
        answer = send_file(client, path, content)
        assert answer.status_code == status, answer.text
        assert ("times the size of the file" in answer.text) == (status == 400)


def test_bytes_of_a_row_of_a_file(client, path, monkeypatch):
    content = make_parquet(columns(1, text=["x" * 10_000]))
    for most, status in ((11_000, 207), (9_000, 400)):
        monkeypatch.setattr(uploaded_files, "MAX_PIECE_BYTES", most)
        answer = send_file(client, path, content)
        assert answer.status_code == status, answer.text
        assert ("a row has more than" in answer.text) == (status == 400)


@pytest.mark.faults  # the document has no such parts
def test_parts_of_a_form_and_bytes_of_a_value(client, path, monkeypatch):
    file = ("inference_data", ("f.json", json_rows(1)))
    for parts, status in ((99, 207), (100, 413)):
        more = [(f"x{number}", (None, "1")) for number in range(parts)]
        answer = client.post(f"{path}/inferences/file", files=[file, *more])
        assert answer.status_code == status, answer.text
    monkeypatch.setattr("arthurai.server.http.bodies.MAX_FIELD_BYTES", 10_000)
    for size, status in ((9_000, 207), (10_001, 413)):
        answer = client.post(f"{path}/inferences/file", files=[file, ("x", (None, "1" * size))])
        assert answer.status_code == status, answer.text[:300]


def test_bytes_of_a_form():
    with create_app(limits=Limits(form_bytes=2000)) as app, administrator(app) as client:
        path = f"/models/{client.post('/models', json=MODEL).json()['id']}"
        empty = client.build_request(
            "POST", f"{path}/inferences/file", files={"inference_data": ("f.json", b"")}
        )
        frame = len(empty.read())
        rows = json_rows(1)
        for size, status in ((2000, 207), (2001, 413)):
            padded = rows + b" " * (size - frame - len(rows))
            answer = send_file(client, path, padded, "f.json")
            assert answer.status_code == status, answer.text


# --- queries --------------------------------------------------------------------------------------


def ask(client, path, *items, **more):
    return client.post(f"{path}/inferences/query", json={"select": [*items], **more})


def nested(levels):
    found = {"select": [{"property": "a"}]}
    for _ in range(levels):
        found = {"select": [{"property": "a"}], "subquery": found}
    return found


def test_levels_of_a_query(client, path):
    statuses = [
        client.post(f"{path}/inferences/query", json=nested(levels)).status_code
        for levels in (1, parse.MAX_DEPTH, parse.MAX_DEPTH + 1)
    ]
    assert statuses == [200, 200, 400]
    refused = client.post(f"{path}/inferences/query", json=nested(parse.MAX_DEPTH + 1))
    assert f"at most {parse.MAX_DEPTH} levels deep" in refused.text


def test_lists_and_objects_of_a_query():
    def deep(levels):
        found = []
        for _ in range(levels - 1):
            found = [found]
        return found

    parse.check_nesting(deep(parse.MAX_NESTING))
    with pytest.raises(QueryError, match=f"nested at most {parse.MAX_NESTING} deep"):
        parse.check_nesting(deep(parse.MAX_NESTING + 1))


def test_items_with_a_pass_of_their_own(client, path):
    def distributions(count):
        return [
            {
                "function": "distribution",
                "alias": f"d{number}",
                "parameters": {"property": "a", "num_bins": number + 2},
            }
            for number in range(count)
        ]

    assert ask(client, path, *distributions(scope.MAX_DERIVED)).status_code == 200
    refused = ask(client, path, *distributions(scope.MAX_DERIVED + 1))
    assert refused.status_code == 400
    assert f"at most {scope.MAX_DERIVED} different items" in refused.text


def test_columns_of_a_result(client, path, monkeypatch):
    items = [{"function": "count", "alias": f"c{number}"} for number in range(20)]
    for most, status in ((20, 200), (19, 400)):
        monkeypatch.setattr(compiler, "_MAX_OUTPUTS", most)
        answer = ask(client, path, *items)
        assert answer.status_code == status
        assert ("at most 19 columns, got 20" in answer.text) == (status == 400)


def test_length_of_the_sql(client, path, monkeypatch):
    def wide(names):
        items = (
            {"function": "avg", "alias": f"{'x' * 50}{n}", "parameters": {"property": "a"}}
            for n in range(names)
        )
        return ask(client, path, *items)

    assert wide(20).status_code == 200
    monkeypatch.setattr(sql, "MAX_SQL_LENGTH", 60)
    assert wide(1).status_code == 200
    refused = wide(20)
    assert refused.status_code == 400
    assert "too large" in refused.text


# --- images ---------------------------------------------------------------------------------------


def png(width=2, height=2):
    pytest.importorskip("PIL")
    from PIL import Image

    buffer = io.BytesIO()
    Image.new("L", (width, height)).save(buffer, "PNG")
    return buffer.getvalue()


def zipped(images, level=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", level) as archive:
        for name, content in images.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def send_images(client):
    body = {
        "partner_model_id": "pictures",
        "input_type": "IMAGE",
        "output_type": "REGRESSION",
        "pixel_height": 8,
        "pixel_width": 8,
        "attributes": [
            attribute("picture", "IMAGE"),
            prediction("p"),
            ground_truth("g"),
        ],
    }
    path = f"/models/{client.post('/models', json=body).json()['id']}"

    def send(images):
        rows = [
            {
                "partner_inference_id": name,
                "inference_timestamp": DAY,
                "inference_data": {"picture": name, "p": 0.5},
            }
            for name in images
        ]
        files = {
            "inference_data": ("r.json", json.dumps(rows).encode()),
            "image_data": ("i.zip", zipped(images)),
        }
        return client.post(f"{path}/inferences/file", files=files)

    return send


def test_images_of_a_request(send_images, monkeypatch):
    images = {f"{number}.png": png(number + 1) for number in range(3)}
    for most, status in ((3, 207), (2, 400)):
        monkeypatch.setattr(stored_images, "MAX_IMAGES", most)
        answer = send_images(images)
        assert answer.status_code == status, answer.text


def test_bytes_of_an_image(send_images, monkeypatch):
    content = png() + b"x" * 1000
    for most, accepted in ((len(content), True), (len(content) - 1, False)):
        monkeypatch.setattr(stored_images, "MAX_IMAGE_BYTES", most)
        answer = send_images({"a.png": content})
        stored = answer.status_code == 207 and answer.json()["counts"]["success"] == 1
        assert stored == accepted, answer.text


def test_bytes_of_all_images(send_images, monkeypatch):
    content = png() + b"x" * 100_000
    for most, status in ((200_000, 207), (1_000, 400)):
        monkeypatch.setattr(stored_images, "MAX_TOTAL_BYTES", most)
        answer = send_images({"a.png": content})
        assert answer.status_code == status, answer.text
    monkeypatch.undo()
    for spare, status in ((200_000, 207), (1_000, 400)):
        monkeypatch.setattr(stored_images, "MAX_SPARE_BYTES", spare)
        answer = send_images({"b.png": content})
        assert answer.status_code == status, answer.text


def test_pixels_of_an_image_that_is_resized(monkeypatch):
    content = png(10, 10)
    for most in (100, 99):
        monkeypatch.setattr(thumbnails, "MAX_PIXELS", most)
        if most == 100:
            assert thumbnails.make_thumbnail(content)[1] == "image/png"
        else:
            with pytest.raises(thumbnails.BadDataError, match="at most 99 are resized"):
                thumbnails.make_thumbnail(content)


# --- what is remembered ---------------------------------------------------------------------------


def test_notification_configurations_of_a_model(client, path):
    body = {
        "model_id": path.rpartition("/")[2],
        "type": "webhook",
        "destination": "https://example.com/hook",
    }
    made = [client.post("/alert_notification_configurations", json=body) for _ in range(101)]
    assert [answer.status_code for answer in made] == [201] * 100 + [400]
    assert "the maximum; delete one first" in made[-1].text
    assert client.delete(f"/alert_notification_configurations/{made[0].json()['id']}").is_success
    assert client.post("/alert_notification_configurations", json=body).status_code == 201


def test_summaries_of_an_organization(client):
    made = [
        client.post(
            "/alert_summary_configurations",
            json={"name": f"s{n}", "frequency": "daily", "send_time_of_day": "08:00", "models": []},
        )
        for n in range(101)
    ]
    assert [answer.status_code for answer in made] == [201] * 100 + [400], made[0].text
    assert "the maximum; delete one first" in made[-1].text


def test_windows_of_a_rule():
    with create_app() as app, administrator(app) as client:
        model_id = client.post("/models", json=MODEL).json()["id"]
        rows = [
            {
                "partner_inference_id": f"i{number}",
                "inference_timestamp": f"2026-01-05T{number:02}:30:00Z",
                "inference_data": {"a": 0.5, "p": 0.5},
            }
            for number in range(4)
        ]
        sent = client.post(f"/models/{model_id}/inferences", json=rows)
        assert sent.json()["counts"]["success"] == 4
        schema = app.control.models.get(None, model_id).schema
        hour = dt.timedelta(hours=1)
        for most, left_out in ((4, 0), (3, 1)):
            windows, left = rule_windows.list_past_windows(
                schema, app.data, None, None, hour, limit=most
            )
            assert (len(windows), left) == (most, left_out)
            assert windows[-1].start.isoformat() == "2026-01-05T03:00:00"  # the latest stay
        oldest, left = rule_windows.list_past_windows(
            schema, app.data, None, None, hour, limit=3, oldest=True
        )
        assert ([window.start.hour for window in oldest], left) == ([0, 1, 2], 1)


def test_sessions_in_the_dashboard(monkeypatch):
    monkeypatch.setattr(web_sessions, "MAX_SESSIONS", 3)
    sessions = WebSessions(b"secret")
    opened = [sessions.open(Login(f"credential {number}")) for number in range(3)]
    assert all(sessions.find(one.id) is not None for one in opened)
    sessions.open(Login("one more"))
    assert [sessions.find(one.id) is not None for one in opened] == [False, True, True]


def test_a_backtest_is_bounded_like_a_query():
    rows = [
        {
            "partner_inference_id": f"i{number}",
            "inference_timestamp": f"2026-01-05T{number:02}:30:00Z",
            "inference_data": {"a": 0.5, "p": 0.5},
        }
        for number in range(10)
    ]
    for most, status in ((1000, 200), (5, 400)):
        with create_app(limits=Limits(query_values=most)) as app, administrator(app) as client:
            path = f"/models/{client.post('/models', json=MODEL).json()['id']}"
            assert client.post(f"{path}/inferences", json=rows).status_code == 207
            url = f"http://local/api/v4{path}/metrics"
            (metric,) = client.get(url, params={"metric_name": "Inference Count"}).json()["metrics"]
            rule = {
                "metric_id": metric["id"],
                "bound": "upper",
                "threshold": 0,
                "severity": "warning",
                "lookback_period": 60,
            }
            answer = client.post(f"{path}/alert_rules/backtest", json={"rule": rule})
            assert answer.status_code == status, answer.text[:300]
            assert ("query_values" in answer.text) == (status == 400)
