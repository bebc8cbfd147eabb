"""What generated functions make of answers: each test stands for one fault of the generator."""

import copy
import datetime as dt
import json
import pickle
import subprocess
import sys

import httpx
import pytest

THING = {"name": "n", "kind": "RED", "labels": ["a"], "parts": []}


def get_thing(traps, server, thing):
    from traps_api.api.things import get_thing as operation

    server.answer = json.dumps(thing).encode()
    return operation.sync("1", client=traps.Client(server.url))


@pytest.mark.parametrize("status", [399, 420, 499, 520, 561, 599])
def test_statuses_that_nobody_registered_do_not_raise(traps, server, status):
    from traps_api.api.things import get_thing as operation

    server.status = status
    response = operation.sync_detailed("1", client=traps.Client(server.url))
    assert response.status_code == status
    assert response.parsed is None


@pytest.mark.parametrize(
    "answer",
    [b"<html>Bad gateway</html>", b"", b"null", b"[]", b'"text"', b'{"message": "other shape"}'],
)
@pytest.mark.parametrize("status", [404, 502, 520])
def test_errors_of_another_shape_do_not_raise(traps, server, status, answer):
    from traps_api.api.things import list_things

    server.status, server.answer, server.content_type = status, answer, "text/html"
    response = list_things.sync_detailed(client=traps.Client(server.url))
    assert (response.status_code, response.content, response.parsed) == (status, answer, None)


def test_documented_errors_are_parsed(traps, server):
    from traps_api.api.things import list_things

    server.status, server.answer = 503, b'{"error": "down"}'
    assert list_things.sync_detailed(client=traps.Client(server.url)).parsed.error == "down"


def test_a_success_that_does_not_parse_raises(traps, server):
    from traps_api.api.things import list_things

    server.answer = b"<html>"
    with pytest.raises(ValueError, match="Expecting value"):
        list_things.sync(client=traps.Client(server.url))


def test_undocumented_statuses_raise_when_asked_to(traps, server):
    from traps_api.api.things import get_thing as operation
    from traps_api.errors import UnexpectedStatus

    server.status = 418
    client = traps.Client(server.url, raise_on_unexpected_status=True)
    with pytest.raises(UnexpectedStatus, match="418"):
        operation.sync_detailed("1", client=client)


@pytest.mark.parametrize("status", [302, 404, 409, 418, 502])
def test_a_call_for_the_body_alone_raises_on_every_error(traps, server, status):
    from traps_api.api.things import delete_thing
    from traps_api.errors import ErrorStatus, UnexpectedStatus

    server.status, server.answer = status, b'{"error": "why", "answer": "no"}'
    with pytest.raises(ErrorStatus, match=f"{status}.*why") as caught:
        delete_thing.sync("1", client=traps.Client(server.url))
    assert (caught.value.status_code, caught.value.content) == (status, server.answer)
    kinds = {404: "Error", 409: "Form"}
    assert type(caught.value.parsed).__name__ == kinds.get(status, "NoneType")
    assert isinstance(caught.value, UnexpectedStatus) == (status in {418, 502})


def test_a_call_for_the_body_alone_has_the_type_of_the_success_alone(traps):
    from traps_api.api.things import delete_thing, list_things, replace_thing

    for name in ("sync", "asyncio", "parse_response"):
        of = {
            operation: getattr(operation, name).__annotations__["return"]
            for operation in (list_things, delete_thing, replace_thing)
        }
        assert list(of.values()) == ["ThingList", "None", "None | Thing | ThingList"]
    detailed = delete_thing.sync_detailed.__annotations__["return"]
    assert detailed == "Response[Error | Form | None]"


def test_each_success_is_read_as_documented(traps, server):
    from traps_api.api.things import delete_thing, replace_thing

    client = traps.Client(server.url)
    server.status, server.answer = 202, b'{"data": []}'
    assert replace_thing.sync("1", client=client).data == []
    server.status, server.answer = 204, b""
    assert replace_thing.sync("1", client=client) is None
    assert delete_thing.sync("1", client=client) is None


def test_an_undocumented_success_reads_like_the_first_documented_one(traps, server):
    server.status = 299
    assert get_thing(traps, server, THING).name == "n"


def test_a_response_is_read_without_a_client(traps):
    from traps_api.api.things import get_thing as operation

    assert operation.parse_response(httpx.Response(200, json=THING)).name == "n"


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (b"[]", TypeError),
        (b"<html>", ValueError),
        (b'{"name": "n", "kind": 7, "labels": [], "parts": []}', ValueError),
    ],
)
def test_everything_that_can_fail_passes_through_the_client(traps, server, answer, fault):
    from traps_api.api.things import get_thing as operation

    seen = []

    class OwnClient(traps.Client):
        def build(self, build, *args, **kwargs):
            try:
                return super().build(build, *args, **kwargs)
            except (TypeError, ValueError) as error:
                raise LookupError("not built") from error

        def send(self, request):
            seen.append(request.operation)
            return super().send(request)

        def parse(self, response, parse):
            try:
                return super().parse(response, parse)
            except (KeyError, TypeError, ValueError) as error:
                raise LookupError("mine") from error

    server.answer = answer
    with pytest.raises(fault):
        operation.sync("1", client=traps.Client(server.url))
    for call in (operation.sync, operation.sync_detailed):
        with pytest.raises(LookupError, match="mine") as caught:
            call("1", client=OwnClient(server.url))
        assert isinstance(caught.value.__cause__, fault)
        with pytest.raises(LookupError, match="not built"):
            call("..", client=OwnClient(server.url))
    assert seen == ["get_thing"] * 2


def test_null_lists_read_as_empty(traps, server):
    thing = get_thing(
        traps,
        server,
        {**THING, "labels": None, "parts": None, "more_labels": None, "more_parts": None},
    )
    assert (thing.labels, thing.parts, thing.more_labels, thing.more_parts) == ([], [], [], [])


def test_null_in_an_optional_field_reads_as_left_out(traps, server):
    from traps_api.types import UNSET

    assert get_thing(traps, server, {**THING, "created_at": None}).created_at is UNSET


def test_a_null_list_of_the_body_reads_as_empty(traps, server):
    from traps_api.api.things import create_things

    server.answer = b"null"
    assert create_things.sync(client=traps.Client(server.url), body=[]) == []


def test_unknown_values_of_an_enum_are_kept(traps, server):
    from traps_api.models import Kind

    thing = get_thing(traps, server, {**THING, "kind": "BRAND NEW", "other_kind": "NEWER"})
    assert thing.kind == "BRAND NEW"
    assert thing.kind.value == str(thing.kind) == f"{thing.kind}" == "BRAND NEW"
    assert isinstance(thing.kind, Kind)
    assert hash(thing.kind) == hash("BRAND NEW")
    assert thing.kind != thing.other_kind
    assert json.dumps(thing.to_dict()["kind"]) == '"BRAND NEW"'
    assert thing.to_dict()["other_kind"] == "NEWER"
    assert "BRAND NEW" not in [member.value for member in Kind]


@pytest.mark.parametrize("text", ["RED", "ARRAY(STRING)", "BRAND NEW"])
def test_values_of_an_enum_survive_pickling_and_copying(traps, text):
    from traps_api.models import Kind

    kind = Kind(text)
    for twin in (pickle.loads(pickle.dumps(kind)), copy.deepcopy(kind), copy.copy(kind)):
        assert twin == kind == text
        assert type(twin) is Kind
    assert Kind("RED") is Kind.RED


def test_enums_refuse_what_is_not_text(traps):
    from traps_api.models import Kind

    with pytest.raises(ValueError, match="7"):
        Kind(7)


@pytest.mark.heavy
def test_unset_stays_one_object(traps, traps_folder):
    from traps_api.models import Kind, Thing
    from traps_api.types import UNSET

    assert pickle.loads(pickle.dumps(UNSET)) is UNSET
    assert copy.deepcopy(UNSET) is copy.copy(UNSET) is UNSET
    assert repr(UNSET) == "UNSET"
    thing = Thing(name="n", kind=Kind.RED, labels=[], parts=[])
    program = (
        f"import sys; sys.path.insert(0, {str(traps_folder.parent)!r}); import pickle;"
        "from traps_api.types import UNSET; thing = pickle.load(sys.stdin.buffer);"
        "assert thing.created_at is UNSET; assert 'created_at' not in thing.to_dict()"
    )
    command = [sys.executable, "-c", program]
    subprocess.run(command, input=pickle.dumps(thing), check=True)


def test_none_and_unset_turn_into_one_another(traps):
    from traps_api.types import UNSET, or_none, or_unset

    assert or_unset(None) is UNSET
    assert or_none(UNSET) is None
    for value in (0, "", False, [], "text"):
        assert or_unset(value) is or_none(value) is value


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("2024-01-02T03:04:05Z", 0),
        ("2024-01-02T03:04:05+00:00", 0),
        ("2024-01-02T03:04:05.5Z", 500000),
        ("2024-01-02T03:04:05.123456789Z", 123456),
        ("2024-01-02T05:04:05+02:00", 0),
    ],
)
def test_stamps_are_read_with_any_zone_and_fraction(traps, server, text, microsecond):
    stamp = get_thing(traps, server, {**THING, "created_at": text}).created_at
    expected = dt.datetime(2024, 1, 2, 3, 4, 5, microsecond, tzinfo=dt.UTC)
    assert stamp == expected


def test_images_are_bytes(traps, server):
    from traps_api.api.files import get_image

    server.content_type, server.answer = "image/png", b"\x89PNG\r\n"
    image = get_image.sync(client=traps.Client(server.url))
    assert image.payload.read() == b"\x89PNG\r\n"


def test_unknown_fields_are_kept(traps, server):
    thing = get_thing(traps, server, {**THING, "new_field": [1]})
    assert thing["new_field"] == [1]
    assert thing.to_dict() == {**THING, "new_field": [1]}


def test_a_model_gives_back_what_it_was_read_from(traps, server):
    from traps_api.models import Thing

    received = {"parts": None, "new": 1, **THING, "created_at": "2024-01-02T03:04:05.50Z"}
    thing = get_thing(traps, server, received)
    assert list(thing.as_received().items()) == list(received.items())
    thing.name = "other"
    assert thing.to_dict()["name"] == "other"
    made = Thing(name="n", kind=thing.kind, labels=["a"], parts=[])
    assert made.as_received() == made.to_dict() == THING
    assert made == Thing.from_dict(THING)


def test_a_member_that_is_missing_is_missed_when_it_is_used(traps, server):
    from traps_api.types import AbsentMember

    received = {"name": "n", "parts": [{}], "created_at": None}
    thing = get_thing(traps, server, received)
    assert (thing.name, len(thing.parts)) == ("n", 1)
    assert not thing.is_complete()
    assert get_thing(traps, server, THING).is_complete()
    with pytest.raises(AbsentMember, match="Thing was received without 'kind'") as caught:
        thing.kind  # noqa: B018  # the look-up is the test
    assert isinstance(caught.value, AttributeError)
    assert caught.value.member == "kind"
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert getattr(thing, "labels", "none") == "none"
    assert repr(thing).startswith("Thing(name='n', parts=[Thing(")
    assert thing.as_received() == received
    with pytest.raises(AbsentMember, match="kind"):
        thing.to_dict()
    with pytest.raises(AttributeError, match="no attribute 'other'"):
        thing.other  # noqa: B018  # the look-up is the test


@pytest.mark.parametrize(
    "fields",
    [
        {"other_kind": 7},
        {"parts": [{"other_kind": {}}]},
        {"more_parts": [7]},
        {"options": ["no option"]},
        {"options": "text"},
        {"options": [{"answer": "x"}, "no option"]},
        {"when": "yesterday"},
    ],
)
def test_what_a_union_cannot_hold_is_not_let_through(traps, server, fields):
    with pytest.raises((TypeError, ValueError)):
        get_thing(traps, server, {**THING, **fields})


def test_each_member_of_a_union_is_read(traps, server):
    fields = {"options": [{"answer": "x"}], "when": "2024-01-02T03:04:05Z", "id": "7"}
    thing = get_thing(traps, server, {**THING, **fields})
    assert [option.answer for option in thing.options] == ["x"]
    assert (thing.when.year, thing.id) == (2024, "7")
    fields = {"options": None, "when": None, "id": "2024-01-02T03:04:05Z"}
    thing = get_thing(traps, server, {**THING, **fields})
    assert (thing.options, thing.when, thing.id.year) == (None, None, 2024)
    assert get_thing(traps, server, {**THING, "id": 7}).id == 7


def test_fields_may_be_named_like_the_variables_of_generated_code(traps, server):
    from traps_api.api.things import list_things

    fields = {"thing_list": [1, "a"], "d": "text", "data": []}
    server.answer = json.dumps(fields).encode()
    assert list_things.sync(client=traps.Client(server.url)).to_dict() == fields
