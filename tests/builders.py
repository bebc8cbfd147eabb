"""Schemas and rows for the tests of the data store."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

from arthurai.server.model_schema import ModelSchema


def attribute(name, value_type, stage, **more):
    return {"name": name, "value_type": value_type, "stage": stage, **more}


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
    attribute("income", "FLOAT", "PIPELINE_INPUT", position=0),
    attribute("region", "STRING", "NON_INPUT_DATA", position=0),
    attribute("predicted", "FLOAT", "PREDICTED_VALUE", position=0, attribute_link="actual"),
    attribute("actual", "FLOAT", "GROUND_TRUTH", position=0, attribute_link="predicted"),
]


def simple_schema(**options):
    return make_schema(SIMPLE, **options)


def inference(number, *, income=1.5, region="north", predicted=0.25, **more):
    return {
        "partner_inference_id": f"id-{number}",
        "inference_timestamp": stamp(number),
        "inference_data": {"income": income, "region": region, "predicted": predicted},
        **more,
    }


def stamp(minutes):
    moment = dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
    return moment.isoformat()


def truth(number, actual, *, at=None):
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


def make_zip(files):
    """Give the bytes of a zip with these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()
