"""`arthurai spool`: rows that loggers have left on the disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.commands.command_line import describe_error, fail, parse_directory
from arthurai.commands.server_commands import escape_json
from arthurai.common.text import printable

if TYPE_CHECKING:
    import argparse

    from arthurai.commands.server_commands import AddCommand


def add_spool_commands(commands: Any, add: AddCommand) -> None:
    """Add the commands to a parser.

    Args:
        commands: The subparsers of `arthurai`.
        add: Adds a command with a summary.
    """
    spool = add(commands, "spool", "rows that loggers have left on the disk")
    group = spool.add_subparsers(required=True, metavar="command")
    for name, summary, run in (
        ("list", "list the spools in a directory, and how many rows wait in each", _list),
        ("show", "print the rows that wait, as JSON lines", _show),
        ("send", "send the rows that processes left behind", _send),
    ):
        command = add(group, name, summary)
        command.add_argument("directory", type=parse_directory, help="the directory of spools")
        command.set_defaults(run=run)
    command.epilog = (
        "Connects as ARTHUR_ENDPOINT_URL, ARTHUR_API_KEY and the like say. Spools in use, and "
        "those for other servers, are left alone. Exit status 1 if rows are left."
    )


def _list(options: argparse.Namespace) -> int:
    from arthurai.logger.left_behind import list_spools

    for spool in list_spools(options.directory):
        if spool.info is None:
            _say(f"{spool.path.name}: {spool.problem}")
            continue
        state = "in use" if spool.is_in_use else "left behind"
        _say(
            f"{spool.path.name}: {state}, {spool.rows:,} rows wait for model "
            f"{spool.info.model_id} on {spool.info.url}, since {spool.info.created_at}"
        )
    return 0


def _show(options: argparse.Namespace) -> int:
    from arthurai.logger.spool_folder import iter_waiting, list_folders

    for folder in list_folders(options.directory):
        for record in iter_waiting(folder):
            print(escape_json(record.content.decode()))
    return 0


def _send(options: argparse.Namespace) -> int:
    from arthurai.client.client import ArthurAI
    from arthurai.common.exceptions import ArthurError
    from arthurai.logger.left_behind import list_spools, send_spool

    def report(error: Exception, rows: int) -> None:
        fail(f"{rows:,} rows: {describe_error(error)}")

    left = 0
    spools = [spool for spool in list_spools(options.directory) if not spool.is_in_use]
    try:
        with ArthurAI() as arthur:
            url = arthur.session.endpoint.url
            for spool in spools:
                if spool.info is None or spool.info.url != url:
                    other = spool.problem or f"for {spool.info and spool.info.url}, not {url}"
                    _say(f"{spool.path.name}: left alone, {other}")
                    left += spool.rows
                    continue
                counts = send_spool(arthur.session, spool.path, report)
                if counts is None:
                    continue
                rest = spool.rows - counts.accepted - counts.rejected
                left += rest
                _say(
                    f"{spool.path.name}: {counts.accepted:,} rows accepted, "
                    f"{counts.rejected:,} rejected, {rest:,} left"
                )
    except (ArthurError, OSError, ValueError) as error:
        return fail(describe_error(error))
    return 1 if left else 0


def _say(text: str) -> None:
    print(printable(text).replace("\n", "\\n"))
