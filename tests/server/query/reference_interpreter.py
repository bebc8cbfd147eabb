"""A slow and obvious interpreter of the query language over plain rows.

It shares no code with the server: rows are dictionaries, expressions are walked for each row, and
aggregates are computed by pandas, numpy and scikit-learn on the values of a group.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math

import numpy as np
import pandas as pd
from sklearn import metrics as sk

ORDER = "__order__"  # hidden column: place of the row in its source


class Model:
    """What evaluation functions must know: predictions in order, their truths, the threshold."""

    def __init__(self, predictions, truths, threshold=0.5, positive=None):
        self.predictions = predictions
        self.truths = dict(zip(predictions, truths, strict=True))
        self.threshold = threshold
        self.positive = positive or predictions[0]


def run(query, sources, model):
    """Answer a query; `sources` maps data sources to rows."""
    if query.get("subquery"):
        rows = run(query["subquery"], sources, model)
        ordered = bool(query["subquery"].get("order_by"))
        rows = [{**row, ORDER: place if ordered else None} for place, row in enumerate(rows)]
    else:
        rows = sources[query.get("from") or "inference"]
    return Level(query, rows, model).answer()


class Level:
    def __init__(self, query, rows, model):
        self.query = query
        self.rows = rows
        self.model = model
        self.aliases = {
            item.get("alias") or item.get("function"): item
            for item in query["select"]
            if "alias" in item or "function" in item
        }

    def answer(self):
        filters = self.query.get("filter") or []
        rows = self.rows
        for condition in filters:
            if not self.folds(self.target(condition)):
                rows = [
                    row
                    for row in rows
                    if holds(self.per_row(self.target(condition), row), condition)
                ]
        keys = [self.target(key) for key in self.query.get("group_by") or []]
        if keys or any(self.folds(item) for item in self.query["select"]):
            found = self.grouped(rows, keys, filters)
        else:
            found = self.plain(rows)
        start = self.query.get("offset") or 0
        limit = self.query.get("limit")
        return found[start : None if limit is None else start + limit]

    def plain(self, rows):
        order = self.query.get("order_by") or []
        rows = sorted_rows(
            rows, [(lambda r, o=o: self.per_row(self.target(o), r), o) for o in order]
        )
        found = []
        for place, row in enumerate(rows):
            outputs = {}
            for item in self.query["select"]:
                if item.get("function") == "neighbor":
                    outputs[name(item)] = self.neighbor(item, rows, place)
                else:
                    outputs[name(item)] = self.per_row(item, row)
            found.append(outputs)
        return found

    def neighbor(self, item, rows, place):
        parameters = item["parameters"]
        there = place + parameters["offset"]
        if not 0 <= there < len(rows):
            return parameters.get("default")
        return self.per_row(as_node(parameters["property"]), rows[there])

    def grouped(self, rows, keys, filters):
        groups = {}
        for row in rows:
            groups.setdefault(tuple(self.per_row(key, row) for key in keys), []).append(row)
        if not keys:
            groups = {(): rows}
        order = self.query.get("order_by") or []
        having = [f for f in filters if self.folds(self.target(f))]
        found = [
            members
            for members in groups.values()
            if all(holds(self.per_group(self.target(f), members), f) for f in having)
        ]
        found = sorted_rows(
            found, [(lambda g, o=o: self.per_group(self.target(o), g), o) for o in order]
        )
        return [
            {name(item): self.per_group(item, members) for item in self.query["select"]}
            for members in found
        ]

    def target(self, item):
        if "alias" in item and "property" not in item and "function" not in item:
            return {"alias_ref": item["alias"]}
        return {"property": item["property"]} if "property" in item else item

    def folds(self, node):
        if "alias_ref" in node:
            item = self.aliases.get(node["alias_ref"])
            return item is not None and self.folds(item)
        if "function" not in node:
            return False
        parameters = node.get("parameters") or {}
        nested = [value for value in parameters.values() if is_reference(value)]
        return node["function"] in AGGREGATES or any(self.folds(as_node(v)) for v in nested)

    # -- expressions ------------------------------------------------------------------------------

    def per_row(self, node, row):
        if "literal" in node:
            return node["literal"]
        if "alias_ref" in node:
            item = self.aliases.get(node["alias_ref"])
            return row[node["alias_ref"]] if item is None else self.per_row(item, row)
        if "property" in node and "function" not in node:
            return row[node["property"]]
        parameters = node.get("parameters") or {}
        return ROW_WISE[node["function"]](
            parameters, lambda key: self.per_row(as_node(parameters[key]), row), self, row
        )

    def per_group(self, node, members):
        if "alias_ref" in node and node["alias_ref"] in self.aliases:
            return self.per_group(self.aliases[node["alias_ref"]], members)
        if not self.folds(node):
            return self.per_row(node, members[0]) if members else None
        parameters = node.get("parameters") or {}
        if node["function"] in AGGREGATES:
            return AGGREGATES[node["function"]](self, parameters, members)
        return ROW_WISE[node["function"]](
            parameters,
            lambda key: self.per_group(as_node(parameters[key]), members),
            self,
            None,
        )

    def values(self, parameter, members):
        return [self.per_row(as_node(parameter), row) for row in members]

    def present(self, parameter, members):
        return [value for value in self.values(parameter, members) if value is not None]


def name(item):
    return item.get("alias") or item.get("function") or item["property"]


def is_reference(value):
    return isinstance(value, dict) and ("alias_ref" in value or "nested_function" in value)


def as_node(value):
    if isinstance(value, str):
        return {"property": value}
    if isinstance(value, dict):
        return value.get("nested_function") or value
    return {"literal": value}


def sorted_rows(rows, keys):
    for read, item in reversed(keys):
        descending = item.get("direction", "asc").lower() == "desc"
        present = [row for row in rows if read(row) is not None]
        missing = [row for row in rows if read(row) is None]
        rows = sorted(present, key=read, reverse=descending) + missing
    return rows


def moment(value):
    if not isinstance(value, str):
        return value
    found = dt.datetime.fromisoformat(value)
    return found.astimezone(dt.UTC).replace(tzinfo=None) if found.tzinfo else found


def holds(value, condition):
    comparator, wanted = condition["comparator"].lower(), condition.get("value")
    if comparator in {"isnull", "is_null"} or (comparator == "eq" and wanted is None):
        return value is None
    if comparator == "notnull" or (comparator == "ne" and wanted is None):
        return value is not None
    if comparator == "in":
        options = [like_type(option, value) for option in wanted]
        return value in options
    if value is None:
        return False
    if comparator == "like":
        return like(value, wanted)
    wanted = like_type(wanted, value)
    return {
        "eq": value == wanted,
        "ne": value != wanted,
        "lt": value < wanted,
        "lte": value <= wanted,
        "gt": value > wanted,
        "gte": value >= wanted,
    }[comparator]


def like_type(wanted, value):
    if isinstance(value, dt.datetime) and wanted is not None:
        return moment(wanted)
    if isinstance(value, str) and wanted is not None:
        return str(wanted)
    if isinstance(value, int | float) and isinstance(wanted, str):
        return float(wanted)
    return wanted


def like(value, pattern):
    if "%" not in pattern and "_" not in pattern:
        return pattern in value
    if not pattern:
        return not value
    if pattern[0] == "%":
        return any(like(value[i:], pattern[1:]) for i in range(len(value) + 1))
    if not value:
        return False
    return pattern[0] in {"_", value[0]} and like(value[1:], pattern[1:])


# -- functions over rows --------------------------------------------------------------------------


def floor_time(value, interval):
    zero = {"microsecond": 0}
    for unit, low in (("second", 0), ("minute", 0), ("hour", 0), ("day", 1), ("month", 1)):
        if unit == interval:
            break
        zero[unit] = low
    if interval in {"week", "quarter"}:
        day = value.replace(hour=0, minute=0, second=0, microsecond=0)
        if interval == "week":
            return day - dt.timedelta(days=day.weekday())
        return day.replace(day=1, month=3 * ((day.month - 1) // 3) + 1)
    return value.replace(**zero)


def round_timestamp(parameters, read, level, row):
    value = read("property")
    return None if value is None else floor_time(value, parameters["time_interval"])


def date_diff(parameters, read, level, row):
    unit, start, end = parameters["unit"], read("start_date"), read("end_date")
    if start is None or end is None:
        return None
    if unit in {"month", "quarter", "year"}:
        months = (end.year - start.year) * 12 + end.month - start.month
        if unit == "month":
            return months
        if unit == "year":
            return end.year - start.year
        return (end.year - start.year) * 4 + (end.month - 1) // 3 - (start.month - 1) // 3
    length = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 7 * 86400}[unit]
    return round((floor_time(end, unit) - floor_time(start, unit)).total_seconds() / length)


def label_by_max(parameters, read, level, row):
    scores = [(row[column], column) for column in parameters["properties"]]
    best = max((score for score, _ in scores if score is not None), default=None)
    return next((column for score, column in scores if score is not None and score == best), None)


def choose(parameters, read, level, row):
    chosen = "then" if holds(read("property"), parameters) else "else"
    value = parameters[chosen]
    return read(chosen) if is_reference(value) else value


def bin_continuous(parameters, read, level, row):
    value = read("property")
    if value is None:
        return None
    return 1 + sum(threshold <= value for threshold in set(parameters["bin_thresholds"]))


def arithmetic(operation):
    def compute(parameters, read, level, row):
        left, right = read("left"), read("right")
        if left is None or right is None:
            return None
        return operation(float(left), float(right))

    return compute


def equals(parameters, read, level, row):
    left, right = read("left"), read("right")
    return None if left is None or right is None else int(left == right)


def logic(decides):
    def compute(parameters, read, level, row):
        sides = [None if side is None else side != 0 for side in (read("left"), read("right"))]
        if decides in sides:
            return int(decides)
        return None if None in sides else int(not decides)

    return compute


def absolute(parameters, read, level, row):
    value = read("property")
    return None if value is None else abs(float(value))


def fair(parameters, read, level, row):
    score = read("predicted_property")
    for entry in parameters["thresholds"]:
        fits = all(
            holds(row[c["property"]], {"comparator": "eq", **c}) for c in entry["conditions"]
        )
        if fits:
            return None if score is None else int(score >= entry["threshold"])
    return None


ROW_WISE = {
    "roundTimestamp": round_timestamp,
    "dateDiff": date_diff,
    "labelByMaxColumn": label_by_max,
    "if": choose,
    "binContinuous": bin_continuous,
    "add": arithmetic(lambda a, b: a + b),
    "subtract": arithmetic(lambda a, b: a - b),
    "multiply": arithmetic(lambda a, b: a * b),
    "divide": arithmetic(lambda a, b: None if b == 0 else a / b),
    "equals": equals,
    "and": logic(False),
    "or": logic(True),
    "abs": absolute,
    "biasMitigatedPredictions": fair,
}


# -- aggregates -----------------------------------------------------------------------------------


def series(fold, least=1):
    def compute(level, parameters, members):
        values = level.present(parameters["property"], members)
        if len(values) < least:
            return None
        return fold(pd.Series([float(v) for v in values]))

    return compute


def extreme(fold):
    def compute(level, parameters, members):
        return fold(level.present(parameters["property"], members), default=None)

    return compute


def total(level, parameters, members):
    values = level.present(parameters["property"], members)
    return math.fsum(values) if values else None


def count_if(level, parameters, members):
    values = level.values(parameters["property"], members)
    return sum(holds(value, parameters) for value in values)


def rate(level, parameters, members):
    return count_if(level, parameters, members) / len(members) if members else None


def quantile(level, parameters, members):
    values = sorted(level.present(parameters["property"], members))
    if not values:
        return None
    position = parameters["level"] * (len(values) - 1)
    if isinstance(values[0], str | dt.datetime):
        return values[math.floor(position)]
    return float(np.quantile(np.array(values, dtype=float), parameters["level"]))


def deciles(level, parameters, members):
    values = level.present(parameters["property"], members)
    if not values:
        return None
    found = np.quantile(np.array(values, dtype=float), [i / 10 for i in range(1, 10)])
    middle = {f"q{place}": value for place, value in enumerate(found.tolist(), start=1)}
    return {"min": min(values), **middle, "max": max(values)}


def bins_to_quantiles(level, parameters, members):
    values = level.present(parameters["property"], members)
    n = parameters["num_bins"]
    if not values:
        return None
    return np.quantile(np.array(values, dtype=float), [i / n for i in range(1, n + 1)]).tolist()


def distribution(level, parameters, members):
    values = np.array(level.present(parameters["property"], members), dtype=float)
    if "num_bins" in parameters:
        if not len(values):
            return []
        bins = min(parameters["num_bins"], len(set(values.tolist())))
        if len(set(values.tolist())) == 1:
            return [{"lower": values[0], "upper": values[0], "count": len(values)}]
        counts, edges = np.histogram(values, bins=bins)
        return [
            {"lower": low, "upper": high, "count": n}
            for low, high, n in zip(edges, edges[1:], counts.tolist(), strict=False)
        ]
    borders = sorted(set(parameters["bin_thresholds"]))
    edges = [-math.inf, *borders, math.inf]
    found = []
    for low, high in itertools.pairwise(edges):
        entry = {"count": int(((values >= low) & (values < high)).sum())}
        if low != -math.inf:
            entry["lower"] = low
        if high != math.inf:
            entry["upper"] = high
        found.append(entry)
    return found


def arg(best):
    def compute(level, parameters, members):
        pairs = [
            (value, row, result)
            for row, value, result in zip(
                members,
                level.values(parameters["value"], members),
                level.values(parameters["argument"], members),
                strict=True,
            )
            if value is not None
        ]
        if not pairs:
            return None
        wanted = best(value for value, _, _ in pairs)
        return earliest([(row, result) for value, row, result in pairs if value == wanted])

    return compute


def earliest(pairs):
    """The result of the first row; where rows have no order, the smallest result."""
    if pairs[0][0].get(ORDER) is not None:
        return min(pairs, key=lambda pair: pair[0][ORDER])[1]
    return min((result for _, result in pairs), key=lambda result: (result is None, result))


def any_if(level, parameters, members):
    pairs = [
        (row, result)
        for row, value, result in zip(
            members,
            level.values(parameters["property"], members),
            level.values(parameters["result"], members),
            strict=True,
        )
        if holds(value, parameters) and result is not None
    ]
    return earliest(pairs) if pairs else None


def quotient(above, below):
    return above / below if below else None


def cells(truth, positive):
    """(tp, fp, tn, fn) by scikit-learn."""
    if not truth:
        return 0, 0, 0, 0
    tn, fp, fn, tp = sk.confusion_matrix(truth, positive, labels=[False, True]).ravel().tolist()
    return tp, fp, tn, fn


def rates(tp, fp, tn, fn):
    tpr, tnr = quotient(tp, tp + fn), quotient(tn, tn + fp)
    return {
        "true_positive_rate": tpr,
        "false_positive_rate": quotient(fp, fp + tn),
        "true_negative_rate": tnr,
        "false_negative_rate": quotient(fn, fn + tp),
        "accuracy_rate": quotient(tp + tn, tp + fp + tn + fn),
        "balanced_accuracy_rate": None if None in {tpr, tnr} else (tpr + tnr) / 2,
        "precision": quotient(tp, tp + fp),
        "f1": quotient(2 * tp, 2 * tp + fp + fn),
    }


def binary_sides(level, parameters, members):
    predicted = parameters.get("predicted_property") or level.model.positive
    truth = parameters.get("ground_truth_property") or level.model.truths[predicted]
    pairs = [
        (row[truth] == 1, row[predicted])
        for row in members
        if row[truth] is not None and row[predicted] is not None
    ]
    return [y for y, _ in pairs], [p for _, p in pairs]


def binary_cells(level, parameters, members):
    truth, scores = binary_sides(level, parameters, members)
    threshold = parameters.get("threshold")
    threshold = level.model.threshold if threshold is None else threshold
    return cells(truth, [score >= threshold for score in scores])


def binary_matrix(level, parameters, members):
    return matrix(*binary_cells(level, parameters, members))


def matrix(tp, fp, tn, fn):
    return {
        "true_positive": tp,
        "false_positive": fp,
        "true_negative": tn,
        "false_negative": fn,
    }


def binary(key):
    def compute(level, parameters, members):
        found = rates(*binary_cells(level, parameters, members))
        return found if key is None else found[key]

    return compute


def auc(level, parameters, members):
    truth, scores = binary_sides(level, parameters, members)
    return float(sk.roc_auc_score(truth, scores)) if len(set(truth)) == 2 else None


def winner(level, row):
    scores = {p: row[p] for p in level.model.predictions if row[p] is not None}
    return max(scores, key=scores.get) if scores else None


def accuracy_multiclass(level, parameters, members):
    right = [
        row[level.model.truths[winner(level, row)]] == 1
        for row in members
        if winner(level, row) is not None
        and row[level.model.truths[winner(level, row)]] is not None
    ]
    return sum(right) / len(right) if right else None


def multiclass_cells(level, parameters, members):
    own = parameters["predicted_property"]
    truth = level.model.truths[own]
    pairs = [
        (row[truth] == 1, winner(level, row) == own)
        for row in members
        if row[truth] is not None and row[own] is not None
    ]
    return cells([y for y, _ in pairs], [p for _, p in pairs])


def multiclass(key):
    def compute(level, parameters, members):
        found = rates(*multiclass_cells(level, parameters, members))
        return found if key is None else found[key]

    return compute


def regression(measure):
    def compute(level, parameters, members):
        predicted = level.model.positive
        truth = level.model.truths[predicted]
        pairs = [
            (row[truth], row[predicted])
            for row in members
            if row[truth] is not None and row[predicted] is not None
        ]
        if not pairs:
            return None
        return measure([y for y, _ in pairs], [p for _, p in pairs], parameters)

    return compute


def mae(truth, predicted, parameters):
    errors = [abs(p - y) for y, p in zip(truth, predicted, strict=True)]
    low, high = parameters.get("normalizationMin"), parameters.get("normalizationMax")
    if low is not None and high is not None:
        if low == high:
            return None
        errors = [(error - low) / (high - low) for error in errors]
    fold = {"avg": np.mean, "min": min, "max": max}[parameters.get("aggregation") or "avg"]
    return float(fold(errors))


def r_squared(truth, predicted, parameters):
    return None if len(set(truth)) == 1 else float(sk.r2_score(truth, predicted))


AGGREGATES = {
    "count": lambda level, parameters, members: len(members),
    "avg": series(pd.Series.mean),
    "avgAbs": series(lambda values: values.abs().mean()),
    "variance": series(pd.Series.var, 2),
    "stdDev": series(pd.Series.std, 2),
    "sum": total,
    "max": extreme(max),
    "min": extreme(min),
    "countIf": count_if,
    "rate": rate,
    "categoriesCount": lambda level, parameters, members: len(
        set(level.present(parameters["property"], members))
    ),
    "quantile": quantile,
    "deciles": deciles,
    "binsToQuantiles": bins_to_quantiles,
    "distribution": distribution,
    "argMax": arg(max),
    "argMin": arg(min),
    "anyIf": any_if,
    "confusionMatrix": binary_matrix,
    "confusionMatrixRate": binary(None),
    "truePositiveRate": binary("true_positive_rate"),
    "sensitivity": binary("true_positive_rate"),
    "recall": binary("true_positive_rate"),
    "falsePositiveRate": binary("false_positive_rate"),
    "trueNegativeRate": binary("true_negative_rate"),
    "specificity": binary("true_negative_rate"),
    "falseNegativeRate": binary("false_negative_rate"),
    "accuracyRate": binary("accuracy_rate"),
    "balancedAccuracyRate": binary("balanced_accuracy_rate"),
    "precision": binary("precision"),
    "f1": binary("f1"),
    "auc": auc,
    "accuracyRateMulticlass": accuracy_multiclass,
    "confusionMatrixMulticlass": lambda level, parameters, members: matrix(
        *multiclass_cells(level, parameters, members)
    ),
    "confusionMatrixRateMulticlass": multiclass(None),
    "truePositiveRateMulticlass": multiclass("true_positive_rate"),
    "falsePositiveRateMulticlass": multiclass("false_positive_rate"),
    "trueNegativeRateMulticlass": multiclass("true_negative_rate"),
    "falseNegativeRateMulticlass": multiclass("false_negative_rate"),
    "rmse": regression(lambda y, p, _: float(sk.root_mean_squared_error(y, p))),
    "mae": regression(mae),
    "rSquared": regression(r_squared),
}
