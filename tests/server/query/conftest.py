"""The example models of the query language, in a store of their own."""

from __future__ import annotations

import pytest

from arthurai.server.query import run_query
from arthurai.server.storage.warehouse.data_store import DataStore

from . import query_models


@pytest.fixture(scope="session")
def store():
    with DataStore() as opened:
        for model in query_models.EXAMPLES.values():
            model.load(opened)
        yield opened


@pytest.fixture(scope="session")
def ask(store):
    """Run a query on an example model; give the rows."""

    def ask(model, body, **options):
        schema = query_models.EXAMPLES[model].schema
        return run_query(body, schema, store, **options)["query_result"]

    return ask


@pytest.fixture(scope="session")
def value(ask):
    """Evaluate one select item over all rows of an example model."""

    def value(model, function, parameters=None, **body):
        item = {"function": function, "alias": "value"}
        if parameters is not None:
            item["parameters"] = parameters
        (row,) = ask(model, {"select": [item], **body})
        return row["value"]

    return value
