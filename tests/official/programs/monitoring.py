"""A program written for the official SDK: metrics, alerts, enrichments, hotspots, fairness curves.

Reads ARTHUR_ENDPOINT_URL and ARTHUR_API_KEY from the environment; prints one JSON object.
"""

import json
import time

import numpy as np
import pandas as pd

from arthurai import ArthurAI
from arthurai.common.constants import AccuracyMetric, Enrichment, InputType, OutputType
from arthurai.core.alerts import AlertRuleBound, AlertRuleSeverity, AlertStatus, MetricType

ROWS = 1500


def applications(seed):
    random = np.random.default_rng(seed)
    income = random.normal(4000, 1200, ROWS).round(2)
    region = random.choice(["north", "south"], ROWS)
    score = 1 / (1 + np.exp((income - 4000) / 700))
    # the model is wrong about the poor of the south: a hotspot
    flipped = (region == "south") & (income < 3500)
    truth = (random.random(ROWS) < np.where(flipped, 1 - score, score)).astype(int)
    return pd.DataFrame(
        {
            "income": income,
            "debt": random.normal(900, 300, ROWS).round(2),
            "region": region,
            "p_default": score,
            "p_paid": 1 - score,
            "defaulted": truth,
            "paid": 1 - truth,
        }
    )


def settled(model, name):
    """Wait until an enrichment has a last status."""
    for _ in range(240):
        status = model.get_enrichment(name)["status"]
        if status in {"Ready", "Failed", "Disabled"}:
            return status
        time.sleep(0.5)
    return status


arthur = ArthurAI(allow_insecure=True)
model = arthur.model(
    display_name="Monitored", input_type=InputType.Tabular, output_type=OutputType.Multiclass
)
model.build(
    applications(1),
    pred_to_ground_truth_map={"p_default": "defaulted", "p_paid": "paid"},
    positive_predicted_attr="p_default",
)
model.set_attribute_as_sensitive("region")
model.save()
anomaly = settled(model, Enrichment.AnomalyDetection)
model.enable_hotspots()
model.enable_bias_mitigation()

metric_id = model.create_metric(
    name="Mean income",
    query={
        "select": [
            {"function": "avg", "alias": "mean_income", "parameters": {"property": "income"}}
        ]
    },
    metric_type=MetricType.ModelOutputMetric,
)
rule = model.create_alert_rule(
    metric_id=metric_id,
    bound=AlertRuleBound.Upper,
    threshold=1000,
    severity=AlertRuleSeverity.Critical,
    lookback_period=60 * 24 * 40,
)

frame = applications(2)
now = pd.Timestamp.now(tz="UTC").floor("s")
times = [now - pd.Timedelta(minutes=20 * (ROWS - number)) for number in range(ROWS)]
sent = model.send_inferences(
    frame.to_dict(orient="records"),
    inference_timestamps=times,
    ground_truth_timestamps=times,
    partner_inference_ids=[f"{model.id}-{number}" for number in range(ROWS)],
)
model.await_inferences(min_count=ROWS)
hotspots, mitigation = (
    settled(model, Enrichment.Hotspots),
    settled(model, Enrichment.BiasMitigation),
)

alerts = []
for _ in range(120):
    alerts = model.get_alerts()
    if alerts:
        break
    time.sleep(0.5)
resolved = model.update_alert(AlertStatus.Resolved, alerts[0].id)

day = times[ROWS // 2].strftime("%Y-%m-%d")
tree = model.find_hotspots(metric=AccuracyMetric.Accuracy, threshold=0.9, date=day)
fresh = arthur.get_model(model.id)
curves = fresh.bias.mitigation_threshold.get_curves("region", "demographic_parity")
thresholds = fresh.bias.mitigation_threshold.get_thresholds_for_idx(curves)
scores = model.query(
    {
        "select": [
            {"function": "count", "alias": "scored"},
            {"function": "max", "alias": "highest", "parameters": {"property": "anomaly_score"}},
        ],
        "from": "enriched",
        "filter": [{"property": "anomaly_score", "comparator": "NotNull"}],
    }
)
metrics = model.get_metrics(metric_id=metric_id)
rates = fresh.bias.metrics.group_positivity_rates("region")
print(
    json.dumps(
        {
            "sent": sent["counts"],
            "statuses": [anomaly, hotspots, mitigation],
            "metric": [metrics[0].name, metrics[0].is_default, metrics[0].type],
            "rule": [rule.bound, rule.threshold, rule.severity, rule.enabled],
            "alert": [
                alerts[0].status,
                resolved.status,
                alerts[0].alert_rule.metric_id == metric_id,
            ],
            "rules": len(model.get_alert_rules()) >= 1,
            "default metrics": "Accuracy Rate" in {m.name for m in model.get_metrics()},
            "tree": sorted(tree["data"][0]) if tree["data"] else [],
            "groups": sorted(thresholds),
            "points": {group: len(table) for group, table in curves.attr_val_to_threshold.items()},
            "thresholds": all(0 <= cut <= 1 for cut in thresholds.values()),
            "scored": scores[0]["scored"] == ROWS and 0 < scores[0]["highest"] <= 1,
            "rates": {group: round(rate, 9) for group, rate in rates.items()},
            "expected rates": {
                group: round(float((part["p_default"] >= 0.5).mean()), 9)
                for group, part in frame.groupby("region")
            },
        }
    )
)
