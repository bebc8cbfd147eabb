"""Deletion of single inferences: all that belongs to them goes, all that belongs to others stays."""

from __future__ import annotations

import io
import os
import time

import pytest
from builders import attribute, ground_truth, prediction, save_model
from PIL import Image

from arthurai import ArthurAI, ForbiddenError, InputType, OutputType, UserTypeError
from arthurai.server.storage.stored_files import DirectoryFiles
from arthurai.server.storage.warehouse.stored_images import ImageFiles
from arthurai_api.api.inferences import delete_inference

COLUMNS = [
    attribute("x"),
    prediction("p", attribute_link="y"),
    ground_truth("y", attribute_link="p"),
]
COUNT = {"select": [{"function": "count"}]}
IDS = {"select": [{"property": "partner_inference_id"}]}


@pytest.fixture(params=["memory", "directory"])
def arthur(request, tmp_path):
    url = "local://" if request.param == "memory" else f"local://{tmp_path}/data"
    with ArthurAI(url=url) as connection:
        yield connection


def rows(*ids, **more):
    return [
        {
            "partner_inference_id": one,
            "inference_timestamp": "2026-01-01T00:00:00Z",
            "x": 1.0,
            "p": 0.5,
        }
        | more
        for one in ids
    ]


def ids_of(model):
    return sorted(row["partner_inference_id"] for row in model.query(IDS))


def test_rows_and_ground_truth_go_and_others_stay(arthur):
    model, other = save_model(arthur, COLUMNS), save_model(arthur, COLUMNS)
    for one in (model, other):
        one.send_inferences(rows("a", "b", "a/b c%2F", y=1.0))
    model.send_inferences(rows("b", x=9.0))  # another row of the same id
    model.update_inference_ground_truths(
        [{"partner_inference_id": one, "y": 2.0} for one in ("early", "late", "b")]
    )
    assert arthur.client.get("/models/" + model.id)  # the model is there

    found = delete_inference.sync(model.id, "b", client=arthur.api)
    assert found.as_received() == {"inferences": 2, "waiting_ground_truths": 0}
    found = delete_inference.sync(model.id, "early", client=arthur.api)
    assert found.as_received() == {"inferences": 0, "waiting_ground_truths": 1}
    found = delete_inference.sync(model.id, "nobody", client=arthur.api)
    assert found.as_received() == {"inferences": 0, "waiting_ground_truths": 0}
    assert model.delete_inferences(["a/b c%2F", "b"]) == 1
    assert ids_of(model) == ["a"]
    assert ids_of(other) == ["a", "a/b c%2F", "b"]

    # The ids are free: what comes later is new, and does not meet what was deleted.
    model.send_inferences(rows("b", "early", "late"))
    truths = model.query({"select": [{"property": "partner_inference_id"}, {"property": "y"}]})
    assert {row["partner_inference_id"]: row["y"] for row in truths} == {
        "a": 1.0,
        "b": None,
        "early": None,
        "late": 2.0,
    }
    assert model.delete_inferences("a") == 1
    with pytest.raises(UserTypeError, match="must be a list of ids"):
        model.delete_inferences(5)


def test_it_stays_deleted_after_a_restart(tmp_path):
    url = f"local://{tmp_path}/data"
    with ArthurAI(url=url) as arthur:
        model = save_model(arthur, COLUMNS)
        model.send_inferences(rows("secret-a", "b"))
        assert model.delete_inferences("secret-a") == 1
    with ArthurAI(url=url) as arthur:
        model = arthur.get_model(model.id)
        assert ids_of(model) == ["b"]
        model.send_inferences(rows("secret-a"))
        assert ids_of(model) == ["b", "secret-a"]


def test_results_of_enrichments_go_with_the_row(arthur):
    pytest.importorskip("sklearn")
    model = save_model(arthur, COLUMNS)
    model.set_reference_data(data=[{"x": float(n % 7), "p": 0.5, "y": 0.5} for n in range(60)])
    model.send_inferences(rows("a", "b"))
    model.await_enrichments("anomaly_detection")
    scores = {"select": [{"property": "partner_inference_id"}, {"property": "anomaly_score"}]}
    deadline = time.monotonic() + 30
    while any(row["anomaly_score"] is None for row in model.query(scores)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    database = arthur.session._local._running.app.stores.data._database
    (table,) = [
        name
        for (name,) in database.fetch("SELECT table_name FROM duckdb_tables()")[1]
        if name.endswith("_anomaly") and not name.endswith("output_anomaly")
    ]
    assert database.fetch(f"SELECT count(*) FROM {table}")[1] == [(2,)]
    model.delete_inferences("a")
    assert database.fetch(f"SELECT count(*) FROM {table}")[1] == [(1,)]
    assert [row["partner_inference_id"] for row in model.query(scores)] == ["b"]


def png(color):
    target = io.BytesIO()
    Image.new("RGB", (8, 8), color).save(target, "PNG")
    return target.getvalue()


def test_images_go_unless_another_row_has_them(arthur, tmp_path):
    model = arthur.model(
        display_name="cats",
        input_type=InputType.Image,
        output_type=OutputType.Regression,
        pixel_height=8,
        pixel_width=8,
    )
    model.add_image_attribute("photo")
    model.add_regression_output_attributes({"p": "y"}, "FLOAT")
    model.save()
    photos = [png("red"), png("blue"), png("red")]
    model.send_inferences(
        [{"photo": photo, "p": 0.5} for photo in photos], partner_inference_ids=["a", "b", "c"]
    )
    body = {"select": [{"property": "partner_inference_id"}, {"property": "photo"}]}
    stored = {row["partner_inference_id"]: row["photo"] for row in model.query(body)}
    assert stored["a"] == stored["c"] != stored["b"]
    model.delete_inferences(["a", "b"])
    assert model.get_image(stored["c"], str(tmp_path))
    with pytest.raises(Exception, match="no image"):
        model.get_image(stored["b"], str(tmp_path))
    model.delete_inferences("c")
    with pytest.raises(Exception, match="no image"):
        model.get_image(stored["c"], str(tmp_path))


def test_an_image_that_is_being_sent_again_is_kept(tmp_path):
    images = ImageFiles(DirectoryFiles(tmp_path), "m1")
    one, other = images.put(png("red")), images.put(png("blue"))
    path = next(tmp_path.glob(f"m1/*/{one}"))
    received = path.stat().st_mtime
    os.utime(path, (received + 60, received + 60))
    images.remove({one: received, other: received, "0" * 40: received})
    assert images.get(one) == png("red")
    assert not list(tmp_path.glob(f"m1/*/{other}"))


def test_who_may_not_delete_models_may_not_delete_inferences(arthur):
    model = save_model(arthur, COLUMNS)
    model.send_inferences(rows("a"))
    key = arthur.create_service_account("reader", "User")["token"]
    if arthur.session.endpoint.directory is None:
        pytest.skip("a server in memory has one key")
    with ArthurAI(url=arthur.session.endpoint.url, access_key=key) as reader:
        seen = reader.get_model(model.id)
        with pytest.raises(ForbiddenError):
            seen.delete_inferences("a")
    assert ids_of(model) == ["a"]
