"""Calls that look at a model: queries, metrics, alerts, enrichments, fairness, plots."""

from __future__ import annotations

from official.calls.call import BUILT, FILLED, SAVED, calls_of
from official.calls.model_kinds import KINDS

ROWS = tuple(kind for kind in KINDS if kind not in {"image", "detection"})
TABULAR = ("binary", "pair", "multiclass", "one_hot", "regression")

QUERIES = {
    "count": "m.query({'select': [{'function': 'count'}]})",
    "count, alias": "m.query({'select': [{'function': 'count', 'alias': 'n'}]})",
    "everything": "[sorted(row) for row in m.query({'select': [{'property': '*'}]})[:1]]",
    "first column": "m.query({'select': [{'property': X.columns[0]}, {'property': 'partner_inference_id'}], 'order_by': [{'property': 'partner_inference_id', 'direction': 'asc'}]})[:3]",
    "empty": "m.query({})",
    "unknown type": "m.query({'select': []}, query_type='nonsense')",
    "unknown column": "m.query({'select': [{'property': 'nowhere'}]})",
    "unknown function": "m.query({'select': [{'function': 'nowhere'}]})",
    "reference": "m.query({'select': [{'function': 'count'}], 'from': 'reference'})",
}
TABULAR_QUERIES = {
    "drift": "m.set_reference_data(data=D)\nm.query({'properties': [X.columns[0]], 'num_bins': 5, 'base': {'source': 'reference'}, 'target': {'source': 'inference'}, 'metric': 'PSI'}, query_type='drift')",
    "drift without reference": "m.query({'properties': [X.columns[0]], 'num_bins': 5, 'base': {'source': 'reference'}, 'target': {'source': 'inference'}, 'metric': 'PSI'}, query_type='drift')",
    "bucket table": "m.query({'property': X.columns[0], 'num_bins': 5, 'base': {'source': 'inference'}, 'target': {'source': 'inference'}, 'metric': 'PSI'}, query_type='drift_psi_bucket_table')",
    "grouped": "m.query({'select': [{'property': X.columns[-1]}, {'function': 'count'}], 'group_by': [{'property': X.columns[-1]}], 'order_by': [{'property': X.columns[-1]}]})[:3]",
    "by day": "m.query({'select': [{'function': 'roundTimestamp', 'alias': 'day', 'parameters': {'property': 'inference_timestamp', 'time_interval': 'day'}}, {'function': 'count'}], 'group_by': [{'alias': 'day'}]})",
    "accuracy": "m.query({'select': [{'function': 'accuracyRate', 'alias': 'a', 'parameters': {'threshold': 0.5}}]})",
    "rmse": "m.query({'select': [{'function': 'rmse', 'alias': 'r', 'parameters': {'ground_truth_property': G.columns[0], 'predicted_property': P.columns[0]}}]})",
    "confusion matrix": "m.query({'select': [{'function': 'confusionMatrix', 'alias': 'c', 'parameters': {'threshold': 0.5}}]})",
    "two selected": "m.query({'select': [{'property': P.columns[0]}, {'property': X.columns[0]}]})[:2]",
    "filter": "m.query({'select': [{'function': 'count'}], 'filter': [{'property': X.columns[0], 'comparator': 'gt', 'value': 40}]})",
    "filter with None": "m.query({'select': [{'function': 'count'}], 'filter': [{'property': X.columns[0], 'comparator': 'NotNull'}]})",
    "subquery": "m.query({'select': [{'function': 'max', 'alias': 'm', 'parameters': {'property': 'n'}}], 'subquery': {'select': [{'function': 'count', 'alias': 'n'}, {'property': X.columns[-1]}], 'group_by': [{'property': X.columns[-1]}]}})",
}

METRIC = "i = m.create_metric(name='mean', query={'select': [{'function': 'avg', 'alias': 'mean', 'parameters': {'property': 'age'}}]})\n"
RULE = METRIC + "r = m.create_alert_rule(i, AlertRuleBound.Upper, 10, AlertRuleSeverity.Warning)\n"
METRICS = {
    "create_metric": METRIC + "type(i).__name__",
    "create_metric, type": "i = m.create_metric('x', {'select': [{'function': 'count', 'alias': 'n'}]}, metric_type=MetricType.ModelOutputMetric)\nm.get_metrics(metric_id=i)",
    "create_metric, bad type": "m.create_metric('x', {'select': [{'function': 'count', 'alias': 'n'}]}, metric_type='nonsense')",
    "create_metric, bad query": "m.create_metric('x', {'select': [{'function': 'nowhere', 'alias': 'n'}]})",
    "create_metric, not a dict": "m.create_metric('x', 5)",
    "create_metric, no query": "m.create_metric('x')",
    "create_metric, drift": "i = m.create_metric('x', {'properties': ['age'], 'num_bins': 5, 'base': {'source': 'reference'}, 'target': {'source': 'inference'}, 'metric': 'PSI'}, is_data_drift=True)\nm.get_metrics(metric_id=i)",
    "create_metric, parameters": "i = m.create_metric('x', {'select': [{'function': 'count', 'alias': 'n'}]}, parameters=[{'name': 'p', 'default': 1, 'type': 'float'}])\nm.get_metrics(metric_id=i)",
    "create_metric twice": METRIC + METRIC + "len(m.get_metrics())",
    "get_metrics": METRIC + "m.get_metrics()",
    "get_metrics, default": "len(m.get_metrics(default_metrics=True))",
    "get_metrics, default, first": "sorted(x.name for x in m.get_metrics(default_metrics=True))[:5]",
    "get_metrics, id": METRIC + "m.get_metrics(metric_id=i)",
    "get_metrics, unknown id": "m.get_metrics(metric_id='00000000-0000-4000-8000-000000000000')",
    "get_metrics, name": METRIC + "m.get_metrics(metric_name='mean')",
    "get_metrics, type": METRIC + "m.get_metrics(metric_type=MetricType.ModelOutputMetric)",
    "get_metrics, bad type": "m.get_metrics(metric_type='nonsense')",
    "get_metrics, attribute": METRIC + "m.get_metrics(attribute_name='age')",
    "get_metrics, none": "m.get_metrics()",
    "create_alert_rule": RULE + "r",
    "create_alert_rule, keywords": METRIC
    + "m.create_alert_rule(metric_id=i, bound='lower', threshold=0.5, severity='critical', name='n', lookback_period=60, subsequent_alert_wait_time=1440)",
    "create_alert_rule, parameters": METRIC
    + "m.create_alert_rule(i, 'lower', 1, 'critical', metric_parameters={'a': [1]})",
    "create_alert_rule, filters": METRIC
    + "m.create_alert_rule(i, 'lower', 1, 'critical', filters=[{'property': 'age', 'comparator': 'gt', 'value': 30}])",
    "create_alert_rule, bad bound": METRIC + "m.create_alert_rule(i, 'middle', 1, 'critical')",
    "create_alert_rule, bad severity": METRIC + "m.create_alert_rule(i, 'upper', 1, 'mild')",
    "create_alert_rule, unknown metric": "m.create_alert_rule('00000000-0000-4000-8000-000000000000', 'upper', 1, 'critical')",
    "create_alert_rule, text threshold": METRIC
    + "m.create_alert_rule(i, 'upper', 'much', 'critical')",
    "create_alert_rule, no severity": METRIC + "m.create_alert_rule(i, 'upper', 1)",
    "create_alert_rule, several values": METRIC
    + "m.create_alert_rule(i, 'upper', 1, 'critical', metric_parameters={'a': [1, 2]})",
    "get_alert_rules": RULE + "m.get_alert_rules()",
    "get_alert_rules, none": "m.get_alert_rules()",
    "get_alert_rules, page": RULE
    + "(m.get_alert_rules(page=1, page_size=1), m.get_alert_rules(2, 1))",
    "update_alert_rule": RULE + "r.threshold = 20\nm.update_alert_rule(r)",
    "update_alert_rule, id": RULE + "i = r.id\nr.threshold = 20\nm.update_alert_rule(r, i)",
    "update_alert_rule, disabled": RULE + "r.enabled = False\nm.update_alert_rule(r).enabled",
    "update_alert_rule, no id": RULE + "r.id = None\nm.update_alert_rule(r)",
    "update_alert_rule, unknown id": RULE
    + "r.id = None\nm.update_alert_rule(r, '00000000-0000-4000-8000-000000000000')",
    "get_alerts, none": "m.get_alerts()",
    "get_alerts, filters": "m.get_alerts(status='resolved', start_time='2024-01-01T00:00:00Z', end_time='2025-01-01T00:00:00Z')",
    "get_alerts, positional": "m.get_alerts(1, 10)",
    "get_alerts, bad status": "m.get_alerts(status='nonsense')",
    "get_alerts": RULE
    + "r.lookback_period = 60 * 24 * 5\nm.update_alert_rule(r)\nimport time\nnow = pd.Timestamp.now(tz='UTC')\nm.send_inferences(X, inference_timestamps=[now] * N)\nfor _ in range(60):\n    found = m.get_alerts()\n    if found:\n        break\n    time.sleep(0.25)\n[(a.status, a.model_id == m.id, a.alert_rule.name, type(a.metric_value).__name__) for a in found]",
    "update_alert": RULE
    + "import time\nnow = pd.Timestamp.now(tz='UTC')\nm.send_inferences(X, inference_timestamps=[now] * N)\nfor _ in range(60):\n    found = m.get_alerts()\n    if found:\n        break\n    time.sleep(0.25)\n(m.update_alert(AlertStatus.Resolved, found[0].id).status, m.update_alert('acknowledged', found[0].id).status)",
    "update_alert, bad status": "m.update_alert('nonsense', 'x')",
    "update_alert, unknown": "m.update_alert('resolved', '00000000-0000-4000-8000-000000000000')",
}

ENRICHMENTS = {
    "get_enrichments": "m.get_enrichments()",
    "get_enrichment": "m.get_enrichment(Enrichment.Hotspots)",
    "get_enrichment, unknown": "m.get_enrichment('nonsense')",
    "update_enrichment": "sorted(m.update_enrichment(Enrichment.Hotspots, True, {}))",
    "update_enrichment, off": "m.update_enrichment(Enrichment.AnomalyDetection, enabled=False)",
    "update_enrichment, nothing": "m.update_enrichment(Enrichment.Hotspots)",
    "update_enrichment, config": "m.update_enrichment(Enrichment.Hotspots, config={})",
    "update_enrichment, unknown": "m.update_enrichment('nonsense', True)",
    "update_enrichments": "{k: v['enabled'] for k, v in m.update_enrichments({'hotspots': {'enabled': True, 'config': {}}}).items()}",
    "update_enrichments, several": "{k: v['enabled'] for k, v in m.update_enrichments({'hotspots': {'enabled': True}, 'anomaly_detection': {'enabled': False}}).items()}",
    "update_enrichments, empty": "m.update_enrichments({})",
    "update_enrichments, unknown": "m.update_enrichments({'nonsense': {'enabled': True}})",
    "update_enrichments, no dict": "m.update_enrichments(5)",
    "update_enrichments, explainability off": "m.update_enrichments({'explainability': {'enabled': False, 'config': {}}})",
    "update_enrichments, explainability, some files": "m.update_enrichments({'explainability': {'enabled': True, 'config': {'project_directory': '/tmp'}}})",
    "enable_hotspots": "sorted(m.enable_hotspots())",
    "enable_bias_mitigation": "m.enable_bias_mitigation()",
    "enable_bias_mitigation, sensitive": "m.set_attribute_as_sensitive(X.columns[0])\nm.update()\nsorted(m.enable_bias_mitigation())",
    "find_hotspots, nothing": "m.find_hotspots()",
    "find_hotspots, two": "m.find_hotspots(date='2024-03-01', batch_id='b')",
    "find_hotspots, date": "m.find_hotspots(date='2024-03-01')",
    "find_hotspots, bad metric": "m.find_hotspots(metric='nonsense', date='2024-03-01')",
    "explain_inference, off": "m.explain_inference('row-1')",
    "explain_inference, bad algorithm": "m.explain_inference('row-1', algorithm='nonsense')",
    "explain_inference, bad sort": "m.explain_inference('row-1', sort='nonsense')",
    "explain_inference, sort": "m.explain_inference('row-1', sort='-value')",
    "delete_explainer, off": "m.delete_explainer()",
    "enable_explainability, nothing": "m.enable_explainability(python_version='3.8')",
    "enable_explainability, no project": "m.enable_explainability(df=D, python_version='3.8')",
    "enable_explainability, unknown project": "m.enable_explainability(df=D, project_directory='/nowhere', user_predict_function_import_path='e', python_version='3.8')",
    "enable_explainability, no requirements": "import os\nopen('e.py', 'w').write('def predict(x):\\n    return [[0.5, 0.5]] * len(x)\\n')\nm.enable_explainability(df=D, project_directory=os.getcwd(), user_predict_function_import_path='e', python_version='3.8')",
    "enable_explainability, wrong pins": "import os\nopen('e.py', 'w').write('def predict(x):\\n    return [[0.5, 0.5]] * len(x)\\n')\nopen('requirements.txt', 'w').write('pandas==0.0.1\\n')\nm.enable_explainability(df=D, project_directory=os.getcwd(), user_predict_function_import_path='e', python_version='3.8')",
    "enable_explainability, unpinned": "import os\nopen('e.py', 'w').write('def predict(x):\\n    return [[0.5, 0.5]] * len(x)\\n')\nopen('requirements.txt', 'w').write('pandas\\n')\nm.enable_explainability(df=D, project_directory=os.getcwd(), user_predict_function_import_path='e', python_version='3.8')",
    "enable_explainability, no module": "import os\nopen('requirements.txt', 'w').write('')\nm.enable_explainability(df=D, project_directory=os.getcwd(), user_predict_function_import_path='nowhere', python_version='3.8')",
    "enable_explainability, relative": "import os\nos.mkdir('p')\nopen('p/e.py', 'w').write('def predict(x):\\n    return [[0.5, 0.5]] * len(x)\\n')\nopen('p/requirements.txt', 'w').write('')\nm.enable_explainability(df=D, project_directory='p', user_predict_function_import_path='e', python_version='3.8')",
    "get_image": "m.get_image('00000000-0000-4000-8000-000000000000', '.')",
}

FAIR = "m.get_attribute('city').monitor_for_bias = True\n"
FAIRNESS = {
    "confusion matrices": FAIR + "m.bias.metrics.group_confusion_matrices('city')",
    "confusion matrices by group": FAIR
    + "m.bias.metrics.group_confusion_matrices('city', return_by_metric=False)",
    "confusion matrices, not sensitive": "m.bias.metrics.group_confusion_matrices('age')",
    "confusion matrices, unknown": "m.bias.metrics.group_confusion_matrices('nowhere')",
    "confusion matrices, batch of a stream": FAIR
    + "m.bias.metrics.group_confusion_matrices('city', batch_id='b')",
    "confusion matrices, times": FAIR
    + "import datetime\nm.bias.metrics.group_confusion_matrices('city', end_time=datetime.datetime(2024, 3, 1, 12))",
    "positivity rates": FAIR + "m.bias.metrics.group_positivity_rates('city')",
    "positivity rates, start": FAIR
    + "import datetime\nm.bias.metrics.group_positivity_rates('city', start_time=datetime.datetime(2024, 3, 1, 12))",
    "positivity rates, not sensitive": "m.bias.metrics.group_positivity_rates('age')",
    "demographic parity": FAIR + "m.bias.metrics.demographic_parity('city')",
    "curves, off": FAIR + "m.bias.mitigation_threshold.get_curves('city')",
    "curves, bad constraint": FAIR + "m.bias.mitigation_threshold.get_curves('city', 'nonsense')",
    "enable": FAIR + "type(m.bias.mitigation_threshold.enable()).__name__",
    "plot nothing": "m.bias.mitigation_threshold.plot_curves()",
    "thresholds, index": "from arthurai.core.bias.threshold_mitigation import Curves\nm.bias.mitigation_threshold.get_thresholds_for_idx(Curves('a', 'demographic_parity', 1, {'x': pd.DataFrame({'x': [1, 2], 'y': [3, 4], 'threshold': [0.25, 0.5]})}))",
    "thresholds, given index": "from arthurai.core.bias.threshold_mitigation import Curves\nm.bias.mitigation_threshold.get_thresholds_for_idx(Curves('a', 'demographic_parity', 1, {'x': pd.DataFrame({'x': [1, 2], 'y': [3, 4], 'threshold': [0.25, 0.5]})}), 0)",
    "thresholds, too large": "from arthurai.core.bias.threshold_mitigation import Curves\nm.bias.mitigation_threshold.get_thresholds_for_idx(Curves('a', 'demographic_parity', 1, {'x': pd.DataFrame({'x': [1, 2], 'y': [3, 4], 'threshold': [0.25, 0.5]})}), 2000)",
    "no sensitive attribute": "m.get_attribute('city').monitor_for_bias = False\nm.bias.metrics.group_confusion_matrices('city')",
}

DRAWN = "import matplotlib\nmatplotlib.use('agg')\n"
PLOTS = {
    "timeline, continuous": DRAWN + "m.viz.timeline(P.columns[0]) is None or True",
    "timeline, categorical": DRAWN + "m.viz.timeline('city') is None or True",
    "timeline, unknown": DRAWN + "m.viz.timeline('nowhere')",
    "metric_series": DRAWN
    + "m.viz.metric_series(['accuracyRate'] if m.output_type == 'MULTICLASS' else ['rmse']) is None or True",
    "metric_series, tuple": DRAWN
    + "m.viz.metric_series(('auc',) if m.output_type == 'MULTICLASS' else ('rmse',), time_resolution='hour') is None or True",
    "metric_series, unknown": DRAWN + "m.viz.metric_series(['nonsense'])",
    "drift_series": DRAWN
    + "m.set_reference_data(data=D)\nm.viz.drift_series([X.columns[0]]) is None or True",
    "drift_series, text": DRAWN
    + "m.set_reference_data(data=D)\nm.viz.drift_series(X.columns[0], drift_metric='KLDivergence') is None or True",
    "drift_series, Index": DRAWN
    + "m.set_reference_data(data=D)\nm.viz.drift_series(X.columns[:2]) is None or True",
    "drift_series, unknown": DRAWN + "m.viz.drift_series(['nowhere'])",
}
PREDICT = "from arthurai.core.decorators import log_prediction\n"
DECORATED = {
    "one value": PREDICT + "f = log_prediction(m)(lambda rows: [0.25])\nf(I.head(1))[0]",
    "two values": PREDICT + "f = log_prediction(m)(lambda rows: [0.25, 0.75])\nf(I.head(1))[0]",
    "scalar": PREDICT + "f = log_prediction(m)(lambda rows: 0.25)\nf(I.head(1))[0]",
    "array": PREDICT
    + "f = log_prediction(m)(lambda rows: np.array([0.25, 0.75]))\nf(I.head(1))[0]",
    "id and time": PREDICT
    + "f = log_prediction(m)(lambda rows: [0.25, 0.75])\nf(I.head(1), inference_timestamp=TIMES[0], partner_inference_id='mine')",
    "not a frame": PREDICT + "f = log_prediction(m)(lambda rows: [0.25])\nf([1, 2])",
    "None": PREDICT + "f = log_prediction(m)(lambda rows: [None, None])\nf(I.head(1))",
}

CALLS = [
    *calls_of("query", QUERIES, ROWS, FILLED),
    *calls_of("query", {k: v for k, v in TABULAR_QUERIES.items() if k != "drift"}, TABULAR, FILLED),
    *calls_of("query", {"drift": TABULAR_QUERIES["drift"]}, TABULAR, SAVED),
    *calls_of("metrics and alerts", METRICS, ("binary",), SAVED),
    *calls_of("enrichments", ENRICHMENTS, ("binary", "regression", "nlp"), SAVED),
    *calls_of("fairness", FAIRNESS, ("binary", "pair"), FILLED),
    *calls_of("plots", PLOTS, ("binary", "pair", "regression"), FILLED),
    *calls_of("log_prediction", DECORATED, ("binary", "pair", "regression"), SAVED, stored=True),
    *calls_of("unsaved plots", {"timeline": "m.viz.timeline('city')"}, ("binary",), BUILT),
]
