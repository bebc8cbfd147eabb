"""What lies on the belt? Watch an object detector when the parts begin to touch each other.

The scenes are generated: discs and squares on a conveyor belt. The detector labels connected
pixels, calls what fills its box a square and everything else a disc. In the second half of four
weeks the belt gets crowded; parts that touch are seen as one.

Usage: python examples/object_detection.py [OUTPUT_DIRECTORY]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import ndimage

from arthurai import ArthurAI, ArthurModel, InputType, OutputType
from arthurai.query import count, mean_average_precision, round_timestamp, select

LABELS = ["disc", "square"]
SIDE = 96  # pixels
DAYS = 28
CROWDED_SINCE = 14
A_DAY = 6
FIRST_DAY = pd.Timestamp("2026-01-05", tz="UTC")
Boxes = list[list[float]]


def draw_scene(random: np.random.Generator, parts: int) -> tuple[np.ndarray, Boxes]:
    """Make an image and the true boxes [class, confidence, left, top, width, height]."""
    image = np.zeros((SIDE, SIDE), dtype="uint8")
    boxes: Boxes = []
    rows, columns = np.mgrid[:SIDE, :SIDE]
    for _ in range(parts):
        kind = int(random.integers(2))
        size = int(random.integers(10, 22))
        left, top = (int(place) for place in random.integers(0, SIDE - size, 2))
        if kind == LABELS.index("square"):
            image[top : top + size, left : left + size] = 200
        else:
            middle = (size - 1) / 2
            distance = np.hypot(rows - top - middle, columns - left - middle)
            image[distance <= size / 2] = 200
        boxes.append([kind, 1.0, left, top, size, size])
    return image, boxes


def detect(image: np.ndarray) -> Boxes:
    """Find connected parts; the share of the box that a part fills tells its kind."""
    numbered, _ = ndimage.label(image)
    boxes: Boxes = []
    for number, (rows, columns) in enumerate(ndimage.find_objects(numbered), start=1):
        fill = float((numbered[rows, columns] == number).mean())
        square = fill > 0.9
        height, width = rows.stop - rows.start, columns.stop - columns.start
        confidence = min(1.0, fill) if square else max(0.0, 1 - abs(fill - np.pi / 4))
        kind = LABELS.index("square" if square else "disc")
        boxes.append([kind, confidence, columns.start, rows.start, width, height])
    return boxes


def film(days: range, seed: int) -> pd.DataFrame:
    """Take pictures of the belt, six a day, with what is there and what the detector sees."""
    random = np.random.default_rng(seed)
    rows = []
    for day in days:
        for _ in range(A_DAY):
            parts = int(random.integers(2, 4) if day < CROWDED_SINCE else random.integers(6, 12))
            image, truth = draw_scene(random, parts)
            rows.append({"scene": image, "seen": detect(image), "there": truth})
    return pd.DataFrame(rows)


def onboard(arthur: ArthurAI, reference: pd.DataFrame) -> ArthurModel:
    """Describe the model and save it."""
    model = arthur.model(
        display_name="Belt camera",
        input_type=InputType.Image,
        output_type=OutputType.ObjectDetection,
        pixel_height=SIDE,
        pixel_width=SIDE,
    )
    model.image_class_labels = LABELS
    model.build(reference, {"seen": "there"})
    model.save()
    return model


def main() -> None:
    """Run the whole story."""
    output = Path(sys.argv[1] if len(sys.argv) > 1 else "example-output/object_detection")
    output.mkdir(parents=True, exist_ok=True)

    reference, production = film(range(10), seed=1), film(range(DAYS), seed=2)
    taken_at = pd.date_range(FIRST_DAY, periods=len(production), freq=f"{24 // A_DAY}h")
    with ArthurAI(url="local://") as arthur:
        model = onboard(arthur, reference)
        sent = model.send_inferences(
            production, inference_timestamps=taken_at, ground_truth_timestamps=taken_at
        )
        print(f"sent {sent['counts']['success']} images")

        week = round_timestamp("week")
        by_week = model.query(
            select(week, count(), mean_average_precision(threshold=0.5).as_("mAP"))
            .group_by(week)
            .order_by(week)
        )
        print("\nMean average precision by week")
        print(pd.DataFrame(by_week).to_string(index=False, float_format="{:.3f}".format))

        picture = output / "precision.png"
        strict = [mean_average_precision(threshold=t).as_(f"mAP, IoU {t}") for t in (0.5, 0.75)]
        model.viz.metric_series(strict, "day").savefig(picture)
        print(f"\nPicture: {picture}")


if __name__ == "__main__":
    main()
