"""Every pair of input and output type: described, saved, read back equal."""

import datetime as dt
import io
import itertools

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis_profiles import examples
from PIL import Image

from arthurai.common.constants import InputType, OutputType, Stage, ValueType

ROWS = 24
RNG = np.random.default_rng(3)
P = RNG.random((ROWS, 3))

INPUTS = {
    InputType.Tabular: {
        "age": RNG.integers(18, 80, ROWS),
        "income": RNG.normal(size=ROWS),
        "city": ["Oslo", "Lima", "Rome", "Oslo"] * 6,
        "member": [True, False] * 12,
        "seen": pd.date_range("2024-01-01", periods=ROWS, tz="UTC"),
        "gaps": [1.0, None] * 12,
    },
    InputType.NLP: {"story": [f"story number {i}" for i in range(ROWS)]},
    InputType.Image: {"picture": [f"images/{i}.png" for i in range(ROWS)]},
    InputType.TimeSeries: {
        "load": [[{"timestamp": f"2024-01-{d:02}T00:00:00Z", "value": d / 2} for d in (1, 2)]]
        * ROWS
    },
}

OUTPUTS = {
    OutputType.Regression: (
        {"hat": P[:, 0], "amount": RNG.integers(0, 9, ROWS)},
        {"pred_to_ground_truth_map": {"hat": "amount"}},
    ),
    OutputType.Multiclass: (
        {"p0": P[:, 0], "p1": P[:, 1], "p2": P[:, 2], "label": ["a", "b", "c"] * 8},
        {
            "pred_to_ground_truth_map": {"p0": "a", "p1": "b", "p2": "c"},
            "ground_truth_column": "label",
        },
    ),
    OutputType.Multilabel: (
        {"p0": P[:, 0], "p1": P[:, 1], "g0": [0, 1] * 12, "g1": [1, 1] * 12},
        {"pred_to_ground_truth_map": {"p0": "g0", "p1": "g1"}},
    ),
    OutputType.RankedList: (
        {
            "best": [[{"item_id": "a", "label": "A", "score": 0.5}]] * ROWS,
            "good": [["a", "b"]] * ROWS,
        },
        {"pred_to_ground_truth_map": {"best": "good"}},
    ),
    OutputType.ObjectDetection: (
        {
            "found": [[[0, 0.9, 1, 2, 30, 40]]] * ROWS,
            "there": [[[1, 1.0, 1, 2, 30, 40]]] * ROWS,
        },
        {"pred_to_ground_truth_map": {"found": "there"}},
    ),
}
PAIRS = [
    (input_type, output_type)
    for input_type in INPUTS
    for output_type in OUTPUTS
    if output_type != OutputType.ObjectDetection or input_type == InputType.Image
]


def new_model(arthur, name, input_type, output_type):
    image = {"pixel_height": 20, "pixel_width": 30} if input_type == InputType.Image else {}
    text = {"text_delimiter": r"\W+"} if input_type == InputType.NLP else {}
    return arthur.model(
        partner_model_id=name,
        display_name=f"{input_type} {output_type}",
        description="one of each",
        input_type=input_type,
        output_type=output_type,
        tags=["one", "two"],
        **image,
        **text,
    )


def read_back(arthur, model):
    by_id = arthur.get_model(model.id)
    by_name = arthur.get_model(model.partner_model_id, id_type="partner_model_id")
    assert by_id.to_dict() == by_name.to_dict()
    ours, theirs = model.to_dict(), by_id.to_dict()
    order = [attribute["name"] for attribute in theirs["attributes"]]
    ours["attributes"].sort(key=lambda attribute: order.index(attribute["name"]))
    for attribute, told in zip(ours["attributes"], theirs["attributes"], strict=True):
        assert attribute == told
    assert ours == theirs
    return by_id


@pytest.mark.parametrize(("input_type", "output_type"), PAIRS)
def test_built_saved_and_read_back(arthur, name, input_type, output_type):
    columns, arguments = OUTPUTS[output_type]
    data = pd.DataFrame({**INPUTS[input_type], **columns})
    model = new_model(arthur, name, input_type, output_type)
    model.build(data, set_reference_data=input_type != InputType.Image, **arguments)
    model.validate_reference_data(data)
    model.save()
    fetched = read_back(arthur, model)
    assert set(fetched.get_attribute_names(Stage.ModelPipelineInput)) == set(INPUTS[input_type])
    fetched.validate_reference_data(data)
    if input_type != InputType.Image:
        count = {"select": [{"function": "count"}], "from": "reference"}
        assert fetched.query(count) == [{"count": ROWS}]


@pytest.mark.parametrize("input_type", INPUTS)
def test_text_generation_saved_and_read_back(arthur, name, input_type):
    model = new_model(arthur, name, input_type, OutputType.TokenSequence)
    plain = input_type in {InputType.Tabular, InputType.TimeSeries}
    model.build_token_sequence_model(
        list(INPUTS[input_type]) if plain else next(iter(INPUTS[input_type])),
        "answer",
        output_token_column="tokens",
        output_likelihood_column="odds",
        ground_truth_text_column="truth",
        data=pd.DataFrame(INPUTS[input_type]) if plain else None,
    )
    model.save()
    fetched = read_back(arthur, model)
    assert fetched.get_attribute("odds").value_type == ValueType.TokenLikelihoods


@pytest.mark.parametrize(
    ("predictions", "pairs", "arguments"),
    [
        (["p1"], {"p1": "g1", None: "g0"}, {}),
        (["p0", "p1"], {"p0": "g0", "p1": "g1"}, {"positive_predicted_attr": "p1"}),
        (["p1"], {"p1": 1}, {"ground_truth_column": "g1"}),
        (
            ["p0", "p1"],
            {"p0": 0, "p1": 1},
            {"ground_truth_column": "g1", "positive_predicted_attr": "p1"},
        ),
        (["p0", "p1", "p2"], {"p0": "g0", "p1": "g1", "p2": "g2"}, {}),
    ],
)
def test_classifiers_of_every_shape(arthur, name, predictions, pairs, arguments):
    truths = (
        [arguments["ground_truth_column"]]
        if arguments.get("ground_truth_column")
        else list(pairs.values())
    )
    data = pl.DataFrame(
        {
            "x": RNG.normal(size=ROWS),
            **{column: P[:, int(column[1])] for column in predictions},
            **{column: RNG.integers(0, 2, ROWS) for column in truths},
        }
    )
    model = new_model(arthur, name, InputType.Tabular, OutputType.Multiclass)
    model.build(data, pairs, **arguments)
    model.save()
    fetched = read_back(arthur, model)
    if len(pairs) < 3:
        assert fetched.get_positive_predicted_class() == "p1"
    assert fetched.classifier_threshold == 0.5


CELLS = {
    "ints": st.integers(-(2**63), 2**63 - 1),
    "few": st.integers(-3, 5),
    "floats": st.floats(allow_nan=True, allow_infinity=True),
    "whole": st.integers(0, 40).map(float),
    "text": st.text(max_size=8),
    "flags": st.booleans(),
    "times": st.datetimes(
        dt.datetime(1970, 1, 1),  # noqa: DTZ001 - bounds have no zone
        dt.datetime(2100, 1, 1),  # noqa: DTZ001 - bounds have no zone
        timezones=st.just(dt.UTC),
    ),
}
NAMES = st.from_regex(r"[a-zA-Z_äßж][a-zA-Z0-9_é]{0,9}", fullmatch=True)
TAKEN = {"hat", "truth", "batch_id", "partner_inference_id", "inference_id"}


@st.composite
def tables(draw):
    rows = draw(st.integers(1, 25))
    columns = {}
    for column in draw(
        st.lists(NAMES.filter(lambda name: name not in TAKEN), min_size=1, max_size=4, unique=True)
    ):
        kind = draw(st.sampled_from(sorted(CELLS)))
        cell = CELLS[kind] | st.none() if draw(st.booleans()) else CELLS[kind]
        columns[column] = draw(st.lists(cell, min_size=rows, max_size=rows))
    probability = st.lists(st.floats(0, 1), min_size=rows, max_size=rows)
    columns["hat"] = draw(probability)
    columns["truth"] = draw(st.lists(st.integers(0, 1), min_size=rows, max_size=rows))
    return draw(st.sampled_from([pd.DataFrame, pl.DataFrame, dict]))(columns)


_numbers = itertools.count()


@examples(10)
@given(table=tables(), output_type=st.sampled_from([OutputType.Regression, OutputType.Multiclass]))
def test_whatever_is_built_can_be_saved_with_its_data_and_read_back(arthur, table, output_type):
    model = arthur.model(f"generated-{next(_numbers)}", InputType.Tabular, output_type)
    if output_type == OutputType.Regression:
        model.build(table, {"hat": "truth"})
    else:
        seen = next(iter(table["truth"]))
        model.build(table, {"hat": int(seen)}, ground_truth_column="truth")
    model.save()
    fetched = read_back(arthur, model)
    count = {"select": [{"function": "count"}], "from": "reference"}
    assert fetched.query(count) == [{"count": len(table["hat"])}]


def encoded(array):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("table", "as_cell"),
    [
        (pd.DataFrame, np.asarray),
        (pd.DataFrame, Image.fromarray),
        (pd.DataFrame, encoded),
        (pl.DataFrame, encoded),
        (dict, encoded),
    ],
)
def test_images_need_no_files(arthur, name, table, as_cell):
    arrays = [RNG.integers(0, 255, (4, 6), dtype="uint8") for _ in range(4)]
    data = table(
        {
            "picture": [as_cell(array) for array in arrays],
            "p": [0.1, 0.9, 0.2, 0.7],
            "label": ["no", "yes", "no", "yes"],
        }
    )
    model = arthur.model(name, InputType.Image, OutputType.Multiclass)
    model.build(data, {"p": "yes"}, ground_truth_column="label")
    assert model.get_attribute("picture").value_type == ValueType.Image
    model.save()
    assert model.send_inferences(data)["counts"]["success"] == 4


def test_a_column_of_vectors_is_no_image(arthur, name):
    data = pd.DataFrame({"picture": [np.zeros(3)] * 4, "p": P[:4, 0], "label": ["a", "b"] * 2})
    model = arthur.model(name, InputType.Image, OutputType.Multiclass)
    model.build(data, {"p": "a"}, ground_truth_column="label")
    assert [attribute.name for attribute in model.attributes] == ["label", "p"]
