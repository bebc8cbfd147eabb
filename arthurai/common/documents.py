"""JSON objects of the API as typed dictionaries.

Made from the bundled OpenAPI document by `python -m scripts.documents`; not edited by hand.
"""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class Acknowledgement(TypedDict):
    """Confirmation whose members are not specified; often an empty object."""

    message: NotRequired[str]


class Alert(TypedDict):
    """A threshold that was crossed."""

    id: str
    timestamp: str
    metric_value: float
    message: str
    model_id: str
    status: str
    severity: str
    alert_rule: AlertRule
    window_start: NotRequired[str | None]
    window_end: NotRequired[str | None]
    batch_id: NotRequired[str | None]
    organization_id: NotRequired[str | None]
    row_count: NotRequired[int | None]
    truth_share: NotRequired[float | None]
    metric_parameters: NotRequired[dict[str, Any] | None]
    resolved_by_evaluation: NotRequired[bool | None]


class AlertCounts(TypedDict):
    """Alerts of a rule by status."""

    new: NotRequired[float]
    acknowledged: NotRequired[float]
    resolved: NotRequired[float]


class AlertModelCount(TypedDict):
    """Number of alerts of one model, on one day when they are counted by day."""

    model_id: str
    count: int
    date: NotRequired[str | None]


class AlertNotificationConfiguration(TypedDict):
    """Recipient of alerts of a model."""

    id: str
    model_id: str
    type: str
    destination: NotRequired[str | None]
    user_id: NotRequired[str | None]
    enabled: bool
    signing_secret: NotRequired[str | None]


class AlertNotificationConfigurationRequest(TypedDict):
    """Recipients of alerts of a model."""

    model_id: str
    type: str
    destination: NotRequired[str | None]
    user_id: NotRequired[str | None]
    enabled: NotRequired[bool | None]


class AlertNotificationConfigurationUpdate(TypedDict):
    """Switches a configuration on or off."""

    enabled: bool


class AlertNotificationRequest(TypedDict):
    """What to tell about an alert."""

    model_id: str
    alert_timestamp: str
    alert_description: str
    alert_priority: str


class AlertRule(TypedDict):
    """When an alert is raised."""

    id: str
    name: str
    metric_id: str
    bound: str
    threshold: float
    severity: str
    lookback_period: float
    subsequent_alert_wait_time: float
    enabled: bool
    metric_parameters: NotRequired[dict[str, Any] | None]
    filters: NotRequired[list[QueryFilter] | None]
    metric_name: NotRequired[str | None]
    metric_query: dict[str, Any]
    metric_type: str
    attribute_name: NotRequired[str | None]
    last_updated_by: NotRequired[str | None]
    last_updated_by_type: NotRequired[str | None]
    last_updated_at: NotRequired[str | None]
    alert_counts: NotRequired[AlertCounts | None]
    last_metric_value: NotRequired[float | None]
    last_triggered: NotRequired[str | None]
    min_rows: NotRequired[int | None]
    min_truth_share: NotRequired[float | None]
    confidence: NotRequired[float | None]
    notes: NotRequired[list[AlertRuleNote] | None]


class AlertRuleBacktest(TypedDict):
    """What a rule would have done."""

    rule: AlertRuleRequest
    alerts: list[BacktestAlert]
    outcomes: AlertRuleOutcomes
    suppressed: int
    notes: list[AlertRuleNote]


class AlertRuleBacktestRequest(TypedDict):
    """A rule to try on the rows that are stored; it is not created."""

    rule: AlertRuleRequest
    start_time: NotRequired[str | None]
    end_time: NotRequired[str | None]


class AlertRuleExplanation(TypedDict):
    """What a rule watches, and what came of it."""

    alert_rule: AlertRule
    summary: str
    covers: list[dict[str, Any]]
    notes: list[AlertRuleNote]
    last_evaluated_at: str | None
    last_metric_value: float | None
    last_outcomes: AlertRuleOutcomes | None


class AlertRuleNote(TypedDict):
    """Something that whoever makes or reads a rule should know."""

    code: str
    message: str


class AlertRuleOutcomes(TypedDict):
    """What evaluations came to."""

    windows: int
    evaluations: int
    crossed: int
    few_rows: int
    waiting_for_truth: int
    within_noise: int
    no_value: int
    failed: int
    left_out: int


class AlertRulePatch(TypedDict):
    """Changes to a rule; members left out stay as they are."""

    name: NotRequired[str | None]
    bound: NotRequired[str | None]
    threshold: NotRequired[float | None]
    severity: NotRequired[str | None]
    lookback_period: NotRequired[float | None]
    subsequent_alert_wait_time: NotRequired[float | None]
    enabled: NotRequired[bool | None]
    min_rows: NotRequired[int | None]
    min_truth_share: NotRequired[float | None]
    confidence: NotRequired[float | None]


class AlertRuleRequest(TypedDict):
    """When to raise an alert."""

    metric_id: str
    bound: str
    threshold: float
    severity: str
    name: NotRequired[str | None]
    lookback_period: NotRequired[float | None]
    subsequent_alert_wait_time: NotRequired[float | None]
    enabled: NotRequired[bool | None]
    metric_parameters: NotRequired[dict[str, Any] | None]
    filters: NotRequired[list[QueryFilter] | None]
    min_rows: NotRequired[int | None]
    min_truth_share: NotRequired[float | None]
    confidence: NotRequired[float | None]


class AlertStatusRequest(TypedDict):
    """What has been done about alerts."""

    status: str


class AlertSummaryConfiguration(TypedDict):
    """A summary of alerts that is sent regularly."""

    id: str
    name: str
    owner_user_id: NotRequired[str | None]
    organization_id: str
    frequency: str
    send_day_of_week: NotRequired[str | None]
    send_time_of_day: str
    models: list[str]
    subscribers: list[AlertSummarySubscriber]
    enabled: bool


class AlertSummaryConfigurationRequest(TypedDict):
    """A summary to send regularly."""

    name: str
    frequency: str
    send_time_of_day: str
    send_day_of_week: NotRequired[str | None]
    models: NotRequired[list[str] | None]
    subscribers: NotRequired[list[AlertSummarySubscriberRequest] | None]


class AlertSummaryConfigurationUpdate(TypedDict):
    """Changes to a summary; members left out stay as they are."""

    name: NotRequired[str | None]
    frequency: NotRequired[str | None]
    send_day_of_week: NotRequired[str | None]
    send_time_of_day: NotRequired[str | None]
    models: NotRequired[list[str] | None]
    enabled: NotRequired[bool | None]


class AlertSummaryReport(TypedDict):
    """What a summary says."""

    report_id: str
    configuration_id: str
    time_frame: str
    data: list[AlertSummaryReportLine]


class AlertSummaryReportLine(TypedDict):
    """Alerts of one check of one model."""

    model_id: str
    alert_check_name: str
    alert_check_threshold: str
    alert_count: float
    hyperlink: NotRequired[str | None]


class AlertSummarySubscriber(TypedDict):
    """Somebody who gets a summary."""

    id: str
    summary_id: NotRequired[str]
    type: str
    user_id: NotRequired[str | None]
    destination: NotRequired[str | None]
    enabled: bool


class AlertSummarySubscriberRequest(TypedDict):
    """Somebody to send a summary to."""

    type: str
    user_id: NotRequired[str | None]
    destination: NotRequired[str | None]


class AlertSummarySubscriberUpdate(TypedDict):
    """Switches a subscription on or off."""

    enabled: NotRequired[bool | None]


class Attribute(TypedDict):
    """A column of a model."""

    id: NotRequired[str | None]
    name: str
    label: NotRequired[str | None]
    value_type: str
    stage: str
    position: NotRequired[int | None]
    categorical: NotRequired[bool | None]
    min_range: NotRequired[float | None]
    max_range: NotRequired[float | None]
    monitor_for_bias: NotRequired[bool | None]
    categories: NotRequired[list[AttributeCategory] | None]
    bins: NotRequired[list[AttributeBin] | None]
    is_unique: NotRequired[bool | None]
    is_positive_predicted_attribute: NotRequired[bool | None]
    attribute_link: NotRequired[str | None]
    gt_class_link: NotRequired[str | None]
    token_attribute_link: NotRequired[str | None]
    implicit: NotRequired[bool | None]


class AttributeBin(TypedDict):
    """A range of values that counts as one group."""

    continuous_start: NotRequired[float | None]
    continuous_end: NotRequired[float | None]


class AttributeCategory(TypedDict):
    """One of the values that a categorical attribute takes."""

    value: str
    label: NotRequired[str | None]


class AuthenticationInfo(TypedDict):
    """Owner of a token; works for users, for callers of a foreign identity provider and for ..."""

    organization_ids: list[str]
    issuer: str
    username: str
    first_name: str
    last_name: str
    email: str
    roles: list[str]
    internal_user_id: NotRequired[str | None]
    external_user_id: NotRequired[str | None]
    service_account_id: NotRequired[str | None]


class BacktestAlert(TypedDict):
    """An alert that a rule would have raised."""

    timestamp: str
    metric_value: float
    message: str
    window_start: NotRequired[str | None]
    window_end: NotRequired[str | None]
    batch_id: NotRequired[str | None]
    row_count: int
    truth_share: NotRequired[float | None]
    metric_parameters: NotRequired[dict[str, Any] | None]


class Batch(TypedDict):
    """A closed or still open group of inferences."""

    model_id: str
    batch_id: str
    records: int
    partner_record_count: int
    status: str
    created_at: str
    updated_at: str


class BiasCurvePoint(TypedDict):
    """What one threshold leads to."""

    x: float
    y: float
    threshold: float


class BiasGroup(TypedDict):
    """A group of people, or of things, that is watched for bias."""

    attribute_id: NotRequired[str]
    attribute_name: NotRequired[str]
    categorical_value: NotRequired[str | None]
    continuous_start: NotRequired[float | None]
    continuous_end: NotRequired[float | None]


class BiasGroups(TypedDict):
    """The groups of a model that are watched for bias."""

    data: NotRequired[list[BiasGroup] | None]


class BiasMitigationCurve(TypedDict):
    """What thresholds lead to for one group of an attribute."""

    id: str
    model_id: str
    attribute_id: str
    attribute_name: NotRequired[str]
    categorical_value: NotRequired[str]
    continuous_start: NotRequired[float | str]
    continuous_end: NotRequired[float | str]
    constraint: str
    x_label: str
    y_label: str
    optimization_index: int
    rows: NotRequired[int]
    data_points: list[BiasCurvePoint]


class BulkAlertUpdateResponse(TypedDict):
    """Outcome of changing all alerts of a rule."""

    updated_alerts: int


class CreatedBy(TypedDict):
    """Who made something."""

    id: str
    type: str


class CustomRoles(TypedDict):
    """A set of custom roles."""

    roles: list[RoleDefinition] | None


class DataDriftBase(TypedDict):
    """The distribution that the target is compared with."""

    source: NotRequired[str | None]
    filter: NotRequired[list[QueryFilter] | None]


class DataDriftRequest(TypedDict):
    """Attributes whose distribution is compared between two sides."""

    properties: NotRequired[list[str] | None]
    metric: str
    base: DataDriftBase
    target: NotRequired[DataDriftSide | None]
    num_bins: NotRequired[int | None]
    group_by: NotRequired[list[QueryColumn] | None]
    rollup: NotRequired[str | None]
    time_zone: NotRequired[str | None]
    missing_values: NotRequired[str | None]
    uncertainty: NotRequired[bool | None]
    predicted_classes: NotRequired[list[str] | None]
    ground_truth_classes: NotRequired[list[str] | None]
    sample: NotRequired[float | None]
    disable_auto_sample: NotRequired[bool | None]


class DataDriftSide(TypedDict):
    """The distribution that is compared with the base."""

    source: NotRequired[str | None]
    filter: NotRequired[list[QueryFilter] | None]


class DataDriftTableRequest(TypedDict):
    """An attribute whose population stability index is wanted bucket by bucket."""

    property: str
    base: DataDriftBase
    target: DataDriftSide
    num_bins: NotRequired[int | None]
    group_by: NotRequired[list[QueryColumn] | None]
    rollup: NotRequired[str | None]
    time_zone: NotRequired[str | None]
    missing_values: NotRequired[str | None]


class DataDriftTableResponse(TypedDict):
    """A population stability index taken apart."""

    query_result: list[DataDriftTableRow]


class DataDriftTableRow(TypedDict):
    """One bucket."""

    bucket: NotRequired[str | None]
    rollup: NotRequired[str]
    group_by_property: NotRequired[Any]
    base_bucket_min: NotRequired[float | None]
    base_bucket_max: NotRequired[float | None]
    base_count_per_bucket: NotRequired[float | None]
    base_total: NotRequired[float | None]
    base_probability_per_bucket: NotRequired[float | None]
    base_ln_probability_per_bucket: NotRequired[float | None]
    target_bucket_min: NotRequired[float | None]
    target_bucket_max: NotRequired[float | None]
    target_count_per_bucket: NotRequired[float | None]
    target_total: NotRequired[float | None]
    target_probability_per_bucket: NotRequired[float | None]
    target_ln_probability_per_bucket: NotRequired[float | None]
    probability_difference: NotRequired[float | None]
    ln_probability_difference: NotRequired[float | None]
    psi: NotRequired[float | None]


class Dataset(TypedDict):
    """A batch or the reference set."""

    model_id: str
    type: str
    batch_id: NotRequired[str]
    records: int
    partner_record_count: NotRequired[int]
    status: str
    created_at: NotRequired[str]
    updated_at: NotRequired[str]


class DatasetCloseRequest(TypedDict):
    """Says that no more rows will come."""

    status: str
    total_record_count: NotRequired[int | None]


class DistributionAxis(TypedDict):
    """An axis that is cut into buckets."""

    property: str
    alias: NotRequired[str | None]
    num_bins: NotRequired[int | None]


class DistributionValue(TypedDict):
    """What to report for each cell."""

    property: str
    function: NotRequired[str | None]
    alias: NotRequired[str | None]


class DistributionsRequest(TypedDict):
    """A two-dimensional histogram: first `x` is cut into buckets, then `y` inside each."""

    x: DistributionAxis
    y: DistributionAxis
    values: NotRequired[list[DistributionValue] | None]
    filter: NotRequired[list[QueryFilter] | None]


class EnrichmentConfiguration(TypedDict):
    """Switches an enrichment on or off."""

    enabled: bool
    config: NotRequired[dict[str, Any] | None]


class EnrichmentResponse(TypedDict):
    """State of an enrichment."""

    enabled: bool
    status: str
    config: NotRequired[dict[str, Any] | None]


class EnrichmentStatusUpdate(TypedDict):
    """State to put an enrichment into."""

    status: str


class EnrichmentsConfiguration(TypedDict):
    """Switches for some or all enrichments; those left out stay as they are."""

    anomaly_detection: NotRequired[EnrichmentConfiguration | None]
    bias_mitigation: NotRequired[EnrichmentConfiguration | None]
    hotspots: NotRequired[EnrichmentConfiguration | None]
    explainability: NotRequired[ExplainabilityConfiguration | None]


class EnrichmentsResponse(TypedDict):
    """State of all enrichments."""

    anomaly_detection: EnrichmentResponse
    bias_mitigation: EnrichmentResponse
    hotspots: EnrichmentResponse
    explainability: ExplainabilityEnrichmentResponse


class Error(TypedDict):
    """Body of every response that is not a success."""

    error: str


class ExpectedValue(TypedDict):
    """Base value of a prediction attribute."""

    predicted_attribute_name: str
    expected_value: float
    rows: NotRequired[int]
    standard_error: NotRequired[float | None]


class ExplainabilityConfig(TypedDict):
    """How explanations are computed and served."""

    python_version: NotRequired[str | float | None]
    sdk_version: NotRequired[str | None]
    user_predict_function_import_path: NotRequired[str | None]
    streaming_explainability_enabled: NotRequired[bool | None]
    shap_expected_values: NotRequired[list[float] | str | None]
    explanation_algo: NotRequired[str | None]
    explanation_nsamples: NotRequired[int | str | None]
    model_server_cpu: NotRequired[str | float | None]
    model_server_memory: NotRequired[str | float | None]
    model_server_max_replicas: NotRequired[int | str | None]
    inference_consumer_cpu: NotRequired[str | float | None]
    inference_consumer_memory: NotRequired[str | float | None]
    inference_consumer_score_percent: NotRequired[float | str | None]
    inference_consumer_thread_pool_size: NotRequired[int | str | None]
    seed: NotRequired[int | str | None]
    service_account_id: NotRequired[str | None]
    reason: NotRequired[str | None]


class ExplainabilityConfiguration(TypedDict):
    """Switches explanations on or off."""

    enabled: NotRequired[bool | None]
    config: NotRequired[ExplainabilityConfig | None]


class ExplainabilityEnrichmentResponse(TypedDict):
    """State and settings of explanations."""

    enabled: bool
    status: str
    config: NotRequired[ExplainabilityConfig | None]


class Explanation(TypedDict):
    """Why one prediction attribute has its value."""

    algorithm: str
    predicted_attribute_name: str
    importance_scores: list[ImportanceScore]
    reason: NotRequired[str]


class ExplanationResult(TypedDict):
    """Why an inference came out as it did."""

    explanation: list[Explanation]
    expected_value: NotRequired[list[ExpectedValue]]


class FileUploadFailure(TypedDict):
    """A row of a file that was refused."""

    message: str
    status: int


class FileUploadResponse(TypedDict):
    """Outcome of a file."""

    counts: StatusCounts
    failures: list[FileUploadFailure]
    notes: NotRequired[list[AlertRuleNote]]


class FindHotspotsResponse(TypedDict):
    """Trees of regions where the model is weak."""

    data: list[HotspotNode]


class GroupLegend(TypedDict):
    """What makes a group: a value of a categorical attribute or a bin of a continuous one."""

    name: NotRequired[str | None]
    bin: NotRequired[AttributeBin | None]


class HotspotClassInfo(TypedDict):
    """How the model does on one class inside a node."""

    class_f1: float
    class_precision: float
    class_recall: float
    count: int
    pred_to_count: dict[str, int]


class HotspotNode(TypedDict):
    """A region of the input."""

    rules: dict[str, Any]
    accuracy: float
    precision: NotRequired[float]
    recall: NotRequired[float]
    f1: NotRequired[float]
    impurity: float
    n_samples: int
    feature: str
    cutoff: NotRequired[float]
    gt_to_info: NotRequired[dict[str, HotspotClassInfo]]
    left: NotRequired[HotspotNode | None]
    right: NotRequired[HotspotNode | None]


class ImageExplanation(TypedDict):
    """Which parts of an image a prediction comes from."""

    lime_segment_mask: list[list[int]]
    lime_region_mapping: dict[str, list[list[float]]]


class ImportanceScore(TypedDict):
    """Part of one attribute in a prediction; token by token for texts."""

    attribute_name: str
    explanation_value: NotRequired[float]
    tokens: NotRequired[list[TokenImportance]]


class Inference(TypedDict):
    """One prediction with everything that went into it."""

    inference_timestamp: str
    partner_inference_id: str
    inference_data: dict[str, Any]
    batch_id: NotRequired[str | None]
    ground_truth_timestamp: NotRequired[str | None]
    ground_truth_data: NotRequired[dict[str, Any] | None]


class InferenceDeletion(TypedDict):
    """What the deletion of an inference has deleted."""

    inferences: int
    waiting_ground_truths: int


class InferenceGroundTruth(TypedDict):
    """What turned out to be true for one earlier inference."""

    partner_inference_id: str
    ground_truth_timestamp: str
    ground_truth_data: dict[str, Any]


class InferenceResult(TypedDict):
    """Outcome of one row."""

    status: int
    message: str
    partner_inference_id: NotRequired[str]


class InferencesResponse(TypedDict):
    """Outcome row by row, in the order of the request."""

    counts: StatusCounts
    results: list[InferenceResult]
    notes: NotRequired[list[AlertRuleNote]]


class Insight(TypedDict):
    """A region of the input where the model is weak."""

    id: str
    model_id: str
    run_id: str
    metric_type: str
    threshold_value: float
    metric_value: float
    region: dict[str, dict[str, float]]
    timestamp: str
    status: str
    batch_id: NotRequired[str | None]
    window_start: NotRequired[str | None]
    window_end: NotRequired[str | None]


class InsightGroupCount(TypedDict):
    """Number of insights of one batch or one window."""

    batch_id: NotRequired[str]
    window_start: NotRequired[str]
    timestamp: NotRequired[str]
    count: NotRequired[float]


class InsightPatch(TypedDict):
    """What has been done about insights."""

    status: str


class InsightUpdateResponse(TypedDict):
    """Outcome of changing insights."""

    updated_count: int


class Invitation(TypedDict):
    """An invitation that still opens an account."""

    email: str
    organization_id: str
    invited_by: str
    created_at: NotRequired[str]
    expires_at: NotRequired[str]


class InviteRequest(TypedDict):
    """Users to invite to an organization."""

    invite_emails: list[str]
    return_direct_links: NotRequired[bool | None]
    custom_dashboard_url: NotRequired[str | None]
    organization_id: NotRequired[str | None]


class InviteResponse(TypedDict):
    """Links to hand to the invited people."""

    user_invite_links: NotRequired[dict[str, str]]


class LoginRequest(TypedDict):
    """Credentials of a person."""

    login: str
    password: str


class Metric(TypedDict):
    """A named query with parameters."""

    id: str
    name: str
    endpoint: str
    query: dict[str, Any]
    is_default: bool
    type: NotRequired[str | None]
    attribute: NotRequired[str | None]
    parameters: NotRequired[list[MetricParameter] | None]
    valid_rollups: NotRequired[list[str] | None]
    last_updated_by: NotRequired[str | None]
    last_updated_by_type: NotRequired[str | None]
    created_at: NotRequired[str | None]
    updated_at: NotRequired[str | None]


class MetricEvaluationRequest(TypedDict):
    """How to evaluate a metric; an empty object gives one number."""

    rollup: NotRequired[str | None]
    time_zone: NotRequired[str | None]
    group_by: NotRequired[str | None]
    parameters: NotRequired[dict[str, Any] | None]
    uncertainty: NotRequired[bool | None]
    filters: NotRequired[list[QueryFilter] | None]


class MetricEvaluationResponse(TypedDict):
    """Values of a metric."""

    name: str
    filters: NotRequired[list[QueryFilter] | None]
    results: list[MetricResult]


class MetricParameter(TypedDict):
    """A placeholder of a metric's query."""

    id: NotRequired[str | None]
    name: str
    parameter_type: str
    value_limits: NotRequired[MetricValueLimits | None]
    default: NotRequired[Any]


class MetricRequest(TypedDict):
    """A metric of one's own."""

    name: str
    endpoint: NotRequired[str | None]
    query: dict[str, Any]
    type: NotRequired[str | None]
    parameters: NotRequired[list[MetricParameter] | None]


class MetricResult(TypedDict):
    """A series for one group and one choice of parameters."""

    name: str
    values: list[MetricResultValue]
    parameters: NotRequired[dict[str, Any]]
    group: NotRequired[dict[str, GroupLegend]]


class MetricResultValue(TypedDict):
    """One number of a series, under the name of the result."""

    rollup: NotRequired[str | None]
    uncertainty: NotRequired[dict[str, Any] | None]


class MetricValueCategories(TypedDict):
    """Choices that are allowed."""

    categories: NotRequired[list[Any] | None]


class MetricValueLimits(TypedDict):
    """What a parameter may be: exactly one of a range and a set of choices."""

    range: NotRequired[MetricValueRange | None]
    categorical: NotRequired[MetricValueCategories | None]


class MetricValueRange(TypedDict):
    """Numbers that are allowed."""

    min: NotRequired[float | None]
    max: NotRequired[float | None]


class Model(TypedDict):
    """A monitored model."""

    id: str
    partner_model_id: str
    input_type: str
    output_type: str
    display_name: NotRequired[str | None]
    description: NotRequired[str | None]
    is_batch: NotRequired[bool]
    archived: NotRequired[bool]
    status: NotRequired[str]
    created_at: NotRequired[str | None]
    updated_at: NotRequired[str | None]
    created_by: CreatedBy
    attributes: NotRequired[list[Attribute]]
    tags: NotRequired[list[str] | None]
    classifier_threshold: NotRequired[float | None]
    text_delimiter: NotRequired[str | None]
    pixel_height: NotRequired[int | None]
    pixel_width: NotRequired[int | None]
    image_class_labels: NotRequired[list[str] | None]
    expected_throughput_gb_per_day: NotRequired[int | None]
    model_group_id: NotRequired[str]
    version_sequence_num: NotRequired[int]
    version_label: NotRequired[str | None]
    explainability: NotRequired[ModelExplainability | None]
    organization_id: NotRequired[str]
    accuracy_enabled: NotRequired[bool]
    model_group_name: NotRequired[str | None]
    total_inference_count: NotRequired[int | None]
    average_inference_count: NotRequired[float | None]
    last_inference_timestamp: NotRequired[str | None]
    health_score: NotRequired[float | None]
    accuracy_health_score: NotRequired[float | None]
    drift_health_score: NotRequired[float | None]
    ingestion_health_score: NotRequired[float | None]
    critical_alert_count: NotRequired[float | None]
    is_binary_classifier: NotRequired[bool]
    has_reference_set_data: NotRequired[bool]
    has_ground_truth_inferences: NotRequired[bool]


class ModelExplainability(TypedDict):
    """Summary of the explainability settings."""

    enabled: bool
    explanation_algo: NotRequired[str]
    model_server_cpu: NotRequired[str]
    model_server_memory: NotRequired[str]
    explanation_nsamples: NotRequired[int]


class ModelExplainabilityRequest(TypedDict):
    """Explainability to set up together with a model."""

    config: NotRequired[ExplainabilityConfiguration | None]


class ModelGroup(TypedDict):
    """All versions of one model."""

    id: NotRequired[str]
    name: NotRequired[str | None]
    description: NotRequired[str | None]
    archived: NotRequired[bool]
    archived_at: NotRequired[str | None]
    created_at: NotRequired[str]
    updated_at: NotRequired[str]
    versions: NotRequired[list[Model] | None]


class ModelGroupUpdateRequest(TypedDict):
    """Changes to a group; members left out stay as they are."""

    name: NotRequired[str | None]
    description: NotRequired[str | None]


class ModelHealthResponse(TypedDict):
    """Health of the models asked about."""

    results: list[ModelHealthScore]


class ModelHealthScore(TypedDict):
    """Health of one model."""

    model_id: str
    health_score: float | None
    timestamp: str | None


class ModelInsightCount(TypedDict):
    """Number of insights of one model."""

    model_id: str
    count: float


class ModelRequest(TypedDict):
    """A model to create."""

    partner_model_id: str
    input_type: str
    output_type: str
    display_name: NotRequired[str | None]
    description: NotRequired[str | None]
    is_batch: NotRequired[bool | None]
    attributes: NotRequired[list[Attribute] | None]
    tags: NotRequired[list[str] | None]
    classifier_threshold: NotRequired[float | None]
    text_delimiter: NotRequired[str | None]
    pixel_height: NotRequired[int | None]
    pixel_width: NotRequired[int | None]
    image_class_labels: NotRequired[list[str] | None]
    expected_throughput_gb_per_day: NotRequired[int | None]
    model_group_id: NotRequired[str | None]
    version_label: NotRequired[str | None]
    accuracy_enabled: NotRequired[bool | None]
    explainability_enabled: NotRequired[ModelExplainabilityRequest | None]


class ModelUpdateRequest(TypedDict):
    """Changes to a model; members left out stay as they are."""

    display_name: NotRequired[str | None]
    description: NotRequired[str | None]
    attributes: NotRequired[list[Attribute] | None]
    tags: NotRequired[list[str] | None]
    overwrite_tags: NotRequired[bool | None]
    classifier_threshold: NotRequired[float | None]


class NewOrganizationRequest(TypedDict):
    """An organization to create."""

    name: str
    roles: NotRequired[list[RoleDefinition] | None]


class NewUserRequest(TypedDict):
    """A person to give an account to."""

    email: str
    username: str
    password: str
    roles: list[str]
    first_name: NotRequired[str | None]
    last_name: NotRequired[str | None]
    alert_notifications_enabled: NotRequired[bool | None]


class NotificationDelivery(TypedDict):
    """A message about alerts, and what became of it."""

    id: str
    model_id: str | None
    configuration_id: str | None
    type: str
    destination: str
    subject: str
    status: str
    attempts: int
    problem: str | None
    next_attempt_at: str | None
    created_at: str
    updated_at: str


class Organization(TypedDict):
    """A tenant; models, users and keys belong to exactly one or, for users, to several."""

    id: str
    name: str
    plan: NotRequired[str | None]
    bucket_name: NotRequired[str | None]
    bucket_url: NotRequired[str | None]
    created_at: NotRequired[str | None]
    updated_at: NotRequired[str | None]
    license_plan: NotRequired[OrganizationLimits | None]
    roles: NotRequired[list[RoleDefinition] | None]


class OrganizationLimits(TypedDict):
    """What the plan of an organization allows."""

    organization_id: NotRequired[str]
    plan: NotRequired[str]
    max_users: NotRequired[int]
    max_user_invites: NotRequired[int]
    max_service_accounts: NotRequired[int]
    max_shareable_states: NotRequired[int]
    max_active_models: NotRequired[int]
    max_total_models: NotRequired[int]
    max_model_attributes: NotRequired[int]
    max_predicted_model_attributes: NotRequired[int]
    max_categories_per_attribute: NotRequired[int]
    max_bias_groups: NotRequired[int]
    max_tags: NotRequired[int]
    max_custom_metrics: NotRequired[int]
    max_alert_rules_per_model: NotRequired[int]
    inference_count_per_request_limit: NotRequired[int]
    inference_bytes_per_request_limit: NotRequired[int]
    ground_truth_count_per_request_limit: NotRequired[int]
    ground_truth_bytes_per_request_limit: NotRequired[int]
    reference_data_count_per_request_limit: NotRequired[int]
    reference_data_bytes_per_request_limit: NotRequired[int]
    inference_count_monthly_model_limit: NotRequired[int]
    inference_bytes_monthly_model_limit: NotRequired[int]
    ground_truth_count_monthly_model_limit: NotRequired[int]
    ground_truth_bytes_monthly_model_limit: NotRequired[int]
    reference_data_count_monthly_model_limit: NotRequired[int]
    reference_data_bytes_monthly_model_limit: NotRequired[int]
    inference_count_monthly_total_limit: NotRequired[int]
    inference_bytes_monthly_total_limit: NotRequired[int]
    ground_truth_count_monthly_total_limit: NotRequired[int]
    ground_truth_bytes_monthly_total_limit: NotRequired[int]
    reference_data_count_monthly_total_limit: NotRequired[int]
    reference_data_bytes_monthly_total_limit: NotRequired[int]
    model_versioning_enabled: NotRequired[bool]
    enrichments_enabled: NotRequired[bool]
    tabular_models_only: NotRequired[bool]


class OrganizationUsage(TypedDict):
    """What an organization has used so far."""

    organization_id: NotRequired[str]
    users: NotRequired[int]
    user_invites: NotRequired[int]
    service_accounts: NotRequired[int]
    shareable_states: NotRequired[int]
    active_models: NotRequired[int]
    total_models: NotRequired[int]
    inference_count_monthly_total_limit: NotRequired[int]
    inference_bytes_monthly_total_limit: NotRequired[int]
    ground_truth_count_monthly_total_limit: NotRequired[int]
    ground_truth_bytes_monthly_total_limit: NotRequired[int]
    reference_data_count_monthly_total_limit: NotRequired[int]
    reference_data_bytes_monthly_total_limit: NotRequired[int]


class OrganizationUserUpdate(TypedDict):
    """An existing user to add to an organization."""

    user_id: str
    role: str


class OrganizationUsersUpdateResponse(TypedDict):
    """Outcome of adding users to an organization."""

    updated_user_count: int


class Permission(TypedDict):
    """The right to do one thing with one kind of object."""

    resource: str
    action: str


class PinnedColumns(TypedDict):
    """Columns that the inference view shows first: names of attributes or one of ..."""

    columns: list[str]


class PinnedColumnsPatch(TypedDict):
    """Changes to the pinned columns; removals come first."""

    columns_to_add: NotRequired[list[str] | None]
    columns_to_remove: NotRequired[list[str] | None]


class QueryColumn(TypedDict):
    """A column by `property` or by `alias`, exactly one of them."""

    property: NotRequired[str | None]
    alias: NotRequired[str | None]


class QueryFilter(TypedDict):
    """A condition on `property` or on `alias`, exactly one of them."""

    property: NotRequired[str | None]
    alias: NotRequired[str | None]
    comparator: str
    value: NotRequired[Any]
    value_type: NotRequired[str | None]


class QueryOrder(TypedDict):
    """A column to sort by, named by `property` or by `alias`."""

    property: NotRequired[str | None]
    alias: NotRequired[str | None]
    direction: NotRequired[str | None]


QueryRequest = TypedDict(
    "QueryRequest",
    {
        "select": "list[QuerySelectItem]",
        "from": NotRequired["str | None"],
        "subquery": NotRequired["QueryRequest | None"],
        "filter": NotRequired["list[QueryFilter] | None"],
        "where": NotRequired["list[QueryFilter] | None"],
        "group_by": NotRequired["list[QueryColumn] | None"],
        "order_by": NotRequired["list[QueryOrder] | None"],
        "limit": NotRequired["int | None"],
        "offset": NotRequired["int | None"],
        "sample": NotRequired["float | None"],
        "disable_auto_sample": NotRequired["bool | None"],
    },
)
"""A query over the rows of a model."""


class QueryResult(TypedDict):
    """Result rows of a query."""

    query_result: list[dict[str, Any]]
    sampling_threshold: NotRequired[float]


class QuerySelectItem(TypedDict):
    """An output column: exactly one of `property` and `function`."""

    property: NotRequired[str | None]
    function: NotRequired[str | None]
    alias: NotRequired[str | None]
    parameters: NotRequired[dict[str, Any] | None]
    stage: NotRequired[str | None]


class ReferenceDataset(TypedDict):
    """The reference set of a model; hardly anything of it is filled before the first upload."""

    model_id: NotRequired[str]
    records: NotRequired[int]
    partner_record_count: NotRequired[int]
    status: NotRequired[str]
    created_at: NotRequired[str]
    updated_at: NotRequired[str]


class ReferenceRow(TypedDict):
    """Item of a JSON file of reference data."""

    reference_data: dict[str, Any]


class RoleDefinition(TypedDict):
    """A custom role of an organization."""

    role_name: str
    permissions: NotRequired[list[Permission] | None]
    inherited_role_names: NotRequired[list[str] | None]


class RolesRequest(TypedDict):
    """Custom roles picked by name."""

    roles: NotRequired[list[str] | None]
    organization_id: NotRequired[str | None]


class SageMakerFailure(TypedDict):
    """A captured inference that was refused."""

    message: str
    status: int
    event_id: str
    inference_index_in_event: int


class SageMakerResponse(TypedDict):
    """Outcome of a capture file."""

    counts: StatusCounts
    failures: list[SageMakerFailure]
    notes: NotRequired[list[AlertRuleNote]]


class ServiceAccount(TypedDict):
    """An API key and what it may do."""

    id: str
    organization_id: str
    description: str
    token: str
    role: NotRequired[str | None]


class ServiceAccountRequest(TypedDict):
    """An API key to make."""

    description: str
    role: str


class SetCurrentOrganizationRequest(TypedDict):
    """Which organization the session works in."""

    organization_id: str


class StatusCounts(TypedDict):
    """How many rows of a request were accepted and how many refused; exactly these three ..."""

    success: int
    failure: int
    total: int


class SuccessResponse(TypedDict):
    """Plain confirmation."""

    message: str


class Tag(TypedDict):
    """A label shared by models of an organization."""

    id: NotRequired[str]
    organization_id: NotRequired[str]
    name: str


class TagUpdateRequest(TypedDict):
    """A new name for a tag."""

    name: str


class TokenImportance(TypedDict):
    """Part of one token in a prediction."""

    token: str
    position: int
    explanation_value: float


class UpdateCurrentUserRequest(TypedDict):
    """Changes to the caller's own account; members left out stay as they are."""

    old_password: NotRequired[str | None]
    new_password: NotRequired[str | None]
    first_name: NotRequired[str | None]
    last_name: NotRequired[str | None]
    email: NotRequired[str | None]
    username: NotRequired[str | None]
    show_intro_sequence: NotRequired[bool | None]
    help_mode_enabled: NotRequired[bool | None]


class UpdateOrganizationRequest(TypedDict):
    """Changes to an organization; omitted members stay unchanged."""

    name: NotRequired[str | None]
    plan: NotRequired[str | None]


class UpdateUserRequest(TypedDict):
    """Changes to somebody's account; members left out stay as they are."""

    old_password: NotRequired[str | None]
    new_password: NotRequired[str | None]
    first_name: NotRequired[str | None]
    last_name: NotRequired[str | None]
    email: NotRequired[str | None]
    username: NotRequired[str | None]
    show_intro_sequence: NotRequired[bool | None]
    help_mode_enabled: NotRequired[bool | None]
    roles: NotRequired[list[str] | None]


class UsageData(TypedDict):
    """Usage of one model or of the organization."""

    id: str
    name: str
    organization_id: str
    inferences: NotRequired[list[UsageMetric]]
    explanations: NotRequired[list[UsageMetric]]
    organization: NotRequired[list[UsageMetric]]
    ground_truth: NotRequired[list[UsageMetric]]
    reference_data: NotRequired[list[UsageMetric]]


class UsageMetric(TypedDict):
    """One amount."""

    name: str
    value: float


class User(TypedDict):
    """A person with an account."""

    id: str
    first_name: NotRequired[str | None]
    last_name: NotRequired[str | None]
    email: str
    username: NotRequired[str | None]
    roles: NotRequired[list[str] | None]
    active: NotRequired[bool]
    alert_notifications_enabled: NotRequired[bool]
    show_intro_sequence: NotRequired[bool]
    help_mode_enabled: NotRequired[bool]
    created_at: NotRequired[str]


class UserContext(TypedDict):
    """An organization of a user."""

    id: NotRequired[str]
    name: NotRequired[str]


class UserResponse(TypedDict):
    """The caller as seen by the server."""

    id: NotRequired[str]
    first_name: NotRequired[str | None]
    last_name: NotRequired[str | None]
    email: NotRequired[str]
    username: NotRequired[str | None]
    roles: list[str]
    active: NotRequired[bool]
    alert_notifications_enabled: NotRequired[bool]
    show_intro_sequence: NotRequired[bool]
    help_mode_enabled: NotRequired[bool]
    created_at: NotRequired[str]
    organization_id: str
    organization_name: NotRequired[str | None]
    plan: NotRequired[str | None]
    contexts: NotRequired[list[UserContext] | None]


class WhatIfRequest(TypedDict):
    """An input that the model has not seen."""

    model_pipeline_input: list[WhatIfValue]


class WhatIfResult(TypedDict):
    """What the model makes of that input."""

    predicted_values: list[WhatIfValue]
    explanation: list[Explanation]
    expected_value: list[ExpectedValue]


class WhatIfValue(TypedDict):
    """Value of an attribute."""

    attribute_name: str
    attribute_value: float | str | bool
