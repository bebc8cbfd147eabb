"""Servers of one lake are killed at random: nothing that was answered is lost, doubled or changed.

`ARTHUR_KILL_SECONDS=600` has the long run take ten minutes.
"""

from __future__ import annotations

import http.server
import math
import os
import threading
import time
from collections import Counter

import httpx
import orjson
import pandas as pd
import pytest
from builders import attribute, ground_truth, prediction, save_model
from killed_servers import Balancer, LakeServer, Traffic, kill_at_random, send
from running_server import serving

from arthurai import ArthurAI
from arthurai.server.document_kinds import Kind
from arthurai.server.storage.documents import ControlStore

pytestmark = pytest.mark.heavy

SLOW_SECONDS = int(os.environ.get("ARTHUR_KILL_SECONDS", "120"))
ATTRIBUTES = [
    attribute("amount"),
    attribute("region", "STRING", position=1),
    attribute("writer", "INTEGER", position=2),
    prediction("score", attribute_link="truth"),
    ground_truth("truth", attribute_link="score"),
]
COLUMNS = ("amount", "region", "writer", "score", "truth")
RULE = {
    "bound": "upper",
    "threshold": 0,
    "severity": "warning",
    "lookback_period": 60,
    "subsequent_alert_wait_time": 0,
    "min_rows": 1,
}


class Hooks(http.server.BaseHTTPRequestHandler):
    """Takes what webhooks bring."""

    def do_POST(self):
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append((self.headers["webhook-id"], content))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *arguments):
        """Stay quiet."""


@pytest.fixture
def hooks():
    """Give a web server that keeps what it is told."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hooks) as server:
        server.daemon_threads = True
        server.told = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def place(postgresql_cluster, lake_address, tmp_path):
    """Give the address of the control data, and the options of servers that share everything."""
    control = postgresql_cluster.location()
    options = ("--control", control, "--warehouse", lake_address())
    return control, (*options, "--storage", str(tmp_path / "shared"))


@pytest.fixture
def start_servers(place, tmp_path):
    """Give what starts servers; returns them and the address of the first one."""
    started = []

    def start(number):
        environment = {"ARTHUR_WEBHOOKS": "true", "ARTHUR_WEBHOOKS_PRIVATE": "true"}
        started.extend(LakeServer(place[1], tmp_path, environment) for _ in range(number))
        started[0].start()
        first = started[0].wait()
        for server in started[1:]:
            server.start()
            server.wait(first.key)
        return started, first

    yield start
    for server in started:
        server.kill()


def make_models(address, hooks):
    """Make a model of streams and one of batches; a rule of each raises an alert for all rows."""
    ids = []
    with ArthurAI(url=address.url, access_key=address.key, allow_insecure=True) as client:
        ids.extend(save_model(client, ATTRIBUTES, is_batch=batch).id for batch in (False, True))
    headers = {"Authorization": address.key}
    with httpx.Client(base_url=f"{address.url}/api", headers=headers, timeout=60) as admin:
        for model_id in ids:
            found = admin.get(
                f"/v4/models/{model_id}/metrics", params={"metric_name": "Inference Count"}
            )
            rule = {**RULE, "metric_id": found.json()["metrics"][0]["id"]}
            answer = admin.post(f"/v3/models/{model_id}/alert_rules", json=rule)
            assert answer.status_code == 200, answer.text
            channel = {
                "model_id": model_id,
                "type": "pagerduty",
                "destination": f"http://127.0.0.1:{hooks.server_address[1]}/",
            }
            answer = admin.post("/v3/alert_notification_configurations", json=channel)
            assert answer.status_code == 201, answer.text
    return ids


def compute(sent):
    """Compute what the model of streams has to hold, from what was answered."""
    rows, truths = {}, {}
    for each in sent:
        for row in each.frame.to_dict("records"):
            key = row["partner_inference_id"]
            if each.kind == "truth":
                truths[key] = row
            elif each.is_stream:
                rows.setdefault(key, row)
    for key, row in truths.items():
        rows[key] = {**rows[key], "truth": row["truth"]}
    return {key: tuple(row.get(name) for name in COLUMNS) for key, row in rows.items()}


def read_rows(model):
    """Return all rows that are stored, by their ids, each of which occurs once."""
    found = {}
    for writer in range(9):
        body = {
            "select": [{"property": name} for name in ("partner_inference_id", *COLUMNS)],
            "filter": [{"property": "writer", "comparator": "eq", "value": writer}],
        }
        for row in model.query(body):
            assert row["partner_inference_id"] not in found, row
            found[row["partner_inference_id"]] = tuple(row[name] for name in COLUMNS)
    return found


def function(name, alias, **parameters):
    return {"function": name, "alias": alias, "parameters": parameters}


QUERIES = [
    {
        "select": [
            {"property": "region"},
            function("count", "n"),
            function("avg", "mean", property="amount"),
            function("avg", "truth", property="truth"),
            *(
                function("quantile", f"q{level}", property="amount", level=level)
                for level in (0.05, 0.5, 0.95)
            ),
        ],
        "group_by": [{"property": "region"}],
        "order_by": [{"property": "region"}],
    },
    {
        "select": [
            function("roundTimestamp", "day", property="inference_timestamp", time_interval="day"),
            function("count", "n"),
            function("max", "most", property="score"),
        ],
        "group_by": [{"alias": "day"}],
        "order_by": [{"alias": "day"}],
    },
    {"select": [function("rmse", "e", ground_truth_property="truth", predicted_property="score")]},
]


def assert_alike(found, wanted):
    """Compare answers; floats but for the order in which they were added."""
    assert len(found) == len(wanted)
    for row, other in zip(found, wanted, strict=True):
        assert row.keys() == other.keys()
        for name, value in row.items():
            if isinstance(value, float):
                assert math.isclose(value, other[name], rel_tol=1e-9), (name, row, other)
            else:
                assert value == other[name], (name, row, other)


def wait_until_quiet(control, seconds=240):
    """Wait until all rules were evaluated and everybody was told."""
    kinds = (Kind.EXPECTED_ALERT, Kind.ALERT_WORK, Kind.ALERT_ANNOUNCEMENT)
    deadline = time.monotonic() + seconds
    while any(control.documents(kind).count(None) for kind in kinds) or control.outbox.count():
        assert time.monotonic() < deadline
        time.sleep(0.5)


def check_alerts(models, sent, hooks, kills):
    """Check that each hour with rows and each batch has one alert, of which was told once."""
    stream, batches = models
    hours = Counter()
    for frame in {s.frame.partner_inference_id[0]: s.frame for s in sent if s.is_stream}.values():
        hours.update(frame.inference_timestamp.dt.floor("h"))
    alerts = list(stream.iter_alerts(page_size=1000))
    starts = Counter(pd.Timestamp(alert.window_start) for alert in alerts)
    assert starts == Counter(hours.keys())
    values = {pd.Timestamp(alert.window_start): alert.metric_value for alert in alerts}
    assert values == dict(hours)
    of_batches = list(batches.iter_alerts(page_size=1000))
    closed = [each.batch for each in sent if each.kind == "batch"]
    assert sorted(alert.batch_id for alert in of_batches) == sorted(closed)
    told = Counter(number for number, _ in hooks.told)
    bodies = {orjson.dumps(orjson.loads(body)["payload"]) for _, body in hooks.told}
    assert len(told) == len(bodies) == len(alerts) + len(of_batches)
    # What had left a server when it was killed is sent again, with its id.
    assert sum(told.values()) - len(told) <= 4 * kills


def run(start_servers, place, hooks, folder, number, seconds):
    servers, first = start_servers(number)
    ids = make_models(first, hooks)
    balancer = Balancer([server.port for server in servers])
    began = time.monotonic()
    traffic = Traffic(balancer.url, first.key, ids)
    kills = kill_at_random(servers, seconds)
    for server in servers:
        server.wait(first.key)
    traffic.stop()
    took = time.monotonic() - began
    assert not traffic.problems
    control = ControlStore(place[0], b"s" * 32)
    try:
        wait_until_quiet(control)
    finally:
        control.close()
    with (
        ArthurAI(url=first.url, access_key=first.key, allow_insecure=True) as client,
        serving("--data-dir", str(folder / "alone"), cwd=folder) as alone,
        ArthurAI(url=alone.url, access_key=alone.key, allow_insecure=True) as replayed,
    ):
        models = [client.get_model(each) for each in ids]
        wanted = compute(traffic.sent)
        print(
            f"{number} servers, {took:.0f} s: {len(wanted)} rows, {kills} kills, "
            f"{dict(sorted(traffic.counts.items()))}, {dict(balancer.counts)}"
        )
        found = read_rows(models[0])
        assert len(found) == len(wanted)
        assert found == {key: tuple(row) for key, row in wanted.items()}
        again = [save_model(replayed, ATTRIBUTES, is_batch=is_batch) for is_batch in (False, True)]
        for sent in traffic.sent:
            send(again, sent)
        assert read_rows(again[0]) == found
        for query in QUERIES:
            assert_alike(models[0].query(query), again[0].query(query))
        check_alerts(models, traffic.sent, hooks, kills)


def test_two_servers_for_a_moment(start_servers, place, hooks, tmp_path):
    run(start_servers, place, hooks, tmp_path, 2, 12)


@pytest.mark.slow
def test_four_servers(start_servers, place, hooks, tmp_path):
    run(start_servers, place, hooks, tmp_path, 4, SLOW_SECONDS)
