"""A lake whose files are in S3: what a start says, what is kept there, and what an outage does."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import tarfile
import threading
import zipfile
from contextlib import ExitStack, closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from builders import administrator, attribute, inference, prediction, simple_schema, values
from PIL import Image
from s3_server import ADMIN, BUCKET, READER

from arthurai.cli import main
from arthurai.server.app import create_app
from arthurai.server.storage.backup import stream_backup
from arthurai.server.storage.s3_address import parse_s3
from arthurai.server.storage.s3_errors import StorageUnavailableError
from arthurai.server.storage.warehouse.data_store import DataStore
from arthurai.server.storage.warehouse.errors import DataStoreError

MODEL = {
    "partner_model_id": "cats",
    "input_type": "IMAGE",
    "output_type": "REGRESSION",
    "pixel_height": 8,
    "pixel_width": 8,
    "attributes": [attribute("photo", "IMAGE"), prediction("p")],
}
COUNT = {"select": [{"function": "count", "alias": "n"}]}
SECRETS = (ADMIN[1], READER[1])


@pytest.fixture
def place(make_s3_place):
    """Give the address of an empty place."""
    return make_s3_place()


@pytest.fixture
def options(lake_address, postgresql_cluster, place):
    """Give the arguments of servers that share everything, with files in S3."""
    return {
        "storage": parse_s3(place),
        "control": postgresql_cluster.location(),
        "warehouse": lake_address(),
    }


@pytest.fixture
def servers(options):
    """Give two such servers, with clients that may do all."""
    with ExitStack() as stack:
        apps = [stack.enter_context(create_app(**options)) for _ in range(2)]
        yield apps, [stack.enter_context(administrator(app)) for app in apps]


def picture(number):
    """Give an image of one color."""
    target = io.BytesIO()
    Image.new("RGB", (8, 8), (number, 0, 0)).save(target, "PNG")
    return target.getvalue()


def send_images(client, path, numbers):
    """Send a row with an image for each number."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in numbers:
            archive.writestr(f"{number}.png", picture(number))
    rows = [
        {
            "partner_inference_id": str(number),
            "inference_timestamp": "2026-01-05T12:00:00Z",
            "inference_data": {"photo": f"{number}.png", "p": 0.5},
        }
        for number in numbers
    ]
    files = {"inference_data": ("rows.json", json.dumps(rows)), "image_data": target.getvalue()}
    answer = client.post(f"{path}/inferences/file", files=files)
    assert answer.json()["counts"]["success"] == len(numbers), answer.text


def open_lake(lake_address, place):
    """Open a new lake at a place."""
    return DataStore(warehouse=lake_address(), storage=parse_s3(place))


def test_images_and_the_secret_are_in_the_bucket_and_leave_it(servers, options, s3_server):
    apps, (first, second) = servers
    assert apps[0].admin_key == apps[1].admin_key
    assert apps[0].data_dir is None
    assert apps[0].place == options["storage"].name
    path = f"/models/{first.post('/models', json=MODEL).json()['id']}"
    send_images(first, path, range(12))
    send_images(second, path, range(10, 14))
    body = {"select": [{"property": "photo"}], "order_by": [{"property": "photo"}]}
    rows = second.post(f"{path}/inferences/query", json=body).json()["query_result"]
    images = {row["photo"] for row in rows}
    assert len(images) == 14
    prefix = options["storage"].prefix
    stored = s3_server.names(f"{prefix}/images")
    assert {name.rpartition("/")[2] for name in stored} == images
    assert f"{BUCKET}/{prefix}/secret.key" in s3_server.names(prefix)
    shown = second.get(f"{path}/inferences/images/{rows[0]['photo']}", params={"type": "raw_image"})
    assert shown.content in {picture(number) for number in range(14)}
    answer = second.delete(f"{path}/inferences/query/3")
    assert answer.status_code == 200, answer.text
    assert len(s3_server.names(f"{prefix}/images")) == 13
    apps[0].data.delete_model(path.rpartition("/")[2])
    assert not s3_server.names(f"{prefix}/images")


def test_the_key_is_printed_for_a_storage(servers, options, place, capsys):
    apps, _ = servers
    assert main(["key", place, "--control", options["control"]]) == 0
    assert apps[0].admin_key in capsys.readouterr().out
    assert main(["key", place]) == 1
    assert "needs --control" in capsys.readouterr().err
    assert main(["key", f"{place}x", "--control", options["control"]]) == 1
    assert "no storage of a server" in capsys.readouterr().err
    apps[0].data.database.files.put("secret.key", b"half")
    assert main(["key", place, "--control", options["control"]]) == 1
    assert "secret.key is damaged: 4 bytes" in capsys.readouterr().err


def test_little_memory_is_enough_to_store_rows(lake_address, place):
    storage, schema = parse_s3(place), simple_schema()
    with closing(DataStore(warehouse=lake_address(), storage=storage, max_memory=2**26)) as store:
        rows = [inference(number) for number in range(20_000)]
        assert store.append_inferences(schema, rows).accepted == len(rows)
        assert len(values(store, schema, "partner_inference_id")) == len(rows)


@pytest.mark.usefixtures("stores_in_files")
def test_a_backup_holds_rows_images_and_the_secret(servers, tmp_path):
    apps, (first, second) = servers
    path = f"/models/{first.post('/models', json=MODEL).json()['id']}"
    send_images(second, path, range(3))
    backup = tmp_path / "backup.tar"
    backup.write_bytes(b"".join(stream_backup(apps[1].stores)))
    with tarfile.open(backup) as tar:
        names = {name.partition("/")[0] for name in tar.getnames()}
    assert names == {"data.duckdb", "control.sqlite", "secret.key", "images", "backup.json"}
    assert main(["data", "restore", str(backup), str(tmp_path / "alone")]) == 0
    with create_app(tmp_path / "alone") as app, administrator(app) as client:
        assert app.admin_key == apps[0].admin_key
        body = {"select": [{"property": "photo"}]}
        rows = client.post(f"{path}/inferences/query", json=body).json()["query_result"]
        shown = [
            client.get(f"{path}/inferences/images/{row['photo']}", params={"type": "raw_image"})
            for row in rows
        ]
        assert {one.content for one in shown} == {picture(number) for number in range(3)}


@pytest.mark.usefixtures("stores_in_files")
def test_a_directory_moves_into_a_bucket(options, place, tmp_path, capsys, monkeypatch, s3_server):
    alone = tmp_path / "alone"
    with create_app(alone) as app, administrator(app) as client:
        path = f"/models/{client.post('/models', json=MODEL).json()['id']}"
        send_images(client, path, range(3))
        key = app.admin_key
    copy = ["data", "copy", str(alone), place, "--to-warehouse", options["warehouse"]]
    assert main(copy) == 1
    assert "needs control data" in capsys.readouterr().err
    copy += ["--to-control", options["control"]]
    with monkeypatch.context() as patch:
        patch.setattr("arthurai.server.storage.store_copy.copy_control", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            main(copy)
    with pytest.raises(DataStoreError, match="was interrupted"):
        create_app(**options)
    assert main(copy) == 0
    assert "3 inferences" in capsys.readouterr().out
    prefix = options["storage"].prefix
    with create_app(**options) as app, administrator(app) as client:
        assert app.admin_key == key
        body = {"select": [{"property": "photo"}]}
        rows = client.post(f"{path}/inferences/query", json=body).json()["query_result"]
        assert {
            client.get(
                f"{path}/inferences/images/{row['photo']}", params={"type": "raw_image"}
            ).content
            for row in rows
        } == {picture(number) for number in range(3)}
        client.delete(f"{path}/inferences/query/1").raise_for_status()
        # the time of the copy is not taken for that of an upload
        assert len(s3_server.names(f"{prefix}/images")) == 2
    assert main(copy) == 1
    assert "is not empty" in capsys.readouterr().err


def test_an_outage_is_said_and_ends(lake_address, place, s3_server, caplog):
    schema = simple_schema()
    with closing(open_lake(lake_address, place)) as store:
        store.append_inferences(schema, [inference(1)])
        images = store.images(schema)
        image = images.put(picture(1))
        s3_server.stop()
        try:
            for call in (
                lambda: values(store, schema, "partner_inference_id"),
                lambda: store.append_inferences(schema, [inference(2)]),
                lambda: images.get(image),
            ):
                with pytest.raises(StorageUnavailableError, match="cannot be reached") as caught:
                    call()
                assert caught.value.headers
        finally:
            s3_server.start()
        assert images.get(image) == picture(1)
        assert store.append_inferences(schema, [inference(2)]).accepted == 1
        assert values(store, schema, "partner_inference_id") == ["id-1", "id-2"]
    assert not any(secret in caplog.text for secret in SECRETS)


def test_a_place_that_belongs_elsewhere_is_refused(lake_address, place, make_s3_place):
    address = lake_address()
    DataStore(warehouse=address, storage=parse_s3(place)).close()
    with pytest.raises(DataStoreError, match="is not the place"):
        DataStore(warehouse=address, storage=parse_s3(make_s3_place()))
    with pytest.raises(DataStoreError, match="belongs to another warehouse"):
        open_lake(lake_address, place)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"AWS_ACCESS_KEY_ID": "AKIANOBODYOFTHETESTS"}, "check AWS_ACCESS_KEY_ID"),
        ({"AWS_SECRET_ACCESS_KEY": "hunter2/hunter2"}, "check AWS_SECRET_ACCESS_KEY"),
        (
            {"AWS_ACCESS_KEY_ID": READER[0], "AWS_SECRET_ACCESS_KEY": READER[1]},
            "keys that have s3:ListBucket",
        ),
        ({"AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1"}, "check the network, and AWS_ENDPOINT_URL"),
        ({"AWS_ENDPOINT_URL_S3": "https://127.0.0.1:1"}, "it cannot be reached"),
    ],
)
def test_a_start_says_what_is_wrong(
    lake_address, place, monkeypatch, caplog, capfd, variables, said
):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with caplog.at_level(logging.DEBUG), pytest.raises(StorageUnavailableError) as caught:
        open_lake(lake_address, place)
    assert said in str(caught.value)
    shown = "".join(capfd.readouterr()) + caplog.text + str(caught.value)
    assert "hunter2" not in shown
    assert not any(secret in shown for secret in SECRETS)


def test_a_bucket_that_is_missing_is_said(lake_address, s3_server):
    del s3_server
    with pytest.raises(StorageUnavailableError, match=r"does not exist: create it, or correct"):
        open_lake(lake_address, "s3://no-such-bucket/a")


class Skewed(BaseHTTPRequestHandler):
    """Answers as S3 does when the clock of the client is off."""

    def answer(self):
        content = (
            b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>RequestTimeTooSkewed</Code>'
            b"<Message>The difference between the request time and the current time is too large."
            b"</Message><RequestTime>20200101T000000Z</RequestTime></Error>"
        )
        self.send_response(403)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_PUT = do_POST = answer  # noqa: N815 - names of the library

    def log_message(self, *_):
        pass


def test_a_wrong_clock_is_said(lake_address, place, monkeypatch):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Skewed)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{server.server_port}")
        with pytest.raises(StorageUnavailableError, match="clock of this machine is wrong"):
            open_lake(lake_address, place)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_no_credentials_are_said(lake_address, place, monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(DataStoreError, match="AWS_ACCESS_KEY_ID"):
        open_lake(lake_address, place)


def test_credentials_of_a_profile_are_used(lake_address, place, monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    file = tmp_path / "credentials"
    file.write_text(f"[lake]\naws_access_key_id = {ADMIN[0]}\naws_secret_access_key = {ADMIN[1]}\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    monkeypatch.setenv("AWS_PROFILE", "lake")
    schema = simple_schema()
    with closing(open_lake(lake_address, place)) as store:
        store.append_inferences(schema, [inference(1)])
        assert values(store, schema, "partner_inference_id") == ["id-1"]


def test_no_credential_is_stored(servers, options, s3_server, postgresql_cluster):
    _, (first, _) = servers
    path = f"/models/{first.post('/models', json=MODEL).json()['id']}"
    send_images(first, path, range(2))
    with postgresql_cluster.connect() as connection:
        tables = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_schema LIKE 't!_%' ESCAPE '!'"
        ).fetchall()
        for schema, table in tables:
            rows = connection.execute(f'SELECT t::text FROM "{schema}"."{table}" t').fetchall()
            assert not any(secret in row[0] for row in rows for secret in (*SECRETS, ADMIN[0]))
    system = s3_server.connect()
    for name in s3_server.names(options["storage"].prefix):
        content = system.open_input_stream(name).read()
        assert not any(secret.encode() in content for secret in SECRETS)


def test_the_certificate_of_the_service_is_verified(
    lake_address, start_s3, place, monkeypatch, tmp_path
):
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext"
    subprocess.run(
        [*command.split(), "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    server = start_s3((certificate, key))
    for name, value in server.variables().items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StorageUnavailableError, match="AWS_CA_BUNDLE"):
        open_lake(lake_address, place)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    schema = simple_schema()
    with closing(open_lake(lake_address, place)) as store:
        store.append_inferences(schema, [inference(1)])
        assert values(store, schema, "partner_inference_id") == ["id-1"]
