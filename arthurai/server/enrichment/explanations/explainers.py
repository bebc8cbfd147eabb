"""LIME and SHAP on a predict function, inside the process that runs it."""

from __future__ import annotations

import importlib
import math
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from arthurai.common.predict_functions import LabelEncoding, output_matrix

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SHAP_BACKGROUND: Final = 20
"""Rows that features are replaced from; more where that costs little."""
MAX_SHAP_PREDICTIONS: Final = 10_000
"""Predictions of one explanation that a larger background may take."""
SEGMENTS: Final = 40


@dataclass(frozen=True)
class Task:
    """What is to be explained.

    Attributes:
        kind: `tabular`, `text` or `image`.
        outputs: Number of predicted attributes.
        classifies: Whether they are classes.
        positive: Place of the positive class of a binary classifier.
        algorithm: `lime` or `shap`: the one whose libraries are loaded in advance; those of the
            other one are loaded on demand.
        seed: Makes explanations repeatable.
        features: Names of the input attributes of a tabular model, in the order of predict.
        categories: For each of them its categories, or `None` for a number.
        sample: Rows of the reference set, values as in JSON.
        delimiter: Regular expression between the words of a text.
    """

    kind: str
    outputs: int
    classifies: bool
    algorithm: str
    seed: int
    positive: int | None = None
    features: list[str] = field(default_factory=list)
    categories: list[list[Any] | None] = field(default_factory=list)
    sample: list[list[Any]] = field(default_factory=list)
    delimiter: str = r"\W+"


class Explainer(ABC):
    """Predicts, and explains predictions."""

    def __init__(self, task: Task, predictions: Predictions) -> None:
        """Explain a predict function.

        Args:
            task: What is to be explained.
            predictions: The predict function; takes rows as lists of values, texts, or images as
                arrays.
        """
        self._task = task
        self._predictions = predictions

    def predict(self, rows: list[Any]) -> list[list[float]]:
        """Return the predictions of each row.

        Args:
            rows: Values as in JSON, texts, or paths of image files.
        """
        result: list[list[float]] = self._predictions(rows).tolist()
        return result

    @abstractmethod
    def explain(self, rows: list[Any], algorithm: str, samples: int) -> list[Any]:
        """Return the explanation of each row.

        Args:
            rows: Values as in JSON, texts, or paths of image files.
            algorithm: `lime` or `shap`.
            samples: Number of perturbations of each row.
        """

    def expected_values(self) -> list[float] | None:
        """Return the mean prediction over a background, `None` without one."""
        return None

    def base_errors(self) -> tuple[int, list[float]] | None:
        """Return the rows of the background, and the standard errors of the means over it."""
        return None


def load_libraries(task: Task) -> None:
    """Import what an explanation needs before the process is confined.

    Args:
        task: What is to be explained.
    """
    names = {
        ("tabular", "shap"): ["shap"],
        ("tabular", "lime"): ["lime.lime_tabular"],
        ("text", "lime"): ["lime.lime_text"],
        ("image", "lime"): ["lime.lime_image", "skimage.segmentation"],
    }.get((task.kind, task.algorithm), [])
    for name in names:
        importlib.import_module(name)


def create_explainer(
    task: Task, predict: Callable[..., Any], load_image: Callable[[str], Any] | None
) -> Explainer:
    """Return an explainer.

    Args:
        task: What is to be explained.
        predict: The function of the user; returns a prediction for each row, text or image.
        load_image: The function of the user that reads an image file.
    """
    function = Predictions(task, predict)
    if task.kind == "tabular":
        return TabularExplainer(task, function)
    if task.kind == "text":
        return TextExplainer(task, function)
    if load_image is None:
        raise ValueError("an image model requires a function load_image")
    return ImageExplainer(task, function, load_image)


class Predictions:
    """A user's predict function with a checked result, one column for each predicted attribute."""

    def __init__(self, task: Task, function: Callable[..., Any]) -> None:
        """Wrap a function.

        Args:
            task: What is predicted.
            function: Takes inputs, returns numbers, shape (rows,) or (rows, outputs).
        """
        self._task = task
        self._function = function

    def __call__(self, inputs: Any) -> Floats:
        """Return predictions, shape (rows, outputs).

        Raises:
            ValueError: The function returned something else.
        """
        task = self._task
        found = output_matrix(self._function(inputs), len(inputs), task.outputs, task.positive)
        if not np.isfinite(found).all():
            raise ValueError("predict returned NaN or infinite values")
        return found


class TabularExplainer(Explainer):
    """Explains rows of numbers and categories; categories are numbered for the libraries."""

    def __init__(self, task: Task, predictions: Predictions) -> None:
        """Encode the sample and predict a background; the arguments are those of `Explainer`."""
        super().__init__(task, predictions)
        self._encoding = LabelEncoding(
            [
                None if labels is None else {label: number for number, label in enumerate(labels)}
                for labels in task.categories
            ]
        )
        sample = self._encoding.encode(task.sample)
        self._sample = sample[~np.isnan(sample).any(axis=1)]
        if not len(self._sample):
            raise ValueError(_describe_missing(task, sample))
        generator = np.random.default_rng(task.seed)
        shuffled = generator.permutation(len(self._sample))
        first = self._predict(self._sample[np.sort(shuffled[:SHAP_BACKGROUND])])
        chosen = np.sort(shuffled[: _background_size(len(task.features), len(self._sample))])
        self._background = self._sample[chosen]
        base = first if len(chosen) <= len(first) else self._predict(self._background)
        self._expected = base.mean(axis=0)
        self._base_errors = _base_errors(base, len(self._sample))
        self._lime: Any = None
        self._shap: Any = None

    def _predict(self, encoded: Floats) -> Floats:
        return self._predictions(self._encoding.decode(np.asarray(encoded)))

    def _predict_one(self, output: int, encoded: Floats) -> Floats:
        return self._predict(encoded)[:, output]

    def expected_values(self) -> list[float] | None:
        """Return the mean prediction over the background rows."""
        values: list[float] = self._expected.tolist()
        return values

    def base_errors(self) -> tuple[int, list[float]]:
        """Return the rows of the background, and the standard errors of the means over it."""
        return len(self._background), self._base_errors

    def explain(self, rows: list[Any], algorithm: str, samples: int) -> list[Any]:
        """Return scores by row, output and feature; `None` for a row with a missing value."""
        encoded = self._encoding.encode(rows)
        explain = self._by_shap if algorithm == "shap" else self._by_lime
        return [None if np.isnan(row).any() else _finite(explain(row, samples)) for row in encoded]

    def _by_shap(self, row: Floats, samples: int) -> list[list[float]]:
        if self._shap is None:
            shap = importlib.import_module("shap")
            self._shap = shap.KernelExplainer(self._predict, self._background)
        np.random.seed(self._task.seed)  # noqa: NPY002 - the library draws from the global state
        found = np.asarray(
            self._shap.shap_values(row.reshape(1, -1), nsamples=samples, l1_reg=0, silent=True)
        )
        # (1, features, outputs), or without the last one where there is a single output
        values: list[list[float]] = found.reshape(len(row), self._task.outputs).T.tolist()
        return values

    def _by_lime(self, row: Floats, samples: int) -> list[list[float]]:
        if self._lime is None:
            self._lime = self._create_lime()
        state = np.random.RandomState(self._task.seed)
        self._lime.random_state = self._lime.base.random_state = state
        if not self._task.classifies:
            return [
                self._lime_scores(row, partial(self._predict_one, output), (1,), samples)[0]
                for output in range(self._task.outputs)
            ]
        labels = tuple(range(self._task.outputs))
        return self._lime_scores(row, self._predict, labels, samples)

    def _lime_scores(
        self,
        row: Floats,
        function: Callable[[Floats], Floats],
        labels: tuple[int, ...],
        samples: int,
    ) -> list[list[float]]:
        found = self._lime.explain_instance(
            row,
            function,
            labels=labels,
            num_features=len(row),
            num_samples=samples,
        ).as_map()
        return [_order_scores(found[label], len(row)) for label in labels]

    def _create_lime(self) -> Any:
        lime_tabular = importlib.import_module("lime.lime_tabular")
        categorical = [n for n, c in enumerate(self._task.categories) if c is not None]
        return lime_tabular.LimeTabularExplainer(
            self._sample,
            mode="classification" if self._task.classifies else "regression",
            feature_names=self._task.features,
            categorical_features=categorical,
            class_names=[str(n) for n in range(self._task.outputs)],
            discretize_continuous=False,
            random_state=self._task.seed,
        )


def _background_size(features: int, rows: int) -> int:
    """Return how many rows the background has: the whole sample where few features cost little.

    Each of the 2^features - 2 coalitions of features takes a prediction for each of its rows.
    """
    coalitions: int = max(1, (1 << min(features, 20)) - 2)
    return min(rows, max(SHAP_BACKGROUND, MAX_SHAP_PREDICTIONS // coalitions))


def _base_errors(base: Floats, rows: int) -> list[float]:
    """Return how far the means of a background are from those of the sample it was drawn from.

    With the finite population correction (Cochran 1977, "Sampling Techniques", section 2.6): the
    error of a background that is the whole sample is 0.
    """
    drawn = len(base)
    if drawn >= rows or drawn == 1:
        return [0.0 if drawn >= rows else math.nan] * base.shape[1]
    errors: list[float] = (
        base.std(axis=0, ddof=1) * math.sqrt((1 - drawn / rows) / drawn)
    ).tolist()
    return errors


def _describe_missing(task: Task, sample: Floats) -> str:
    """Say why no row of a sample can be used."""
    empty = [name for place, name in enumerate(task.features) if np.isnan(sample[:, place]).all()]
    if not empty or not len(sample):
        return "no row of the reference set has all inputs"
    return (
        "no row of the reference set has all inputs: there is no value of "
        f"{', '.join(map(repr, empty))}"
    )


class TextExplainer(Explainer):
    """Explains texts word by word; repeated words count separately."""

    def __init__(self, task: Task, predictions: Predictions) -> None:
        """Predict a background; the arguments are those of `Explainer`."""
        super().__init__(task, predictions)
        texts = [row[0] for row in task.sample if row[0]][:SHAP_BACKGROUND]
        self._expected = self._predictions(texts).mean(axis=0).tolist() if texts else None

    def expected_values(self) -> list[float] | None:
        """Return the mean prediction over some texts of the reference set."""
        return self._expected

    def explain(self, rows: list[Any], algorithm: str, samples: int) -> list[Any]:
        """Return by text and output a list of (word, position, score)."""
        del algorithm
        return [None if not text else self._words(text, samples) for text in rows]

    def _words(self, text: str, samples: int) -> list[list[tuple[str, int, float]]]:
        labels = tuple(range(self._task.outputs))
        words = [w for w in re.split(self._task.delimiter, text) if w]
        if not words:
            return [[] for _ in labels]
        lime_text = importlib.import_module("lime.lime_text")
        explainer = lime_text.LimeTextExplainer(
            split_expression=self._task.delimiter,
            bow=False,
            class_names=[str(n) for n in labels],
            random_state=self._task.seed,
        )
        found = explainer.explain_instance(
            text,
            lambda texts: self._predictions(list(texts)),
            labels=labels,
            num_features=len(words),
            num_samples=samples,
        )
        indexed = found.domain_mapper.indexed_string
        scores = found.as_map()
        return [
            [
                (str(indexed.word(place)), int(place), _number(score))
                for place, score in sorted(scores[label])
            ]
            for label in labels
        ]


class ImageExplainer(Explainer):
    """Explains images segment by segment."""

    def __init__(
        self, task: Task, predictions: Predictions, load_image: Callable[[str], Any]
    ) -> None:
        """Explain images.

        Args:
            task: What is to be explained.
            predictions: The predict function.
            load_image: Reads an image file as an array, shape (height, width, channels).
        """
        super().__init__(task, predictions)
        self._load = load_image

    def predict(self, rows: list[Any]) -> list[list[float]]:
        """Return the predictions of each image; images may differ in size."""
        images = [np.asarray(self._load(path)) for path in rows]
        return [self._predictions(image[np.newaxis])[0].tolist() for image in images]

    def explain(self, rows: list[Any], algorithm: str, samples: int) -> list[Any]:
        """Return the segments of each image and their scores."""
        del algorithm
        return [self._segments(path, samples) for path in rows]

    def _segments(self, path: str, samples: int) -> dict[str, Any]:
        lime_image = importlib.import_module("lime.lime_image")
        slic = importlib.import_module("skimage.segmentation").slic
        image = np.asarray(self._load(path))
        channels = -1 if image.ndim == 3 else None  # noqa: PLR2004 - height, width, channels
        labels = tuple(range(self._task.outputs))
        found = lime_image.LimeImageExplainer(random_state=self._task.seed).explain_instance(
            image,
            self._predictions,
            labels=labels,
            top_labels=None,
            num_samples=samples,
            segmentation_fn=lambda picture: slic(
                picture, n_segments=SEGMENTS, channel_axis=channels, start_label=0
            ),
            random_seed=self._task.seed,
        )
        return {
            "lime_segment_mask": found.segments.astype(int).tolist(),
            "lime_region_mapping": {
                str(label): [[int(s), _number(score)] for s, score in found.local_exp[label]]
                for label in labels
            },
        }


def _order_scores(scores: Sequence[tuple[int, float]], count: int) -> list[float]:
    ordered = [0.0] * count
    for feature, score in scores:
        ordered[int(feature)] = float(score)
    return ordered


def _finite(scores: list[list[float]]) -> list[list[float]]:
    return [[_number(score) for score in row] for row in scores]


def _number(value: Any) -> float:
    number = float(value)
    return number if math.isfinite(number) else 0.0
