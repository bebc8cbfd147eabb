"""Refusals after an attempt that may have been carried out say so."""

from __future__ import annotations

import pytest

from arthurai.common.exceptions import ArthurError
from arthurai.transport.attempts import CallOptions
from arthurai.upload.row_outcomes import RowOutcomes, SentRows
from arthurai_api.api.inferences import send_inferences

BOTH_SHELLS = True

OPEN = {
    "closed without an answer": None,
    "half of an answer": b"HTTP/1.1 207 Multi-Status\r\nContent-Length: 100\r\n\r\n{",
    "gateway": b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
}


def send(session):
    request = send_inferences.build_request("m")
    session.send(request, content=b"[]", options=CallOptions(retry=True))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
@pytest.mark.parametrize("kind", OPEN)
def test_a_refusal_after_an_open_attempt_is_no_rejection(
    raw_server, connect, answers, kind, status
):
    server = raw_server(OPEN[kind], answers.whole(status, b"{}"))
    with pytest.raises(ArthurError) as caught:
        send(connect(server.url))
    assert len(server.requests) == 2
    assert caught.value.status_code == status
    assert caught.value.earlier_attempt_open
    outcomes = RowOutcomes(by_row=False)
    outcomes.add(SentRows(0, 2), error=caught.value)
    assert outcomes.result.unknown == 2
    assert outcomes.result.rejected == 0


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
def test_a_refusal_of_the_only_attempt_is_a_rejection(raw_server, connect, answers, status):
    server = raw_server(answers.whole(status, b"{}"))
    with pytest.raises(ArthurError) as caught:
        send(connect(server.url))
    assert not caught.value.earlier_attempt_open
    outcomes = RowOutcomes(by_row=False)
    outcomes.add(SentRows(0, 2), error=caught.value)
    assert outcomes.result.rejected == 2
