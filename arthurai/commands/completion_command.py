"""`arthurai completion`: scripts by which shells complete commands and options."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHELLS: Final = ("bash", "zsh", "fish")

_BASH: Final = """\
# Completion of arthurai. In bash: eval "$(arthurai completion bash)"
_arthurai() {{
    local word path=""
    COMPREPLY=()
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case "$path $word" in
{paths}
        esac
    done
    case "$path" in
{words}
    esac
}}
complete -o default -F _arthurai arthurai
"""


def add_completion_command(
    commands: Any,
    add: Callable[..., argparse.ArgumentParser],
    parser: argparse.ArgumentParser,
) -> None:
    """Add the command to a parser.

    Args:
        commands: The subparsers of `arthurai`.
        add: Adds a command with a summary.
        parser: The whole parser, which is described.
    """
    command = add(
        commands,
        "completion",
        "print a script by which a shell completes commands and options",
        epilog='bash: eval "$(arthurai completion bash)"; zsh: the same with zsh, after compinit; '
        "fish: arthurai completion fish | source. Put the line into the start file of the shell.",
    )
    command.add_argument("shell", choices=SHELLS)

    def run(options: argparse.Namespace) -> int:
        print(format_script(parser, options.shell), end="")
        return 0

    command.set_defaults(run=run)


def format_script(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return the script of a shell.

    Args:
        parser: The whole parser.
        shell: One of `SHELLS`.
    """
    known = dict(_walk(parser, ""))
    if shell == "fish":
        return "".join(_fish_lines(known))
    paths = "\n".join(f'            "{path}") path="{path}" ;;' for path in known if path)
    words = "\n".join(
        f'        "{path}") COMPREPLY=($(compgen -W "{" ".join(found)}" -- '
        '"${COMP_WORDS[COMP_CWORD]}")) ;;'
        for path, found in known.items()
    )
    script = _BASH.format(paths=paths, words=words)
    if shell == "zsh":
        return f"autoload -U +X bashcompinit && bashcompinit\n{script}"
    return script


def _walk(parser: argparse.ArgumentParser, path: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the words that may follow each command, by its path: ` data prune`."""
    words: list[str] = []
    below: list[tuple[str, argparse.ArgumentParser]] = []
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to list them
        words += action.option_strings
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - as above
            below += action.choices.items()
            words += action.choices
        elif action.choices and not action.option_strings:
            words += map(str, action.choices)
    yield path, words
    for name, inner in below:
        yield from _walk(inner, f"{path} {name}")


def _fish_lines(known: dict[str, list[str]]) -> Iterator[str]:
    for path, words in known.items():
        names = path.split()
        seen = " ".join(f"__fish_seen_subcommand_from {name}; and" for name in names)
        below = [word for word in words if not word.startswith("-")]
        free = f"not __fish_seen_subcommand_from {' '.join(below)}" if below else "true"
        condition = f"{seen} {free}".strip()
        for word in words:
            kind = f"-l {word[2:]}" if word.startswith("--") else f"-s {word[1:]}"
            given = kind if word.startswith("-") else f"-a {word}"
            yield f"complete -c arthurai -n '{condition}' {given}\n"
