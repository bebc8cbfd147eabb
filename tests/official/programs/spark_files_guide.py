"""In the style of the Spark guide: directories of Parquet parts without zones, reference by inputs only.

Reads ARTHUR_ENDPOINT_URL and ARTHUR_API_KEY from the environment; prints one JSON object.
"""

import json
import tempfile
from pathlib import Path

import pandas as pd

from arthurai import ArthurAI
from arthurai.client.apiv3 import InputType, OutputType, Stage

frame = pd.DataFrame(
    {
        "age": [20 + n % 50 for n in range(80)],
        "job": [["clerk", "nurse", "driver"][n % 3] for n in range(80)],
        "pred": [(n % 10) / 10 for n in range(80)],
        "truth": [int(n % 10 > 4) for n in range(80)],
    }
)


def write_parts(table, folder):
    """Write a table as Spark does: parts with snappy, a marker, checksums."""
    folder.mkdir(parents=True)
    for number in range(2):
        part = table.iloc[number::2]
        part.to_parquet(folder / f"part-0000{number}-c000.snappy.parquet", index=False)
        (folder / f".part-0000{number}-c000.snappy.parquet.crc").write_bytes(b"crc")
    (folder / "_SUCCESS").touch()
    return str(folder)


arthur = ArthurAI(allow_insecure=True)
model = arthur.model(
    partner_model_id="Spark-guide", input_type=InputType.Tabular, output_type=OutputType.Multiclass
)
model.build(frame, {"pred": 1}, ground_truth_column="truth", set_reference_data=False)
model.save()
with tempfile.TemporaryDirectory() as home:
    reference = write_parts(frame[["age", "job"]], Path(home) / "reference")
    answer, closed = model.set_reference_data(directory_path=reference)
    rows = frame[["age", "job", "pred"]].assign(
        partner_inference_id=[f"spark-{n}" for n in range(80)],
        inference_timestamp=pd.Timestamp("2026-06-01T12:00:00"),
    )
    sent, batch = model.send_bulk_inferences(
        directory_path=write_parts(rows, Path(home) / "inferences")
    )
    labels = frame[["truth"]].assign(
        partner_inference_id=[f"spark-{n}" for n in range(80)],
        ground_truth_timestamp=pd.Timestamp("2026-06-02T12:00:00"),
    )
    labelled = model.send_bulk_ground_truths(
        directory_path=write_parts(labels, Path(home) / "labels")
    )
times = model.query(
    {
        "select": [{"property": "inference_timestamp"}, {"property": "ground_truth_timestamp"}],
        "filter": [{"property": "partner_inference_id", "comparator": "eq", "value": "spark-3"}],
    }
)
print(
    json.dumps(
        {
            "reference": [answer["counts"], closed is not None],
            "sent": [sent["counts"], batch],
            "labelled": labelled["counts"],
            "times": times,
            "accuracy": model.query({"select": [{"function": "accuracyRate", "alias": "a"}]}),
            "inputs": model.get_attribute_names(Stage.ModelPipelineInput),
        }
    )
)
