"""`ArthurAI.dashboard`: where a browser finds the pages of the server."""

from __future__ import annotations

import urllib.error
import urllib.request

import httpx
import pytest

from arthurai import ArthurAI
from arthurai.common.exceptions import MethodNotApplicableError


@pytest.mark.heavy
def test_an_embedded_server_is_opened_on_this_machine():
    with ArthurAI(url="local://") as arthur:
        link = arthur.dashboard()
        assert link.startswith("http://127.0.0.1:")
        with httpx.Client(follow_redirects=True) as browser:
            page = browser.get(link)
            assert page.status_code == 200
            assert page.url.path == "/ui/models"
            assert arthur.organization_id in browser.get(page.url.join("/ui/account")).text
        again = arthur.dashboard()
        assert again.partition("?")[0] == link.partition("?")[0]
        assert again != link
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(again, timeout=5)
    with pytest.raises(MethodNotApplicableError):
        arthur.dashboard()


@pytest.mark.heavy
def test_connections_to_one_directory_share_a_listener(tmp_path):
    url = f"local://{tmp_path}/data"
    with ArthurAI(url=url) as first:
        with ArthurAI(url=url) as second:
            ours, theirs = first.dashboard(), second.dashboard()
            assert ours.partition("?")[0] == theirs.partition("?")[0]
        assert httpx.get(ours).status_code == 303
    with pytest.raises(httpx.ConnectError):
        httpx.get(ours)


def test_another_server_has_its_dashboard_at_its_root():
    with ArthurAI(url="https://arthur.example/", access_key="k", offline=True) as arthur:
        assert arthur.dashboard() == "https://arthur.example/"


def test_a_notebook_shows_a_link():
    with ArthurAI(url="https://arthur.example", access_key="k", offline=True) as arthur:
        shown = arthur.dashboard()._repr_html_()
    assert shown == (
        '<a href="https://arthur.example/" target="_blank" rel="noopener noreferrer">'
        "Open the dashboard</a>"
    )
