"""Explanations of texts and images end to end; slow, because libraries start in two processes each."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from arthurai.common.constants import ImageResponseType

pytestmark = pytest.mark.slow

TEXT_ENTRY = """
def predict(batch):
    return [min(1.0, text.split().count("good") / 4) for text in batch]
"""
IMAGE_ENTRY = """
import numpy as np
from PIL import Image

def load_image(path):
    return np.asarray(Image.open(path).convert("RGB"))

def predict(batch):
    return [np.asarray(image)[:24, :24].mean() / 255 for image in batch]
"""


def write(folder, entry, needs=""):
    folder.mkdir()
    (folder / "entrypoint.py").write_text(entry)
    (folder / "requirements.txt").write_text(needs)
    return folder


def test_texts(arthur, name, tmp_path):
    texts = ["good film", "bad film", "a good and good film", "dull"] * 15
    share = [text.split().count("good") / 4 for text in texts]
    reviews = pd.DataFrame({"text": texts, "liked": share, "stars": share})
    model = arthur.model(name, "NLP", "REGRESSION", text_delimiter=r"\s+")
    model.build(reviews, {"liked": "stars"})
    model.save()
    model.enable_explainability(
        df=reviews,
        project_directory=write(tmp_path / "texts", TEXT_ENTRY),
        user_predict_function_import_path="entrypoint",
        explanation_algo="shap",
        seed=1,
    )
    model.await_enrichments("explainability", timeout_min=3)
    assert model.get_enrichment("explainability")["config"]["explanation_algo"] == "lime"
    model.send_inferences(
        reviews.iloc[[2]],
        inference_timestamps=[pd.Timestamp("2026-03-01", tz="UTC")],
        partner_inference_ids=["review"],
    )
    (found,) = model.explain_inference("review", n_samples=400, sort="location")["explanation"]
    (scores,) = found["importance_scores"]
    assert [t["token"] for t in scores["tokens"]] == ["a", "good", "and", "good", "film"]
    values = [t["explanation_value"] for t in scores["tokens"]]
    assert values[1] == pytest.approx(0.25, abs=0.05)
    assert values[3] == pytest.approx(0.25, abs=0.05)


def test_images(arthur, name, tmp_path):
    from PIL import Image

    pixels = np.random.default_rng(0).integers(0, 40, (48, 48, 3)).astype(np.uint8)
    pixels[:24, :24] = 230
    path = tmp_path / "corner.png"
    Image.fromarray(pixels).save(path)
    pictures = pd.DataFrame({"picture": [str(path)] * 3, "bright": [0.9] * 3, "light": [0.9] * 3})
    model = arthur.model(name, "IMAGE", "REGRESSION", pixel_height=48, pixel_width=48)
    model.build(pictures, {"bright": "light"})
    model.save()
    answer = model.enable_explainability(
        project_directory=write(tmp_path / "images", IMAGE_ENTRY, "pillow\n"),
        user_predict_function_import_path="entrypoint",
        seed=1,
    )
    assert answer["explainability"]["config"]["explanation_algo"] == "lime"
    model.await_enrichments("explainability", timeout_min=3)
    model.send_inferences(
        pictures.head(1),
        inference_timestamps=[pd.Timestamp("2026-03-01", tz="UTC")],
        partner_inference_ids=["picture"],
    )
    (row,) = model.query({"select": [{"property": "picture"}]})
    saved = model.get_image(row["picture"], str(tmp_path), ImageResponseType.LimeExplanation)
    found = json.loads(Path(saved).read_bytes())
    assert np.shape(found["lime_segment_mask"]) == (48, 48)
    assert len(found["lime_region_mapping"]["0"]) == len(np.unique(found["lime_segment_mask"]))
