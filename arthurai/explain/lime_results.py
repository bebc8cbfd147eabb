"""LIME's explanations as plain lists."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from arthurai.common.constants import OutputType

if TYPE_CHECKING:
    from collections.abc import Sequence

REGRESSION_LABEL = 1
"""Under which label LIME explains the output of a regression."""


class EmptyLimeExplanation:
    """Stands for the explanation of a row that cannot be explained: every score is NaN.

    Args:
        class_int_labels: Labels of the outputs.
        num_features: Number of inputs.
    """

    def __init__(self, class_int_labels: Sequence[int], num_features: int) -> None:
        self.class_int_labels = list(class_int_labels)
        self.num_features = num_features

    def as_map(self) -> dict[int, list[tuple[int, float]]]:
        """Give the scores as LIME does.

        Returns:
            For each label pairs of feature index and NaN.
        """
        return {
            label: [(index, math.nan) for index in range(self.num_features)]
            for label in self.class_int_labels
        }


class LimeResults:
    """Arranges LIME's explanations.

    Attributes:
        model_type: A member of :class:`~arthurai.common.constants.OutputType`.
    """

    model_type: str

    @staticmethod
    def format_lime_results_for_one_class(
        feature_index_score_pairs: Sequence[tuple[int, float]],
    ) -> list[float]:
        """Put the scores of one output into the order of the inputs.

        Args:
            feature_index_score_pairs: Pairs of feature index and score, in any order.

        Returns:
            The scores.
        """
        return [float(score) for _, score in sorted(feature_index_score_pairs)]

    def format_lime_results(self, results: Sequence[Any]) -> list[list[list[float]]]:
        """Arrange LIME's explanations of rows.

        Args:
            results: LIME's explanations.

        Returns:
            Scores by row, output and input.
        """
        regression = self.model_type == OutputType.Regression
        arranged = []
        for result in results:
            by_label = result.as_map()
            labels = [REGRESSION_LABEL] if regression else sorted(by_label)
            arranged.append(
                [self.format_lime_results_for_one_class(by_label[label]) for label in labels]
            )
        return arranged

    def format_lime_text_results(self, results: Sequence[Any]) -> list[list[list[list[Any]]]]:
        """Arrange LIME's explanations of texts.

        Args:
            results: LIME's explanations.

        Returns:
            By row and output pairs of word and score, in the order of the text.
        """
        arranged = []
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
        """Arrange LIME's explanations of images.

        Args:
            results: LIME's explanations.

        Returns:
            For each image ``lime_segment_mask``, the segment of each pixel, and
            ``lime_region_mapping``, by output pairs of segment and score.
        """
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
