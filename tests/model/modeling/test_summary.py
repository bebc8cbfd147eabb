import importlib.util

import pandas as pd
import pytest

from arthurai.common.exceptions import MissingParameterError, UserValueError
from arthurai.model.attributes import ArthurAttribute
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
    with pytest.raises(UserValueError, match=r"must be fields of ArthurAttribute .* got 'colour'"):
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
