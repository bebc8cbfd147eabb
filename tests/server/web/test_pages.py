"""Every page of every kind of model, and that it shows what the Python client answers."""

from __future__ import annotations

import contextlib
import csv
import html
import io
import json
import re
from datetime import datetime
from html.parser import HTMLParser
from urllib.parse import quote

import httpx
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from dashboard_samples import EVIL, ROLES

from arthurai import ArthurAI, InputType, OutputType
from arthurai.query import count, mae, rmse, round_timestamp, select
from arthurai.server.web.formats import format_number, format_time
from arthurai.transport.local import LocalTransport
from arthurai_api.api.users import invite_users
from arthurai_api.models import InviteRequest

KINDS = (
    "binary",
    "evil",
    "regression",
    "multiclass",
    "texts",
    "images",
    "ranking",
    "generation",
    "oddly_named",
    "waiting",
)
TABS = (
    "",
    "/performance",
    "/drift",
    "/drift?attribute=income",
    "/quality",
    "/fairness",
    "/alerts",
    "/inferences",
    "/enrichments",
    "/batches",
    "/versions",
)
SITE = ("/models", "/alerts", "/people", "/server", "/account")
OFTEN = {"User", "Alert Manager", "Org Manager"}
POSTED = {"Sec-Fetch-Site": "same-origin", "Origin": "http://local"}


class Elements(HTMLParser):
    """Lists the tags of a page with their attributes, and the texts of its tables."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.tables, self.codes, self.plots = [], {}, [], {}
        self._table, self._cell, self._code, self._plot = None, None, None, None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        label = attrs.get("aria-label") or ""
        if "data-plot" in attrs:
            self._plot = json.loads(attrs["data-plot"])
        if label.startswith("Table: "):
            label = label.removeprefix("Table: ")
            self._table = self.tables.setdefault(label, [])
            if self._plot is not None:
                self.plots[label], self._plot = self._plot, None
        elif tag == "tr" and self._table is not None:
            self._table.append([])
        elif tag in {"td", "th"} and self._table is not None:
            self._cell = ""
        elif tag == "code":
            self._code = ""

    def handle_data(self, data):
        if self._cell is not None:
            self._cell += data
        if self._code is not None:
            self._code += data

    def handle_endtag(self, tag):
        if tag in {"td", "th"} and self._cell is not None:
            self._table[-1].append(self._cell)
            self._cell = None
        elif tag == "table":
            self._table = None
        elif tag == "code" and self._code is not None:
            self.codes.append(self._code)
            self._code = None


def get(reader, path):
    answer = reader.get(f"/ui{path}")
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def form_token(text):
    return re.search(r'name="form_token" value="([0-9a-f]{64})"', text)[1]


def assert_harmless(text, path):
    """Check that no text of a user became a part of the page."""
    assert EVIL not in text, path
    for tag, attributes in Elements(text).tags:
        assert not any(name.startswith("on") for name in attributes), (path, tag, attributes)
        assert "style" not in attributes, (path, tag, attributes)
        if tag == "script":
            assert attributes["src"].startswith("/ui/static/"), path
        if tag == "img":
            assert attributes["src"].startswith("/ui/models/"), path
        assert tag != "i", path
        for name in ("href", "src", "action"):
            assert (attributes.get(name) or "/").startswith(("/", "#")), (path, tag, attributes)


@pytest.mark.heavy
@pytest.mark.parametrize("kind", KINDS)
def test_each_page_of_each_kind_of_model(filled, reader, kind):
    model = filled.models[kind]
    for tab in TABS:
        path = f"/models/{model.id}{tab}"
        text = get(reader, path)
        assert html.escape(model.display_name, quote=False) in html.unescape(
            text
        ) or model.display_name in html.unescape(text)
        assert_harmless(text, path)


@pytest.mark.heavy
def test_the_pages_of_the_server_are_harmless_too(filled, reader):
    for path in (
        *SITE,
        f"/models?q={quote(EVIL)}",
        f"/models?tag={quote(EVIL)}",
        "/alerts?status=any",
    ):
        text = get(reader, path)
        assert_harmless(text, path)
    assert html.escape(EVIL).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in text


@pytest.mark.heavy
@pytest.mark.parametrize(
    "query",
    [
        "",
        "?segment=sex&value=f",
        *(pytest.param(q, marks=pytest.mark.slow) for q in ("?range=all", "?range=7d")),
    ],
)
@pytest.mark.parametrize(
    ("kind", "tab"),
    [
        ("binary", ""),
        ("binary", "/performance"),
        ("binary", "/drift"),
        ("binary", "/drift?attribute=income"),
        ("binary", "/drift?attribute=region"),
        ("binary", "/quality"),
        ("binary", "/fairness"),
        ("binary", "/enrichments"),
        ("binary", "/inferences"),
        ("evil", "/performance"),
        ("evil", "/fairness"),
        ("multiclass", "/performance"),
        ("regression", "/performance"),
        ("regression", "/batches"),
        ("texts", "/quality"),
        ("ranking", "/performance"),
        ("images", "/performance"),
        ("generation", "/performance"),
        ("oddly_named", "/performance"),
        ("oddly_named", "/quality"),
        ("oddly_named", "/fairness"),
    ],
)
def test_charts_show_what_the_python_client_answers(filled, reader, kind, tab, query):
    model = filled.models[kind]
    if "segment" in query and kind not in {"binary", "evil"}:
        pytest.skip("the model has no such attribute")
    path = f"/models/{model.id}{tab}" + (query.replace("?", "&") if "?" in tab else query)
    assert assert_charts_answer(filled, reader, path) > 0


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_chart_of_every_page_shows_what_the_python_client_answers(filled, reader, kind):
    model = filled.models[kind]
    tabs = [tab for tab in TABS if "?" not in tab]
    tabs += [f"/drift?attribute={quote(a.name)}" for a in model.attributes if not a.implicit]
    found = sum(assert_charts_answer(filled, reader, f"/models/{model.id}{tab}") for tab in tabs)
    assert (found > 0) == (kind != "waiting")


def assert_charts_answer(filled, reader, path):
    """Check each chart of a page: picture, table, files and program; return how many there are."""
    page = Elements(get(reader, path))
    links = [a["href"] for tag, a in page.tags if tag == "a" and "csv=" in (a.get("href") or "")]
    programs = [code for code in page.codes if "model.query(" in code and "arthur" in code]
    tables = list(page.tables.items())
    assert len(links) == len(programs) == len(tables)
    for link, program, (title, table) in zip(links, programs, tables, strict=True):
        names = {"arthur": filled.arthur}
        exec(program, names)
        answer = reader.get(link)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        shown = list(csv.reader(io.StringIO(answer.text)))
        keys, rows = shown[0], shown[1:]
        is_cut = "/inferences" in path
        expected = names["rows"][: len(rows)] if is_cut else names["rows"]
        assert len(rows) == len(expected) == len(table) - 1 > 0
        for row, cells, wanted in zip(rows, table[1:], expected, strict=True):
            for key, text, cell in zip(keys, row, cells, strict=True):
                assert_same(wanted.get(key), text, cell)
        assert_parquet_holds(reader.get(link.replace("csv=", "parquet=")), keys, expected)
        if title in page.plots:
            assert_plot_shows(page.plots[title], expected)
    plotted = sum("data-plot" in attributes for _, attributes in page.tags)
    assert plotted == len(page.plots)
    return len(links)


def assert_plot_shows(plot, rows):
    """Check that lines go through values of rows, each in its period."""
    values = {}
    for row in rows:
        numbers = [value for value in row.values() if isinstance(value, int | float)]
        (period,) = [value for value in row.values() if isinstance(value, str)]
        values.setdefault(datetime.fromisoformat(period).timestamp(), []).extend(numbers)
    assert set(plot["x"]) == set(values)
    for series in plot["series"]:
        drawn = [(at, value) for at, value in zip(plot["x"], series["values"], strict=True)]
        assert any(value is not None for _, value in drawn)
        for at, value in drawn:
            assert value is None or value == pytest.approx(
                min(values[at], key=lambda known, value=value: abs(known - value)), rel=1e-12
            )


def assert_parquet_holds(answer, keys, expected):
    """Check that a Parquet file has the rows of an answer, with times as timestamps."""
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    assert answer.headers["content-disposition"].endswith(".parquet")
    table = pq.read_table(io.BytesIO(answer.content))
    assert table.column_names == keys
    for key in keys:
        for found, row in zip(table[key].to_pylist(), expected, strict=True):
            wanted = row.get(key)
            if isinstance(found, datetime):
                assert found == datetime.fromisoformat(wanted)
            elif isinstance(wanted, dict | list):
                assert json.loads(found) == wanted or json.loads(found) == pytest.approx(wanted)
            elif isinstance(wanted, float) and not isinstance(found, str):
                assert found == pytest.approx(wanted, rel=1e-12)
            else:
                assert found == wanted or found == str(wanted)


def assert_same(value, text, cell):
    if isinstance(value, dict | list):
        return
    if isinstance(value, float):
        # sums over threads may differ in the last digit
        assert float(text) == pytest.approx(value, rel=1e-12)
        value = float(text)
    assert text == ("" if value is None else str(value))
    possible = {format_number(value, kind) for kind in ("number", "count", "percent", "text")}
    assert cell in {*possible, format_time(value), "\N{EN DASH}", "\N{EM DASH}"}


@pytest.mark.heavy
def test_versions_side_by_side_are_what_the_client_answers(filled, reader):
    first = filled.models["regression"]
    second = filled.arthur.model(
        display_name="Rents, second version", input_type="TABULAR", output_type="REGRESSION"
    )
    rows = pd.DataFrame({"size": [50.5, 70.0], "price": [9.0, 12.5], "paid": [10.0, 12.0]})
    second.build(rows, {"price": "paid"}, set_reference_data=False)
    filled.arthur.get_model_group(first).add_version(second, "second")
    second.save()
    second.send_inferences(rows, ground_truth_timestamps=["2026-03-01T00:00:00Z"] * 2)
    text = get(reader, f"/models/{second.id}/versions")
    table = re.search(r'<table class="data">(.*?)</table>', text, re.DOTALL)[1]
    lines = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", line) for line in table.split("<tr>")[1:]]
    shown = {line[0]: line[1:] for line in lines if line}
    question = select(count(), mae().as_("mae"), rmse().as_("rmse"))
    answers = [model.query(question)[0] for model in (second, first)]
    assert shown["Inferences"] == [format_number(a["count"], "count") for a in answers]
    measured = [[format_number(answer[key]) for answer in answers] for key in ("mae", "rmse")]
    assert all(line in shown.values() for line in measured)
    assert answers[0]["mae"] == pytest.approx(0.75)
    assert "without district" in shown["Attributes"][0] or "also district" in shown["Attributes"][1]


@pytest.mark.heavy
def test_the_lines_beside_the_models_are_what_the_client_counts(filled, reader):
    model = filled.models["binary"]
    day = round_timestamp("day").as_("day")
    rows = model.query(select(day, count()).group_by(day).order_by(day))
    counts = [row["count"] for row in rows]
    vitals = get(reader, f"/models/vitals?id={model.id}")
    (points,) = re.findall(r'<polyline points="([^"]+)"', vitals)
    heights = [float(point.partition(",")[2]) for point in points.split()]
    assert [round((100 - h) * max(counts) / 90, 1) for h in heights] == pytest.approx(
        counts, abs=max(counts) / 500
    )


@pytest.mark.heavy
def test_cells_of_drift_that_chance_makes_are_faint(filled, reader):
    model = filled.models["binary"]
    page = Elements(get(reader, f"/models/{model.id}/drift?range=all"))
    (program,) = [code for code in page.codes if "model.query(" in code and "arthur" in code]
    names = {"arthur": filled.arthur}
    exec(program, names)
    expected = {True: 0, False: 0}
    for row in names["rows"]:
        for name, noise in row["uncertainty"].items():
            expected[row[name] <= noise["upper_without_change"]] += 1
    cells = [a["class"] for tag, a in page.tags if tag == "td" and a.get("class", "")[:1] == "h"]
    faint = sum("noise" in name for name in cells)
    assert {True: faint, False: len(cells) - faint} == expected
    assert all(expected.values())


def test_the_inbox_of_alerts(filled, reader):
    alerts = filled.models["binary"].get_alerts(page=None)
    assert alerts
    page = get(reader, f"/models/{filled.models['binary'].id}/alerts?status=any")
    newest = sorted(alerts, key=lambda a: a.timestamp)[-25:]
    for alert in newest:
        assert html.escape(alert.message) in page
    chosen = newest[0]
    fields = {"status": "acknowledged", "form_token": form_token(page), "back": "/ui/alerts"}
    answer = reader.post(f"/ui/alerts/{chosen.id}", data=fields, headers=POSTED)
    assert answer.status_code == 200
    assert "The alert is acknowledged." in answer.text
    status = {a.id: a.status for a in filled.models["binary"].get_alerts(page=None)}
    assert status[chosen.id] == "acknowledged"
    fields["status"] = "new"
    assert reader.post(f"/ui/alerts/{chosen.id}", data=fields, headers=POSTED).status_code == 400


@pytest.mark.heavy
def test_a_rule_is_made_watched_switched_off_and_deleted(filled, reader):
    model = filled.models["multiclass"]
    metric = next(m for m in model.get_metrics() if m.name == "Inference Count")
    token = form_token(get(reader, f"/models/{model.id}/alerts"))
    fields = {
        "metric_id": metric.id,
        "bound": "lower",
        "threshold": "1.5",
        "severity": "warning",
        "name": EVIL,
        "form_token": token,
    }
    made = reader.post(f"/ui/models/{model.id}/rules", data=fields, headers=POSTED)
    assert "The rule is in force." in made.text
    (rule,) = model.get_alert_rules(page=None)
    assert (rule.name, rule.threshold, rule.bound) == (EVIL, 1.5, "lower")
    path = f"/models/{model.id}/rules/{rule.id}"
    assert_harmless(get(reader, path), path)
    for action in ("disable", "enable", "resolve"):
        fields = {"action": action, "form_token": token}
        assert reader.post(f"/ui{path}", data=fields, headers=POSTED).status_code == 200
    fields = {"action": "delete", "form_token": token}
    assert reader.post(f"/ui{path}", data=fields, headers=POSTED).status_code == 200
    assert model.get_alert_rules(page=None) == []
    fields = {**fields, "metric_id": metric.id, "bound": "lower", "threshold": "much"}
    refused = reader.post(f"/ui/models/{model.id}/rules", data=fields, headers=POSTED)
    assert refused.status_code == 400
    assert "threshold" in refused.text


@pytest.mark.heavy
def test_the_history_of_a_rule_is_what_the_client_lists(filled, reader):
    model = filled.models["evil"]
    (rule,) = model.get_alert_rules(page=None)
    page = Elements(get(reader, f"/models/{model.id}/rules/{rule.id}"))
    course, history = [code for code in page.codes if code.startswith("model = ")]
    names = {"arthur": filled.arthur}
    exec(history, names)
    shown = page.tables[f"Alerts of {rule.name}"][1:]
    assert [row[1] for row in shown] == [format_number(a.metric_value) for a in names["rows"]]
    exec(course, names)
    shown = page.tables["Metric"][1:]
    assert [row[1] for row in shown] == [format_number(row["count"]) for row in names["rows"]]
    assert sum(row["count"] for row in names["rows"]) == 140


@pytest.mark.heavy
def test_a_rule_is_tried_on_the_data_before_it_is_made(filled, reader):
    model = filled.models["binary"]
    metric = next(m for m in model.get_metrics() if m.name == "Accuracy Rate")
    values = [
        row["accuracyRate"]
        for result in model.evaluate_metric(metric, rollup="day")["results"]
        for row in result["values"]
    ]
    query = f"metric_id={metric.id}&bound=lower&threshold=0.75&severity=warning&name={quote(EVIL)}"
    path = f"/models/{model.id}/rules/trial?{query}"
    text = get(reader, path)
    assert_harmless(text, path)
    below = sum(value < 0.75 for value in values)
    assert 0 < below < len(values)
    assert f"{below} of {len(values)} values by day are beyond the threshold." in text
    before = len(model.get_alert_rules(page=None))
    assert "Create this rule" in text
    assert len(model.get_alert_rules(page=None)) == before


@pytest.mark.heavy
def test_one_inference_with_its_image_and_its_text(filled, reader):
    model = filled.models["images"]
    rows = model.query({"select": [{"property": "partner_inference_id"}, {"property": "photo"}]})
    page = get(reader, f"/models/{model.id}/inference?id={quote(rows[0]['partner_inference_id'])}")
    (source,) = re.findall(r'<image href="([^"]+)"', page)
    assert page.count('<rect class="box') == 2
    image = reader.get(html.unescape(source))
    assert image.headers["content-type"] == "image/png"
    assert image.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert image.content.startswith(b"\x89PNG")
    model = filled.models["texts"]
    rows = model.query({"select": [{"property": "partner_inference_id"}, {"property": "message"}]})
    evil = next(row for row in rows if EVIL in row["message"])
    path = f"/models/{model.id}/inference?id={quote(evil['partner_inference_id'])}"
    text = get(reader, path)
    assert_harmless(text, path)
    assert evil["message"] in html.unescape(text)
    assert reader.get(f"/ui/models/{model.id}/inference?id=nothing").status_code == 404


@pytest.mark.heavy
def test_inferences_are_filtered(filled, reader):
    model = filled.models["binary"]
    for question, condition in (
        ("where=age&is=gt&what=60", {"comparator": "gt", "value": 60}),
        ("where=income&is=IsNull", {"property": "income", "comparator": "IsNull"}),
        (
            "where=region&is=eq&what=north",
            {"property": "region", "comparator": "eq", "value": "north"},
        ),
    ):
        condition.setdefault("property", "age")
        page = Elements(get(reader, f"/models/{model.id}/inferences?range=all&{question}"))
        wanted = model.query({"select": [{"function": "count"}], "filter": [condition]})
        (table,) = page.tables.values()
        assert len(table) - 1 == min(25, wanted[0]["count"]) > 0


@pytest.mark.heavy
def test_models_are_searched_sorted_and_filtered(reader):
    found = get(reader, "/models?q=loans")
    assert "Consumer loans" in found
    assert "Rents by month" not in found
    assert "1 model found" in found
    assert "Nothing matches" in get(reader, "/models?q=zebra")
    assert "Rents by month" in get(reader, "/models?tag=housing")
    by_name = get(reader, "/models?sort=name")
    assert (
        by_name.index("Animals") < by_name.index("Consumer loans") < by_name.index("Rents by month")
    )
    assert 'class="spark"' in get(reader, "/models?full=1")


@pytest.mark.heavy
def test_channels_of_notifications(filled, reader):
    text = get(reader, "/people")
    model = filled.models["binary"].id
    (member,) = re.findall(r'<select name="user_id"><option value="([^"]+)">admin<', text)
    fields = {"model_id": model, "form_token": form_token(text)}
    mail = {**fields, "type": "email", "user_id": member}
    made = reader.post("/ui/people/channels", data=mail, headers=POSTED)
    assert "The channel is in force." in made.text
    nobody = {**fields, "type": "pagerduty", "destination": ""}
    assert reader.post("/ui/people/channels", data=nobody, headers=POSTED).status_code == 400
    (path,) = re.findall(r'action="(/ui/people/channels/[^"]+)"', get(reader, "/people"))
    gone = reader.post(path, data={"form_token": fields["form_token"]}, headers=POSTED)
    assert "The channel is deleted." in gone.text


@pytest.mark.heavy
def test_hotspots_are_those_that_the_client_finds(filled, reader):
    model = filled.models["oddly_named"]
    page = get(reader, f"/models/{model.id}/enrichments")
    whole = model.find_hotspots("accuracy", 1.01, date="2026-03-01")["data"]
    accuracy = whole[0]["accuracy"]
    assert f"<b>{accuracy:.1%}</b>".replace("%", " %") in page
    for region in model.find_hotspots("accuracy", accuracy, date="2026-03-01")["data"]:
        assert f"<b>{region['accuracy']:.1%}</b>".replace("%", " %") in page
    assert "first &gt; 0." in page


@pytest.mark.heavy
@pytest.mark.parametrize(
    "tab",
    [
        "/inferences?page=99999999999999999999",
        "/drift?page=-4",
        "/quality?page=abc",
        "?range=never",
        "/performance?from=yesterday&to=2026-02-28",
        "/performance?segment=age&value=abc",
        "/performance?segment=nothing&value=1",
        "/drift?metric=x&attribute=y",
        "/inferences?where=age&is=gt&what=old",
        "/inferences?where=nothing&is=strange",
        "/enrichments?metric=x&threshold=y",
    ],
)
def test_an_address_that_makes_no_sense_is_no_failure(filled, reader, tab):
    get(reader, f"/models/{filled.models['binary'].id}{tab}")


@pytest.mark.heavy
def test_people_keys_and_channels(filled, reader):
    text = get(reader, "/people")
    for key in filled.keys.values():
        assert key not in text
    token = form_token(text)
    fields = {"description": EVIL, "role": "User", "form_token": token}
    made = reader.post("/ui/people/keys", data=fields, headers=POSTED)
    assert made.status_code == 200
    assert_harmless(made.text, "/people/keys")
    (account,) = [a for a in filled.arthur.get_service_accounts() if a["description"] == EVIL]
    assert account["token"] in made.text
    gone = reader.post(
        f"/ui/people/keys/{account['id']}", data={"form_token": token}, headers=POSTED
    )
    assert gone.status_code == 200
    assert EVIL not in {a["description"] for a in filled.arthur.get_service_accounts()}
    fields = {
        "username": "new person",
        "email": "new@example.org",
        "password": "a long password 1",
        "role": "User",
        "form_token": token,
    }
    assert (
        "new person can log in."
        in reader.post("/ui/people/users", data=fields, headers=POSTED).text
    )
    weak = reader.post(
        "/ui/people/users", data={**fields, "username": "x", "role": "God"}, headers=POSTED
    )
    assert weak.status_code == 400
    organization = filled.arthur.get_current_org()["id"]
    invited = InviteRequest(
        invite_emails=["eve@example.org"], return_direct_links=True, organization_id=organization
    )
    invite_users.sync(client=filled.arthur.api, body=invited)
    assert "eve@example.org" in get(reader, "/people")
    fields = {"email": "eve@example.org", "form_token": token}
    gone = reader.post("/ui/people/invitations", data=fields, headers=POSTED)
    assert "opens no account any more" in gone.text
    assert "eve@example.org" not in get(reader, "/people")


@pytest.mark.heavy
@pytest.mark.parametrize(
    "role",
    [role if role in OFTEN else pytest.param(role, marks=pytest.mark.slow) for role in ROLES],
)
def test_each_role_sees_what_the_api_permits(filled, role):
    """No page fails for any role, and none shows more than the API does."""
    model = filled.models["binary"]
    with contextlib.closing(filled.browser(role)) as browser:
        start = browser.get("/ui/")
        assert start.status_code == 200
        permissions = {
            p["resource"] for p in browser_api(browser, filled.keys[role]) if p["action"] == "read"
        }
        for path in (*SITE, *(f"/models/{model.id}{tab}" for tab in TABS)):
            answer = browser.get(f"/ui{path}")
            assert answer.status_code in {200, 403}, (path, answer.status_code)
            if path.startswith("/models"):
                assert (answer.status_code == 403) >= ("model" not in permissions)
        for path in re.findall(r'<a href="(/ui/[^"]+)"', start.text):
            assert browser.get(html.unescape(path)).status_code == 200, path


def browser_api(browser, key):
    return browser.get("/api/v3/authorization/permissions", headers={"Authorization": key}).json()


@pytest.mark.heavy
def test_what_a_role_may_not_do_is_refused_though_the_form_is_sent(filled):
    with contextlib.closing(filled.browser("Model Reader")) as browser:
        page = browser.get(f"/ui/models/{filled.models['binary'].id}/alerts").text
        assert 'value="acknowledged">Acknowledge<' not in page
        token = form_token(page)
        (alert, *_) = filled.models["binary"].get_alerts()
        answer = browser.post(
            f"/ui/alerts/{alert.id}",
            data={"status": "resolved", "form_token": token},
            headers=POSTED,
        )
        assert answer.status_code == 403
        assert "permission alert resolve is missing" in answer.text
        fields = {"description": "x", "role": "Super Admin", "form_token": token}
        assert browser.post("/ui/people/keys", data=fields, headers=POSTED).status_code == 403


@pytest.mark.heavy
def test_new_data_and_alerts_are_news(filled, reader):
    model = filled.models["generation"]
    address = f"/ui/models/{model.id}/news"
    count = model.query({"select": [{"function": "count"}]})[0]["count"]
    back = f"/ui/models/{model.id}"
    quiet = reader.get(address, params={"count": count, "alerts": 0, "back": back})
    assert (quiet.status_code, quiet.text) == (204, "")
    news = reader.get(address, params={"count": count - 2, "alerts": 0, "back": back})
    assert f'data-news="{back}"' in news.text
    assert "2 new inferences" in news.text
    elsewhere = {"count": 0, "alerts": 0, "back": "https://evil.example"}
    assert reader.get(address, params=elsewhere).status_code == 204


@pytest.mark.slow
@pytest.mark.heavy
def test_an_inference_is_explained(tmp_path):
    (tmp_path / "entry.py").write_text(
        "import numpy as np\n"
        "def predict(x):\n"
        "    s = 1 / (1 + np.exp(-np.asarray(x, dtype=float)[:, 0]))\n"
        "    return np.column_stack([s, 1 - s])\n"
    )
    (tmp_path / "requirements.txt").write_text("")
    random = np.random.default_rng(0)
    frame = pd.DataFrame({"a": random.normal(size=200), "b": random.normal(size=200)})
    frame["p"] = 1 / (1 + np.exp(-frame["a"]))
    frame["q"] = 1 - frame["p"]
    frame["y"] = np.where(frame["p"] > 0.5, "yes", "no")
    with ArthurAI(url="local://") as arthur:
        model = arthur.model(
            display_name="Explained",
            input_type=InputType.Tabular,
            output_type=OutputType.Multiclass,
        )
        model.build(frame, {"p": "yes", "q": "no"}, "p", ground_truth_column="y")
        model.save()
        model.send_inferences(frame[:3])
        model.enable_explainability(
            df=frame[["a", "b", "p", "q"]],
            project_directory=str(tmp_path),
            requirements_file="requirements.txt",
            user_predict_function_import_path="entry",
            ignore_dirs=[],
        )
        app = arthur.session._local._running.app
        assert app.enrichments.drain(120)
        rows = model.query({"select": [{"property": "partner_inference_id"}]})
        path = f"/models/{model.id}/inference?explain=1&id={rows[0]['partner_inference_id']}"
        with httpx.Client(
            transport=LocalTransport(app),
            base_url="http://local",
            follow_redirects=True,
            timeout=120,
        ) as browser:
            browser.get(app.make_dashboard_link("http://local"))
            text = get(browser, path)
    assert_harmless(text, path)
    shown = text[text.index('id="explanation"') :]
    assert shown.index('<th scope="row">a</th>') < shown.index('<th scope="row">b</th>')
