"""How often alert rules are wrong on stable data, and how soon they see drift.

    python benchmarks/alerts.py           # 40 days, a few minutes
    python benchmarks/alerts.py --full    # 200 days

Stable data are drawn with replacement from real sets, the same for the reference and for every day.
Each kind of model has 20 attributes and the rules that a monitor starts with: drift of every
attribute and of the predictions above 0.2, performance worse than in the reference by 0.05 (errors:
by a quarter), and half of the usual rows. "Before" counts every value beyond its threshold;
"default" is what rules do that say nothing about rows, ground truth and confidence.

Drift is put into one attribute each, at four strengths, from the eleventh day on: abrupt and
gradual (over 20 days) shifts and changes of scale in standard deviations, missing values and
swapped categories by share. Shown are the share of attributes whose drift raises an alert within
30 days, and the median number of days until then.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import sys
import time
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from arthurai import ArthurAI, ArthurModel, InputType, OutputType

if TYPE_CHECKING:
    from arthurai.model.alert_backtests import BacktestAlert
    from arthurai.model.metrics import Metric

ATTRIBUTES, CATEGORIES = 20, 5
REFERENCE_ROWS = 3000
BEFORE = {"min_rows": 0, "min_truth_share": 0, "confidence": 0}
STABLE_DAYS, DRIFT_DAYS = 10, 30
STRENGTHS = {
    "abrupt shift": (0.25, 0.5, 1.0, 2.0),
    "gradual shift": (0.25, 0.5, 1.0, 2.0),
    "scale": (1.25, 1.5, 2.0, 4.0),
    "missing values": (0.05, 0.1, 0.2, 0.4),
    "category swap": (0.05, 0.1, 0.2, 0.4),
}
START = pd.Timestamp("2026-01-01", tz="UTC")


@dataclass
class Kind:
    """A kind of model with a real set behind it.

    Attributes:
        name: What it is called in the table.
        table: Attributes, predictions and ground truth of the real set.
        predictions: Columns of predictions, with the class or the ground truth of each.
        truth: Column of the class, if there is one.
        output_type: Its output type.
        is_batch: Whether each day is a batch.
    """

    name: str
    table: pd.DataFrame
    predictions: dict[str, str]
    truth: str | None
    output_type: OutputType
    is_batch: bool = False

    def build(self, arthur: ArthurAI, reference: pd.DataFrame) -> ArthurModel:
        """Return a saved model with its reference data."""
        model = arthur.model(
            display_name=self.name,
            input_type=InputType.Tabular,
            output_type=self.output_type,
            is_batch=self.is_batch,
        )
        is_binary = self.truth is not None and len(self.predictions) == 1
        positive = next(iter(self.predictions)) if is_binary else None
        model.build(reference, self.predictions, positive, ground_truth_column=self.truth)
        model.save()
        return model

    def performance_rules(self, model: ArthurModel) -> list[tuple[str, str, float]]:
        """Return metric, bound and threshold of the rules of performance."""
        if self.output_type == OutputType.Regression:
            ((pred, truth),) = self.predictions.items()
            error = self.table[pred] - self.table[truth]
            return [("Root Mean Squared Error", "upper", 1.25 * float((error**2).mean() ** 0.5))]
        several = self.output_type == OutputType.Multiclass and len(self.predictions) > 1
        name = "Overall Accuracy Rate" if several else "Accuracy Rate"
        found = evaluate_on_reference(model, name)
        return [(name, "lower", found - 0.05)]


def evaluate_on_reference(model: ArthurModel, name: str) -> float:
    """Return the value of a metric over the reference data; the smallest of several classes."""
    metric = find_metric(model, name)
    several = {p.name: categories for p in metric.parameters or () if (categories := _classes(p))}
    answer = model.evaluate_metric(metric, rollup="reference", parameters=several or None)
    return min(next(iter(row["values"][0].values())) for row in answer["results"])


def _classes(parameter: object) -> list[str] | None:
    limits = getattr(parameter, "value_limits", None) or {}
    if getattr(parameter, "parameter_type", None) != "ATTRIBUTE":
        return None
    return (limits.get("categorical") or {}).get("categories")


def find_metric(model: ArthurModel, name: str) -> Metric:
    """Return a built-in metric."""
    return next(metric for metric in model.get_metrics(default_metrics=True) if metric.name == name)


def attributes_of(data: np.ndarray) -> pd.DataFrame:
    """Return 20 columns of a real set, the last ones cut into four categories."""
    varied = [column for column in data.T if len(np.unique(column)) > 5]
    columns = {f"a{n:02}": varied[n % len(varied)].astype(float) for n in range(ATTRIBUTES)}
    table = pd.DataFrame(columns)
    for name in table.columns[-CATEGORIES:]:
        cuts = np.quantile(table[name], [0.4, 0.7, 0.9])
        table[name] = np.array(list("wxyz"))[np.searchsorted(cuts, table[name])]
    return table


def kinds() -> list[Kind]:
    """Return the kinds of models, trained on real sets."""
    cancer, digits, diabetes = load_breast_cancer(), load_digits(), load_diabetes()
    classify = make_pipeline(StandardScaler(), LogisticRegression(max_iter=200, C=0.01))

    def probabilities(data: np.ndarray, target: np.ndarray) -> np.ndarray:
        return cross_val_predict(classify, data, target, cv=3, method="predict_proba")

    binary = attributes_of(cancer.data)
    binary["p"] = probabilities(cancer.data[:, :4], cancer.target)[:, 1]
    binary["truth"] = np.where(cancer.target == 1, "yes", "no")

    several = attributes_of(digits.data)
    found = probabilities(digits.data, digits.target)
    classes = {f"p{n}": str(n) for n in range(10)}
    several[list(classes)] = found
    several["truth"] = digits.target.astype(str)

    numbers = attributes_of(diabetes.data)
    numbers["p"] = cross_val_predict(Ridge(alpha=0.1), diabetes.data, diabetes.target, cv=3)
    numbers["truth"] = diabetes.target

    labels = attributes_of(digits.data)
    for name, is_so in (("even", digits.target % 2 == 0), ("large", digits.target > 4)):
        labels[f"p_{name}"] = probabilities(digits.data, is_so)[:, 1]
        labels[name] = is_so.astype(float)
    pairs = {"p_even": "even", "p_large": "large"}
    return [
        Kind("binary", binary, {"p": "yes"}, "truth", OutputType.Multiclass),
        Kind("multiclass", several, classes, "truth", OutputType.Multiclass),
        Kind("regression", numbers, {"p": "truth"}, None, OutputType.Regression),
        Kind("multilabel", labels, pairs, None, OutputType.Multilabel),
        Kind("batches", binary, {"p": "yes"}, "truth", OutputType.Multiclass, is_batch=True),
    ]


def send(model: ArthurModel, days: list[pd.DataFrame], *, is_batch: bool = False) -> None:
    """Send one table a day."""
    for number, day in enumerate(days if is_batch else ()):
        times = [START + pd.Timedelta(days=number)] * len(day)
        model.send_inferences(
            day, inference_timestamps=times, ground_truth_timestamps=times, batch_id=f"{number:03}"
        )
        model.close_batch(f"{number:03}")
    if not is_batch:
        times = [
            START + pd.Timedelta(days=number) + pd.Timedelta(days=1) * row / len(day)
            for number, day in enumerate(days)
            for row in range(len(day))
        ]
        model.send_inferences(
            pd.concat(days, ignore_index=True),
            inference_timestamps=times,
            ground_truth_timestamps=times,
        )


def false_alarms(kind: Kind, days: int, rows: int, seed: int) -> dict[str, dict[str, int]]:
    """Return the alerts of each rule on stable data, before and with default settings."""
    with ArthurAI(url="local://") as arthur:
        drawn = kind.table.sample(REFERENCE_ROWS, replace=True, random_state=seed)
        model = kind.build(arthur, drawn.reset_index(drop=True))
        stable = [
            kind.table.sample(rows, replace=True, random_state=seed + 1 + day).reset_index(
                drop=True
            )
            for day in range(days)
        ]
        send(model, stable, is_batch=kind.is_batch)
        rules = [
            ("Feature Drift", "upper", 0.2),
            ("Prediction Drift", "upper", 0.2),
            ("Inference Count", "lower", rows / 2),
            *kind.performance_rules(model),
        ]
        found: dict[str, dict[str, int]] = {}
        for name, bound, threshold in rules:
            metric = find_metric(model, name)
            for settings, changes in (("before", BEFORE), ("default", {})):
                tried = model.backtest_alert_rule(
                    metric, bound, threshold, lookback_period=1440, **changes
                )
                if tried.outcomes["failed"] or tried.outcomes["left_out"]:
                    raise RuntimeError(f"{name} was not evaluated: {tried.outcomes}")
                found.setdefault(settings, {})[name] = len(tried.alerts)
    return found


def put_drift(
    table: pd.DataFrame, day: int, base: pd.DataFrame, random: np.random.Generator
) -> pd.DataFrame:
    """Return the rows of a day, with the drift of that day."""
    table = table.copy()
    share = min(1.0, (day - STABLE_DAYS + 1) / 20)
    for name, (how, strength) in drifting(table).items():
        hit = random.random(len(table)) < strength
        if how == "missing values":
            table.loc[hit, name] = None
        elif how == "category swap":
            table.loc[hit, name] = np.array(list("zyxw"))[
                np.searchsorted(list("wxyz"), table.loc[hit, name])
            ]
        elif how == "scale":
            table[name] = (table[name] - base[name].mean()) * strength + base[name].mean()
        else:
            part = share if how == "gradual shift" else 1.0
            table[name] += strength * part * base[name].std()
    return table


def drifting(table: pd.DataFrame) -> dict[str, tuple[str, float]]:
    """Return which attribute drifts how; numbers come first, categories last."""
    cases = [(how, strength) for how, strengths in STRENGTHS.items() for strength in strengths]
    return dict(zip(table.columns[:ATTRIBUTES], cases, strict=False))


def detection(kind: Kind, rows: int, seed: int) -> dict[tuple[str, str, float], float | None]:
    """Return the days until drift is seen, by settings, kind of drift and strength."""
    random = np.random.default_rng(seed)
    columns = random.permutation(ATTRIBUTES - CATEGORIES)
    order = [f"a{n:02}" for n in (*columns, *range(ATTRIBUTES - CATEGORIES, ATTRIBUTES))]
    with ArthurAI(url="local://") as arthur:
        rest = [name for name in kind.table.columns if name not in order]
        whole = kind.table[[*order, *rest]]
        drawn = whole.sample(REFERENCE_ROWS, replace=True, random_state=seed)
        model = kind.build(arthur, drawn.reset_index(drop=True))
        days = []
        for day in range(STABLE_DAYS + DRIFT_DAYS):
            table = whole.sample(rows, replace=True, random_state=seed + 1 + day)
            table = table.reset_index(drop=True)
            days.append(table if day < STABLE_DAYS else put_drift(table, day, whole, random))
        send(model, days, is_batch=kind.is_batch)
        metric = find_metric(model, "Feature Drift")
        found: dict[tuple[str, str, float], float | None] = {}
        for settings, changes in (("before", BEFORE), ("default", {})):
            tried = model.backtest_alert_rule(
                metric, "upper", 0.2, lookback_period=1440, subsequent_alert_wait_time=0, **changes
            )
            for name, (how, strength) in drifting(whole).items():
                delays = [
                    day - STABLE_DAYS
                    for alert in tried.alerts
                    if alert.metric_parameters["drift_attribute"] == name
                    and (day := _day_of(alert)) >= STABLE_DAYS
                ]
                found[settings, how, strength] = min(delays, default=None)
    return found


def _day_of(alert: BacktestAlert) -> int:
    if alert.batch_id is not None:
        return int(alert.batch_id)
    return (pd.Timestamp(alert.window_start) - START).days


def main() -> int:
    """Print both tables; fail when the default rules raise more than one false alert a month."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--full", action="store_true", help="200 days")
    options.add_argument("--days", type=int, help="days of stable data")
    options.add_argument("--rows", type=int, default=200, help="rows a day")
    chosen = options.parse_args()
    days = chosen.days or (200 if chosen.full else 40)
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    begin, failed = time.monotonic(), False

    print(f"False alerts a month: {days} days of {chosen.rows} rows, {ATTRIBUTES} attributes")
    print(f"{'model':12} {'before':>8} {'default':>8}  default, by rule")
    models = kinds()
    for number, kind in enumerate(models):
        found = false_alarms(kind, days, chosen.rows, 1000 * number)
        month = {name: 30 * sum(rules.values()) / days for name, rules in found.items()}
        by_rule = ", ".join(f"{rule} {count}" for rule, count in found["default"].items() if count)
        print(f"{kind.name:12} {month['before']:8.1f} {month['default']:8.1f}  {by_rule}")
        failed = failed or month["default"] > 1

    print(f"\nDrift: share seen within {DRIFT_DAYS} days, median days until then")
    print(f"{'drift':16} {'strength':>8} {'before':>12} {'default':>12}")
    runs = [detection(kind, chosen.rows, 7000 + 100 * n) for n, kind in enumerate(models)]
    for how, strengths in STRENGTHS.items():
        for strength in strengths:
            cells = []
            for settings in ("before", "default"):
                delays = [run[settings, how, strength] for run in runs]
                seen = [delay for delay in delays if delay is not None]
                median = f"{statistics.median(seen):.0f} d" if seen else "-"
                cells.append(f"{len(seen) / len(delays):.0%} {median}")
            print(f"{how:16} {strength:8g} {cells[0]:>12} {cells[1]:>12}")
    print(f"\n{time.monotonic() - begin:.0f} s")
    if failed:
        print("more than one false alert a month with default rules")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
