"""Values of the enum-like classes are taken as text in any case, everywhere."""

import pytest
from builders import attribute, prediction, unsaved_model

from arthurai import (
    AlertRuleBound,
    AlertRuleSeverity,
    ArthurAttribute,
    Enrichment,
    InputType,
    OutputType,
    Stage,
    UserValueError,
    ValueType,
)
from arthurai.common.checks import check_choice, spell_choice
from arthurai.model.alerts import AlertRule
from arthurai.model.metrics import MetricType
from arthurai.query import drift


@pytest.mark.parametrize(
    "choices",
    [InputType, OutputType, ValueType, Stage, Enrichment, MetricType, AlertRuleBound],
    ids=lambda choices: choices.__name__,
)
def test_every_value_is_found_in_every_spelling(choices):
    for value in choices.list():
        for text in (
            value,
            value.lower(),
            value.upper(),
            value.title(),
            value.replace("_", "-"),
            value.replace("_", " "),
            value.replace("_", "").capitalize(),
        ):
            assert check_choice("x", text, choices.list()) == value
            assert spell_choice(text, choices.values()) == value


def test_an_exact_value_wins_and_what_is_no_choice_stays():
    assert check_choice("x", "AB", ["a_b", "AB"]) == "AB"
    assert spell_choice("other", ["a"]) == "other"
    for value in (None, 3, ["a"], {}):
        assert spell_choice(value, ["a"]) == value
        with pytest.raises(UserValueError, match="x must be one of 'a'"):
            check_choice("x", value, ["a"])
    with pytest.raises(UserValueError, match="did you mean 'TABULAR'"):
        check_choice("input_type", "tabluar", InputType.list())


def test_attributes_models_and_rules_hold_the_spelling_of_the_api():
    one = ArthurAttribute(name="a", value_type="float", stage="Pipeline Input")
    assert (one.value_type, one.stage) == (ValueType.Float, Stage.ModelPipelineInput)
    one.value_type = "unstructuredText"
    assert one.value_type == ValueType.Unstructured_Text
    assert one.set(value_type="String").value_type == ValueType.String
    rule = AlertRule(bound="UPPER", threshold=1, metric_id="m", severity="Critical")
    assert (rule.bound, rule.severity) == (AlertRuleBound.Upper, AlertRuleSeverity.Critical)

    model = unsaved_model(
        "regression",
        "tabular",
        attributes=[attribute("income"), prediction("p")],
    )
    assert (model.input_type, model.output_type) == (InputType.Tabular, OutputType.Regression)
    assert [a.name for a in model.get_attributes("predicted_value")] == ["p"]
    assert model.get_attribute_names(value_type="float") == ["income", "p"]
    assert model.get_attribute("p", "Predicted Value").name == "p"
    model.add_attribute("region", "string", "non_input_data", is_unique=True)
    assert model.get_attribute("region").stage == Stage.NonInputData
    model.infer_schema({"kind": ["a", "b"]}, "pipeline-input")
    assert model.get_attribute("kind").stage == Stage.ModelPipelineInput
    assert len(model.review(stage="pipeline_input")) == 2
    model.remove_attribute("region", "NON_input_data")
    assert "region" not in model.get_attribute_names()


def test_calls_take_text_in_any_case(arthur):
    model = arthur.model(display_name="m", input_type="Tabular", output_type="multi-class")
    assert (model.input_type, model.output_type) == ("TABULAR", "MULTICLASS")
    model.build(
        {"x": [1.5, 2.5, 3.25], "p": [0.1, 0.5, 0.9], "y": ["no", "no", "yes"]},
        {"p": "yes"},
        "p",
        ground_truth_column="y",
    )
    model.save()
    metric = model.get_metrics(metric_type="Model Performance Metric")[0]
    rule = model.create_alert_rule(metric, bound="Lower", threshold=0.5, severity="WARNING")
    assert (rule.bound, rule.severity) == ("lower", "warning")
    assert model.get_alerts(status="New") == []
    assert model.get_enrichment("Anomaly-Detection")["status"]
    model.update_enrichments({"HOTSPOTS": {"enabled": False}})
    assert arthur.get_model(model.partner_model_id, "Partner_Model_ID").id == model.id
    account = arthur.create_service_account("reader", "model owner")
    assert account["description"] == "reader"
    assert model.query({"select": [{"function": "count"}]}, "BASE", as_frame="Pandas").shape == (
        1,
        1,
    )
    query = drift("x", metric="psi", base="Reference", target="Inference", missing_values="Ignore")
    assert (query["metric"], query["base"]["source"]) == ("PSI", "reference")
    assert query["missing_values"] == "ignore"
