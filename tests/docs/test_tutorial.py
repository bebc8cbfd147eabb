"""The tutorial shows what its program does: printed results and pictures."""

from __future__ import annotations

import re

import pytest
from PIL import Image

from scripts import tutorial_pictures as script


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Run the program of the page; give the page with its results, and its pictures."""
    text = script.PAGE.read_text("utf-8")
    return script.run_page(text, tmp_path_factory.mktemp("tutorial"), with_dashboard=False)


def test_the_page_shows_what_its_program_does(run):
    assert list(script.find_faults(*run)) == []


def test_another_result_is_noticed(run):
    filled, pictures = run
    (fault,) = script.find_faults(filled.replace("'failure': 0", "'failure': 1"), pictures)
    assert "'failure': 1" in fault


def test_another_picture_is_noticed(run):
    filled, pictures = run
    swapped = pictures | {"tutorial-drift": pictures["tutorial-accuracy"]}
    (fault,) = script.find_faults(filled, swapped)
    assert fault.startswith("tutorial-drift.webp shows something else")


def test_every_picture_of_the_pages_is_small_and_used():
    pages = "".join(page.read_text("utf-8") for page in script.DOCS.glob("*.md"))
    pictures = sorted(script.DOCS.glob("*.webp"))
    assert {path.name for path in pictures} == set(re.findall(r"\(([\w-]+\.webp)\)", pages))
    for path in pictures:
        assert path.stat().st_size <= script.MAX_PICTURE_BYTES
        assert Image.open(path).format == "WEBP"
