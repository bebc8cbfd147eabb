"""In the style of the guide to image models: classification and detection, pictures by their paths.

Reads ARTHUR_ENDPOINT_URL and ARTHUR_API_KEY from the environment; prints one JSON object.
"""

import json
import struct
import tempfile
import zlib
from pathlib import Path

import pandas as pd

from arthurai import ArthurAI
from arthurai.common.constants import ImageResponseType, InputType, OutputType


def png(path, shade):
    def chunk(name, data):
        crc = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + crc

    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    rows = b"".join(b"\x00" + bytes([shade, 20, 200]) * 8 for _ in range(8))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
    return str(path)


arthur = ArthurAI(allow_insecure=True)
with tempfile.TemporaryDirectory() as folder:
    paths = [png(Path(folder) / f"cat{n}.png", 20 * n) for n in range(10)]
    classifier = arthur.model(
        partner_model_id="Image-guide",
        input_type=InputType.Image,
        output_type=OutputType.Multiclass,
        pixel_height=8,
        pixel_width=8,
    )
    classifier.add_image_attribute("image_attr")
    classifier.add_multiclass_classifier_output_attributes(
        {"dog": "dog_gt", "cat": "cat_gt", "horse": "horse_gt"}
    )
    classifier.save()
    frame = pd.DataFrame({"image_attr": paths, "dog": 0.2, "cat": 0.7, "horse": 0.1})
    truth = pd.DataFrame({"dog_gt": 0, "cat_gt": 1, "horse_gt": 0}, index=range(10))
    sent = classifier.send_inferences(
        frame,
        ground_truths=truth,
        inference_timestamps=list(pd.date_range("2026-03-01", periods=10, tz="UTC")),
        partner_inference_ids=[f"image-{n}" for n in range(10)],
    )
    rows = classifier.query(
        {
            "select": [
                {"property": "image_attr"},
                {"property": "cat"},
                {"property": "partner_inference_id"},
            ],
            "order_by": [{"property": "partner_inference_id"}],
        }
    )
    saved = classifier.get_image(rows[0]["image_attr"], folder, type=ImageResponseType.RawImage)
    size = Path(saved).stat().st_size == Path(paths[0]).stat().st_size

    detector = arthur.model(
        partner_model_id="Detection-guide",
        input_type=InputType.Image,
        output_type=OutputType.ObjectDetection,
        pixel_height=8,
        pixel_width=8,
    )
    detector.add_image_attribute("image_attr")
    detector.add_object_detection_output_attributes("boxes", "boxes_gt", ["cat", "dog"])
    detector.save()
    boxes = [[[0, 0.98, 1, 1, 4, 4], [1, 0.5, 2, 2, 3, 3]]] * 10
    bulk = pd.DataFrame({"image_attr": paths, "boxes": boxes, "boxes_gt": boxes})
    bulk["partner_inference_id"] = [f"detected-{n}" for n in range(10)]
    counted = detector.send_bulk_inferences(data=bulk)[0]["counts"]
print(
    json.dumps(
        {
            "sent": sent["counts"],
            "extension": Path(saved).suffix,
            "same picture": size,
            "cat": [row["cat"] for row in rows][:2],
            "labels": detector.image_class_labels,
            "counted": counted,
            "stored": detector.query({"select": [{"function": "count"}]}),
        }
    )
)
