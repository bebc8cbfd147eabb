import math
import random

import dill
import numpy as np
import pandas as pd
import pytest

from arthurai.common.constants import InputType, OutputType, Stage, ValueType
from arthurai.common.exceptions import (
    ArthurUserError,
    MethodNotApplicableError,
    UserTypeError,
    UserValueError,
)
from arthurai.explain.local_explainer import ArthurExplainer, EmptyLimeExplanation
from arthurai.model.attributes import ArthurAttribute

LABELS = {"low": 0, "high": 1}


def predicted(*names, positive=None):
    return [
        ArthurAttribute(
            name=name,
            value_type=ValueType.Float,
            stage=Stage.PredictedValue,
            position=position,
            is_positive_predicted_attribute=name == positive,
        )
        for position, name in enumerate(names)
    ]


def linear(rows):
    """Three times the first input minus the second, plus ten for a high third."""
    return [3 * a - b + (10 if c == "high" else 0) for a, b, c in rows]


def share(rows):
    return [1 / (1 + math.exp(-a)) for a, *_ in rows]


@pytest.fixture(scope="module")
def inputs():
    draw = np.random.default_rng(2)
    return pd.DataFrame(
        {
            "a": draw.normal(0, 1, 40),
            "b": draw.normal(5, 2, 40),
            "c": draw.choice(["low", "high"], 40),
        }
    )


@pytest.fixture(scope="module")
def regression(inputs):
    return ArthurExplainer(
        OutputType.Regression,
        InputType.Tabular,
        predicted("y"),
        linear,
        inputs,
        [None, None, LABELS],
        categorical_features=[2],
        predictions_df=pd.DataFrame({"y": linear(inputs.to_numpy().tolist())}),
        shap_training_samples=10,
        seed=3,
    )


def binary(inputs, names, positive, **more):
    p = share(inputs.to_numpy().tolist())
    return ArthurExplainer(
        OutputType.Multiclass,
        InputType.Tabular,
        predicted(*names, positive=positive),
        share,
        inputs,
        [None, None, LABELS],
        predictions_df=pd.DataFrame({positive: p}),
        seed=3,
        **more,
    )


def test_shap_of_a_linear_function_is_its_slope_times_the_distance(regression, inputs):
    rows = inputs.head(3).to_numpy().tolist()
    (base,) = regression.shap_expected_values()
    found = regression.explain_tabular("shap", rows)
    background = regression.decode_labels(regression.shap_explainer.data.data)
    means = np.mean([[a, b, c == "high"] for a, b, c in background], axis=0)
    for (scores,), (a, b, c) in zip(found, rows, strict=True):
        slopes = [3 * (a - means[0]), -(b - means[1]), 10 * ((c == "high") - means[2])]
        assert scores == pytest.approx(slopes, abs=1e-6)
        assert base + sum(scores) == pytest.approx(linear([[a, b, c]])[0])


def test_lime_of_a_linear_function_points_the_same_way(regression, inputs):
    rows = inputs.head(2).to_numpy().tolist()
    found = regression.explain_tabular("lime", rows, nsamples=800)
    assert np.shape(found) == (2, 1, 3)
    spread = inputs["a"].std() / inputs["b"].std() * 3
    for ((a, b, _),) in found:
        assert a > 0 > b
        assert -a / b == pytest.approx(spread, rel=0.25)


def test_missing_values_have_no_explanation(regression):
    ((scores,),) = regression.explain_tabular("lime", [[1.0, None, "low"]])
    assert all(math.isnan(score) for score in scores)
    empty = EmptyLimeExplanation([0, 1], 2).as_map()
    assert list(empty) == [0, 1]
    assert [index for index, _ in empty[0]] == [0, 1]
    assert all(math.isnan(score) for scores in empty.values() for _, score in scores)


@pytest.mark.parametrize(("names", "place"), [(("no", "yes"), 1), (("yes", "no"), 0)])
def test_one_probability_stands_for_two(inputs, names, place):
    explainer = binary(inputs, names, "yes", enable_shap=False)
    rows = inputs.head(4).to_numpy().tolist()
    outputs = explainer.predict_tabular(rows)
    assert outputs[:, place].tolist() == pytest.approx(share(rows))
    assert outputs.sum(axis=1) == pytest.approx([1] * 4)
    ((first, second),) = explainer.explain_tabular("lime", rows[:1], nsamples=300)
    assert first == pytest.approx([-score for score in second])
    with pytest.raises(MethodNotApplicableError, match="SHAP"):
        explainer.explain_tabular("shap", rows)


def test_random_numbers_of_the_process_stay_as_they_were(regression, inputs):
    rows = inputs.head(1).to_numpy().tolist()
    random.seed(99)
    np.random.seed(99)  # noqa: NPY002 - the state under test
    before = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    first = regression.explain_tabular("shap", rows, nsamples=50)
    regression.predict_tabular(rows)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before  # noqa: NPY002
    assert regression.explain_tabular("shap", rows, nsamples=50) == first


def test_a_pickle_works_like_the_original(regression, inputs):
    copy = dill.loads(dill.dumps(regression, recurse=True))
    rows = inputs.head(2).to_numpy().tolist()
    assert copy.predict_tabular(rows).tolist() == regression.predict_tabular(rows).tolist()
    assert copy.shap_expected_values() == pytest.approx(regression.shap_expected_values())
    assert copy.explain_tabular("shap", rows) == regression.explain_tabular("shap", rows)


def test_labels_there_and_back(regression):
    rows = [[1.5, 2.0, "high"], [0.0, -1.0, "medium"], [2.0, 0.5, "low"]]
    encoded = regression.encode_labels(rows)
    assert encoded.dtype == np.float64
    assert encoded[:, 2].tolist() == [1, 2, 0]
    assert regression.decode_labels(encoded) == rows
    assert regression.decode_labels([[0.0, 0.0, 0.7]])[0][2] == "high"
    assert LABELS == {"low": 0, "high": 1}
    with pytest.raises(UserValueError, match="input 0 must be a number"):
        regression.encode_labels([["x", 1, "low"]])
    with pytest.raises(UserValueError, match="must have 3 values, got 2"):
        regression.encode_labels([[1, 2]])


def count_good(texts):
    return [[min(1.0, text.split().count("good") / 4)] for text in texts]


def test_words_in_the_order_of_the_text():
    texts = pd.DataFrame({"text": ["good film", "bad film"]})
    explainer = ArthurExplainer(
        OutputType.Multiclass,
        InputType.NLP,
        predicted("bad", "good", positive="good"),
        count_good,
        texts,
        [],
        text_delimiter=r"\s+",
        predictions_df=pd.DataFrame({"good": [0.25, 0.0]}),
        seed=1,
    )
    ((bad, good),) = explainer.explain_nlp("lime", [["a good and good film"]], nsamples=400)
    assert [word for word, _ in good] == ["a", "good", "and", "good", "film"]
    scores = [score for _, score in good]
    assert scores[1] == pytest.approx(0.25, abs=0.03)
    assert scores[3] == pytest.approx(0.25, abs=0.03)
    assert max(abs(scores[i]) for i in (0, 2, 4)) < 0.03
    assert [score for _, score in bad] == pytest.approx([-score for score in scores])
    with pytest.raises(UserValueError, match="exactly one text"):
        explainer.explain_nlp("lime", [["one", "two"]])
    with pytest.raises(UserValueError, match="'lime' for texts"):
        explainer.explain_nlp("shap", [["one"]])
    with pytest.raises(MethodNotApplicableError, match="NLP"):
        explainer.explain_tabular("lime", [[1.0]])
    copy = dill.loads(dill.dumps(explainer, recurse=True))
    assert copy.explain_nlp("lime", ["good"], nsamples=50)[0][1][0][0] == "good"


def test_segments_of_an_image():
    draw = np.random.default_rng(0)
    image = draw.integers(0, 40, (48, 48, 3)).astype(np.uint8)
    image[:24, :24] = 230

    def brightness_of_the_corner(images):
        return [[np.asarray(one)[:24, :24].mean() / 255] for one in images]

    explainer = ArthurExplainer(
        OutputType.Regression,
        InputType.Image,
        predicted("brightness"),
        brightness_of_the_corner,
        None,
        [],
        load_image_func=lambda _path: image,
        seed=1,
    )
    (found,) = explainer.explain_image("lime", ["corner.png"], nsamples=150, hide_color=0)
    mask = np.array(found["lime_segment_mask"])
    assert mask.shape == (48, 48)
    scores = dict(found["lime_region_mapping"]["0"])
    assert set(scores) == set(np.unique(mask).tolist())
    inside, outside = (
        set(np.unique(mask[:24, :24])),
        set(np.unique(mask[24:])) | set(np.unique(mask[:, 24:])),
    )
    within = {segment: scores[segment] for segment in inside - outside}
    assert len(within) > 3
    assert min(within.values()) > max(scores[segment] for segment in outside - inside)
    for segment, score in within.items():
        gone = (mask == segment).sum() / 24**2 * 230 / 255
        assert score == pytest.approx(gone, abs=0.03)
    with pytest.raises(UserValueError, match="'lime' for images"):
        explainer.explain_image("shap", ["corner.png"])


def test_impossible_explainers(inputs):
    rows = inputs.to_numpy().tolist()
    right = pd.DataFrame({"y": linear(rows)})

    def made(attributes=None, predict=linear, data=inputs, predictions=right, **more):
        return ArthurExplainer(
            more.pop("model_type", OutputType.Regression),
            more.pop("input_type", InputType.Tabular),
            attributes or predicted("y"),
            predict,
            data,
            [None, None, LABELS],
            predictions_df=predictions,
            enable_shap=False,
            **more,
        )

    with pytest.raises(UserValueError, match="must be a prediction, got PIPELINE_INPUT"):
        made([ArthurAttribute("a", ValueType.Float, Stage.ModelPipelineInput)])
    with pytest.raises(ArthurUserError, match="exactly one"):
        made(predicted("p", "q"), model_type=OutputType.Multiclass)
    with pytest.raises(UserTypeError, match="predictions_df"):
        made(predictions=None)
    with pytest.raises(UserValueError, match="40 rows"):
        made(predictions=right.head(3))
    with pytest.raises(UserValueError, match="ZeroDivisionError"):
        made(predict=lambda rows: 1 / 0)
    with pytest.raises(UserValueError, match=r"must return an array of shape \(40, 1\)"):
        made(predict=lambda rows: [1.0])
    with pytest.raises(UserValueError, match="order"):
        made(predict=lambda rows: [value + 1 for value in linear(rows)])
    with pytest.raises(UserValueError, match="missing are 'y'"):
        made(predictions=right.rename(columns={"y": "z"}))
    with pytest.raises(UserValueError, match="load_image_func"):
        made(input_type=InputType.Image)
    with pytest.raises(UserValueError, match="'shap' or 'lime'"):
        made().explain_tabular("magic", rows[:1])
    with pytest.raises(UserValueError, match="input 0 must be a number"):
        made().predict_tabular([["x", "y", "z"]])


def test_results_come_in_the_order_of_the_inputs():
    pairs = [(2, 0.5), (0, -1), (1, np.float64(0.25))]
    assert ArthurExplainer.format_lime_results_for_one_class(pairs) == [-1.0, 0.25, 0.5]
