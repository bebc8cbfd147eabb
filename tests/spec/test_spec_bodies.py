"""What request bodies must accept and must refuse, judged by the schemas a server validates with."""

import jsonschema_rs
import pytest

ATTRIBUTE = {"name": "income", "value_type": "FLOAT", "stage": "PIPELINE_INPUT"}
MODEL = {"partner_model_id": "loans", "input_type": "TABULAR", "output_type": "REGRESSION"}
RULE = {"metric_id": "m", "bound": "upper", "threshold": 0.5, "severity": "warning"}
DRIFT = {"metric": "PSI", "base": {"source": "reference"}, "target": {"source": "inference"}}
TRUTH = {"source": "ground_truth"}
NOTIFY = {"model_id": "m", "user_id": "u"}
SUMMARY = {"name": "s", "frequency": "daily", "send_time_of_day": "07:30"}
METRIC = {"name": "m", "endpoint": "/api/v3/models/m/inferences/query", "query": {}}
ROW = {
    "partner_inference_id": "a",
    "inference_timestamp": "2024-02-01T00:00:00Z",
    "inference_data": {},
}

ACCEPTED = [
    ("create_model", MODEL),
    (
        "create_model",
        {**MODEL, "attributes": [ATTRIBUTE], "archived": False, "id": None, "made_up": 1},
    ),
    ("create_model", {**MODEL, "display_name": None, "tags": None, "classifier_threshold": None}),
    ("create_model", {**MODEL, "attributes": [{**ATTRIBUTE, "value_type": "ARRAY(STRING)"}]}),
    (
        "create_model",
        {**MODEL, "attributes": [{**ATTRIBUTE, "id": None, "bins": None, "categorical": None}]},
    ),
    ("update_model", {**MODEL, "id": "x", "created_by": {"id": "u"}, "attributes": [ATTRIBUTE]}),
    ("update_model", {}),
    ("replace_model_attributes", [ATTRIBUTE]),
    ("send_inferences", [ROW, {"partner_inference_id": 5}, {}]),
    ("send_inferences", []),
    ("update_inferences", [{"partner_inference_id": "a"}]),
    ("update_ground_truth", [{}]),
    ("close_batch", {"status": "uploaded"}),
    ("close_batch", {"status": "uploaded", "total_record_count": None}),
    ("query", {"select": [{"function": "count"}]}),
    ("query", {"select": [{"property": "*"}], "from": None, "filter": None, "made_up": 1}),
    (
        "query",
        {"select": [{"property": "a"}], "filter": [{"property": "a", "comparator": "notnull"}]},
    ),
    (
        "query",
        {
            "select": [{"property": "a"}],
            "filter": [{"property": "a", "comparator": "NotNull", "value": ""}],
        },
    ),
    (
        "query",
        {"select": [{"property": "a"}], "order_by": [{"property": "a", "direction": "DESC"}]},
    ),
    (
        "query",
        {"select": [{"function": "rate", "parameters": {"threshold": None, "level": "0.5"}}]},
    ),
    (
        "query",
        {"select": [{"property": "a"}], "subquery": {"select": [{"property": "a"}], "where": []}},
    ),
    ("query", {"select": [{"property": "a"}], "from": "ground_truth"}),
    ("query_data_drift", {**DRIFT, "properties": ["a"], "rollup": None}),
    ("query_data_drift", {**DRIFT, "predicted_classes": ["*"]}),
    ("close_batch", {"status": "uploaded", "total_record_count": 3}),
    ("close_reference_data", {"status": "started"}),
    ("update_alert_rule", {"lookback_period": 1 / 60, "subsequent_alert_wait_time": 0}),
    ("query_data_drift", {"metric": "Thresholds", "base": {}, "properties": ["a"]}),
    (
        "query_data_drift",
        {**DRIFT, "target": TRUTH, "properties": ["a"] * 100},
    ),
    (
        "query_psi_bucket_table",
        {"property": "a", "base": {"source": "inference"}, "target": TRUTH},
    ),
    ("query_psi_bucket_table", {"property": "a", "base": {"source": None}, "target": {}}),
    ("create_metric", {**METRIC, "parameters": []}),
    ("create_metric", {**METRIC, "query": {"filter": [{"comparater": "eq"}], "n": "{{ k }}"}}),
    ("create_metric", {**METRIC, "parameters": [{"name": "k", "parameter_type": "FLOAT"}]}),
    ("create_metric", {**METRIC, "type": "model_data_bound_metric"}),
    ("create_metric", {**METRIC, "type": "model_input_data_metric"}),
    ("update_metric", {"name": "m", "query": {}}),
    ("evaluate_metric", {}),
    ("evaluate_metric", {"rollup": "REFERENCE", "parameters": {"k": [0.1, 0.2]}}),
    ("create_alert_rule", RULE),
    ("create_alert_rule", {**RULE, "lookback_period": 5.5, "name": None, "metric_parameters": {}}),
    ("update_alert_rule", {**RULE, "id": None, "filters": []}),
    ("create_alert_notification_configuration", {**NOTIFY, "type": "email"}),
    ("create_alert_notification_configuration", {**NOTIFY, "type": "PagerDuty"}),
    ("create_alert_notification_configuration", {**NOTIFY, "type": "ServiceNow"}),
    ("create_alert_summary_configuration", SUMMARY),
    ("send_alert_summary", {"anything": 1}),
    ("delete_custom_roles", {"roles": ["*"]}),
    ("update_anomaly_detection", {"enabled": True, "config": {}}),
    ("update_enrichments", {"config": {"hotspots": {"enabled": True}}}),
    (
        "update_enrichments",
        {
            "config": {
                "explainability": {
                    "enabled": True,
                    "config": {
                        "explanation_nsamples": "2000",
                        "inference_consumer_score_percent": "1.0",
                        "inference_consumer_thread_pool_size": "5",
                        "model_server_cpu": 2,
                        "python_version": "3.8",
                        "shap_expected_values": [0.5, 0.5],
                        "project_directory": None,
                        "ignore_dirs": [],
                    },
                }
            }
        },
    ),
    ("update_explainability", {"config": {"enabled": False}}),
    ("what_if", {"model_pipeline_input": [{"attribute_name": "a", "attribute_value": True}]}),
]
REFUSED = [
    ("login", {"login": "ada"}),
    ("login", {"login": "ada", "password": 5}),
    ("create_user", {"email": "a", "username": "a", "password": "a"}),
    ("create_service_account", {"description": "a", "role": "King"}),
    ("create_model", {**MODEL, "input_type": "tabular"}),
    ("create_model", {**MODEL, "partner_model_id": None}),
    ("create_model", {**MODEL, "partner_model_id": ""}),
    ("create_model", {**MODEL, "partner_model_id": "x" * 256}),
    ("create_model", {**MODEL, "attributes": [{"name": "a", "stage": "PIPELINE_INPUT"}]}),
    ("create_model", {**MODEL, "attributes": [{**ATTRIBUTE, "stage": "INPUT"}]}),
    ("create_model", {**MODEL, "attributes": [{**ATTRIBUTE, "position": -1}]}),
    ("create_model", {**MODEL, "attributes": [{**ATTRIBUTE, "categories": [{"value": 1}]}]}),
    ("create_model", {**MODEL, "classifier_threshold": "0.5"}),
    ("create_model", []),
    ("update_model", {"overwrite_tags": "yes"}),
    ("set_pinned_columns", {"columns": None}),
    ("send_inferences", {}),
    ("send_inferences", [1]),
    ("update_inferences", [None]),
    ("close_batch", {"total_record_count": 1}),
    ("close_batch", {"status": "uploaded", "total_record_count": -1}),
    ("query", {}),
    ("query", {"select": []}),
    ("query", {"select": [{"function": ""}]}),
    ("query", {"select": [{"property": "a"}], "group_by": [{"alias": ""}]}),
    ("query_data_drift", {**DRIFT, "properties": ["a"], "time_zone": ""}),
    ("query_data_drift", {**DRIFT, "properties": ["a"], "num_bins": 1001}),
    ("close_batch", {"status": "started"}),
    ("close_reference_data", {"status": "begun"}),
    ("update_alert_rule", {"lookback_period": 0}),
    ("update_alert_rule", {"subsequent_alert_wait_time": 5270401}),
    ("query", {"select": [5]}),
    ("query", {"select": [{"property": "a"}], "from": "nowhere"}),
    ("query", {"select": [{"property": "a"}], "filter": [{"property": "a"}]}),
    ("query", {"select": [{"property": "a"}], "limit": -1}),
    ("query", {"select": [{"property": "a"}], "subquery": {}}),
    ("query_data_drift", {**DRIFT, "properties": ["a"] * 101}),
    ("query_data_drift", {**DRIFT, "metric": "psi", "properties": ["a"]}),
    ("query_data_drift", {"metric": "PSI", "properties": ["a"]}),
    ("query_data_drift", {**DRIFT, "rollup": "DAY", "properties": ["a"]}),
    ("query_psi_bucket_table", {"property": "a", "base": {}}),
    ("query_psi_bucket_table", {"property": "a", "base": TRUTH, "target": {}}),
    ("query_data_drift", {**DRIFT, "base": TRUTH, "properties": ["a"]}),
    ("query_distributions", {"x": {"property": "a", "num_bins": 1}, "y": {"property": "b"}}),
    ("create_metric", {"name": "m", "endpoint": "e"}),
    ("create_metric", {**METRIC, "parameters": [{"name": "k", "parameter_type": "float"}]}),
    ("evaluate_metric", {"rollup": "day"}),
    ("create_alert_rule", {**RULE, "bound": "above"}),
    ("create_alert_rule", {**RULE, "threshold": None}),
    ("update_alert", {"status": "new"}),
    ("update_alert", {}),
    ("update_alerts_of_rule", {"status": "done"}),
    ("create_alert_notification_configuration", {**NOTIFY, "type": "pigeon"}),
    ("update_alert_notification_configuration", {}),
    ("create_alert_summary_configuration", {**SUMMARY, "send_time_of_day": "25:00"}),
    ("create_alert_summary_configuration", {**SUMMARY, "send_day_of_week": "monday"}),
    ("update_anomaly_detection", {}),
    ("update_enrichments", {"config": {"hotspots": {"enabled": "true"}}}),
    ("update_enrichments", {}),
    ("update_enrichment_status", {"status": "ready"}),
    ("what_if", {"model_pipeline_input": [{"attribute_name": "a"}]}),
    ("update_insight", {"status": "closed"}),
]


@pytest.fixture(scope="module")
def accepts(bundle, operations):
    def check(operation_id, body):
        (media,) = operations[operation_id][3]["requestBody"]["content"].values()
        document = {**media["schema"], "components": bundle["components"]}
        return jsonschema_rs.Draft202012Validator(document, validate_formats=True).is_valid(body)

    return check


@pytest.mark.parametrize(("operation_id", "body"), ACCEPTED)
def test_accepted(accepts, operation_id, body):
    assert accepts(operation_id, body)


@pytest.mark.parametrize(("operation_id", "body"), REFUSED)
def test_refused(accepts, operation_id, body):
    assert not accepts(operation_id, body)


SORTS = [
    ("list_alert_rules", "-severity", True),
    ("list_alert_rules", "+metric_name", True),
    ("list_alert_rules", " enabled", True),
    ("list_alert_rules", "colour", False),
    ("list_alerts", "-timestamp", True),
    ("list_alerts", "metric", False),
    ("explain_inference", "+location", True),
    ("explain_inference", "", False),
]


@pytest.mark.parametrize(("operation_id", "value", "expected"), SORTS)
def test_sort_columns(bundle, operations, resolve, operation_id, value, expected):
    given = {resolve(p)["name"]: resolve(p) for p in operations[operation_id][3]["parameters"]}
    document = {**given["sort"]["schema"], "components": bundle["components"]}
    assert jsonschema_rs.Draft202012Validator(document).is_valid(value) == expected
