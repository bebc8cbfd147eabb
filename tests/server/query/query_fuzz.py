"""Damaged requests: valid ones with parts replaced, dropped, doubled or nested."""

from __future__ import annotations

import copy

from arthurai.server.query.functions import FUNCTIONS

ATTACKS = (
    "income; DROP TABLE m1_rows",
    'income"; DROP TABLE m1_rows; --',
    "income' OR '1'='1",
    "x') UNION SELECT * FROM arthur_models --",
    "$1",
    "$99",
    "?",
    "t.seq",
    "seq",
    "t.*",
    "count(*)",
    "1; ATTACH '/tmp/evil.db'",
    "read_csv('/etc/passwd')",
    "COPY (SELECT 1) TO '/tmp/evil'",
    "{{x}}",
    "c0",
    "row_",
    "box_",
    "a" * 300,
    "\x00",
    "�",
    "\N{PILE OF POO}",
    "İ",
    "_tokens",
    ".",
    "income.",
    ".class_id",
    "nlp_explanation.token",
    "explainer_score",
    "lime_importance",
    "anomaly_score",
    "*",
    "",
    " ",
)
VALUES = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2,
    20,
    0.5,
    1e308,
    -1e308,
    5e-324,
    2**63,
    -(2**63),
    2**64,
    2**70,
    10**400,
    1e19,
    [],
    {},
    [[]],
    [None],
    [1, "a"],
    {"a": 1},
    [{}],
    "0.5",
    "nan",
    "inf",
    "-1e999",
    "2024-03-01",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00",
    "24:00",
    "true",
    {"alias_ref": "o0"},
    {"alias_ref": "nothing"},
    {"nested_function": {"function": "count"}},
    {"nested_function": {"function": "abs", "parameters": {"property": "income"}}},
    {"nested_function": None},
    {"alias_ref": 5},
    {"property": "income"},
    ["*"],
)


def damaged(body, rng):
    """A copy of a request with a few parts damaged."""
    body = copy.deepcopy(body)
    for _ in range(rng.randrange(1, 4)):
        places = list(walk(body))
        if not places:
            return replacement(rng)
        holder, key = rng.choice(places)
        roll = rng.random()
        if roll < 0.2:
            del holder[key]
        elif roll < 0.3 and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        elif roll < 0.4 and isinstance(holder, dict):
            holder[rng.choice(KEYS)] = replacement(rng)
        elif roll < 0.45:
            holder[key] = [holder[key]]
        elif roll < 0.5:
            other_holder, other = rng.choice(places)
            try:
                holder[key] = copy.deepcopy(other_holder[other])
            except (KeyError, IndexError):
                continue
        else:
            holder[key] = replacement(rng)
    return body


KEYS = (
    "property",
    "function",
    "alias",
    "parameters",
    "filter",
    "where",
    "group_by",
    "order_by",
    "subquery",
    "limit",
    "offset",
    "sample",
    "from",
    "comparator",
    "value",
    "value_type",
    "direction",
    "num_bins",
    "bin_thresholds",
    "level",
    "properties",
    "thresholds",
    "rollup",
    "predicted_classes",
    "ground_truth_classes",
    "base",
    "target",
    "source",
    "metric",
    "stage",
    "k",
    "threshold",
    "predicted_property",
    "ground_truth_property",
    "left",
    "right",
    "item_filter",
)


def replacement(rng):
    roll = rng.random()
    if roll < 0.35:
        return rng.choice(ATTACKS)
    if roll < 0.5:
        return rng.choice(sorted(FUNCTIONS))
    if roll < 0.65:
        return rng.choice(
            [
                "income",
                "age",
                "region",
                "member",
                "joined",
                "score",
                "gt_score",
                "o0",
                "batch_id",
                "inference_id",
                "inference_timestamp",
                "ground_truth_timestamp",
                "day",
                "reference",
            ]
        )
    return copy.deepcopy(rng.choice(VALUES))


def walk(value):
    """All places in a JSON value, as (holder, key)."""
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    else:
        return
    for key, item in items:
        yield value, key
        yield from walk(item)


CALLS = {
    "shop": [
        ("nDCGAtK", {"k": 3}),
        ("mapAtK", {"k": 2}),
        ("precisionAtK", {"k": 1}),
        ("rankedListAUC", {}),
        ("meanReciprocalRank", {"predicted_property": "shown"}),
        ("rankedItemMaxK", {"property": "shown_item_id", "item_filter": "i2"}),
        ("arrayLength", {"property": "bought"}),
    ],
    "photos": [
        ("meanAveragePrecision", {"threshold": 0.5}),
        ("avg", {"property": "objects_detected.confidence"}),
        ("countIf", {"property": "objects_detected.width", "comparator": "gt", "value": 3}),
    ],
    "chat": [
        ("avgTokenLikelihood", {"property": "probs_likelihoods"}),
        ("avgSequenceLength", {"property": "answer"}),
        ("likelihoodStability", {"property": "probs"}),
        ("arrayLength", {"property": "probs_tokens"}),
        ("categoriesCount", {"property": "prompt"}),
    ],
    "tags": [
        ("f1", {"predicted_property": "sunny", "threshold": 0.4}),
        ("confusionMatrix", {"predicted_property": "windy", "ground_truth_property": "is_windy"}),
        ("labelByMaxColumn", {"properties": ["sunny", "windy"]}),
    ],
}
PLAIN = {
    "shop": ["shown", "shown_item_id", "shown_score", "bought", "*"],
    "photos": ["objects_detected", "label.class_id", "objects_detected.height", "picture", "*"],
    "chat": ["probs", "probs_tokens", "probs.likelihoods", "answer", "*"],
    "tags": ["sunny", "is_windy", "size", "*"],
}


def of_kind(name, rng):
    """A request on one of the example models of other kinds."""
    select = []
    for place in range(rng.randrange(1, 3)):
        item = {"property": rng.choice(PLAIN[name])}
        if rng.random() < 0.6:
            function, parameters = rng.choice(CALLS[name])
            item = {"function": function, "alias": f"o{place}", "parameters": dict(parameters)}
        select.append(item)
    body = {"select": select}
    for key, more in (("filter", {"comparator": "NotNull"}), ("group_by", {}), ("order_by", {})):
        if rng.random() < 0.3:
            body[key] = [{"property": rng.choice(PLAIN[name]), **more}]
    return body


def drift(rng):
    """A valid drift request."""
    condition = {"property": "region", "comparator": "ne", "value": "north"}
    body = {
        "properties": rng.sample(
            ["income", "age", "region", "member", "score"], rng.randrange(1, 4)
        ),
        "metric": rng.choice(
            [
                "PSI",
                "KLDivergence",
                "JSDivergence",
                "HellingerDistance",
                "HypothesisTest",
                "Thresholds",
            ]
        ),
        "num_bins": rng.choice([1, 2, 20]),
        "base": {"source": rng.choice(["reference", "inference"])},
        "target": {"source": "inference", "filter": [condition]},
    }
    if rng.random() < 0.4:
        body["rollup"] = rng.choice(["hour", "day", "month", "batch_id"])
    if rng.random() < 0.4:
        body["group_by"] = [{"property": rng.choice(["region", "member", "income"])}]
    if rng.random() < 0.3:
        body["predicted_classes"] = ["*"]
    return body


def table(rng):
    """A valid bucket table request."""
    body = drift(rng)
    return {
        "property": body["properties"][0],
        **{k: v for k, v in body.items() if k not in {"properties", "metric", "predicted_classes"}},
    }


def distributions(rng):
    """A valid distributions request."""
    return {
        "x": {"property": "income", "num_bins": rng.choice([2, 20, 200])},
        "y": {"property": rng.choice(["age", "region", "joined"]), "alias": "up"},
        "values": [
            {"property": "score", "function": rng.choice(["avg", "count", "max"])},
            {"property": "inference_id"},
        ],
        "filter": [{"property": "member", "comparator": "NotNull"}],
    }
