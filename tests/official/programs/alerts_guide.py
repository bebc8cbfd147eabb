"""In the style of the guide to alerts: a metric of its own, rules, a look at what was raised.

Reads ARTHUR_ENDPOINT_URL and ARTHUR_API_KEY from the environment; prints one JSON object.
"""

import json
import time

import pandas as pd

from arthurai import ArthurAI
from arthurai.common.constants import InputType, OutputType
from arthurai.core.alerts import (
    AlertRule,
    AlertRuleBound,
    AlertRuleSeverity,
    AlertStatus,
    MetricType,
)

frame = pd.DataFrame(
    {
        "temperature": [20.0 + n % 7 for n in range(60)],
        "hat": [5.0 + n for n in range(60)],
        "real": [5.5 + n for n in range(60)],
    }
)
arthur = ArthurAI(allow_insecure=True)
model = arthur.model(
    partner_model_id="Alerts-guide", input_type=InputType.Tabular, output_type=OutputType.Regression
)
model.build(frame, {"hat": "real"})
model.save()
query = {
    "select": [{"function": "max", "alias": "hottest", "parameters": {"property": "temperature"}}]
}
metric_id = model.create_metric(
    name="hottest", query=query, metric_type=MetricType.ModelInputDataMetric
)
names = sorted(m.name for m in model.get_metrics() if m.id == metric_id)
rule = model.create_alert_rule(
    metric_id,
    AlertRuleBound.Upper,
    25,
    AlertRuleSeverity.Critical,
    name="too hot",
    lookback_period=60,
)
second = model.create_alert_rule(
    metric_id=metric_id,
    bound=AlertRuleBound.Lower,
    threshold=-100,
    severity=AlertRuleSeverity.Warning,
    filters=[{"property": "hat", "comparator": "gt", "value": 10}],
)
second.threshold = -50
changed = model.update_alert_rule(second)
now = pd.Timestamp.now(tz="UTC").floor("s")
model.send_inferences(
    frame[["temperature", "hat"]].to_dict("records"), inference_timestamps=[now] * len(frame)
)
found = []
for _ in range(120):
    found = model.get_alerts()
    if found:
        break
    time.sleep(0.25)
first = found[0]
resolved = model.update_alert(AlertStatus.Resolved, first.id)
print(
    json.dumps(
        {
            "names": names,
            "rules": sorted(
                [r.name or "", r.bound, r.threshold, r.severity, r.enabled]
                for r in model.get_alert_rules()
            ),
            "changed": [changed.threshold, isinstance(changed, AlertRule)],
            "alert": [first.alert_rule.name, first.metric_value, first.status, first.batch_id],
            "resolved": [resolved.status, len(model.get_alerts(status="resolved"))],
            "rule": [rule.lookback_period, rule.metric_name],
        }
    )
)
