"""`arthurai completion`: scripts by which shells complete commands and options."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

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
    case "$path ${{COMP_WORDS[COMP_CWORD-1]}}" in
{values}
    esac
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
        f'        "{path}") {_bash_reply(found.words)} ;;' for path, found in known.items()
    )
    values = "\n".join(
        f'        "{path} {option}") {_bash_reply(choices)}; return ;;'
        for path, found in known.items()
        for option, choices in found.values.items()
    )
    script = _BASH.format(paths=paths, words=words, values=values)
    if shell == "zsh":
        return f"autoload -U +X bashcompinit && bashcompinit\n{script}"
    return script


@dataclass(frozen=True)
class _Following:
    """What may follow a command.

    Attributes:
        words: Commands below it, its options, and the choices of its arguments.
        values: The choices of each option that takes a value, empty where anything will do.
    """

    words: list[str]
    values: dict[str, list[str]]


def _walk(parser: argparse.ArgumentParser, path: str) -> Iterator[tuple[str, _Following]]:
    """Yield what may follow each command, by its path: ` data prune`."""
    found = _Following([], {})
    below: list[tuple[str, argparse.ArgumentParser]] = []
    for action in parser._actions:  # noqa: SLF001 - argparse has no other way to list them
        found.words.extend(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 - as above
            below += action.choices.items()
            found.words.extend(action.choices)
        elif action.option_strings and action.nargs != 0:
            choices = [str(choice) for choice in action.choices or ()]
            found.values.update(dict.fromkeys(action.option_strings, choices))
        elif action.choices:
            found.words.extend(map(str, action.choices))
    yield path, found
    for name, inner in below:
        yield from _walk(inner, f"{path} {name}")


def _bash_reply(words: Iterable[str]) -> str:
    """Return the statement that offers words; none leaves it to bash, which offers files."""
    return f'COMPREPLY=($(compgen -W "{" ".join(words)}" -- "${{COMP_WORDS[COMP_CWORD]}}"))'


def _fish_lines(known: Mapping[str, _Following]) -> Iterator[str]:
    for path, found in known.items():
        names = path.split()
        seen = " ".join(f"__fish_seen_subcommand_from {name}; and" for name in names)
        below = [word for word in found.words if not word.startswith("-")]
        free = f"not __fish_seen_subcommand_from {' '.join(below)}" if below else "true"
        condition = f"{seen} {free}".strip()
        for word in found.words:
            kind = f"-l {word[2:]}" if word.startswith("--") else f"-s {word[1:]}"
            given = kind if word.startswith("-") else f"-a {word}"
            if word in found.values:
                choices = found.values[word]
                given += f" -x -a '{' '.join(choices)}'" if choices else " -r"
            yield f"complete -c arthurai -n '{condition}' {given}\n"
