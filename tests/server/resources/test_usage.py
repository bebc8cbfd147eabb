"""Usage by organisation, model, category and time, against sums of what the test sent itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from builders import make_parquet

from arthurai.server.storage.documents import stored_usage as usage_module

SHARES_SERVER = True

CATEGORIES = ["inferences", "ground_truth", "reference_data", "explanations"]
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def at(monkeypatch):
    """Set the clock of the meter."""

    def at(moment):
        monkeypatch.setattr(usage_module.time, "time", moment.timestamp)

    return at


@pytest.fixture
def used(admin):
    """Ask for usage; give (records, bytes) by category, of one model or of the organisation."""

    def used(model_id=None, client=admin, **params):
        rollup = "organization" if model_id is None else "model"
        answer = client.get(f"/usage/{rollup}", params={"metric_category": CATEGORIES} | params)
        assert answer.status_code == 200, answer.text
        data = answer.json()["data"]
        (entry,) = [entry for entry in data if model_id in {None, entry["id"]}]
        amounts = {
            category: {metric["name"]: metric["value"] for metric in entry[category]}
            for category in CATEGORIES
        }
        return {c: (a["record_count"], a["bytes"]) for c, a in amounts.items()}

    return used


def test_each_road_of_data_counts_under_its_category(admin, model, inference, used):
    base = f"/models/{model['id']}"
    sent = admin.post(f"{base}/inferences", json=[inference(str(n)) for n in range(3)])
    again = admin.post(
        f"{base}/inferences", json=[inference("3"), {"partner_inference_id": "unusable"}]
    )
    rows = [
        {
            "partner_inference_id": f"f{n}",
            "inference_timestamp": datetime(2026, 1, 5, tzinfo=UTC),
            "income": 1.0,
            "region": "N",
            "p": 0.5,
        }
        for n in range(5)
    ]
    file = make_parquet(rows)
    answer = admin.post(f"{base}/inferences/file", files={"inference_data": ("i.parquet", file)})
    assert answer.json()["counts"]["success"] == 5, answer.text
    truth = {
        "partner_inference_id": "0",
        "ground_truth_timestamp": "2026-01-06T12:00:00Z",
        "ground_truth_data": {"outcome": "yes"},
    }
    truths = [
        admin.patch(f"{base}/ground_truth", json=[truth]),
        admin.patch(f"{base}/inferences", json=[truth | {"partner_inference_id": "1"}]),
    ]
    assert [t.json()["counts"]["success"] for t in truths] == [1, 1]
    late = make_parquet(
        [
            {
                "partner_inference_id": "2",
                "ground_truth_timestamp": datetime(2026, 1, 6, tzinfo=UTC),
                "outcome": "no",
            }
        ]
    )
    answer = admin.post(f"{base}/inferences/file", files={"ground_truth_data": ("g.parquet", late)})
    assert answer.json()["counts"]["success"] == 1, answer.text
    reference = make_parquet([{"income": 1.0, "region": "N", "p": 0.5, "outcome": "yes"}] * 7)
    answer = admin.post(
        f"{base}/reference_data", files={"reference_data": ("r.parquet", reference)}
    )
    assert answer.json()["counts"]["success"] == 7, answer.text

    def size(*answers):
        return sum(len(answer.request.content) for answer in answers)

    assert used(model["id"]) == {
        "inferences": (3 + 1 + 5, size(sent, again) + len(file)),
        "ground_truth": (1 + 1 + 1, size(*truths) + len(late)),
        "reference_data": (7, len(reference)),
        "explanations": (0, 0),
    }
    assert used() == used(model["id"])
    month = admin.get(f"/organizations/{model['organization_id']}/usage").json()
    assert month["inference_count_monthly_total_limit"] == 9
    assert month["ground_truth_bytes_monthly_total_limit"] == size(*truths) + len(late)
    assert month["reference_data_count_monthly_total_limit"] == 7


def test_a_range_of_time_takes_its_start_in_and_leaves_its_end_out(
    admin, model, inference, used, at
):
    for minute, count in enumerate((1, 2, 4, 8)):
        at(START + timedelta(minutes=minute, seconds=30))
        rows = [inference(f"{minute}-{n}") for n in range(count)]
        assert admin.post(f"/models/{model['id']}/inferences", json=rows).status_code == 207

    def records(first=None, last=None):
        params = {} if first is None else {"start_time": (START + first).isoformat()}
        params |= {} if last is None else {"end_time": (START + last).isoformat()}
        return used(model["id"], **params)["inferences"][0]

    def minutes(number):
        return timedelta(minutes=number)

    assert records(minutes(0), minutes(4)) == 15
    assert records(minutes(1), minutes(3)) == 2 + 4
    assert records(minutes(2), minutes(2)) == 0
    assert records(minutes(4), minutes(9)) == 0
    assert records(last=minutes(1)) == 1
    assert records(last=timedelta(days=30, minutes=2)) == 4 + 8
    params = {"metric_category": "inferences", "start_time": "2026-03-01T13:01:10+01:00"}
    params["end_time"] = "2026-03-01T12:02:10Z"
    answer = admin.get("/usage/model", params=params).json()
    assert answer["interval_start"] == "2026-03-01T12:01:00Z"
    assert answer["interval_end"] == "2026-03-01T12:03:00Z"
    assert answer["data"][0]["inferences"][0] == {"name": "record_count", "value": 2 + 4}


def test_models_and_organizations_are_counted_apart(
    app, admin, callers, model, binary_model, inference, used
):
    other = app.control.organizations.create("Other")["id"]
    account = app.control.service_accounts.create(other, "k", "Administrator")
    stranger = callers(app.control.service_accounts.token(account.id))
    second = admin.post("/models", json=binary_model | {"partner_model_id": "second"}).json()
    third = stranger.post("/models", json=binary_model).json()
    for client, where, count in ((admin, model, 1), (admin, second, 2), (stranger, third, 4)):
        rows = [inference(str(n)) for n in range(count)]
        assert client.post(f"/models/{where['id']}/inferences", json=rows).status_code == 207
    assert admin.delete(f"/models/{second['id']}").status_code == 204
    assert used(model["id"])["inferences"][0] == 1
    assert used(second["id"])["inferences"][0] == 2
    assert used()["inferences"][0] == 3
    assert used(client=stranger)["inferences"][0] == 4
    assert used(third["id"], client=stranger)["inferences"][0] == 4
    ids = {
        entry["id"]
        for entry in stranger.get("/usage/model", params={"metric_category": "inferences"}).json()[
            "data"
        ]
    }
    assert ids == {third["id"]}
