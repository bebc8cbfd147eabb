"""Explanations of LIME as plain lists."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.constants import OutputType
from arthurai.common.exceptions import wrap_errors
from arthurai.explain.library_calls import calling

if TYPE_CHECKING:
    from collections.abc import Sequence

REGRESSION_LABEL = 1
"""Label under which LIME explains the output of a regression."""

_READING: Final = "the reading of explanations of LIME"


@wrap_errors
class EmptyLimeExplanation:
    """The explanation of a row that cannot be explained: every score is NaN.

    Args:
        class_int_labels: Labels of the outputs.
        num_features: Number of inputs.
    """

    def __init__(self, class_int_labels: Sequence[int], num_features: int) -> None:
        self.class_int_labels = list(class_int_labels)
        self.num_features = num_features

    def as_map(self) -> dict[int, list[tuple[int, float]]]:
        """Return for each label pairs of feature index and NaN."""
        return {
            label: [(index, math.nan) for index in range(self.num_features)]
            for label in self.class_int_labels
        }


@wrap_errors
class LimeResults:
    """Formats explanations of LIME.

    Attributes:
        model_type: An `OutputType`.
    """

    model_type: str

    @staticmethod
    def format_lime_results_for_one_class(
        feature_index_score_pairs: Sequence[tuple[int, float]],
    ) -> list[float]:
        """Return the scores of one output in the order of the inputs.

        Args:
            feature_index_score_pairs: Pairs of feature index and score, in any order.
        """
        with calling(_READING):
            return [float(score) for _, score in sorted(feature_index_score_pairs)]

    def format_lime_results(self, results: Sequence[Any]) -> list[list[list[float]]]:
        """Return the scores of explained rows by row, output and input.

        Args:
            results: Explanations of LIME.
        """
        regression = self.model_type == OutputType.Regression
        arranged = []
        with calling(_READING):
            for result in results:
                by_label = result.as_map()
                labels = [REGRESSION_LABEL] if regression else sorted(by_label)
                arranged.append(
                    [self.format_lime_results_for_one_class(by_label[label]) for label in labels]
                )
        return arranged

    def format_lime_text_results(self, results: Sequence[Any]) -> list[list[list[list[Any]]]]:
        """Return pairs of word and score by row and output, in the order of the text.

        Args:
            results: Explanations of LIME.
        """
        arranged = []
        with calling(_READING):
            for result in results:
                words = result.domain_mapper.indexed_string
                by_label = result.as_map()
                arranged.append(
                    [
                        [
                            [str(words.word(int(i))), float(score)]
                            for i, score in sorted(by_label[label])
                        ]
                        for label in sorted(by_label)
                    ]
                )
        return arranged

    @staticmethod
    def format_lime_image_results(results: Sequence[Any]) -> list[dict[str, Any]]:
        """Return segments and scores of explained images.

        Args:
            results: Explanations of LIME.

        Returns:
            For each image `lime_segment_mask`, the segment of each pixel, and
            `lime_region_mapping`, pairs of segment and score by output.
        """
        with calling(_READING):
            return [
                {
                    "lime_segment_mask": result.segments.tolist(),
                    "lime_region_mapping": {
                        str(int(label)): [[int(segment), float(score)] for segment, score in pairs]
                        for label, pairs in sorted(result.local_exp.items())
                    },
                }
                for result in results
            ]
