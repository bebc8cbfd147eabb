"""One data directory, opened by a server over HTTP and inside a program, in turns."""

from __future__ import annotations

import datetime as dt

import httpx
import pytest
from builders import attribute, inference

from arthurai import ArthurAI
from arthurai.common.exceptions import ArthurUserError

MODEL = {
    "partner_model_id": "shared",
    "input_type": "TABULAR",
    "output_type": "REGRESSION",
    "attributes": [
        attribute("income", "FLOAT", "PIPELINE_INPUT", position=0, categorical=False),
        attribute("region", "STRING", "NON_INPUT_DATA", position=0, categorical=False),
        attribute("predicted", "FLOAT", "PREDICTED_VALUE", position=0, categorical=False),
        attribute("actual", "FLOAT", "GROUND_TRUTH", position=0, categorical=False),
    ],
}
QUERY = {
    "select": [{"property": "partner_inference_id"}, {"property": "income"}],
    "order_by": [{"property": "partner_inference_id"}],
}


@pytest.mark.files_of_sqlite
@pytest.mark.files_of_duckdb
def test_serve_and_local_open_each_others_data(start_server, tmp_path):
    data = tmp_path / "data"
    with start_server("--data-dir", str(data), cwd=tmp_path) as address:
        with httpx.Client(base_url=address.url, headers={"Authorization": address.key}) as http:
            created = http.post("/api/v3/models", json=MODEL).raise_for_status().json()
            path = f"/api/v3/models/{created['id']}/inferences"
            sent = http.post(path, json=[inference(1)])
            assert sent.json()["counts"]["success"] == 1
        with pytest.raises(ArthurUserError, match="is already open: process"):
            ArthurAI(url=f"local://{data}")

    with ArthurAI(url=f"local://{data}") as client:
        model = client.get_model("shared", id_type="partner_model_id")
        assert model.query(QUERY) == [{"partner_inference_id": "id-1", "income": 1.5}]
        row = {
            "inference_data": {"income": 2.5, "region": "south", "predicted": 1.0},
            "partner_inference_id": "id-2",
            "inference_timestamp": dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
        }
        assert model.send_inferences([row])["counts"]["success"] == 1

    with (
        start_server("--data-dir", str(data), cwd=tmp_path, known_key=address.key) as address,
        httpx.Client(base_url=address.url, headers={"Authorization": address.key}) as http,
    ):
        found = http.post(f"{path}/query", json=QUERY).raise_for_status().json()
        assert [row["income"] for row in found["query_result"]] == [1.5, 2.5]
