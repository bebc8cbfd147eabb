"""The scripts of `arthurai completion`, run by the shells they are for."""

import shutil
import subprocess

import pytest

from arthurai.cli import _parser, main
from arthurai.commands.completion_command import SHELLS, format_script


def complete_in_bash(*words):
    script = format_script(_parser(), "bash")
    quoted = " ".join(f"'{word}'" for word in words)
    program = f"""{script}
COMP_WORDS=(arthurai {quoted}); COMP_CWORD={len(words)}; _arthurai; printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(
        ["bash", "--norc", "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("mo",), ["models"]),
        (("da",), ["data"]),
        (("data", "pr"), ["prune"]),
        (("models", "--j"), ["--json"]),
        (("send", "Loan risk", "--ki"), ["--kind"]),
        (("users", "add", "--ro"), ["--role"]),
        (("completion", "f"), ["fish"]),
        (("nonsense", "x"), []),
        (("serve", "--po"), ["--port"]),
        (("send", "Loan risk", "--kind", "g"), ["ground-truths"]),
        (("alerts", "Loan risk", "--status", ""), ["new", "acknowledged", "resolved"]),
        (("drift", "Loan risk", "--by", "w"), ["week"]),
        (("report", "Loan risk", "--output", ""), []),  # files, by bash
    ],
)
def test_bash_completes_commands_and_options(words, expected):
    assert complete_in_bash(*words) == expected


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_is_in_the_script(shell, capsys):
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for word in ("models", "query", "send", "alerts", "report", "drift", "serve", "contract"):
        assert word in script
    if shell != "fish":
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    else:
        assert (
            "complete -c arthurai -n '__fish_seen_subcommand_from models; and true' -l json"
            in script
        )
        assert "-l kind -x -a 'inferences ground-truths reference'" in script
        assert "-l output -r\n" in script
