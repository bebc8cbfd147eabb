"""A server filled with models of every kind, for the tests of the dashboard."""

from __future__ import annotations

import numpy as np
import pandas as pd

from arthurai import InputType, OutputType

EVIL = "\"'><img src=x onerror=alert(1)><script>alert(2)</script>"
"""A text that runs as a program wherever it is not escaped."""
END = pd.Timestamp("2026-03-01T12:00:00Z")
ROLES = (
    "User",
    "Model Owner",
    "Administrator",
    "Super Admin",
    "Model Reader",
    "Model Writer",
    "Alert Manager",
    "Free Tier User",
    "Org Manager",
    "Org Creator",
)


def times(rows, days=20):
    return pd.date_range(END - pd.Timedelta(days=days), END, periods=rows)


def loans(rows, seed, shift=0.0, categories=("north", "south", "east")):
    random = np.random.default_rng(seed)
    score = random.random(rows)
    income = random.normal(4000 + shift, 900, rows)
    income[:: max(rows // 17, 6)] = np.nan
    return pd.DataFrame(
        {
            "income": income,
            "age": random.integers(18, 90, rows),
            "region": random.choice(categories, rows),
            "sex": random.choice(["f", "m"], rows, p=[0.4, 0.6]),
            "p_default": score,
            "outcome": np.where(random.random(rows) < score, "default", "paid"),
        }
    )


def binary(arthur, rows=400, name="Consumer loans", **more):
    model = arthur.model(
        display_name=name,
        input_type=InputType.Tabular,
        output_type=OutputType.Multiclass,
        tags=more.pop("tags", ["credit", "retail"]),
        description="Probability that a loan is not paid back within twelve months.",
    )
    frame = loans(300, 0, **more)
    model.build(
        frame, {"p_default": "default"}, "p_default", ground_truth_column="outcome",
        non_input_columns=["sex"],
    )  # fmt: skip
    for attribute in ("sex", "region"):
        model.get_attribute(attribute).monitor_for_bias = True
    model.save()
    add_rule(model)  # before the data, so that all of them are evaluated
    half = rows // 2
    moments = times(rows)
    for part, (start, shift) in enumerate(((0, 0.0), (half, 700.0))):
        frame = loans(half, part + 1, shift, **more)
        when = moments[start : start + half]
        model.send_inferences(frame, inference_timestamps=when, ground_truth_timestamps=when)
    return model


def add_rule(model):
    """Give a model a rule that fires for some of its data."""
    metric = next(m for m in model.get_metrics() if m.name == "Inference Count")
    model.create_alert_rule(
        metric.id, "upper", 3, "critical", name=f"Too many {model.display_name}",
        lookback_period=60 * 24, subsequent_alert_wait_time=0,
    )  # fmt: skip


def send_last_rows(model):
    frame = loans(20, 9)
    when = pd.date_range(END - pd.Timedelta(hours=3), END, periods=20)
    model.send_inferences(frame, inference_timestamps=when, ground_truth_timestamps=when)


def regression(arthur):
    random = np.random.default_rng(4)
    rows = 240
    truth = random.normal(20, 5, rows)
    frame = pd.DataFrame(
        {
            "size": random.normal(90, 20, rows),
            "district": random.choice(["a", "b", "c"], rows),
            "price": truth + random.normal(0, 1, rows),
            "paid": truth,
        }
    )
    model = arthur.model(
        display_name="Rents by month",
        input_type=InputType.Tabular,
        output_type=OutputType.Regression,
        is_batch=True,
        tags=["housing"],
    )
    model.build(frame, {"price": "paid"})
    model.save()
    moments = times(rows, 80)
    for number in range(3):
        part = slice(number * 80, (number + 1) * 80)
        model.send_inferences(
            frame[part],
            inference_timestamps=moments[part],
            ground_truth_timestamps=moments[part],
            batch_id=f"2026-0{number + 1}",
        )
    return model


def multiclass(arthur):
    random = np.random.default_rng(5)
    rows = 200
    scores = random.dirichlet([1, 1, 1], rows)
    labels = np.array(["cat", "dog", "owl"])
    frame = pd.DataFrame(
        {
            "weight": random.normal(4, 1, rows),
            "p_cat": scores[:, 0],
            "p_dog": scores[:, 1],
            "p_owl": scores[:, 2],
            "animal": labels[[random.choice(3, p=p) for p in scores]],
        }
    )
    model = arthur.model(
        display_name="Animals", input_type=InputType.Tabular, output_type=OutputType.Multiclass
    )
    pairs = {"p_cat": "cat", "p_dog": "dog", "p_owl": "owl"}
    model.build(frame, pairs, ground_truth_column="animal")
    model.save()
    model.send_inferences(
        frame, inference_timestamps=times(rows), ground_truth_timestamps=times(rows)
    )
    return model


def texts(arthur, words=("refund please", "where is my parcel", EVIL)):
    rows = 60
    random = np.random.default_rng(6)
    frame = pd.DataFrame(
        {
            "message": [words[i % len(words)] + f" {i}" for i in range(rows)],
            "p_urgent": random.random(rows),
            "urgent": random.integers(0, 2, rows),
        }
    )
    model = arthur.model(
        display_name="Support mail",
        input_type=InputType.NLP,
        output_type=OutputType.Multiclass,
        text_delimiter=r"\W+",
    )
    model.build(frame, {"p_urgent": 1}, "p_urgent", ground_truth_column="urgent")
    model.save()
    model.send_inferences(
        frame, inference_timestamps=times(rows), ground_truth_timestamps=times(rows)
    )
    return model


def images(arthur, folder):
    from PIL import Image, ImageDraw

    rows = 6
    paths = []
    for number in range(rows):
        picture = Image.new("RGB", (96, 64), (40 * number, 110, 180))
        ImageDraw.Draw(picture).ellipse((20, 10, 70, 50), fill=(230, 180, 60))
        path = folder / f"image {number} <b>.png"
        picture.save(path)
        paths.append(str(path))
    boxes = [[[0, 0.9, 20, 10, 50, 40]]] * rows
    frame = pd.DataFrame({"photo": paths, "found": boxes, "there": boxes})
    model = arthur.model(
        display_name="Objects in photos",
        input_type=InputType.Image,
        output_type=OutputType.ObjectDetection,
        pixel_height=64,
        pixel_width=96,
    )
    model.build(frame, {"found": "there"}, set_reference_data=False)
    model.save()
    model.send_inferences(
        frame, inference_timestamps=times(rows), ground_truth_timestamps=times(rows)
    )
    return model


def ranking(arthur):
    rows = 40
    items = [{"item_id": f"i{k}", "label": f"Item {k}", "score": 1 - k / 10} for k in range(5)]
    frame = pd.DataFrame(
        {
            "visits": np.arange(rows) % 7,
            "best": [items] * rows,
            "good": [[f"i{n % 5}"] for n in range(rows)],
        }
    )
    model = arthur.model(
        display_name="Recommendations",
        input_type=InputType.Tabular,
        output_type=OutputType.RankedList,
    )
    model.build(frame, {"best": "good"})
    model.save()
    model.send_inferences(
        frame, inference_timestamps=times(rows), ground_truth_timestamps=times(rows)
    )
    return model


def generation(arthur):
    rows = 40
    model = arthur.model(
        display_name="Answers",
        input_type=InputType.NLP,
        output_type=OutputType.TokenSequence,
        text_delimiter=r"\W+",
    )
    model.build_token_sequence_model("question", "answer")
    model.save()
    frame = pd.DataFrame(
        {
            "question": [f"what is {n}?" for n in range(rows)],
            "answer": [f"it is {n} of course" for n in range(rows)],
        }
    )
    model.send_inferences(frame, inference_timestamps=times(rows))
    return model


def oddly_named(arthur):
    """Save a model whose attributes are called like what queries select; find its hotspots."""
    random = np.random.default_rng(8)
    rows = 300
    letters = ("count", "period", "positive", "value")
    numbers = ("first", "labeled", "confusion", "missing_0", "accuracyRate", "score", "below_0")
    frame = pd.DataFrame(
        {
            **{name: random.choice(["a", "b"], rows) for name in letters},
            **{name: random.normal(size=rows) for name in numbers},
            "p": random.random(rows),
        }
    )
    wrong = frame["first"] > 0.5
    frame["y"] = np.where((random.random(rows) < frame["p"]) ^ wrong, "yes", "no")
    model = arthur.model(
        display_name="Oddly named",
        input_type=InputType.Tabular,
        output_type=OutputType.Multiclass,
    )
    model.build(frame, {"p": "yes"}, "p", ground_truth_column="y")
    for name in letters:
        model.get_attribute(name).monitor_for_bias = True
    model.save()
    model.update_enrichments({"hotspots": {"enabled": True}})
    model.send_inferences(
        frame, inference_timestamps=times(rows, 5), ground_truth_timestamps=times(rows, 5)
    )
    return model


def waiting(arthur):
    """Save a model without any data."""
    model = arthur.model(
        display_name="Not yet in use",
        input_type=InputType.Tabular,
        output_type=OutputType.Regression,
    )
    model.build(
        pd.DataFrame({"a": [1.0, 2.0], "hat": [1.0, 2.0], "y": [1.0, 2.0]}),
        {"hat": "y"},
        set_reference_data=False,
    )
    model.save()
    return model


def fill(arthur, folder):
    """Fill a server; return its models by a short name."""
    models = {
        "binary": binary(arthur),
        "evil": binary(
            arthur, 120, name=EVIL, tags=[EVIL], categories=(EVIL, "<i>b</i>", "{{ 7 * 7 }}")
        ),
        "regression": regression(arthur),
        "multiclass": multiclass(arthur),
        "texts": texts(arthur),
        "images": images(arthur, folder),
        "ranking": ranking(arthur),
        "generation": generation(arthur),
        "oddly_named": oddly_named(arthur),
        "waiting": waiting(arthur),
    }
    for name in ("binary", "evil"):
        send_last_rows(models[name])
    return models
