"""`ArthurModel`: each method is defined once, in the module of its subject, and taken by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from arthurai._compat import deprecated_methods
from arthurai.common.exceptions import wrap_errors
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
    row_logging,
    sending,
)
from arthurai.model.base_model import ArthurModelBase
from arthurai.model.bias import ArthurBiasWrapper
from arthurai.model.modeling import (
    attribute_list,
    infer_attributes,
    model_validation,
    outputs,
    summary,
    token_sequences,
)
from arthurai.model.modeling import build as building
from arthurai.model.report import report_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from arthurai.model.raw_model_calls import RawModelCalls
    from arthurai.model.viz.visualizer import DataVisualizer


@wrap_errors
@dataclass(eq=False, repr=False)
class ArthurModel(ArthurModelBase):
    """A model: its description, its data, its life on the server.

    Models are made by `ArthurAI.model` and fetched by `ArthurAI.get_model`. A model can be
    pickled; its connection stays behind.
    """

    # Describe the model from data
    build = building.build
    build_token_sequence_model = token_sequences.build_token_sequence_model
    infer_schema = infer_attributes.infer_schema
    from_dataframe = deprecated_methods.from_dataframe
    review = summary.review

    # Edit its attributes
    get = ArthurModelBase.get_attribute
    add_attribute = attribute_list.add_attribute
    rename_attribute = attribute_list.rename_attribute
    remove_attribute = attribute_list.remove_attribute
    set_attribute_labels = attribute_list.set_attribute_labels
    set_attribute_as_sensitive = attribute_list.set_attribute_as_sensitive
    set_predict_function_input_order = attribute_list.set_predict_function_input_order
    add_image_attribute = attribute_list.add_image_attribute
    get_image_attribute = attribute_list.get_image_attribute

    # Add outputs and their ground truth
    add_regression_output_attributes = outputs.add_regression_output_attributes
    add_binary_classifier_output_attributes = outputs.add_binary_classifier_output_attributes
    add_multiclass_classifier_output_attributes = (
        outputs.add_multiclass_classifier_output_attributes
    )
    add_classifier_output_attributes_gtclass = outputs.add_classifier_output_attributes_gtclass
    add_object_detection_output_attributes = outputs.add_object_detection_output_attributes
    add_ranked_list_output_attributes = outputs.add_ranked_list_output_attributes
    get_positive_predicted_class = attribute_list.get_positive_predicted_class
    swap_predicted_attribute_positions = lifecycle.swap_predicted_attribute_positions
    binarize = attribute_list.binarize
    one_hot_encode = attribute_list.one_hot_encode

    # Save, update, archive
    validate_reference_data = model_validation.validate_reference_data
    save = lifecycle.save
    await_model_ready = lifecycle.await_model_ready
    update = lifecycle.update
    archive = lifecycle.archive

    # Send data
    set_reference_data = sending.set_reference_data
    send_inferences = sending.send_inferences
    update_inference_ground_truths = sending.update_inference_ground_truths
    send_bulk_inferences = sending.send_bulk_inferences
    send_bulk_ground_truths = sending.send_bulk_ground_truths
    close_batch = dataset_closing.close_batch
    convert_dataframe = sending.convert_dataframe
    redact_value = privacy.redact_value
    delete_inferences = privacy.delete_inferences
    logger = row_logging.logger
    monitor = row_logging.monitor
    send_inference = deprecated_methods.send_inference
    send_batch_inferences = deprecated_methods.send_batch_inferences
    send_batch_ground_truths = deprecated_methods.send_batch_ground_truths

    # Read data
    query = querying.query
    await_inferences = querying.await_inferences
    get_image = querying.get_image

    # Metrics
    create_metric = metrics.create_metric
    get_metrics = metrics.get_metrics
    iter_metrics = metrics.iter_metrics
    evaluate_metric = metrics.evaluate_metric
    delete_metric = metrics.delete_metric

    # Alerts
    create_alert_rule = alerts.create_alert_rule
    get_alert_rules = alert_lists.get_alert_rules
    iter_alert_rules = alert_lists.iter_alert_rules
    update_alert_rule = alerts.update_alert_rule
    delete_alert_rule = alerts.delete_alert_rule
    backtest_alert_rule = alert_backtests.backtest_alert_rule
    explain_alert_rule = alert_backtests.explain_alert_rule
    get_alerts = alert_lists.get_alerts
    iter_alerts = alert_lists.iter_alerts
    update_alert = alerts.update_alert

    # Enrichments
    get_enrichments = enrichments.get_enrichments
    get_enrichment = enrichments.get_enrichment
    update_enrichments = enrichments.update_enrichments
    update_enrichment = enrichments.update_enrichment
    await_enrichments = enrichments.await_enrichments
    enable_hotspots = hotspots.enable_hotspots
    find_hotspots = hotspots.find_hotspots
    enable_explainability = explanations.enable_explainability
    explain_inference = explanations.explain_inference
    delete_explainer = explanations.delete_explainer

    # Fairness
    enable_bias_mitigation = enrichments.enable_bias_mitigation
    check_has_bias_attrs = attribute_list.check_has_bias_attrs
    check_attr_is_bias = attribute_list.check_attr_is_bias

    @property
    def bias(self) -> ArthurBiasWrapper:
        """Fairness: `bias.metrics` by group, and `bias.mitigation_threshold`."""
        return ArthurBiasWrapper(self)

    # Single calls; `with_options` is that of all connected objects
    @property
    def with_raw_response(self) -> RawModelCalls:
        """The methods that send requests, with the responses behind results: `RawResult`."""
        from arthurai.model.raw_model_calls import RawModelCalls

        return RawModelCalls(self)

    # Plots and reports
    report = report_file.write_report

    @property
    def viz(self) -> DataVisualizer[Figure]:
        """Plots of this model: `timeline`, `metric_series`, `drift_series`, `group_comparison`."""
        from arthurai.model.viz.visualizer import DataVisualizer

        return cast("DataVisualizer[Figure]", DataVisualizer([self]))
