import importlib.metadata

import pytest
from packaging.requirements import Requirement

from arthurai.explain.requirements import check_requirements, normalize_name

NUMPY = importlib.metadata.version("numpy")
SKLEARN = f"scikit-learn=={importlib.metadata.version('scikit-learn')}"


def lines(text, **options):
    return check_requirements(text, **options).text.splitlines()


def test_comments_blank_lines_extras_and_markers():
    text = f"\ufeff# a comment\n\n numpy == {NUMPY}  # pinned\r\nscikit_learn\nnarwhals[pandas]; python_version > '3'\n"
    checked = check_requirements(text)
    assert checked.problems == ()
    narwhals = importlib.metadata.version("narwhals")
    assert checked.text.splitlines() == [
        f"numpy=={NUMPY}",
        SKLEARN.replace("scikit-learn", "scikit_learn"),
        f"narwhals[pandas]=={narwhals} ; python_version > '3'",
    ]
    for line in checked.text.splitlines():
        assert str(Requirement(line).specifier).startswith("==")


@pytest.mark.parametrize("text", ["", "\n", "# nothing"])
def test_scikit_learn_is_added_once(text):
    checked = check_requirements(text)
    assert checked.text == f"{SKLEARN}\n"
    assert "was added" in checked.notes[0]
    assert lines(SKLEARN) == [SKLEARN]
    assert lines(f"Scikit.Learn{SKLEARN.removeprefix('scikit-learn')}\n# end") == [
        SKLEARN.replace("scikit-learn", "Scikit.Learn")
    ]


@pytest.mark.parametrize("specifier", ["", ">=1", "~=1.0", ">1,<99", "!=1.0", "==1.*"])
def test_what_is_not_pinned_is_pinned_to_what_is_installed(specifier):
    checked = check_requirements(f"numpy{specifier}")
    assert checked.problems == ()
    assert checked.text.splitlines()[0] == f"numpy=={NUMPY}"
    assert f"pinned to the installed version {NUMPY}" in checked.notes[0]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("numpy==0.0.1", f"{NUMPY} is installed"),
        ("numpy== 1 == 2", "invalid version"),
        ("no-such-package-here", "not installed here"),
        ("-r more.txt", "no options"),
        ("--index-url https://user:hunter2@example.com", "no options"),
        ("pkg @ https://example.com/pkg.whl", "no options"),
        ("git+https://example.com/x.git", "no options"),
        ("./local", "no options"),
        ("numpy \\", "no options"),
        (f"numpy=={NUMPY}\nNumPy=={NUMPY}", "duplicate package NumPy, first in line 1"),
    ],
)
def test_problems_name_the_line_but_no_secret(line, message):
    (problem,) = check_requirements(line).problems
    assert message in problem
    assert problem.startswith("line ")
    assert "hunter2" not in problem


def test_another_python_has_other_versions():
    checked = check_requirements("numpy==1.19.5\nno-such-package-here==1.0", same_python=False)
    assert checked.problems == ()
    assert checked.text.startswith("numpy==1.19.5\nno-such-package-here==1.0\n")
    assert len(checked.notes) == 3


def test_names_are_compared_as_pip_does():
    assert normalize_name("Scikit_Learn") == normalize_name("scikit.learn") == "scikit-learn"
