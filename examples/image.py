"""Which digit is it? Watch an image classifier while its camera goes bad.

The data are the 1 797 handwritten digits that scikit-learn ships, images of 8 by 8 pixels. The
model reads the digits; from the third of four weeks on, the lamp of the scanner gets weaker.

Usage: python examples/image.py [OUTPUT_DIRECTORY]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier

from arthurai import ArthurAI, ArthurModel, InputType, OutputType
from arthurai.query import accuracy_rate_multiclass, avg, count, round_timestamp, select

CLASSES = {f"p_{digit}": f"digit {digit}" for digit in range(10)}
LEARNED = 600
DAYS = 28
DARK_SINCE = 14
FIRST_DAY = pd.Timestamp("2026-01-05", tz="UTC")


def predict() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit on 600 digits; give (reference, production) with images, brightness and predictions."""
    digits = load_digits()
    random = np.random.default_rng(7)
    day = (np.arange(len(digits.images)) - LEARNED) * DAYS // (len(digits.images) - LEARNED)
    light = np.clip(1 - (day - DARK_SINCE + 1) / 16, 0.1, 1)[:, None, None]
    dark = digits.images * light + random.normal(0, 2, digits.images.shape) * (light < 1)
    images = np.clip(dark * 15.9, 0, 255).astype("uint8")  # pixels come as 0 to 16

    reader = RandomForestClassifier(100, random_state=7)
    flat = images.reshape(len(images), -1)
    reader.fit(flat[:LEARNED], digits.target[:LEARNED])
    table = pd.DataFrame(reader.predict_proba(flat), columns=list(CLASSES))
    table["scan"] = list(images)
    table["brightness"] = flat.mean(axis=1)
    table["digit"] = [f"digit {digit}" for digit in digits.target]
    return table[:LEARNED], table[LEARNED:]


def onboard(arthur: ArthurAI, reference: pd.DataFrame) -> ArthurModel:
    """Describe the model from its reference data and save it."""
    model = arthur.model(
        display_name="Digit reader",
        input_type=InputType.Image,
        output_type=OutputType.Multiclass,
        pixel_height=8,
        pixel_width=8,
    )
    model.build(reference, CLASSES, ground_truth_column="digit", non_input_columns=["brightness"])
    model.save()
    return model


def main() -> None:
    """Run the whole story."""
    output = Path(sys.argv[1] if len(sys.argv) > 1 else "example-output/image")
    output.mkdir(parents=True, exist_ok=True)

    reference, production = predict()
    pace = pd.Timedelta(days=DAYS) / len(production)
    read_at = pd.date_range(FIRST_DAY, periods=len(production), freq=pace)
    with ArthurAI(url="local://") as arthur:
        model = onboard(arthur, reference)
        sent = model.send_inferences(
            production, inference_timestamps=read_at, ground_truth_timestamps=read_at
        )
        print(f"sent {sent['counts']['success']} images")

        week = round_timestamp("week")
        by_week = model.query(
            select(week, count(), accuracy_rate_multiclass().as_("accuracy"), avg("brightness"))
            .group_by(week)
            .order_by(week)
        )
        print("\nAccuracy and brightness by week")
        print(pd.DataFrame(by_week).to_string(index=False, float_format="{:.3f}".format))

        (darkest, *_) = model.query(select("scan", "brightness").order_by("brightness").limit(1))
        saved = model.get_image(darkest["scan"], str(output))
        print(f"\nThe darkest image (brightness {darkest['brightness']:.0f}): {saved}")

        picture = output / "accuracy.png"
        model.viz.metric_series("accuracyRateMulticlass", "day").savefig(picture)
        print(f"Picture: {picture}")


if __name__ == "__main__":
    main()
