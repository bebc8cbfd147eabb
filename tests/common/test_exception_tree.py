"""The exceptions: one tree, official names, and the decorator that keeps to it."""

import copy
import inspect
import pickle

import pytest

from arthurai.common import exceptions
from arthurai.common.exceptions import (
    ArthurError,
    ArthurInternalError,
    ArthurUnexpectedError,
    ArthurUserError,
    HttpExchange,
    MissingParameterError,
    UserTypeError,
    UserValueError,
    arthur_excepted,
    wrap_errors,
)

OFFICIAL = {
    "ArthurError": (Exception,),
    "ArthurUserError": ("ArthurError",),
    "MissingParameterError": ("ArthurUserError",),
    "UserValueError": ("ArthurUserError", ValueError),
    "UserTypeError": ("ArthurUserError", TypeError),
    "MethodNotApplicableError": ("ArthurUserError",),
    "ResponseClientError": ("ArthurUserError",),
    "PaymentRequiredError": ("ResponseClientError",),
    "ForbiddenError": ("ResponseClientError",),
    "ArthurUnexpectedError": ("ArthurError",),
    "ExpectedParameterNotFoundError": ("ArthurUnexpectedError",),
    "UnexpectedValueError": ("ArthurUnexpectedError", ValueError),
    "UnexpectedTypeError": ("ArthurUnexpectedError", TypeError),
    "ResponseServerError": ("ArthurUnexpectedError",),
    "ResponseRedirectError": ("ArthurUnexpectedError",),
    "ArthurDownloadError": ("ArthurError",),
}


@pytest.mark.parametrize("name", OFFICIAL)
def test_official_classes_have_their_official_bases(name):
    kind = getattr(exceptions, name)
    bases = tuple(getattr(exceptions, b) if isinstance(b, str) else b for b in OFFICIAL[name])
    assert kind.__bases__ == bases


def test_older_names_are_the_same_classes():
    assert ArthurInternalError is ArthurUnexpectedError
    assert exceptions.InternalValueError is exceptions.UnexpectedValueError
    assert exceptions.InternalTypeError is exceptions.UnexpectedTypeError


def all_kinds():
    return [
        kind
        for kind in vars(exceptions).values()
        if isinstance(kind, type) and issubclass(kind, ArthurError)
    ]


@pytest.mark.parametrize("kind", all_kinds())
def test_every_exception_takes_a_text_and_an_exchange_and_travels(kind):
    exchange = HttpExchange("GET", "https://h/x", 500, "id-1", 3, "oh")
    error = kind("what happened", exchange=exchange)
    for copied in (error, pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(copied) is kind
        assert str(copied) == "what happened"
        assert (copied.exchange, copied.status_code, copied.request_id) == (exchange, 500, "id-1")
    plain = kind("text")
    assert (plain.exchange, plain.status_code, plain.request_id) == (None, None, None)


def test_every_exception_is_the_callers_or_not():
    for kind in all_kinds():
        if kind in {ArthurError, exceptions.ArthurDownloadError}:
            continue
        assert issubclass(kind, ArthurUserError) != issubclass(kind, ArthurUnexpectedError)


@arthur_excepted("the sum failed")
def total(a, b=0, *, twice=False):
    """Add."""
    if b is None:
        raise UserValueError("b is missing")
    return (a + b) * (2 if twice else 1)


def test_it_changes_nothing_when_all_is_well():
    assert total(1, 2, twice=True) == 6
    assert total.__name__ == "total"
    assert total.__doc__ == "Add."
    assert list(inspect.signature(total).parameters) == ["a", "b", "twice"]


@pytest.mark.parametrize(
    ("args", "kwargs", "kind", "says"),
    [
        ((), {}, MissingParameterError, "missing .* 'a'"),
        ((1, 2, 3), {}, UserTypeError, "takes from 1 to 2 positional arguments but 3"),
        ((1,), {"c": 1}, UserTypeError, r"unexpected keyword argument 'c'$"),
        ((1,), {"twise": True}, UserTypeError, r"argument 'twise'; did you mean 'twice'\?$"),
        ((1,), {"a": 1}, UserTypeError, "multiple values for argument 'a'"),
    ],
)
def test_arguments_that_do_not_fit(args, kwargs, kind, says):
    with pytest.raises(kind, match=says) as caught:
        total(*args, **kwargs)
    assert isinstance(caught.value, TypeError)
    assert isinstance(caught.value, ArthurUserError)
    assert isinstance(caught.value, MissingParameterError)


def test_a_type_error_of_the_function_itself_is_no_refused_argument():
    @arthur_excepted()
    def fail(callback):
        return callback()

    with pytest.raises(ArthurUnexpectedError, match="missing"):
        fail(lambda needed: needed)


def test_a_class_is_wrapped_at_once():
    def multiply(self: "Base", factor: int = 2) -> int:
        """Multiply."""
        return self.value * factor

    @wrap_errors
    class Base:
        value = 3
        double = multiply

        def divide(self, by):
            return self.value / by

        def _private(self):
            raise ZeroDivisionError

        @staticmethod
        def fixed():
            raise ZeroDivisionError

    @wrap_errors
    class Special(Base):
        halve = Base.divide

    assert Special().double(factor=4) == 12
    assert (Base.double.__name__, Base.double.__qualname__[-11:]) == ("double", "Base.double")
    assert str(inspect.signature(Base.double)) == "(self, factor: int = 2) -> int"
    assert Base.double.__doc__ == "Multiply."
    assert Special.halve is Base.divide
    with pytest.raises(ArthurUnexpectedError, match=r"^divide\(\) failed because division by zero"):
        Special().halve(0)
    with pytest.raises(UserTypeError, match=r"^Special\.double\(\) got .* did you mean 'factor'"):
        Special().double(faktor=2)
    with pytest.raises(ArthurUnexpectedError, match=r"^fixed\(\) failed because ZeroDivisionError"):
        Base.fixed()
    with pytest.raises(ZeroDivisionError):
        Base()._private()


def test_own_errors_pass_untouched():
    with pytest.raises(UserValueError, match=r"^b is missing$"):
        total(1, None)


def test_other_errors_become_unexpected_with_their_cause():
    with pytest.raises(ArthurUnexpectedError, match=r"the sum failed because .*report") as caught:
        total("a", 1)
    assert type(caught.value.__cause__) is TypeError


@pytest.mark.parametrize("fault", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_the_will_to_stop_passes(fault):
    @arthur_excepted()
    def stop():
        raise fault

    with pytest.raises(fault):
        stop()


def test_an_error_without_a_text_is_named():
    @arthur_excepted()
    def fail():
        raise KeyError

    with pytest.raises(ArthurUnexpectedError, match=r"^KeyError"):
        fail()


def test_methods_are_told_with_their_class():
    class Thing:
        @arthur_excepted()
        def act(self, a):
            return a

    assert Thing().act(3) == 3
    with pytest.raises(MissingParameterError, match=r"Thing\.act\(\)"):
        Thing().act()

    class Special(Thing):
        pass

    with pytest.raises(MissingParameterError, match=r"Special\.act\(\)"):
        Special().act()
