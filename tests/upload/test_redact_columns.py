"""The checks of `redact`, `sample` and the key, and the share that a sample has."""

import hashlib
import hmac
import uuid

import pyarrow as pa
import pytest
from builders import attribute, ground_truth, prediction, save_model
from scipy import stats

from arthurai import ArthurAI, MissingParameterError, UserTypeError, UserValueError
from arthurai.upload.columnar import ABSENT, SparseColumn
from arthurai.upload.redact_columns import (
    Redaction,
    check_actions,
    check_key,
    check_sample,
    hash_value,
    is_sampled,
)
from arthurai.upload.upload_schema import UploadSchema

KEY = "0123456789abcdef"


@pytest.fixture(scope="module")
def model():
    with ArthurAI(url="local://") as arthur:
        yield save_model(
            arthur,
            [
                attribute("email", "STRING", categorical=True, is_unique=True),
                attribute("age", position=1),
                prediction("p", attribute_link="y"),
                ground_truth("y", attribute_link="p"),
            ],
        )


@pytest.mark.parametrize(
    ("redact", "error", "text"),
    [
        ([], UserTypeError, "must be a dictionary"),
        ({"email": "encrypt"}, UserTypeError, "must be 'hash', 'drop' or a function"),
        ({"email": None}, UserTypeError, "must be 'hash', 'drop' or a function"),
        ({"emial": "drop"}, UserValueError, "did you mean 'email'"),
        ({"age": "hash"}, UserValueError, "hashes are text"),
        ({"partner_inference_id": "drop"}, UserValueError, "must be a function or hash"),
        ({"inference_timestamp": "hash"}, UserValueError, "must be a function, got"),
        ({"email": "hash"}, MissingParameterError, "redaction_key=… to ArthurAI or set ARTHUR_RED"),
    ],
)
def test_wrong_redactions_are_refused_before_anything_is_sent(model, redact, error, text):
    row = [{"email": "a", "age": 1.0, "p": 1.0}]
    for send in (model.send_inferences, lambda rows, **more: model.logger(**more)):
        with pytest.raises(error, match=text):
            send(row, redact=redact)
    assert model.query({"select": [{"function": "count"}]}) == [{"count": 0}]


@pytest.mark.parametrize(
    ("sample", "error"),
    [
        (0, UserValueError),
        (1.5, UserValueError),
        (-1, UserValueError),
        ("1", UserTypeError),
        (True, UserTypeError),
        (float("nan"), UserValueError),
    ],
)
def test_wrong_samples_are_refused(model, sample, error):
    with pytest.raises(error, match="`sample` must be"):
        model.send_inferences([{"email": "a", "age": 1.0, "p": 1.0}], sample=sample)


def test_the_key_comes_from_the_client_or_the_environment(model, monkeypatch):
    row = {"email": "a", "age": 1.0, "p": 1.0}
    monkeypatch.setenv("ARTHUR_REDACTION_KEY", KEY)
    model.send_inferences([row], redact={"email": "hash"})
    body = {"select": [{"property": "email"}]}
    assert [r["email"] for r in model.query(body)] == [hash_value("a", KEY.encode())]
    monkeypatch.setenv("ARTHUR_REDACTION_KEY", "short")
    with pytest.raises(UserValueError, match="at least 16 characters") as caught:
        model.send_inferences([row], redact={"email": "hash"})
    assert "short" not in str(caught.value)
    with pytest.raises(UserTypeError, match="must be a string"):
        ArthurAI(url="local://", redaction_key=b"0" * 16)
    with ArthurAI(url="local://", redaction_key=KEY) as arthur:
        assert KEY not in repr(arthur)
        assert KEY not in repr(arthur.session)
    assert check_key(KEY) == KEY


def test_a_hash_is_hmac_sha_256_and_stays_when_it_is_hashed_again():
    expected = hmac.new(KEY.encode(), "ä".encode(), hashlib.sha256).hexdigest()[:32]
    once = hash_value("ä", KEY.encode())
    assert once == f"hmac:{expected}"
    assert hash_value(once, KEY.encode()) == once
    assert hash_value("ä", b"another key") != once
    assert hash_value(5, KEY.encode()) == hash_value("5", KEY.encode())


def test_columns_of_every_kind_keep_what_is_missing():
    schema = UploadSchema("TABULAR", "REGRESSION", is_batch=False)
    from arthurai.common.attribute_spec import AttributeSpec

    spec = AttributeSpec("c", "STRING", "PIPELINE_INPUT", 0)
    schema = UploadSchema("TABULAR", "REGRESSION", is_batch=False, attributes=(spec,))
    redaction = Redaction({"c": "hash"}, schema, KEY)
    a = hash_value("a", KEY.encode())
    assert redaction.apply({"c": ["a", None, float("nan"), "a"], "d": [1]}) == {
        "c": [a, None, None, a],
        "d": [1],
    }
    for column in (
        pa.array(["a", None]),
        pa.chunked_array([["a"], [None]]),
        pa.array(["a", None]).dictionary_encode(),
    ):
        assert redaction.apply({"c": column})["c"].to_pylist() == [a, None]
    sparse = redaction.apply({"c": SparseColumn(["a", ABSENT])})["c"]
    assert isinstance(sparse, SparseColumn)
    assert sparse == [a, ABSENT]
    drop = Redaction({"c": "drop"}, schema, None)
    assert drop.apply({"c": pa.array(["a", "b"])}) == {"c": [None, None]}
    assert check_actions({"c": "DROP"}) == {"c": "drop"}


@pytest.mark.parametrize("share", [0.01, 0.25, 0.9])
def test_a_sample_has_its_share_and_grows_with_it(share):
    ids = [str(uuid.UUID(int=n)) for n in range(20_000)]
    drawn = {one for one in ids if is_sampled(one, share)}
    assert stats.binomtest(len(drawn), len(ids), share).pvalue > 0.001
    assert drawn <= {one for one in ids if is_sampled(one, min(1.0, share * 1.1))}
    assert check_sample(1) is None
    assert is_sampled(None, 0.001)
