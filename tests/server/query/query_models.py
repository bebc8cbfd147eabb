"""Example models of each kind with their rows."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from builders import attribute, ground_truth, prediction

from arthurai.server.model_schema import ModelSchema

START = "2024-03-01T00:00:00Z"


@dataclass
class Example:
    """A model, its inferences as (time, data, truth), and its reference rows."""

    output_type: str
    attributes: list
    rows: list = field(default_factory=list)
    reference: list = field(default_factory=list)
    input_type: str = "TABULAR"
    is_batch: bool = False
    threshold: float | None = 0.5
    text_delimiter: str | None = None

    def __post_init__(self):
        self.id = str(uuid.uuid4())
        self.schema = ModelSchema.from_model(
            {
                "id": self.id,
                "input_type": self.input_type,
                "output_type": self.output_type,
                "is_batch": self.is_batch,
                "classifier_threshold": self.threshold,
                "text_delimiter": self.text_delimiter,
                "attributes": [
                    {**entry, "position": place} for place, entry in enumerate(self.attributes)
                ],
            }
        )

    def load(self, store):
        store.create_model(self.schema)
        if self.rows:
            outcome = store.append_inferences(
                self.schema, [self._inference(index, *row) for index, row in enumerate(self.rows)]
            )
            assert outcome.accepted == len(self.rows), outcome
        if self.reference:
            outcome = store.append_reference_stream(
                self.schema, [[{"reference_data": row} for row in self.reference]]
            )
            assert outcome.accepted == len(self.reference), outcome

    def _inference(self, index, when, data, truth=None, batch=None):
        row = {
            "partner_inference_id": f"row-{index}",
            "inference_timestamp": when,
            "inference_data": data,
        }
        if truth is not None:
            row |= {"ground_truth_data": truth, "ground_truth_timestamp": when}
        if batch is not None:
            row["batch_id"] = batch
        return row


def _loan(when, income, region, p, gt):
    data = {"income": income, "region": region, "p_default": p, "p_paid": 1 - p}
    return (when, data, {"gt_default": gt, "gt_paid": 1 - gt})


LOANS = Example(
    "MULTICLASS",
    [
        attribute("income", "INTEGER"),
        attribute("region", "STRING", categorical=True),
        prediction("p_default", is_positive_predicted_attribute=True, attribute_link="gt_default"),
        prediction("p_paid", attribute_link="gt_paid"),
        ground_truth("gt_default", "INTEGER", attribute_link="p_default"),
        ground_truth("gt_paid", "INTEGER", attribute_link="p_paid"),
    ],
    [
        _loan("2024-03-01T08:15:00Z", 42000, "north", 0.90, 1),
        _loan("2024-03-01T09:40:00Z", 55000, "south", 0.80, 0),
        _loan("2024-03-01T23:59:59Z", 31000, "north", 0.35, 1),
        _loan("2024-03-02T00:00:00Z", 78000, "east", 0.60, 1),
        _loan("2024-03-02T11:05:30Z", 64000, "south", 0.10, 0),
        _loan("2024-03-02T18:20:00Z", None, "south", 0.50, 0),
    ],
)

PRICE = Example(
    "REGRESSION",
    [
        attribute("size"),
        prediction("pred", attribute_link="actual"),
        ground_truth("actual", attribute_link="pred"),
    ],
    [
        (START, {"size": 1.0, "pred": p}, {"actual": y})
        for p, y in [(10, 11), (12, 12), (15, 13), (20, 24)]
    ],
)


def _pet(scores, label):
    names = ("cat", "dog", "owl")
    return (
        START,
        {"size": 1.0, **dict(zip(names, scores, strict=True))},
        {f"gt_{name}": int(name == label) for name in names},
    )


PETS = Example(
    "MULTICLASS",
    [
        attribute("size"),
        *(prediction(name, attribute_link=f"gt_{name}") for name in ("cat", "dog", "owl")),
        *(
            ground_truth(f"gt_{name}", "INTEGER", attribute_link=name)
            for name in ("cat", "dog", "owl")
        ),
    ],
    [
        _pet((0.7, 0.2, 0.1), "cat"),
        _pet((0.3, 0.4, 0.3), "cat"),
        _pet((0.1, 0.8, 0.1), "dog"),
        _pet((0.2, 0.5, 0.3), "owl"),
        _pet((0.1, 0.1, 0.8), "owl"),
    ],
)


def _items(*ids):
    return [{"item_id": name, "score": 1 / place} for place, name in enumerate(ids, start=1)]


SHOP = Example(
    "RANKED_LIST",
    [
        attribute("size"),
        prediction("shown", "RANKED_LIST", attribute_link="bought"),
        ground_truth("bought", "ARRAY(STRING)", attribute_link="shown"),
    ],
    [
        (START, {"shown": _items("i7", "i2", "i9", "i4", "i1")}, {"bought": ["i2", "i4", "i8"]}),
        (START, {"shown": _items("i3", "i5", "i2")}, {"bought": ["i3"]}),
    ],
)

PHOTOS = Example(
    "OBJECT_DETECTION",
    [
        attribute("picture", "IMAGE"),
        prediction("objects_detected", "BOUNDING_BOX"),
        ground_truth("label", "BOUNDING_BOX"),
    ],
    [
        (
            START,
            {"objects_detected": [[0, 0.9, 12, 12, 20, 20], [0, 0.6, 50, 50, 10, 10]]},
            {"label": [[0, 1, 10, 10, 20, 20], [0, 1, 100, 100, 10, 10]]},
        ),
        ("2024-03-01T00:00:01Z", {"objects_detected": []}, None),
    ],
    input_type="IMAGE",
)

CHAT = Example(
    "TOKEN_SEQUENCE",
    [
        attribute("prompt", "UNSTRUCTURED_TEXT"),
        prediction("answer", "UNSTRUCTURED_TEXT"),
        prediction("probs", "TOKEN_LIKELIHOODS"),
    ],
    [
        (
            START,
            {
                "prompt": "how are you?",
                "answer": "I am fine",
                "probs": [{"I": 0.5, "We": 0.2}, {"am": 0.7}, {"fine": 0.9, "well": 0.1}],
            },
        ),
        (
            "2024-03-01T00:00:01Z",
            {
                "prompt": "and now?",
                "answer": "so so",
                "probs": [{"so": 0.2}, {"so": 0.4, "not": 0.3}],
            },
        ),
    ],
    input_type="NLP",
    text_delimiter=r"\W+",
)

TAGS = Example(
    "MULTILABEL",
    [
        attribute("size"),
        prediction("sunny", attribute_link="is_sunny"),
        prediction("windy", attribute_link="is_windy"),
        ground_truth("is_sunny", "INTEGER", attribute_link="sunny"),
        ground_truth("is_windy", "INTEGER", attribute_link="windy"),
    ],
    [
        (START, {"sunny": 0.9, "windy": 0.7}, {"is_sunny": 1, "is_windy": 0}),
        (START, {"sunny": 0.4, "windy": 0.6}, {"is_sunny": 1, "is_windy": 1}),
        (START, {"sunny": 0.2, "windy": 0.1}, {"is_sunny": 0, "is_windy": 0}),
    ],
)

EXAMPLES = {
    "loans": LOANS,
    "price": PRICE,
    "pets": PETS,
    "shop": SHOP,
    "photos": PHOTOS,
    "chat": CHAT,
    "tags": TAGS,
}
