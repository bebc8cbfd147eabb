"""A decision tree of the regions in which a classifier is right or wrong."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from arthurai.common.vocabulary import ValueType
from arthurai.server.enrichment.optional_imports import import_optional

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from arthurai.server.enrichment.feature_encoding import Feature, Matrix

MAX_DEPTH: Final = 7
MIN_LEAF_ROWS: Final = 5
MIN_LEAF_SHARE: Final = 0.01
_SEED: Final = 0

Node = dict[str, Any]


def grow_tree(
    matrix: Matrix, features: Sequence[Feature], truth: Sequence[str], predicted: Sequence[str]
) -> Node | None:
    """Grow a tree that separates correct predictions from wrong ones, and measure its nodes.

    Args:
        matrix: Encoded attributes, shape (rows, features).
        features: The columns of the matrix.
        truth: True class of each row.
        predicted: Predicted class of each row.

    Returns:
        The root as a `HotspotNode` of the API with its children, or `None` with too few rows.
    """
    rows = len(truth)
    if rows < MIN_LEAF_ROWS:
        return None
    right = np.array([t == p for t, p in zip(truth, predicted, strict=True)], dtype=bool)
    leaf_rows = max(MIN_LEAF_ROWS, math.ceil(rows * MIN_LEAF_SHARE))
    splits = _Splits()
    if features and rows >= 2 * leaf_rows:
        grown = import_optional("sklearn.tree").DecisionTreeClassifier(
            max_depth=MAX_DEPTH, min_samples_leaf=leaf_rows, random_state=_SEED
        )
        # The learner rounds to 32 bits; splits depend on the order of values only.
        ranks = np.column_stack([np.unique(c, return_inverse=True)[1] for c in matrix.T])
        splits = _Splits(grown.fit(ranks, right).tree_, ranks)
    builder = _Builder(matrix, features, np.array(truth), np.array(predicted), splits)
    return builder.node(0, np.arange(rows), {}, "")


def find_weak_nodes(root: Node, metric: str, threshold: float) -> list[Node]:
    """Return the uppermost nodes that are weaker than a threshold, without their children.

    Args:
        root: Root of a tree.
        metric: `accuracy`, `precision`, `recall` or `f1`.
        threshold: Limit; a node is weak when its metric is less.
    """
    return list(_weak(root, metric, threshold))


def _weak(node: Node, metric: str, threshold: float) -> Iterator[Node]:
    if node[metric] < threshold:
        yield {name: value for name, value in node.items() if name not in {"left", "right"}}
        return
    for side in ("left", "right"):
        if side in node:
            yield from _weak(node[side], metric, threshold)


class _Splits:
    """The splits of a grown tree; without one there is only a root."""

    def __init__(self, grown: Any = None, ranks: Any = None) -> None:
        self._grown = grown
        self._ranks = ranks

    def at(
        self, place: int, rows: NDArray[np.intp]
    ) -> tuple[int, NDArray[np.bool_], int, int] | None:
        """Return column, which rows go left, and both children of a node; `None` for a leaf."""
        if self._grown is None or self._grown.children_left[place] < 0:
            return None
        column = int(self._grown.feature[place])
        return (
            column,
            self._ranks[rows, column] <= self._grown.threshold[place],
            int(self._grown.children_left[place]),
            int(self._grown.children_right[place]),
        )


class _Builder:
    def __init__(
        self,
        matrix: Matrix,
        features: Sequence[Feature],
        truth: NDArray[np.str_],
        predicted: NDArray[np.str_],
        splits: _Splits,
    ) -> None:
        self._matrix = matrix
        self._features = features
        self._truth = truth
        self._predicted = predicted
        self._splits = splits

    def node(
        self, place: int, rows: NDArray[np.intp], rules: dict[str, dict[str, Any]], feature: str
    ) -> Node:
        node: Node = {"rules": rules, **_measures(self._truth[rows], self._predicted[rows])}
        node["feature"] = feature
        split = self._splits.at(place, rows)
        if split is None:
            return node
        column, below, left, right = split
        cut = self._features[column]
        values = self._matrix[rows, column]
        cutoff = _find_cutoff(float(values[below].max()), float(values[~below].min()))
        node["feature"] = cut.attribute.name
        if cut.category is None:
            node["cutoff"] = cutoff
        categories = [
            f.category
            for f in self._features
            if f.attribute is cut.attribute and f.category is not None
        ]
        for side, child, is_in in (("left", left, below), ("right", right, ~below)):
            inner = _narrow(rules, cut, cutoff, categories, above=side == "right")
            node[side] = self.node(child, rows[is_in], inner, cut.attribute.name)
        return node


def _find_cutoff(low: float, high: float) -> float:
    """Return the middle of two numbers, or the lower one when there is nothing between them."""
    middle = low / 2 + high / 2
    return middle if low < middle < high else low


def _narrow(
    rules: Mapping[str, dict[str, Any]],
    cut: Feature,
    cutoff: float,
    categories: Sequence[str],
    *,
    above: bool,
) -> dict[str, dict[str, Any]]:
    """Return the rules of a child; categories are those of the feature that is cut."""
    name = cut.attribute.name
    own = dict(rules.get(name, {}))
    if cut.category is None:
        own["gt" if above else "lte"] = cutoff
        return {**rules, name: own}
    value = _to_typed(cut, cut.category)
    if above:
        own = {"eq": value}
    elif not own:
        own = {"ne": value}
    else:
        # The query language has no "not in", so the remaining ones are listed.
        left = own.get("in") or [v for c in categories if (v := _to_typed(cut, c)) != own["ne"]]
        left = [v for v in left if v != value]
        own = {"in": left}
    return {**rules, name: own}


def _to_typed(feature: Feature, category: str) -> Any:
    if feature.attribute.value_type == ValueType.Integer:
        return int(category)
    if feature.attribute.value_type == ValueType.Boolean:
        return category == "true"
    return category


def _measures(truth: NDArray[np.str_], predicted: NDArray[np.str_]) -> dict[str, Any]:
    rows = len(truth)
    pairs = Counter(zip(truth.tolist(), predicted.tolist(), strict=True))
    said = Counter(predicted.tolist())
    classes: dict[str, dict[str, Any]] = {}
    for name, count in sorted(Counter(truth.tolist()).items()):
        hits = pairs[name, name]
        precision = hits / said[name] if said[name] else 0.0
        recall = hits / count
        classes[name] = {
            "class_precision": precision,
            "class_recall": recall,
            "class_f1": 2 * hits / (count + said[name]),
            "count": count,
            "pred_to_count": {p: n for (t, p), n in sorted(pairs.items()) if t == name},
        }
    accuracy = float((truth == predicted).mean())

    def mean(member: str) -> float:
        return float(sum(c[member] * c["count"] for c in classes.values()) / rows)

    return {
        "accuracy": accuracy,
        "precision": mean("class_precision"),
        "recall": mean("class_recall"),
        "f1": mean("class_f1"),
        "impurity": 2 * accuracy * (1 - accuracy),
        "n_samples": rows,
        "gt_to_info": classes,
    }
