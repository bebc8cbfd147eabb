"""What Prometheus scrapes."""

import re

import pytest

LINE = re.compile(r'^([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\]|\\.)*",?)*)\})? (\S+)$')


def scrape(client, **headers):
    answer = client.get("http://local/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found, types = {}, {}
    for line in answer.text.splitlines():
        if line.startswith("# TYPE "):
            name, kind = line.removeprefix("# TYPE ").split()
            assert name not in types
            types[name] = kind
        elif not line.startswith("# HELP "):
            name, labels, value = LINE.match(line).groups()
            key = (name, *re.findall(r'"((?:[^"\\]|\\.)*)"', labels or ""))
            assert key not in found
            found[key] = float(value)
    return found, types


@pytest.fixture
def watched(admin, binary_model):
    model = admin.post("/models", json=binary_model).json()
    return f"/models/{model['id']}"


def test_requests_and_rows_are_counted(admin, watched, inference):
    bad = {**inference("c"), "inference_data": {"income": "much", "region": "N", "p": 0.5}}
    admin.post(f"{watched}/inferences", json=[inference("a"), inference("b"), bad])
    admin.get(f"{watched}/nothing")
    admin.request("BREW", "/models")
    found, types = scrape(admin)
    assert found["arthur_rows_total", "inference", "accepted"] == 2
    assert found["arthur_rows_total", "inference", "rejected"] == 1
    assert types["arthur_rows_total"] == "counter"
    name = "http_server_request_duration_seconds"
    assert found[f"{name}_count", "send_inferences", "POST", "207"] == 1
    assert found[f"{name}_count", "none", "GET", "404"] == 1
    assert found[f"{name}_count", "none", "_OTHER", "405"] == 1
    buckets = [v for k, v in found.items() if k[:2] == (f"{name}_bucket", "send_inferences")]
    assert buckets == sorted(buckets)
    assert buckets[-1] == 1
    assert types[name] == "histogram"


def test_queues_and_values_of_rules_are_shown(admin, watched, inference, app):
    metrics = admin.get(f"http://local/api/v4{watched}/metrics").json()["metrics"]
    (count,) = [m["id"] for m in metrics if m["name"] == "Inference Count"]
    rule = {"metric_id": count, "bound": "upper", "threshold": 5, "severity": "warning"}
    made = admin.post(f"{watched}/alert_rules", json=rule).json()
    admin.post(f"{watched}/inferences", json=[inference("a"), inference("b")])
    assert app.alerts.drain(30)
    found, _ = scrape(admin)
    model_id = watched.removeprefix("/models/")
    assert found["arthur_model_metric", model_id, "Inference Count", made["id"]] == 2
    for queue in ("data_events", "alert_rules", "enrichments"):
        assert found["arthur_queue_waiting", queue] == 0
        assert found["arthur_queue_lag_seconds", queue] == 0


def test_only_callers_with_rights_everywhere_may_read_them(app, callers, admin):
    assert callers().get("http://local/metrics").status_code == 401
    assert callers("wrong").get("http://local/metrics").status_code == 401
    assert callers.role("Administrator").get("http://local/metrics").status_code == 403
    scrape(callers(), Authorization=f"Bearer {app.admin_key}")
    assert admin.post("http://local/metrics").status_code == 405


def test_openmetrics_is_sent_to_those_who_ask_for_it(admin, watched, inference):
    admin.post(f"{watched}/inferences", json=[inference("a")])
    asked = {"Accept": "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"}
    answer = admin.get("http://local/metrics", headers=asked)
    kind = "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert answer.headers["content-type"] == kind
    assert answer.headers["vary"] == "Accept"
    lines = answer.text.splitlines()
    assert answer.text.endswith("\n# EOF\n")
    assert lines.count("# EOF") == 1
    assert "# TYPE arthur_rows counter" in lines
    assert 'arthur_rows_total{kind="inference",verdict="accepted"} 1' in lines
    bounds = {b for line in lines for b in re.findall(r'le="([^"]+)"', line)}
    assert "1.0" in bounds
    assert "1" not in bounds
    openmetrics = pytest.importorskip("prometheus_client.openmetrics.parser")
    text = pytest.importorskip("prometheus_client.parser")
    families = list(openmetrics.text_string_to_metric_families(answer.text))
    plain = list(text.text_string_to_metric_families(admin.get("http://local/metrics").text))
    assert {f.name for f in families} == {f.name for f in plain}
    (rows,) = [f for f in families if f.name == "arthur_rows"]
    assert {s.labels["verdict"]: s.value for s in rows.samples} == {"accepted": 1, "rejected": 0}
    for accepted in ("*/*", "text/plain", "text/html, */*;q=0.1", "nonsense", ""):
        scrape(admin, Accept=accepted)
