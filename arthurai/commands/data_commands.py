"""`arthurai data`: retention, compaction, backup and restore of data directories."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arthurai.commands.command_line import (
    describe_error,
    fail,
    parse_directory,
    parse_time,
    store_errors,
)
from arthurai.commands.serve_settings import parse_storage
from arthurai.common.text import printable

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable


def add_data_commands(
    commands: Any, add: Callable[..., argparse.ArgumentParser], *, needs: str
) -> None:
    """Add the commands to a parser.

    Args:
        commands: The subparsers of `arthurai data`.
        add: Adds a command with a summary.
        needs: The extra that they need.
    """
    pruned = add(commands, "prune", "delete inferences older than a time")
    pruned.add_argument(
        "directory",
        type=parse_directory,
        nargs="?",
        help="the data directory, if no server has it open",
    )
    pruned.add_argument("--url", help="address of a server that runs; its key is in ARTHUR_API_KEY")
    pruned.add_argument(
        "--before",
        type=parse_time,
        required=True,
        help="time in ISO 8601, in UTC unless it has a zone",
    )
    pruned.add_argument("--model", help="id or partner_model_id of the only model to prune")
    pruned.add_argument(
        "--dry-run", action="store_true", help="count what would be deleted, and delete nothing"
    )
    pruned.set_defaults(run=_prune, needs=needs)
    compacted = add(commands, "compact", "reclaim the space of deleted rows")
    compacted.add_argument(
        "directory",
        type=parse_directory,
        nargs="?",
        help="the data directory, if no server has it open",
    )
    compacted.add_argument(
        "--url", help="address of a server that runs; its key is in ARTHUR_API_KEY"
    )
    compacted.add_argument(
        "--dry-run", action="store_true", help="estimate what it would reclaim, and change nothing"
    )
    compacted.add_argument(
        "--work-dir",
        type=parse_directory,
        help="a directory on another disk for the copy, where this one has no room for it; only "
        "for a directory that no server has open",
    )
    compacted.set_defaults(run=_compact, needs=needs)
    backup = add(commands, "backup", "back up a server, also while it runs")
    backup.add_argument(
        "directory",
        type=parse_directory,
        nargs="?",
        help="the data directory, if no server has it open",
    )
    backup.add_argument("--url", help="address of a server that runs; its key is in ARTHUR_API_KEY")
    backup.add_argument("--to-tar", type=Path, required=True, help="the archive to write")
    backup.set_defaults(run=_backup, needs=needs)
    restored = add(commands, "restore", "make a data directory of a backup")
    restored.add_argument("archive", type=Path, help="the archive")
    restored.add_argument("directory", type=Path, help="the new data directory")
    restored.set_defaults(run=_restore, needs=needs)
    copied = add(commands, "copy", "copy everything to another place, and compare it")
    copied.add_argument(
        "source",
        metavar="from",
        type=parse_storage,
        help="the data directory, if no server has it open, or the storage of a lake that no "
        "server uses",
    )
    copied.add_argument(
        "target",
        metavar="to",
        type=parse_storage,
        help="an empty directory, or that of a copy that was interrupted and is to be continued; "
        "for a lake also s3://bucket/prefix, see --storage of `arthurai serve`",
    )
    for option, whose in (("--from-control", "source"), ("--to-control", "copy")):
        copied.add_argument(
            option,
            metavar="ADDRESS",
            help=f"the database in PostgreSQL that has the control data of the {whose}; by default "
            "they are in the directory",
        )
    copied.add_argument(
        "--from-warehouse",
        metavar="ADDRESS",
        help="the catalog of the lake that has the rows of the source; --from-control is then "
        "needed",
    )
    copied.add_argument(
        "--to-warehouse",
        metavar="ADDRESS",
        help="the catalog of an empty lake for the rows of the copy, as "
        "ducklake:postgresql://host/database; the directory is then that of its files, and "
        "--to-control is needed",
    )
    copied.set_defaults(run=_copy, needs=needs)
    moved = add(commands, "move-control", "move everything but rows into PostgreSQL")
    moved.add_argument(
        "directory", type=parse_directory, help="the data directory, if no server has it open"
    )
    moved.add_argument(
        "--to",
        required=True,
        metavar="ADDRESS",
        help="an empty database, as postgresql://host/database; the password comes from PGPASSWORD "
        "or a password file",
    )
    moved.set_defaults(run=_move_control, needs=needs)


def _prune(options: argparse.Namespace) -> int:
    try:
        _check_place(options)
        deleted = _prune_running(options) if options.url else _prune_directory(options)
    except store_errors() as error:
        return fail(describe_error(error))
    became = "would be deleted" if options.dry_run else "deleted"
    for model, pruned in deleted.items():
        name = printable(model)
        print(f"{name}: {pruned['inferences']:,} inferences {became}")
        if pruned["waiting_truths"]:
            print(f"{name}: {pruned['waiting_truths']:,} ground truths without inference {became}")
    return 0


def _prune_directory(options: argparse.Namespace) -> dict[str, dict[str, int]]:
    from arthurai.server.app import create_app
    from arthurai.server.storage.retention import prune

    with create_app(options.directory) as app:
        deleted = prune(app.stores, options.before, options.model, dry_run=options.dry_run)
    return {name: pruned._asdict() for name, pruned in deleted.items()}


def _prune_running(options: argparse.Namespace) -> dict[str, dict[str, int]]:
    from arthurai.commands.running_server import post

    body: dict[str, Any] = {"before": options.before.isoformat(), "dry_run": options.dry_run}
    if options.model is not None:
        body["model"] = options.model
    with post(options.url, "/prune", json.dumps(body).encode()) as answer:
        deleted: dict[str, dict[str, int]] = json.load(answer)["models"]
    return deleted


def _compact(options: argparse.Namespace) -> int:
    try:
        _check_place(options)
        if options.url and options.work_dir:
            raise ValueError("--work-dir is for a directory that no server has open; omit --url")
        before, after = _compact_running(options) if options.url else _compact_directory(options)
    except store_errors() as error:
        return fail(describe_error(error))
    if options.dry_run:
        print(f"{before:,} bytes now, about {after:,} after")
    else:
        print(f"{before:,} bytes before, {after:,} after")
    return 0


def _compact_directory(options: argparse.Namespace) -> tuple[int, int]:
    from arthurai.server.storage.warehouse.compaction import compact, estimate_compaction

    if options.dry_run:
        return estimate_compaction(options.directory)
    return compact(options.directory, options.work_dir)


def _compact_running(options: argparse.Namespace) -> tuple[int, int]:
    from arthurai.commands.running_server import post

    body = json.dumps({"dry_run": options.dry_run}).encode()
    with post(options.url, "/compact", body) as answer:
        size = json.load(answer)
    return size["before"], size["after"]


def _check_place(options: argparse.Namespace) -> None:
    """Raise a ValueError unless either a directory or a server is named."""
    if (options.directory is None) == (options.url is None):
        raise ValueError("name the data directory, or --url of the server that has it open")


def _backup(options: argparse.Namespace) -> int:
    from arthurai.commands.backup_command import back_up

    return _say(back_up, options)


def _restore(options: argparse.Namespace) -> int:
    from arthurai.commands.backup_command import restore

    return _say(restore, options)


def _copy(options: argparse.Namespace) -> int:
    from arthurai.server.storage.store_copy import StorePlace, copy_stores

    source = StorePlace(options.source, options.from_control, options.from_warehouse)
    target = StorePlace(options.target, options.to_control, options.to_warehouse)
    try:
        copied = copy_stores(source, target)
    except store_errors() as error:
        return fail(describe_error(error))
    inferences = sum(count for table, count in copied.rows.items() if table.endswith("_rows"))
    print(
        f"{inferences:,} inferences, {sum(copied.rows.values()):,} rows in all, "
        f"{sum(copied.control_rows.values()):,} of control data and {copied.files:,} files are "
        "copied and equal"
    )
    return 0


def _move_control(options: argparse.Namespace) -> int:
    from arthurai.server.storage.control_move import move_control

    try:
        counts = move_control(options.directory, options.to)
    except store_errors() as error:
        return fail(describe_error(error))
    print(f"{sum(counts.values()):,} rows moved; start the server with --control from now on")
    return 0


def _say(work: Callable[..., str], options: argparse.Namespace) -> int:
    from arthurai.server.app import create_app

    try:
        print(work(options, create_app))
    except store_errors() as error:
        return fail(describe_error(error))
    return 0
