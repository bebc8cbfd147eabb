"""Make one document of the split specification in `openapi/`.

    python -m scripts.bundle            write generated/arthurai_api/openapi.json
    python -m scripts.bundle --check    fail when that file is not what openapi/ says

`scripts/generate.py` does this too, together with the client that is made from the bundle.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from scripts.redocly import ROOT, ToolError, run

ENTRY = ROOT / "openapi" / "arthur.yaml"
BUNDLE = ROOT / "generated" / "arthurai_api" / "openapi.json"


def bundle(entry: Path = ENTRY) -> str:
    """Bundle a specification.

    Components are sorted by name, so that a new one changes only the lines where it stands.

    Args:
        entry: The file that refers to all others.

    Returns:
        The bundle as JSON text.

    Raises:
        ToolError: If Redocly is missing or refuses the specification.
    """
    if not entry.is_file():
        raise ToolError(f"{entry} does not exist: the specification starts there.")
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "openapi.json"
        done = run(["bundle", str(entry), "--output", str(output), "--ext", "json"])
        if done.returncode != 0 or not output.is_file():
            raise ToolError(f"Redocly could not bundle {entry}:\n{done.stdout}{done.stderr}")
        document: dict[str, Any] = json.loads(output.read_bytes())
    components = document.get("components", {})
    document["components"] = {
        kind: dict(sorted(members.items())) for kind, members in sorted(components.items())
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write or check the bundle."""
    parser = argparse.ArgumentParser(description="Bundle openapi/ into one document.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail on a difference")
    options = parser.parse_args()
    try:
        text = bundle()
    except ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if not options.check:
        BUNDLE.write_text(text, encoding="utf-8")
        print(f"Wrote {BUNDLE.relative_to(ROOT)}")
        return 0
    if not BUNDLE.is_file() or BUNDLE.read_text(encoding="utf-8") != text:
        print(f"{BUNDLE.relative_to(ROOT)} is not what openapi/ says: run `make generate`")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
