"""The two client classes of the generated package, and how much is imported with them."""

import asyncio
import subprocess
import sys

import httpx
import pytest

SECRET = "s3cr3t-token"


def make_clients(package, url="http://localhost/api", **options):
    yield package.Client(url, **options)
    yield package.AuthenticatedClient(url, token=SECRET, **options)


def test_a_timeout_is_always_set(traps):
    for client in make_clients(traps):
        limits = client.get_httpx_client().timeout.as_dict()
        assert limits == {"connect": 10.0, "read": 300.0, "write": 300.0, "pool": 300.0}
        assert client.get_async_httpx_client().timeout.as_dict() == limits


@pytest.mark.parametrize(
    "timeout", [None, httpx.Timeout(None), httpx.Timeout(5, read=None), 5, "5"]
)
def test_no_client_waits_for_ever(traps, timeout):
    for make in (traps.Client, lambda *a, **k: traps.AuthenticatedClient(*a, token=SECRET, **k)):
        with pytest.raises(ValueError, match="timeout"):
            make("http://localhost", timeout=timeout)
        with pytest.raises(ValueError, match="timeout"):
            make("http://localhost").with_timeout(timeout)


def test_no_secret_is_shown(traps):
    options = {
        "headers": {"X-Key": SECRET},
        "cookies": {"Authorization": SECRET},
        "httpx_args": {"auth": ("user", SECRET)},
    }
    for client in make_clients(traps, f"https://user:{SECRET}@localhost/api", **options):
        client.get_httpx_client()
        assert SECRET not in repr(client)
        assert SECRET not in str(client)
        assert "https://localhost/api" in repr(client)


@pytest.mark.parametrize(
    ("prefix", "expected"), [("Bearer", f"Bearer {SECRET}"), ("", SECRET), ("Key", f"Key {SECRET}")]
)
def test_the_credential_is_sent_and_kept_out_of_the_given_headers(traps, server, prefix, expected):
    from traps_api.api.files import get_image

    headers = {"X-One": "1"}
    client = traps.AuthenticatedClient(server.url, token=SECRET, prefix=prefix, headers=headers)
    with client:
        get_image.sync_detailed(client=client)
    assert server.headers["authorization"] == expected
    assert server.headers["x-one"] == "1"
    assert headers == {"X-One": "1"}


def test_a_changed_client_leaves_the_first_one_alone(traps):
    for client in make_clients(traps):
        inner = client.get_httpx_client()
        changed = client.with_headers({"X-New": "1"}).with_cookies({"c": "1"})
        changed = changed.with_timeout(httpx.Timeout(1))
        assert "x-new" not in inner.headers
        assert not inner.cookies
        assert inner.timeout.read == 300.0
        other = changed.get_httpx_client()
        assert (other.headers["x-new"], other.cookies["c"], other.timeout.read) == ("1", "1", 1)


def test_asynchronous_calls_send_and_read_the_same(traps, server):
    from traps_api.api.things import create_things, delete_thing, get_thing
    from traps_api.errors import ErrorStatus
    from traps_api.models import Form

    async def call():
        async with traps.AuthenticatedClient(server.url, token=SECRET) as client:
            server.answer = b'{"name": "n", "kind": "RED", "labels": [], "parts": []}'
            thing = await get_thing.asyncio("1", client=client)
            server.status, server.answer = 404, b'{"error": "gone"}'
            with pytest.raises(ErrorStatus, match="gone"):
                await delete_thing.asyncio("1", client=client)
            server.status = 200
            server.answer = b"[]"
            response = await create_things.asyncio_detailed(client=client, body=Form(answer="x"))
            return thing, response

    thing, response = asyncio.run(call())
    assert thing.name == "n"
    assert (response.status_code, response.parsed) == (200, [])
    assert server.body == b"answer=x"


def test_given_httpx_clients_are_used(traps):
    seen = []

    def answer(request):
        seen.append(request.url)
        return httpx.Response(200, content=b"")

    from traps_api.api.files import get_image

    inner = httpx.Client(base_url="http://there", transport=httpx.MockTransport(answer))
    client = traps.Client("http://elsewhere").set_httpx_client(inner)
    get_image.sync_detailed(client=client)
    assert [str(url) for url in seen] == ["http://there/v3/things/image"]


def modules_after(statement, folder):
    program = (
        f"import sys; sys.path.insert(0, {str(folder)!r}); before = set(sys.modules); {statement};"
        "print('\\n'.join(sorted(set(sys.modules) - before)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.heavy
def test_the_package_imports_nothing_heavy(traps_folder):
    loaded = modules_after("import traps_api, traps_api.models, traps_api.api", traps_folder.parent)
    assert not {"httpx", "attrs", "attr", "traps_api.client", "traps_api.types"} & loaded


@pytest.mark.heavy
def test_a_model_imports_only_what_it_names(traps_folder):
    loaded = modules_after("from traps_api.models import Upload", traps_folder.parent)
    assert "httpx" not in loaded
    models = {name for name in loaded if name.startswith("traps_api.models.")}
    assert models == {"traps_api.models.upload"}


@pytest.mark.heavy
def test_an_operation_imports_only_what_it_names(traps_folder):
    loaded = modules_after("from traps_api.api.files import upload_file", traps_folder.parent)
    models = {name for name in loaded if name.startswith("traps_api.models.")}
    assert models == {"traps_api.models.upload", "traps_api.models.thing", "traps_api.models.kind"}


def test_names_of_the_packages_are_listed_and_others_are_refused(traps):
    from traps_api import models

    assert {"Kind", "Thing"} <= set(dir(models))
    assert all(getattr(models, name).__name__ == name for name in models.__all__)
    for package in (traps, models):
        with pytest.raises(AttributeError, match="Nothing"):
            package.Nothing  # noqa: B018  # the look-up is the test
