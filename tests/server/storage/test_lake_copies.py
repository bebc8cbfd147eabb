"""Copies of lakes to every other kind of place: equal, and continued after a death at any moment."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from builders import administrator, attribute, ground_truth, prediction
from dying_copy import copy_and_die
from PIL import Image

from arthurai.cli import main
from arthurai.commands.serve_settings import parse_storage
from arthurai.server.app import create_app
from arthurai.server.storage.directory_entries import COPY_FILE
from arthurai.server.storage.documents.control_database import ControlDatabaseError
from arthurai.server.storage.s3_address import S3Place
from arthurai.server.storage.store_copy import StorePlace, copy_stores
from arthurai.server.storage.warehouse.errors import DataStoreError

pytestmark = [pytest.mark.heavy, pytest.mark.usefixtures("stores_in_files")]

MODEL = {
    "input_type": "IMAGE",
    "output_type": "REGRESSION",
    "pixel_height": 8,
    "pixel_width": 8,
    "attributes": [
        attribute("photo", "IMAGE"),
        attribute("word", "STRING", position=1),
        prediction("p"),
        ground_truth("y"),
    ],
}
ROWS = 40
PICTURES = 4


@pytest.fixture
def make_place(request, tmp_path):
    """Give a maker of places: a directory, a lake in a directory, or a lake in S3."""
    number = iter(range(9))

    def make(kind):
        directory = str(tmp_path / f"{kind}-{next(number)}")
        if kind == "directory":
            return (directory, None, None)
        if kind == "s3":
            directory = request.getfixturevalue("make_s3_place")()
        cluster = request.getfixturevalue("postgresql_cluster")
        return (directory, cluster.location(), request.getfixturevalue("lake_address")())

    return make


def open_server(place):
    directory, control, warehouse = parse_storage(place[0]), *place[1:]
    where = {"storage" if isinstance(directory, S3Place) else "data_dir": directory}
    return create_app(**where, control=control, warehouse=warehouse)


def to_store_place(place):
    return StorePlace(parse_storage(place[0]), *place[1:])


def zipped_pictures():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(PICTURES):
            picture = io.BytesIO()
            Image.new("RGB", (8, 8), (number, 0, 0)).save(picture, "PNG")
            archive.writestr(f"{number}.png", picture.getvalue())
    return target.getvalue()


def fill(place):
    """Make a server with rows, truths that came and that wait, references, images and a project."""
    with open_server(place) as app, administrator(app) as client:
        made = client.post("/models", json={**MODEL, "partner_model_id": "m"}).json()
        path = f"/models/{made['id']}"
        rows = [
            {
                "partner_inference_id": f"id-{row}",
                "inference_timestamp": f"2026-01-05T12:00:{row:02}Z",
                "inference_data": {
                    "photo": f"{row % PICTURES}.png",
                    "word": "ü" * (row % 3),
                    "p": row / 7,
                },
            }
            for row in range(ROWS)
        ]
        files = {"inference_data": ("rows.json", json.dumps(rows)), "image_data": zipped_pictures()}
        answer = client.post(f"{path}/inferences/file", files=files)
        assert answer.json()["counts"]["success"] == ROWS, answer.text
        truths = [
            {
                "partner_inference_id": f"id-{row}",
                "ground_truth_timestamp": "2026-01-06T12:00:00Z",
                "ground_truth_data": {"y": row / 9},
            }
            for row in (*range(ROWS // 2), 99)
        ]
        client.patch(f"{path}/inferences", json=truths).raise_for_status()
        app.data.database.files.put(f"explainers/{made['id']}/p/project/main.py", b"x = 1\n")
    return read_all(place)


def read_all(place):
    """Return what a server of a place answers, and the files that it keeps beside its databases."""
    with open_server(place) as app, administrator(app) as client:
        found = {"key": app.admin_key, "users": client.get("/users").json()}
        (model,) = client.get("/models").json()["data"]
        path = f"/models/{model['id']}"
        names = ("partner_inference_id", "photo", "word", "p", "y")
        body = {"select": [{"property": name} for name in names]}
        body["order_by"] = [{"property": "partner_inference_id"}]
        found["rows"] = client.post(f"{path}/inferences/query", json=body).json()["query_result"]
        found["waiting"] = app.data.waiting_truths(model["id"])
        found["images"] = {
            row["photo"]: client.get(
                f"{path}/inferences/images/{row['photo']}", params={"type": "raw_image"}
            ).content
            for row in found["rows"]
        }
        files = app.data.database.files
        found["files"] = {name: files.get(name) for name in files.find_copied()}
        found["model"] = model
    assert len(found["rows"]) == ROWS
    assert len(found["images"]) == PICTURES
    return found


@pytest.mark.parametrize(
    ("source", "target"),
    [("lake", "lake"), ("lake", "directory"), ("lake", "s3"), ("s3", "directory"), ("s3", "s3")],
)
def test_a_lake_is_copied_whole(make_place, capsys, source, target):
    first, second = make_place(source), make_place(target)
    before = fill(first)
    command = ["data", "copy", first[0], second[0]]
    command += ["--from-control", first[1], "--from-warehouse", first[2]]
    if target != "directory":
        command += ["--to-control", second[1], "--to-warehouse", second[2]]
    assert main(command) == 0, capsys.readouterr().err
    assert f"{ROWS} inferences" in capsys.readouterr().out
    assert read_all(second) == before
    assert read_all(first) == before
    with open_server(second) as app, administrator(app) as client:
        path = f"/models/{before['model']['id']}"
        row = {"partner_inference_id": "id-99", "inference_timestamp": "2026-01-05T12:00:00Z"}
        row["inference_data"] = {"p": 0.5}
        answer = client.post(f"{path}/inferences", json=[row]).json()
        assert answer["counts"]["success"] == 1
        assert app.data.waiting_truths(before["model"]["id"]) == 0
        # the time of the copy is not taken for that of an upload
        for number in range(0, ROWS, PICTURES):
            client.delete(f"{path}/inferences/query/id-{number}").raise_for_status()
        files = app.data.database.files
        assert len(list(files.find("images"))) == PICTURES - 1
    assert main(command) == 1
    assert "is not empty" in capsys.readouterr().err


def check_deaths(source, target, steps):
    before = fill(source)
    deaths, is_refused = 0, False
    for step in steps:
        if not copy_and_die(source, target, step):
            break
        deaths += 1
        # To open a source in S3 takes some steps, before the target is touched.
        if not is_refused and to_store_place(target).files.read_time(COPY_FILE) is not None:
            with pytest.raises((DataStoreError, ValueError)):
                open_server(target).close()
            is_refused = True
    else:
        copy_stores(to_store_place(source), to_store_place(target))
    assert is_refused
    assert read_all(target) == before == read_all(source)
    return deaths


@pytest.mark.parametrize(("source", "target"), [("lake", "lake"), ("s3", "directory")])
def test_a_copy_of_a_lake_that_died_is_continued(make_place, source, target):
    assert check_deaths(make_place(source), make_place(target), (6, 40)) == 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "target"), [("lake", "lake"), ("s3", "directory"), ("s3", "s3")]
)
def test_a_copy_of_a_lake_that_dies_often_is_continued(make_place, source, target):
    assert check_deaths(make_place(source), make_place(target), range(2, 100, 7)) > 5


def test_a_lake_in_use_is_refused(make_place):
    source, target = make_place("lake"), make_place("directory")
    with open_server(source), pytest.raises(ControlDatabaseError, match="in use by another server"):
        copy_stores(to_store_place(source), to_store_place(target))


def test_what_is_no_lake_is_refused(make_place, capsys):
    lake, empty, target = make_place("lake"), make_place("lake"), make_place("directory")
    open_server(lake).close()
    assert main(["data", "copy", lake[0], target[0]]) == 1
    assert "--from-warehouse" in capsys.readouterr().err
    options = ["--from-warehouse", empty[2]]
    assert main(["data", "copy", empty[0], target[0], *options]) == 1
    assert "control data in PostgreSQL" in capsys.readouterr().err
    options += ["--from-control", empty[1]]
    assert main(["data", "copy", empty[0], target[0], *options]) == 1
    assert "lake.id is missing" in capsys.readouterr().err
