"""Switching enrichments: what is allowed, what is answered, what survives a restart."""

from __future__ import annotations

import json
import threading

import pytest
from builders import administrator, attribute

from arthurai.server.app import create_app

SHARES_SERVER = True

NAMES = ["anomaly_detection", "bias_mitigation", "hotspots", "explainability"]


def test_all_four_are_shown_and_only_them(enriched, binary_model):
    model = enriched(binary_model)
    shown = model.client.get(f"{model.path}/enrichments").json()
    assert sorted(shown) == sorted(NAMES)
    assert {s["status"] for s in shown.values()} == {"Disabled"}


def test_the_combined_call_changes_what_it_names(enriched, binary_model):
    model = enriched(binary_model)
    answer = model.configure({"hotspots": {"enabled": True, "config": {}}})
    assert answer.status_code == 202
    assert answer.json()["hotspots"]["enabled"] is True
    assert answer.json()["bias_mitigation"]["status"] == "Disabled"
    assert model.status("hotspots") == "Ready"
    model.configure({"hotspots": {"enabled": False}, "bias_mitigation": {"enabled": True}})
    assert model.status("hotspots") == "Disabled"
    assert model.state("bias_mitigation")["enabled"] is True


def test_a_bad_member_changes_nothing(enriched, regression):
    model = enriched(regression)
    answer = model.configure(
        {"anomaly_detection": {"enabled": True}, "hotspots": {"enabled": True}}
    )
    assert answer.status_code == 400
    assert "REGRESSION" in answer.json()["error"]
    assert model.status("anomaly_detection") == "Disabled"


@pytest.mark.faults
@pytest.mark.parametrize("config", ["{", "[]", '{"hotspots": {"enabled": "maybe"}}', "\x00"])
def test_bad_settings_are_refused(enriched, binary_model, config):
    model = enriched(binary_model)
    answer = model.client.patch(f"{model.path}/enrichments", files={"config": (None, config)})
    assert answer.status_code == 400
    assert "config" in answer.json()["error"]


def test_what_a_model_cannot_have_is_refused(enriched, regression, text_model, binary_model):
    number = enriched(regression)
    assert number.switch("hotspots").status_code == 400
    assert number.switch("bias_mitigation").status_code == 400
    assert number.switch("anomaly_detection").status_code == 202
    text = enriched(text_model)
    assert text.switch("hotspots").status_code == 400
    unwatched = json.loads(json.dumps(binary_model))
    for given in unwatched["attributes"]:
        given.pop("monitor_for_bias", None)
    answer = enriched(unwatched).switch("bias_mitigation")
    assert answer.status_code == 400
    assert "monitor_for_bias" in answer.json()["error"]


def test_time_series_have_no_anomaly_detection(enriched, regression):
    body = {
        **regression,
        "input_type": "TIME_SERIES",
        "attributes": [
            attribute("series", value_type="TIME_SERIES"),
            *regression["attributes"][3:],
        ],
    }
    model = enriched(body)
    assert model.switch("anomaly_detection").status_code == 400
    rows = [
        {
            "reference_data": {
                "series": [{"timestamp": "2026-01-01T00:00:00Z", "value": 1.0}],
                "price": 1.0,
                "paid": 1.0,
            }
        }
    ]
    sent = model.client.post(
        f"{model.path}/reference_data",
        files={"reference_data": ("r.json", json.dumps(rows))},
    )
    assert sent.json()["counts"]["success"] == 1, sent.text
    model.client.patch(f"{model.path}/reference_data", json={"status": "uploaded"})
    model.settle()
    assert model.status("anomaly_detection") == "Disabled"


def test_only_super_admins_set_a_status(enriched, binary_model, callers):
    model = enriched(binary_model)
    path = f"{model.path}/enrichments/hotspots/status"
    assert model.client.patch(path, json={"status": "Failed"}).status_code == 400
    model.switch("hotspots")
    answer = model.client.patch(path, json={"status": "Failed"})
    assert answer.json()["status"] == "Failed"
    assert model.client.patch(path, json={"status": "Disabled"}).json()["enabled"] is False
    assert callers.role("Administrator").patch(path, json={"status": "Ready"}).status_code == 403


def test_a_reader_may_look_but_not_switch(enriched, binary_model, callers):
    model = enriched(binary_model)
    reader = callers.role("User")
    assert reader.get(f"{model.path}/enrichments").status_code == 200
    answer = reader.patch(f"{model.path}/enrichments/hotspots", json={"enabled": True})
    assert answer.status_code == 403


def test_work_goes_on_after_a_restart(tmp_path, regression, enriched_on):
    columns = {
        "a": [float(i) for i in range(30)],
        "b": [0.0] * 30,
        "c": ["x"] * 30,
        "price": [1.0] * 30,
    }
    # What the first server leaves undone is what it was stopped before: its worker does nothing.
    with create_app(tmp_path) as first:
        model = enriched_on(first, regression)
        first.enrichments.close()
        model.reference({**columns, "paid": [1.0] * 30})
        model.send({k: v[:3] for k, v in columns.items()})
        assert model.status("anomaly_detection") != "Ready"
    with create_app(tmp_path) as second:
        assert second.enrichments.drain(60)
        model.app, model.client = second, administrator(second)
        assert model.status("anomaly_detection") == "Ready"
        scores = model.scores()
        assert len(scores) == 3
        assert None not in scores.values()
        model.send({k: v[3:5] for k, v in columns.items()}, start=3)
        again = model.scores()
        assert None not in again.values()
        assert {k: again[k] for k in scores} == scores


def test_missing_packages_fail_with_their_names(enriched, regression, monkeypatch):
    import sys

    model = enriched(regression)
    monkeypatch.setitem(sys.modules, "sklearn.ensemble", None)
    model.reference(
        {"a": [1.0, 2.0], "b": [1.0, 2.0], "c": ["x", "y"], "price": [1.0] * 2, "paid": [1.0] * 2}
    )
    state = model.state("anomaly_detection")
    assert state["status"] == "Failed"
    assert "pip install scikit-learn" in state["config"]["reason"]


def test_whoever_asks_after_the_reference_set_was_closed_finds_anomaly_detection_begun(
    app, enriched, regression
):
    """However long others, who are told in their turn, take."""
    others = threading.Event()
    app.data.on_data(lambda event: others.wait(30))
    model = enriched(regression)
    try:
        numbers = [float(n) for n in range(20)]
        columns = {"a": numbers, "b": numbers, "c": ["x", "y"] * 10, "price": numbers}
        model.reference({**columns, "paid": numbers}, close=False)
        model.client.patch(f"{model.path}/reference_data", json={"status": "uploaded"})
        state = model.client.get(f"{model.path}/enrichments/anomaly_detection").json()
    finally:
        others.set()
    assert state["enabled"] is True
    assert state["status"] != "Disabled"
