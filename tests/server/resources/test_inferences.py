"""Sending and reading data through the HTTP operations of the in-process server."""

from __future__ import annotations

import io
import random
import uuid

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import attribute, inference, make_parquet, make_zip, stamp, truth
from PIL import Image
from werkzeug.test import Client

from arthurai.server.app import create_app
from arthurai.server.storage.warehouse import sagemaker


class Api:
    """Calls the in-process server as its administrator."""

    def __init__(self):
        self.app = create_app()
        self._client = Client(self.app)

    def __call__(self, method, path, **options):
        response = self._client.open(
            f"/api/v3{path}",
            method=method,
            headers={"Authorization": self.app.admin_key},
            **options,
        )
        if response.mimetype == "application/json":
            return response.status_code, orjson.loads(response.data)
        return response.status_code, response.data

    def model(self, attributes=None, **more):
        body = {
            "partner_model_id": f"partner-{uuid.uuid4()}",
            "input_type": "TABULAR",
            "output_type": "REGRESSION",
            "attributes": attributes or ATTRIBUTES,
            **more,
        }
        status, created = self("POST", "/models", json=body)
        assert status == 201, created
        return f"/models/{created['id']}"

    def query(self, model, *names, source="inference"):
        body = {
            "select": [{"property": name} for name in names],
            "from": source,
            "order_by": [{"property": names[0]}],
        }
        status, found = self("POST", f"{model}/inferences/query", json=body)
        assert status == 200, found
        return [tuple(row[name] for name in names) for row in found["query_result"]]


ATTRIBUTES = [
    attribute("income", "FLOAT", "PIPELINE_INPUT", position=0, categorical=False),
    attribute("region", "STRING", "NON_INPUT_DATA", position=0, categorical=False),
    attribute(
        "predicted",
        "FLOAT",
        "PREDICTED_VALUE",
        position=0,
        categorical=False,
        attribute_link="actual",
    ),
    attribute(
        "actual", "FLOAT", "GROUND_TRUTH", position=0, categorical=False, attribute_link="predicted"
    ),
]


@pytest.fixture(scope="module")
def api():
    calls = Api()
    yield calls
    calls.app.close()


def parquet(**columns):
    return make_parquet(columns)


def upload(api, path, part, content, *, name="rows.parquet", **fields):
    data = {part: (io.BytesIO(content), name), **fields}
    return api("POST", path, data=data, content_type="multipart/form-data")


def rows_file(count, first=0, **more):
    return parquet(
        partner_inference_id=[f"id-{n}" for n in range(first, first + count)],
        inference_timestamp=pa.array(range(count), pa.timestamp("s", "Europe/Berlin")),
        income=[float(n) for n in range(count)],
        region=["north"] * count,
        predicted=[0.5] * count,
        **more,
    )


def test_items_are_answered_one_by_one(api):
    model = api.model()

    status, body = api("POST", f"{model}/inferences", json=[inference(1), {}, inference(1)])

    assert status == 207
    assert body["counts"] == {"success": 2, "failure": 1, "total": 3}
    assert [r["status"] for r in body["results"]] == [200, 400, 200]
    assert api.query(model, "partner_inference_id", "income") == [("id-1", 1.5)]


@pytest.mark.parametrize("operation", ["inferences", "ground_truth"])
def test_ground_truth_by_both_calls(api, operation):
    model = api.model()
    api("POST", f"{model}/inferences", json=[inference(1)])

    status, body = api("PATCH", f"{model}/{operation}", json=[truth(1, 4), truth(2, 4)])

    assert status == 207
    assert [r["status"] for r in body["results"]] == [200, 200]
    assert api.query(model, "partner_inference_id", "actual") == [("id-1", 4.0)]
    api("POST", f"{model}/inferences", json=[inference(2)])
    assert api.query(model, "partner_inference_id", "actual") == [("id-1", 4.0), ("id-2", 4.0)]


@pytest.mark.parametrize("body", [{}, {"a": 1}, "x", 5])
def test_a_body_that_is_no_list_is_refused(api, body):
    model = api.model()
    status, answer = api("POST", f"{model}/inferences", json=body)
    assert status == 400
    assert "array" in answer["error"]


def test_data_of_an_unknown_model(api):
    for method, path in (
        ("POST", "/inferences"),
        ("PATCH", "/inferences"),
        ("GET", "/datasets"),
        ("GET", "/batches/b"),
        ("GET", "/reference_data"),
    ):
        body = {} if method == "GET" else {"json": []}
        assert api(method, f"/models/nope{path}", **body)[0] == 404


def test_a_parquet_file_of_inferences_then_one_of_ground_truth(api):
    model = api.model(is_batch=True)

    status, body = upload(
        api, f"{model}/inferences/file", "inference_data", rows_file(3), batch_id="b"
    )
    assert (status, body) == (
        207,
        {"counts": {"success": 3, "failure": 0, "total": 3}, "failures": []},
    )
    late = parquet(
        partner_inference_id=["id-2", "id-9"],
        ground_truth_timestamp=pa.array([5, 6], pa.timestamp("ns")),
        actual=pa.array([7, 8], pa.int8()),
    )
    status, body = upload(api, f"{model}/inferences/file", "ground_truth_data", late)

    assert status == 207
    assert body["counts"] == {"success": 2, "failure": 0, "total": 2}
    assert api.query(model, "partner_inference_id", "income", "actual", "batch_id") == [
        ("id-0", 0.0, None, "b"),
        ("id-1", 1.0, None, "b"),
        ("id-2", 2.0, 7.0, "b"),
    ]


def test_an_empty_batch_id_means_none(api):
    model = api.model()
    upload(api, f"{model}/inferences/file", "inference_data", rows_file(1), batch_id="")
    assert api("GET", f"{model}/datasets") == (200, [])


def test_a_json_file_with_a_byte_order_mark(api):
    model = api.model()
    content = b"\xef\xbb\xbf" + orjson.dumps([inference(1)])
    path = f"{model}/inferences/file"
    assert upload(api, path, "inference_data", content)[1]["counts"]["success"] == 1


def test_a_json_file_whatever_its_name(api):
    model = api.model()
    content = orjson.dumps([inference(1), inference(2), 3])

    status, body = upload(api, f"{model}/inferences/file", "inference_data", content)

    assert status == 207
    assert body["counts"] == {"success": 2, "failure": 1, "total": 3}


def broken_page():
    """Return a file whose footer is sound and whose first data page is not."""
    content = bytearray(rows_file(1000))
    content[40:400] = bytes(360)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "neither a Parquet file nor valid JSON"),
        (b"PAR1", "cannot be read"),
        (b"PAR1" + b"\xff" * 100 + b"PAR1", "cannot be read"),
        (rows_file(5)[:-10], "cannot be read"),
        (broken_page(), "cannot be read"),
        (b"{}", "must be a JSON array"),
        (parquet(income=[1.0]), "the column partner_inference_id is missing"),
        (parquet(partner_inference_id=["a"]), "the column inference_timestamp is missing"),
        (
            parquet(
                partner_inference_id=["a"],
                inference_timestamp=pa.array([0], pa.timestamp("s")),
                incomes=[1.0],
            ),
            "the column of attribute income is missing",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(api, content, reason):
    model = api.model()
    status, body = upload(api, f"{model}/inferences/file", "inference_data", content)
    assert status == 400
    assert reason in body["error"]
    assert api.query(model, "partner_inference_id") == []


def test_a_file_that_breaks_off_after_some_rows_accounts_for_each_row(api, monkeypatch):
    monkeypatch.setattr("arthurai.server.storage.warehouse.pieces.PIECE_ROWS", 1000)
    monkeypatch.setattr("arthurai.server.storage.warehouse.uploaded_files.PIECE_ROWS", 1000)
    target = io.BytesIO()
    table = pq.read_table(io.BytesIO(rows_file(4000)))
    pq.write_table(table, target, row_group_size=1000, compression="NONE", use_dictionary=False)
    content = bytearray(target.getvalue())
    third = pq.ParquetFile(io.BytesIO(bytes(content))).metadata.row_group(2).column(0)
    content[third.data_page_offset : third.data_page_offset + 60] = b"\xff" * 60
    model = api.model()

    status, body = upload(api, f"{model}/inferences/file", "inference_data", bytes(content))

    assert status == 207
    assert body["counts"] == {"success": 2000, "failure": 2000, "total": 4000}
    assert len(body["failures"]) == 2000
    assert len(api.query(model, "partner_inference_id")) == 2000


def test_changed_bytes_end_in_an_answer_that_accounts_for_each_row(api):
    model = api.model()
    table = pq.read_table(io.BytesIO(rows_file(300)))
    files = []
    for compression in ("SNAPPY", "NONE", "ZSTD"):
        target = io.BytesIO()
        pq.write_table(table, target, row_group_size=100, compression=compression)
        files.append(target.getvalue())
    chance = random.Random(7)
    statuses = set()
    for _ in range(60):
        content = bytearray(chance.choice(files))
        for _ in range(chance.choice([1, 2, 20])):
            content[chance.randrange(4, len(content) - 8)] = chance.randrange(256)
        status, body = upload(api, f"{model}/inferences/file", "inference_data", bytes(content))
        statuses.add(status)
        if status == 207:
            assert body["counts"]["success"] + body["counts"]["failure"] == body["counts"]["total"]
            assert len(body["failures"]) == body["counts"]["failure"]
    assert statuses == {207, 400}


def test_a_page_with_a_wrong_checksum_is_refused(api):
    target = io.BytesIO()
    table = pq.read_table(io.BytesIO(rows_file(50)))
    options = {"compression": "NONE", "use_dictionary": False, "write_page_checksum": True}
    pq.write_table(table, target, **options)
    content = target.getvalue().replace(b"north", b"south", 20)
    model = api.model()

    status, body = upload(api, f"{model}/inferences/file", "inference_data", content)

    assert (status, "CRC" in body["error"]) == (400, True)


def test_texts_that_are_huge_once_spelt_out_are_refused(api, monkeypatch):
    files = "arthurai.server.storage.warehouse.uploaded_files"
    monkeypatch.setattr(f"{files}.MAX_EXPANDED_BYTES", 2**20)
    monkeypatch.setattr(f"{files}.MAX_PIECE_BYTES", 2**20)
    values = pa.DictionaryArray.from_arrays(pa.array(np.zeros(600, np.int32)), ["x" * 10_000])
    table = pq.read_table(io.BytesIO(rows_file(600))).set_column(3, "region", values)
    target = io.BytesIO()
    pq.write_table(table, target)
    model = api.model()

    status, body = upload(api, f"{model}/inferences/file", "inference_data", target.getvalue())

    assert status == 207
    assert body["counts"]["total"] == 600
    assert 0 < body["counts"]["success"] == len(api.query(model, "partner_inference_id")) < 600
    assert "times the size of the file" in body["failures"][0]["message"]


def test_exactly_one_file_of_rows(api):
    model = api.model()
    both = {
        "inference_data": (io.BytesIO(rows_file(1)), "a"),
        "ground_truth_data": (io.BytesIO(rows_file(1)), "b"),
    }
    for data in (both, {"batch_id": "b"}):
        status, body = api(
            "POST", f"{model}/inferences/file", data=data, content_type="multipart/form-data"
        )
        assert status == 400, body


def test_a_batch_from_start_to_end(api):
    model = api.model(is_batch=True)
    rows = [inference(n, batch_id="day/1") for n in range(4)]
    api("POST", f"{model}/inferences", json=rows)

    status, batch = api("GET", f"{model}/batches/day%2F1")
    assert status == 200
    assert set(batch) == {
        "model_id",
        "batch_id",
        "records",
        "partner_record_count",
        "status",
        "created_at",
        "updated_at",
    }
    assert (batch["batch_id"], batch["records"], batch["status"]) == ("day/1", 4, "started")
    closing = {"status": "uploaded", "total_record_count": 4}
    assert api("PATCH", f"{model}/batches/day%2F1", json=closing) == (200, {"message": "success"})
    status, (dataset,) = api("GET", f"{model}/datasets")
    assert (dataset["type"], dataset["batch_id"]) == ("batch", "day/1")
    assert (dataset["status"], dataset["partner_record_count"]) == ("completed", 4)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"status": "done"}, 400),
        ({}, 400),
        ({"status": "uploaded", "total_record_count": -1}, 400),
        ({"status": "uploaded", "total_record_count": 2**70}, 400),
        ({"status": "uploaded", "total_record_count": None}, 200),
    ],
)
def test_closing_a_batch_with_odd_bodies(api, body, status):
    model = api.model(is_batch=True)
    api("POST", f"{model}/inferences", json=[inference(1, batch_id="b")])
    assert api("PATCH", f"{model}/batches/b", json=body)[0] == status


def test_batches_of_streaming_and_unknown_batches(api):
    model = api.model()
    api("POST", f"{model}/inferences", json=[inference(1, batch_id="b")])
    status, body = api("PATCH", f"{model}/batches/b", json={"status": "uploaded"})
    assert (status, "not a batch model" in body["error"]) == (400, True)
    assert api("GET", f"{model}/batches/other")[0] == 404


@pytest.mark.parametrize("part", ["reference_data", "reference_data.parquet"])
def test_a_reference_set_from_start_to_end(api, part):
    model = api.model()
    path = f"{model}/reference_data"
    assert api("GET", path)[0] == 200
    content = parquet(
        income=[1.0, float("nan")], region=["a", "b"], predicted=[0, 1], actual=[0, 1]
    )

    assert upload(api, path, part, content) == (
        207,
        {"counts": {"success": 2, "failure": 0, "total": 2}, "failures": []},
    )
    wrong = {"status": "uploaded", "total_record_count": 3}
    assert api("PATCH", path, json=wrong)[0] == 400
    right = {"status": "uploaded", "total_record_count": 2}
    assert api("PATCH", path, json=right) == (200, {"message": "success"})
    status, found = api("GET", path)
    assert (status, found["status"], found["records"]) == (200, "completed", 2)
    assert upload(api, path, part, content)[0] == 400
    assert api.query(model, "region", "income", source="reference") == [("a", 1.0), ("b", None)]


def test_a_reference_set_begun_anew(api):
    model = api.model()
    path = f"{model}/reference_data"
    upload(
        api, path, "reference_data", parquet(income=[1.0], region=["a"], predicted=[0], actual=[0])
    )

    assert api("PATCH", path, json={"status": "started"})[0] == 200

    assert api("GET", path)[1]["records"] == 0


# --- images ---------------------------------------------------------------------------------------

IMAGE_ATTRIBUTES = [
    attribute("photo", "IMAGE", "PIPELINE_INPUT", position=0, categorical=False),
    attribute("cat", "FLOAT", "PREDICTED_VALUE", position=0, categorical=False),
    attribute("truth", "FLOAT", "GROUND_TRUTH", position=0, categorical=False),
]


def picture(colour, kind="PNG", size=(40, 30), mode="RGB"):
    target = io.BytesIO()
    Image.new("RGB", size, colour).convert(mode).save(target, kind)
    return target.getvalue()


def zipped(**files):
    return make_zip({name.replace("__", "/"): content for name, content in files.items()})


def image_rows(*names):
    return orjson.dumps(
        [
            {
                "partner_inference_id": f"id-{number}",
                "inference_timestamp": stamp(number),
                "inference_data": {"photo": name, "cat": 0.5},
            }
            for number, name in enumerate(names)
        ]
    )


@pytest.fixture
def image_model(api):
    return api.model(IMAGE_ATTRIBUTES, input_type="IMAGE", pixel_width=20, pixel_height=10)


def send_images(api, model, rows, images, name="images.zip"):
    data = {
        "inference_data": (io.BytesIO(rows), "inferences.json"),
        "image_data": (io.BytesIO(images), name),
    }
    return api("POST", f"{model}/inferences/file", data=data, content_type="multipart/form-data")


def test_images_come_back_in_all_forms(api, image_model):
    red, blue = picture("red"), picture("blue", "JPEG", (400, 200))
    archive = zipped(**{"a.png": red, "folder__b.jpg": blue})

    status, body = send_images(
        api, image_model, image_rows("/home/me/a.png", "b.jpg", None), archive
    )

    assert (status, body["counts"]["success"]) == (207, 3)
    ids = dict(api.query(image_model, "partner_inference_id", "photo"))
    assert ids["id-2"] is None
    path = f"{image_model}/inferences/images"
    assert api("GET", f"{path}/{ids['id-0']}?type=raw_image") == (200, red)
    assert api("GET", f"{path}/{ids['id-1']}?type=raw_image") == (200, blue)
    _, resized = api("GET", f"{path}/{ids['id-1']}?type=resized_image")
    with Image.open(io.BytesIO(resized)) as image:
        assert (image.format, image.size) == ("JPEG", (20, 10))
    _, small = api("GET", f"{path}/{ids['id-1']}?type=thumbnail")
    with Image.open(io.BytesIO(small)) as image:
        assert image.size == (128, 64)
        assert np.allclose(np.asarray(image).mean(axis=(0, 1)), [0, 0, 254], atol=2)
    assert api("GET", f"{path}/{ids['id-0']}?type=lime_explanation")[0] == 404
    assert api("GET", f"{path}/{ids['id-0']}?type=other")[0] == 400
    assert api("GET", f"{path}/{ids['id-0']}")[0] == 400


def test_the_same_image_sent_again_is_the_same_row(api, image_model):
    rows, archive = image_rows("a.png"), zipped(**{"a.png": picture("red")})
    for _ in range(2):
        assert send_images(api, image_model, rows, archive)[1]["counts"]["success"] == 1
    assert len(api.query(image_model, "photo")) == 1
    other = zipped(**{"a.png": picture("green")})
    assert send_images(api, image_model, rows, other)[1]["counts"]["success"] == 1
    assert len(set(api.query(image_model, "photo"))) == 2


def test_a_single_image(api, image_model):
    content = picture("red", "TIFF")
    assert (
        send_images(api, image_model, image_rows("x"), content, "x.tif")[1]["counts"]["success"]
        == 1
    )
    ((_, image_id),) = api.query(image_model, "partner_inference_id", "photo")
    path = f"{image_model}/inferences/images/{image_id}"
    assert api("GET", f"{path}?type=raw_image") == (200, content)
    assert api("GET", f"{path}?type=thumbnail")[1].startswith(b"\x89PNG")


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "1", "L", "CMYK", "I", "F"])
def test_images_of_all_modes_are_resized(api, image_model, mode):
    kind = "TIFF" if mode in {"CMYK", "I", "F"} else "PNG"
    send_images(api, image_model, image_rows("x"), picture("red", kind, mode=mode), "x")
    ((_, image_id),) = api.query(image_model, "partner_inference_id", "photo")
    status, _ = api("GET", f"{image_model}/inferences/images/{image_id}?type=resized_image")
    assert status == 200


def renditions(api, model, content):
    """Give the image of the one row of a model in the model's size, and its thumbnail."""
    send_images(api, model, image_rows("x"), content, "x")
    ((_, image_id),) = api.query(model, "partner_inference_id", "photo")
    found = []
    for form in ("resized_image", "thumbnail"):
        status, body = api("GET", f"{model}/inferences/images/{image_id}?type={form}")
        assert status == 200, body
        with Image.open(io.BytesIO(body)) as image:
            found.append(np.asarray(image.convert("RGB"), dtype=float))
    return found


def test_an_image_that_a_camera_turned_stands_upright(api, image_model):
    photo = Image.new("RGB", (40, 20), "red")
    photo.paste("blue", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # the left side of the pixels is the top
    target = io.BytesIO()
    photo.save(target, "JPEG", exif=exif)

    resized, small = renditions(api, image_model, target.getvalue())

    assert (resized.shape, small.shape) == ((10, 20, 3), (40, 20, 3))
    for image in (resized, small):
        assert np.allclose(image[0], [0, 0, 254], atol=30)
        assert np.allclose(image[-1], [254, 0, 0], atol=30)


@pytest.mark.parametrize("kind", [np.float32, np.int32])
def test_numbers_of_32_bits_are_spread_over_the_grey_levels(api, image_model, kind):
    levels = np.tile(np.linspace(-1000, 3000, 41, dtype=kind), (30, 1))
    target = io.BytesIO()
    Image.fromarray(levels).save(target, "TIFF")

    _, small = renditions(api, image_model, target.getvalue())

    expected = (levels + 1000.0) / 4000 * 255
    assert np.allclose(small[..., 0], expected, atol=1)


def test_palettes_are_blended_when_resized(api, image_model):
    stripes = np.zeros((20, 80, 3), np.uint8)
    stripes[:, ::2] = 255
    target = io.BytesIO()
    Image.fromarray(stripes).quantize(2).save(target, "PNG")

    resized, _ = renditions(api, image_model, target.getvalue())

    assert np.allclose(resized[:, 2:-2], 127, atol=20)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n", picture("red", "JPEG")[:200]])
def test_a_damaged_image_is_served_raw_only(api, image_model, content):
    send_images(api, image_model, image_rows("x"), content, "x")
    ((_, image_id),) = api.query(image_model, "partner_inference_id", "photo")
    path = f"{image_model}/inferences/images/{image_id}"
    assert api("GET", f"{path}?type=raw_image") == (200, content)
    status, body = api("GET", f"{path}?type=thumbnail")
    assert status == 400
    assert "cannot be decoded" in body["error"]
    assert "object at" not in body["error"]


def test_rows_without_their_image_are_refused_alone(api, image_model):
    archive = zipped(
        **{
            "a.png": picture("red"),
            "b.png": b"no image",
            "x__c.png": picture("red"),
            "y__c.png": picture("blue"),
        }
    )

    status, body = send_images(
        api, image_model, image_rows("a.png", "b.png", "missing.png", "c.png", "y/c.png"), archive
    )

    assert status == 207
    assert [f["message"].partition(":")[0] for f in body["failures"]] == ["row 1", "row 2", "row 3"]
    assert "is not a PNG" in body["failures"][0]["message"]
    assert "is not among the files" in body["failures"][1]["message"]


def test_hostile_archives(api, image_model, tmp_path):
    escape = zipped(**{"..__..__..__evil.png": picture("red")})
    assert send_images(api, image_model, image_rows("../../../evil.png"), escape)[0] == 207
    assert not list(tmp_path.parent.rglob("evil.png"))

    bomb = zipped(**{"a.png": b"\x89PNG\r\n\x1a\n" + bytes(70 * 2**20)})
    assert len(bomb) < 2**20
    _, body = send_images(api, image_model, image_rows("a.png"), bomb)
    assert "must have at most" in body["failures"][0]["message"]

    many = zipped(**{f"{n}.png": b"\x89PNG\r\n\x1a\n" + bytes(9 * 2**20) for n in range(30)})
    assert len(many) < 2**20
    for content, reason in (
        (many, "must unpack to at most"),
        (b"PK\x03\x04 broken", "cannot be read"),
        (b"text", "must be a zip, or a PNG"),
    ):
        status, body = send_images(api, image_model, image_rows("a.png"), content)
        assert (status, reason in body["error"]) == (400, True)


@pytest.mark.heavy
def test_an_image_with_too_many_pixels_is_served_raw_only(api, image_model):
    huge = picture("red", size=(10_000, 6_000))
    send_images(api, image_model, image_rows("x"), huge, "x")
    ((_, image_id),) = api.query(image_model, "partner_inference_id", "photo")
    path = f"{image_model}/inferences/images/{image_id}"
    assert api("GET", f"{path}?type=raw_image")[0] == 200
    assert api("GET", f"{path}?type=thumbnail")[0] == 400


@pytest.mark.parametrize("image_id", ["nope", "..%2F..%2Fdata.duckdb", "0" * 40])
def test_unknown_images(api, image_model, image_id):
    assert api("GET", f"{image_model}/inferences/images/{image_id}?type=raw_image")[0] == 404


def test_images_of_reference_rows(api, image_model):
    rows = orjson.dumps([{"reference_data": {"photo": "a.png", "cat": 1, "truth": 1}}])
    data = {
        "reference_data": (io.BytesIO(rows), "reference.json"),
        "image_data": (io.BytesIO(zipped(**{"a.png": picture("red")})), "images.zip"),
    }
    status, body = api(
        "POST", f"{image_model}/reference_data", data=data, content_type="multipart/form-data"
    )
    assert (status, body["counts"]["success"]) == (207, 1)
    ((image_id,),) = api.query(image_model, "photo", source="reference")
    assert api("GET", f"{image_model}/inferences/images/{image_id}?type=raw_image")[0] == 200


# --- SageMaker ------------------------------------------------------------------------------------


def event(event_id, given, predicted, *, encoding="CSV", **metadata):
    return orjson.dumps(
        {
            "captureData": {
                "endpointInput": {"data": given, "encoding": encoding, "mode": "INPUT"},
                "endpointOutput": {"data": predicted, "encoding": encoding, "mode": "OUTPUT"},
            },
            "eventMetadata": {
                "eventId": event_id,
                "inferenceTime": "2024-01-01T00:00:00Z",
                **metadata,
            },
            "eventVersion": "0",
        }
    )


CAPTURED = [
    attribute("age", "INTEGER", "PIPELINE_INPUT", position=0, categorical=False),
    attribute("city", "STRING", "PIPELINE_INPUT", position=1, categorical=False),
    attribute("member", "BOOLEAN", "PIPELINE_INPUT", position=2, categorical=False),
    attribute("score", "FLOAT", "PREDICTED_VALUE", position=0, categorical=False),
    attribute("truth", "FLOAT", "GROUND_TRUTH", position=0, categorical=False),
]


def capture(api, model, *lines, name="capture.jsonl"):
    path = f"{model}/inferences/integrations/sagemaker_data_capture"
    return upload(api, path, "inference_data", b"\n".join(lines), name=name)


def test_capture_events_in_all_forms(api):
    model = api.model(CAPTURED)

    status, body = capture(
        api,
        model,
        event("csv", '31,"Rome, IT",true\n32,,false\n', "0.5\n0.75"),
        b"",
        event("named", "40,Oslo,true", "0.25", inferenceId="mine"),
        event(
            "json",
            '{"instances":[{"features":[50,"Bonn",null]}]}',
            '{"predictions":[{"probabilities":[0.125]}]}',
            encoding="JSON",
        ),
        event("bare", '{"instances":[[51,"Kiel",true]]}', '{"predictions":[0.5]}', encoding="JSON"),
        event(
            "keys",
            '{"predictions":[{"age":60,"city":"Bari","member":true}]}',
            '{"predictions":[{"score":1}]}',
            encoding="JSON",
        ),
    )

    assert status == 207
    assert body == {"counts": {"success": 6, "failure": 0, "total": 6}, "failures": []}
    assert api.query(model, "partner_inference_id", "age", "city", "member", "score") == [
        ("bare", 51, "Kiel", True, 0.5),
        ("csv_0", 31, "Rome, IT", True, 0.5),
        ("csv_1", 32, "", False, 0.75),
        ("json", 50, "Bonn", None, 0.125),
        ("keys", 60, "Bari", True, 1.0),
        ("mine", 40, "Oslo", True, 0.25),
    ]


@pytest.mark.parametrize(
    ("line", "reason", "event_id"),
    [
        (b"not json", "not valid JSON", ""),
        (b"[]", "eventMetadata is missing", ""),
        (b"{}", "eventMetadata is missing", ""),
        (orjson.dumps({"eventMetadata": {}}), "eventId is missing", ""),
        (orjson.dumps({"eventMetadata": {"eventId": "e"}}), "captureData is missing", "e"),
        (event("e", "1,a,true", "1", encoding="BASE64"), "must be CSV or JSON", "e"),
        (event("e", "1,a", "1"), "2 values for 3 attributes", "e"),
        (event("e", "1,a,true\n2,b,true", "1"), "2 inputs, but 1 outputs", "e"),
        (event("e", "[]", "[]", encoding="JSON"), "under 'instances' or 'predictions'", "e"),
        (event("e", "x,a,true", "1"), "attribute age: must be INTEGER", "e"),
        (event("e", "1,a,perhaps", "1"), "attribute member: must be BOOLEAN", "e"),
        (event("e", '1,"a"x,true', "1"), "CSV cannot be read", "e"),
        (event("e", "", ""), "has no inference", "e"),
    ],
)
def test_a_bad_capture_event_is_refused_alone(api, line, reason, event_id):
    model = api.model(CAPTURED)

    status, body = capture(api, model, line, event("good", "1,a,true", "1"))

    assert status == 207
    assert body["counts"] == {"success": 1, "failure": 1, "total": 2}
    (failure,) = body["failures"]
    assert (failure["status"], failure["event_id"]) == (400, event_id)
    assert failure["inference_index_in_event"] == 0
    assert reason in failure["message"]


def test_a_capture_file_of_windows(api):
    model = api.model(CAPTURED)
    lines = [event("a", "1,Oslo,1\r\n2,Bonn,0\r\n", "0.5\r\n0.75\r\n"), event("b", "3,Kiel,1", "1")]

    _, body = capture(api, model, b"\xef\xbb\xbf" + b"\r\n".join(lines) + b"\r\n")

    assert body == {"counts": {"success": 3, "failure": 0, "total": 3}, "failures": []}
    assert api.query(model, "partner_inference_id", "member") == [
        ("a_0", True),
        ("a_1", False),
        ("b", True),
    ]


def test_a_capture_file_in_several_pieces_accounts_for_each_event(api, monkeypatch):
    monkeypatch.setattr(sagemaker, "MAX_LINE_BYTES", 1000)
    monkeypatch.setattr(sagemaker, "_PIECE_ROWS", 2)
    model = api.model(CAPTURED)
    lines = [event(f"e{n}", f"{n},Oslo,1\n{'x' if n == 3 else n},Bonn,0", "1\n0") for n in range(5)]
    lines.insert(2, event("long", "x" * 5000, "1"))

    _, body = capture(api, model, *lines)

    assert body["counts"] == {"success": 9, "failure": 2, "total": 11}
    found = [(f["event_id"], f["inference_index_in_event"]) for f in body["failures"]]
    assert found == [("", 0), ("e3", 1)]
    assert "more than 1000 bytes" in body["failures"][0]["message"]
    assert len(api.query(model, "partner_inference_id")) == 9


def test_a_capture_file_must_be_named_so(api):
    model = api.model(CAPTURED)
    assert capture(api, model, event("e", "1,a,true", "1"), name="capture.csv")[0] == 400
