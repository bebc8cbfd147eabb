"""Figures of fixed values look like their baselines, in `baseline/`.

After a wanted change of the plots, renew the baselines and look at each of them:

    ARTHURAI_RENEW_BASELINES=1 python -m pytest tests/model/viz/test_rendering.py

Other versions of matplotlib and of its font library move letters and edges by a pixel or two.
Pictures count as equal when nearly all ink of each has ink of the other near it: what moved a little
makes no difference, a line, a label or a legend that is missing does.
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image, ImageFilter

from . import pictures

pytestmark = pytest.mark.heavy

BASELINES = Path(__file__).parent / "baseline"
RENEW = bool(os.environ.get("ARTHURAI_RENEW_BASELINES"))
DPI = 60
INK = 200  # levels of gray; darker pixels are ink
NEAR = 3  # pixels
MOST_DISPLACED = 500  # pixels
MOST_BYTES = 60_000


@pytest.fixture(autouse=True)
def plain_style():
    with mpl.rc_context({**mpl.rcParamsDefault, "backend": "Agg"}):
        yield
    plt.close("all")


def rendered(figure) -> Image.Image:
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=DPI, metadata={"Software": None})
    return Image.open(buffer).convert("L")


def displaced(one: Image.Image, other: Image.Image) -> int:
    """Count the pixels of ink in either picture that have no ink near them in the other one."""
    assert one.size == other.size
    far = []
    for here, there in ((one, other), (other, one)):
        ink = np.asarray(here) < INK
        near = np.asarray(there.filter(ImageFilter.MinFilter(2 * NEAR + 1))) < INK
        far.append(int((ink & ~near).sum()))
    return max(far)


def distance(drawn: Image.Image, name: str) -> int:
    return displaced(drawn, Image.open(BASELINES / f"{name}.png").convert("L"))


@pytest.mark.parametrize("name", pictures.ALL)
def test_a_figure_looks_like_its_baseline(name):
    drawn = rendered(pictures.ALL[name]())
    path = BASELINES / f"{name}.png"
    if RENEW:
        drawn.quantize(16).save(path, optimize=True)
    assert distance(drawn, name) <= MOST_DISPLACED


def test_there_is_a_small_baseline_for_each_figure_and_no_other():
    assert {path.stem for path in BASELINES.iterdir()} == set(pictures.ALL)
    assert max(path.stat().st_size for path in BASELINES.iterdir()) < MOST_BYTES


def without_a_line(figure):
    figure.axes[0].get_lines()[1].remove()


def without_the_legend(figure):
    figure.legends[0].remove()


def without_the_title(figure):
    figure.axes[0].set_title("", loc="left")


def without_the_label_of_the_axis(figure):
    figure.axes[0].set_ylabel("")


def without_dates(figure):
    figure.axes[0].tick_params(axis="x", labelbottom=False)


def with_shorter_dates(figure):
    figure.axes[0].xaxis.set_major_formatter("x")


@pytest.mark.parametrize(
    "damage",
    [
        without_a_line,
        without_the_legend,
        without_the_title,
        without_the_label_of_the_axis,
        without_dates,
        with_shorter_dates,
    ],
)
def test_damage_is_seen(damage):
    figure = pictures.lines_with_gaps()
    damage(figure)
    assert distance(rendered(figure), "lines_with_gaps") > MOST_DISPLACED


def without_a_category(figure):
    figure.axes[0].containers[1].remove()


def without_the_legend_of_categories(figure):
    figure.axes[0].get_legend().remove()


@pytest.mark.parametrize("damage", [without_a_category, without_the_legend_of_categories])
def test_damage_of_bars_is_seen(damage):
    figure = pictures.few_categories()
    damage(figure)
    assert distance(rendered(figure), "few_categories") > MOST_DISPLACED


@pytest.mark.parametrize(
    "name", ["lines_with_gaps", "few_categories", "ridges", "groups", "curves"]
)
def test_slightly_other_letters_make_no_difference(name):
    with mpl.rc_context({"font.size": 10.05, "text.hinting": "none"}):
        drawn = rendered(pictures.ALL[name]())
    assert distance(drawn, name) <= MOST_DISPLACED
