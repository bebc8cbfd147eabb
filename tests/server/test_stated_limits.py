"""The table of limits in the documentation, and both sides of each that an operator sets."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import secrets
from pathlib import Path

import duckdb
import pytest
from builders import administrator

from arthurai.server import operator_limits
from arthurai.server.app import create_app
from arthurai.server.background import alert_evaluation
from arthurai.server.delivery import delivery_log, mail_and_webhooks
from arthurai.server.http import bodies, dispatcher, routing
from arthurai.server.operator_limits import Limits
from arthurai.server.query import compiler, parse, sql
from arthurai.server.query.drift import drift_request
from arthurai.server.resources.alert_notification_configurations import handlers as channels
from arthurai.server.resources.alert_rules import rule_windows
from arthurai.server.resources.alert_summary_configurations import handlers as summaries
from arthurai.server.sandbox import project_archive, sandbox_process
from arthurai.server.serving import waitress_channel, waitress_server
from arthurai.server.storage.documents import stored_users
from arthurai.server.storage.warehouse import idempotency, stored_images, thumbnails, uploaded_files
from arthurai.server.web import web_sessions

PAGE = Path(__file__).parents[2] / "docs" / "operating.md"


def rows_of_the_table():
    text = PAGE.read_text(encoding="utf-8").partition("| What | Default | Setting |")[2]
    for line in text.splitlines()[2:]:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


TABLE = {setting.strip("`"): default for _, default, setting, _ in rows_of_the_table()}
SHOWN = {
    "json_bytes": "128 MiB",
    "request_rows": "500 000",
    "form_bytes": "4 GiB, 100 parts",
    "query_seconds": "120 seconds",
    "query_values": "20 million",
    "query_bytes": "256 MiB",
    "database_memory": "half of the machine's",
    "database_spill": "10 GiB",
    "explainer_memory": "4 GiB",
    "explainer_processes": "4",
    "explainer_processor_seconds": "4 hours",
}
AMOUNTS = {
    "MiB": 2**20,
    "GiB": 2**30,
    "million": 10**6,
    "seconds": 1,
    "hours": 3600,
}


def amount(text):
    number, _, unit = text.partition(",")[0].rpartition(" ")
    if unit in AMOUNTS:
        return int(number) * AMOUNTS[unit]
    return int(text.replace(" ", ""))


def test_each_setting_is_on_the_page_with_its_default():
    names = {field.name for field in dataclasses.fields(Limits)}
    assert names <= TABLE.keys()
    assert names == SHOWN.keys()
    limits = Limits()
    for name in names:
        assert TABLE[name].startswith(SHOWN[name]), name
        if name != "database_memory":
            assert getattr(limits, name) == amount(SHOWN[name]), name
    assert limits.database_memory == operator_limits._half_of_memory() > 2**28


def test_the_other_bounds_are_those_of_the_code():
    text = PAGE.read_text(encoding="utf-8")
    for shown, value, scale in (
        ("60 seconds", waitress_channel.REQUEST_SECONDS, 1),
        ("500 bytes", waitress_channel.MIN_BYTES_PER_SECOND, 1),
        ("120 seconds", waitress_channel.IDLE_SECONDS, 1),
        ("5 seconds", waitress_channel.CROWDED_SECONDS, 1),
        ("4 096", waitress_server._MAX_CONNECTIONS, 1),
        ("5 million rows", uploaded_files.MAX_ROWS, 10**6),
        ("256 MiB", uploaded_files.MAX_JSON_BYTES, 2**20),
        ("1 GiB", uploaded_files.MAX_EXPANDED_BYTES, 2**30),
        ("64 times", uploaded_files._MAX_RATIO, 1),
        ("128 MiB a row", uploaded_files.MAX_PIECE_BYTES, 2**20),
        ("1 million, 64 MiB each", stored_images.MAX_IMAGES, 10**6),
        ("256 MiB and 20 times", stored_images.MAX_SPARE_BYTES, 2**20),
        ("50 million", thumbnails.MAX_PIXELS, 10**6),
    ):
        assert shown in text
        assert int(shown.partition(" ")[0]) == value // scale or shown == "4 096"
    assert waitress_server._MAX_CONNECTIONS == 4096
    assert stored_users.MAX_LOGIN_FAILURES == 5


def test_smaller_bounds_are_those_of_the_code():
    text = (
        PAGE.read_text(encoding="utf-8").partition("Smaller ones")[2].partition("Settings are")[0]
    )
    for shown, value in (
        ("16 384 characters", routing._MAX_PATH_LENGTH),
        ("10 000 |", dispatcher._MAX_QUERY_FIELDS),
        ("8 MiB", bodies.MAX_FIELD_BYTES / 2**20),
        ("24;", parse.MAX_DEPTH),
        ("200;", parse.MAX_NESTING),
        ("2 000", parse.MAX_ITEMS),
        ("5 000", compiler._MAX_OUTPUTS),
        ("200 000 characters", sql.MAX_SQL_LENGTH),
        ("100;", drift_request.MAX_PROPERTIES),
        ("1 000 |", drift_request.MAX_BINS),
        ("200 million", uploaded_files.MAX_LEAVES / 10**6),
        ("32 million", uploaded_files.MAX_NESTED_LEAVES / 10**6),
        ("20 000,", idempotency.MAX_KEYS),
        ("64 MiB of", idempotency.MAX_BYTES / 2**20),
        ("5 |", stored_users.MAX_LOGIN_FAILURES),
        ("2; 1 024", stored_users.MAX_HASHED_PASSWORDS),
        ("1 024 characters", stored_users.MAX_PASSWORD_LENGTH),
        ("500; 1 000 |", rule_windows.MAX_WINDOWS),
        ("1 000 | older windows", alert_evaluation.MAX_NEW_ALERTS),
        ("100; 100 | 400", channels.MAX_CONFIGURATIONS),
        ("100 | 400", summaries.MAX_SUMMARIES),
        ("10 000; 1 000 of", mail_and_webhooks.MAX_WAITING),
        ("1 000 of", delivery_log.MAX_KEPT),
        ("10 000; 2 GiB", project_archive.MAX_FILES),
        ("2 GiB", project_archive.MAX_TOTAL_BYTES / 2**30),
        ("1 GiB a file", project_archive.MAX_FILE_BYTES / 2**30),
        ("32 MiB", sandbox_process.MAX_RESPONSE_BYTES / 2**20),
        ("10 000 | the oldest end", web_sessions.MAX_SESSIONS),
    ):
        assert f" {shown}" in text, shown
        assert int(re.match(r"[\d ]+", shown)[0].replace(" ", "")) == value, shown
    assert dt.timedelta(days=1) == idempotency.MAX_AGE


def count_of(columns):
    return {"select": [{"function": "count", "alias": f"c{number}"} for number in range(columns)]}


def test_items_of_a_query(with_limits):
    client, path = with_limits()
    for items, status in ((2000, 200), (2001, 400)):
        answer = client.post(f"{path}/inferences/query", json=count_of(items))
        assert answer.status_code == status
        assert ("must have at most 2000 items" in answer.text) == (status == 400)


@pytest.mark.faults  # the document has no parameter that may come so often
def test_the_length_of_a_path_and_the_number_of_its_parameters(with_limits):
    client, path = with_limits()
    start = "/api/v3/models/"
    for length, status in ((16_384, 404), (16_385, 400)):
        answer = client.get(f"/models/{'x' * (length - len(start))}")
        assert answer.status_code == status, answer.text
    for number, status in ((10_000, 200), (10_001, 400)):
        answer = client.get(f"{path}?{'&'.join(['a=1'] * number)}")
        assert answer.status_code == status, answer.text[:200]


def test_properties_and_bins_of_drift(with_limits):
    client, path = with_limits(1)

    def ask(names, bins):
        sides = {"base": {"source": "inference"}, "target": {"source": "inference"}}
        body = {"properties": names, "metric": "PSI", "num_bins": bins, **sides}
        return client.post(f"{path}/inferences/query/data_drift", json=body)

    for names, bins, status in (
        (["income"], 1000, 200),
        (["income"], 1001, 400),
        (["income"] * 101, 10, 400),
    ):
        assert ask(names, bins).status_code == status, ask(names, bins).text


def test_the_length_of_a_password(with_limits):
    client, _ = with_limits()
    for length, status in ((1024, 201), (1025, 400)):
        body = {"username": f"u{length}", "email": f"u{length}@example.com", "roles": ["User"]}
        answer = client.post("/users", json={**body, "password": "x" * length})
        assert answer.status_code == status, answer.text


@pytest.fixture
def with_limits(binary_model, inference):
    """Make a server with limits, a model and rows; give a client and the path of the model."""
    opened = []

    def make(rows=0, **limits):
        app = create_app(limits=Limits(**limits))
        client = administrator(app)
        opened.extend([client, app])
        path = f"/models/{client.post('/models', json=binary_model).json()['id']}"
        if rows:
            sent = [inference(f"i{number}") for number in range(rows)]
            assert client.post(f"{path}/inferences", json=sent).json()["counts"]["success"] == rows
        return client, path

    yield make
    for one in opened:
        one.close()


SELECT = {"select": [{"property": "partner_inference_id"}, {"property": "income"}]}


def test_values_of_a_result(with_limits):
    for values, status in ((20, 200), (19, 400)):
        client, path = with_limits(10, query_values=values)
        answer = client.post(f"{path}/inferences/query", json=SELECT)
        assert answer.status_code == status
        assert ("query_values" in answer.text) == (status == 400)


def test_bytes_of_a_result(with_limits):
    client, path = with_limits(10)
    size = len(client.post(f"{path}/inferences/query", json=SELECT).content)
    for most, status in ((size, 200), (size // 2, 400)):
        client, path = with_limits(10, query_bytes=most)
        answer = client.post(f"{path}/inferences/query", json=SELECT)
        assert answer.status_code == status
        assert ("query_bytes" in answer.text) == (status == 400)


def test_bytes_of_a_body():
    body = b'{"name": "x"}'
    headers = {"Content-Type": "application/json"}
    for most, status in ((1000, 201), (999, 413)):
        with create_app(limits=Limits(json_bytes=most)) as app, administrator(app) as client:
            padded = body + b" " * (1000 - len(body))
            assert (
                client.post("/organizations", content=padded, headers=headers).status_code == status
            )


@pytest.mark.skipif(
    int(duckdb.__version__.partition(".")[0]) < 2,
    reason="DuckDB 1.5 writes more than its max_temp_directory_size",
)
def test_memory_and_spill_of_the_database(with_limits, inference):
    client, path = with_limits(database_memory=64 * 2**20, database_spill=2**20)
    statuses = []
    while statuses.count(207) == len(statuses) < 40:
        number = 1500 * len(statuses)
        rows = [
            inference(f"i{number + row}", region=secrets.token_hex(3000)) for row in range(1500)
        ]
        answer = client.post(f"{path}/inferences", json=rows)
        statuses.append(answer.status_code)
    assert statuses[0] == 207
    assert statuses[-1] == 500
    assert "database_memory" in answer.text
    assert "database_spill" in answer.text


def test_bytes_of_a_row(with_limits, inference):
    memory = 64 * 2**20
    client, path = with_limits(database_memory=memory)
    sizes = {"small": memory // 8192 - 200, "large": memory // 8192}
    rows = [inference(name, region="x" * size) for name, size in sizes.items()]
    answer = client.post(f"{path}/inferences", json=rows).json()
    assert [row["status"] for row in answer["results"]] == [200, 413]
    assert "at most 8192" in answer["results"][1]["message"]
    assert "database_memory" in answer["results"][1]["message"]
    stored = client.post(f"{path}/inferences/query", json={"select": [{"function": "count"}]})
    assert stored.json()["query_result"] == [{"count": 1}]
