"""Estimators of scikit-learn as models: what is found out by itself, and numbers as scikit-learn has them."""

from __future__ import annotations

import logging

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn import metrics, model_selection
from sklearn.cluster import KMeans
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_breast_cancer, load_iris, make_regression
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from arthurai import AsyncArthurAI, Stage, ValueType
from arthurai.common.exceptions import ResponseClientError, UserTypeError, UserValueError
from arthurai.query import drift

pytestmark = pytest.mark.heavy

IRIS = load_iris(as_frame=True)
SPECIES = IRIS.target_names[IRIS.target]
CANCER = load_breast_cancer(as_frame=True)


def value(model, function, **more):
    [row] = model.query({"select": [{"function": function, "alias": "value", **more}]})
    return row["value"]


def accuracy(model):
    return value(model, "accuracyRateMulticlass")


def names(model, stage):
    return model.get_attribute_names(stage=stage)


def send(model, estimator, inputs, truth):
    result = model.send_inferences(inputs, estimator, ground_truths=truth, extra="error")
    assert result["counts"]["failure"] == 0
    return result


# -- two classes -----------------------------------------------------------------------------------


def test_a_binary_classifier_is_as_accurate_as_scikit_learn_says(arthur):
    inputs, truth = CANCER.data, CANCER.target
    estimator = RandomForestClassifier(6, max_depth=2, random_state=1).fit(inputs[::2], truth[::2])
    model = arthur.monitor(estimator, inputs[::2], truth[::2])
    assert (model.display_name, model.input_type, model.output_type) == (
        "RandomForestClassifier",
        "TABULAR",
        "MULTICLASS",
    )
    assert names(model, Stage.PredictedValue) == ["p_0", "p_1"]
    assert names(model, Stage.GroundTruthClass) == ["target"]
    assert model.get_attribute("mean_radius").label == "mean radius"
    assert model.get_positive_predicted_class() == "p_1"
    new, right = inputs[1::2], truth[1::2]
    send(model, estimator, new, right)
    predicted, chance = estimator.predict(new), estimator.predict_proba(new)[:, 1]
    assert value(model, "accuracyRate") == metrics.accuracy_score(right, predicted)
    assert accuracy(model) == metrics.accuracy_score(right, predicted)
    assert value(model, "auc") == pytest.approx(metrics.roc_auc_score(right, chance))
    assert value(model, "precision") == pytest.approx(metrics.precision_score(right, predicted))
    [row] = model.query(drift("mean_radius", "p_1"))
    assert 0 < row["mean_radius"] < 0.5


def test_ties_go_to_the_first_class_as_in_argmax(arthur):
    inputs = np.array([[0.0], [0.0], [1.0], [1.0], [1.0]])
    estimator = DecisionTreeClassifier().fit(inputs, [0, 1, 1, 1, 0])  # half and half at 0
    model = arthur.monitor(estimator, inputs, [0, 1, 1, 1, 0])
    send(model, estimator, inputs, [0, 1, 1, 1, 0])
    assert estimator.predict_proba([[0.0]])[0].tolist() == [0.5, 0.5]
    assert value(model, "accuracyRate") == estimator.score(inputs, [0, 1, 1, 1, 0]) == 0.6
    assert accuracy(model) == 0.6


def test_a_threshold_of_the_estimator_is_that_of_the_model(arthur, caplog):
    inputs, truth = CANCER.data.iloc[:, :3], CANCER.target
    inner = make_pipeline(StandardScaler(), LogisticRegression()).fit(inputs, truth)
    if not hasattr(model_selection, "FixedThresholdClassifier"):
        pytest.skip("scikit-learn has it from 1.5 on")
    estimator = model_selection.FixedThresholdClassifier(inner, threshold=0.8).fit(inputs, truth)
    model = arthur.monitor(estimator, inputs, truth)
    assert model.classifier_threshold == 0.8
    send(model, estimator, inputs, truth)
    assert value(model, "accuracyRate") == estimator.score(inputs, truth)
    assert "another class" not in caplog.text


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        pytest.param([False, True], np.array, id="bool, numpy"),
        pytest.param([False, True], pd.Series, id="bool, pandas"),
        pytest.param([False, True], pl.Series, id="bool, polars"),
        pytest.param([False, True], list, id="bool, list"),
        pytest.param([-1, 1], pl.Series, id="signs"),
        pytest.param([0.0, 1.0], pd.Series, id="float"),
        pytest.param(["no", "yes"], pd.Categorical, id="categories"),
        pytest.param(["no", "yes"], list, id="str"),
    ],
)
def test_labels_of_every_type_and_kind(arthur, labels, kind):
    inputs = np.column_stack([np.linspace(0, 1, 40), np.tile([3.5, 2.5], 20)])
    plain = [labels[int(x > 0.4 or x == 0)] for x in inputs[:, 0]]
    estimator = LogisticRegression(C=100).fit(inputs, plain)
    model = arthur.monitor(estimator, inputs, kind(plain))
    assert names(model, Stage.ModelPipelineInput) == ["x0", "x1"]
    send(model, estimator, inputs, kind(plain))
    assert accuracy(model) == estimator.score(inputs, plain) == 0.95


# -- several classes, numbers ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(lambda data: data, id="pandas"),
        pytest.param(pl.from_pandas, id="polars"),
        pytest.param(lambda data: data.to_numpy(), id="numpy"),
        pytest.param(lambda data: pd.DataFrame(data.to_numpy()), id="numbered columns"),
        pytest.param(lambda data: data.to_numpy().tolist(), id="lists"),
    ],
)
def test_several_classes_from_every_kind_of_table(arthur, frame):
    inputs = IRIS.data.rename(columns=lambda name: name.removesuffix(" (cm)"))
    estimator = GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [1, 2]})
    estimator.fit(frame(inputs[::2]), SPECIES[::2])
    model = arthur.monitor(estimator, frame(inputs[::2]), SPECIES[::2], display_name="Iris")
    assert model.display_name == "Iris"
    assert names(model, Stage.PredictedValue) == ["p_setosa", "p_versicolor", "p_virginica"]
    assert len(names(model, Stage.ModelPipelineInput)) == 4
    result = send(model, estimator, frame(inputs[1::2]), SPECIES[1::2])
    assert result["counts"]["success"] == 75
    assert accuracy(model) == estimator.score(frame(inputs[1::2]), SPECIES[1::2])
    again = arthur.get_model(model.id)
    again.send_inferences(frame(inputs[1::2]), estimator.predict_proba(frame(inputs[1::2])))
    assert value(again, "count") == 150


def test_a_regressor_and_its_error(arthur):
    inputs, truth = make_regression(120, 3, noise=20, random_state=2)
    estimator = LinearRegression().fit(inputs[:60], truth[:60])
    model = arthur.monitor(estimator, inputs[:60], pd.Series(truth[:60], name="price"))
    assert names(model, Stage.PredictedValue) == ["predicted_price"]
    send(model, estimator, inputs[60:], truth[60:])
    found = value(
        model, "rmse", parameters={"predicted": "predicted_price", "ground_truth": "price"}
    )
    expected = metrics.root_mean_squared_error(truth[60:], estimator.predict(inputs[60:]))
    assert found == pytest.approx(expected)


def test_a_regressor_of_several_numbers(arthur):
    inputs, truth = make_regression(60, 2, n_targets=2, random_state=2)
    estimator = DecisionTreeRegressor(max_depth=3).fit(inputs, truth)
    model = arthur.monitor(estimator, inputs, pd.DataFrame(truth, columns=["low", "high"]))
    assert names(model, Stage.PredictedValue) == ["predicted_low", "predicted_high"]
    send(model, estimator, inputs, truth)
    assert value(model, "avg", parameters={"property": "predicted_high"}) == pytest.approx(
        truth[:, 1].mean()
    )


def test_categories_gaps_and_truths_of_whole_numbers(arthur):
    random = np.random.default_rng(3)
    inputs = pd.DataFrame(
        {
            "region": pd.Categorical(random.choice(["north", "south"], 90)),
            "channel": random.choice(["app", "shop", "phone"], 90),
            "income": np.where(random.random(90) < 0.2, np.nan, random.normal(30, 9, 90)),
            "member": random.random(90) < 0.5,
        }
    )
    truth = ((inputs.channel == "app") & inputs.member).astype(int).rename("bought")
    estimator = make_pipeline(
        make_column_transformer(
            (OneHotEncoder(sparse_output=False), ["region", "channel"]), remainder="passthrough"
        ),
        HistGradientBoostingClassifier(max_iter=5, min_samples_leaf=5),
    ).fit(inputs, truth)
    model = arthur.monitor(estimator, inputs, truth)
    assert model.display_name == "HistGradientBoostingClassifier"
    assert model.get_attribute("channel").categorical
    assert model.get_attribute("member").value_type == ValueType.Boolean
    assert names(model, Stage.GroundTruthClass) == ["bought"]
    wider = inputs.assign(note="not an input")
    result = model.send_inferences(wider, estimator, ground_truths=truth, extra="ignore")
    assert result["counts"]["success"] == 90
    assert accuracy(model) == estimator.score(inputs, truth)


def test_texts_go_into_a_model_of_texts(arthur):
    texts = ["good fun", "bad film", "very good", "so bad", "good good", "bad bad"] * 10
    truth = ["up", "down"] * 30
    estimator = make_pipeline(CountVectorizer(), MultinomialNB()).fit(texts, truth)
    model = arthur.monitor(estimator, texts, truth)
    assert model.input_type == "NLP"
    assert names(model, Stage.ModelPipelineInput) == ["text"]
    model.send_inferences({"text": texts}, estimator.predict_proba(texts), ground_truths=truth)
    assert accuracy(model) == 1


def test_a_column_may_have_the_name_of_the_truth(arthur):
    inputs = pd.DataFrame({"target": np.linspace(0, 1, 30), "x": np.linspace(1, 0, 30)})
    estimator = LinearRegression().fit(inputs, inputs.x)
    model = arthur.monitor(estimator, inputs, list(inputs.x))
    assert names(model, Stage.GroundTruth) == ["true_target"]


# -- without probabilities -------------------------------------------------------------------------


def test_a_classifier_without_probabilities_is_monitored_by_its_labels(arthur, caplog):
    estimator = LinearSVC(random_state=0).fit(IRIS.data, SPECIES)
    with caplog.at_level(logging.WARNING):
        model = arthur.monitor(estimator, IRIS.data, SPECIES)
    assert "LinearSVC has no predict_proba()" in caplog.text
    send(model, estimator, IRIS.data, SPECIES)
    assert accuracy(model) == estimator.score(IRIS.data, SPECIES)


class Stubborn(LogisticRegression):
    """A classifier whose labels do not follow from its probabilities, as those of SVC may."""

    def predict(self, X):  # noqa: N803 - the name in scikit-learn
        return np.full(len(X), self.classes_[0])


def test_labels_that_are_not_those_of_the_probabilities_are_noticed(arthur, caplog):
    estimator = Stubborn(max_iter=1000).fit(IRIS.data, IRIS.target)
    arthur.monitor(estimator, IRIS.data, IRIS.target)
    odd = int((estimator.predict_proba(IRIS.data).argmax(axis=1) != 0).sum())
    assert f"another class than the probabilities in {odd} of 150 rows" in caplog.text


# -- predictions of an estimator -------------------------------------------------------------------


def test_probabilities_go_to_the_attributes_of_their_classes(arthur, name):
    estimator = LogisticRegression(max_iter=1000).fit(IRIS.data, SPECIES)
    model = arthur.model(name, input_type="TABULAR", output_type="MULTICLASS")
    table = IRIS.data.assign(species=SPECIES, c=0.1, b=0.2, a=0.7)
    pairs = {"c": "virginica", "b": "setosa", "a": "versicolor"}
    model.build(table, pairs, ground_truth_column="species", rename=True)
    model.save()
    send(model, estimator, IRIS.data, SPECIES)
    assert accuracy(model) == estimator.score(IRIS.data, SPECIES)


def test_an_estimator_of_other_classes_is_refused(arthur):
    estimator = LogisticRegression(max_iter=1000).fit(IRIS.data, SPECIES)
    model = arthur.monitor(estimator, IRIS.data, SPECIES)
    two = LogisticRegression(max_iter=1000).fit(IRIS.data[:100], SPECIES[:100])
    with pytest.raises(UserValueError, match="classes of the estimator must be those of the model"):
        model.send_inferences(IRIS.data, two)
    with pytest.raises(UserValueError, match="predicts 1 numbers for 3 predicted attributes"):
        model.send_inferences(IRIS.data, LinearRegression().fit(IRIS.data, IRIS.target))


def test_a_monitored_predict_function_takes_arrays(arthur):
    estimator = LogisticRegression(max_iter=1000).fit(IRIS.data.to_numpy(), SPECIES)
    model = arthur.monitor(estimator, IRIS.data.to_numpy(), SPECIES)
    with model.logger() as logger:
        predict = model.monitor(logger=logger, strict=True)(estimator.predict_proba)
        assert predict(IRIS.data.to_numpy()).shape == (150, 3)
    assert value(model, "count") == 150


def test_an_array_must_have_a_column_for_each_input(arthur):
    estimator = LogisticRegression(max_iter=1000).fit(IRIS.data.to_numpy(), SPECIES)
    model = arthur.monitor(estimator, IRIS.data.to_numpy(), SPECIES)
    with pytest.raises(UserTypeError, match="3 columns without names for 4 inputs"):
        model.send_inferences(IRIS.data.to_numpy()[:, :3], np.full((150, 3), 0.3))


async def monitor_in_an_event_loop():
    estimator = LogisticRegression(max_iter=1000).fit(IRIS.data, SPECIES)
    async with AsyncArthurAI(url="local://") as arthur:
        model = await arthur.monitor(estimator, IRIS.data, SPECIES)
        await model.send_inferences(IRIS.data, estimator, ground_truths=SPECIES)
        [row] = await model.query({"select": [{"function": "accuracyRateMulticlass"}]})
        return row["accuracyRateMulticlass"], estimator.score(IRIS.data, SPECIES)


def test_an_event_loop_can_monitor_as_well():
    import asyncio

    found, expected = asyncio.run(monitor_in_an_event_loop())
    assert found == expected


# -- what cannot be monitored ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("estimator", "error", "message"),
    [
        (object(), UserTypeError, "classifier or regressor, got object"),
        (LogisticRegression, UserTypeError, "classifier or regressor, got ABCMeta|got type"),
        (LogisticRegression(), UserValueError, r"must be fitted.*call its fit\(\)"),
        (KMeans(2), UserTypeError, "got KMeans, a clusterer"),
        (
            MultiOutputClassifier(LogisticRegression()).fit([[0.0], [1.0]], [[0, 1], [1, 0]]),
            UserTypeError,
            "one list of classes",
        ),
    ],
)
def test_other_estimators_are_refused(arthur, estimator, error, message):
    with pytest.raises(error, match=message):
        arthur.monitor(estimator, [[0.0], [1.0]], [0, 1])


@pytest.mark.parametrize(
    ("inputs", "truth", "error", "message"),
    [
        (np.zeros((4, 2)), [0, 1, 0], UserValueError, "value for each row of X, 4, got 3"),
        (np.zeros((4, 2)), [0, 1, 0, 2], UserValueError, "does not know: '?2"),
        (np.zeros((4, 2)), [0, 0, 0, 0], UserValueError, "each class at least once.*1"),
        (np.zeros((4, 2)), [0, 1, 0, None], UserValueError, "a class for each row"),
        (np.zeros((4, 2)), [0.5, 1, 0, 1], UserValueError, "a class for each row"),
        (np.zeros((4, 2)), None, UserTypeError, "got NoneType"),
        (np.zeros((4, 2)), np.zeros((4, 2)), UserValueError, "one class for each row"),
        (np.zeros((4, 3)), [0, 1, 0, 1], UserValueError, "cannot predict these inputs"),
        ([{"a": 1}], [1], UserTypeError, "make a frame of the rows"),
        ([], [], UserTypeError, "X must be a frame"),
        (7, [1], UserTypeError, "X must be a frame"),
    ],
)
def test_data_that_do_not_fit_are_refused(arthur, inputs, truth, error, message):
    estimator = LogisticRegression().fit([[0.0, 1.0], [1.0, 0.0]], [0, 1])
    with pytest.raises(error, match=message):
        arthur.monitor(estimator, inputs, truth)


def test_a_sparse_matrix_is_refused_with_the_remedy(arthur):
    counts = CountVectorizer().fit_transform(["a good one", "a bad one"])
    estimator = MultinomialNB().fit(counts, ["up", "down"])
    with pytest.raises(UserTypeError, match="sparse matrix; monitor the pipeline"):
        arthur.monitor(estimator, counts, ["up", "down"])


def test_columns_with_the_names_of_predictions_are_refused(arthur):
    inputs = pd.DataFrame({"p_a": [0.0, 1.0, 0.5]})
    estimator = DummyClassifier().fit(inputs, ["a", "b", "a"])
    with pytest.raises(UserValueError, match="the names of the predictions"):
        arthur.monitor(estimator, inputs, ["a", "b", "a"])


def test_true_classes_may_be_booleans_where_classes_are_zero_and_one(arthur, name):
    model = arthur.model(name, input_type="TABULAR", output_type="MULTICLASS")
    model.build({"x": [0.5, 1.5], "p": [0.2, 0.9], "y": [0, 1]}, {"p": 1}, ground_truth_column="y")
    model.save()
    rows = {"x": [0.5, 1.5], "p": [0.2, 0.9]}
    for truth in ([False, True], np.array([False, True]), pd.Series([False, True])):
        model.send_inferences(rows, ground_truths=truth)
    assert value(model, "accuracyRate") == 1


def test_texts_of_a_pipeline_are_sent_as_they_are(arthur, caplog):
    texts, classes = ["good day", "bad day", "fine night", "awful"] * 10, ["p", "n", "p", "n"] * 10
    pipeline = make_pipeline(CountVectorizer(), MultinomialNB()).fit(texts, classes)
    model = arthur.monitor(pipeline, texts, classes)
    assert not [line for line in caplog.messages if "holds no values" in line]
    assert model.send_inferences(texts, pipeline, ground_truths=classes).accepted == len(texts)


def test_gaps_of_the_truth_are_counted(arthur):
    species = pd.Series(SPECIES, dtype=object)
    forest = DecisionTreeClassifier(max_depth=2).fit(IRIS.data, species)
    gaps = species.where(species.index % 50 != 7)
    with pytest.raises(UserValueError, match="3 of 150 rows have none, the first is row 7"):
        arthur.monitor(forest, IRIS.data, gaps)


def test_a_rate_of_one_class_names_the_one_of_all_classes(arthur):
    model = arthur.monitor(
        DecisionTreeClassifier(max_depth=2).fit(IRIS.data, SPECIES), IRIS.data, SPECIES
    )
    for name in ("accuracyRate", "f1"):
        with pytest.raises(ResponseClientError, match=f"{name}Multiclass takes all classes"):
            value(model, name)
    with pytest.raises(ResponseClientError, match=r"3 fitting predictions \([^)]*\) \["):
        value(model, "auc")


@pytest.mark.parametrize("has_names", [True, False])
def test_rows_and_columns_in_dicts_are_predicted(arthur, has_names):
    inputs = CANCER.data[["mean radius", "mean texture"]].set_axis(["radius", "texture"], axis=1)
    known = inputs if has_names else inputs.to_numpy()
    classifier = DecisionTreeClassifier(max_depth=2).fit(known, CANCER.target)
    model = arthur.monitor(classifier, known, CANCER.target)
    ordered = names(model, Stage.ModelPipelineInput)
    head = inputs.head(5).set_axis(ordered, axis=1)[ordered[::-1]]
    expected = classifier.predict_proba(known[:5])[:, 1]
    for given in (head.to_dict("records"), head.to_dict("list")):
        ids = [f"{type(given).__name__}-{n}" for n in range(5)]
        assert model.send_inferences(given, classifier, partner_inference_ids=ids).accepted == 5
        rows = model.query(
            {
                "select": [{"property": "p_1"}],
                "filter": [{"property": "partner_inference_id", "comparator": "in", "value": ids}],
                "order_by": [{"property": "partner_inference_id", "direction": "asc"}],
            }
        )
        assert [row["p_1"] for row in rows] == pytest.approx(expected)
