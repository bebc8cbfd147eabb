"""Long calls show how far they are where somebody watches, and nowhere else."""

import io
import sys

import numpy as np
import pandas as pd
import pytest
from builders import attribute, ground_truth, prediction, save_model

from arthurai.upload import uploader

ROWS = 6_000


class Screen(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def model(arthur):
    return save_model(
        arthur,
        [
            attribute("x"),
            prediction("p", attribute_link="y"),
            ground_truth("y", attribute_link="p"),
        ],
    )


@pytest.fixture
def table():
    return pd.DataFrame({"x": np.arange(ROWS) / 2, "p": 0.5})


@pytest.mark.parametrize(
    ("screen", "ci", "rows", "progress", "shown"),
    [
        (True, False, ROWS, None, True),
        (True, False, 100, None, False),
        (True, True, ROWS, None, False),
        (False, False, ROWS, None, False),
        (True, False, ROWS, False, False),
        (False, True, 100, True, True),
    ],
)
def test_a_bar_is_shown_to_those_who_wait(
    model, table, monkeypatch, screen, ci, rows, progress, shown
):
    monkeypatch.setattr(uploader, "BAR_DELAY_SECONDS", 0)
    if ci:
        monkeypatch.setenv("CI", "true")
    stream = Screen() if screen else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    model.send_inferences(table[:rows], progress=progress)
    assert ("inferences: 100%" in stream.getvalue()) is shown
    assert "Warning" not in stream.getvalue()


def test_a_call_that_is_done_at_once_shows_nothing(model, table, monkeypatch):
    monkeypatch.setattr(uploader, "BAR_DELAY_SECONDS", 60)
    monkeypatch.setattr(sys, "stderr", Screen())
    model.send_bulk_inferences(data=table.assign(partner_inference_id=table["x"].astype(str)))
    assert sys.stderr.getvalue() == ""
