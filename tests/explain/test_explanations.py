"""Explanations end to end: uploaded by this package, computed by the embedded server."""

import pandas as pd
import pytest

from arthurai.common.exceptions import (
    MethodNotApplicableError,
    MissingParameterError,
    ResponseClientError,
    UserValueError,
)

pytestmark = pytest.mark.heavy

SLOPE = 0.05


@pytest.fixture(scope="module")
def explained(arthur, sample, kept_project):
    """A model whose inferences are explained by the project."""
    model = arthur.model("end to end", "TABULAR", "MULTICLASS")
    model.build(sample, {"p_paid": "yes"}, "p_paid", ground_truth_column="paid")
    model.save()
    answer = model.enable_explainability(
        df=sample,
        project_directory=kept_project,
        user_predict_function_import_path="entrypoint",
        explanation_nsamples=300,
        inference_consumer_score_percent=0.0,
        seed=5,
    )
    assert answer["explainability"]["enabled"]
    model.await_enrichments("explainability", timeout_min=3)
    model.send_inferences(
        sample.head(5),
        inference_timestamps=[pd.Timestamp("2026-03-01", tz="UTC")] * 5,
        partner_inference_ids=[f"loan-{i}" for i in range(5)],
    )
    return model


def scores(answer, predicted):
    (found,) = [e for e in answer["explanation"] if e["predicted_attribute_name"] == predicted]
    return {s["attribute_name"]: s["explanation_value"] for s in found["importance_scores"]}


def test_settings_arrive(explained):
    state = explained.get_enrichment("explainability")
    assert (state["enabled"], state["status"]) == (True, "Ready")
    config = state["config"]
    assert config["user_predict_function_import_path"] == "entrypoint"
    assert (config["explanation_nsamples"], config["seed"]) == (300, 5)
    assert config["inference_consumer_score_percent"] == 0.0
    assert len(config["shap_expected_values"]) == 2
    assert explained.get_enrichments()["explainability"] == state


def test_shap_values_add_up_to_the_prediction(explained, sample):
    for number in (0, 3):
        answer = explained.explain_inference(f"loan-{number}", algorithm="SHAP")
        start = {
            e["predicted_attribute_name"]: e["expected_value"] for e in answer["expected_value"]
        }
        total = start["p_paid"] + sum(scores(answer, "p_paid").values())
        assert total == pytest.approx(sample["p_paid"][number], abs=1e-4)


def test_a_row_with_a_missing_input_has_no_scores_and_says_why(explained, sample, caplog):
    row = sample.head(1).assign(income=None)
    moment = [pd.Timestamp("2026-03-02", tz="UTC")]
    explained.send_inferences(row, inference_timestamps=moment, partner_inference_ids=["gap"])
    with caplog.at_level("WARNING", logger="arthurai"):
        answer = explained.explain_inference("gap", algorithm="shap")
    assert {entry["reason"] for entry in answer["explanation"]} == {"no value of 'income'"}
    assert scores(answer, "p_paid") == {"income": None, "region": None}
    assert "inference 'gap' cannot be explained: no value of 'income'" in caplog.text


def test_lime_finds_the_slope(explained, sample):
    answer = explained.explain_inference("loan-1", n_samples=2000)
    found = scores(answer, "p_paid")
    assert set(found) == {"income", "region"}
    assert found["income"] > 0
    (other,) = {e["predicted_attribute_name"] for e in answer["explanation"]} - {"p_paid"}
    assert scores(answer, other)["income"] == pytest.approx(-found["income"], rel=0.2)
    ordered = explained.explain_inference("loan-1", sort="-value")["explanation"][0]
    values = [s["explanation_value"] for s in ordered["importance_scores"]]
    assert values == sorted(values, reverse=True)
    one = explained.explain_inference("loan-1", page=2, page_size=1)["explanation"][0]
    assert len(one["importance_scores"]) <= 1


def test_impossible_questions(explained):
    with pytest.raises(UserValueError, match="'lime', 'shap'"):
        explained.explain_inference("loan-1", algorithm="magic")
    with pytest.raises(UserValueError, match="sort must be one of"):
        explained.explain_inference("loan-1", sort="")
    with pytest.raises(UserValueError, match="page must be a positive integer"):
        explained.explain_inference("loan-1", page=0)
    with pytest.raises(ResponseClientError):
        explained.explain_inference("no-such-loan")


def test_settings_change_without_a_project(explained):
    before = {"config": {"explanation_nsamples": 200, "streaming_explainability_enabled": False}}
    given = {"explainability": {"enabled": True, **before}}
    explained.update_enrichments(given)
    assert given == {"explainability": {"enabled": True, **before}}
    explained.await_enrichments("explainability", timeout_min=3)
    config = explained.get_enrichment("explainability")["config"]
    assert config["explanation_nsamples"] == 200
    assert config["streaming_explainability_enabled"] is False
    assert config["seed"] == 5


def test_what_is_needed(arthur, name, model, sample, kept_project):
    project = {"project_directory": kept_project, "user_predict_function_import_path": "entrypoint"}
    with pytest.raises(MissingParameterError, match="df is missing"):
        model.enable_explainability(**project)
    with pytest.raises(MissingParameterError, match="project_directory"):
        model.enable_explainability(sample, None, "entrypoint")
    with pytest.raises(MissingParameterError, match="predict"):
        model.enable_explainability(sample, kept_project)
    with pytest.raises(MissingParameterError, match="requirements_file"):
        model.enable_explainability(sample, **project, requirements_file=None)
    texts = arthur.model(name, "NLP", "REGRESSION")
    texts.build(
        pd.DataFrame({"text": ["a b", "c"], "p": [0.5, 0.25], "y": [0.5, 0.5]}),
        {"p": "y"},
    )
    texts.save()
    texts.text_delimiter = None
    with pytest.raises(MissingParameterError, match="text_delimiter"):
        texts.enable_explainability(sample, **project)


def test_the_explainer_goes(arthur, name, sample):
    model = arthur.model(name, "TABULAR", "MULTICLASS")
    model.build(sample, {"p_paid": "yes"}, "p_paid", ground_truth_column="paid")
    model.save()
    model.delete_explainer()
    assert not model.get_enrichment("explainability")["enabled"]
    with pytest.raises(ResponseClientError):
        model.explain_inference("loan-1")
    with pytest.raises(MethodNotApplicableError):
        arthur.model("x", "TABULAR", "MULTICLASS").delete_explainer()
