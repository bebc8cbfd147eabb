"""The programs on the pages of the documentation."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(?P<info>[^\n]*)\n(?P<code>.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(page: Path, language: str) -> list[tuple[str, str]]:
    """Give the (info string, code) of the fenced blocks of one language."""
    found = [(m["info"].strip(), m["code"]) for m in BLOCK.finditer(page.read_text("utf-8"))]
    return [(info, code) for info, code in found if info.split()[:1] == [language]]
