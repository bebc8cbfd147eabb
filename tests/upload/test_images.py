"""Images of rows: paths, arrays, bytes and directories, in zips of bounded size."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import polars as pl
import pytest
from builders import attribute, ground_truth, prediction, save_model, stored
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Picture

from arthurai.common.exceptions import ArthurUserError, UserValueError
from arthurai.upload import uploader
from arthurai.upload.images import Image, encode_png, split_by_size, unique_names


def pixels(seed, *shape):
    return np.random.default_rng(seed).integers(0, 256, shape or (5, 7, 3), dtype=np.uint8)


@pytest.fixture
def model(arthur):
    attributes = [
        attribute("picture", "IMAGE"),
        prediction("score", attribute_link="truth"),
        ground_truth("truth", attribute_link="score"),
    ]
    return save_model(arthur, attributes, input_type="IMAGE", pixel_height=5, pixel_width=7)


@pytest.fixture
def paths(tmp_path):
    """Three files, two of them of the same name."""
    found = []
    for number, name in enumerate(("a/cat.png", "b/cat.png", "dog.png")):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        Picture.fromarray(pixels(number)).save(path)
        found.append(path)
    return found


def images_on_server(model, tmp_path):
    """The pixels the server holds, by id of the row."""
    found = {}
    for row_id, row in stored(model, "picture").items():
        path = model.get_image(row["picture"], str(tmp_path))
        found[row_id] = np.asarray(Picture.open(path).convert("RGB"))
    return found


def encoded(array):
    buffer = io.BytesIO()
    Picture.fromarray(array).save(buffer, format="PNG")
    return buffer.getvalue()


IDS = ["p", "q", "r"]
SOURCES = {
    "paths": lambda paths: paths,
    "paths as text": lambda paths: [str(path) for path in paths],
    "arrays": lambda _: [pixels(number) for number in range(3)],
    "floats": lambda _: [pixels(number) / 255 for number in range(3)],
    "bytes": lambda _: [encoded(pixels(number)) for number in range(3)],
    "pictures": lambda _: [Picture.fromarray(pixels(number)) for number in range(3)],
}
FRAMES = {
    "rows": lambda images: [
        {"picture": image, "score": 0.5, "partner_inference_id": row_id}
        for image, row_id in zip(images, IDS, strict=True)
    ],
    "pandas": lambda images: pd.DataFrame(
        {"picture": pd.Series(images, dtype=object), "score": 0.5, "partner_inference_id": IDS}
    ),
    "columns": lambda images: {
        "picture": images, "score": [0.5] * 3, "partner_inference_id": IDS
    },
}  # fmt: skip


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("source", SOURCES)
def test_images_of_every_kind_arrive(model, paths, tmp_path, source, frame):
    result = model.send_inferences(FRAMES[frame](SOURCES[source](paths)))
    assert result["counts"] == {"success": 3, "failure": 0, "total": 3}
    for number, (_, found) in enumerate(sorted(images_on_server(model, tmp_path).items())):
        assert np.array_equal(found, pixels(number))


def test_images_travel_in_bulk_and_their_truth_without_them(model, paths, tmp_path):
    frame = pl.DataFrame(
        {"picture": [str(path) for path in paths], "score": 0.5, "partner_inference_id": IDS}
    )
    assert model.send_bulk_inferences(data=frame)[0].accepted == 3
    assert len(images_on_server(model, tmp_path)) == 3
    truth = pd.DataFrame({"partner_inference_id": IDS, "truth": 1.0})
    assert model.send_bulk_ground_truths(data=truth).accepted == 3


def test_a_directory_or_list_of_images_is_a_table_of_its_own(model, paths):
    directory = paths[2].parent
    Picture.fromarray(pixels(9)).save(directory / "elk.png")
    (directory / "readme.txt").write_text("no image")
    assert model.send_inferences(str(directory), predictions=[0.1, 0.2]).accepted == 2
    assert model.send_inferences(paths, predictions=[0.1, 0.2, 0.3]).accepted == 3


def test_reference_images_are_sent_from_frames_and_directories(model, paths, tmp_path):
    frame = pd.DataFrame({"picture": [str(path) for path in paths], "score": 0.5, "truth": 1.0})
    folder = tmp_path / "rows"
    folder.mkdir()
    frame.to_parquet(folder / "rows.parquet")
    result, closed = model.set_reference_data(directory_path=folder)
    assert result.accepted == 3
    assert closed is not None


def test_zips_are_split_by_size(model, paths, monkeypatch, recording):
    monkeypatch.setattr(uploader, "MAX_ZIP_BYTES", paths[0].stat().st_size + 10)
    session = recording(model)
    rows = FRAMES["rows"](paths)
    assert model.send_inferences(rows).accepted == 3
    assert len([part for part in session.parts if part.name == "image_data"]) == 3


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("absent.png", "path of a file"),
        (b"no image", "PNG, JPEG"),
        (np.zeros((2, 2, 2), dtype=np.uint8), "height by width"),
        (np.full((2, 2), 300), "0 to 255"),
        (np.full((2, 2), 1.5), "0 to 1"),
        (5, "path, bytes"),
    ],
)
def test_what_is_no_image_is_named(model, value, words):
    with pytest.raises(ArthurUserError, match=words) as caught:
        model.send_inferences([{"picture": value, "score": 0.5}])
    assert "row 0" in str(caught.value)


def test_directories_without_images_are_refused(model, tmp_path):
    with pytest.raises(UserValueError, match="no image files"):
        model.send_inferences(str(tmp_path), predictions=[])
    with pytest.raises(UserValueError, match="must be in a directory"):
        model.send_inferences(str(tmp_path / "absent"), predictions=[])


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 1), (4, 3, 3), (4, 3, 4)])
def test_arrays_are_written_as_pngs_others_can_read(shape):
    array = pixels(1, *shape)
    read = np.asarray(Picture.open(io.BytesIO(encode_png(array))))
    assert np.array_equal(read, array.reshape(read.shape))


@given(st.lists(st.none() | st.integers(0, 50)), st.integers(1, 100))
def test_cuts_cover_all_rows_and_stay_below_the_size(sizes, most):
    images = [None if size is None else Image(b"", "x.png", size) for size in sizes]
    covered = []
    for start, rows in split_by_size(images, most):
        held = [image.size for image in images[start : start + rows] if image is not None]
        assert sum(held) <= most or rows == 1 or len([size for size in held if size]) == 1
        covered += range(start, start + rows)
    assert covered == list(range(len(images)))


@given(st.lists(st.sampled_from(["a.png", "a-1.png", "a-2.png", "b.jpg"])))
def test_names_in_a_zip_are_distinct(names):
    given_names = unique_names([Image(b"", name, 1) for name in names])
    assert len(set(given_names)) == len(names)
    assert all(new.endswith(name[-4:]) for new, name in zip(given_names, names, strict=True))
