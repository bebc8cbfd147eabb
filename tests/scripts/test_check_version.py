"""The version must have grown as much as the API description has changed since the last release."""

import copy
import json
import subprocess

import pytest

from arthurai.common.exceptions import UserValueError
from arthurai.contract.diff import Bump
from arthurai.contract.spec_diff import BUNDLE
from scripts.check_version import (
    Version,
    check,
    last_release,
    problems,
    read_entry,
    read_version,
)
from scripts.redocly import ROOT

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "t", "version": "1"},
    "paths": {
        "/one": {"get": {"operationId": "get_one", "responses": {"200": {"description": "One."}}}}
    },
}


def wider():
    made = copy.deepcopy(DOCUMENT)
    made["paths"]["/two"] = {
        "get": {"operationId": "get_two", "responses": {"200": {"description": "Two."}}}
    }
    return made


def broken():
    return {**DOCUMENT, "paths": {}}


@pytest.fixture
def repository(tmp_path):
    """A repository with a release of version 1.4.2."""

    def git(*arguments):
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True)

    (tmp_path / BUNDLE).parent.mkdir(parents=True)
    (tmp_path / "arthurai").mkdir()
    write(tmp_path, "1.4.2", DOCUMENT)
    git("init", "-q")
    git("add", "-A")
    git("commit", "-q", "-m", "release")
    git("tag", "v1.4.2")
    git("tag", "v1.3.10")
    git("tag", "vague")
    return tmp_path


def write(folder, version, document, line="- Something.", heading=None):
    (folder / BUNDLE).write_text(json.dumps(document))
    (folder / "arthurai" / "version.py").write_text(f'"""V."""\n\n__version__ = "{version}"\n')
    text = f"# Changelog\n\n## {heading or version} (unreleased)\n\n{line}\n\n## 1.0.0\n\n- Old.\n"
    (folder / "CHANGELOG.md").write_text(text)


@pytest.mark.parametrize(
    ("version", "document", "fits"),
    [
        ("1.4.2", DOCUMENT, True),
        ("1.4.2", wider(), False),
        ("1.4.3", wider(), False),
        ("1.5.0", wider(), True),
        ("2.0.0", wider(), True),
        ("1.5.0", broken(), False),
        ("2.0.0", broken(), True),
        ("1.4.1", DOCUMENT, False),
    ],
)
def test_the_version_has_grown_enough(repository, version, document, fits):
    write(repository, version, document)
    found = check(repository)
    assert (not found) == fits
    if not fits:
        (text,) = found
        assert version in text


def test_the_message_names_the_version_that_is_needed(repository):
    write(repository, "1.4.2", broken())
    assert check(repository) == [
        (
            "the changes of the API since 1.4.2 are major: arthurai/version.py must say 2.0.0 or more, "
            "but says 1.4.2"
        )
    ]


def test_a_change_needs_a_line_in_the_changelog(repository):
    write(repository, "1.5.0", wider(), line="Nothing yet.")
    (text,) = check(repository)
    assert "CHANGELOG.md has no line" in text


def test_both_files_name_one_version(repository):
    write(repository, "1.5.0", wider(), heading="1.6.0")
    (text,) = check(repository)
    assert "says 1.5.0, but the first section of CHANGELOG.md is 1.6.0" in text
    (repository / "CHANGELOG.md").write_text("nothing")
    assert "is no version" in check(repository)[0]


def test_the_newest_release_is_compared(repository):
    assert last_release(repository) == "v1.4.2"
    write(repository, "1.4.2", wider())
    assert check(repository, "v1.3.10")


def test_what_cannot_be_read_is_said(repository):
    with pytest.raises(UserValueError, match="not a revision"):
        check(repository, "v9.9.9")
    with pytest.raises(UserValueError, match="__version__"):
        read_version("version = 1")


def test_before_the_first_release_only_the_names_are_compared():
    entry = read_entry("## 4.0.0 (unreleased)\n")
    assert not list(problems(None, Bump.NONE, Version(4, 0, 0), entry))
    assert list(problems(None, Bump.NONE, Version(4, 0, 1), entry))


def test_this_repository_fits():
    assert check(ROOT) == []
