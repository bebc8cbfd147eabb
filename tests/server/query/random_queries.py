"""Random models with random rows, and random queries that fit them."""

from __future__ import annotations

import datetime as dt

from builders import attribute, ground_truth, prediction

from . import query_models as models
from . import reference_interpreter as reference

START = dt.datetime(2024, 1, 1)  # noqa: DTZ001 - times of the interpreter are UTC without zone
ROWS = 70
REFERENCE_ROWS = 25

COLUMNS = {
    "income": "INT",
    "age": "FLOAT",
    "region": "TEXT",
    "member": "BOOL",
    "joined": "TIME",
}
VALUE_TYPES = {
    "INT": "INTEGER",
    "FLOAT": "FLOAT",
    "TEXT": "STRING",
    "BOOL": "BOOLEAN",
    "TIME": "TIMESTAMP",
}
INTERVALS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")
NUMERIC = ("INT", "FLOAT")
SCALAR_EVALUATIONS = {
    "binary": (
        "truePositiveRate",
        "sensitivity",
        "recall",
        "falsePositiveRate",
        "trueNegativeRate",
        "specificity",
        "falseNegativeRate",
        "accuracyRate",
        "balancedAccuracyRate",
        "precision",
        "f1",
        "auc",
    ),
    "multiclass": (
        "accuracyRateMulticlass",
        "truePositiveRateMulticlass",
        "falsePositiveRateMulticlass",
        "trueNegativeRateMulticlass",
        "falseNegativeRateMulticlass",
    ),
    "regression": ("rmse", "mae", "rSquared"),
}
OBJECT_EVALUATIONS = {
    "binary": ("confusionMatrix", "confusionMatrixRate"),
    "multiclass": ("confusionMatrixMulticlass", "confusionMatrixRateMulticlass"),
    "regression": (),
}


class World:
    """A model in a store and the same rows for the interpreter."""

    def __init__(self, kind, rng, store):
        self.kind = kind
        inputs = [
            attribute(name, VALUE_TYPES[column], categorical=column == "TEXT")
            for name, column in COLUMNS.items()
        ]
        self.predictions = {"multiclass": ["cat", "dog", "owl"]}.get(kind, ["score"])
        truths = [f"gt_{name}" for name in self.predictions]
        self.columns = dict(COLUMNS)
        self.columns |= dict.fromkeys(self.predictions, "FLOAT")
        truth_type = "FLOAT" if kind == "regression" else "INTEGER"
        self.columns |= dict.fromkeys(truths, "FLOAT" if kind == "regression" else "INT")
        example = models.Example(
            "REGRESSION" if kind == "regression" else "MULTICLASS",
            [
                *inputs,
                *(
                    prediction(
                        p,
                        attribute_link=t,
                        is_positive_predicted_attribute=kind == "binary",
                    )
                    for p, t in zip(self.predictions, truths, strict=True)
                ),
                *(
                    ground_truth(t, truth_type, attribute_link=p)
                    for p, t in zip(self.predictions, truths, strict=True)
                ),
            ],
            threshold=0.4,
        )
        self.schema = example.schema
        self.model = reference.Model(self.predictions, truths, 0.4)
        self.sources = {"inference": [], "reference": []}
        for index in range(ROWS):
            when = START + dt.timedelta(minutes=rng.randrange(0, 60 * 24 * 40, 30))
            data, truth = self._row(rng), self._truth(rng, truths)
            example.rows.append((f"{when.isoformat()}Z", wire(data), truth or None))
            self.sources["inference"].append(
                {
                    **data,
                    **dict.fromkeys(truths),
                    **truth,
                    "inference_timestamp": when,
                    "partner_inference_id": f"row-{index}",
                    reference.ORDER: (when, index),
                }
            )
        for index in range(REFERENCE_ROWS):
            data, truth = self._row(rng), self._truth(rng, truths)
            example.reference.append({**wire(data), **truth})
            row = {**data, **dict.fromkeys(truths), **truth, reference.ORDER: index}
            self.sources["reference"].append(row)
        example.load(store)
        self.sources["ground_truth"] = [
            row for row in self.sources["inference"] if any(row[t] is not None for t in truths)
        ]

    def _row(self, rng):
        row = {
            "income": rng.randrange(-5, 20) * 1000,
            "age": rng.choice([0.0, 18.5, 40.25, round(rng.uniform(18, 90), 3)]),
            "region": rng.choice(["north", "south", "east", "wEst", "n_rth", ""]),
            "member": rng.random() < 0.5,
            "joined": START + dt.timedelta(seconds=rng.randrange(-(10**7), 10**7)),
        }
        for name in self.predictions:
            row[name] = rng.choice([0.4, round(rng.random(), 2)])
        return {key: None if rng.random() < 0.1 else value for key, value in row.items()}

    def _truth(self, rng, truths):
        if rng.random() < 0.2:
            return {}
        if self.kind == "regression":
            return {truths[0]: rng.choice([0.5, round(rng.uniform(-2, 2), 2)])}
        chosen = rng.choice(truths)
        if self.kind == "binary":
            return {truths[0]: rng.randrange(2)}
        return {name: int(name == chosen) for name in truths}


def wire(row):
    return {
        key: f"{value.isoformat()}Z" if isinstance(value, dt.datetime) else value
        for key, value in row.items()
    }


class Writer:
    """Writes one random query over the columns of a world."""

    def __init__(self, world, rng):
        self.world = world
        self.rng = rng

    def query(self):
        source = self.rng.choice(
            ["inference", "inference", "inference", "ground_truth", "reference"]
        )
        columns = dict(self.world.columns)
        if source != "reference":
            columns["inference_timestamp"] = "TIME"
        if self.rng.random() < 0.25:
            inner, outputs = self.level(columns, source, inner=True)
            if outputs:  # objects are opaque to the outer level
                outer, _ = self.level(outputs, None, inner=False)
                return {**outer, "subquery": inner}
        return self.level(columns, source, inner=False)[0]

    def level(self, columns, source, *, inner):
        rng = self.rng
        self.columns, self.source = columns, source
        self.items, self.kinds = [], {}
        query = {"select": self.items}
        if source is not None and (source != "inference" or rng.random() < 0.3):
            query["from"] = source
        filters = [self.condition(n) for n in self.some(columns, 0, 2)]
        if rng.random() < 0.5:
            keys = self.grouped(query, filters)
            order = [{"alias": key} for key in keys]
        else:
            for _ in range(rng.randrange(1, 4)):
                self.add(*self.row_expression(2))
            order = []
            if source not in {None, "reference"} and not inner and rng.random() < 0.4:
                order = [self.direction({"property": "partner_inference_id"})]
                if rng.random() < 0.5:
                    self.neighbor()
        if filters:
            query["filter"] = filters
        if order and (
            rng.random() < 0.7 or any(i.get("function") == "neighbor" for i in self.items)
        ):
            query["order_by"] = [self.direction(key) for key in order]
            if rng.random() < 0.5:
                query["limit"] = rng.randrange(0, 12)
            if rng.random() < 0.3:
                query["offset"] = rng.randrange(0, 5)
        return query, dict(self.kinds)

    def grouped(self, query, filters):
        rng = self.rng
        keys = []
        for _ in range(rng.randrange(0, 3)):
            node, kind = self.row_expression(1)
            keys.append(self.add(node, kind))
        if keys:
            query["group_by"] = [{"alias": key} for key in keys]
        for _ in range(rng.randrange(0 if keys else 1, 4)):
            node, kind = self.aggregate()
            alias = self.add(node, kind)
            if kind in NUMERIC and rng.random() < 0.2:
                filters.append(
                    {
                        "alias": alias,
                        "comparator": rng.choice(["gt", "lte", "NotNull"]),
                        "value": rng.choice([0, 0.123, 3]),
                    }
                )
        return keys

    def add(self, node, kind):
        alias = f"o{len(self.items)}"
        self.items.append({**node, "alias": alias})
        if kind != "OBJECT":
            self.kinds[alias] = kind
        return alias

    def direction(self, item):
        chosen = self.rng.choice([None, "asc", "desc", "DESC"])
        return item if chosen is None else {**item, "direction": chosen}

    def some(self, columns, low, high):
        names = sorted(columns)
        return self.rng.sample(names, min(len(names), self.rng.randrange(low, high + 1)))

    def column(self, *kinds):
        names = sorted(n for n, k in self.columns.items() if not kinds or k in kinds)
        return self.rng.choice(names) if names else None

    def neighbor(self):
        name = self.column("INT", "TEXT")
        if name is not None:
            parameters = {"property": name, "offset": self.rng.randrange(-3, 4)}
            if self.rng.random() < 0.5:
                parameters["default"] = 7 if self.columns[name] == "INT" else "none"
            self.items.append({"function": "neighbor", "alias": "nb", "parameters": parameters})

    def constant(self, kind):
        rng = self.rng
        return {
            "INT": lambda: rng.choice([0, 1, rng.randrange(-5, 20) * 1000, 0.5, "1000"]),
            "FLOAT": lambda: rng.choice([0, 0.4, 1, 40.25, round(rng.uniform(-1, 90), 3)]),
            "TEXT": lambda: rng.choice(["north", "south", "zebra", "", "wEst"]),
            "BOOL": lambda: rng.random() < 0.5,
            "TIME": lambda: (
                (START + dt.timedelta(hours=rng.randrange(-1000, 1000))).isoformat()
                + rng.choice(["Z", "", "+00:00"])
            ),
        }[kind]()

    def comparison(self, kind):
        rng = self.rng
        options = ["eq", "ne", "IsNull", "NotNull", "in"]
        if kind != "BOOL":
            options += ["lt", "lte", "gt", "gte"]
        if kind == "TEXT":
            options.append("like")
        comparator = rng.choice(options)
        found = {"comparator": comparator}
        if comparator == "in":
            found["value"] = [self.constant(kind) for _ in range(rng.randrange(1, 4))]
            if kind in {"INT", "FLOAT"}:
                found["value"] = [float(v) for v in found["value"]]
            if rng.random() < 0.3:
                found["value"].append(None)
        elif comparator == "like":
            found["value"] = rng.choice(["%th", "n_rth", "st", "%o%", "_____", "", "E"])
        elif comparator not in {"IsNull", "NotNull"}:
            found["value"] = (
                None
                if rng.random() < 0.05 and comparator in {"eq", "ne"}
                else (self.constant(kind))
            )
        return found

    def condition(self, name):
        return {"property": name, **self.comparison(self.columns[name])}

    def row_expression(self, depth):
        """A row-wise select item and its kind."""
        rng = self.rng
        makers = [self._plain]
        if depth:
            makers += [self._arithmetic, self._if, self._bin, self._time, self._equals, self._logic]
            makers += [self._date_diff, self._label, self._abs, self._fair]
        found = rng.choice(makers)(depth)
        return found if found is not None else self._plain(depth)

    def operand(self, depth, *kinds):
        """A parameter that stands for a column of one of these kinds, perhaps a nested call."""
        rng = self.rng
        for _ in range(4):
            if depth and rng.random() < 0.4:
                node, kind = self.row_expression(depth - 1)
                if kind in kinds and "function" in node:
                    return {"nested_function": node}, kind
        aliases = sorted(
            a
            for a, k in self.kinds.items()
            if k in kinds and not any(i["alias"] == a and folds(i) for i in self.items)
        )
        if aliases and rng.random() < 0.2:
            alias = rng.choice(aliases)
            return {"alias_ref": alias}, self.kinds[alias]
        name = self.column(*kinds)
        return (name, self.columns[name]) if name else (None, None)

    def _plain(self, depth):
        name = self.column()
        return {"property": name}, self.columns[name]

    def _arithmetic(self, depth):
        left, _ = self.operand(depth - 1, *NUMERIC)
        right, _ = self.operand(depth - 1, *NUMERIC)
        if left is None:
            return None
        if self.rng.random() < 0.4:
            right = self.rng.choice([0, 2, -1.5])
        function = self.rng.choice(["add", "subtract", "multiply", "divide"])
        return {"function": function, "parameters": {"left": left, "right": right}}, "FLOAT"

    def _abs(self, depth):
        value, _ = self.operand(depth - 1, *NUMERIC)
        return value and ({"function": "abs", "parameters": {"property": value}}, "FLOAT")

    def _if(self, depth):
        value, kind = self.operand(depth - 1, *COLUMNS.values())
        if value is None:
            return None
        then, otherwise, result = self.rng.choice(
            [("yes", "no", "TEXT"), (1, 0, "INT"), (0.5, None, "FLOAT")]
        )
        parameters = {"property": value, **self.comparison(kind), "then": then, "else": otherwise}
        return {"function": "if", "parameters": parameters}, result

    def _bin(self, depth):
        value, _ = self.operand(depth - 1, *NUMERIC)
        thresholds = [self.rng.choice([0, 0.4, 40.25, 3000, 50]) for _ in range(3)]
        parameters = {"property": value, "bin_thresholds": thresholds}
        return value and ({"function": "binContinuous", "parameters": parameters}, "INT")

    def _time(self, depth):
        value, _ = self.operand(depth - 1, "TIME")
        parameters = {"property": value, "time_interval": self.rng.choice(INTERVALS)}
        return value and ({"function": "roundTimestamp", "parameters": parameters}, "TIME")

    def _date_diff(self, depth):
        start, _ = self.operand(depth - 1, "TIME")
        end, _ = self.operand(depth - 1, "TIME")
        unit = self.rng.choice(INTERVALS)
        parameters = {"unit": unit, "start_date": start, "end_date": end}
        return start and ({"function": "dateDiff", "parameters": parameters}, "INT")

    def _equals(self, depth):
        left, kind = self.operand(depth - 1, "INT", "FLOAT", "TEXT", "TIME")
        if left is None:
            return None
        right, _ = self.operand(depth - 1, *(NUMERIC if kind in NUMERIC else (kind,)))
        return {"function": "equals", "parameters": {"left": left, "right": right}}, "INT"

    def _logic(self, depth):
        left, _ = self.operand(depth - 1, *NUMERIC)
        right, _ = self.operand(depth - 1, *NUMERIC)
        function = self.rng.choice(["and", "or"])
        return left and (
            {"function": function, "parameters": {"left": left, "right": right}},
            "INT",
        )

    def _label(self, depth):
        names = sorted(n for n, k in self.columns.items() if k in NUMERIC)
        if len(names) < 2:
            return None
        chosen = self.rng.sample(names, self.rng.randrange(1, len(names) + 1))
        return {"function": "labelByMaxColumn", "parameters": {"properties": chosen}}, "TEXT"

    def _fair(self, depth):
        value, text = self.column("FLOAT"), self.column("TEXT")
        if value is None or text is None:
            return None
        thresholds = [
            {
                "conditions": [{"property": text, "value": self.constant("TEXT")}],
                "threshold": self.rng.choice([0.3, 0.4, 0.7]),
            }
            for _ in range(2)
        ]
        parameters = {"predicted_property": value, "thresholds": thresholds}
        return {"function": "biasMitigatedPredictions", "parameters": parameters}, "INT"

    def aggregate(self):
        """An aggregating select item and its kind."""
        roll = self.rng.random()
        node, kind = {"function": "count"}, "INT"
        if roll < 0.3 and self.source is not None:
            node, kind = self._evaluation()
        elif 0.4 <= roll < 0.5:
            left, _ = self._fold()
            right, _ = self._fold()
            if left is not None and right is not None:
                sides = {"left": {"nested_function": left}, "right": {"nested_function": right}}
                function = self.rng.choice(["divide", "subtract"])
                node, kind = {"function": function, "parameters": sides}, "FLOAT"
        elif 0.5 <= roll < 0.6:
            node, kind = self._conditional()
        elif 0.6 <= roll < 0.75:
            node, kind = self._object()
        elif roll >= 0.75:
            folded, folded_kind = self._fold()
            if folded is not None:
                node, kind = folded, folded_kind
        return node, kind

    def _fold(self):
        rng = self.rng
        function = rng.choice(
            [
                "avg",
                "avgAbs",
                "sum",
                "variance",
                "stdDev",
                "quantile",
                "categoriesCount",
                "max",
                "min",
            ]
        )
        kinds = NUMERIC
        if function in {"max", "min", "categoriesCount"}:
            kinds = ("INT", "FLOAT", "TEXT", "TIME")
        value, kind = self.operand(2, *kinds)
        if value is None:
            return None, None
        parameters = {"property": value}
        result = {"categoriesCount": "INT", "max": kind, "min": kind}.get(function, "FLOAT")
        if function == "quantile":
            parameters["level"] = rng.choice([0.1, 0.5, 0.9])
        if function in {"max", "min"} and kind not in NUMERIC:
            return {"function": "count"}, "INT"
        return {"function": function, "parameters": parameters}, result

    def _conditional(self):
        rng = self.rng
        function = rng.choice(["countIf", "rate", "anyIf", "argMax", "argMin"])
        if function in {"argMax", "argMin"}:
            value, argument = self.column("INT", "FLOAT", "TIME"), self.column("TEXT", "INT")
            if value is None or argument is None:
                return {"function": "count"}, "INT"
            parameters = {"argument": argument, "value": value}
            return {"function": function, "parameters": parameters}, self.columns[argument]
        value, kind = self.operand(1, *COLUMNS.values())
        if value is None:
            return {"function": "count"}, "INT"
        parameters = {"property": value, **self.comparison(kind)}
        if function != "anyIf":
            return (
                {"function": function, "parameters": parameters},
                "INT" if function == "countIf" else "FLOAT",
            )
        result = self.column("TEXT", "INT", "TIME")
        if result is None:
            return {"function": "count"}, "INT"
        parameters["result"] = result
        return {"function": function, "parameters": parameters}, self.columns[result]

    def _object(self):
        rng = self.rng
        value, _ = self.operand(1, *NUMERIC)
        if value is None:
            return {"function": "count"}, "INT"
        function = rng.choice(["distribution", "distribution", "deciles", "binsToQuantiles"])
        parameters = {"property": value}
        if function == "binsToQuantiles":
            parameters["num_bins"] = rng.randrange(1, 8)
        elif function == "distribution" and rng.random() < 0.5:
            parameters["num_bins"] = rng.choice([1, 2, 3, 7, 50])
        elif function == "distribution":
            parameters["bin_thresholds"] = rng.sample([-1, 0, 0.4, 40.25, 3000, 50], 3)
        return {"function": function, "parameters": parameters}, "OBJECT"

    def _evaluation(self):
        rng = self.rng
        kind = self.world.kind
        objects = OBJECT_EVALUATIONS[kind]
        if objects and rng.random() < 0.3:
            function, result = rng.choice(objects), "OBJECT"
        else:
            function, result = rng.choice(SCALAR_EVALUATIONS[kind]), "FLOAT"
        parameters = {}
        if kind == "binary" and rng.random() < 0.5:
            parameters["threshold"] = rng.choice([None, 0.2, 0.4, 0.9])
        if kind == "multiclass" and function != "accuracyRateMulticlass":
            parameters["predicted_property"] = rng.choice(self.world.predictions)
        if function == "mae":
            parameters["aggregation"] = rng.choice(["avg", "min", "max", None])
            if rng.random() < 0.4:
                parameters |= {"normalizationMin": 0, "normalizationMax": rng.choice([0, 2.5])}
        return {"function": function, "parameters": parameters}, result


def folds(item):
    if "function" not in item:
        return False
    if item["function"] in reference.AGGREGATES:
        return True
    nested = (item.get("parameters") or {}).values()
    return any(
        isinstance(v, dict) and "nested_function" in v and folds(v["nested_function"])
        for v in nested
    )
