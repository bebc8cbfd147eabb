"""How long the pages of the dashboard take: first paint in Chromium, or the whole response.

Usage: python benchmarks/dashboard.py [--models 3] [--rows 200000] [--listed 1000]

Fills a server with models of that many rows and opens each page of one of them; then adds models
without rows until the list has `--listed` of them, and opens, searches and filters the list. Prints
the median and the longest of five visits, and the median of the processor time that the server took
for a visit, which stays the same on a busy machine. First paint needs playwright and Chromium;
without them the time of the response is printed. The last line says which pages, if any, took more
than a second in the median.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import statistics
import time
from typing import TYPE_CHECKING, Any, Final

import httpx
import numpy as np
import pyarrow as pa

from arthurai import ArthurAI, InputType, OutputType
from arthurai.server.serving.background_server import BackgroundServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from arthurai import ArthurModel

VISITS: Final = 5
LIMIT_SECONDS: Final = 1.0
CHUNK: Final = 250_000
DAYS: Final = 90
NUMBERS: Final = 8
TABS: Final = (
    *("", "/performance", "/drift", "/drift?attribute=x0", "/quality", "/fairness", "/alerts"),
    *("/inferences", "/enrichments", "/batches", "/versions"),
)
SITE: Final = ("/models", "/people", "/server", "/account", "/reference")
LISTS: Final = ("/models", "/models?q=team+5", "/models?q=nothing", "/models?tag=t1", "/alerts")
PAINT: Final = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


def make_rows(rng: np.random.Generator, rows: int) -> pa.Table:
    score = rng.random(rows)
    columns: dict[str, Any] = {f"x{i}": rng.normal(i, 1, rows) for i in range(NUMBERS)}
    columns["sex"] = rng.choice(["f", "m"], rows)
    columns["region"] = rng.choice(["north", "south", "east", "west"], rows)
    columns["p"] = score
    columns["y"] = np.where(rng.random(rows) < score, "yes", "no")
    return pa.table(columns)


def fill(arthur: ArthurAI, models: int, rows: int) -> list[ArthurModel]:
    rng = np.random.default_rng(1)
    begin = np.datetime64("2026-01-01T00:00:00", "us")
    made = []
    for number in range(models):
        model = arthur.model(f"filled-{number}", InputType.Tabular, OutputType.Multiclass)
        reference = make_rows(rng, min(rows, 20_000))
        model.build(reference, {"p": "yes"}, "p", ground_truth_column="y")
        model.get_attribute("sex").monitor_for_bias = True
        model.save()
        for start in range(0, rows, CHUNK):
            table = make_rows(rng, min(CHUNK, rows - start))
            seconds = rng.integers(0, DAYS * 86_400, table.num_rows).astype("timedelta64[s]")
            times = pa.array(begin + seconds, pa.timestamp("us", "UTC"))
            ids = [f"{start + n}" for n in range(table.num_rows)]
            table = table.append_column("partner_inference_id", pa.array(ids))
            table = table.append_column("inference_timestamp", times)
            model.send_bulk_inferences(data=table.append_column("ground_truth_timestamp", times))
        made.append(model)
    return made


def list_more(arthur: ArthurAI, models: int) -> None:
    stages = {"p": "PREDICTED_VALUE", "y": "GROUND_TRUTH"}
    names = [*(f"x{i}" for i in range(20)), *stages]
    attributes = [
        {
            "name": name,
            "value_type": "FLOAT",
            "stage": stages.get(name, "PIPELINE_INPUT"),
            "position": 0 if name in stages else at,
        }
        for at, name in enumerate(names)
    ]
    for number in range(models):
        body = {
            "partner_model_id": f"listed-{number}",
            "display_name": f"Model {number} of team {number % 17}",
            "input_type": "TABULAR",
            "output_type": "REGRESSION",
            "tags": [f"t{number % 5}"],
            "attributes": attributes,
        }
        arthur.client.post("/models", json=body, validation_response_code=201)


@contextlib.contextmanager
def visits(link: str) -> Iterator[tuple[str, Callable[[str], float]]]:
    """Give what is measured, and how to visit an address."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        chromium = None
    if chromium is None:
        with httpx.Client(follow_redirects=True, timeout=120) as client:
            client.get(link)

            def fetch(url: str) -> float:
                started = time.perf_counter()
                client.get(url).raise_for_status()
                return time.perf_counter() - started

            yield "response", fetch
        return
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(link)

        def paint(url: str) -> float:
            page.goto(url, timeout=120_000)
            while not (milliseconds := page.evaluate(PAINT)):  # not painted yet
                page.wait_for_timeout(20)
            return float(milliseconds) / 1000

        yield "first paint", paint
        browser.close()


def measure(
    visit: Callable[[str], float], what: str, base: str, paths: list[str]
) -> dict[str, float]:
    medians: dict[str, float] = {}
    for path in paths:
        taken, busy = [], []
        for _ in range(VISITS):
            started = time.process_time()
            taken.append(visit(f"{base}/ui{path}"))
            busy.append(time.process_time() - started)
        shown = path.replace(path.split("/")[2], "…") if path.startswith("/models/") else path
        print(
            f"{what} {shown:<40} {statistics.median(taken):7.3f} s  longest {max(taken):7.3f} s  "
            f"processor {statistics.median(busy):7.3f} s",
            flush=True,
        )
        medians[shown] = statistics.median(taken)
    return medians


def print_verdict(medians: dict[str, float]) -> None:
    slow = {page: seconds for page, seconds in medians.items() if seconds > LIMIT_SECONDS}
    print(
        f"{len(medians) - len(slow)} of {len(medians)} pages within {LIMIT_SECONDS:g} s, median of "
        f"{VISITS}" + "".join(f"; {page} {seconds:.2f} s" for page, seconds in slow.items())
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=3)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--listed", type=int, default=1000)
    options = parser.parse_args()
    with ArthurAI(url="local://") as arthur:
        app = arthur.session._local._running.app  # noqa: SLF001 - to serve it on a socket
        server = BackgroundServer(app)
        try:
            started = time.perf_counter()
            made = fill(arthur, options.models, options.rows)
            total = options.models * options.rows
            seconds = round(time.perf_counter() - started)
            print(f"{total:,} rows of {options.models} models in {seconds} s", flush=True)
            link = app.make_dashboard_link(server.url)
            with visits(link) as (what, visit):
                pages = [f"/models/{made[0].id}{tab}" for tab in TABS]
                medians = measure(visit, what, server.url, [*pages, *SITE])
                list_more(arthur, options.listed - options.models)
                print(f"with {options.listed:,} models")
                listed = measure(visit, what, server.url, list(LISTS))
            print_verdict(
                medians | {f"{page} of {options.listed:,}": s for page, s in listed.items()}
            )
        finally:
            server.close()


if __name__ == "__main__":
    main()
