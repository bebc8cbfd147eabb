"""Models of every kind on an embedded server, and what a server holds of a model."""

from __future__ import annotations

import itertools

import pytest

from arthurai import ArthurAI
from arthurai.model.attributes import ArthurAttribute
from arthurai.model.model import ArthurModel

_numbers = itertools.count()

COLUMNS = {
    "amount": "FLOAT",
    "count": "INTEGER",
    "word": "STRING",
    "flag": "BOOLEAN",
    "story": "UNSTRUCTURED_TEXT",
}
TRUTH_STAGES = {"GROUND_TRUTH", "GROUND_TRUTH_CLASS"}


def attribute(name, value_type, stage="PIPELINE_INPUT", position=0, **more):
    return ArthurAttribute(
        name=name, value_type=value_type, stage=stage, position=position, categorical=False, **more
    )


def regression(extra=(), columns=None):
    """Attributes of a regression model: one of each plain kind, a time, a prediction."""
    plain = COLUMNS if columns is None else columns
    return [
        *(attribute(name, kind, position=at) for at, (name, kind) in enumerate(plain.items())),
        *extra,
        attribute("score", "FLOAT", "PREDICTED_VALUE", attribute_link="truth"),
        attribute("truth", "FLOAT", "GROUND_TRUTH", attribute_link="score"),
    ]


def save_model(arthur, attributes, **fields):
    """Save a model with these attributes, as they are, and fetch it."""
    settings = {"input_type": "TABULAR", "output_type": "REGRESSION", **fields}
    model = ArthurModel(
        partner_model_id=f"sending-{next(_numbers)}", attributes=attributes, **settings
    )
    model.attach(arthur.session)
    return arthur.get_model(model.save(skip_validation=True))


def stored(model, *names, batch=None):
    """What the server holds, by id: the values of these attributes and columns."""
    body = {"select": [{"property": name} for name in ("partner_inference_id", *names)]}
    if batch is not None:
        body["filter"] = [{"property": "batch_id", "comparator": "eq", "value": batch}]
    return {
        row["partner_inference_id"]: {name: row[name] for name in names}
        for row in model.query(body)
    }


@pytest.fixture(scope="session")
def arthur():
    with ArthurAI(url="local://") as connection:
        yield connection


@pytest.fixture
def model(arthur):
    return save_model(arthur, regression())


@pytest.fixture
def batch_model(arthur):
    return save_model(arthur, regression(), is_batch=True)


class Recording:
    """A session that notes the files it is given to send, and sends them."""

    def __init__(self, session):
        self._session = session
        self.parts = []

    def upload(self, *words, parts, **more):
        self.parts += parts
        return self._session.upload(*words, parts=parts, **more)

    def __getattr__(self, name):
        return getattr(self._session, name)


@pytest.fixture
def recording():
    """Give a function that puts a recording session under a model and returns it."""

    def put(model):
        session = Recording(model.session)
        model.attach(session)
        return session

    return put
