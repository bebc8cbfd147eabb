"""Where does this message belong? Watch a text classifier when customers talk of something new.

The messages are generated: customers of a bank write about cards, loans and accounts. A bag of
words and a logistic regression send each to its desk. In the last two of six weeks the bank has an
app that nobody told the model about: accuracy falls.

Usage: python examples/text.py [OUTPUT_DIRECTORY]
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from arthurai import ArthurAI, ArthurModel, InputType, OutputType, TextDelimiter
from arthurai.query import accuracy_rate_multiclass, col, count, round_timestamp, select

OPENINGS = ["Hello,", "Good morning,", "Please help:", "Dear all,", "Once again,", "Hi there,"]
SUBJECTS = {
    "card": [
        "my card was declined",
        "the pin is blocked",
        "a payment is not mine",
        "it got stolen",
    ],
    "loan": ["the rate went up", "I want to pay back early", "when is the instalment due"],
    "account": [
        "the statement is missing",
        "my address changed",
        "please close it",
        "who has access",
    ],
}
PLACES = {
    "card": ["at the shop", "at the cash machine", "on my holiday", "with the new card"],
    "loan": ["for the house", "for the car", "on my mortgage", "since the last contract"],
    "account": ["in my savings", "since the move", "for my children", "on paper"],
}
APP = ["in the app", "after the update of the app", "when I log in", "on my phone"]
CLASSES = {f"p_{desk}": desk for desk in ("account", "card", "loan")}
WEEKS = 6
APP_SINCE = 4
A_DAY = 20
FIRST_DAY = pd.Timestamp("2026-01-05", tz="UTC")


def write_messages(number: int, seed: int, *, app: float = 0.0) -> pd.DataFrame:
    """Make messages and the desks they are for; a share of them is about the app."""
    chance = random.Random(seed)
    rows = []
    for _ in range(number):
        desk = chance.choice(list(SUBJECTS))
        if chance.random() < app:
            text = f"{chance.choice(OPENINGS)} it does not work {chance.choice(APP)}"
        else:
            about = chance.choice(SUBJECTS[desk])
            text = f"{chance.choice(OPENINGS)} {about} {chance.choice(PLACES[desk])}"
        rows.append({"message": f"{text} (case {chance.randrange(10**6)})", "desk": desk})
    return pd.DataFrame(rows)


def train() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit on 300 messages; give (reference, production) with their predictions."""
    learned = write_messages(300, seed=1)
    classifier = make_pipeline(TfidfVectorizer(), LogisticRegression())
    classifier.fit(learned["message"], learned["desk"])
    days = range(7 * WEEKS)
    production = pd.concat(
        [write_messages(A_DAY, day, app=0.4 if day >= 7 * APP_SINCE else 0.0) for day in days],
        ignore_index=True,
    )
    for table in (learned, production):
        table[list(CLASSES)] = classifier.predict_proba(table["message"])
    return learned, production


def onboard(arthur: ArthurAI, reference: pd.DataFrame) -> ArthurModel:
    """Describe the model from its reference data and save it."""
    model = arthur.model(
        display_name="Message desk",
        input_type=InputType.NLP,
        output_type=OutputType.Multiclass,
        text_delimiter=TextDelimiter.NOT_WORD,
    )
    model.build(reference, CLASSES, ground_truth_column="desk")
    model.save()
    return model


def main() -> None:
    """Run the whole story."""
    output = Path(sys.argv[1] if len(sys.argv) > 1 else "example-output/text")
    output.mkdir(parents=True, exist_ok=True)

    reference, production = train()
    written_at = pd.date_range(FIRST_DAY, periods=len(production), freq=f"{24 * 60 // A_DAY}min")
    with ArthurAI(url="local://") as arthur:
        model = onboard(arthur, reference)
        sent = model.send_inferences(
            production,
            inference_timestamps=written_at,
            ground_truth_timestamps=written_at + pd.Timedelta(days=2),
        )
        print(f"sent {sent['counts']['success']} messages")

        week = round_timestamp("week")
        by_week = model.query(
            select(week, count(), accuracy_rate_multiclass().as_("accuracy"))
            .group_by(week)
            .order_by(week)
        )
        print("\nAccuracy by week")
        print(pd.DataFrame(by_week).to_string(index=False, float_format="{:.3f}".format))

        found = accuracy_rate_multiclass().as_("found")
        (row,) = model.query(select(count(), found).where(col("message").like("% app%")))
        print(f"\nOf {row['count']} messages about an app, {row['found']:.0%} found their desk")

        picture = output / "accuracy.png"
        model.viz.metric_series("accuracyRateMulticlass", "day").savefig(picture)
        print(f"\nPicture: {picture}")


if __name__ == "__main__":
    main()
