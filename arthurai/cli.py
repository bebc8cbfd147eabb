"""The command `arthurai`: run a server, maintain its data, check a server, diagnose."""

from __future__ import annotations

import argparse
import errno
import os
import sys
from datetime import UTC, datetime
from importlib import metadata
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from arthurai.common.settings import (
    LIMITS_VARIABLE,
    SECRET_VARIABLES,
    UNCONFINED_CODE_VARIABLE,
    VARIABLES,
    read_bool,
    read_variable,
)
from arthurai.common.text import printable
from arthurai.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arthurai.server.app import ArthurApp

_SERVER_EXTRA: Final = "server"
_PARTS: Final = {
    "": "everything",
    "server": "local:// and `arthurai serve`",
    "viz": "plots and reports",
    "explain": "explainers, and the enrichments that train models",
    "contract": "`arthurai contract`",
}
_MAX_PORT: Final = 65_535
_MAX_THREADS: Final = 1024
_LOG_LEVELS: Final = ("debug", "info", "warning", "error")


class Requirement(NamedTuple):
    """A package that a part of the distribution needs.

    Attributes:
        extra: The part; an empty string for the core.
        name: Name of the package, in lower case.
        specifier: Accepted versions, e.g. `">=1.5.6,<3"`.
    """

    extra: str
    name: str
    specifier: str

    @property
    def installed(self) -> bool:
        """Whether some version of the package is installed."""
        try:
            metadata.distribution(self.name)
        except metadata.PackageNotFoundError:
            return False
        return True


def list_requirements(extra: str) -> list[Requirement]:
    """Return the packages that a part of the distribution needs.

    Args:
        extra: Name of the part; an empty string for the core.
    """
    found = []
    for line in metadata.requires("arthurai") or ():
        package, _, marker = line.partition(";")
        stated = marker.partition("extra ==")[2].strip(" '\"")
        name_end = next((i for i, c in enumerate(package) if c in "<>=!~[ ("), len(package))
        name = package[:name_end].strip().lower()
        if stated == extra and name != "arthurai":
            found.append(Requirement(extra, name, package[name_end:].strip()))
    return found


def find_missing(extra: str) -> list[Requirement]:
    """Return the packages of a part that are not installed.

    Args:
        extra: Name of the part; an empty string for the core.
    """
    return [requirement for requirement in list_requirements(extra) if not requirement.installed]


def format_install_line(packages: Sequence[Requirement]) -> str:
    """Return the command that installs packages.

    Args:
        packages: The packages.
    """
    return "pip install " + " ".join(f"'{p.name}{p.specifier}'" for p in packages)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: The arguments; those of the process by default.

    Returns:
        The exit status: 0 for success, 1 for failure, 2 for a wrong call, 130 when interrupted.
    """
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    lacking = find_missing(options.needs) if options.needs else ()
    if lacking:
        return _fail(f"packages are missing: {format_install_line(lacking)}")
    try:
        return run(options)
    except KeyboardInterrupt:
        return _fail("interrupted", 130)


def _parser() -> argparse.ArgumentParser:
    from arthurai.contract import run_plan, spec_diff

    parser = argparse.ArgumentParser(
        prog="arthurai", description="Arthur on the command line: a server, checks and tools."
    )
    parser.add_argument("--version", action="version", version=f"arthurai {__version__}")
    parser.set_defaults(needs="")
    commands = parser.add_subparsers(required=True, metavar="command")

    serve = _add(
        commands,
        "serve",
        "run the embedded server over HTTP",
        epilog="Mail is sent through the server in ARTHUR_SMTP_URL "
        "(smtp://[user:password@]host[:port] or smtps://...), from the address in "
        "ARTHUR_SMTP_FROM; with ARTHUR_WEBHOOKS=true alerts can be posted to urls. Without these, "
        "messages are only logged. SIGTERM and SIGINT finish the requests in flight first; a "
        "second one stops immediately.",
    )
    serve.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on; 0.0.0.0 lets other machines connect (default: %(default)s)",
    )
    serve.add_argument(
        "--port",
        type=_parse_port,
        default=8080,
        help="port to listen on; 0 for any free one (default: %(default)s)",
    )
    serve.add_argument(
        "--data-dir",
        type=_parse_data_dir,
        metavar="DIRECTORY",
        help="directory for all data, created if needed (default: in memory, lost at the end)",
    )
    serve.add_argument(
        "--threads",
        type=_parse_threads,
        default=8,
        help="number of requests handled at the same time (default: %(default)s)",
    )
    serve.add_argument(
        "--trusted-proxy",
        type=_parse_address,
        metavar="ADDRESS",
        help="address of the proxy whose headers X-Forwarded-For, -Host and -Proto are believed "
        "(default: nobody's)",
    )
    serve.add_argument(
        "--limit",
        action="append",
        default=[],
        metavar="NAME=AMOUNT",
        help="a bound on what requests and the code of users may take, e.g. json_bytes=64Mi; may "
        "be repeated (docs/operating.md lists them)",
    )
    serve.add_argument(
        "--allow-unconfined-code",
        action="store_true",
        help="run the code of explainers even where this system cannot confine it: whoever may "
        "change enrichments can then read and change everything that this server can",
    )
    serve.add_argument(
        "--log-level",
        type=str.lower,
        choices=_LOG_LEVELS,
        default="info",
        help="least severe messages logged to standard error, as JSON lines (default: %(default)s)",
    )
    serve.set_defaults(run=_serve, needs=_SERVER_EXTRA)

    data = _add(commands, "data", "maintain a data directory that no server has open")
    data_commands = data.add_subparsers(required=True, metavar="command")
    prune = _add(data_commands, "prune", "delete inferences older than a time")
    prune.add_argument("directory", type=_parse_directory, help="the data directory")
    prune.add_argument(
        "--before",
        type=_parse_time,
        required=True,
        help="time in ISO 8601, in UTC unless it has a zone",
    )
    prune.add_argument("--model", help="id or partner_model_id of the only model to prune")
    prune.set_defaults(run=_prune, needs=_SERVER_EXTRA)
    backup = _add(data_commands, "backup", "back up a server, also while it runs")
    backup.add_argument(
        "directory",
        type=_parse_directory,
        nargs="?",
        help="the data directory, if no server has it open",
    )
    backup.add_argument("--url", help="address of a server that runs; its key is in ARTHUR_API_KEY")
    backup.add_argument("--to-tar", type=Path, required=True, help="the archive to write")
    backup.set_defaults(run=_backup, needs=_SERVER_EXTRA)
    restored = _add(data_commands, "restore", "make a data directory of a backup")
    restored.add_argument("archive", type=Path, help="the archive")
    restored.add_argument("directory", type=Path, help="the new data directory")
    restored.set_defaults(run=_restore, needs=_SERVER_EXTRA)
    compact = _add(data_commands, "compact", "reclaim the space of deleted rows")
    compact.add_argument("directory", type=_parse_directory, help="the data directory")
    compact.set_defaults(run=_compact, needs=_SERVER_EXTRA)

    doctor = _add(commands, "doctor", "show what is installed, configured and working")
    doctor.set_defaults(run=_doctor)

    spool = _add(commands, "spool", "rows that loggers have left on the disk")
    spool_commands = spool.add_subparsers(required=True, metavar="command")
    for name, summary, run in (
        ("list", "list the spools in a directory, and how many rows wait in each", _spool_list),
        ("show", "print the rows that wait, as JSON lines", _spool_show),
        ("send", "send the rows that processes left behind", _spool_send),
    ):
        command = _add(spool_commands, name, summary)
        command.add_argument("directory", type=_parse_directory, help="the directory of spools")
        command.set_defaults(run=run)
    command.epilog = (
        "Connects as ARTHUR_ENDPOINT_URL, ARTHUR_API_KEY and the like say. Spools in use, and "
        "those for other servers, are left alone. Exit status 1 if rows are left."
    )

    spec = _add(commands, "spec", "work with API documents")
    spec_commands = spec.add_subparsers(required=True, metavar="command")
    diff = _add(spec_commands, "diff", "say what a change of the API document breaks")
    spec_diff.add_arguments(diff)
    diff.set_defaults(run=_spec_diff)

    contract = _add(
        commands,
        "contract",
        "check whether a server keeps the contract of the API",
        epilog="Nothing is changed on the server unless --write is given. Exit status: 0 no "
        "deviation, 1 deviations, 2 the check could not be made.",
    )
    run_plan.add_arguments(contract)
    contract.set_defaults(run=_contract, needs="contract")
    return parser


def _add(commands: Any, name: str, summary: str, **options: Any) -> argparse.ArgumentParser:
    """Add a command whose own help starts with its summary."""
    description = f"{summary[0].upper()}{summary[1:]}."
    added: argparse.ArgumentParser = commands.add_parser(
        name, help=summary, description=description, **options
    )
    return added


def _parse_port(text: str) -> int:
    number = _parse_integer(text)
    if not 0 <= number <= _MAX_PORT:
        raise argparse.ArgumentTypeError(f"invalid port {text}: must be 0-{_MAX_PORT}")
    return number


def _parse_threads(text: str) -> int:
    number = _parse_integer(text)
    if not 1 <= number <= _MAX_THREADS:
        raise argparse.ArgumentTypeError(
            f"invalid number of threads {text}: must be 1-{_MAX_THREADS}"
        )
    return number


def _parse_integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be an integer, got {text!r}") from None


def _parse_address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be an IP address, got {text!r}") from None


def _parse_data_dir(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError(
            "must not be empty; omit the option to keep data in memory"
        )
    return Path(text)


def _parse_directory(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"directory not found: {text!r}")
    return path


def _parse_time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be a time in ISO 8601, e.g. 2026-01-31, got {text!r}"
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _fail(message: str, status: int = 1) -> int:
    print(f"arthurai: {printable(message)}", file=sys.stderr)
    return status


def _serve(options: argparse.Namespace) -> int:
    from arthurai.server.app import create_app
    from arthurai.server.delivery.mail_and_webhooks import DeliverySettings
    from arthurai.server.operator_limits import parse_limits
    from arthurai.server.serving.json_logs import log_to_stderr
    from arthurai.server.serving.waitress_server import Server, listen, stop_on_signals

    try:
        listener = listen(options.host, options.port)
    except OSError as error:
        return _fail(
            f"cannot listen on {options.host}:{options.port}: {error}; {_listening_remedy(error)}"
        )
    log_to_stderr(options.log_level)
    os.umask(0o077)
    with listener:
        try:
            settings = DeliverySettings.from_environment(os.environ)
            limits = parse_limits([*(read_variable(LIMITS_VARIABLE) or "").split(), *options.limit])
            allow_unconfined_code = options.allow_unconfined_code or read_bool(
                UNCONFINED_CODE_VARIABLE, default=False
            )
        except ValueError as error:
            return _fail(str(error))
        try:
            app = create_app(
                options.data_dir,
                limits=limits,
                access_log=True,
                delivery=settings,
                allow_unconfined_code=allow_unconfined_code,
            )
        except _store_errors() as error:
            return _fail(f"cannot use the data directory {options.data_dir}: {error}")
        with app:
            server = Server(
                app,
                listener,
                threads=options.threads,
                max_body_bytes=limits.form_bytes,
                trusted_proxy=options.trusted_proxy,
            )
            # Not earlier: a start that fails before it prints the password must not set it.
            app.make_login()
            app.start_clock()
            with stop_on_signals(server):
                _announce(app, server.url)
                server.run()
    return 0


def _store_errors() -> tuple[type[Exception], ...]:
    import sqlite3

    import duckdb

    from arthurai.server.storage.warehouse.errors import DataStoreError

    return OSError, ValueError, DataStoreError, sqlite3.Error, duckdb.Error


def _listening_remedy(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "stop the program that listens there, or choose another --port"
    if error.errno == errno.EACCES:
        return "choose a --port from 1024 on, the lower ones need privileges"
    return "choose a --host that this machine has, e.g. 127.0.0.1, or 0.0.0.0 for all its addresses"


def _prune(options: argparse.Namespace) -> int:
    from arthurai.server.app import create_app
    from arthurai.server.storage.retention import prune

    try:
        with create_app(options.directory) as app:
            deleted = prune(app.stores, options.before, options.model)
    except _store_errors() as error:
        return _fail(str(error))
    for model, pruned in deleted.items():
        name = printable(model)
        print(f"{name}: {pruned.inferences:,} inferences deleted")
        if pruned.waiting_truths:
            print(f"{name}: {pruned.waiting_truths:,} ground truths without inference deleted")
    return 0


def _compact(options: argparse.Namespace) -> int:
    from arthurai.server.storage.warehouse.maintenance import compact

    try:
        size = compact(options.directory)
    except _store_errors() as error:
        return _fail(str(error))
    print(f"{size.before:,} bytes before, {size.after:,} after")
    return 0


def _backup(options: argparse.Namespace) -> int:
    from arthurai.backup_command import back_up

    return _say(back_up, options)


def _restore(options: argparse.Namespace) -> int:
    from arthurai.backup_command import restore

    return _say(restore, options)


def _say(work: Callable[..., str], options: argparse.Namespace) -> int:
    from arthurai.server.app import create_app

    try:
        print(work(options, create_app))
    except _store_errors() as error:
        return _fail(str(error))
    return 0


def _announce(app: ArthurApp, url: str) -> None:
    place = app.data_dir or "in memory, lost when the server stops (keep it with --data-dir)"
    print(f"Arthur listens on {url}")
    print(f"Dashboard, logs in once within an hour: {app.make_dashboard_link(url)}")
    print(f"Data: {place}")
    if not _is_loopback(url):
        print("Other machines can connect over plain http: put a TLS proxy in front of it.")
    if app.first_login is not None:
        print("First start: this is the password of the administrator, shown only now.")
        print(f"ARTHUR_LOGIN={app.first_login.username}")
        print(f"ARTHUR_PASSWORD={app.first_login.password}")
    print(f"ARTHUR_API_KEY={app.admin_key}")
    print(f'client = ArthurAI(url="{url}", access_key="{app.admin_key}", allow_insecure=True)')
    sys.stdout.flush()


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _doctor(options: argparse.Namespace) -> int:
    del options
    print(f"arthurai {__version__}, Python {sys.version.split()[0]}, {sys.platform}")
    lacking = {part: find_missing(part) for part in _PARTS}
    for part, use in _PARTS.items():
        state = f"incomplete; for {use}: {format_install_line(lacking[part])}"
        print(f"{part or 'core'}: {state if lacking[part] else 'complete'}")
    for name in VARIABLES:
        value = os.environ.get(name)
        if value is not None:
            print(f"{name}: {'set' if name in SECRET_VARIABLES else _without_login(value)}")
    works = bool(lacking[_SERVER_EXTRA]) or _embedded_server_works()
    return 0 if works and not lacking[""] else 1


def _without_login(value: str) -> str:
    scheme, separator, rest = value.rpartition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}" if separator else value


def _embedded_server_works() -> bool:
    try:
        from arthurai.server.app import create_app

        with create_app() as app:
            works = app.stores.are_healthy()
    except Exception as error:  # noqa: BLE001 - whatever is wrong is what the user asks about
        print(f"embedded server: {type(error).__name__}: {error}")
        print(f"try: {format_install_line(list_requirements(_SERVER_EXTRA))} --upgrade")
        return False
    print(f"embedded server: {'works' if works else 'does not respond'}")
    return works


def _spool_list(options: argparse.Namespace) -> int:
    from arthurai.logger.left_behind import list_spools

    for spool in list_spools(options.directory):
        if spool.info is None:
            print(f"{spool.path.name}: {spool.problem}")
            continue
        state = "in use" if spool.is_in_use else "left behind"
        print(
            f"{spool.path.name}: {state}, {spool.rows:,} rows wait for model "
            f"{spool.info.model_id} on {spool.info.url}, since {spool.info.created_at}"
        )
    return 0


def _spool_show(options: argparse.Namespace) -> int:
    from arthurai.logger.spool_folder import iter_waiting, list_folders

    for folder in list_folders(options.directory):
        for record in iter_waiting(folder):
            print(record.content.decode())
    return 0


def _spool_send(options: argparse.Namespace) -> int:
    from arthurai.client.client import ArthurAI
    from arthurai.common.exceptions import ArthurError
    from arthurai.logger.left_behind import list_spools, send_spool

    def report(error: Exception, rows: int) -> None:
        print(f"arthurai: {rows:,} rows: {error}", file=sys.stderr)

    left = 0
    spools = [spool for spool in list_spools(options.directory) if not spool.is_in_use]
    try:
        with ArthurAI() as arthur:
            url = arthur.session.endpoint.url
            for spool in spools:
                if spool.info is None or spool.info.url != url:
                    other = spool.problem or f"for {spool.info and spool.info.url}, not {url}"
                    print(f"{spool.path.name}: left alone, {other}")
                    left += spool.rows
                    continue
                counts = send_spool(arthur.session, spool.path, report)
                if counts is None:
                    continue
                rest = spool.rows - counts.accepted - counts.rejected
                left += rest
                print(
                    f"{spool.path.name}: {counts.accepted:,} rows accepted, "
                    f"{counts.rejected:,} rejected, {rest:,} left"
                )
    except (ArthurError, OSError, ValueError) as error:
        return _fail(str(error))
    return 1 if left else 0


def _spec_diff(options: argparse.Namespace) -> int:
    from arthurai.contract import spec_diff

    return spec_diff.main(options)


def _contract(options: argparse.Namespace) -> int:
    from arthurai.contract import runner

    return runner.main(options)


if __name__ == "__main__":
    sys.exit(main())
