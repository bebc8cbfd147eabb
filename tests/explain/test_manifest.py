import hashlib
import os
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arthurai.common.exceptions import UserValueError
from arthurai.explain.manifest import select_files, write_archive

NEEDED = {
    "entrypoint.py",
    "helpers/__init__.py",
    "helpers/maths.py",
    "requirements.txt",
    "weights.json",
}
PRIVATE_KEY = "-----BEGIN " + "RSA PRIVATE KEY-----\nMIIE\n"

UNWANTED = {
    ".env": "hidden",
    ".netrc": "hidden",
    "helpers/.env": "hidden",
    "helpers/.secret/token": "hidden",
    "production.env": "may contain a secret",
    "helpers/server.PEM": "may contain a secret",
    "tls.key": "may contain a secret",
    "id_rsa": "may contain a secret",
    "deep/er/credentials.json": "may contain a secret",
    "notes.txt": "contains a private key",
    "__pycache__/entrypoint.cpython-311.pyc": "cache",
    "helpers/maths.pyc": "cache",
    "env/pyvenv.cfg": "virtual environment",
    "env/lib/site.py": "virtual environment",
    "data/huge.csv": "in ignore_dirs",
    "helpers/cache/x.bin": "in ignore_dirs",
}


def add(project, name, content="x"):
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def test_secrets_and_caches_stay_at_home(project):
    for name in UNWANTED:
        add(project, name, PRIVATE_KEY if name == "notes.txt" else "x")
    found = select_files(project, ["data", "helpers/cache"])
    assert {file.name for file in found.packed} == NEEDED
    reasons = dict(found.left_out)
    for name, reason in UNWANTED.items():
        parts = name.split("/")
        above = ["/".join(parts[:n]) + "/" for n in range(1, len(parts))]
        assert reason in {reasons.get(place) for place in (*above, name)}, name
    assert "weights.json" in str(found)
    assert ".env (hidden)" in str(found)


def test_links_are_followed_within_the_project_only(project, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("x")
    (project / "inside.json").symlink_to(project / "weights.json")
    (project / "leak.txt").symlink_to(outside / "secret.txt")
    (project / "leak").symlink_to(outside)
    add(project, ".env")
    (project / "settings.txt").symlink_to(project / ".env")
    (project / "dangling").symlink_to(project / "nothing")
    os.mkfifo(project / "pipe")
    found = select_files(project)
    assert {file.name for file in found.packed} == {*NEEDED, "inside.json"}
    assert {name for name, _ in found.left_out} == {
        "leak.txt",
        "leak",
        ".env",
        "settings.txt",
        "dangling",
        "pipe",
    }


def test_the_same_files_give_the_same_bytes(project, tmp_path):
    digests = set()
    for number in range(2):
        target = tmp_path / f"{number}.zip"
        write_archive(select_files(project), target)
        digests.add(hashlib.sha256(target.read_bytes()).hexdigest())
        for path in project.rglob("*"):
            os.utime(path, (number * 10**8, number * 10**8))
            path.chmod(0o700)
    assert len(digests) == 1
    with zipfile.ZipFile(target) as archive:
        assert set(archive.namelist()) == NEEDED
        assert archive.read("weights.json") == (project / "weights.json").read_bytes()
        assert archive.testzip() is None


def test_a_file_that_cannot_be_read(project):
    found = select_files(project)
    (project / "weights.json").unlink()
    with pytest.raises(UserValueError, match="weights"):
        write_archive(found, project.parent / "x.zip")


names = st.text(
    st.characters(codec="utf-8", exclude_characters="/\0\\", min_codepoint=33),
    min_size=1,
    max_size=12,
)


@given(
    st.lists(
        st.lists(names.filter(lambda n: n not in {".", ".."}), min_size=1, max_size=3), max_size=8
    )
)
def test_no_hidden_part_is_ever_packed(tmp_path_factory, paths):
    project = tmp_path_factory.mktemp("any")
    for parts in paths:
        try:
            add(project, "/".join(parts))
        except OSError:
            continue  # a directory stands where a file should be
    packed = [file.name for file in select_files(project).packed]
    assert not [name for name in packed if any(p.startswith(".") for p in name.split("/"))]
    visible = {
        path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()
    }
    assert set(packed) <= visible
