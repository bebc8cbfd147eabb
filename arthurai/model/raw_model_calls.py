"""`model.with_raw_response`: the methods of a model, with the responses behind their results."""

from __future__ import annotations

from arthurai.model import (
    alert_backtests,
    alert_lists,
    alerts,
    dataset_closing,
    enrichments,
    explanations,
    hotspots,
    lifecycle,
    metrics,
    privacy,
    querying,
    sending,
)
from arthurai.model.report import report_file
from arthurai.transport.raw_responses import RawCalls, raw


class RawModelCalls(RawCalls):
    """The methods of a model that send requests, which return a `RawResult` each."""

    save = raw(lifecycle.save)
    await_model_ready = raw(lifecycle.await_model_ready)
    update = raw(lifecycle.update)
    archive = raw(lifecycle.archive)
    swap_predicted_attribute_positions = raw(lifecycle.swap_predicted_attribute_positions)

    set_reference_data = raw(sending.set_reference_data)
    send_inferences = raw(sending.send_inferences)
    update_inference_ground_truths = raw(sending.update_inference_ground_truths)
    send_bulk_inferences = raw(sending.send_bulk_inferences)
    send_bulk_ground_truths = raw(sending.send_bulk_ground_truths)
    close_batch = raw(dataset_closing.close_batch)
    delete_inferences = raw(privacy.delete_inferences)

    query = raw(querying.query)
    await_inferences = raw(querying.await_inferences)
    get_image = raw(querying.get_image)

    create_metric = raw(metrics.create_metric)
    get_metrics = raw(metrics.get_metrics)
    evaluate_metric = raw(metrics.evaluate_metric)
    delete_metric = raw(metrics.delete_metric)

    create_alert_rule = raw(alerts.create_alert_rule)
    get_alert_rules = raw(alert_lists.get_alert_rules)
    update_alert_rule = raw(alerts.update_alert_rule)
    delete_alert_rule = raw(alerts.delete_alert_rule)
    backtest_alert_rule = raw(alert_backtests.backtest_alert_rule)
    explain_alert_rule = raw(alert_backtests.explain_alert_rule)
    get_alerts = raw(alert_lists.get_alerts)
    update_alert = raw(alerts.update_alert)

    get_enrichments = raw(enrichments.get_enrichments)
    get_enrichment = raw(enrichments.get_enrichment)
    update_enrichments = raw(enrichments.update_enrichments)
    update_enrichment = raw(enrichments.update_enrichment)
    await_enrichments = raw(enrichments.await_enrichments)
    enable_hotspots = raw(hotspots.enable_hotspots)
    find_hotspots = raw(hotspots.find_hotspots)
    enable_explainability = raw(explanations.enable_explainability)
    explain_inference = raw(explanations.explain_inference)
    delete_explainer = raw(explanations.delete_explainer)
    enable_bias_mitigation = raw(enrichments.enable_bias_mitigation)

    report = raw(report_file.write_report)
