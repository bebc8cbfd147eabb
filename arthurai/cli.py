"""The command `arthurai`: run a server, maintain its data, check a server, diagnose."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from arthurai.commands import (
    access_commands,
    completion_command,
    data_commands,
    model_commands,
    serve_command,
    serve_settings,
    spool_commands,
)
from arthurai.commands.command_line import fail
from arthurai.common.settings import SECRET_VARIABLES, VARIABLES
from arthurai.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SERVER_EXTRA: Final = "server"
_PARTS: Final = {
    "": "everything",
    "server": "local:// and `arthurai serve`",
    "viz": "plots and reports",
    "explain": "explainers, and the enrichments that train models",
    "contract": "`arthurai contract`",
    "postgres": "`arthurai serve --control`",
    "ducklake": "`arthurai serve --warehouse`",
    "spark": "`arthurai.spark`",
    "dask": "`arthurai.dask`",
    "ray": "`arthurai.ray`",
}


class Requirement(NamedTuple):
    """A package that a part of the distribution needs.

    Attributes:
        extra: The part; an empty string for the core.
        name: Name of the package, in lower case.
        specifier: Accepted versions, e.g. `">=1.5.5,<3"`.
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
        The exit status: 0 for success, 1 for failure, 2 for a wrong call, 130 when interrupted, 141
        when the reader of the output has gone.
    """
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = options.run
    lacking = find_missing(options.needs) if options.needs else ()
    if lacking:
        return fail(f"packages are missing: {format_install_line(lacking)}")
    try:
        status = run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # as `arthurai models | head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        return fail("interrupted", 130)
    return status


def _parser() -> argparse.ArgumentParser:
    from arthurai.contract import run_plan, spec_diff

    parser = argparse.ArgumentParser(
        prog="arthurai",
        description="Arthur on the command line: a server, its models, checks and tools.",
        epilog="Exit status: 0 done; 1 failed, or what a gate looks for was found; 2 a wrong call; "
        "130 interrupted; 141 what read the output has gone.",
    )
    parser.add_argument("--version", action="version", version=f"arthurai {__version__}")
    parser.set_defaults(needs="")
    commands = parser.add_subparsers(required=True, metavar="command")

    serve = _add(
        commands,
        "serve",
        "run the embedded server over HTTP",
        epilog="Settings are options, variables ARTHUR_SERVE_..., or lines of the file that "
        "--config names, in this order of precedence. SIGTERM and SIGINT finish the requests in "
        "flight first; a second one stops immediately.",
    )
    serve_settings.add_options(serve)
    serve.set_defaults(run=serve_command.serve, needs=_SERVER_EXTRA)

    data = _add(commands, "data", "maintain data directories")
    data_commands.add_data_commands(
        data.add_subparsers(required=True, metavar="command"), _add, needs=_SERVER_EXTRA
    )
    model_commands.add_model_commands(commands, _add)
    access_commands.add_access_commands(commands, _add, needs=_SERVER_EXTRA)

    doctor = _add(commands, "doctor", "show what is installed, configured and working")
    doctor.set_defaults(run=_doctor)

    spool_commands.add_spool_commands(commands, _add)

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

    completion_command.add_completion_command(commands, _add, parser)
    return parser


def _add(commands: Any, name: str, summary: str, **options: Any) -> argparse.ArgumentParser:
    """Add a command whose own help starts with its summary."""
    description = f"{summary[0].upper()}{summary[1:]}."
    added: argparse.ArgumentParser = commands.add_parser(
        name, help=summary, description=description, **options
    )
    return added


def _doctor(options: argparse.Namespace) -> int:
    del options
    print(f"arthurai {__version__}, Python {sys.version.split()[0]}, {sys.platform}")
    lacking = {part: find_missing(part) for part in _PARTS}
    for part, use in _PARTS.items():
        state = f"incomplete; for {use}: {format_install_line(lacking[part])}"
        print(f"{part or 'core'}: {state if lacking[part] else 'complete'}")
    served = [setting.environment for setting in serve_settings.SETTINGS]
    for name in dict.fromkeys((*VARIABLES, *served)):
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


def _spec_diff(options: argparse.Namespace) -> int:
    from arthurai.contract import spec_diff

    return spec_diff.main(options)


def _contract(options: argparse.Namespace) -> int:
    from arthurai.contract import runner

    return runner.main(options)


if __name__ == "__main__":
    sys.exit(main())
