import json
import logging
import os
import subprocess
import sys
import zipfile

import pandas as pd
import pytest

from arthurai.common.exceptions import (
    ArthurUserError,
    MethodNotApplicableError,
    MissingParameterError,
    UserTypeError,
    UserValueError,
)
from arthurai.explain.output_validation import validate_predicted_attribute_order_matches_remote
from arthurai.explain.packager import ExplanationPackager


def packager(model, project, sample, **more):
    return ExplanationPackager(
        model,
        **{
            "df": sample,
            "project_directory": project,
            "user_predict_function_import_path": "entrypoint",
            "requirements_file": "requirements.txt",
            "seed": 0,
            **more,
        },
    )


def snapshot(folder):
    return {
        path.relative_to(folder): (path.stat().st_mtime_ns, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


LOAD = """
import dill, json, sys
explainer = dill.load(open(sys.argv[1], "rb"))
rows = json.loads(sys.argv[2])
print(json.dumps({
    "predictions": explainer.predict_tabular(rows).tolist(),
    "shap": explainer.explain_tabular("shap", rows, nsamples=200),
    "lime": explainer.explain_tabular("lime", rows, nsamples=200),
    "expected": explainer.shap_expected_values(),
}))
"""


@pytest.mark.heavy
def test_a_project_is_packed_tried_and_explained_elsewhere(
    model, project, sample, tmp_path, caplog
):
    (project / ".env").write_text("PASSWORD=hunter2")
    before = snapshot(project)
    path, modules, here = list(sys.path), set(sys.modules), os.getcwd()  # noqa: PTH109
    packed = packager(model, project, sample)
    with caplog.at_level(logging.INFO, "arthurai.explain"):
        files = {part.name: part for part in packed.prepare()}
    assert snapshot(project) == before
    assert (sys.path, os.getcwd()) == (path, here)  # noqa: PTH109
    assert not {"entrypoint", "helpers"} & (set(sys.modules) - modules)
    assert "entrypoint.py" in caplog.text
    assert ".env (hidden)" in caplog.text
    assert "hunter2" not in caplog.text
    assert set(files) == {"user_project.zip", "user_requirements_file.txt", "explainer.pkl"}
    assert files["user_requirements_file.txt"].source.startswith(b"numpy==")
    assert b"scikit-learn==" in files["user_requirements_file.txt"].source

    config = packed.get_request_config()
    assert config["python_version"] == f"{sys.version_info.major}.{sys.version_info.minor}"
    assert config["user_predict_function_import_path"] == "entrypoint"
    assert config["seed"] == 0
    assert "df" not in config

    unpacked = tmp_path / "elsewhere"
    with zipfile.ZipFile(files["user_project.zip"].source) as archive:
        archive.extractall(unpacked)
    rows = sample[["income", "region"]].head(3).to_numpy().tolist()
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(files["explainer.pkl"].source), json.dumps(rows)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(unpacked), *sys.path])},
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    for row, prediction, shap, p in zip(
        rows, found["predictions"], found["shap"], sample["p_paid"], strict=False
    ):
        # the complement comes as the platform orders it; the sum of SHAP values is exact
        assert sorted(prediction) == pytest.approx(sorted([p, 1 - p]))
        for output, scores in enumerate(shap):
            total = found["expected"][output] + sum(scores)
            assert total == pytest.approx(prediction[output], abs=1e-6), row
    assert found["expected"] == pytest.approx(config["shap_expected_values"])
    assert sum(found["expected"]) == pytest.approx(1)
    assert all(len(row) == 2 and len(row[0]) == 2 for row in found["lime"])


@pytest.mark.slow
def test_the_same_seed_gives_the_same_explainer(model, project, sample):
    first, second = (packager(model, project, sample, seed=7) for _ in range(2))
    values = []
    for packed in (first, second):
        files = {part.name: part for part in packed.prepare()}
        values.append(
            (
                files["user_project.zip"].source.read_bytes(),
                packed.get_request_config()["shap_expected_values"],
            )
        )
    assert values[0] == values[1]


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("import no_such_package_here", "No module named 'no_such_package_here'"),
        ("raise RuntimeError('no licence')", "no licence"),
        ("import sys; sys.exit(3)", "SystemExit"),
        ("import os; os._exit(3)", "ended with code 3"),
        ("x = 1", r"must define predict\(\)"),
        ("def predict(batch): return 1 / 0", "ZeroDivisionError"),
        ("def predict(batch): return [0.5]", r"shape \(60, 2\), with a column"),
        ("def predict(batch): return [[0.5, 0.2, 0.3]] * len(batch)", r"got shape \(60, 3\)"),
        ("def predict(batch): return [0.5] * len(batch)", "order"),
        ("def predict(batch): return [float('nan')] * len(batch)", "nan"),
        ("def predict(batch: return", "SyntaxError"),
    ],
)
def test_what_does_not_work_is_not_uploaded(model, project, sample, entry, message):
    (project / "entrypoint.py").write_text(entry)
    with pytest.raises(UserValueError, match=message):
        packager(model, project, sample).create()


@pytest.mark.heavy
def test_what_is_left_out_is_missed_before_anything_is_uploaded(model, project, sample):
    with pytest.raises(UserValueError, match="No module named 'helpers'"):
        packager(model, project, sample, ignore_dirs=["helpers"]).create()
    os.rename(project / "weights.json", project / ".weights.json")  # noqa: PTH104
    (project / "entrypoint.py").write_text(
        (project / "entrypoint.py").read_text().replace("weights.json", ".weights.json")
    )
    with pytest.raises(UserValueError, match=r"\.weights\.json"):
        packager(model, project, sample).create()


@pytest.mark.heavy
def test_a_name_that_is_taken(model, project, sample):
    os.rename(project / "entrypoint.py", project / "json.py")  # noqa: PTH104
    with pytest.raises(UserValueError, match="is taken"):
        packager(model, project, sample, user_predict_function_import_path="json").create()


@pytest.mark.heavy
def test_a_second_project_with_the_same_names(model, sample, tmp_path):
    for number in (0.125, 0.375):
        other = tmp_path / str(number)
        other.mkdir()
        (other / "entrypoint.py").write_text(f"def predict(batch): return [{number}] * len(batch)")
        (other / "requirements.txt").write_text("")
        with pytest.raises(
            UserValueError,
            match=r"returned (0\.125|0\.875) as output"
            if number == 0.125
            else r"returned (0\.375|0\.625) as",
        ):
            packager(model, other, sample).create()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"project_directory": "project"}, UserValueError, "absolute path"),
        (
            {"project_directory": "/no/such/place"},
            UserValueError,
            "must be a directory, got '/no/such/place'",
        ),
        (
            {"requirements_file": "needs.txt"},
            ArthurUserError,
            "requirements file 'needs.txt' not found",
        ),
        (
            {"requirements_file": "../elsewhere.txt"},
            ArthurUserError,
            "requirements file .* not found",
        ),
        ({"user_predict_function_import_path": "main"}, UserValueError, "no main.py"),
        ({"user_predict_function_import_path": "main.py!"}, UserValueError, "name of a module"),
        ({"python_version": "2.7"}, UserValueError, "python_version"),
        ({"explanation_algo": "magic"}, UserValueError, "'magic'"),
        ({"inference_consumer_score_percent": 50}, UserValueError, "0 to 1"),
        (
            {"explanation_nsamples": 0},
            UserValueError,
            "explanation_nsamples must be at least 1, got 0",
        ),
        ({"seed": 1.5}, UserTypeError, "seed"),
        ({"colour": "red"}, UserValueError, "unknown setting 'colour'"),
        ({"df": None}, MissingParameterError, "df is missing"),
        ({"ignore_dirs": "helpers"}, UserTypeError, "ignore_dirs must be a list"),
    ],
)
def test_impossible_settings(model, project, sample, change, error, message):
    with pytest.raises(error, match=message):
        packager(model, project, sample, **change).create()


@pytest.mark.heavy
def test_samples_that_do_not_fit(model, project, sample):
    with pytest.raises(UserValueError, match="missing are 'region'"):
        packager(model, project, sample.drop(columns="region")).create()
    with pytest.raises(
        UserValueError,
        match="must have a row without missing values; there is no value in 'income'",
    ):
        packager(model, project, sample.assign(income=None)).create()
    predicted = [attribute.name for attribute in model.get_attributes("PREDICTED_VALUE")]
    with pytest.raises(UserValueError, match="must have the predictions as well"):
        packager(
            model, project, sample.drop(columns=[n for n in predicted if n in sample])
        ).create()


@pytest.mark.slow
def test_rows_with_missing_values_are_left_out(model, project, sample, caplog):
    packager(model, project, sample.assign(income=[None, *sample["income"][1:]])).create()


def test_requirements_are_checked_first(model, project, sample):
    (project / "requirements.txt").write_text("numpy==0.0.1\n-e .\n")
    with pytest.raises(UserValueError, match=r"line 1[^$]*line 2"):
        packager(model, project, sample).create()


def test_settings_without_a_project():
    class Described:
        input_type = "TABULAR"

    only = ExplanationPackager(
        Described(),
        inference_consumer_score_percent=0.0,
        streaming_explainability_enabled=False,
        model_server_num_cpu="2",
        inference_consumer_num_cpu="500m",
        sdk_version="4.0.0 (local)",
        explanation_nsamples=None,
    )
    assert only.prepare() == []
    assert only.get_request_config() == {
        "inference_consumer_score_percent": 0.0,
        "streaming_explainability_enabled": False,
        "model_server_cpu": "2",
        "inference_consumer_cpu": "500m",
        "sdk_version": "4.0.0",
    }
    with pytest.raises(MethodNotApplicableError, match="create"):
        only.get_request_files()
    with pytest.raises(MissingParameterError, match="requirements_file"):
        ExplanationPackager(Described(), project_directory="/tmp").prepare()


def test_predictions_in_another_order_here_and_there(arthur, name, project, sample):
    mine = arthur.model(name, "TABULAR", "MULTICLASS")
    two = sample.assign(p_late=1 - sample["p_paid"])
    mine.build(
        two[["income", "region", "p_paid", "p_late", "paid"]],
        {"p_paid": "yes", "p_late": "no"},
        "p_paid",
        ground_truth_column="paid",
    )
    mine.save()
    validate_predicted_attribute_order_matches_remote(mine)
    mine.swap_predicted_attribute_positions(persist_if_saved=False)
    with pytest.raises(UserValueError, match=r"update\(\)"):
        packager(mine, project, two).create()


def test_any_kind_of_frame(model, project, sample):
    import polars as pl

    packed = packager(model, project, pl.from_pandas(pd.DataFrame(sample)))
    labels = {c.value: n for n, c in enumerate(model.get_attribute("region").categories)}
    assert set(labels) == {"north", "south", "east"}
    assert packed.build_categorical_lookup_table() == [None, labels]
