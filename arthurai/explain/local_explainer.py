"""`ArthurExplainer`: explain predictions on this machine with SHAP and LIME."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.checks import check_whole, read_list
from arthurai.common.constants import InputType, OutputType, Stage, TextDelimiter
from arthurai.common.exceptions import (
    ArthurUserError,
    MethodNotApplicableError,
    UserTypeError,
    UserValueError,
    wrap_errors,
)
from arthurai.common.limits import BINARY_CLASSES
from arthurai.common.predict_functions import LabelEncoding, output_matrix
from arthurai.common.text import quote_value
from arthurai.explain.library_calls import calling
from arthurai.explain.lime_results import (
    REGRESSION_LABEL,
    EmptyLimeExplanation,
    LimeResults,
)
from arthurai.explain.output_validation import (
    validate_predicted_attribute_order_matches_dataframe,
)
from arthurai.explain.random_state import seeded_randomness
from arthurai.explain.sample_rows import drop_missing, list_rows

__all__ = ["ArthurExplainer", "EmptyLimeExplanation"]

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from arthurai.model.attributes import ArthurAttribute

_MATRIX: Final = 2  # dimensions
_IMAGE_SEGMENTS: Final = 40
_DEFAULT_SAMPLES: Final = 5000
_MAX_NUMBER: Final = 2**32 - 1


@wrap_errors
class ArthurExplainer(LimeResults):
    """Explains predictions with SHAP (tabular) and LIME (tabular, text, images).

    It can be pickled with dill: the pickle has the predict function, the encoded sample and the
    settings; the objects of the libraries are created again where it is loaded. The random number
    generators of the process are left unchanged.

    Args:
        model_type: An `OutputType`.
        model_input_type: An `InputType`.
        predicted_attributes: The predicted attributes, in the order of the outputs.
        predict_func: Takes a list of rows, texts or image arrays, and returns outputs, shape
            (inputs,) or (inputs, outputs).
        data: Sample of inputs: any table, columns in the order of the inputs; not for images.
        label_mapping: For each input `None`, or the number of each category.
        categorical_features: Indices of categorical inputs.
        enable_shap: Whether to prepare SHAP (tabular only).
        shap_training_samples: Rows of the sample that SHAP compares with.
        enable_lime: Whether to prepare LIME.
        text_delimiter: Regular expression that separates the words of a text.
        load_image_func: Reads an image from a path.
        predictions_df: The predictions of the sample; not for images.
        seed: Seed of the random numbers.

    Raises:
        ArthurUserError: Of two predictions not exactly one is positive, or a library is missing.
        UserTypeError: Sample or predictions are missing.
        UserValueError: The predict function fails, its predictions differ from those of the sample,
            sample and predictions differ in length, an attribute is not a prediction, or there is
            no function that loads images.
    """

    SHAP = "shap"
    LIME = "lime"

    def __init__(
        self,
        model_type: str,
        model_input_type: str,
        predicted_attributes: Sequence[ArthurAttribute],
        predict_func: Callable[[Any], Any],
        data: Any,
        label_mapping: Sequence[Mapping[Any, int] | None],
        categorical_features: Sequence[int] | None = None,
        enable_shap: bool = True,
        shap_training_samples: int = 20,
        enable_lime: bool = True,
        text_delimiter: str = TextDelimiter.NOT_WORD,
        load_image_func: Callable[[str], Any] | None = None,
        predictions_df: Any = None,
        seed: int | None = None,
    ) -> None:
        check_whole("shap_training_samples", shap_training_samples, 1, _MAX_NUMBER)
        if seed is not None:
            check_whole("seed", seed, 0, _MAX_NUMBER)
        self.model_type = model_type
        self.model_input_type = model_input_type
        self.predicted_attributes = list(predicted_attributes)
        self.predict_func = predict_func
        self.load_image_func = load_image_func
        self.categorical_features = (
            []
            if categorical_features is None
            else read_list("categorical_features", categorical_features, "indices")
        )
        self.shap_training_samples = shap_training_samples
        self.text_delimiter = text_delimiter
        self.seed = seed
        self.enable_shap = enable_shap and model_input_type == InputType.Tabular
        self.enable_lime = enable_lime
        self._encoding = LabelEncoding(label_mapping)
        self._sample: Any = None
        self.shap_explainer: Any = None
        self.lime_explainer: Any = None
        self._positive = self._check_outputs()
        if model_input_type == InputType.Image:
            if load_image_func is None:
                raise UserValueError(
                    "load_image_func is missing, must be a function that loads images"
                )
            self.build_image_explainers(None)
            return
        if data is None or predictions_df is None:
            raise UserTypeError(
                "data and predictions_df are missing, must be the sample and its predictions"
            )
        names = getattr(data, "column_names", getattr(data, "columns", ()))
        given, predictions = list_rows(data, "data"), list_rows(predictions_df, "predictions_df")
        rows, kept = drop_missing(given, [str(name) for name in names])
        if len(predictions) != len(given):
            raise UserValueError(
                f"data has {len(given)} rows, but predictions_df has {len(predictions)}"
            )
        self._check_predictions(rows, predictions_df, kept)
        if model_input_type == InputType.NLP:
            self.build_nlp_explainers(rows)
        else:
            self.build_tabular_explainers(self.encode_labels(rows))

    def __getstate__(self) -> dict[str, Any]:
        # The objects of the libraries depend on their versions, and some cannot be pickled.
        return {**self.__dict__, "shap_explainer": None, "lime_explainer": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if self.model_input_type == InputType.Image:
            self.build_image_explainers(None)
        elif self.model_input_type == InputType.NLP:
            self.build_nlp_explainers(None)
        elif self._sample is not None:
            self.build_tabular_explainers(self._sample)

    # -- outputs ---------------------------------------------------------------------------------

    @property
    def num_predicted_attributes(self) -> int:
        """Number of outputs."""
        return len(self.predicted_attributes)

    def _check_outputs(self) -> int | None:
        """Check the predicted attributes; return the index of the positive one of two."""
        for attribute in self.predicted_attributes:
            if attribute.stage != Stage.PredictedValue:
                raise UserValueError(
                    f"attribute {attribute.name!r} must be a prediction, got {attribute.stage}"
                )
        if (
            self.model_type == OutputType.Regression
            or self.num_predicted_attributes != BINARY_CLASSES
        ):
            return None
        positive = [
            index
            for index, attribute in enumerate(self.predicted_attributes)
            if attribute.is_positive_predicted_attribute
        ]
        if len(positive) != 1:
            raise ArthurUserError(
                f"of two predictions exactly one must be positive, got {len(positive)}; choose it "
                "with positive_predicted_attr"
            )
        return positive[0]

    def _check_predictions(
        self, rows: list[list[Any]], predictions_df: Any, kept: Sequence[int]
    ) -> None:
        inputs: Any = rows
        if self.model_input_type == InputType.NLP:
            inputs = [row[0] for row in rows]
        else:
            inputs = self.decode_labels(self.encode_labels(rows))
        try:
            actual = self._as_outputs(self.predict_func(inputs), len(inputs))
        except Exception as error:
            raise UserValueError(
                f"the predict function failed for the sample: {type(error).__name__}: {error}"
            ) from error
        validate_predicted_attribute_order_matches_dataframe(
            actual, _take_rows(predictions_df, kept), self.predicted_attributes
        )

    def _as_outputs(self, outputs: Any, number: int) -> Any:
        return output_matrix(outputs, number, self.num_predicted_attributes, self._positive)

    # -- inputs ----------------------------------------------------------------------------------

    def encode_labels(self, feature_vector: Any) -> Any:
        """Return rows as numbers; an unknown category gets the next free number.

        Args:
            feature_vector: Rows of inputs.

        Returns:
            Array of float64, shape (rows, inputs).
        """
        return self._encoding.encode(list_rows(feature_vector, "feature_vector"))

    def decode_labels(self, feature_vector: Any) -> list[list[Any]]:
        """Return numbers as rows; a number between two categories becomes the nearest one.

        Args:
            feature_vector: Array, shape (rows, inputs).

        Returns:
            Rows of inputs.
        """
        return self._encoding.decode(_as_matrix(feature_vector))

    def predict_wrapper(self, encoded_feature_vectors: Any) -> Any:
        """Predict from encoded rows.

        Args:
            encoded_feature_vectors: Array, shape (rows, inputs).

        Returns:
            Array, shape (rows, outputs); the complement of the only output of a binary classifier
            is added.
        """
        with calling("the predict function"):
            return self._predict_encoded(encoded_feature_vectors)

    def _predict_encoded(self, encoded: Any) -> Any:
        rows = self._encoding.decode(_as_matrix(encoded))
        return self._as_outputs(self.predict_func(rows), len(rows))

    def predict_tabular(self, input_feature_vectors: Any) -> Any:
        """Predict from rows.

        Args:
            input_feature_vectors: Rows of inputs.

        Returns:
            Array, shape (rows, outputs).

        Raises:
            UserValueError: The predict function fails.
        """
        rows = self.encode_labels(input_feature_vectors)
        with calling("the predict function"), seeded_randomness(self.seed):
            return self._predict_encoded(rows)

    def _predict_directly(self, inputs: Any) -> Any:
        """Predict texts and images that LIME has perturbed."""
        return self._as_outputs(self.predict_func(inputs), len(inputs))

    # -- building --------------------------------------------------------------------------------

    def build_tabular_explainers(self, data: Any, **kwargs: Any) -> None:
        """Prepare SHAP and LIME for encoded rows.

        Args:
            data: The encoded sample, shape (rows, inputs).
            **kwargs: For LIME's explainer.

        Raises:
            ArthurUserError: A library is missing, or fails for this sample.
        """
        self._sample = _as_matrix(data)
        with calling("the construction of the explainers"):
            if self.enable_shap:
                import shap

                self.shap_explainer = shap.KernelExplainer(
                    self._predict_encoded, self._background()
                )
            if self.enable_lime:
                from lime.lime_tabular import LimeTabularExplainer

                regression = self.model_type == OutputType.Regression
                self.lime_explainer = LimeTabularExplainer(
                    self._sample,
                    mode="regression" if regression else "classification",
                    discretize_continuous=False,
                    categorical_features=self.categorical_features,
                    random_state=self.seed,
                    **kwargs,
                )

    def _background(self) -> Any:
        import numpy as np

        rows = min(self.shap_training_samples, len(self._sample))
        chosen = np.random.default_rng(self.seed).choice(len(self._sample), rows, replace=False)
        return self._sample[np.sort(chosen)]

    def build_nlp_explainers(self, data: Any, **kwargs: Any) -> None:
        """Prepare LIME for texts.

        Args:
            data: Ignored: LIME perturbs the text itself.
            **kwargs: For LIME's explainer.

        Raises:
            ArthurUserError: The library is missing.
        """
        del data
        with calling("the construction of LIME's explainer"):
            from lime.lime_text import LimeTextExplainer

            self.lime_explainer = LimeTextExplainer(
                split_expression=self.text_delimiter, bow=False, random_state=self.seed, **kwargs
            )

    def build_image_explainers(self, data: Any, **kwargs: Any) -> None:
        """Prepare LIME for images.

        Args:
            data: Ignored: LIME perturbs the image itself.
            **kwargs: For LIME's explainer.

        Raises:
            ArthurUserError: The library is missing.
        """
        del data
        with calling("the construction of LIME's explainer"):
            from lime.lime_image import LimeImageExplainer

            self.lime_explainer = LimeImageExplainer(random_state=self.seed, **kwargs)

    # -- explaining ------------------------------------------------------------------------------

    def shap_expected_values(self) -> list[float]:
        """Return the mean prediction that the values of SHAP start from, one value per output.

        Raises:
            MethodNotApplicableError: SHAP was not prepared.
        """
        import numpy as np

        return [float(v) for v in np.atleast_1d(self._shap().expected_value)]

    def explain_tabular(
        self, algo: str, raw_feature_vectors: Any, nsamples: int | None = None, **kwargs: Any
    ) -> list[list[list[float]]]:
        """Explain rows.

        Args:
            algo: `shap` or `lime`.
            raw_feature_vectors: Rows of inputs.
            nsamples: Perturbed rows for one explanation; by default that of the library.
            **kwargs: For the library.

        Returns:
            Scores by row, output and input.

        Raises:
            UserValueError: There is no such algorithm.
            MethodNotApplicableError: The model is not tabular, or the algorithm was not prepared.
        """
        if algo == self.SHAP:
            more = {} if nsamples is None else {"nsamples": nsamples}
            return self.explain_tabular_shap(raw_feature_vectors, **more, **kwargs)
        if algo == self.LIME:
            more = {} if nsamples is None else {"num_samples": nsamples}
            return self.explain_tabular_lime(raw_feature_vectors, **more, **kwargs)
        raise UserValueError(f"algo must be 'shap' or 'lime', got {algo!r}")

    def explain_tabular_shap(
        self, raw_feature_vectors: Any, **kwargs: Any
    ) -> list[list[list[float]]]:
        """Explain rows with SHAP.

        Args:
            raw_feature_vectors: Rows of inputs.
            **kwargs: For `shap_values`.

        Returns:
            Scores by row, output and input.
        """
        import numpy as np

        explainer = self._shap()
        rows = self.encode_labels(raw_feature_vectors)
        with calling("SHAP"), seeded_randomness(self.seed):
            values = explainer.shap_values(rows, **{"silent": True, **kwargs})
        if isinstance(values, list):  # one array per output, as older versions return
            scores = np.stack(values, axis=1)
        elif np.ndim(values) == _MATRIX:  # the only output
            scores = np.asarray(values)[:, np.newaxis, :]
        else:
            scores = np.moveaxis(np.asarray(values), 2, 1)
        listed: list[list[list[float]]] = scores.astype(float).tolist()
        return listed

    def explain_tabular_lime(
        self, raw_feature_vectors: Any, **kwargs: Any
    ) -> list[list[list[float]]]:
        """Explain rows with LIME; all scores of a row with missing values are NaN.

        Args:
            raw_feature_vectors: Rows of inputs.
            **kwargs: For `explain_instance`.

        Returns:
            Scores by row, output and input.
        """
        import numpy as np

        explainer = self._lime(InputType.Tabular)
        rows = self.encode_labels(raw_feature_vectors)
        regression = self.model_type == OutputType.Regression
        labels = [REGRESSION_LABEL] if regression else list(range(self.num_predicted_attributes))

        def predict(encoded: Any) -> Any:
            outputs = self._predict_encoded(encoded)
            return outputs[:, 0] if regression else outputs

        results: list[Any] = []
        with calling("LIME"), seeded_randomness(self.seed):
            for row in rows:
                if np.isnan(row).any():
                    results.append(EmptyLimeExplanation(labels, len(row)))
                else:
                    results.append(
                        explainer.explain_instance(
                            row,
                            predict,
                            **{"labels": labels, "num_features": len(row), **kwargs},
                        )
                    )
        return self.format_lime_results(results)

    def explain_nlp(
        self, algo: str, raw_feature_vectors: Any, nsamples: int | None = None, **kwargs: Any
    ) -> list[list[list[list[Any]]]]:
        """Explain a text.

        Args:
            algo: `lime`.
            raw_feature_vectors: One row with one text.
            nsamples: Perturbed texts; 5000 by default.
            **kwargs: For `explain_instance`.

        Returns:
            By row and output pairs of word and score, in the order of the text.

        Raises:
            UserValueError: There is no such algorithm for texts.
        """
        self._only_lime(algo, "texts")
        return self.explain_nlp_lime(
            raw_feature_vectors, num_samples=nsamples or _DEFAULT_SAMPLES, **kwargs
        )

    def explain_nlp_lime(
        self, raw_feature_vectors: Any, **kwargs: Any
    ) -> list[list[list[list[Any]]]]:
        """Explain a text with LIME.

        Args:
            raw_feature_vectors: One row with one text.
            **kwargs: For `explain_instance`.

        Returns:
            By row and output pairs of word and score, in the order of the text.

        Raises:
            UserValueError: A row does not have exactly one text.
        """
        explainer = self._lime(InputType.NLP)
        rows = read_list("raw_feature_vectors", raw_feature_vectors, "rows", ordered=True)
        results = []
        with calling("LIME"), seeded_randomness(self.seed):
            for row in rows:
                texts = [row] if isinstance(row, str) else list(row)
                if len(texts) != 1 or not isinstance(texts[0], str):
                    raise UserValueError(
                        f"a row must have exactly one text, got {quote_value(row)}"
                    )
                pieces = len(re.split(self.text_delimiter, texts[0]))
                results.append(
                    explainer.explain_instance(
                        texts[0],
                        self._predict_directly,
                        **{
                            "labels": list(range(self.num_predicted_attributes)),
                            "num_features": pieces,
                            **kwargs,
                        },
                    )
                )
        return self.format_lime_text_results(results)

    def explain_image(
        self, algo: str, image_paths: Sequence[str], nsamples: int | None = None, **kwargs: Any
    ) -> list[dict[str, Any]]:
        """Explain images.

        Args:
            algo: `lime`.
            image_paths: Paths of the images.
            nsamples: Perturbed images; 5000 by default.
            **kwargs: For `explain_instance`.

        Returns:
            What `format_lime_image_results` returns.

        Raises:
            UserValueError: There is no such algorithm for images.
        """
        self._only_lime(algo, "images")
        return self.explain_image_lime(
            image_paths, num_samples=nsamples or _DEFAULT_SAMPLES, **kwargs
        )

    def explain_image_lime(self, image_paths: Sequence[str], **kwargs: Any) -> list[dict[str, Any]]:
        """Explain images with LIME, by about 40 segments of similar pixels.

        Args:
            image_paths: Paths of the images.
            **kwargs: For `explain_instance`.

        Returns:
            What `format_lime_image_results` returns.
        """
        from lime.wrappers.scikit_image import SegmentationAlgorithm

        explainer = self._lime(InputType.Image)
        paths = read_list("image_paths", image_paths, "paths", ordered=True)
        load = self.load_image_func
        if load is None:
            raise MethodNotApplicableError("this explainer has no function that loads images")
        settings = {
            "labels": list(range(self.num_predicted_attributes)),
            "top_labels": None,
            # LIME takes the number of a segment for its index, so the numbers must start at 0.
            "segmentation_fn": SegmentationAlgorithm(
                "slic", n_segments=_IMAGE_SEGMENTS, start_label=0
            ),
            **kwargs,
        }
        with calling("LIME"), seeded_randomness(self.seed):
            results = [
                explainer.explain_instance(load(path), self._predict_directly, **settings)
                for path in paths
            ]
        return self.format_lime_image_results(results)

    def _shap(self) -> Any:
        if self.model_input_type != InputType.Tabular or self.shap_explainer is None:
            raise MethodNotApplicableError(
                "SHAP is for tabular models whose explainer was created with enable_shap=True"
            )
        return self.shap_explainer

    def _lime(self, input_type: str) -> Any:
        if self.model_input_type != input_type or self.lime_explainer is None:
            raise MethodNotApplicableError(
                f"this explainer is for {self.model_input_type} inputs"
                f"{'' if self.enable_lime else ' without LIME'}, not for LIME of {input_type}"
            )
        return self.lime_explainer

    def _only_lime(self, algo: str, what: str) -> None:
        if algo != self.LIME:
            raise UserValueError(f"algo must be 'lime' for {what}, got {algo!r}")


def _take_rows(table: Any, kept: Sequence[int]) -> Any:
    from arthurai.upload.table import to_arrow

    return to_arrow(table, name="predictions_df").take(list(kept))


def _as_matrix(values: Any) -> Any:
    """Return numbers as an array of float64, shape (rows, inputs)."""
    import numpy as np

    with calling("the conversion of the rows to numbers"):
        matrix = np.asarray(values, dtype=float)
    return matrix.reshape(1, -1) if matrix.ndim == 1 else matrix
