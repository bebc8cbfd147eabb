"""Parts of messages, and the environment variables."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arthurai.common import settings
from arthurai.common.checks import check_bool, check_choice, check_object, check_text
from arthurai.common.exceptions import UnexpectedValueError, UserTypeError, UserValueError
from arthurai.common.text import find_similar, list_names, quote_value, suggest

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


class Unprintable:
    def __repr__(self):
        raise RuntimeError("no")


@given(JSON, st.integers(10, 200))
def test_a_quoted_value_fits_on_one_line(value, limit):
    text = quote_value(value, limit)
    assert 0 < len(text) <= limit
    assert text.encode()
    assert "\n" not in text


def test_small_values_are_quoted_whole():
    values = ["it's", 'a "b"', None, 1.5, [1, "x"], {"b": 1, "a": [True]}]
    assert [quote_value(value) for value in values] == [
        '"it\'s"',
        "'a \"b\"'",
        "None",
        "1.5",
        "[1, 'x']",
        "{'a': [True], 'b': 1}",
    ]
    assert "Unprintable" in quote_value(Unprintable())


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ([], "none"),
        (["a"], "'a'"),
        (("a", 1), "'a', 1"),
        (["a", "b", "c"], "'a', 'b', 'c'"),
        (["a", "b", "c", "d", "e"], "'a', 'b', 'c' and 2 more"),
    ],
)
def test_lists_of_names(names, text):
    assert list_names(names, 3) == text


@pytest.mark.parametrize(
    ("word", "known", "limit", "text"),
    [
        ("partner_modelid", ["id", "partner_model_id"], 1, "; did you mean 'partner_model_id'?"),
        ("INCOME", ["age", "income"], 1, "; did you mean 'income'?"),
        ("incom", ["Income", "income2"], 3, "; did you mean 'Income' or 'income2'?"),
        ("zzz", ["id"], 1, ""),
        (3, ["a3", "b"], 1, "; did you mean 'a3'?"),
        ("x", [], 1, ""),
    ],
)
def test_suggestions(word, known, limit, text):
    assert suggest(word, known, limit) == text


def test_a_word_however_long_is_compared_quickly():
    assert find_similar("x" * 10**7, ["x" * 80, "y"]) == ["x" * 80]


def test_checks_of_arguments_return_what_fits():
    assert check_text("name", " a ") == " a "
    assert check_choice("kind", "b", ("a", "b")) == "b"
    assert check_bool("flag", False) is False
    assert check_object({"a": 1}) == {"a": 1}


@pytest.mark.parametrize(
    ("check", "error", "message"),
    [
        (lambda: check_text("name", 3), UserTypeError, "name must be a non-empty string, got int"),
        (
            lambda: check_text("name", " "),
            UserValueError,
            "name must be a non-empty string, got ' '",
        ),
        (
            lambda: check_choice("kind", "Abd", ["abc", "def"]),
            UserValueError,
            "kind must be one of 'abc', 'def', got 'Abd'; did you mean 'abc'?",
        ),
        (
            lambda: check_choice("kind", None, ["abc"]),
            UserValueError,
            "kind must be one of 'abc', got None",
        ),
        (lambda: check_bool("flag", 1), UserTypeError, "flag must be True or False, got int"),
        (
            lambda: check_object([1]),
            UnexpectedValueError,
            "the server sent list instead of an object: [1]",
        ),
    ],
)
def test_checks_name_argument_value_and_remedy(check, error, message):
    with pytest.raises(error) as caught:
        check()
    assert str(caught.value) == message


@pytest.mark.parametrize("word", ["y", "YES", "t", "True", "on", "1", " 1 "])
def test_words_for_yes(word):
    assert settings.parse_bool(word, "X") is True


@pytest.mark.parametrize("word", ["n", "No", "f", "FALSE", "off", "0"])
def test_words_for_no(word, monkeypatch):
    monkeypatch.setenv("X", word)
    assert settings.read_bool("X", default=True) is False


@pytest.mark.parametrize("word", ["2", "nope", "truee", "-"])
def test_words_that_are_neither(word, monkeypatch):
    monkeypatch.setenv("X", word)
    with pytest.raises(UserValueError, match=f"X must be one of 1, on.*, got {word!r}"):
        settings.read_bool("X", default=True)


@pytest.mark.parametrize("text", ["", "  ", None])
def test_what_is_not_set_takes_the_default(text, monkeypatch):
    if text is not None:
        monkeypatch.setenv("X", text)
    assert settings.read_variable("X") is None
    assert settings.read_bool("X", default=True) is True
    assert settings.read_bool("X", default=False) is False


def test_all_secrets_are_variables():
    assert set(settings.VARIABLES) > settings.SECRET_VARIABLES


def test_the_page_on_operating_explains_every_variable():
    page = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()
    assert not [name for name in settings.VARIABLES if f"`{name}`" not in page]
