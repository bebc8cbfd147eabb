"""The command `arthurai`."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime
from importlib import metadata
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from arthurai.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from arthurai.server.app import ArthurApp

_SERVER_EXTRA: Final = "server"
_EXTRAS: Final = ("server", "viz", "explain", "contract")
_ENVIRONMENT: Final = (
    "ARTHUR_ENDPOINT_URL",
    "ARTHUR_API_KEY",
    "ARTHUR_LOGIN",
    "ARTHUR_PASSWORD",
    "ARTHUR_ORGANIZATION_ID",
    "VERIFY_SSL",
)
_SECRETS: Final = frozenset({"ARTHUR_API_KEY", "ARTHUR_PASSWORD"})
_LOG_LEVELS: Final = ("debug", "info", "warning", "error")
_MODULES: Final = {
    "argon2-cffi": "argon2",
    "jsonschema-rs": "jsonschema_rs",
    "pyjwt": "jwt",
    "pyyaml": "yaml",
    "scikit-learn": "sklearn",
    "python-dateutil": "dateutil",
}


class Requirement(NamedTuple):
    """A package that some part of the distribution needs.

    Attributes:
        extra: The part; an empty string for the core.
        name: Name of the package, in lower case.
        specifier: Versions that will do, e.g. ``">=1.5.6,<3"``.
    """

    extra: str
    name: str
    specifier: str

    @property
    def installed(self) -> bool:
        """Whether the package can be imported."""
        return find_spec(_MODULES.get(self.name, self.name.replace("-", "_"))) is not None


def requirements(extra: str) -> list[Requirement]:
    """Return the packages a part of the distribution needs.

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


def missing(extra: str) -> list[Requirement]:
    """Return the packages of a part that are not installed.

    Args:
        extra: Name of the part; an empty string for the core.
    """
    return [requirement for requirement in requirements(extra) if not requirement.installed]


def install_line(packages: Sequence[Requirement]) -> str:
    """Return the command that installs packages.

    Args:
        packages: The packages.
    """
    return "pip install " + " ".join(f"'{p.name}{p.specifier}'" for p in packages)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: The arguments; those of the process when missing.

    Returns:
        The exit status: 0 for success, 1 for failure, 2 for a wrong call.
    """
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    return run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="arthurai", description="Arthur on the command line: a server, checks and tools."
    )
    parser.add_argument("--version", action="version", version=f"arthurai {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")

    serve = commands.add_parser(
        "serve",
        help="run the embedded server over HTTP",
        epilog="Mails are sent by the server that ARTHUR_SMTP_URL names "
        "(smtp://[user:password@]host[:port] or smtps://...), from the address ARTHUR_SMTP_FROM; "
        "ARTHUR_WEBHOOKS=true lets users of the server post alerts to urls. Without these, "
        "messages are only logged.",
    )
    serve.add_argument("--host", default="127.0.0.1", help="address (default: %(default)s)")
    serve.add_argument(
        "--port", type=_port, default=8080, help="port; 0 takes a free one (default: %(default)s)"
    )
    serve.add_argument(
        "--data-dir", type=Path, help="where to keep everything (default: in memory)"
    )
    serve.add_argument(
        "--threads", type=_positive, default=8, help="requests at a time (default: %(default)s)"
    )
    serve.add_argument(
        "--log-level",
        type=str.lower,
        choices=_LOG_LEVELS,
        default="info",
        help="default: %(default)s",
    )
    serve.set_defaults(run=_serve)

    data = commands.add_parser("data", help="look after a data directory that nobody has open")
    data_commands = data.add_subparsers(required=True, metavar="command")
    prune = data_commands.add_parser("prune", help="delete the inferences made before a time")
    prune.add_argument("directory", type=_directory, help="the data directory")
    prune.add_argument("--before", type=_time, required=True, help="ISO 8601; UTC without zone")
    prune.add_argument("--model", help="only of the model with this id or partner_model_id")
    prune.set_defaults(run=_prune)
    compact = data_commands.add_parser("compact", help="give the space of deleted rows back")
    compact.add_argument("directory", type=_directory, help="the data directory")
    compact.set_defaults(run=_compact)

    doctor = commands.add_parser("doctor", help="say what is installed, set up and working")
    doctor.set_defaults(run=_doctor)

    spec = commands.add_parser("spec", help="work with API documents")
    spec_commands = spec.add_subparsers(required=True, metavar="command")
    diff = spec_commands.add_parser(
        "diff", help="compare two API documents", add_help=False, prefix_chars="\0"
    )
    diff.add_argument("rest", nargs="*")
    diff.set_defaults(run=_spec_diff)

    contract = commands.add_parser(
        "contract", help="check a server against the contract", add_help=False, prefix_chars="\0"
    )
    contract.add_argument("rest", nargs="*")
    contract.set_defaults(run=_contract)
    return parser


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65_535:  # noqa: PLR2004 - ports are 16-bit numbers
        raise argparse.ArgumentTypeError(f"{text} is not a port")
    return number


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def _directory(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"there is no directory {text!r}")
    return path


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not ISO 8601, e.g. 2026-01-31") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _fail(message: str, status: int = 1) -> int:
    print(f"arthurai: {message}", file=sys.stderr)
    return status


def _serve(options: argparse.Namespace) -> int:
    lacking = missing(_SERVER_EXTRA)
    if lacking:
        return _fail(
            f"the embedded server needs packages that are not installed: {install_line(lacking)}"
        )
    from arthurai.server.app import MAX_FORM_BYTES, create_app
    from arthurai.server.data.errors import DataStoreError
    from arthurai.server.delivery import DeliverySettings
    from arthurai.server.logs import log_to_stderr
    from arthurai.server.serving import Server, run_until_signalled

    log_to_stderr(options.log_level)
    try:
        settings = DeliverySettings.from_environment(os.environ)
        app = create_app(options.data_dir, make_login=True, access_log=True, delivery=settings)
    except (OSError, ValueError, DataStoreError) as error:
        return _fail(str(error))
    with app:
        try:
            server = Server(
                app,
                host=options.host,
                port=options.port,
                threads=options.threads,
                max_body_bytes=MAX_FORM_BYTES,
            )
        except OSError as error:
            return _fail(
                f"cannot listen on {options.host}:{options.port}: {error}; choose another --port"
            )
        app.start_clock()
        app.alerts.start_schedule()
        _announce(app, server.url)
        run_until_signalled(server)
    return 0


def _prune(options: argparse.Namespace) -> int:
    from arthurai.server.app import create_app
    from arthurai.server.data.errors import DataStoreError
    from arthurai.server.upkeep import prune

    try:
        with create_app(options.directory) as app:
            deleted = prune(app, options.before, options.model)
    except (OSError, ValueError, DataStoreError) as error:
        return _fail(str(error))
    for name, rows in deleted.items():
        print(f"{name}: {rows:,} inferences deleted")
    return 0


def _compact(options: argparse.Namespace) -> int:
    from arthurai.server.data.errors import DataStoreError
    from arthurai.server.data.maintenance import compact

    try:
        size = compact(options.directory)
    except (OSError, DataStoreError) as error:
        return _fail(str(error))
    print(f"{size.before:,} bytes before, {size.after:,} after")
    return 0


def _announce(app: ArthurApp, url: str) -> None:
    place = app.data_dir or "in memory, gone when the server stops (keep them with --data-dir)"
    print(f"Arthur listens on {url}")
    print(f"Data: {place}")
    if not _is_loopback(url):
        print("Other machines can connect over plain http: put a proxy with TLS in front of it.")
    if app.first_login is not None:
        print("First start: the administrator got a password, which is shown only now.")
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
    sound = True
    for extra in ("", *_EXTRAS):
        lacking = missing(extra)
        print(f"{extra or 'core'}: {'complete' if not lacking else install_line(lacking)}")
        sound = sound and not (lacking and not extra)
    for name in _ENVIRONMENT:
        value = os.environ.get(name)
        if value is not None:
            print(f"{name}: {'set' if name in _SECRETS else value}")
    if not missing(_SERVER_EXTRA):
        sound = _embedded_server_works() and sound
    return 0 if sound else 1


def _embedded_server_works() -> bool:
    from arthurai.server.app import create_app

    try:
        with create_app() as app:
            works = app.health().status == 200  # noqa: PLR2004 - HTTP OK
    except Exception as error:  # noqa: BLE001 - whatever is wrong is what the user asks about
        print(f"embedded server: {type(error).__name__}: {error}")
        return False
    print(f"embedded server: {'works' if works else 'does not answer'}")
    return works


def _spec_diff(options: argparse.Namespace) -> int:
    from arthurai.contract import spec_diff

    return spec_diff.main(options.rest)


def _contract(options: argparse.Namespace) -> int:
    lacking = missing("contract")
    if lacking:
        return _fail(
            f"contract checks need packages that are not installed: {install_line(lacking)}"
        )
    from arthurai.contract import runner

    return runner.main(options.rest)


if __name__ == "__main__":
    sys.exit(main())
