"""Make the pictures and the printed results of docs/tutorial.md from a run of its program.

    python -m scripts.tutorial_pictures            # run the program; write pictures and results
    python -m scripts.tutorial_pictures --check    # compare only; exit 1 if the page is not true

A block of text that follows a block of Python is what that block prints. A picture is what the
program saves under the same name; chromium, where there is one, takes the picture of the dashboard.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PIL.Image import Image

DOCS: Final = Path(__file__).resolve().parent.parent / "docs"
PAGE: Final = DOCS / "tutorial.md"
DASHBOARD: Final = "tutorial-dashboard"
MAX_PICTURE_BYTES: Final = 60_000
#: How far pixels of a small version may be apart on average, of 255: room for other fonts.
MAX_DIFFERENCE: Final = 4.0
_SMALL: Final = (90, 45)
_BLOCK: Final = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


def run_page(text: str, folder: Path, *, with_dashboard: bool) -> tuple[str, dict[str, Image]]:
    """Run the program of the page in a folder.

    Args:
        text: The page.
        folder: Where the program saves its files.
        with_dashboard: Whether to take the picture of the dashboard.

    Returns:
        The page with what the program printed, and the pictures by their names without extension.
    """
    from PIL import Image

    os.environ["MPLBACKEND"] = "Agg"
    names: dict[str, Any] = {"__name__": "tutorial"}
    printed = ""

    def fill(block: re.Match[str]) -> str:
        nonlocal printed
        if block["language"] == "python":
            output = io.StringIO()
            with contextlib.redirect_stdout(output), contextlib.chdir(folder):
                exec(compile(block["text"], PAGE.name, "exec"), names)  # noqa: S102 - our own page
            printed = "\n".join(line.rstrip() for line in output.getvalue().splitlines())
        elif block["language"] == "text":
            return f"```text\n{printed}\n```"
        return block[0]

    filled = _BLOCK.sub(fill, text)
    pictures = {
        path.stem: Image.open(path).convert("RGB") for path in sorted(folder.glob("tutorial-*.png"))
    }
    if with_dashboard and (browser := shutil.which("chromium")):
        pictures[DASHBOARD] = photograph(names, browser)
    names["arthur"].close()
    return filled, pictures


def photograph(names: Mapping[str, Any], browser: str) -> Image:
    """Take the picture of the page of the model in the dashboard."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        program = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = program.new_page(viewport={"width": 1200, "height": 800})
        page.goto(str(names["link"]))
        page.goto(f"{page.url.partition('/ui')[0]}/ui/models/{names['model'].id}?range=all")
        page.wait_for_load_state("networkidle")
        taken = page.screenshot()
        program.close()
    return Image.open(io.BytesIO(taken)).convert("RGB")


def measure_difference(one: Image, other: Image) -> float:
    """Return how far the pixels of two pictures are apart on average, 0 to 255."""
    from PIL import ImageChops, ImageStat

    small = [picture.convert("L").resize(_SMALL) for picture in (one, other)]
    return float(ImageStat.Stat(ImageChops.difference(*small)).mean[0])


def find_faults(filled: str, pictures: Mapping[str, Image]) -> Iterator[str]:
    """Yield what the page shows and a run of its program does not give."""
    from PIL import Image

    text = PAGE.read_text(encoding="utf-8")
    for shown, real in zip(_BLOCK.finditer(text), _BLOCK.finditer(filled), strict=True):
        if shown[0] != real[0]:
            yield f"the program prints\n{real['text']}"
    named = set(re.findall(r"\((tutorial-[\w-]+)\.webp\)", text))
    for name in sorted(named):
        path = DOCS / f"{name}.webp"
        if not path.exists():
            yield f"{path.name} is missing"
        elif path.stat().st_size > MAX_PICTURE_BYTES:
            yield f"{path.name} has more than {MAX_PICTURE_BYTES} bytes"
        elif name in pictures:
            difference = measure_difference(Image.open(path), pictures[name])
            if difference > MAX_DIFFERENCE:
                yield f"{path.name} shows something else, by {difference:.1f}"
        elif name != DASHBOARD:
            yield f"{path.name} is no picture of the program"


def write_pictures(filled: str, pictures: Mapping[str, Image]) -> None:
    """Write the page and its pictures."""
    PAGE.write_text(filled, encoding="utf-8")
    for name, picture in pictures.items():
        picture.save(DOCS / f"{name}.webp", quality=80, method=6)


def main(arguments: list[str] | None = None) -> int:
    """Run the script; return the exit status."""
    parser = argparse.ArgumentParser(description="Make what docs/tutorial.md shows from a run.")
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    options = parser.parse_args(arguments)
    text = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        filled, pictures = run_page(text, Path(folder), with_dashboard=not options.check)
    if not options.check:
        write_pictures(filled, pictures)
    faults = list(find_faults(filled, pictures))
    print("\n".join(faults) or "docs/tutorial.md shows what its program does")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
