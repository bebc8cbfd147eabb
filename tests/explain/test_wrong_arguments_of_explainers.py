"""Wrong arguments of the local explainer, as for other calls."""

from __future__ import annotations

import dill
import numpy as np
import pandas as pd
import pytest
from wrong_arguments import CallTable, check_refused, choose_seed

from arthurai.common.constants import InputType, OutputType, Stage, ValueType
from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.explain.local_explainer import ArthurExplainer, EmptyLimeExplanation
from arthurai.model.attributes import ArthurAttribute

pytestmark = [pytest.mark.heavy, pytest.mark.filterwarnings("ignore")]

ROWS = [[row / 2, float(row % 3)] for row in range(12)]
INPUTS = pd.DataFrame(ROWS, columns=["a", "b"])
PREDICTED = ArthurAttribute("y", ValueType.Float, Stage.PredictedValue, position=0)


def add_up(rows):
    return [a + b for a, b in rows]


def lengths(texts):
    return [float(len(text)) for text in texts]


def brightness(images):
    return [float(np.mean(image)) for image in images]


def make(**more):
    given = {
        "model_type": OutputType.Regression,
        "model_input_type": InputType.Tabular,
        "predicted_attributes": [PREDICTED],
        "predict_func": add_up,
        "data": INPUTS,
        "label_mapping": [None, None],
        "predictions_df": pd.DataFrame({"y": add_up(ROWS)}),
        "shap_training_samples": 4,
        "seed": 1,
    }
    return ArthurExplainer(**{**given, **more})


class Calls(CallTable):
    def __init__(self):
        super().__init__()
        self.tabular = make()
        self.texts = make(
            model_input_type=InputType.NLP,
            predict_func=lengths,
            data=pd.DataFrame({"text": ["one", "three"]}),
            predictions_df=pd.DataFrame({"y": [3.0, 5.0]}),
            label_mapping=[None],
        )
        self.images = make(
            model_input_type=InputType.Image,
            predict_func=brightness,
            load_image_func=lambda path: np.zeros((8, 8, 3)),
        )
        self.add_whole(
            "ArthurExplainer",
            make,
            model_type=OutputType.Regression,
            model_input_type=InputType.Tabular,
            predicted_attributes=[PREDICTED],
            predict_func=add_up,
            data=INPUTS,
            label_mapping=[None, None],
            categorical_features=None,
            enable_shap=True,
            shap_training_samples=4,
            enable_lime=True,
            text_delimiter=" ",
            load_image_func=None,
            predictions_df=pd.DataFrame({"y": add_up(ROWS)}),
            seed=1,
        )
        self.add("EmptyLimeExplanation", EmptyLimeExplanation, class_int_labels=[0], num_features=2)
        for algo in ("shap", "lime"):
            self.add(
                f"explain_tabular {algo}",
                self.tabular.explain_tabular,
                algo=algo,
                raw_feature_vectors=ROWS[:1],
                nsamples=10,
            )
        self.add(
            "explain_tabular_shap",
            self.tabular.explain_tabular_shap,
            nsamples=10,
            raw_feature_vectors=ROWS[:1],
            l1_reg=False,
        )
        self.add(
            "explain_tabular_lime",
            self.tabular.explain_tabular_lime,
            num_samples=10,
            raw_feature_vectors=ROWS[:1],
            num_features=2,
        )
        self.add(
            "explain_nlp",
            self.texts.explain_nlp,
            algo="lime",
            nsamples=10,
            raw_feature_vectors=[["one two"]],
        )
        self.add(
            "explain_nlp_lime",
            self.texts.explain_nlp_lime,
            num_samples=10,
            raw_feature_vectors=[["one two"]],
        )
        self.add(
            "explain_image", self.images.explain_image, algo="lime", nsamples=10, image_paths=["x"]
        )
        self.add(
            "explain_image_lime", self.images.explain_image_lime, num_samples=10, image_paths=["x"]
        )
        self.add("encode_labels", self.tabular.encode_labels, feature_vector=ROWS)
        self.add("decode_labels", self.tabular.decode_labels, feature_vector=ROWS)
        self.add("predict_wrapper", self.tabular.predict_wrapper, encoded_feature_vectors=ROWS)
        self.add("predict_tabular", self.tabular.predict_tabular, input_feature_vectors=ROWS)
        for kind in ("tabular", "nlp", "image"):
            build = getattr(make(enable_shap=False), f"build_{kind}_explainers")
            self.add(f"build {kind}", build, data=ROWS, feature_selection="auto")
        for name in (
            "format_lime_results",
            "format_lime_text_results",
            "format_lime_image_results",
        ):
            self.add(name, getattr(self.tabular, name), results=[])
        self.add(
            "format_one",
            self.tabular.format_lime_results_for_one_class,
            feature_index_score_pairs=[(0, 1.0)],
        )


@pytest.fixture(scope="module")
def calls():
    return Calls()


def test_a_sample_of_wrong_arguments_of_explainers_is_refused_as_the_callers(calls, caplog):
    caplog.set_level("CRITICAL")
    check_refused(calls, 20, 1, at_least=60)


@pytest.mark.slow
def test_many_wrong_arguments_of_explainers_are_refused_as_the_callers(calls, caplog):
    caplog.set_level("CRITICAL")
    check_refused(calls, 2, choose_seed(), at_least=1000)


def test_errors_of_libraries_and_predict_functions_name_themselves(calls):
    with pytest.raises(UserValueError, match=r"LIME failed: TypeError.*'sample'"):
        calls.tabular.explain_tabular("lime", ROWS[:1], sample=3)
    with pytest.raises(UserTypeError, match="unexpected keyword argument 'vectors'"):
        calls.tabular.encode_labels(vectors=ROWS)

    def fail(rows):
        if len(rows) == 1:
            raise ZeroDivisionError("no rows today")
        return add_up(rows)

    with pytest.raises(UserValueError, match="ZeroDivisionError: no rows today"):
        make(predict_func=fail).predict_tabular(ROWS[:1])


def test_a_pickle_is_loaded_with_its_errors(calls):
    loaded = dill.loads(dill.dumps(calls.tabular))
    assert (
        loaded.predict_tabular(ROWS[:2]).tolist()
        == calls.tabular.predict_tabular(ROWS[:2]).tolist()
    )
    with pytest.raises(UserValueError, match="algo must be"):
        loaded.explain_tabular("both", ROWS)
