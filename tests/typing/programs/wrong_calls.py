"""Mistakes that both checkers find. `# error: X Y` says the code of mypy and the rule of pyright."""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai import ArthurAI, ArthurModel, InputType, Stage
from arthurai.query import avg, col, drift, select
from arthurai_api.api.users import get_user

if TYPE_CHECKING:
    import pandas as pd

# fmt: off


def describe(arthur: ArthurAI, model: ArthurModel, frame: pd.DataFrame) -> None:
    arthur.model("m", "tabluar", "REGRESSION")  # error: arg-type reportArgumentType
    arthur.model("m", InputType.Tabular, "CLASSIFIER")  # error: arg-type reportArgumentType
    arthur.model("m", Stage.GroundTruth, "REGRESSION")  # error: arg-type reportArgumentType
    arthur.model("m", "NLP", "REGRESSION", tags="credit")  # error: arg-type reportArgumentType
    arthur.get_model("m", id_type="name")  # error: arg-type reportArgumentType
    arthur.create_service_account("job", "Nobody")  # error: arg-type reportArgumentType
    model.build(7, {"p": "y"})  # error: arg-type reportArgumentType
    model.build("loans.csv", {"p": "y"})  # error: arg-type reportArgumentType
    model.build(frame, {"p": "y"}, non_input_columns="sex")  # error: arg-type reportArgumentType
    model.build(frame, ["p", "y"])  # error: arg-type reportArgumentType
    model.build(frame, {"p": "y"}, set_reference_data="no")  # error: arg-type reportArgumentType
    model.build(frame, {"p": "y"}, rename_columns=True)  # error: call-arg reportCallIssue
    model.get_attribute("age", stage="INPUT")  # error: arg-type reportArgumentType
    model.add_attribute("age", "INT", "PIPELINE_INPUT")  # error: arg-type reportArgumentType
    model.infer_schema(frame, "INPUTS")  # error: arg-type reportArgumentType


def send(model: ArthurModel, frame: pd.DataFrame) -> None:
    model.send_inferences(3)  # error: arg-type reportArgumentType
    model.send_inferences("rows.parquet")  # error: arg-type reportArgumentType
    model.send_inferences(None)  # error: arg-type reportArgumentType
    model.send_inferences(frame, predictions=0.5)  # error: arg-type reportArgumentType
    model.send_inferences(frame, inference_timestamps="2026")  # error: arg-type reportArgumentType
    model.send_inferences(frame, partner_inference_ids="a")  # error: arg-type reportArgumentType
    model.send_inferences(frame, tz=2)  # error: arg-type reportArgumentType
    model.send_inferences(frame, extra="drop")  # error: arg-type reportArgumentType
    model.send_inferences(frame, timestamps=[])  # error: call-arg reportCallIssue
    model.send_bulk_inferences(data="rows.parquet")  # error: arg-type reportArgumentType
    model.send_bulk_inferences(files=[3])  # error: list-item reportArgumentType
    model.logger(when_full="wait")  # error: arg-type reportArgumentType


def ask(model: ArthurModel) -> None:
    query = select(avg("age")).group_by("city")
    model.query(query, "drfit")  # error: call-overload reportCallIssue,reportArgumentType
    model.query(query, as_frame="panda")  # error: call-overload reportCallIssue,reportArgumentType
    model.query("select 1")  # error: call-overload reportCallIssue,reportArgumentType
    model.query(query).head()  # error: attr-defined reportAttributeAccessIssue
    model.query(query, as_frame="polars").set_index("city")  # error: attr-defined reportAttributeAccessIssue
    model.evaluate_metric("id", rollup="dayly")  # error: call-overload reportCallIssue,reportArgumentType
    model.evaluate_metric("id", filters=["age > 3"])  # error: call-overload,list-item reportCallIssue,reportArgumentType
    model.evaluate_metric("id").results  # error: attr-defined reportAttributeAccessIssue
    select(3)  # error: arg-type reportArgumentType
    select("age").where("age > 3")  # error: arg-type reportArgumentType
    select("age").from_("references")  # error: arg-type reportArgumentType
    drift("age", metric="KL")  # error: arg-type reportArgumentType
    drift("age", rollup="fortnight")  # error: arg-type reportArgumentType
    col(3)  # error: arg-type reportArgumentType


def single(arthur: ArthurAI, model: ArthurModel) -> None:
    model.with_options(timeout="5")  # error: arg-type reportArgumentType
    model.with_options(retries=5)  # error: call-arg reportCallIssue
    model.with_raw_response.build({})  # error: attr-defined reportAttributeAccessIssue
    model.with_raw_response.query("select 1")  # error: call-overload,arg-type reportCallIssue,reportArgumentType
    model.with_raw_response.archive(1)  # error: call-arg,misc reportCallIssue
    model.with_raw_response.archive().status_code  # error: attr-defined reportAttributeAccessIssue
    arthur.with_raw_response.get_model("m", id_type="name")  # error: arg-type reportArgumentType
    arthur.api.iterate(get_user, "id")  # error: call-overload,arg-type reportCallIssue,reportArgumentType


def watch(model: ArthurModel) -> None:
    model.get_metrics(metric_type="drift")  # error: arg-type reportArgumentType
    model.create_alert_rule("id", "below", 0.5, "warning")  # error: arg-type reportArgumentType
    model.create_alert_rule("id", "lower", 0.5, "high")  # error: arg-type reportArgumentType
    model.create_alert_rule("id", "lower", "0.5", "warning")  # error: arg-type reportArgumentType
    model.backtest_alert_rule("id", "under", 0.5)  # error: arg-type reportArgumentType
    model.get_alerts(status="open")  # error: arg-type reportArgumentType
    model.update_alert("done", "id")  # error: arg-type reportArgumentType
    model.get_enrichment("hot spots")  # error: arg-type reportArgumentType
    model.await_enrichments("hot spots")  # error: arg-type reportArgumentType
    model.find_hotspots("auc")  # error: arg-type reportArgumentType
    model.explain_inference("id", "limes")  # error: arg-type reportArgumentType
    model.viz.metric_series("auc", "daily")  # error: arg-type reportArgumentType
    model.viz.drift_series("age", "KL")  # error: arg-type reportArgumentType
    model.bias.mitigation_threshold.get_curves("sex", "parity")  # error: arg-type reportArgumentType
    model.get_image("id", "/tmp", "thumb")  # error: arg-type reportArgumentType
