import importlib.util
import io
import math
import sys

import pandas as pd
import pytest

from arthurai.common.exceptions import (
    ArthurTimeoutError,
    MissingParameterError,
    ResponseClientError,
    UserValueError,
)
from arthurai.model import status_waiter
from arthurai.model.attributes import ArthurAttribute
from arthurai.model.enrichment_status_waiter import await_enrichments_ready
from arthurai.model.model import ArthurModel
from arthurai.model.modeling.summary import AttributeTable


@pytest.fixture
def model():
    return ArthurModel(
        "m",
        "TABULAR",
        "REGRESSION",
        attributes=[
            ArthurAttribute(
                "colour",
                "STRING",
                "PIPELINE_INPUT",
                position=0,
                categorical=True,
                categories=["r", {"value": "b", "label": "<Blue>"}],
            ),
            ArthurAttribute("hat", "FLOAT", "PREDICTED_VALUE", min_range=0, max_range=1.5),
        ],
    )


def test_review_is_a_frame(model):
    table = model.review()
    assert list(table.columns) == [
        "name",
        "stage",
        "value_type",
        "categorical",
        "is_unique",
        "categories",
        "bins",
        "range",
        "monitor_for_bias",
    ]
    assert set(table.dtypes) == {pd.Series(dtype=object).dtype}
    assert list(table["range"]) == ["[None, None]", "[0, 1.5]"]
    assert table["categories"][0] == ["{value: r}", "{label: <Blue>, value: b}"]


def test_review_of_a_stage_and_of_chosen_fields(model):
    table = model.review(stage="PREDICTED_VALUE", props=["data_type", "position", "cutoffs"])
    assert list(table.columns) == ["name", "value_type", "position", "bins"]
    assert list(table["name"]) == ["hat"]
    with pytest.raises(UserValueError, match="'colour' to review"):
        model.review(props=["colour"])
    with pytest.raises(MissingParameterError, match="no attributes"):
        ArthurModel("m", "TABULAR", "REGRESSION").review()


def test_review_reads_raw_categories(model):
    model.attributes[0].categories.append("late")
    assert model.review()["categories"][0][-1] == "{value: late}"


def test_review_can_be_displayed(model, capsys):
    assert model.review(props=["value_type"], print_df=True) is None
    assert "colour" in capsys.readouterr().out


def test_review_without_pandas(model, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *a: None if name == "pandas" else find(name, *a)
    )
    table = model.review()
    assert isinstance(table, AttributeTable)
    assert len(table) == 2
    assert table["name"] == ["colour", "hat"]
    lines = repr(table).splitlines()
    assert lines[0].split() == table.columns
    assert len(lines) == 3
    page = table._repr_html_()
    assert "<td>{value: r}, {label: &lt;Blue&gt;, value: b}</td>" in page
    assert page.count("<tr>") == 3


def states(*values):
    left = list(values)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def wait(look, **more):
    return status_waiter.wait_until(
        look,
        lambda state: state == "done",
        **{"what": "the thing", "timeout_min": 1, "message": "Waiting", **more},
    )


@pytest.fixture
def pauses(monkeypatch):
    """Time that passes by sleeping only."""
    slept = []
    monkeypatch.setattr(status_waiter.time, "sleep", slept.append)
    monkeypatch.setattr(status_waiter.time, "monotonic", lambda: math.fsum(slept))
    return slept


def test_waiting_polls_ever_more_rarely(pauses):
    assert wait(states(*["busy"] * 20, "done"), timeout_min=None) == "done"
    assert pauses[:2] == [0.1, pytest.approx(0.15)]
    assert pauses[-1] == 5
    assert pauses == sorted(pauses)


def test_waiting_ends_in_time(pauses):
    with pytest.raises(ArthurTimeoutError, match=r"0\.5 minutes for the thing.*'busy'"):
        wait(states("busy"), timeout_min=0.5)
    assert math.fsum(pauses) == pytest.approx(30)


def test_waiting_without_limit_says_so_from_time_to_time(pauses, caplog):
    caplog.set_level("INFO", "arthurai")
    wait(states(*["busy"] * 40, "done"), timeout_min=None, update_message="still waiting")
    assert caplog.text.count("still waiting") == int(math.fsum(pauses) // 60)


def test_the_log_says_once_that_there_is_a_wait_where_nobody_watches(pauses, caplog):
    caplog.set_level("INFO", "arthurai")
    wait(states("done"))
    assert caplog.messages == []
    wait(states("busy", "busy", "done"))
    assert caplog.messages == ["Waiting (busy)."]


def test_progress_shows_on_a_terminal(pauses, monkeypatch):
    screen = io.StringIO()
    screen.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", screen)
    wait(states("busy", "done"))
    assert "Waiting (busy, 0 s)" in screen.getvalue()


def test_faults_of_looking_are_passed_on(pauses):
    def look():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        wait(look)


@pytest.mark.faults
def test_enrichments_are_awaited(platform, pauses):
    model = ArthurModel("m", "TABULAR", "REGRESSION", client=platform.connect(), id="m-1")
    answers = [
        {"hotspots": {"status": "Pending"}, "explainability": {"status": "Disabled"}},
        {"hotspots": {"status": "Ready"}, "explainability": {"status": "Disabled"}},
    ]
    platform.answer = lambda *_: (200, answers.pop(0))
    await_enrichments_ready(model)
    assert answers == []
    platform.answer = lambda *_: (200, {"hotspots": {"status": "Failed"}})
    with pytest.raises(UserValueError, match=r"hotspots.*wait_for_enrichments=False"):
        await_enrichments_ready(model)
    platform.answer = lambda *_: (404, {"error": "no"})
    with pytest.raises(ResponseClientError) as caught:
        await_enrichments_ready(model)
    assert any("enrichments of model 'm'" in note for note in caught.value.__notes__)
