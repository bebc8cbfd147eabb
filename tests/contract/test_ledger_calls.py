"""Every public call that the ledger names for an operation really sends that operation.

The transport under the call is recorded; what the server answers does not matter here.
"""

from __future__ import annotations

import contextlib
import functools
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from arthurai import ArthurAI
from arthurai.common.exceptions import ArthurError
from arthurai.model.attributes import ArthurAttribute
from arthurai.model.bias.threshold_mitigation import ThresholdMitigation
from arthurai.model.model import ArthurModel
from arthurai_api.api.users import get_auth_info

ROOT = Path(__file__).parents[2]
LEDGER = yaml.safe_load((ROOT / "openapi" / "ledger.yaml").read_text("utf-8"))["operations"]
CLIENT = "arthurai.ArthurAI"
MODEL = "arthurai.ArthurModel"
GROUP = "arthurai.core.models.ArthurModelGroup"
CURVES = "arthurai.core.bias.threshold_mitigation.ThresholdMitigation.get_curves"
FRAME = pd.DataFrame(
    {
        "income": [2100.0, 5400.0, 3300.0, 8000.0],
        "age": [30, 40, 50, 60],
        "p_default": [0.71, 0.12, 0.44, 0.05],
        "defaulted": [1, 0, 0, 1],
    }
)
COUNT = {"select": [{"function": "count", "alias": "n"}]}
DRIFT = {
    "properties": ["income"],
    "metric": "PSI",
    "base": {"source": "reference"},
    "target": {"source": "inference"},
}
TABLE = {name: value for name, value in DRIFT.items() if name not in {"properties", "metric"}}


class Stage:
    """A server, a connection, and models in the state that a call needs."""

    def __init__(self, arthur: ArthurAI, url: str) -> None:
        self.arthur = arthur
        self.url = url
        self.sent = 0

    def new_model(self, *, is_batch: bool = False):
        model = self.arthur.model(
            display_name="ledger", input_type="TABULAR", output_type="MULTICLASS", is_batch=is_batch
        )
        model.build(
            FRAME,
            {"p_default": 1},
            "p_default",
            ground_truth_column="defaulted",
            non_input_columns=["age"],
            set_reference_data=False,
        )
        model.get_attribute("age").monitor_for_bias = True
        return model

    @functools.cached_property
    def model(self):
        model = self.new_model()
        model.save()
        self.send(model)
        return model

    @functools.cached_property
    def batch_model(self):
        model = self.new_model(is_batch=True)
        model.save()
        return model

    @functools.cached_property
    def group(self):
        return self.arthur.get_model_group(self.model)

    @functools.cached_property
    def metric(self) -> str:
        return self.model.create_metric("ledger", COUNT)

    @functools.cached_property
    def rule(self):
        return self.model.create_alert_rule(self.metric, "upper", 1, "warning")

    def send(self, model, **how):
        self.sent += 1
        times = pd.date_range("2026-01-01", periods=4, freq="h", tz="UTC")
        return model.send_inferences(
            FRAME.drop(columns="defaulted"),
            inference_timestamps=list(times),
            partner_inference_ids=[
                f"row-{n}" if self.sent == 1 else f"row-{self.sent}-{n}" for n in range(4)
            ],
            **how,
        )

    def frame(self):
        self.sent += 1
        times = pd.date_range("2026-01-01", periods=4, freq="h", tz="UTC")
        ids = [f"bulk-{self.sent}-{n}" for n in range(4)]
        rows = FRAME.drop(columns="defaulted")
        return rows.assign(inference_timestamp=times, partner_inference_id=ids)

    def connect(self):
        """Connect with a key, and with a login that the server does not know."""
        ArthurAI(url="local://").close()
        get_auth_info.sync(client=self.arthur.api)
        ArthurAI(url=self.url, login="nobody", password="none", allow_insecure=True)

    def send_both_ways(self):
        """Send rows as JSON, and with a picture, which only fits into a file."""
        self.send(self.model)
        model = ArthurModel(
            partner_model_id=f"ledger-pictures-{self.sent}",
            input_type="IMAGE",
            output_type="REGRESSION",
            pixel_height=8,
            pixel_width=8,
            attributes=[
                ArthurAttribute(
                    name=name, value_type=kind, stage=stage, position=0, categorical=False, **link
                )
                for name, kind, stage, link in (
                    ("picture", "IMAGE", "PIPELINE_INPUT", {}),
                    ("score", "FLOAT", "PREDICTED_VALUE", {"attribute_link": "truth"}),
                    ("truth", "FLOAT", "GROUND_TRUTH", {"attribute_link": "score"}),
                )
            ],
        )
        model.attach(self.arthur.session)
        model.save(skip_validation=True)
        pixels = np.zeros((8, 8, 3), dtype="uint8")
        row = {"picture": pixels, "score": 0.5, "partner_inference_id": "picture"}
        model.send_inferences([{**row, "inference_timestamp": "2026-01-01T00:00:00Z"}])

    def save(self):
        model = self.new_model()
        model.save()
        failed = self.new_model()
        failed.save()
        failed.status = "CreationFailed"
        failed.save()

    def ground_truth(self):
        return self.model.update_inference_ground_truths(
            FRAME[["defaulted"]],
            partner_inference_ids=[f"row-{n}" for n in range(4)],
            ground_truth_timestamps=list(pd.date_range("2026-02-01", periods=4, tz="UTC")),
        )

    def bulk_truth(self):
        times = pd.date_range("2026-02-01", periods=4, tz="UTC")
        ids = [f"row-{n}" for n in range(4)]
        data = FRAME[["defaulted"]].assign(ground_truth_timestamp=times, partner_inference_id=ids)
        return self.model.send_bulk_ground_truths(data=data)

    def queries(self):
        self.model.query(COUNT)
        with contextlib.suppress(ArthurError):
            self.model.query(DRIFT, query_type="drift")
        self.model.query({"property": "income", **TABLE}, query_type="drift_psi_bucket_table")

    def metrics(self):
        self.model.get_metrics()
        self.model.get_metrics(metric_id=self.metric)

    def enrichment_of_each(self):
        for name in ("anomaly_detection", "bias_mitigation", "hotspots", "explainability"):
            self.model.get_enrichment(name)

    def image(self):
        model = self.arthur.model(
            display_name="pictures",
            input_type="IMAGE",
            output_type="MULTICLASS",
            pixel_height=8,
            pixel_width=8,
        )
        model.id = self.model.id
        model.attach(self.arthur.session)
        model.get_image("no-such-image", ".")

    def change_group(self, name: str, value: str):
        setattr(self.group, name, value)

    def archived_model(self):
        model = self.new_model()
        model.save()
        return model

    def explain(self):
        pytest.importorskip("arthurai.explain.packager")
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "requirements.txt").write_text(f"numpy=={np.__version__}\n", "utf-8")
            Path(folder, "entrypoint.py").write_text(
                "def predict(rows):\n    return [[0.5, 0.5] for _ in rows]\n", "utf-8"
            )
            return self.model.enable_explainability(
                df=FRAME.drop(columns="defaulted").assign(p_default=0.5),
                project_directory=folder,
                user_predict_function_import_path="entrypoint",
            )


CALLS = {
    CLIENT: lambda s: s.connect(),
    f"{CLIENT}.get_current_org": lambda s: s.arthur.get_current_org(),
    f"{CLIENT}.set_current_org": lambda s: s.arthur.set_current_org(
        s.arthur.get_current_org()["id"]
    ),
    f"{CLIENT}.get_service_accounts": lambda s: s.arthur.get_service_accounts(),
    f"{CLIENT}.create_service_account": lambda s: s.arthur.create_service_account("ledger", "User"),
    f"{CLIENT}.list_models": lambda s: s.arthur.list_models(),
    f"{CLIENT}.iter_models": lambda s: list(s.arthur.iter_models()),
    f"{CLIENT}.get_model": lambda s: s.arthur.get_model(s.model.id),
    f"{CLIENT}.get_model_group": lambda s: s.arthur.get_model_group(s.model),
    f"{MODEL}.save": lambda s: s.save(),
    f"{MODEL}.await_model_ready": lambda s: s.model.await_model_ready(),
    f"{MODEL}.update": lambda s: s.model.update(),
    f"{MODEL}.archive": lambda s: s.archived_model().archive(),
    f"{GROUP}.name": lambda s: s.change_group("name", "new name"),
    f"{GROUP}.description": lambda s: s.change_group("description", "new description"),
    f"{GROUP}.archive": lambda s: s.arthur.get_model_group(s.archived_model()).archive(),
    f"{GROUP}.get_version": lambda s: s.group.get_version(sequence_num=1),
    f"{GROUP}.get_versions": lambda s: s.group.get_versions(),
    f"{GROUP}.iter_versions": lambda s: list(s.group.iter_versions()),
    f"{GROUP}.get_latest_version": lambda s: s.group.get_latest_version(),
    f"{MODEL}.send_inferences": lambda s: s.send_both_ways(),
    f"{MODEL}.send_inference": lambda s: s.model.send_inference(
        "2026-01-01T00:00:00Z",
        "single",
        model_pipeline_input={"income": 1.5},
        non_input_data={"age": 20},
        predicted_value={"p_default": 0.5},
    ),
    f"{MODEL}.update_inference_ground_truths": lambda s: s.ground_truth(),
    f"{MODEL}.send_bulk_inferences": lambda s: s.model.send_bulk_inferences(data=s.frame()),
    f"{MODEL}.send_bulk_ground_truths": lambda s: s.bulk_truth(),
    f"{MODEL}.get_image": lambda s: s.image(),
    f"{MODEL}.close_batch": lambda s: s.batch_model.close_batch("none", 0),
    f"{MODEL}.set_reference_data": lambda s: s.archived_model().set_reference_data(data=FRAME),
    f"{MODEL}.query": lambda s: s.queries(),
    f"{MODEL}.await_inferences": lambda s: s.model.await_inferences(with_ground_truth=False),
    f"{MODEL}.get_metrics": lambda s: s.metrics(),
    f"{MODEL}.iter_metrics": lambda s: list(s.model.iter_metrics()),
    f"{MODEL}.create_metric": lambda s: s.model.create_metric("another", COUNT),
    f"{MODEL}.evaluate_metric": lambda s: s.model.evaluate_metric(s.metric),
    f"{MODEL}.delete_metric": lambda s: s.model.delete_metric(
        "00000000-0000-0000-0000-000000000000"
    ),
    f"{MODEL}.delete_inferences": lambda s: s.model.delete_inferences("nobody"),
    f"{MODEL}.delete_alert_rule": lambda s: s.model.delete_alert_rule(
        "00000000-0000-0000-0000-000000000000"
    ),
    f"{MODEL}.get_alert_rules": lambda s: s.model.get_alert_rules(),
    f"{MODEL}.iter_alert_rules": lambda s: list(s.model.iter_alert_rules()),
    f"{MODEL}.create_alert_rule": lambda s: s.rule,
    f"{MODEL}.update_alert_rule": lambda s: s.model.update_alert_rule(s.rule),
    f"{MODEL}.backtest_alert_rule": lambda s: s.model.backtest_alert_rule(s.metric, "upper", 1),
    f"{MODEL}.explain_alert_rule": lambda s: s.model.explain_alert_rule(s.rule),
    f"{MODEL}.get_alerts": lambda s: s.model.get_alerts(),
    f"{MODEL}.iter_alerts": lambda s: list(s.model.iter_alerts()),
    f"{MODEL}.update_alert": lambda s: s.model.update_alert(
        "resolved", "00000000-0000-0000-0000-000000000000"
    ),
    f"{MODEL}.get_enrichments": lambda s: s.model.get_enrichments(),
    f"{MODEL}.get_enrichment": lambda s: s.enrichment_of_each(),
    f"{MODEL}.update_enrichments": lambda s: s.model.update_enrichments(
        {"hotspots": {"enabled": False}}
    ),
    f"{MODEL}.update_enrichment": lambda s: s.model.update_enrichment("hotspots", enabled=False),
    f"{MODEL}.enable_explainability": lambda s: s.explain(),
    f"{MODEL}.enable_hotspots": lambda s: s.model.enable_hotspots(),
    f"{MODEL}.enable_bias_mitigation": lambda s: s.model.enable_bias_mitigation(),
    f"{MODEL}.delete_explainer": lambda s: s.model.delete_explainer(),
    f"{MODEL}.find_hotspots": lambda s: s.model.find_hotspots(date="2026-01-01"),
    f"{MODEL}.explain_inference": lambda s: s.model.explain_inference("row-0"),
    CURVES: lambda s: ThresholdMitigation(s.model).get_curves("age"),
}


def named(row) -> list[str]:
    call = row.get("call", [])
    return [call] if isinstance(call, str) else call


WRAPPED = [
    (operation, call)
    for operation, row in LEDGER.items()
    if row["status"] == "wrapped"
    for call in named(row)
]


@pytest.fixture(scope="module")
def stage(served):
    with ArthurAI(url="local://") as arthur:
        yield Stage(arthur, served.url)


def test_every_call_of_the_ledger_is_tried_here():
    named_calls = {call for row in LEDGER.values() for call in named(row)}
    assert named_calls == set(CALLS)


@pytest.mark.parametrize(("operation", "call"), WRAPPED)
def test_the_call_sends_the_operation(operation, call, stage, recorder):
    before, refusal = Counter(recorder.seen), None
    try:
        CALLS[call](stage)
    except ArthurError as error:
        refusal = error
    sent = {name for name, _ in (recorder.seen - before)}
    assert operation in sent, f"{call} sent {sorted(sent)}; {refusal!r}"
