"""Builders of attributes, models, rows and files, for all tests.

Nothing heavy is imported before it is used: tests run this module in bare environments too.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
import zipfile

from arthurai.server.model_schema import ModelSchema

_numbers = itertools.count()
NOW = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


# Attributes, as the API writes them.


def attribute(name, value_type="FLOAT", stage="PIPELINE_INPUT", position=0, **more):
    return {"name": name, "value_type": value_type, "stage": stage, "position": position, **more}


def prediction(name, value_type="FLOAT", **more):
    return attribute(name, value_type, "PREDICTED_VALUE", **more)


def ground_truth(name, value_type="FLOAT", **more):
    return attribute(name, value_type, "GROUND_TRUTH", **more)


# What the server's store keeps: a schema, and rows of it.


def make_schema(attributes, *, model_id="model-1", is_batch=False, output_type="REGRESSION"):
    return ModelSchema.from_model(
        {
            "id": model_id,
            "input_type": "TABULAR",
            "output_type": output_type,
            "is_batch": is_batch,
            "attributes": attributes,
        }
    )


SIMPLE = [
    attribute("income"),
    attribute("region", "STRING", "NON_INPUT_DATA"),
    prediction("predicted", attribute_link="actual"),
    ground_truth("actual", attribute_link="predicted"),
]


def simple_schema(**options):
    return make_schema(SIMPLE, **options)


def stamp(minutes):
    return (NOW + dt.timedelta(minutes=minutes)).isoformat()


def inference(number, *, income=1.5, region="north", predicted=0.25, **more):
    """Return an inference of the simple schema."""
    return {
        "partner_inference_id": f"id-{number}",
        "inference_timestamp": stamp(number),
        "inference_data": {"income": income, "region": region, "predicted": predicted},
        **more,
    }


def truth(number, actual, *, at=None):
    """Return the ground truth of an inference of the simple schema."""
    return {
        "partner_inference_id": f"id-{number}",
        "ground_truth_timestamp": at or stamp(number + 1000),
        "ground_truth_data": {"actual": actual},
    }


def read(store, schema, source="inference"):
    """Return all rows with attribute names in the place of column names, in stored order."""
    names = {a.column: a.name for a in schema.attributes}
    rows = store.rows(f"SELECT * FROM {store.relation(schema, source)} ORDER BY seq")
    return [{names.get(key, key): value for key, value in row.items()} for row in rows]


def values(store, schema, name, source="inference"):
    return [row[name] for row in read(store, schema, source)]


# What speaks to a server in this process.


def administrator(app, base="/api/v3"):
    """Return an HTTP client with all rights of a server."""
    import httpx

    from arthurai.transport.local import LocalTransport

    return httpx.Client(
        transport=LocalTransport(app),
        base_url=f"http://local{base}",
        headers={"Authorization": app.admin_key},
        timeout=30,
    )


# What a user of the package holds: attributes, models, rows.


def unsaved_model(output_type="REGRESSION", input_type="TABULAR", *, attributes=None, **fields):
    """Return a model that no server knows, with these attributes as they are."""
    from arthurai.model.attributes import ArthurAttribute
    from arthurai.model.model import ArthurModel

    if attributes is not None:
        attributes = [ArthurAttribute(**{"categorical": False, **given}) for given in attributes]
    return ArthurModel(
        **{
            "partner_model_id": "m",
            "input_type": input_type,
            "output_type": output_type,
            "attributes": attributes,
            **fields,
        }
    )


def unique_name(stem="model"):
    """Return a name that no other model of this process has."""
    return f"{stem}-{next(_numbers)}"


PLAIN_COLUMNS = {
    "amount": "FLOAT",
    "count": "INTEGER",
    "word": "STRING",
    "flag": "BOOLEAN",
    "story": "UNSTRUCTURED_TEXT",
}


def regression(*extra, columns=None):
    """Return the attributes of a regression model: one of each plain kind, a prediction, its truth."""
    plain = PLAIN_COLUMNS if columns is None else columns
    return [
        *(attribute(name, kind, position=at) for at, (name, kind) in enumerate(plain.items())),
        *extra,
        prediction("score", attribute_link="truth"),
        ground_truth("truth", attribute_link="score"),
    ]


def save_model(arthur, attributes, **fields):
    """Save a model with these attributes, as they are, and fetch it."""
    model = unsaved_model(partner_model_id=unique_name(), attributes=attributes, **fields)
    model.attach(arthur.session)
    return arthur.get_model(model.save(skip_validation=True))


def regression_rows(numbers, stem="id", **changes):
    """Return rows for the attributes of `regression`, one for each number."""
    return [
        {
            "partner_inference_id": f"{stem}-{number}",
            "inference_timestamp": NOW,
            "amount": float(number),
            "count": number,
            "word": "w",
            "flag": True,
            "story": "s",
            "score": 0.5,
            **changes,
        }
        for number in numbers
    ]


def stored(model, *names, batch=None):
    """Return what the server holds, by id: the values of these attributes and columns."""
    body = {"select": [{"property": name} for name in ("partner_inference_id", *names)]}
    if batch is not None:
        body["filter"] = [{"property": "batch_id", "comparator": "eq", "value": batch}]
    return {
        row["partner_inference_id"]: {name: row[name] for name in names}
        for row in model.query(body)
    }


def stored_count(model):
    """Return how many inferences the server holds."""
    return model.query({"select": [{"function": "count"}]})[0]["count"]


def loan_frame(rows, seed, *, regions=("north", "south"), shift=0.0):
    """Return loans with a score and both ground truths of it."""
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(seed)
    score = random.random(rows)
    defaulted = (random.random(rows) < score).astype(int)
    return pd.DataFrame(
        {
            "income": random.normal(4000 + shift, 900, rows),
            "region": random.choice(regions, rows),
            "p_default": score,
            "p_paid": 1 - score,
            "defaulted": defaulted,
            "paid": 1 - defaulted,
        }
    )


# Files.


def make_zip(files):
    """Return the bytes of a zip with these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def make_parquet(data):
    """Return the bytes of a Parquet file with these columns, or these rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(pa.table(data) if isinstance(data, dict) else pa.Table.from_pylist(data), buffer)
    return buffer.getvalue()
