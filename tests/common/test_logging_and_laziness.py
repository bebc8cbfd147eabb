"""Importing is cheap and polite; log lines go where they belong, once."""

import importlib
import json
import subprocess
import sys
import textwrap

import pytest

import arthurai
from arthurai.common import exceptions


def run(program):
    """Run a program in a fresh Python; return what it wrote to both streams."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(program)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout, done.stderr


LINES = """
    log = logging.getLogger("arthurai.part")
    log.debug("a debug line")
    log.info("an info line")
    log.warning("a warning line")
"""


@pytest.mark.heavy
def test_nothing_goes_to_output_and_trouble_to_errors():
    program = "import logging, arthurai\n" + textwrap.dedent(LINES)
    program += "kinds = {type(handler) for handler in logging.getLogger('arthurai').handlers}\n"
    out, err = run(program + "assert logging.NullHandler in kinds")
    assert out == ""
    assert "arthurai.part - WARNING - a warning line" in err
    assert err.count("\n") == 1


@pytest.mark.heavy
@pytest.mark.parametrize("switch", ["call", "variable"])
def test_information_goes_to_output_when_asked_for(switch, monkeypatch):
    if switch == "variable":
        monkeypatch.setenv("ARTHUR_LOG_STDOUT", "true")
    asked = "arthurai.initialize_logging()\n" if switch == "call" else ""
    out, err = run("import logging, arthurai\n" + asked + textwrap.dedent(LINES))
    assert out.strip().endswith("arthurai - an info line")
    assert out.count("\n") == 1
    assert "arthurai.part - WARNING - a warning line" in err
    assert err.count("\n") == 1


@pytest.mark.heavy
def test_debug_logging_can_be_switched():
    program = (
        "import logging\nfrom arthurai.common.log import *\nfrom arthurai.common import log as l\n"
        "l.enable_debug_logging()\n" + textwrap.dedent(LINES) + "l.disable_debug_logging()\n"
        "logging.getLogger('arthurai').debug('hidden')\nlogging.getLogger('arthurai').info('shown')"
    )
    out, err = run(program)
    assert [line.rpartition(" - ")[2] for line in err.splitlines()] == [
        "a debug line",
        "an info line",
        "a warning line",
    ]
    assert out.strip().endswith("shown")
    assert "hidden" not in out + err


@pytest.mark.heavy
def test_initialising_twice_prints_once():
    program = "import logging, arthurai\n" + "arthurai.initialize_logging()\n" * 3
    out, _ = run(program + textwrap.dedent(LINES))
    assert out.count("an info line") == 1


@pytest.mark.heavy
@pytest.mark.parametrize("order", ["before", "after"])
def test_a_program_with_logging_of_its_own_sees_each_line_once(order):
    setup = "logging.basicConfig(format='OWN %(message)s')\n"
    program = "import logging\n" + (setup if order == "before" else "") + "import arthurai\n"
    program += (setup if order == "after" else "") + textwrap.dedent(LINES)
    out, err = run(program)
    assert out == ""
    assert err.splitlines() == ["OWN an info line", "OWN a warning line"]


@pytest.mark.heavy
def test_handlers_and_levels_of_the_program_stay():
    out, err = run(
        """
        import logging, sys
        log = logging.getLogger("arthurai")
        mine = logging.StreamHandler(sys.stdout)
        mine.setFormatter(logging.Formatter("MINE %(message)s"))
        log.addHandler(mine)
        log.setLevel("ERROR")
        import arthurai
        assert log.handlers == [mine]
        assert log.level == logging.ERROR
        log.warning("no")
        log.error("yes")
        arthurai.initialize_logging()
        assert mine in log.handlers
        """
    )
    assert (out, err) == ("MINE yes\n", "")


@pytest.mark.heavy
def test_the_root_logger_and_warnings_are_left_alone():
    out, _ = run(
        """
        import logging, warnings
        filters, hooks = list(warnings.filters), warnings.showwarning
        import arthurai
        assert logging.getLogger().handlers == []
        assert logging.getLogger().level == logging.WARNING
        assert (list(warnings.filters), warnings.showwarning) == (filters, hooks)
        print("same")
        """
    )
    assert out == "same\n"


@pytest.mark.heavy
def test_output_that_is_redirected_later_is_followed():
    out, _ = run(
        """
        import contextlib, io, logging, arthurai
        with contextlib.redirect_stdout(io.StringIO()) as caught:
            arthurai.initialize_logging()
            logging.getLogger("arthurai").info("inside")
        print("inside" in caught.getvalue())
        """
    )
    assert out == "True\n"


@pytest.mark.heavy
def test_a_program_without_streams_does_not_fail():
    run("import sys, logging, arthurai\nsys.stdout = sys.stderr = None\n" + textwrap.dedent(LINES))


@pytest.mark.heavy
def test_importing_loads_little():
    out, _ = run(
        """
        import json, sys
        before = set(sys.modules)
        import arthurai
        new = set(sys.modules) - before
        heavy = {"pandas", "numpy", "pyarrow", "httpx", "duckdb", "attrs", "orjson", "narwhals", "ssl"}
        print(json.dumps([len(new), sorted(heavy & new)]))
        """
    )
    count, heavy = json.loads(out)
    assert count <= 150
    assert heavy == []


PATHS = [
    "arthurai.ArthurAI",
    "arthurai.ArthurModel",
    "arthurai.ArthurAttribute",
    "arthurai.initialize_logging",
    "arthurai.__version__",
    "arthurai.version.__version__",
    "arthurai.common.constants.Stage.GroundTruth",
    "arthurai.common.constants.ValueType",
    "arthurai.common.exceptions.ResponseClientError",
    "arthurai.common.log.enable_debug_logging",
    "arthurai.client.client.ArthurAI",
    "arthurai.client.http.requests.HTTPClient",
    "arthurai.client.http.arthur.ArthurHTTPClient",
    "arthurai.client.http.base.AbstractHTTPClient",
    "arthurai.client.helper.construct_url",
    "arthurai.client.validation.validate_response_status",
    "arthurai.client.auth.AuthRefresher",
    "arthurai.core.models.ArthurModel",
    "arthurai.core.attributes.AttributeBin",
    "arthurai.core.base.ArthurBaseJsonDataclass",
    "arthurai.util.format_timestamp",
    "arthurai.explainability",
]


@pytest.mark.heavy
@pytest.mark.parametrize("path", PATHS)
def test_everything_is_reachable_after_importing_the_package_alone(path):
    out, _ = run(f"import arthurai\nprint({path} is not None)")
    assert out == "True\n"


@pytest.mark.parametrize(
    "package", ["arthurai", "arthurai.common", "arthurai.client", "arthurai.core"]
)
def test_packages_list_what_they_hold_and_nothing_else(package):
    module = importlib.import_module(package)
    listed = dir(module)
    assert {"arthurai": "ArthurAI", "arthurai.common": "constants", "arthurai.core": "models"}.get(
        package, "client"
    ) in listed
    for name in ("no_such_thing", "_private", "__wrapped__"):
        assert not hasattr(module, name)
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = module.no_such_thing


@pytest.mark.heavy
def test_a_star_import_gives_the_public_names():
    out, _ = run(
        "from arthurai import *\nprint(ArthurAI.__name__, Stage.GroundTruth, 'attach' in dir())"
    )
    assert out == "ArthurAI GROUND_TRUTH False\n"


def test_the_package_shows_its_public_names_only():
    public = {name for name in dir(arthurai) if not name.startswith("__")}
    assert public | {"__version__"} == set(arthurai.__all__)
    for name in arthurai.__all__:
        assert getattr(arthurai, name) is not None, name
    for module, names in arthurai._DEFINED_IN.items():
        for name in names:
            assert getattr(arthurai, name) is getattr(importlib.import_module(module), name)


def test_every_exception_is_a_name_of_the_package():
    found = {
        name
        for name, value in vars(exceptions).items()
        if isinstance(value, type) and issubclass(value, Exception) and value.__name__ == name
    }
    assert len(found) > 20
    assert found <= set(arthurai.__all__)


def test_a_first_program_imports_from_the_package_alone():
    out, _ = run(
        """
        from arthurai import ArthurAI, InputType, OutputType, Stage, col, select
        model = ArthurAI(offline=True).model("m", InputType.Tabular, OutputType.Regression)
        print(model.partner_model_id, Stage.GroundTruth, select(col("a")).to_dict()["select"])
        """
    )
    assert out == "m GROUND_TRUTH [{'property': 'a'}]\n"


@pytest.mark.heavy
def test_what_a_module_needs_is_not_mistaken_for_the_module():
    out, _ = run(
        """
        import sys, arthurai
        sys.modules["httpx"] = None
        try:
            arthurai.client.client
        except ModuleNotFoundError as fault:
            print(fault.name)
        """
    )
    assert out == "httpx\n"


@pytest.mark.heavy
def test_the_older_path_warns_once_and_works():
    out, _ = run(
        """
        import warnings
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("default")
            from arthurai.client.apiv3 import InputType, Stage
            from arthurai.client.apiv3 import OutputType
        print(InputType.NLP, [warning.category.__name__ for warning in told])
        """
    )
    assert out == "NLP ['DeprecationWarning']\n"
