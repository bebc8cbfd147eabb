"""Images whose rows are not stored: nothing of them stays."""

from __future__ import annotations

import io
import json
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from builders import attribute, ground_truth, make_schema, prediction
from PIL import Image

from arthurai.server.storage.warehouse.data_store import DataStore
from arthurai.server.storage.warehouse.errors import UnknownDatasetError
from arthurai.server.timestamps import utc_now

MODEL = {
    "partner_model_id": "cats",
    "input_type": "IMAGE",
    "output_type": "REGRESSION",
    "pixel_height": 8,
    "pixel_width": 8,
    "attributes": [
        attribute("photo", "IMAGE"),
        attribute("other", "IMAGE", position=1),
        attribute("note", "UNSTRUCTURED_TEXT", position=2),
        prediction("p"),
        ground_truth("g"),
    ],
}


def picture(number):
    target = io.BytesIO()
    Image.new("RGB", (8, 8), (number % 256, number // 256, 0)).save(target, "PNG")
    return target.getvalue()


def zipped(numbers):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in numbers:
            archive.writestr(f"{number}.png", picture(number))
    return target.getvalue()


def inference(number, stem="i", **values):
    return {
        "partner_inference_id": f"{stem}{number}",
        "inference_timestamp": "2026-01-05T12:00:00Z",
        "inference_data": {"photo": f"{number}.png", "p": 0.5, **values},
    }


@pytest.fixture
def model(admin):
    return f"/models/{admin.post('/models', json=MODEL).json()['id']}"


@pytest.fixture
def stored_images(app):
    """Count the images that are stored."""
    return lambda: len(list(app.data.database.files.find("images")))


def send(admin, path, rows, images, part="inference_data"):
    content = rows if isinstance(rows, bytes) else json.dumps(rows).encode()
    files = {part: ("rows.json", content), "image_data": ("images.zip", images)}
    return admin.post(path, files=files)


def counts(answer):
    assert answer.status_code == 207, answer.text
    found = answer.json()["counts"]
    return found["success"], found["failure"]


def test_images_of_refused_rows_are_deleted(admin, model, stored_images):
    path = f"{model}/inferences/file"
    rows = [inference(n, other="absent.png") for n in range(5)]
    assert counts(send(admin, path, rows, zipped(range(5)))) == (0, 5)
    assert stored_images() == 0
    rows = [inference(n, **({"other": "absent.png"} if n % 2 else {})) for n in range(5)]
    assert counts(send(admin, path, rows, zipped(range(5)))) == (3, 2)
    assert stored_images() == 3
    # those that other rows have stay, also where they came again with refused rows
    rows = [inference(n, "j", other="absent.png") for n in range(5)]
    assert counts(send(admin, path, rows, zipped(range(5)))) == (0, 5)
    assert stored_images() == 3
    assert counts(send(admin, path, rows, picture(7))) == (5, 0)
    assert stored_images() == 4


def test_images_of_rows_that_were_rolled_back_are_deleted(admin, model, stored_images, monkeypatch):
    rows = [{"reference_data": {"photo": f"{n}.png", "p": 0.5, "g": 0.5}} for n in range(5)]

    def fail(*_args):
        raise OSError(28, "No space left on device")

    path = f"{model}/reference_data"
    with monkeypatch.context() as patch:
        patch.setattr("arthurai.server.storage.warehouse.data_store.reject_large_rows", fail)
        answer = send(admin, path, rows, zipped(range(5)), "reference_data")
        assert answer.status_code == 500
        answer = send(admin, f"{model}/inferences/file", [inference(1)], picture(1))
        assert answer.status_code == 500
    assert stored_images() == 0
    assert counts(send(admin, path, rows, zipped(range(5)), "reference_data")) == (5, 0)
    assert stored_images() == 5


def test_images_that_several_requests_bring_stay_for_the_rows_that_are_stored(
    admin, callers, model, stored_images
):
    path, key = f"{model}/inferences/file", admin.headers["Authorization"]

    def bring(number):
        bad = {"other": "absent.png"} if number % 2 else {}
        client = callers(key)
        rows = [inference(n, f"r{number}-", **bad) for n in range(20)]
        return counts(send(client, path, rows, zipped(range(20))))

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(bring, range(24)))
    assert found == [(20, 0), (0, 20)] * 12
    assert stored_images() == 20
    select = {"select": [{"property": "photo"}]}
    rows = admin.post(f"{model}/inferences/query", json=select).json()["query_result"]
    for image in {row["photo"] for row in rows}:
        shown = admin.get(f"{model}/inferences/images/{image}", params={"type": "raw_image"})
        assert shown.status_code == 200


def test_what_a_killed_server_left_behind_goes_with_retention(tmp_path, monkeypatch):
    schema = make_schema([attribute("photo", "IMAGE"), prediction("p"), ground_truth("g")])
    with DataStore(tmp_path) as store:
        images = store.images(schema)
        left = images.put(picture(1))
        time.sleep(2)  # places tell times in seconds
        an_hour_later = time.time() - 1 + 3600
        fresh = images.put(picture(2))
        clock = SimpleNamespace(time=lambda: an_hour_later)
        monkeypatch.setattr("arthurai.server.storage.warehouse.stored_images.time", clock)
        store.prune(schema, utc_now())
        with pytest.raises(UnknownDatasetError, match="no image"):
            images.get(left)
        assert images.get(fresh) == picture(2)
