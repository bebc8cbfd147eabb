"""Models whose alerts are watched."""

from __future__ import annotations

import pytest


@pytest.fixture
def watched(app, admin, binary_model):
    """Give a maker of models: their id, and functions that make rules and send rows."""

    class Watched:
        def __init__(self, is_batch):
            body = {**binary_model, "is_batch": is_batch, "partner_model_id": f"m-{is_batch}"}
            created = admin.post("/models", json=body)
            assert created.status_code == 201, created.text
            self.id = created.json()["id"]
            self.sent = 0

        def metric(self, name):
            url = f"http://local/api/v4/models/{self.id}/metrics"
            (found,) = admin.get(url, params={"metric_name": name}).json()["metrics"]
            return found["id"]

        def rule(self, metric="Inference Count", **more):
            body = {
                "metric_id": self.metric(metric),
                "bound": "upper",
                "threshold": 2,
                "severity": "warning",
                **more,
            }
            made = admin.post(f"/models/{self.id}/alert_rules", json=body)
            assert made.status_code == 200, made.text
            return made.json()

        def send(self, moments, *, batch=None, income=1.0, region="N"):
            rows = []
            for moment in moments:
                self.sent += 1
                row = {
                    "partner_inference_id": f"{self.id}-{self.sent}",
                    "inference_timestamp": moment,
                    "inference_data": {"income": income, "region": region, "p": 0.7},
                }
                if batch:
                    row["batch_id"] = batch
                rows.append(row)
            answer = admin.post(f"/models/{self.id}/inferences", json=rows)
            assert answer.json()["counts"]["failure"] == 0, answer.text
            assert app.alerts.drain(30)
            return [row["partner_inference_id"] for row in rows]

        def close(self, batch):
            answer = admin.patch(f"/models/{self.id}/batches/{batch}", json={"status": "uploaded"})
            assert answer.status_code == 200, answer.text
            assert app.alerts.drain(30)

        def alerts(self, **params):
            answer = admin.get("/alerts", params={"model_id": self.id, **params})
            assert answer.status_code == 200, answer.text
            return answer.json()["data"]

    return Watched
