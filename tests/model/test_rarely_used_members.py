"""Parameters and members that few programs use, each sent once by name.

The recorder compares every exchange with the document, so one that was renamed there fails here.
"""

from __future__ import annotations

import datetime as dt
import io

import pytest

from arthurai import ArthurError
from arthurai.query import avg, select
from arthurai_api.api.alert_rules import list_alert_rules
from arthurai_api.api.alerts import list_alerts
from arthurai_api.api.datasets import upload_reference_data
from arthurai_api.api.enrichments import (
    explain_inference,
    find_hotspots,
    get_bias_mitigation_curves,
)
from arthurai_api.api.models import create_model, list_models
from arthurai_api.models.accuracy_metric import AccuracyMetric
from arthurai_api.models.alert_severity import AlertSeverity
from arthurai_api.models.explanation_algorithm import ExplanationAlgorithm
from arthurai_api.models.input_type import InputType
from arthurai_api.models.model_status import ModelStatus
from arthurai_api.models.output_type import OutputType
from arthurai_api.models.reference_data_form import ReferenceDataForm
from arthurai_api.types import File

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
SIDES = {"base": {"source": "reference"}, "target": {"source": "inference"}}


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"input_types": [InputType.TABULAR]}, True),
        ({"input_types": [InputType.IMAGE]}, False),
        ({"output_types": [OutputType.MULTICLASS]}, True),
        ({"output_types": [OutputType.REGRESSION]}, False),
        ({"statuses": [ModelStatus.READY]}, True),
        ({"statuses": [ModelStatus.ARCHIVED]}, False),
        ({"tag": ["a tag that no model has"]}, False),
        ({"created_since": LONG_AGO}, True),
        ({"created_since": LONG_AGO.replace(year=2200)}, False),
        ({"include_archived": True, "latest_version_sequence_nums": True}, True),
        ({"model_group_ids": ["00000000-0000-0000-0000-000000000000"]}, False),
    ],
    ids=str,
)
def test_filters_of_models(model, filters, found):
    api = model._session.api  # raw calls of the generated client
    pages = list_models.sync(client=api, display_name=model.display_name, page_size=50, **filters)
    assert any(one.id == model.id for one in pages.data or ()) == found


def test_parameters_of_rules_and_alerts(model):
    api = model._session.api
    metric = model.create_metric("rarely used", select(avg("income")))
    rule = model.create_alert_rule(metric, "upper", -1, "critical", lookback_period=60)
    model.update_alert_rule(_with(rule, min_truth_share=0.5, min_rows=3, confidence=0.9))
    found = list_alert_rules.sync(
        model.id,
        client=api,
        severity=AlertSeverity.CRITICAL,
        sort="-last_updated_at",
        include_alert_metadata=True,
    )
    assert found.data
    found = list_alerts.sync(
        client=api,
        model_id=[model.id],
        severity=AlertSeverity.WARNING,
        metric=metric,
        sort="-timestamp",
    )
    assert found.data == []


def _with(rule, **fields):
    for name, value in fields.items():
        setattr(rule, name, value)
    return rule


@pytest.mark.parametrize(
    ("operation", "arguments", "options"),
    [
        (
            find_hotspots,
            (),
            {
                "metric": AccuracyMetric.ACCURACY,
                "threshold": 0.5,
                "batch_id": "none",
                "ref_set_id": "00000000-0000-0000-0000-000000000000",
            },
        ),
        (
            explain_inference,
            ("loans-0",),
            {"algorithm": ExplanationAlgorithm.LIME, "n_samples": 10, "sort": "-explanation_value"},
        ),
    ],
)
def test_parameters_of_enrichments_that_are_off(model, operation, arguments, options):
    with pytest.raises(ArthurError, match=r"\b(404|400|409)\b"):
        operation.sync(model.id, *arguments, client=model._session.api, **options)


@pytest.mark.parametrize("options", [{"attribute_value": ["a"]}, {"continuous_value": ["1"]}])
def test_parameters_of_curves(model, options):
    found = get_bias_mitigation_curves.sync(model.id, client=model._session.api, **options)
    assert found.page == 1


QUERIES = [
    {"where": [{"property": "income", "comparator": "gt", "value": 0, "value_type": "FLOAT"}]},
    {"limit": 2, "offset": 1},
    {"sample": 0.5, "disable_auto_sample": True},
]


@pytest.mark.parametrize("more", QUERIES, ids=lambda more: next(iter(more)))
def test_members_of_queries(model, more):
    select_ = [{"property": "income", "stage": "PIPELINE_INPUT"}]
    assert model.query({"select": select_, **more})


def test_conditions_on_aliases(model):
    counted = [{"property": "group"}, {"function": "count", "alias": "n"}]
    condition = {"alias": "n", "comparator": "gt", "value": 10_000}
    body = {"select": counted, "group_by": [{"property": "group"}], "filter": [condition]}
    assert model.query(body) == []


def test_members_of_drift(model):
    more = {"missing_values": "ignore", "sample": 1, "disable_auto_sample": True, "num_bins": 5}
    body = {**SIDES, "metric": "PSI", "properties": ["income"], **more}
    assert model.query(body, "drift")
    classes = {"predicted_classes": ["p_repaid"]}
    assert model.query({**SIDES, "metric": "PSI", **classes}, "drift")
    above = {"property": "income", "comparator": "gt", "value": 0}
    narrow = {side: {"source": "inference", "filter": [above]} for side in SIDES}
    days = {"rollup": "day", "time_zone": "Europe/Vienna"}
    assert model.query({**narrow, "metric": "PSI", "properties": ["income"], **days}, "drift")
    halves = {
        "base": {"source": "inference", "filter": []},
        "target": {"source": "ground_truth", "filter": []},
    }
    with pytest.raises(ArthurError, match="ground_truth_classes"):
        model.query({**halves, "metric": "PSI", "ground_truth_classes": ["maybe"]}, "drift")
    table = {"group_by": [{"property": "group"}], "rollup": "day", "missing_values": "bin"}
    for zone in ({}, {"time_zone": "Europe/Vienna"}):
        body = {**SIDES, "property": "income", **table, **zone}
        assert model.query(body, "drift_psi_bucket_table")


def test_drift_of_ground_truth_classes(flower_model):
    sides = {
        side: {
            "source": "inference",
            "filter": [{"property": "soil", "comparator": "eq", "value": soil}],
        }
        for side, soil in (("base", "clay"), ("target", "sand"))
    }
    body = {**sides, "metric": "PSI", "ground_truth_classes": ["*"]}
    assert flower_model.query(body, "drift")


def test_switches_of_enrichments(make_model, data):
    model = make_model("switches", data)
    off = {"enabled": False}
    switches = dict.fromkeys(("bias_mitigation", "hotspots", "explainability"), off)
    assert model.update_enrichments({**switches, "anomaly_detection": {**off, "config": {}}})


def test_settings_of_explanations_of_a_new_model(arthur, name):
    api = arthur.api
    body = {
        "partner_model_id": name,
        "input_type": "TABULAR",
        "output_type": "REGRESSION",
        "expected_throughput_gb_per_day": 1,
        "accuracy_enabled": True,
        "explainability_enabled": {"config": {"enabled": False}},
        "attributes": [
            {"name": "a", "value_type": "FLOAT", "stage": "PIPELINE_INPUT", "position": 0},
            {"name": "p", "value_type": "FLOAT", "stage": "PREDICTED_VALUE", "position": 0},
        ],
    }
    request = api.build(create_model.build_request)
    assert api.exchange(request, create_model.parse_response, json=body).id


def test_reference_data_as_parquet(arthur, data, name, tmp_path):
    model = arthur.model(display_name=name, input_type="TABULAR", output_type="REGRESSION")
    rows = data[["income"]].assign(guess=data["income"], truth=data["income"])
    model.build(rows, {"guess": "truth"}, set_reference_data=False)
    model.save()
    rows.to_parquet(tmp_path / "reference.parquet")
    model.set_reference_data(directory_path=str(tmp_path))
    file = File(io.BytesIO((tmp_path / "reference.parquet").read_bytes()), "reference.parquet")
    older = ReferenceDataForm(reference_data_parquet=file)
    with pytest.raises(ArthurError, match="closed"):
        upload_reference_data.sync(model.id, client=arthur.api, body=older)
