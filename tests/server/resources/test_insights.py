"""Insights over the API."""

from __future__ import annotations

import pytest

from arthurai.server.document_kinds import Kind

SHARES_SERVER = True


@pytest.fixture
def insights(app, model, organization_id):
    made = [
        {
            "id": f"i{number}",
            "model_id": model["id"],
            "run_id": "r",
            "metric_type": "accuracyhotspot",
            "threshold_value": 0.4,
            "metric_value": 0.1 * number,
            "region": {"income": {"gt": 1.0}},
            "timestamp": f"2026-01-0{number}T00:00:00Z",
            "status": "new",
            "window_start": f"2026-01-0{1 if number < 3 else 3}T00:00:00Z",
        }
        for number in (1, 2, 3)
    ]
    for insight in made:
        app.control.documents(Kind.INSIGHT).put(
            organization_id, insight["id"], insight, model_id=model["id"]
        )
    return made


def test_insights_are_listed_filtered_and_sorted(admin, model, insights):
    path = f"/models/{model['id']}/insights"

    def ids(**params):
        return [i["id"] for i in admin.get(path, params=params).json()["data"]]

    assert ids() == ["i1", "i2", "i3"]
    assert ids(sort="-metric_value") == ["i3", "i2", "i1"]
    assert ids(start_time="2026-01-02T00:00:00Z", end_time="2026-01-03T00:00:00Z") == ["i2"]
    assert ids(status="resolved") == []
    assert ids(batch_id="b") == []
    assert admin.get(f"{path}/i1").json() == insights[0]
    assert admin.get(f"{path}/nonsense").status_code == 404


def test_insights_are_counted_by_model_and_window(admin, model, insights):
    counts = admin.get("/insights/model_counts").json()
    assert counts == [{"model_id": model["id"], "count": 3}]
    assert admin.get("/insights/model_counts", params={"status": "resolved"}).json() == []
    groups = admin.get(f"/models/{model['id']}/insights/group_counts").json()["data"]
    assert groups == [
        {
            "window_start": "2026-01-01T00:00:00Z",
            "timestamp": "2026-01-02T00:00:00Z",
            "count": 2,
        },
        {
            "window_start": "2026-01-03T00:00:00Z",
            "timestamp": "2026-01-03T00:00:00Z",
            "count": 1,
        },
    ]


def test_insights_are_acknowledged_and_resolved(admin, model, insights):
    path = f"/models/{model['id']}/insights"
    acknowledged = {"status": "acknowledged"}
    assert admin.patch(f"{path}/i1", json=acknowledged).json() == {"updated_count": 1}
    assert admin.patch(path, json=acknowledged).json() == {"updated_count": 2}
    assert admin.patch(path, json=acknowledged).json() == {"updated_count": 0}
    states = {i["status"] for i in admin.get(path).json()["data"]}
    assert states == {"acknowledged"}
