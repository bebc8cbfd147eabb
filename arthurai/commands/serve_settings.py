"""Settings of `arthurai serve`: options, environment variables, and the file that --config names.

An option counts more than a variable, a variable more than the file, the file more than a default.
"""

from __future__ import annotations

import argparse
import tomllib
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

from arthurai.common.settings import (
    LAKE_PREFIX,
    LIMITS_VARIABLE,
    PRIVATE_WEBHOOKS_VARIABLE,
    SERVE_PREFIX,
    SMTP_SENDER_VARIABLE,
    SMTP_URL_VARIABLE,
    UNCONFINED_CODE_VARIABLE,
    WEBHOOKS_VARIABLE,
    parse_bool,
)
from arthurai.server.storage.s3_address import is_s3, parse_s3

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arthurai.server.storage.s3_address import S3Place

CONFIG_VARIABLE: Final = f"{SERVE_PREFIX}CONFIG"
LOG_LEVELS: Final = ("debug", "info", "warning", "error")
_LIMITS: Final = "limits"
_MAX_PORT: Final = 65_535
_MAX_THREADS: Final = 1024


class Setting(NamedTuple):
    """A setting.

    Attributes:
        name: Its name in the file; the option is the same with dashes.
        parse: Returns the value of a text.
        default: The value where nothing states one.
        help: What it means.
        placeholder: Stands for the value in the help.
        variable: The environment variable, if its name does not follow from `name`.
        is_option: Whether there is an option of that name.
    """

    name: str
    parse: Callable[[str], Any]
    default: Any
    help: str = ""
    placeholder: str | None = None
    variable: str = ""
    is_option: bool = True

    @property
    def environment(self) -> str:
        """Name of its environment variable."""
        return self.variable or f"{SERVE_PREFIX}{self.name.upper()}"


def _parse_integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be an integer, got {text!r}") from None


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


def _parse_days(text: str) -> int:
    number = _parse_integer(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1 day, got {number}")
    return number


def _parse_address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be an IP address, got {text!r}") from None


def _parse_data_dir(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("must not be empty; omit the option to have none")
    return Path(text)


def parse_storage(text: str) -> Path | S3Place:
    """Return a directory, or a place in S3.

    Args:
        text: Its path or address.

    Raises:
        argparse.ArgumentTypeError: It is none.
    """
    if not is_s3(text):
        return _parse_data_dir(text)
    try:
        return parse_s3(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _parse_control(text: str) -> str:
    _check_database(text, "")
    return text


def _parse_warehouse(text: str) -> str:
    if not text.startswith(LAKE_PREFIX):
        raise argparse.ArgumentTypeError(f"must look like {LAKE_PREFIX}postgresql://host/database")
    _check_database(text.removeprefix(LAKE_PREFIX), LAKE_PREFIX)
    return text


def _check_database(text: str, prefix: str) -> None:
    try:
        parts = urlsplit(text)
        secret = parts.password is not None or "password" in parse_qs(parts.query)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"postgresql", "postgres"}:  # not repeated: it may hold a password
        raise argparse.ArgumentTypeError(f"must look like {prefix}postgresql://host/database")
    if secret:
        raise argparse.ArgumentTypeError(
            "must not hold a password, which others could read; set PGPASSWORD, or name a "
            "password file in PGPASSFILE"
        )


def _parse_file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"file not found: {text!r}")
    return path


def _parse_level(text: str) -> str:
    if text.lower() not in LOG_LEVELS:
        raise argparse.ArgumentTypeError(f"must be one of {', '.join(LOG_LEVELS)}, got {text!r}")
    return text.lower()


def _parse_switch(text: str) -> bool:
    return parse_bool(text, "the value")


SETTINGS: Final = (
    Setting(
        "host",
        str,
        "127.0.0.1",
        "address to listen on; 0.0.0.0 lets other machines connect",
    ),
    Setting("port", _parse_port, 8080, "port to listen on; 0 for any free one"),
    Setting(
        "data_dir",
        _parse_data_dir,
        None,
        "directory for all data, created if needed (default: in memory, lost at the end)",
        "DIRECTORY",
    ),
    Setting(
        "control",
        _parse_control,
        None,
        "database in PostgreSQL for everything but rows, as postgresql://host/database; the "
        "password comes from PGPASSWORD or a password file (default: in the data directory)",
        "ADDRESS",
    ),
    Setting(
        "warehouse",
        _parse_warehouse,
        None,
        "catalog of a lake of rows that several servers share, as "
        "ducklake:postgresql://host/database; needs --control and --storage (default: rows are in "
        "the data directory of one server)",
        "ADDRESS",
    ),
    Setting(
        "storage",
        parse_storage,
        None,
        "where these servers have their files, in the place of --data-dir: a directory that they "
        "share, or s3://bucket/prefix, with ?endpoint=https://host:port for a service other than "
        "Amazon's; keys and region come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and "
        "AWS_REGION, or the configuration of the machine",
        "PLACE",
    ),
    Setting("threads", _parse_threads, 8, "number of requests handled at the same time"),
    Setting(
        "tls_cert",
        _parse_file,
        None,
        "file with the certificate and those that it follows from, in PEM, to listen with https; "
        "read anew when it changes",
        "FILE",
    ),
    Setting("tls_key", _parse_file, None, "file with its private key, in PEM", "FILE"),
    Setting(
        "trusted_proxy",
        _parse_address,
        None,
        "address of the proxy whose headers X-Forwarded-For, -Host and -Proto are believed "
        "(default: nobody's)",
        "ADDRESS",
    ),
    Setting(
        "log_level",
        _parse_level,
        "info",
        f"least severe messages logged to standard error, as JSON lines: {', '.join(LOG_LEVELS)}",
        "LEVEL",
    ),
    Setting(
        "allow_unconfined_code",
        _parse_switch,
        False,
        "run the code of explainers even where this system cannot confine it: whoever may change "
        "enrichments can then read and change everything that this server can",
        variable=UNCONFINED_CODE_VARIABLE,
    ),
    Setting(
        "retention_days",
        _parse_days,
        None,
        "delete inferences older than this many days, once a day (default: keep all)",
        "DAYS",
    ),
    Setting(
        "report_dir",
        _parse_data_dir,
        None,
        "directory that summaries of alerts are written to, as pages and as JSON (default: none)",
        "DIRECTORY",
    ),
    Setting("smtp_url", str, None, variable=SMTP_URL_VARIABLE, is_option=False),
    Setting("smtp_from", str, None, variable=SMTP_SENDER_VARIABLE, is_option=False),
    Setting("webhooks", str, None, variable=WEBHOOKS_VARIABLE, is_option=False),
    Setting("webhooks_private", str, None, variable=PRIVATE_WEBHOOKS_VARIABLE, is_option=False),
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add an option for each setting that has one, `--config` and `--limit`.

    Args:
        parser: The parser of the command.
    """
    parser.add_argument(
        "--config",
        metavar="FILE",
        help="file in TOML that states settings by name, e.g. data_dir, and limits in a table "
        f"[limits] (default: the variable {CONFIG_VARIABLE})",
    )
    for setting in SETTINGS:
        if not setting.is_option:
            continue
        option = f"--{setting.name.replace('_', '-')}"
        shown = setting.help
        if setting.default is False:
            parser.add_argument(
                option, dest=setting.name, action="store_true", default=None, help=shown
            )
            continue
        if setting.default is not None:
            shown += f" (default: {setting.default})"
        parser.add_argument(
            option,
            dest=setting.name,
            type=setting.parse,
            metavar=setting.placeholder or setting.name.upper(),
            help=shown,
        )
    parser.add_argument(
        "--limit",
        action="append",
        default=[],
        metavar="NAME=AMOUNT",
        help="a bound on what requests and the code of users may take, e.g. json_bytes=64Mi; may "
        "be repeated (docs/operating.md lists them)",
    )


def resolve_settings(
    options: argparse.Namespace, environment: Mapping[str, str]
) -> tuple[dict[str, Any], list[str]]:
    """Return the settings by name, and the limits as `NAME=AMOUNT`, later ones counting more.

    Args:
        options: The options of the call; `None` where one is not given.
        environment: The environment variables.

    Raises:
        OSError: The file cannot be read.
        ValueError: The file or a variable states something impossible.
    """
    name = options.config or environment.get(CONFIG_VARIABLE, "").strip()
    stated = _read_file(Path(name)) if name else {}
    found: dict[str, Any] = {}
    for setting in SETTINGS:
        value = getattr(options, setting.name, None)
        variable = environment.get(setting.environment, "").strip()
        if value is None and variable:
            value = _parse(setting, variable, setting.environment)
        if value is None and setting.name in stated:
            value = _parse(setting, stated[setting.name], f"{name}: {setting.name}")
        found[setting.name] = setting.default if value is None else value
    if found["warehouse"] is not None:
        if found["control"] is None or found["storage"] is None or found["data_dir"] is not None:
            raise ValueError("--warehouse needs --control and --storage, and no --data-dir")
        if isinstance(found["storage"], Path):
            found["data_dir"], found["storage"] = found["storage"], None
    elif found["storage"] is not None:
        raise ValueError("--storage needs --warehouse, whose files it holds")
    if found["control"] is not None and found["data_dir"] is None and found["storage"] is None:
        raise ValueError("--control needs --data-dir, the directory of the rows")
    if (found["tls_cert"] is None) != (found["tls_key"] is None):
        raise ValueError("TLS needs both, --tls-cert and --tls-key")
    limits = stated.get(_LIMITS, [])
    return found, [*limits, *environment.get(LIMITS_VARIABLE, "").split(), *options.limit]


def _parse(setting: Setting, text: str, where: str) -> Any:
    try:
        return setting.parse(text)
    except (argparse.ArgumentTypeError, ValueError) as error:
        raise ValueError(f"{where}: {error}") from None


def _read_file(path: Path) -> dict[str, Any]:
    """Return what a file states: texts by name, and the limits as a list."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not TOML: {error}") from None
    limits = content.pop(_LIMITS, {})
    known = [setting.name for setting in SETTINGS]
    for name, value in content.items():
        if name not in known:
            raise ValueError(f"{path}: unknown setting {name!r}; known: {', '.join(known)}, limits")
        if not isinstance(value, str | int):
            raise ValueError(  # noqa: TRY004 - what a file states is a value
                f"{path}: {name} must be a string, an integer, true or false"
            )
    if not isinstance(limits, dict):
        raise ValueError(  # noqa: TRY004 - as above
            f"{path}: limits must be a table, e.g. [limits] with json_bytes = '64Mi'"
        )
    stated: dict[str, Any] = {name: _text(value) for name, value in content.items()}
    stated[_LIMITS] = [f"{name}={_text(value)}" for name, value in limits.items()]
    return stated


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
