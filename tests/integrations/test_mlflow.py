"""Models that MLflow has logged, with the real library, which is not a part of the dev extra."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression

from arthurai import Stage, ValueType
from arthurai.common.exceptions import MissingParameterError, UserValueError

mlflow = pytest.importorskip(
    "mlflow", reason="MLflow is too big for the dev extra: pip install mlflow-skinny"
)

from mlflow.models import infer_signature  # noqa: E402 - only where it is installed
from mlflow.types import ColSpec, DataType, Schema  # noqa: E402

from arthurai.integrations.mlflow import from_mlflow  # noqa: E402

pytestmark = pytest.mark.heavy

IRIS = load_iris(as_frame=True)
SPECIES = pd.Series(IRIS.target_names[IRIS.target], name="species")


@pytest.fixture(autouse=True)
def tracking(tmp_path, monkeypatch):
    """Keep runs in a directory of the test."""
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri((tmp_path / "runs").as_uri())
    mlflow.set_registry_uri((tmp_path / "runs").as_uri())
    mlflow.set_experiment("tests")


def log(estimator, inputs, signature, **more):
    return mlflow.sklearn.log_model(
        estimator,
        name="model",
        signature=signature,
        serialization_format="cloudpickle",
        pip_requirements=[],
        **more,
    )


class Echo(mlflow.pyfunc.PythonModel):
    """A model of no library."""

    def predict(self, context, model_input, params=None):
        return np.zeros(len(model_input))


def test_a_logged_classifier_is_monitored_from_its_signature(arthur):
    estimator = LogisticRegression(max_iter=1000).fit(IRIS.data, SPECIES)
    signature = infer_signature(IRIS.data, estimator.predict(IRIS.data))
    info = log(estimator, IRIS.data, signature)
    model = from_mlflow(arthur, info.model_uri, ground_truth="species")
    assert model.output_type == "MULTICLASS"
    assert model.get_attribute_names(Stage.PredictedValue) == [
        "p_setosa",
        "p_versicolor",
        "p_virginica",
    ]
    inputs = model.get_attributes(Stage.ModelPipelineInput)
    assert [a.label for a in inputs] == list(IRIS.data.columns)
    assert {a.value_type for a in inputs} == {ValueType.Float}
    found = arthur.get_model(f"mlflow-{info.model_uuid}", id_type="partner_model_id")
    assert found.id == model.id
    model.send_inferences(IRIS.data, estimator, ground_truths=SPECIES, extra="error")
    [row] = model.query({"select": [{"function": "accuracyRateMulticlass"}]})
    assert row["accuracyRateMulticlass"] == estimator.score(IRIS.data, SPECIES)


def test_a_registered_model_of_two_classes_has_its_name(arthur):
    labels = (IRIS.target > 0).astype(int)
    estimator = LogisticRegression(max_iter=1000).fit(IRIS.data, labels)
    signature = infer_signature(IRIS.data, estimator.predict(IRIS.data))
    log(estimator, IRIS.data, signature, registered_model_name="not-setosa")
    model = from_mlflow(arthur, "models:/not-setosa/1", partner_model_id=None, tags=["iris"])
    assert (model.display_name, model.tags) == ("not-setosa", ["iris"])
    assert model.get_positive_predicted_class() == "p_1"
    model.send_inferences(IRIS.data, estimator, ground_truths=labels)
    [row] = model.query({"select": [{"function": "accuracyRate"}]})
    assert row["accuracyRate"] == estimator.score(IRIS.data, labels)


def test_a_regressor_and_inputs_of_every_type(arthur):
    data = pd.DataFrame(
        {
            "whole": [1, 2, 3],
            "real": [0.5, 1.5, 2.5],
            "word": ["a", "b", "a"],
            "flag": [True, False, True],
            "when": pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-03"]),
        }
    )
    info = mlflow.pyfunc.log_model(
        name="model",
        python_model=Echo(),
        signature=infer_signature(data, np.zeros(3)),
        pip_requirements=[],
    )
    model = from_mlflow(arthur, info.model_uri, display_name="Echo")
    assert {a.name: a.value_type for a in model.get_attributes(Stage.ModelPipelineInput)} == {
        "whole": ValueType.Integer,
        "real": ValueType.Float,
        "word": ValueType.String,
        "flag": ValueType.Boolean,
        "when": ValueType.Timestamp,
    }
    loaded = mlflow.pyfunc.load_model(info.model_uri)
    sent = model.send_inferences(
        data, loaded.predict(data), tz="UTC", ground_truths=[1.0, 2.0, 3.0]
    )
    assert sent.accepted == 3
    data["when"] = data["when"].dt.tz_localize("UTC")
    model.set_reference_data(data=data.assign(prediction=0.0, target=1.0))


def test_an_array_gets_names(arthur):
    inputs = IRIS.data.to_numpy()
    estimator = LinearRegression().fit(inputs, IRIS.target)
    info = log(estimator, inputs, infer_signature(inputs, estimator.predict(inputs)))
    model = from_mlflow(arthur, info.model_uri)
    assert model.get_attribute_names(Stage.ModelPipelineInput) == ["x0", "x1", "x2", "x3"]
    model.send_inferences(inputs, estimator, ground_truths=IRIS.target.astype(float))
    [row] = model.query({"select": [{"function": "count"}]})
    assert row["count"] == 150


def log_echo(signature):
    return mlflow.pyfunc.log_model(
        name="model", python_model=Echo(), signature=signature, pip_requirements=[]
    ).model_uri


def test_classes_that_cannot_be_found_are_asked_for(arthur):
    uri = log_echo(infer_signature(pd.DataFrame({"x": [0.5]}), np.array(["yes"])))
    with pytest.raises(MissingParameterError, match="classes is missing"):
        from_mlflow(arthur, uri)
    model = from_mlflow(arthur, uri, classes=["no", "yes"])
    assert model.get_attribute_names(Stage.PredictedValue) == ["p_no", "p_yes"]


def test_models_that_no_attribute_describes_are_refused(arthur):
    with pytest.raises(UserValueError, match="has no signature"):
        from_mlflow(arthur, log_echo(None))
    binary = mlflow.models.ModelSignature(inputs=Schema([ColSpec(DataType.binary, "picture")]))
    with pytest.raises(UserValueError, match="'picture' of the signature holds binary"):
        from_mlflow(arthur, log_echo(binary))
    cube = infer_signature(np.zeros((2, 3, 4)), np.zeros(2))
    with pytest.raises(UserValueError, match="tensors"):
        from_mlflow(arthur, log_echo(cube))
