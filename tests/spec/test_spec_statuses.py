"""Statuses and headers: which every operation has, and which only some."""

from arthurai.common.bundle import operations as parsed_operations

COMMON = {"400", "401", "403", "404", "429", "500", "501"}
OVER_LIMITS = {
    "create_model",
    "create_service_account",
    "update_anomaly_detection",
    "update_bias_mitigation",
    "update_enrichments",
    "update_explainability",
    "update_hotspots",
}
CONFLICTS = {
    "close_batch",
    "close_reference_data",
    "create_alert_notification_configuration",
    "create_alert_summary_configuration",
    "create_alert_summary_subscriber",
    "create_custom_roles",
    "create_metric",
    "create_metric_v3",
    "create_model",
    "create_organization",
    "create_user",
    "delete_model_attribute",
    "delete_model_attributes",
    "delete_organization",
    "replace_model_attributes",
    "retry_model_provisioning",
    "send_inference_file",
    "send_inferences",
    "update_alert_summary_configuration",
    "update_current_user",
    "update_ground_truth",
    "update_inferences",
    "update_metric",
    "update_metric_v3",
    "update_model",
    "update_model_attribute",
    "update_model_attributes",
    "update_organization",
    "update_tag",
    "update_user",
    "upload_reference_data",
}
HEADERS = {
    ("login", "200"): {"Set-Cookie": "string"},
    ("saml_sso", "200"): {"Set-Cookie": "string"},
    ("saml_sso", "302"): {"Set-Cookie": "string", "Location": "string"},
    ("set_current_organization", "200"): {"Set-Cookie": "string"},
    ("get_inference_image", "302"): {"Location": "string"},
}
KEYED = {
    "update_ground_truth",
    "send_inference_file",
    "send_inferences",
    "update_inferences",
    "upload_reference_data",
}


def test_every_operation_may_fail_in_the_common_ways(operations):
    for name, (_, _, _, operation) in operations.items():
        expected = set(COMMON)
        if "requestBody" in operation:
            expected |= {"413", "415"}
        if name in OVER_LIMITS:
            expected.add("402")
        if name in CONFLICTS:
            expected.add("409")
        assert {code for code in operation["responses"] if code >= "400"} == expected, name


def test_headers_of_responses(operations, resolve):
    for name, (_, _, _, operation) in operations.items():
        for code, response in operation["responses"].items():
            expected = HEADERS.get((name, code), {})
            if code >= "400":
                expected = {"X-Request-ID": "string"}
            if code == "429":
                expected = {**expected, "Retry-After": "integer"}
            headers = resolve(response).get("headers", {})
            found = {key: resolve(header)["schema"]["type"] for key, header in headers.items()}
            assert found == expected, (name, code)


def test_requests_that_store_rows_may_have_a_key_and_the_time_of_a_call():
    for name, operation in parsed_operations().items():
        headers = [p for p in operation.spec["parameters"] if p["in"] == "header"]
        expected = [("Idempotency-Key", "string")] if name in KEYED else []
        if name in {"send_inferences", "send_inference_file"}:
            expected.append(("Arthur-Call-Time", "integer"))
        assert [(p["name"], p["schema"]["type"]) for p in headers] == expected, name
