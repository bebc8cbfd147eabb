"""`get_inference`: one inference by the caller's id."""

from __future__ import annotations

import pandas as pd
import pytest

from arthurai import ArthurAI
from arthurai.common.exceptions import ResponseClientError
from arthurai_api.api.inferences import get_inference

IDS = ["plain", "a/b c?d#e", "é%2F", "data_drif"]


@pytest.fixture(scope="module")
def model():
    frame = pd.DataFrame({"size": [1.0, 2.0, 3.0, 4.0], "hat": 0.5, "price": [9.0, 8.0, 7.0, 6.0]})
    with ArthurAI(url="local://") as arthur:
        made = arthur.model("sizes", "TABULAR", "REGRESSION")
        made.build(frame, {"hat": "price"}, set_reference_data=False)
        made.save()
        times = pd.date_range("2026-01-01", periods=4, freq="1h", tz="UTC")
        made.send_inferences(frame, inference_timestamps=times, partner_inference_ids=IDS)
        yield made


@pytest.mark.parametrize(("number", "identifier"), list(enumerate(IDS)))
def test_it_is_the_row_of_a_query_for_everything(model, number, identifier):
    found = get_inference.sync(model.id, identifier, client=model._session.api)
    (row,) = found.as_received()["query_result"]
    assert row["partner_inference_id"] == identifier
    assert (row["size"], row["hat"], row["price"]) == (number + 1.0, 0.5, 9.0 - number)
    assert row["inference_timestamp"] == f"2026-01-01T0{number}:00:00Z"


def test_an_unknown_id_is_not_found(model):
    with pytest.raises(ResponseClientError, match=r"404.*nobody"):
        get_inference.sync(model.id, "nobody", client=model._session.api)


def test_of_several_inferences_it_is_the_last_one(model):
    frame = pd.DataFrame({"size": [1.0, 2.0], "hat": 0.5})
    times = ["2026-02-02T00:00:00Z", "2026-02-01T00:00:00Z"]
    for number in range(2):
        model.send_inferences(
            frame[number : number + 1],
            inference_timestamps=times[number : number + 1],
            partner_inference_ids=["twice"],
        )
    found = get_inference.sync(model.id, "twice", client=model._session.api)
    (row,) = found.as_received()["query_result"]
    assert row["size"] == 2.0
