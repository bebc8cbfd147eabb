"""Vendor the scripts of the dashboard from npm: `python -m scripts.vendored` and `--check`.

The files stand in `arthurai/server/web/static/vendored/` with their licenses and `vendored.json`,
which holds version and SHA-256 of each. The check compares the files with it and needs no network.
"""

import argparse
import gzip
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "arthurai" / "server" / "web" / "static"
FOLDER = STATIC / "vendored"
MANIFEST = FOLDER / "vendored.json"
MAX_SCRIPT_BYTES = 60_000  # gzipped, all scripts of the dashboard

# package, version, and which of its files is stored under which name
PACKAGES = (
    ("htmx.org", "4.0.1", {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "htmx.LICENSE"}),
    (
        "uplot",
        "1.6.32",
        {
            "dist/uPlot.iife.min.js": "uplot.min.js",
            "dist/uPlot.min.css": "uplot.min.css",
            "LICENSE": "uplot.LICENSE",
        },
    ),
)


def download(package: str, version: str) -> bytes:
    """Return the tarball of a package.

    Raises:
        SystemExit: npm is missing or cannot fetch the package.
    """
    if shutil.which("npm") is None:
        raise SystemExit("npm not found: vendoring needs it (`apt-get install npm`)")
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", f"{package}@{version}", "--silent", "--pack-destination", folder]
        if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode != 0:
            raise SystemExit(f"npm could not fetch {package}@{version}, see its message above")
        return next(Path(folder).glob("*.tgz")).read_bytes()


def update() -> None:
    """Fetch the packages and write their files and the manifest."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    files = {}
    for package, version, wanted in PACKAGES:
        with tarfile.open(fileobj=io.BytesIO(download(package, version))) as archive:
            for source, name in wanted.items():
                member = archive.extractfile(f"package/{source}")
                if member is None:
                    raise SystemExit(f"{package}@{version} has no file {source}")
                content = _without_source_map(member.read())
                (FOLDER / name).write_bytes(content)
                files[name] = {
                    "package": package,
                    "version": version,
                    "source": source,
                    "sha256": hashlib.sha256(content).hexdigest(),
                }
    MANIFEST.write_text(json.dumps(files, indent=2, sort_keys=True) + "\n")


def check() -> list[str]:
    """Return what is wrong with the vendored files."""
    manifest = json.loads(MANIFEST.read_bytes())
    wanted = {
        name: (package, version) for package, version, files in PACKAGES for name in files.values()
    }
    problems = [
        f"{name}: the manifest says {stated['package']} {stated['version']}"
        for name, stated in manifest.items()
        if wanted.get(name) != (stated["package"], stated["version"])
    ]
    problems += [f"{name}: not in the manifest" for name in wanted.keys() - manifest.keys()]
    for path in sorted(FOLDER.iterdir()):
        if path != MANIFEST and path.name not in manifest:
            problems.append(f"{path.name}: not in the manifest")
    for name, stated in manifest.items():
        path = FOLDER / name
        if not path.is_file():
            problems.append(f"{name}: missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != stated["sha256"]:
            problems.append(f"{name}: differs from the hash in the manifest")
    size = sum(len(gzip.compress(p.read_bytes(), 9)) for p in STATIC.rglob("*.js"))
    if size > MAX_SCRIPT_BYTES:
        problems.append(f"scripts: {size} bytes gzipped, more than {MAX_SCRIPT_BYTES}")
    return problems


def _without_source_map(content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(b"//# sourceMappingURL="))


def main() -> int:
    """Vendor, or check."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="only compare with the manifest")
    if not parser.parse_args().check:
        update()
    problems = check()
    for problem in problems:
        print(f"vendored: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
