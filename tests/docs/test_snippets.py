"""Every snippet of README.md, CONTRIBUTING.md and docs/ runs.

Python blocks of a page run in order, in one fresh interpreter, in an empty directory. A block that ends
the story of the page and talks to a hosted server is marked ``python hosted``: it runs against
`arthurai serve`, whose address and key take the place of the example ones. Blocks marked ``python cluster`` need Spark, Dask
or Ray: tests/integrations/test_clusters.py runs them. Shell blocks hold one command
a line: `make` targets are looked up, `arthurai` commands run.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from page_programs import PAGES, ROOT, blocks

HOSTED = 'url="https://arthur.example.com", access_key="..."'
NOT_RUN = {"git", "pip", "cd", "export"}  # set up the reader's machine, not ours


def pages_with(language: str) -> list[object]:
    return [
        pytest.param(p, id=p.relative_to(ROOT).as_posix()) for p in PAGES if blocks(p, language)
    ]


def environment() -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("ARTHUR_", "VERIFY_SSL"))}
    return {**clean, "MPLBACKEND": "Agg", "PATH": f"{Path(sys.executable).parent}:{clean['PATH']}"}


def run_python(code: str, cwd: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=cwd,
        env=environment(),
        text=True,
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("page", pages_with("python"))
def test_python_snippets_run(page, tmp_path):
    run_python(
        "\n".join(code for info, code in blocks(page, "python") if info == "python"), tmp_path
    )


@pytest.mark.parametrize(
    "page",
    [p for p in PAGES if any(i == "python hosted" for i, _ in blocks(p, "python"))],
    ids=lambda p: p.name,
)
def test_hosted_snippets_run_against_a_server(page, tmp_path, served):
    url, key = served
    for info, code in blocks(page, "python"):
        if info == "python hosted":
            assert HOSTED in code
            run_python(
                code.replace(HOSTED, f'url="{url}", access_key="{key}", allow_insecure=True'),
                tmp_path,
            )


def test_every_python_block_is_marked_as_run():
    assert {info for page in PAGES for info, _ in blocks(page, "python")} <= {
        "python",
        "python hosted",
        "python cluster",
    }


@pytest.mark.parametrize("page", pages_with("bash"))
def test_shell_snippets_name_real_commands(page, tmp_path, start_server):
    place = ROOT
    if page.name == "cli.md":  # its commands work on what its program has made
        place = tmp_path
        run_python("\n".join(code for _, code in blocks(page, "python")), place)
    for _, code in blocks(page, "bash"):
        for line in code.splitlines():
            words = shlex.split(line, comments=True)
            if not words or words[0] in NOT_RUN:
                continue
            if words[0] == "make":
                subprocess.run(
                    ["make", "-n", *words[1:]], cwd=ROOT, check=True, capture_output=True
                )
            elif words[:2] == ["arthurai", "serve"]:
                with start_server(*words[2:], cwd=tmp_path):
                    pass
            elif words[:2] == [".venv/bin/python", "-m"]:
                subprocess.run(
                    [sys.executable, *words[1:]], cwd=ROOT, check=True, capture_output=True
                )
            elif words[0] == "arthurai":
                subprocess.run(
                    words,
                    cwd=place,
                    env=environment(),
                    check=True,
                    capture_output=True,
                    timeout=120,
                )
            else:
                pytest.fail(f"{page.name}: no way to check {line!r}")


def test_links_between_pages_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_page_is_listed_at_both_entrances():
    names = {page.name for page in (ROOT / "docs").glob("*.md")} - {"index.md", "changelog.md"}
    for entrance, prefix in ((ROOT / "README.md", "docs/"), (ROOT / "docs" / "index.md", "")):
        text = entrance.read_text("utf-8")
        assert [n for n in sorted(names) if f"]({prefix}{n}" not in text] == [], entrance.name


def anchor_of(heading: str) -> str:
    """Return the anchor that a heading has where Markdown is shown as GitHub does."""
    plain = re.sub(r"[`*]", "", heading.strip().lower())
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def test_anchors_in_links_between_pages_exist():
    checked = 0
    for page in PAGES:
        for target, anchor in re.findall(r"\]\(([^)#:]*\.md)?#([^)]+)\)", page.read_text("utf-8")):
            text = (page.parent / target if target else page).read_text("utf-8")
            anchors = {anchor_of(found) for found in re.findall(r"^#+ (.*)", text, re.MULTILINE)}
            assert anchor in anchors, f"{page.name} links to {target}#{anchor}"
            checked += 1
    assert checked > 20


HIDE = """
import sys
from importlib.machinery import PathFinder
find = PathFinder.find_spec
PathFinder.find_spec = lambda name, *more: (
    None if name.partition(".")[0] in {missing!r} else find(name, *more)
)
"""


@pytest.mark.parametrize(
    "missing",
    [
        pytest.param(("pandas", "polars", "matplotlib", "plotly", "sklearn", "scipy"), id="server"),
        pytest.param(("polars", "sklearn", "scipy"), id="server and viz"),
        pytest.param(("polars",), id="server, viz and explain"),
    ],
)
def test_the_first_program_runs_without_a_warning_in_every_extra(missing, tmp_path):
    code = next(code for info, code in blocks(ROOT / "README.md", "python") if info == "python")
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error",
            "-c",
            HIDE.format(missing=missing) + code,
        ],
        cwd=tmp_path,
        env=environment(),
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    printed = done.stdout.strip()
    assert f"It prints `{printed}`" in (ROOT / "README.md").read_text("utf-8")
