"""`model.with_raw_response`: the methods of a model, with the responses behind their results.

Made by `python -m scripts.async_layer` from `arthurai/model/raw_model_calls.py`; not edited by hand.
"""

from __future__ import annotations

from arthurai.aio.model import (
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
from arthurai.aio.model.report import report_file
from arthurai.transport.raw_responses import RawCalls, raw_awaited


class AsyncRawModelCalls(RawCalls):
    """The methods of a model that send requests, which return a `RawResult` each."""

    save = raw_awaited(lifecycle.save)
    await_model_ready = raw_awaited(lifecycle.await_model_ready)
    update = raw_awaited(lifecycle.update)
    archive = raw_awaited(lifecycle.archive)
    swap_predicted_attribute_positions = raw_awaited(lifecycle.swap_predicted_attribute_positions)

    set_reference_data = raw_awaited(sending.set_reference_data)
    send_inferences = raw_awaited(sending.send_inferences)
    update_inference_ground_truths = raw_awaited(sending.update_inference_ground_truths)
    send_bulk_inferences = raw_awaited(sending.send_bulk_inferences)
    send_bulk_ground_truths = raw_awaited(sending.send_bulk_ground_truths)
    close_batch = raw_awaited(dataset_closing.close_batch)
    delete_inferences = raw_awaited(privacy.delete_inferences)

    query = raw_awaited(querying.query)
    await_inferences = raw_awaited(querying.await_inferences)
    get_image = raw_awaited(querying.get_image)

    create_metric = raw_awaited(metrics.create_metric)
    get_metrics = raw_awaited(metrics.get_metrics)
    evaluate_metric = raw_awaited(metrics.evaluate_metric)
    delete_metric = raw_awaited(metrics.delete_metric)

    create_alert_rule = raw_awaited(alerts.create_alert_rule)
    get_alert_rules = raw_awaited(alert_lists.get_alert_rules)
    update_alert_rule = raw_awaited(alerts.update_alert_rule)
    delete_alert_rule = raw_awaited(alerts.delete_alert_rule)
    backtest_alert_rule = raw_awaited(alert_backtests.backtest_alert_rule)
    explain_alert_rule = raw_awaited(alert_backtests.explain_alert_rule)
    get_alerts = raw_awaited(alert_lists.get_alerts)
    update_alert = raw_awaited(alerts.update_alert)

    get_enrichments = raw_awaited(enrichments.get_enrichments)
    get_enrichment = raw_awaited(enrichments.get_enrichment)
    update_enrichments = raw_awaited(enrichments.update_enrichments)
    update_enrichment = raw_awaited(enrichments.update_enrichment)
    await_enrichments = raw_awaited(enrichments.await_enrichments)
    enable_hotspots = raw_awaited(hotspots.enable_hotspots)
    find_hotspots = raw_awaited(hotspots.find_hotspots)
    enable_explainability = raw_awaited(explanations.enable_explainability)
    explain_inference = raw_awaited(explanations.explain_inference)
    delete_explainer = raw_awaited(explanations.delete_explainer)
    enable_bias_mitigation = raw_awaited(enrichments.enable_bias_mitigation)

    report = raw_awaited(report_file.write_report)
