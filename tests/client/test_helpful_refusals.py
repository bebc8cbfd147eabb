"""Typical mistakes are answered with what was probably meant."""

from __future__ import annotations

import copy
import re
from datetime import datetime

import pandas as pd
import pytest
from builders import NOW, regression, regression_rows, save_model, unique_name

from arthurai import ArthurAI, query
from arthurai.common.exceptions import (
    ArthurUserError,
    MethodNotApplicableError,
    MissingParameterError,
    NotFoundError,
    ResponseClientError,
    UserTypeError,
    UserValueError,
)
from arthurai.model.attributes import ArthurAttribute
from arthurai.query import expressions


@pytest.fixture(scope="module")
def model(arthur):
    return save_model(arthur, regression())


@pytest.mark.parametrize("word", ["BINARY", "binary_classification", "Classifier"])
def test_classifiers_are_multiclass(arthur, word):
    with pytest.raises(UserValueError, match="a classifier is MULTICLASS, also one with two"):
        arthur.model("m", "TABULAR", word)


def test_a_class_in_the_place_of_its_column_is_explained(arthur):
    table = pd.DataFrame({"x": [1.0] * 4, "p": [0.1] * 4, "t": ["yes", "no"] * 2})
    model = arthur.model("m", "TABULAR", "MULTICLASS")
    with pytest.raises(
        UserValueError, match=r"not have: 'yes'.*classes, name their column: ground"
    ):
        model.build(table, {"p": "yes"}, "p")


def test_an_address_that_means_the_embedded_server_is_recognized():
    with pytest.raises(MissingParameterError, match=r'url="local://" and needs none'):
        ArthurAI(url="local")
    with pytest.raises(MissingParameterError) as caught:
        ArthurAI(url="https://arthur.example.com")
    assert "local://" not in str(caught.value)


@pytest.mark.parametrize("id_type", ["id", "partner_model_id"])
def test_a_display_name_in_the_place_of_an_id_leads_to_the_id(arthur, id_type):
    name = unique_name()
    saved = save_model(arthur, regression(), display_name=name)
    with pytest.raises(NotFoundError, match=f"{saved.id}' is the id of the model with this disp"):
        arthur.get_model(name, id_type=id_type)
    with pytest.raises(NotFoundError) as caught:
        arthur.get_model(unique_name("other"), id_type="partner_model_id")
    assert "display name" not in str(caught.value)


def test_misspelt_names_of_metrics_get_suggestions(model, caplog):
    known = model.get_metrics()[0]
    wrong = known.name[:1] + known.name[2:]
    meant = re.escape(f"did you mean {known.name!r}")
    with pytest.raises(ArthurUserError, match=f"{meant}, whose id is '{known.id}'"):
        model.evaluate_metric(wrong)
    with pytest.raises(ResponseClientError, match=f"{meant}, whose id is '{known.id}'"):
        model.create_alert_rule(wrong, "lower", 0.5, "warning")
    assert model.get_metrics(metric_name=wrong) == []
    assert re.search(meant, caplog.text)
    caplog.clear()
    assert model.get_metrics(metric_name="zzzzzz") == []
    assert caplog.text == ""


def test_unknown_roles_are_answered_with_the_known_ones(arthur):
    with pytest.raises(ResponseClientError, match='"Nobody" is not one of "User", "Model Owner"'):
        arthur.create_service_account("d", "Nobody")


def test_refusals_end_with_what_is_wrong(model):
    with pytest.raises(ResponseClientError) as caught:
        model.query({"select": [{"property": "zz"}]})
    text = str(caught.value)
    assert "select[0].property: unknown property 'zz'" in text
    assert re.search(r"'word' \[request id \w+\]$", text)


@pytest.mark.parametrize(
    "combine",
    [
        lambda a, b: a > 1 & b > 2,
        lambda a, b: a > 1 | b > 2,
        lambda a, b: a & b,
        lambda a, b: (a > 1) | (b > 2),
    ],
)
def test_operators_of_data_frames_are_explained(combine):
    with pytest.raises(UserTypeError, match="pass several conditions to where"):
        combine(query.col("a"), query.col("b"))


def test_times_without_a_zone_in_queries_are_reported_once(model, caplog):
    expressions._report_naive_times.cache_clear()
    late = query.col("inference_timestamp") > datetime(2020, 1, 1)  # noqa: DTZ001 - the point
    for _ in range(2):
        model.query(query.select(query.count()).where(late))
    model.query(query.select(query.count()).where(query.col("inference_timestamp") > NOW))
    assert caplog.text.count("without a zone in a query is read as UTC") == 1


def test_attributes_that_can_no_longer_reach_the_server_are_refused_when_changed(arthur):
    model = save_model(arthur, regression())
    model.rename_attribute("word", "term", "PIPELINE_INPUT")
    model.rename_attribute("term", "word", "PIPELINE_INPUT")
    amount, word = model.get_attribute("amount"), model.get_attribute("word")
    word.set(categorical=True, categories=["a", "b"])
    model.update()
    model.send_inferences(regression_rows([1.0]))
    before = model.to_dict()
    for change in (
        lambda: model.add_attribute("late", "FLOAT", "PIPELINE_INPUT"),
        lambda: model.rename_attribute("amount", "sum", "PIPELINE_INPUT"),
        lambda: amount.set(label="Amount", monitor_for_bias=True),
        lambda: amount.set(range=[0, 7]),
        lambda: amount.set(bins=[0, 1, 2]),
        lambda: setattr(amount, "value_type", "STRING"),
        lambda: word.set(categories=["a", "b", "c"]),
        lambda: model.set_attribute_labels("word", {"a": "A"}),
        lambda: model.set_attribute_as_sensitive("amount"),
        lambda: model.set_predict_function_input_order(["word", "amount"]),
    ):
        with pytest.raises(MethodNotApplicableError, match="only labels of its attributes"):
            change()
    assert model.to_dict() == before

    amount.set(label="Amount", value_type="FLOAT", monitor_for_bias=False)
    model.set_attribute_labels("word", {"a": "A", "b": "B"})
    model.update()
    model.send_inferences(regression_rows([2.0], stem="later"))
    fetched = arthur.get_model(model.id)
    assert fetched.get_attribute("amount").label == "Amount"
    assert [c.label for c in fetched.get_attribute("word").categories] == ["A", "B"]
    twin = copy.deepcopy(amount)
    with pytest.raises(MethodNotApplicableError):
        twin.set(categorical=True, is_unique=True)
    assert twin == amount == ArthurAttribute.from_dict(amount.to_dict())


def test_a_misspelt_name_of_a_model_gets_a_suggestion(arthur):
    model = save_model(arthur, regression(), display_name=unique_name("Loans"))
    for meant in (model.display_name, model.partner_model_id):
        with pytest.raises(NotFoundError, match=rf"did you mean .*{re.escape(repr(meant))}"):
            arthur.get_model(f"{meant}x")
