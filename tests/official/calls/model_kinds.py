"""The kinds of models that calls are made on: a table and how to describe it, in either SDK."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 24
TIMES = [pd.Timestamp("2024-03-01", tz="UTC") + pd.Timedelta(hours=n) for n in range(ROWS)]
CITIES = ["Oslo", "Lima", "Rome"]


class Kind(NamedTuple):
    """One kind of model.

    Attributes:
        input_type: Type of its inputs.
        output_type: Type of its outputs.
        inputs: Names of input columns.
        others: Names of columns that are not inputs of the model.
        predictions: Names of predicted columns.
        truths: Names of ground truth columns.
        describe: Code that describes the model `m` by the table `D`.
        settings: Further arguments of `ArthurAI.model`.
    """

    input_type: str
    output_type: str
    inputs: list[str]
    others: list[str]
    predictions: list[str]
    truths: list[str]
    describe: str
    settings: dict


TABULAR = ["age", "income", "city", "member"]
KINDS = {
    "binary": Kind(
        "TABULAR",
        "MULTICLASS",
        TABULAR,
        ["note"],
        ["pred"],
        ["label"],
        "m.build(D, {'pred': 1}, ground_truth_column='label', non_input_columns=['note'],"
        " set_reference_data=False)",
        {},
    ),
    "batch": Kind(
        "TABULAR",
        "MULTICLASS",
        TABULAR,
        [],
        ["pred"],
        ["label"],
        "m.build(D, {'pred': 1}, ground_truth_column='label', set_reference_data=False)",
        {"is_batch": True},
    ),
    "pair": Kind(
        "TABULAR",
        "MULTICLASS",
        ["age", "city"],
        [],
        ["p0", "p1"],
        ["g0", "g1"],
        "m.build(D, {'p0': 'g0', 'p1': 'g1'}, positive_predicted_attr='p1',"
        " set_reference_data=False)",
        {},
    ),
    "multiclass": Kind(
        "TABULAR",
        "MULTICLASS",
        ["age", "income"],
        [],
        ["pa", "pb", "pc"],
        ["town"],
        "m.build(D, {'pa': 'Oslo', 'pb': 'Lima', 'pc': 'Rome'}, ground_truth_column='town',"
        " set_reference_data=False)",
        {},
    ),
    "one_hot": Kind(
        "TABULAR",
        "MULTICLASS",
        ["age", "income"],
        [],
        ["pa", "pb", "pc"],
        ["ga", "gb", "gc"],
        "m.build(D, {'pa': 'ga', 'pb': 'gb', 'pc': 'gc'}, set_reference_data=False)",
        {},
    ),
    "regression": Kind(
        "TABULAR",
        "REGRESSION",
        ["age", "income", "city", "seen"],
        ["note"],
        ["amount_hat"],
        ["amount"],
        "m.build(D, {'amount_hat': 'amount'}, non_input_columns=['note'],"
        " set_reference_data=False)",
        {},
    ),
    "multilabel": Kind(
        "TABULAR",
        "MULTILABEL",
        ["age", "income"],
        [],
        ["pa", "pb", "pc"],
        ["ga", "gb", "gc"],
        "m.infer_schema(D[['age', 'income']], Stage.ModelPipelineInput)\n"
        "m.add_multiclass_classifier_output_attributes({'pa': 'ga', 'pb': 'gb', 'pc': 'gc'})",
        {},
    ),
    "nlp": Kind(
        "NLP",
        "MULTICLASS",
        ["text"],
        ["city"],
        ["p0", "p1"],
        ["label"],
        "m.build(D, {'p0': 0, 'p1': 1}, positive_predicted_attr='p1',"
        " ground_truth_column='label', non_input_columns=['city'], set_reference_data=False)",
        {"text_delimiter": r"\W+"},
    ),
    "tokens": Kind(
        "NLP",
        "TOKEN_SEQUENCE",
        ["text"],
        [],
        ["answer", "answer_tokens", "likelihoods"],
        ["truth"],
        "m.build_token_sequence_model('text', 'answer', output_token_column='answer_tokens',"
        " output_likelihood_column='likelihoods', ground_truth_text_column='truth')",
        {},
    ),
    "image": Kind(
        "IMAGE",
        "MULTICLASS",
        ["picture"],
        [],
        ["p0", "p1"],
        ["g0", "g1"],
        "m.add_image_attribute('picture')\n"
        "m.add_binary_classifier_output_attributes('p1', {'p0': 'g0', 'p1': 'g1'})",
        {"pixel_height": 4, "pixel_width": 4},
    ),
    "detection": Kind(
        "IMAGE",
        "OBJECT_DETECTION",
        ["picture"],
        [],
        ["found"],
        ["there"],
        "m.add_image_attribute('picture')\n"
        "m.add_object_detection_output_attributes('found', 'there', ['cat', 'dog'])",
        {"pixel_height": 4, "pixel_width": 4},
    ),
    "ranked": Kind(
        "TABULAR",
        "RANKED_LIST",
        ["age", "city"],
        [],
        ["best"],
        ["good"],
        "m.build(D, {'best': 'good'}, set_reference_data=False)",
        {},
    ),
    "series": Kind(
        "TIME_SERIES",
        "REGRESSION",
        ["load"],
        ["age"],
        ["amount_hat"],
        ["amount"],
        "m.build(D, {'amount_hat': 'amount'}, non_input_columns=['age'], set_reference_data=False)",
        {},
    ),
}


def table(kind: str, folder: Path) -> pd.DataFrame:
    """Make the table of a kind: inputs, other columns, predictions, ground truth."""
    made = KINDS[kind]
    columns = all_columns(folder)
    return pd.DataFrame(
        {name: columns[name] for name in made.inputs + made.others + made.predictions + made.truths}
    )


def all_columns(folder: Path) -> dict[str, list]:
    """Make all columns, the same each time."""
    random = np.random.RandomState(11)
    p = [round(float(v), 3) for v in random.uniform(0, 1, ROWS)]
    label = [int(v) for v in random.randint(0, 2, ROWS)]
    town = [CITIES[int(v)] for v in random.randint(0, 3, ROWS)]
    amount = [round(float(v), 2) for v in random.normal(100, 20, ROWS)]
    return {
        "age": [20 + 2 * n for n in range(ROWS)],
        "income": [round(1000 + 37.25 * n, 2) for n in range(ROWS)],
        "city": [CITIES[n % 3] for n in range(ROWS)],
        "member": [n % 2 == 0 for n in range(ROWS)],
        "note": [f"note {n % 2}" for n in range(ROWS)],
        "seen": [time - pd.Timedelta(days=3) for time in TIMES],
        "pred": p,
        "label": label,
        "p0": [round(1 - v, 3) for v in p],
        "p1": p,
        "g0": [1 - v for v in label],
        "g1": label,
        "pa": p,
        "pb": [round((1 - v) / 2, 4) for v in p],
        "pc": [round((1 - v) / 2, 4) for v in p],
        "town": town,
        "ga": [int(v == "Oslo") for v in town],
        "gb": [int(v == "Lima") for v in town],
        "gc": [int(v == "Rome") for v in town],
        "amount": amount,
        "amount_hat": [round(v + 1.25, 2) for v in amount],
        "text": [f"row {n} says hello to {CITIES[n % 3]}" for n in range(ROWS)],
        "answer": [f"hello {n}" for n in range(ROWS)],
        "answer_tokens": [["hello", str(n)] for n in range(ROWS)],
        "likelihoods": [[{"hello": 0.75, "bye": 0.25}, {str(n): 0.5}] for n in range(ROWS)],
        "truth": [f"hi {n}" for n in range(ROWS)],
        "picture": pictures(folder),
        "found": [[[n % 2, 0.9, 1.0, 1.0, 2.0, 2.0]] for n in range(ROWS)],
        "there": [[[n % 2, 1.0, 1.0, 1.0, 2.0, 2.0]] for n in range(ROWS)],
        "best": [
            [
                {"item_id": f"i{n % 5}", "label": "x", "score": 0.75},
                {"item_id": "z", "label": "y", "score": 0.5},
            ]
            for n in range(ROWS)
        ],
        "good": [[f"i{n % 7}", "z"] for n in range(ROWS)],
        "load": [
            [{"timestamp": f"2024-01-0{d}T00:00:00+00:00", "value": d / 2 + n} for d in (1, 2, 3)]
            for n in range(ROWS)
        ],
    }


def pictures(folder: Path) -> list[str]:
    """Write one small PNG file for each row; list their paths."""
    paths = []
    for number in range(ROWS):
        path = folder / f"picture{number}.png"
        if not path.exists():
            rows = b"".join(b"\x00" + bytes([number * 9, 40, 80]) * 4 for _ in range(4))
            head = struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)
            chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
            path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*c) for c in chunks))
        paths.append(str(path))
    return paths


def png_chunk(name: bytes, data: bytes) -> bytes:
    """Write one chunk of a PNG file."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
