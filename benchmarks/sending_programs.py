"""Programs that send rows, unchanged on the official SDK and on this one.

Each program gets a model of the kind it names, saved on a server of its own, and sends rows to it.
They use only what both SDKs offer, and are run by `sending_wire.py`, which compares what they send.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from arthurai.common.constants import InputType, OutputType, Stage, ValueType
from arthurai.core.attributes import ArthurAttribute

if TYPE_CHECKING:
    from collections.abc import Callable

    from arthurai import ArthurAI, ArthurModel

START = datetime(2024, 1, 31, 22, 30, tzinfo=UTC)
FAR_EAST = timezone(timedelta(hours=5, minutes=45))
COLUMNS = {
    "amount": ValueType.Float,
    "count": ValueType.Integer,
    "word": ValueType.String,
    "flag": ValueType.Boolean,
    "when": ValueType.Timestamp,
}


# -- models ----------------------------------------------------------------------------------------


def attribute(name: str, kind: str, stage: str, position: int = 0, **more: Any) -> ArthurAttribute:
    """One attribute."""
    return ArthurAttribute(
        name=name, value_type=kind, stage=stage, position=position, categorical=False, **more
    )


def saved(
    arthur: ArthurAI,
    name: str,
    attributes: list[ArthurAttribute],
    input_type: str = InputType.Tabular,
    output_type: str = OutputType.Regression,
    **more: Any,
) -> ArthurModel:
    """A saved model with these attributes."""
    model = arthur.model(
        partner_model_id=name,
        display_name=name,
        input_type=input_type,
        output_type=output_type,
        **more,
    )
    model.attributes = attributes
    model.save(skip_validation=True)
    return model


def inputs(columns: dict[str, str]) -> list[ArthurAttribute]:
    """Input attributes."""
    return [
        attribute(name, kind, Stage.ModelPipelineInput, position)
        for position, (name, kind) in enumerate(columns.items())
    ]


def regression(arthur: ArthurAI, name: str, **more: Any) -> ArthurModel:
    """A model of plain columns, a time among them."""
    outputs = [
        attribute("score", ValueType.Float, Stage.PredictedValue, attribute_link="truth"),
        attribute("truth", ValueType.Float, Stage.GroundTruth, attribute_link="score"),
    ]
    return saved(arthur, name, inputs(COLUMNS) + outputs, **more)


def batches(arthur: ArthurAI, name: str) -> ArthurModel:
    """The same in batches."""
    return regression(arthur, name, is_batch=True)


def classifier(arthur: ArthurAI, name: str) -> ArthurModel:
    """A classifier whose ground truth is one column of classes."""
    classes = ["low", "high"]
    outputs = [
        attribute(
            f"p_{label}",
            ValueType.Float,
            Stage.PredictedValue,
            place,
            gt_class_link=label,
            is_positive_predicted_attribute=label == "high",
        )
        for place, label in enumerate(classes)
    ]
    truth = attribute("outcome", ValueType.String, Stage.GroundTruthClass)
    truth.set(categorical=True, categories=classes)
    return saved(
        arthur,
        name,
        [*inputs({"amount": ValueType.Float}), *outputs, truth],
        output_type=OutputType.Multiclass,
    )


def recommender(arthur: ArthurAI, name: str) -> ArthurModel:
    """A model of series and ranked lists, whose files are JSON."""
    outputs = [
        attribute("items", ValueType.RankedList, Stage.PredictedValue),
        attribute("liked", ValueType.StringArray, Stage.GroundTruth),
    ]
    return saved(
        arthur,
        name,
        [*inputs({"history": ValueType.TimeSeries}), *outputs],
        InputType.TimeSeries,
        OutputType.RankedList,
    )


# -- rows ------------------------------------------------------------------------------------------


def rows(count: int = 6, *, truth: bool = False) -> list[dict[str, Any]]:
    """Flat rows with ids and times."""
    made = []
    for number in range(count):
        row = {
            "partner_inference_id": f"row-{number:06d}",
            "inference_timestamp": START + timedelta(hours=number),
            "amount": number / 4 - 1,
            "count": number * 10**9,
            "word": ["", "plain", 'quoted " \\', "ünï 😀"][number % 4],
            "flag": number % 2 == 0,
            "when": START - timedelta(days=number),
            "score": number / 8,
        }
        if truth:
            row |= {"truth": number / 16, "ground_truth_timestamp": START + timedelta(days=number)}
        made.append(row)
    return made


def nested(flat: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same rows as they look on the wire."""
    names = [*COLUMNS, "score"]
    return [
        {
            **{k: v for k, v in row.items() if k not in {*names, "truth"}},
            "inference_data": {name: row[name] for name in names},
            "ground_truth_data": {"truth": row["truth"]},
        }
        for row in flat
    ]


def frame(count: int = 6, *, truth: bool = False) -> pd.DataFrame:
    """The same rows as a frame, with gaps."""
    table = pd.DataFrame(rows(count, truth=truth))
    table.loc[1, "amount"] = np.nan
    table.loc[2, "amount"] = np.inf
    table.loc[3, "word"] = None
    return table


def truths(count: int = 6) -> list[dict[str, Any]]:
    """Ground truth of the rows."""
    keys = ("partner_inference_id", "ground_truth_timestamp", "truth")
    return [{key: row[key] for key in keys} for row in rows(count, truth=True)]


def reference(count: int = 6) -> pd.DataFrame:
    """Reference rows: no ids, no times of rows."""
    return frame(count, truth=True).drop(
        columns=["partner_inference_id", "inference_timestamp", "ground_truth_timestamp"]
    )


# -- programs --------------------------------------------------------------------------------------


def flat_rows(model: ArthurModel) -> None:
    model.send_inferences(rows())


def nested_rows(model: ArthurModel) -> None:
    model.send_inferences(nested(rows(truth=True)))


def flat_rows_with_truth(model: ArthurModel) -> None:
    model.send_inferences(rows(truth=True))


def columns(model: ArthurModel) -> None:
    made = rows()
    model.send_inferences({name: [row[name] for row in made] for name in made[0]})


def frame_with_gaps(model: ArthurModel) -> None:
    model.send_inferences(frame(truth=True))


def made_up_ids_and_times(model: ArthurModel) -> None:
    model.send_inferences(
        frame().drop(columns=["partner_inference_id", "inference_timestamp", "score"]),
        predictions=[0.5] * 6,
    )


def everything_apart(model: ArthurModel) -> None:
    table = frame(truth=True)
    model.send_inferences(
        table[list(COLUMNS)],
        predictions=table["score"],
        inference_timestamps=list(table["inference_timestamp"]),
        ground_truths=table["truth"].to_numpy(),
        ground_truth_timestamps=list(table["ground_truth_timestamp"]),
        partner_inference_ids=list(table["partner_inference_id"]),
    )


def times_with_zones(model: ArthurModel) -> None:
    times: list[Any] = [
        datetime(2024, 3, 10, 12),  # noqa: DTZ001 - `tz` is for those
        datetime(2024, 7, 1, 12),  # noqa: DTZ001
        START.astimezone(FAR_EAST),
        pd.Timestamp("2024-01-01T00:00:00.25", tz="Europe/Vienna"),
        "2024-01-01T12:00:00+02:00",
        "2024-01-01T12:00:00Z",
    ]
    changed = [
        {**row, "inference_timestamp": time, "when": time}
        for row, time in zip(rows(), times, strict=True)
    ]
    model.send_inferences(changed, tz="America/New_York")


def many_rows(model: ArthurModel) -> None:
    model.send_inferences(rows(12_000))


def one_old_style(model: ArthurModel) -> None:
    row = rows(1)[0]
    model.send_inference(
        inference_timestamp=START,
        partner_inference_id="row-old",
        model_pipeline_input={name: row[name] for name in COLUMNS if name != "when"}
        | {"when": "2024-01-01T00:00:00Z"},
        predicted_value={"score": 0.5},
        ground_truth={"truth": 1.0},
    )


def classes(model: ArthurModel) -> None:
    table = pd.DataFrame(
        {
            "amount": [1.0, np.nan, 3.0],
            "p_low": [0.2, 0.5, 0.9],
            "p_high": [0.8, 0.5, 0.1],
            "outcome": ["high", "low", "low"],
        }
    )
    model.send_inferences(
        table[["amount"]],
        predictions=table[["p_low", "p_high"]],
        ground_truths=table["outcome"],
        inference_timestamps=[START] * 3,
        ground_truth_timestamps=[START] * 3,
        partner_inference_ids=["row-a", "row-b", "row-c"],
    )


def two_batches(model: ArthurModel) -> None:
    model.send_inferences(rows(), batch_id="first")
    second = [
        {**row, "batch_id": "second", "partner_inference_id": f"row-second-{number}"}
        for number, row in enumerate(rows())
    ]
    model.send_inferences(second, complete_batch=False)
    model.close_batch("second", 6)


def lists_and_series(model: ArthurModel) -> None:
    model.send_inferences(listed())


def listed() -> list[dict[str, Any]]:
    """Rows of series and ranked lists."""
    points = [{"timestamp": START + timedelta(days=d), "value": d / 2} for d in range(3)]
    items = [
        {"item_id": "a", "label": "A", "score": 0.9},
        {"item_id": "b", "label": "B", "score": 0.1},
    ]
    return [
        {
            "partner_inference_id": f"row-{number}",
            "inference_timestamp": START,
            "history": points[: number + 1],
            "items": items[: number + 1],
        }
        for number in range(2)
    ]


def truth_rows(model: ArthurModel) -> None:
    model.send_inferences(rows())
    model.update_inference_ground_truths(truths())


def truth_frame(model: ArthurModel) -> None:
    model.send_inferences(rows())
    model.update_inference_ground_truths(pd.DataFrame(truths()))


def truth_values(model: ArthurModel) -> None:
    model.send_inferences(rows())
    model.update_inference_ground_truths(
        pd.Series([row["truth"] for row in truths()]),
        partner_inference_ids=[row["partner_inference_id"] for row in truths()],
        ground_truth_timestamps=[datetime(2024, 2, 3, 4)] * 6,  # noqa: DTZ001 - see `tz`
        tz="Asia/Tokyo",
    )


def bulk_frame(model: ArthurModel) -> None:
    model.send_bulk_inferences(data=frame())


def bulk_frame_with_truth(model: ArthurModel) -> None:
    model.send_bulk_inferences(data=frame(truth=True))


def bulk_made_up_ids(model: ArthurModel) -> None:
    model.send_bulk_inferences(
        data=frame().drop(columns=["partner_inference_id", "inference_timestamp"]),
        ignore_join_errors=True,
    )


def bulk_batch(model: ArthurModel) -> None:
    model.send_bulk_inferences("bulk-batch", data=frame())


def bulk_lists(model: ArthurModel) -> None:
    model.send_bulk_inferences(data=pd.DataFrame(listed()))


def bulk_files(model: ArthurModel) -> None:
    folder = Path("bulk")
    folder.mkdir()
    frame(4).to_parquet(folder / "a.parquet")
    made = [
        {
            **{k: v.isoformat() if isinstance(v, datetime) else v for k, v in row.items()},
            "ground_truth_timestamp": START.isoformat(),
        }
        for row in rows(6, truth=True)[4:]
    ]
    (folder / "b.json").write_text(json.dumps(nested(made)))
    model.send_bulk_inferences(directory_path=str(folder))
    model.send_bulk_inferences(files=[folder / "a.parquet"])


def bulk_truths(model: ArthurModel) -> None:
    model.send_bulk_inferences(data=frame())
    model.send_bulk_ground_truths(data=pd.DataFrame(truths()))
    model.send_bulk_ground_truths(
        data=pd.DataFrame(truths()).drop(columns=["ground_truth_timestamp"]).tail(1)
    )


def reference_frame(model: ArthurModel) -> None:
    model.set_reference_data(data=reference())


def reference_files(model: ArthurModel) -> None:
    folder = Path("reference")
    folder.mkdir()
    reference(3).to_parquet(folder / "a.parquet")
    reference(5).tail(2).to_parquet(folder / "b.parquet")
    model.set_reference_data(directory_path=str(folder))


PROGRAMS: dict[Callable[[ArthurModel], None], Callable[..., ArthurModel]] = {
    flat_rows: regression,
    nested_rows: regression,
    flat_rows_with_truth: regression,
    columns: regression,
    frame_with_gaps: regression,
    made_up_ids_and_times: regression,
    everything_apart: regression,
    times_with_zones: regression,
    many_rows: regression,
    one_old_style: regression,
    classes: classifier,
    two_batches: batches,
    lists_and_series: recommender,
    truth_rows: regression,
    truth_frame: regression,
    truth_values: regression,
    bulk_frame: regression,
    bulk_frame_with_truth: regression,
    bulk_made_up_ids: regression,
    bulk_batch: batches,
    bulk_lists: recommender,
    bulk_files: regression,
    bulk_truths: regression,
    reference_frame: regression,
    reference_files: regression,
}
