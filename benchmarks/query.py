"""Compiled queries against hand-written SQL on the same store in the same run.

Usage: python benchmarks/query.py [--rows 1000000] [--repeat 5] [--limit 1.3]

Prints a table, and fails when a query needs more processor time than the limit times its
hand-written twin (processor time, because it stays the same on a busy machine). Answers are
compared, so a fast wrong query does not pass.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arthurai.server.model_schema import ModelSchema
from arthurai.server.query import run_drift, run_query
from arthurai.server.storage.warehouse.data_store import DataStore

if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = list[list[Any]]

FEATURES = 20
BINS = 20
REFERENCE_ROWS = 50_000
LEAST_SECONDS = 0.05  # below this a ratio says nothing


def schema() -> ModelSchema:
    features = [
        {"name": f"f{i}", "stage": "PIPELINE_INPUT", "value_type": "FLOAT", "position": i}
        for i in range(FEATURES)
    ]
    return ModelSchema.from_model(
        {
            "id": "benchmark",
            "input_type": "TABULAR",
            "output_type": "MULTICLASS",
            "attributes": [
                *features,
                {
                    "name": "region",
                    "stage": "PIPELINE_INPUT",
                    "value_type": "STRING",
                    "categorical": True,
                    "position": FEATURES,
                },
                {
                    "name": "p",
                    "stage": "PREDICTED_VALUE",
                    "value_type": "FLOAT",
                    "is_positive_predicted_attribute": True,
                    "attribute_link": "y",
                },
                {"name": "y", "stage": "GROUND_TRUTH", "value_type": "INTEGER"},
            ],
        }
    )


def fill(store: DataStore, model: ModelSchema, rows: int) -> None:
    """Put made-up rows straight into the tables: ingest has a benchmark of its own."""
    store.create_model(model)
    inference = store.relation(model, "inference").replace("_inference", "_rows")
    reference = store.relation(model, "reference").replace("_reference", "_reference_rows")
    names = [model.attribute(f"f{i}").column for i in range(FEATURES)]  # type: ignore[union-attr]
    region, p, y = (model.attribute(n).column for n in ("region", "p", "y"))  # type: ignore[union-attr]
    features = ", ".join(
        f"sqrt(-2 * ln(1 - random())) * cos(6.283185307 * random()) * {i + 1} AS {name}"
        for i, name in enumerate(names)
    )
    made = (
        f"{features}, ['north', 'south', 'east', 'west', 'centre'][1 + i % 5] AS {region}, "
        f"random() AS {p}, CAST(random() < 0.4 AS BIGINT) AS {y}"
    )
    connection = store._database  # noqa: SLF001 - rows must get in without the checks of ingest
    stamp = "TIMESTAMP '2024-01-01' + to_microseconds(CAST(i * (2.592e12 / $1) AS BIGINT))"
    stamps = [f"{stamp} AS {n}_timestamp" for n in ("inference", "received", "ground_truth")]
    ids = "i AS seq, uuid() AS inference_id, CAST(i AS VARCHAR) AS partner_inference_id"
    for table, columns, size in (
        (
            inference,
            f"{ids}, {', '.join(stamps)}, {made}",
            rows,
        ),
        (reference, f"i AS seq, {made}", REFERENCE_ROWS),
    ):
        statement = (
            f"INSERT INTO {table} BY NAME SELECT {columns} FROM range(CAST($1 AS BIGINT)) t(i)"  # noqa: S608 - made of constants
        )
        connection.write(lambda cursor, s=statement, n=size: cursor.execute(s, [n]))


class Bench:
    """The queries and their twins."""

    def __init__(self, store: DataStore, model: ModelSchema) -> None:
        self.store = store
        self.model = model
        self.rows = store.relation(model, "inference")
        self.reference = store.relation(model, "reference")
        self.columns = {a.name: a.column for a in model.attributes}

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run hand-written SQL."""
        return self.store.fetch(statement)[1]

    def ask(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """Run a query of the language."""
        rows: list[dict[str, Any]] = run_query(body, self.model, self.store)["query_result"]
        return rows

    def accuracy_by_day(self) -> Answer:
        """Share of right predictions for each day."""
        day = {"property": "inference_timestamp", "time_interval": "day"}
        rows = self.ask(
            {
                "select": [
                    {"function": "accuracyRate", "alias": "v"},
                    {"function": "roundTimestamp", "alias": "day", "parameters": day},
                ],
                "group_by": [{"alias": "day"}],
                "order_by": [{"alias": "day"}],
            }
        )
        return [[row["v"]] for row in rows]

    def accuracy_by_day_by_hand(self) -> Answer:
        """The same in SQL."""
        p, y = self.columns["p"], self.columns["y"]
        rows = self.sql(
            f"SELECT date_trunc('day', inference_timestamp) AS d, "  # noqa: S608 - made of constants
            f"avg(CAST(({p} >= 0.5) = ({y} = 1) AS INTEGER)) FROM {self.rows} GROUP BY d ORDER BY d"
        )
        return [[row[1]] for row in rows]

    def confusion_by_group(self) -> Answer:
        """Confusion matrix of each region."""
        rows = self.ask(
            {
                "select": [{"property": "region"}, {"function": "confusionMatrix", "alias": "m"}],
                "group_by": [{"property": "region"}],
                "order_by": [{"property": "region"}],
            }
        )
        return [list(row["m"].values()) for row in rows]

    def confusion_by_group_by_hand(self) -> Answer:
        """The same in SQL."""
        p, y, region = (self.columns[name] for name in ("p", "y", "region"))
        rows = self.sql(
            f"SELECT {region}, "  # noqa: S608 - made of constants
            f"count(*) FILTER (WHERE {p} >= 0.5 AND {y} = 1), "
            f"count(*) FILTER (WHERE {p} >= 0.5 AND {y} <> 1), "
            f"count(*) FILTER (WHERE {p} < 0.5 AND {y} <> 1), "
            f"count(*) FILTER (WHERE {p} < 0.5 AND {y} = 1) "
            f"FROM {self.rows} GROUP BY 1 ORDER BY 1"
        )
        return [list(row[1:]) for row in rows]

    def psi_by_day(self) -> Answer:
        """Stability index of all features for each day."""
        body = {
            "properties": [f"f{i}" for i in range(FEATURES)],
            "metric": "PSI",
            "num_bins": BINS,
            "base": {"source": "reference"},
            "target": {"source": "inference"},
            "rollup": "day",
        }
        rows = run_drift(body, self.model, self.store)["query_result"]
        return [[row[f"f{i}"] for i in range(FEATURES)] for row in rows]

    def psi_by_day_by_hand(self) -> Answer:
        """One histogram statement over all properties: quantiles, bins, counts; sums at the end."""
        names = [self.columns[f"f{i}"] for i in range(FEATURES)]
        levels = [step / BINS for step in range(1, BINS)]
        quantiles = self.sql(
            f"SELECT {', '.join(f'quantile_cont({n}, {levels})' for n in names)} "  # noqa: S608 - made of constants
            f"FROM {self.reference}"
        )[0]
        day = "date_trunc('day', inference_timestamp)"
        counted = []
        for source, key in ((self.reference, "NULL"), (self.rows, day)):
            parts = []
            for i, name in enumerate(names):
                cases = " ".join(
                    f"WHEN {name} < {border!r}::DOUBLE THEN {place}"
                    for place, border in enumerate(quantiles[i])
                )
                parts.append(
                    f"SELECT {i} AS f, {key} AS d, CASE {cases} ELSE {BINS - 1} END AS b, "  # noqa: S608 - made of constants
                    f"count(*) AS n FROM {source} GROUP BY ALL"
                )
            counted.append(self.sql(" UNION ALL ".join(parts)))
        base: dict[int, dict[int, int]] = {}
        for f, _, b, n in counted[0]:
            base.setdefault(f, {})[b] = n
        target: dict[Any, dict[int, dict[int, int]]] = {}
        for f, d, b, n in counted[1]:
            target.setdefault(d, {}).setdefault(f, {})[b] = n
        return [[_psi(base[f], target[d][f]) for f in range(FEATURES)] for d in sorted(target)]

    def histogram(self) -> Answer:
        """Fifty bins of equal width."""
        parameters = {"property": "f3", "num_bins": 50}
        (row,) = self.ask(
            {"select": [{"function": "distribution", "alias": "h", "parameters": parameters}]}
        )
        return [[b["count"] for b in row["h"]]]

    def histogram_by_hand(self) -> Answer:
        """The same in SQL."""
        x = self.columns["f3"]
        rows = self.sql(
            f"WITH e AS (SELECT min({x}) AS a, max({x}) AS z FROM {self.rows}) "  # noqa: S608 - made of constants
            f"SELECT least(49, floor(({x} - a) / (z - a) * 50)::INTEGER) AS b, count(*) "
            f"FROM {self.rows}, e WHERE {x} IS NOT NULL GROUP BY b"
        )
        counts = dict(rows)
        return [[counts.get(b, 0) for b in range(50)]]

    def quantiles(self) -> Answer:
        """Three quantiles."""
        levels = (0.05, 0.5, 0.95)
        items = [
            {"function": "quantile", "alias": f"q{i}", "parameters": {"property": "f5", "level": v}}
            for i, v in enumerate(levels)
        ]
        (row,) = self.ask({"select": items})
        return [[row[f"q{i}"] for i in range(len(levels))]]

    def quantiles_by_hand(self) -> Answer:
        """The same in SQL."""
        x = self.columns["f5"]
        (row,) = self.sql(
            f"SELECT quantile_cont({x}, 0.05), quantile_cont({x}, 0.5), quantile_cont({x}, 0.95) "  # noqa: S608 - made of constants
            f"FROM {self.rows}"
        )
        return [list(row)]


def _psi(base: dict[int, int], target: dict[int, int]) -> float:
    rows, others = sum(base.values()), sum(target.values())
    total = 0.0
    for b in {**base, **target}:
        p, q = (base.get(b) or 0.5) / rows, (target.get(b) or 0.5) / others
        total += (p - q) * math.log(p / q)
    return total


def same(one: Answer, other: Answer) -> bool:
    return len(one) == len(other) and all(
        len(a) == len(b)
        and all(math.isclose(x, y, rel_tol=1e-9) for x, y in zip(a, b, strict=True))
        for a, b in zip(one, other, strict=True)
    )


def timed(run: Callable[[], Answer]) -> tuple[float, float, Answer]:
    """Seconds by the clock and of the processor, and the answer."""
    begun, used = time.perf_counter(), time.process_time()
    answer = run()
    return time.perf_counter() - begun, time.process_time() - used, answer


def compare(bench: Bench, name: str, repeat: int) -> float:
    """Time a query and its twin in turn; print and return the ratio of their medians."""
    query, twin = getattr(bench, name), getattr(bench, f"{name}_by_hand")
    ours, theirs = [], []
    for _ in range(repeat + 1):
        *times, answer = timed(query)
        *other_times, expected = timed(twin)
        if not same(answer, expected):
            raise SystemExit(f"{name}: the answers differ\n{answer}\n{expected}")
        ours.append(times)
        theirs.append(other_times)
    clock, fast = (statistics.median(t) for t in zip(*ours[1:], strict=True))
    other_clock, slow = (statistics.median(t) for t in zip(*theirs[1:], strict=True))
    ratio = fast / max(slow, LEAST_SECONDS)
    print(f"{name:20}{clock:10.3f} s{fast:10.3f} s{other_clock:12.3f} s{slow:10.3f} s{ratio:8.2f}")
    return ratio


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="inferences in the store")
    parser.add_argument("--repeat", type=int, default=5, help="timed runs of each query")
    parser.add_argument("--limit", type=float, default=1.3, help="highest ratio that passes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, DataStore(Path(folder) / "data") as store:
        model = schema()
        fill(store, model, options.rows)
        print(f"{options.rows} rows; seconds by the clock and of the processor\n")
        print(f"{'query':20}{'compiled':>24}{'by hand':>26}{'ratio':>8}")
        bench = Bench(store, model)
        ratios = [
            compare(bench, name, options.repeat)
            for name in (
                "accuracy_by_day",
                "confusion_by_group",
                "psi_by_day",
                "histogram",
                "quantiles",
            )
        ]
    return int(max(ratios) > options.limit)


if __name__ == "__main__":
    sys.exit(main())
