"""Probes of image models: what was sent as an image comes back."""

from __future__ import annotations

import io
import zipfile
import zlib
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from arthurai.contract.probe_context import StoppedError
from arthurai.contract.write_guard import PREFIX

if TYPE_CHECKING:
    from arthurai.contract.fixtures import World
    from arthurai.contract.probe_context import Bench

_SIDE: Final = 4
_NAME: Final = "picture.png"


def _png() -> bytes:
    """Draw a small red square."""
    rows = b"".join(b"\0" + b"\xff\0\0" * _SIDE for _ in range(_SIDE))
    header = _SIDE.to_bytes(4, "big") * 2 + bytes((8, 2, 0, 0, 0))
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        for kind, data in chunks
    )


def _attribute(name: str, kind: str, stage: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "value_type": kind,
        "stage": stage,
        "position": 0,
        "categorical": False,
        **more,
    }


def pictures(bench: Bench, world: World) -> None:
    """The original of an image comes back byte by byte; smaller ones are images, too."""
    import orjson

    made = world.make_model(
        input_type="IMAGE",
        output_type="REGRESSION",
        pixel_height=_SIDE,
        pixel_width=_SIDE,
        attributes=[
            _attribute("picture", "IMAGE", "PIPELINE_INPUT"),
            _attribute("score", "FLOAT", "PREDICTED_VALUE", attribute_link="truth"),
            _attribute("truth", "FLOAT", "GROUND_TRUTH", attribute_link="score"),
        ],
    )
    model = {"model_id": str(made["id"])}
    row = {
        "partner_inference_id": f"{PREFIX}-picture",
        "inference_timestamp": "2026-01-01T00:00:00Z",
        "inference_data": {"picture": _NAME, "score": 0.5},
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(_NAME, _png())
    reply = bench.must(
        "send_inference_file",
        model,
        files=[
            ("inference_data", ("rows.json", orjson.dumps([row]), "application/json")),
            ("image_data", ("images.zip", packed.getvalue(), "application/zip")),
        ],
    )
    bench.expect(
        reply.get("counts", "success") == 1,
        "send_inference_file",
        "counts",
        f"one image was sent, got {reply.get('counts')}",
        reply,
    )
    shown = bench.must("query", model, json={"select": [{"property": "picture"}]})
    image = shown.get("query_result", 0, "picture")
    if not isinstance(image, str):
        raise StoppedError("query")
    world.know("image_model", model["model_id"])
    world.know("image_id", image)
    path = {**model, "image_id": image}
    for kind in ("raw_image", "resized_image", "thumbnail"):
        got = bench.call("get_inference_image", path, query={"type": kind})
        if got.status == HTTPStatus.FOUND:
            continue
        bench.expect(
            got.ok and (got.body == _png() or (kind != "raw_image" and got.body)),
            "get_inference_image",
            "image differs",
            f"{kind}: {got.status}, {len(got.body)} bytes, sent were {len(_png())}",
            got,
        )
    unknown = bench.call(
        "get_inference_image",
        {**model, "image_id": bench.gate.unknown_id()},
        query={"type": "raw_image"},
    )
    bench.expect(
        unknown.status == HTTPStatus.NOT_FOUND,
        "get_inference_image",
        "unknown id",
        f"404 expected, got {unknown.status}",
        unknown,
    )


# Name → probe, the operations it is about.
PROBES: Final = {"images": (pictures, {"get_inference_image", "send_inference_file"})}
