"""Monitoring programs that run unchanged on the official SDK and on this one.

Each program gets a saved binary classifier with data. They use only what both offer, and are run by
`monitoring_wire.py`, which compares what they send.
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from arthurai.common.constants import Enrichment, InputType, OutputType
from arthurai.core.alerts import (
    AlertRuleBound,
    AlertRuleSeverity,
    AlertStatus,
    MetricType,
)

if TYPE_CHECKING:
    from arthurai import ArthurAI, ArthurModel

ROWS = 200
UNKNOWN = "00000000-0000-4000-8000-00000000000f"
COUNT = {"select": [{"function": "count"}]}
DRIFT = {
    "properties": ["income"],
    "num_bins": 5,
    "metric": "PSI",
    "base": {"source": "reference"},
    "target": {"source": "inference"},
}
ENTRY = """
def predict(batch):
    return [0.2 if row[1] == "south" else 0.7 for row in batch]
"""


def frame() -> pd.DataFrame:
    """A table of inputs, predictions and ground truth."""
    rng = np.random.default_rng(7)
    region = rng.choice(["north", "south"], ROWS)
    p = np.where(region == "south", 0.2, 0.7)
    return pd.DataFrame(
        {
            "income": rng.normal(50, 9, ROWS).round(2),
            "region": region,
            "p_repaid": p,
            "repaid": np.where(rng.random(ROWS) < p, "yes", "no"),
        }
    )


def prepared(arthur: ArthurAI, name: str) -> ArthurModel:
    """Save a model and send it data; what this sends is not compared."""
    data = frame()
    model = arthur.model(
        partner_model_id=name,
        display_name=name,
        input_type=InputType.Tabular,
        output_type=OutputType.Multiclass,
    )
    model.build(
        data, {"p_repaid": "yes"}, positive_predicted_attr="p_repaid", ground_truth_column="repaid"
    )
    model.set_attribute_as_sensitive("region")
    model.save()
    times = [datetime(2026, 3, 1, hour % 24, tzinfo=UTC) for hour in range(ROWS)]
    model.send_inferences(
        data,
        inference_timestamps=times,
        ground_truth_timestamps=times,
        partner_inference_ids=[f"{name}-{number}" for number in range(ROWS)],
    )
    fetched: Any = arthur.get_model(model.id)
    return fetched


def queries(model: ArthurModel) -> None:
    """Ask all three kinds of questions."""
    model.query(COUNT)
    model.query(DRIFT, query_type="drift")
    table = {k: v for k, v in DRIFT.items() if k not in {"properties", "metric"}}
    model.query({**table, "property": "income"}, query_type="drift_psi_bucket_table")


def metrics(model: ArthurModel) -> None:
    """Make metrics, and fetch them in all ways."""
    first = model.create_metric("Number", COUNT)
    cut = {"name": "cut", "parameter_type": "FLOAT", "default": 0.5}
    share = {"property": "p_repaid", "comparator": "gte", "value": "{{ cut }}"}
    model.create_metric(
        "Share",
        {"select": [{"function": "rate", "parameters": share}]},
        metric_type=MetricType.ModelOutputMetric,
        parameters=[cut],
    )
    model.create_metric("Drift", DRIFT, is_data_drift=True)
    model.get_metrics()
    model.get_metrics(default_metrics=True)
    model.get_metrics(metric_type=MetricType.ModelPerformanceMetric, metric_name="F1")
    model.get_metrics(attribute_name="income")
    model.get_metrics(metric_id=first)


def alerts(model: ArthurModel) -> None:
    """Make, list and change rules; list and change alerts."""
    metric = model.create_metric("Watched", COUNT)
    rule = model.create_alert_rule(metric, AlertRuleBound.Upper, 1e9, AlertRuleSeverity.Warning)
    model.create_alert_rule(
        metric,
        bound=AlertRuleBound.Lower,
        threshold=-0.5,
        severity=AlertRuleSeverity.Critical,
        name="a name",
        lookback_period=30,
        subsequent_alert_wait_time=60,
        metric_parameters={"none": []},
        filters=[{"property": "region", "comparator": "eq", "value": "north"}],
    )
    model.get_alert_rules()
    model.get_alert_rules(page=2, page_size=1)
    rule.threshold = 2e9
    model.update_alert_rule(rule)
    model.get_alerts()
    model.get_alerts(page=1, page_size=5, status="new", alert_rule_id=UNKNOWN)
    model.get_alerts(start_time="2026-03-01T00:00:00+00:00", batch_id="first")
    with contextlib.suppress(Exception):  # there is none; the request is what counts
        model.update_alert(AlertStatus.Resolved, UNKNOWN)


def enrichments(model: ArthurModel) -> None:
    """Look at enrichments and switch them."""
    model.get_enrichments()
    for name in Enrichment.list():
        model.get_enrichment(name)
    model.update_enrichments({Enrichment.AnomalyDetection: {"enabled": False, "config": {}}})
    model.update_enrichment(Enrichment.AnomalyDetection, enabled=True)
    model.enable_hotspots()
    model.enable_bias_mitigation()
    model.find_hotspots(date="2026-03-01")
    model.find_hotspots(metric="f1", threshold=0.25, ref_set_id="set")
    with contextlib.suppress(Exception):  # nothing is explained yet
        model.explain_inference("loan 1/2", algorithm="SHAP", n_samples=50, sort="-value")
    with contextlib.suppress(Exception):
        model.explain_inference("loan-1", page=2, page_size=3)
    model.delete_explainer()


def fairness(model: ArthurModel) -> None:
    """Compare groups."""
    model.bias.metrics.group_confusion_matrices("region")
    model.bias.metrics.group_positivity_rates("region")
    model.bias.metrics.group_positivity_rates("region", start_time=datetime(2026, 3, 1, tzinfo=UTC))
    model.bias.mitigation_threshold.enable()
    for constraint in ("demographic_parity", "equal_opportunity", "equalized_odds"):
        with contextlib.suppress(Exception):  # they may not be computed yet
            model.bias.mitigation_threshold.get_curves("region", constraint)


def explanations(model: ArthurModel) -> None:
    """Upload a project."""
    import importlib.metadata

    project = Path("project").resolve()
    project.mkdir(exist_ok=True)
    (project / "entrypoint.py").write_text(ENTRY)
    packages = [f"{name}=={importlib.metadata.version(name)}" for name in ("scikit-learn",)]
    (project / "requirements.txt").write_text("\n".join(packages))
    model.enable_explainability(
        df=frame(),
        project_directory=str(project),
        user_predict_function_import_path="entrypoint",
        python_version="3.11",
        sdk_version="3.33.3",
        model_server_num_cpu="1",
        model_server_memory="1Gi",
        inference_consumer_num_cpu="500m",
        inference_consumer_score_percent=0.5,
        explanation_nsamples=100,
        explanation_algo="shap",
        seed=3,
    )


PROGRAMS = [queries, metrics, alerts, enrichments, fairness, explanations]
