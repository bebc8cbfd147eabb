"""The dashboard in Chromium: nothing fails, nothing leaves, everybody can read it."""

from __future__ import annotations

import contextlib
import io
import itertools
import re
import shutil
from pathlib import Path
from urllib.parse import quote, urlsplit

import numpy as np
import pytest
from dashboard_samples import EVIL, ROLES
from PIL import Image

from arthurai.server.serving.background_server import BackgroundServer

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
Axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
).Axe

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(
        CHROMIUM is None, reason="chromium is not installed: apt-get install chromium"
    ),
]

WIDTHS = (390, 768, 1440)
SITE = (
    *("/models", "/alerts", "/alerts?status=any", "/people", "/server", "/account"),
    *("/reference", "/reference/alert_rules"),
)
TABS = (
    "",
    "/performance",
    "/drift",
    "/drift?attribute=region",
    "/quality",
    "/fairness",
    "/alerts",
    "/inferences",
    "/enrichments",
    "/batches",
    "/versions",
)
PICTURED = (
    "/models",
    "/alerts",
    "/people",
    "/server",
    *(f"/models/{{model}}{tab}" for tab in TABS),
)
SCREENSHOTS = Path(__file__).parent / "screenshots"
MAX_MEAN_DIFFERENCE = 4  # of 255, over all cells
STRIKING_DIFFERENCE, MAX_STRIKING_SHARE = 60, 0.02
AXE_OPTIONS = {"resultTypes": ["violations"]}
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def listener(filled):
    made = BackgroundServer(filled.app)
    yield made
    made.close()


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visitor:
    """A page in the browser that remembers what went wrong in it."""

    def __init__(self, page, host):
        self.page = page
        self.host = host
        self.faults = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        page.on("dialog", self._on_dialog)
        page.on("request", self._on_request)

    def _on_console(self, message):
        if message.type in {"error", "warning"}:
            self.faults.append(f"console: {message.text}")

    def _on_dialog(self, dialog):
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _on_request(self, request):
        if urlsplit(request.url).netloc != self.host:
            self.faults.append(f"request: {request.url}")

    def visit(self, path):
        answer = self.page.goto(f"http://{self.host}/ui{path}")
        self.page.wait_for_load_state("networkidle")
        return answer.status

    def check(self, path, *, width=1440, audit=True):
        """Visit a page and check that nothing is wrong with it."""
        self.page.set_viewport_size({"width": width, "height": 900})
        status = self.visit(path)
        if status == 403:  # the browser reports this status as an error, too
            self.faults = [fault for fault in self.faults if "403" not in fault]
        assert status in {200, 403}, path
        assert self.faults == [], path
        too_wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert too_wide <= 0, (path, width)
        if audit:
            self.audit(path)

    def audit(self, path):
        found = Axe().run(self.page, options=AXE_OPTIONS).response["violations"]
        serious = [
            (v["id"], [node["target"] for node in v["nodes"]][:3])
            for v in found
            if v["impact"] in SERIOUS
        ]
        assert serious == [], path


@pytest.fixture
def visitor(filled, listener, chromium):
    """Give a maker of visitors by role."""
    with contextlib.ExitStack() as closing:

        def make(role="Super Admin", **options):
            context = chromium.new_context(**options)
            closing.callback(context.close)
            made = Visitor(context.new_page(), urlsplit(listener.url).netloc)
            made.page.goto(filled.app.make_dashboard_link(listener.url, filled.keys[role]))
            return made

        yield make


def test_a_sample_of_pages(filled, visitor):
    someone = visitor()
    model = filled.models["binary"].id
    for path, width in (
        ("/models?full=1", 1440),
        ("/reference/query", 390),
        (f"/models/{model}/drift", 390),
        (f"/models/{filled.models['evil'].id}/performance", 768),
    ):
        someone.check(path, width=width)


def test_lines_are_drawn_and_zoomed(filled, visitor):
    someone = visitor()
    someone.visit(f"/models/{filled.models['binary'].id}/performance")
    page = someone.page
    assert page.locator(".uplot canvas").count() == page.locator("[data-plot]").count() > 1
    box = page.locator(".u-over").first.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    assert "n " in page.locator(".legend").first.text_content()
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 60, steps=4)
    page.mouse.up()
    page.wait_for_url("**from=**")
    assert someone.faults == []


def test_everything_can_be_read_without_script(filled, visitor):
    someone = visitor(java_script_enabled=False)
    someone.visit(f"/models/{filled.models['binary'].id}/performance")
    page = someone.page
    assert page.locator("svg polyline.line").count() >= 6
    assert page.locator("button.needless").first.is_visible()
    page.locator("summary", has_text="Table").first.click()
    assert page.locator("table.data").first.is_visible()
    page.locator("select[name=range]").select_option("7d")
    page.locator("button.needless").first.click()
    assert "range=7d" in page.url
    assert someone.faults == []


def test_new_data_appear_without_a_reload(filled, visitor):
    someone = visitor()
    model = filled.models["waiting"]
    someone.visit(f"/models/{model.id}")
    assert someone.page.locator("text=Waiting for the first inference").count() == 1
    model.send_inferences([{"a": 1.0, "hat": 2.0}])
    someone.page.evaluate("htmx.trigger('#live', 'every')")
    someone.page.wait_for_selector("text=Waiting for the first inference", state="detached")
    assert someone.page.locator(".tile dd").first.text_content().startswith("1")
    assert someone.faults == []


def test_an_alert_is_acknowledged_by_keyboard(filled, visitor):
    someone = visitor()
    someone.visit(f"/models/{filled.models['binary'].id}/alerts")
    page = someone.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    button = page.locator("button", has_text="Acknowledge").first
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=The alert is acknowledged.")
    assert someone.faults == []


def test_the_dark_and_the_printed_page(filled, visitor):
    someone = visitor(color_scheme="dark")
    someone.check(f"/models/{filled.models['binary'].id}")
    ground = someone.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert ground == "rgb(20, 23, 29)"
    someone.page.emulate_media(media="print")
    assert not someone.page.locator(".tabs").is_visible()


def test_a_page_cannot_be_framed(chromium, listener):
    page = chromium.new_page()
    page.set_content(f'<iframe src="{listener.url}/ui/login"></iframe>')
    page.wait_for_timeout(300)
    assert not page.frames[1].query_selector("input[name=password]")
    page.close()


@pytest.mark.slow
@pytest.mark.parametrize(("role", "width"), list(itertools.product(ROLES, WIDTHS)))
def test_every_page_for_every_role(filled, visitor, role, width):
    someone = visitor(role)
    for path in SITE:
        someone.check(path, width=width)
    for kind in ("binary", "regression"):
        for tab in TABS:
            someone.check(f"/models/{filled.models[kind].id}{tab}", width=width)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_every_kind_is_accessible(filled, visitor, scheme):
    someone = visitor(color_scheme=scheme)
    for model in filled.models.values():
        for tab in TABS:
            someone.check(f"/models/{model.id}{tab}")
    model = filled.models["texts"]
    row = model.query({"select": [{"property": "partner_inference_id"}]})[0]
    someone.check(f"/models/{model.id}/inference?id={quote(row['partner_inference_id'])}")
    rule = filled.models["evil"].get_alert_rules()[0]
    someone.check(f"/models/{filled.models['evil'].id}/rules/{rule.id}")
    someone.check(f"/models?q={quote(EVIL)}")
    for name in ("Table", "Query", "Attributes"):
        someone.visit(f"/models/{filled.models['binary'].id}")
        someone.page.locator("summary", has_text=name).first.click()
        someone.audit(name)


@pytest.mark.slow
@pytest.mark.parametrize("path", PICTURED)
def test_pages_look_as_they_did(filled, visitor, request, path):
    """Compare coarsely: times and ids differ from run to run, fonts from machine to machine."""
    baseline = SCREENSHOTS / f"{'_'.join(re.findall('[a-z]+', path))}.png"
    someone = visitor(device_scale_factor=0.5)
    someone.page.set_viewport_size({"width": 1440, "height": 1800})
    someone.visit(path.format(model=filled.models["binary"].id))
    taken = someone.page.screenshot(animations="disabled")
    if request.config.getoption("--update-screenshots"):
        baseline.write_bytes(taken)
    before, now = (coarse(Image.open(file)) for file in (baseline, io.BytesIO(taken)))
    assert np.abs(before - now).mean() < MAX_MEAN_DIFFERENCE
    assert (np.abs(before - now).max(axis=2) > STRIKING_DIFFERENCE).mean() < MAX_STRIKING_SHARE


def coarse(picture):
    """Return a picture in cells of 10 by 10 pixels."""
    small = picture.convert("RGB").resize((72, 90), Image.Resampling.BOX)
    return np.asarray(small, float)
