"""Calls that both checkers accept, and the types that they give. It runs, too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, assert_type

import numpy as np
import pandas as pd
import polars as pl

from arthurai import (
    AlertRuleBound,
    AlertRuleSeverity,
    ArthurAI,
    ArthurModel,
    AsyncArthurAI,
    AsyncArthurModel,
    Enrichment,
    InputType,
    OutputType,
    Stage,
    ValueType,
)
from arthurai.query import accuracy_rate, avg, col, drift, select
from arthurai.transport.raw_responses import RawResult
from arthurai.upload.row_outcomes import SendResult
from arthurai_api.api.metrics import list_metrics
from arthurai_api.api.organizations import list_my_organizations
from arthurai_api.api.users import list_users
from arthurai_api.models.user import User

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.figure import Figure

    from arthurai.typing import InputTypeName, Strings, Table, Times

ROWS = 40
random = np.random.default_rng(0)
frame = pd.DataFrame({"hours": random.normal(40, 5, ROWS), "city": ["Ghent", "Lyon"] * 20})
frame["p_late"] = random.random(ROWS)
frame["late"] = (frame["p_late"] > 0.5).astype(int)
START = datetime(2026, 3, 2, tzinfo=UTC)
IDS = [f"row {number}" for number in range(ROWS)]


def make(client: ArthurAI, input_type: InputTypeName, tags: Strings) -> ArthurModel:
    return client.model(
        display_name="Deliveries",
        input_type=input_type,
        output_type=OutputType.Multiclass,
        tags=tags,
    )


arthur = ArthurAI(url="local://")
assert_type(arthur, ArthurAI)
make(arthur, "TABULAR", {"a", "b"})
make(arthur, InputType.Tabular, (tag for tag in ["a"]))
make(arthur, "NLP", pd.Index(["a", "b"]))
arthur.model("m", "TABULAR", "REGRESSION", tags=np.array(["a"]))
model = make(arthur, InputType.Tabular, ["a", "b"])

classes = {"p_late": 1}
summary = model.build(
    frame, classes, "p_late", non_input_columns=frame.columns[1:2], ground_truth_column="late"
)
assert_type(summary, pd.DataFrame)
assert_type(model.review(), pd.DataFrame)
model.review(print_df=True)
model.get_attribute("hours", stage="PIPELINE_INPUT").set(label="Hours per week")
model.get_attribute_names(stage=Stage.ModelPipelineInput, value_type=ValueType.Float)
model.set_attribute_as_sensitive("city", Stage.NonInputData)
model.save()


def tables() -> Iterator[pd.DataFrame]:
    yield frame.head(2)
    yield frame.tail(2)


def send(rows: Table, times: Times | None) -> None:
    model.send_inferences(rows, inference_timestamps=times)


inputs = frame[["hours", "city"]]
moments = [START + timedelta(hours=number) for number in range(ROWS)]
send(frame, pd.date_range(START, periods=ROWS, freq="h"))
send(frame, pd.Series(pd.date_range(START, periods=ROWS, freq="h")))
send(pl.DataFrame(frame.to_dict("list")), pl.Series(moments))
send(pl.DataFrame(frame.to_dict("list")).lazy(), None)
send(frame.to_dict("records"), [moment.isoformat() for moment in moments])
send({"hours": [38.5], "city": ["Ghent"], "p_late": [0.25]}, (START,))
send([{"hours": 38.5, "city": "Ghent", "p_late": 0.25}], [pd.Timestamp(START)])
send(tables(), None)
model.send_inferences(
    inputs,
    predictions=frame["p_late"],
    ground_truths=frame["late"].to_numpy(),
    partner_inference_ids=pd.Index(IDS),
    inference_timestamps=moments,
    tz=UTC,
    extra="ignore",
)
model.update_inference_ground_truths(
    frame["late"].tolist(), partner_inference_ids=IDS, tz="Europe/Brussels"
)
model.send_bulk_inferences(data=frame, tz="UTC", fail_silently=True)

query = select("city", avg("hours"), accuracy_rate()).where(col("hours") > 1).group_by("city")
assert_type(model.query(query), list[dict[str, Any]])
assert_type(model.query({"select": [{"function": "count"}]}), list[dict[str, Any]])
assert_type(model.query(query, as_frame="pandas"), pd.DataFrame)
assert_type(model.query(query, as_frame="polars"), pl.DataFrame)
print(model.query(query, as_frame="pandas").set_index("city"))
print(model.query(drift("hours", group_by="city", rollup="day"), "drift", as_frame="polars").height)

hurried = model.with_options(timeout=60, max_retries=0, headers={"X-Trace": "1"})
assert_type(hurried, ArthurModel)
assert_type(hurried.query(query), list[dict[str, Any]])
assert_type(arthur.with_options(timeout=60), ArthurAI)
counted = model.with_raw_response.query(query)
assert_type(counted, RawResult[list[dict[str, Any]]])
assert_type(counted.request_id, str | None)
assert_type(model.with_raw_response.query(query, as_frame="pandas").result, pd.DataFrame)
assert_type(model.with_raw_response.send_inferences(tables()).result, SendResult)
assert_type(arthur.with_raw_response.get_model(model.id or "").result, ArthurModel)
assert_type(arthur.with_raw_response.list_models().result, list[ArthurModel])
for user in arthur.api.iterate(list_users, sort="username"):
    assert_type(user, User)
for metric in arthur.api.iterate(list_metrics, model.id, page_size=50):
    print(metric.name)
for organization in arthur.api.iterate(list_my_organizations):
    print(organization.name)

accuracy = model.get_metrics(metric_name="Accuracy Rate")[0]
assert_type(model.evaluate_metric(accuracy), dict[str, Any])
assert_type(
    model.evaluate_metric(accuracy, rollup="DAY", filters=[col("hours") > 1], as_frame="pandas"),
    pd.DataFrame,
)
model.evaluate_metric(accuracy.id, filters=[{"property": "hours", "comparator": "gt", "value": 1}])

rule = model.create_alert_rule(accuracy, "lower", 0.5, "warning", lookback_period=60)
model.create_alert_rule(
    accuracy, AlertRuleBound.Upper, 0.99, AlertRuleSeverity.Critical, name="too good"
)
model.get_alerts(page=None, status="new", start_time="2026-03-01", end_time=START)
model.get_enrichment(Enrichment.Hotspots)
names = ["anomaly_detection"]
model.await_enrichments(names)
model.await_enrichments("hotspots")
model.update_enrichments({"hotspots": {"enabled": False}})
assert_type(rule.bound, str)

if TYPE_CHECKING:
    assert_type(model.viz.timeline("hours"), Figure)
    assert_type(model.viz.drift_series(["hours"], "PSI", "week"), Figure)
    found = model.logger(when_full="raise", tz="UTC")
    found.log_many(frame, inference_timestamps=pd.date_range(START, periods=ROWS, freq="h"))
    assert_type(found.log({"hours": 38.5}), str | None)


@model.monitor
def predict(row: dict[str, float]) -> float:
    return row["hours"] / 100


if TYPE_CHECKING:
    assert_type(predict({"hours": 1.0}), float)


async def predict_later() -> None:
    async with AsyncArthurAI(url="local://") as connection:
        found = await connection.get_model("m")
        assert_type(found.with_options(timeout=60), AsyncArthurModel)
        assert_type(await found.with_options(timeout=60).query(query), list[dict[str, Any]])
        raw = await found.with_raw_response.query(query)
        assert_type(raw, RawResult[list[dict[str, Any]]])
        table = await found.with_raw_response.query(query, as_frame="polars")
        assert_type(table.result, pl.DataFrame)
        groups = await found.bias.metrics.with_raw_response.group_positivity_rates("city")
        print(groups.request_id)
        async for user in connection.api.iterate(list_users):
            assert_type(user, User)
