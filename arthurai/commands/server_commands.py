"""Commands that talk to a server: where it is, who asks, and how rows are printed."""

from __future__ import annotations

import argparse
import json
import os
import stat
import sys
import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arthurai.commands.command_line import describe_error, fail
from arthurai.common.hosts import leads_to_loopback
from arthurai.common.settings import URL_VARIABLE, read_variable
from arthurai.common.text import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from arthurai.client.client import ArthurAI

    Rows = Sequence[dict[str, Any]]
    AddCommand = Callable[..., argparse.ArgumentParser]


def add_server_command(
    group: Any,
    add: AddCommand,
    name: str,
    summary: str,
    work: Callable[[ArthurAI, argparse.Namespace], Rows],
    examples: str = "",
) -> argparse.ArgumentParser:
    """Add a command that works on a server and prints rows: a list as a table, a tuple as one row.

    Args:
        group: The subparsers that it belongs to.
        add: Adds a command with a summary.
        name: Its name.
        summary: What it does.
        work: Does it.
        examples: Lines of examples for its help.
    """
    more: dict[str, Any] = {}
    if examples:
        more = {
            "epilog": f"examples:\n{examples}",
            "formatter_class": argparse.RawDescriptionHelpFormatter,
        }
    command = add(group, name, summary, **more)
    place = command.add_mutually_exclusive_group()
    place.add_argument(
        "--data-dir",
        type=Path,
        metavar="DIRECTORY",
        help="a data directory that no server has open",
    )
    place.add_argument(
        "--url",
        help="address of a server that runs (default: ARTHUR_ENDPOINT_URL); ARTHUR_API_KEY, or "
        "ARTHUR_LOGIN with ARTHUR_PASSWORD, say who asks",
    )
    place.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="a TOML file with url, access_key and other arguments of ArthurAI, readable by its "
        "user only",
    )
    command.add_argument(
        "--organization", metavar="ORGANIZATION", help="name or id (default: the caller's first)"
    )

    def run(options: argparse.Namespace) -> Rows:
        with connect(options) as arthur:
            return work(arthur, options)

    add_json_option(command)
    command.set_defaults(run=run_and_print(run))
    return command


def add_json_option(command: argparse.ArgumentParser) -> None:
    """Add the option that prints JSON."""
    command.add_argument("--json", action="store_true", help="print JSON instead of a table")


def run_and_print(
    work: Callable[[argparse.Namespace], Rows],
) -> Callable[[argparse.Namespace], int]:
    """Return what runs a command and prints its rows."""

    def run(options: argparse.Namespace) -> int:
        from arthurai.common.exceptions import ArthurError

        try:
            rows = work(options)
        except (ArthurError, OSError, ValueError) as error:
            return fail(describe_error(error))
        if options.json:
            print(to_json(rows if isinstance(rows, list) else rows[0]))
        else:
            print_table(rows)
            if not rows:
                print("none", file=sys.stderr)
        return int(getattr(options, "exit_status", 0))

    return run


def to_json(value: Any) -> str:
    """Return JSON that a terminal may show: what it would not print is escaped."""
    return escape_json(json.dumps(value, ensure_ascii=False, default=str))


def escape_json(text: str) -> str:
    """Return JSON of one line with what a terminal would not print escaped."""
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def print_table(rows: Rows) -> None:
    """Print rows as a table, one that stands in a tuple line by line.

    Args:
        rows: The rows.
    """
    if len(rows) == 1 and isinstance(rows, tuple):
        for name, value in rows[0].items():
            print(f"{_cell(name)}: {_cell(value)}")
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    heads = [_cell(name) for name in names]
    lines = [heads, *([_cell(row.get(name)) for name in names] for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(names))]
    for line in lines if rows else ():
        print("  ".join(f"{c:{w}}" for c, w in zip(line, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return ""
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return printable(text).replace("\n", "\\n")


@contextmanager
def connect(options: argparse.Namespace) -> Iterator[ArthurAI]:
    """Connect to the server, in the organization that the options name."""
    from arthurai.client.client import ArthurAI
    from arthurai_api.api.organizations import list_my_organizations

    where: dict[str, Any] = {"url": options.url}
    if options.config is not None:
        where = {"config": read_config(options.config)}
        options.url = where["config"].get("url")
    if options.data_dir is not None:
        check_owner(options.data_dir)
        where = {"url": f"local://{options.data_dir.resolve()}"}
    else:
        url = options.url or read_variable(URL_VARIABLE)
        if url is None:
            raise ValueError(f"no server is named; give --url or --data-dir, or set {URL_VARIABLE}")
        if leads_to_loopback(url):
            where["allow_insecure"] = True
    with ArthurAI(**where) as arthur:
        if options.organization is None:
            yield arthur
            return
        known = list_my_organizations.sync(client=arthur.api)
        found = [o for o in known if options.organization in {o.id, o.name}]
        if not found:
            raise ValueError(f"organization {options.organization!r} is not open to this caller")
    with ArthurAI(**where, organization_id=found[0].id) as arthur:
        yield arthur


def read_config(path: Path) -> dict[str, Any]:
    """Return the arguments of `ArthurAI` in a file.

    Raises:
        OSError: It cannot be read.
        ValueError: It is not TOML, or others may read the secrets in it.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{str(path)!r} is not a TOML file: {error}") from error
    secret = found.keys() & {"access_key", "password", "redaction_key"}
    if secret and os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ValueError(
            f"{str(path)!r} holds {', '.join(sorted(secret))}, and others may read it; "
            f"run: chmod 600 {path}"
        )
    return found


def check_owner(directory: Path) -> None:
    """Raise unless the directory is one of the user who runs this.

    Files that another user makes in it, the superuser included, would be closed to its owner.

    Raises:
        OSError: It is not there, is no data directory, or belongs to somebody else.
    """
    from arthurai.server.secret import SECRET_NAME
    from arthurai.server.storage.documents import CONTROL_FILE
    from arthurai.server.storage.store_pair import CONTROL_MARK

    is_elsewhere = (directory / CONTROL_MARK).is_file()
    for name in (CONTROL_MARK if is_elsewhere else CONTROL_FILE, SECRET_NAME):
        if not (directory / name).is_file():
            raise OSError(f"{str(directory)!r} is not a data directory: it has no {name}")
    owner = (directory / SECRET_NAME).stat().st_uid
    if hasattr(os, "geteuid") and owner != os.geteuid():
        raise OSError(f"{str(directory)!r} belongs to user {owner}; run this as that user")
