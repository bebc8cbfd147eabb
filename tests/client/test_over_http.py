"""The same connection over a real socket, to a server in another process."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from arthurai import ArthurAI
from arthurai.common.exceptions import ArthurConnectionError, ArthurUserError, UserValueError


def test_a_served_server_is_used_like_an_embedded_one(served):
    with ArthurAI(url=served.url, access_key=served.key, allow_insecure=True) as arthur:
        assert arthur.get_current_org()["id"] == arthur.organization_id
        account = arthur.create_service_account("over http", "User")
        assert [a["id"] for a in arthur.get_service_accounts("over http")] == [account["id"]]
        with (
            ArthurAI(url=served.url, access_key=account["token"], allow_insecure=True) as reader,
            pytest.raises(ArthurUserError, match="403"),
        ):
            reader.get_service_accounts()


def test_a_wrong_key_and_a_forgotten_permission_are_told(served):
    with pytest.raises(UserValueError, match="access_key"):
        ArthurAI(url=served.url, access_key="wrong-key", allow_insecure=True)
    with pytest.raises(UserValueError, match="allow_insecure=True"):
        ArthurAI(url=served.url, access_key=served.key)


def test_threads_share_a_connection_to_a_served_server(served):
    with ArthurAI(url=served.url, access_key=served.key, allow_insecure=True) as arthur:
        start = threading.Barrier(8)

        def work(_):
            start.wait()
            return [arthur.get_current_org()["id"] for _ in range(10)]

        with ThreadPoolExecutor(8) as pool:
            found = {found for batch in pool.map(work, range(8)) for found in batch}
    assert found == {arthur.organization_id}


def test_a_server_that_goes_away_is_a_connection_error(start_server, tmp_path):
    with start_server("--data-dir", str(tmp_path / "data"), cwd=tmp_path) as address:
        arthur = ArthurAI(
            url=address.url,
            access_key=address.key,
            allow_insecure=True,
            http_options={"attempts": 1},
        )
        arthur.get_current_org()
    with arthur, pytest.raises(ArthurConnectionError):
        arthur.get_current_org()
