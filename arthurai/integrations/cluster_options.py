"""Options given as text, as data sources of Spark take them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from arthurai.common.exceptions import MissingParameterError, UserValueError
from arthurai.common.settings import ALLOW_INSECURE_VARIABLE, URL_VARIABLE, read_bool, read_variable
from arthurai.common.text import list_names, suggest
from arthurai.integrations.partition_sender import DERIVED, PartitionSender
from arthurai.integrations.send_account import PartitionAccount, SendAccount
from arthurai.integrations.worker_connection import CREDENTIAL_NAMES, ServerAddress
from arthurai.transport.options import parse_endpoint
from arthurai.upload.validated_table import INFERENCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pyarrow as pa

    from arthurai.model.model import ArthurModel

_COMMON: Final = ("model", "url", "organization_id", "verify_ssl", "allow_insecure", "credentials")
_TEXTS: Final = ("kind", "ids", "run", "batch_id", "tz", "extra")
_NUMBERS: Final = ("rows_per_request", "max_workers")
_OWN: Final = ("redact", "sample", "fail_silently", "complete_batch", "account_path")
_READING: Final = ("query", "query_type")
_KNOWN: Final = (*_COMMON, *_TEXTS, *_NUMBERS, *_OWN, *_READING)
_SET_BY_SPARK: Final = frozenset({"path", "checkpointlocation", "querychain"})
_NO_FILE_NAME: Final = re.compile(r"[^\w-]")
_TRUE: Final = frozenset({"true", "yes", "1"})
_FALSE: Final = frozenset({"false", "no", "0"})


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """Options of one job.

    Attributes:
        given: The options, by name.
    """

    given: Mapping[str, str]

    def __post_init__(self) -> None:
        names = {name.lower(): name for name in self.given}
        for name in CREDENTIAL_NAMES:
            if name in names:
                raise UserValueError(
                    f"option {name!r} is refused, because options are part of the plan, which logs "
                    "and pages show: set the environment of the workers, or pass the option "
                    "'credentials', which names a function"
                )
        unknown = [name for name in names if name not in {*_KNOWN, *_SET_BY_SPARK}]
        if unknown:
            raise UserValueError(
                f"unknown option {unknown[0]!r}{suggest(unknown[0], _KNOWN)}; the options are "
                f"{list_names(_KNOWN)}"
            )

    def text(self, name: str) -> str | None:
        """Return an option, `None` when it is not given."""
        for key, value in self.given.items():
            if key.lower() == name:
                return value
        return None

    def flag(self, name: str) -> bool | None:
        """Return an option that is yes or no, `None` when it is not given."""
        value = self.text(name)
        if value is None:
            return None
        if value.strip().lower() not in _TRUE | _FALSE:
            raise UserValueError(f"option {name!r} must be true or false, got {value!r:.20}")
        return value.strip().lower() in _TRUE

    def _number(self, name: str, kind: type[int | float]) -> Any:
        value = self.text(name)
        try:
            return None if value is None else kind(value)
        except ValueError:
            raise UserValueError(f"option {name!r} must be a number, got {value!r:.20}") from None

    def _object(self, name: str) -> dict[str, Any] | None:
        value = self.text(name)
        if value is None:
            return None
        try:
            found = orjson.loads(value)
        except orjson.JSONDecodeError as error:
            raise UserValueError(f"option {name!r} must be JSON: {error}") from None
        if not isinstance(found, dict):
            raise UserValueError(f"option {name!r} must be a JSON object, got {value!r:.60}")
        return found

    def address(self) -> ServerAddress:
        """Return where the server is.

        Raises:
            MissingParameterError: Neither the option nor the environment says.
            MethodNotApplicableError: It runs inside of this process.
        """
        url = self.text("url") or read_variable(URL_VARIABLE)
        if url is None:
            raise MissingParameterError(f"url is missing: give the option 'url' or {URL_VARIABLE}")
        allowed = self.flag("allow_insecure")
        if allowed is None:
            allowed = read_bool(ALLOW_INSECURE_VARIABLE, default=False)
        parse_endpoint(url, allow_insecure=allowed)
        verify_ssl = self.flag("verify_ssl")
        address = ServerAddress(
            url, self.text("organization_id"), True if verify_ssl is None else verify_ssl
        )
        address.check_sendable()
        return address

    def for_workers(self) -> ClusterOptions:
        """Return the options with what only the environment of the driver says."""
        address = self.address()
        return replace(self, given={**self.given, "url": address.url, "allow_insecure": "true"})

    def _find_model(self, arthur: Any) -> ArthurModel:
        model_id = self.text("model")
        if model_id is None:
            raise MissingParameterError("the option 'model', the id of the model, is missing")
        model: ArthurModel = arthur.get_model(model_id)
        return model

    def make_sender(self) -> PartitionSender:
        """Connect, fetch the model, and return what sends rows to it; called on the driver.

        Raises:
            ArthurError: An option is impossible, or the server cannot be asked.
        """
        texts: dict[str, Any] = {name: self.text(name) for name in _TEXTS}
        more = {name: value for name, value in texts.items() if value is not None}
        more |= {name: self._number(name, int) for name in _NUMBERS}
        with self.address().connect(self.text("credentials")) as arthur:
            return PartitionSender(
                self._find_model(arthur),
                credentials=self.text("credentials"),
                redact=self._object("redact"),
                sample=self._number("sample", float),
                fail_silently=self.flag("fail_silently"),
                **more,
            ).detached()

    def check_stream(self, columns: Sequence[str]) -> None:
        """Raise if a stream that starts again could not be recognized.

        Args:
            columns: Names of its columns.

        Raises:
            UserValueError: Rows have no time, or ids are derived and the job has no name.
        """
        if self.text("kind") in (None, INFERENCES) and "inference_timestamp" not in columns:
            raise UserValueError(
                "a stream of inferences must have the column 'inference_timestamp': a batch that "
                "is sent again must say the same"
            )
        if self.text("ids") == DERIVED and self.text("run") is None:
            raise UserValueError(
                "a stream with ids='derived' must have the option 'run', the same after each start"
            )

    def finish(
        self, sender: PartitionSender, partitions: Iterable[PartitionAccount], name: str
    ) -> SendAccount:
        """Write the account of a job where `account_path` says, and close what was sent.

        Args:
            sender: What has sent.
            partitions: What became of the partitions.
            name: Name of the file.
        """
        accounts = list(partitions)
        place = self.text("account_path")
        if place is not None:
            write_account(Path(place), name, accounts)
        return sender.finish(accounts, complete_batch=self.flag("complete_batch") is not False)

    def ask(self) -> pa.Table:
        """Return the answer of the query.

        Raises:
            MissingParameterError: There is none.
            ArthurError: The server cannot be asked.
        """
        query = self._object("query")
        if query is None:
            raise MissingParameterError("the option 'query', the query as JSON, is missing")
        with self.address().connect(self.text("credentials")) as arthur:
            kind: Any = self.text("query_type") or "base"
            return self._find_model(arthur).query(query, kind, as_frame="pyarrow")


def write_account(directory: Path, name: str, accounts: Iterable[PartitionAccount]) -> None:
    """Write the accounts of the partitions of a job, a line each; an older file is replaced.

    Args:
        directory: Where to; made when it is missing.
        name: Name of the job.
        accounts: The accounts.
    """
    directory.mkdir(parents=True, exist_ok=True)
    name = _NO_FILE_NAME.sub("_", name)
    part = directory / f".{name}.part"
    part.write_text("".join(f"{account.to_json()}\n" for account in accounts), "utf-8")
    part.replace(directory / f"{name}.jsonl")


def read_accounts(directory: str | Path) -> SendAccount:
    """Return what became of the rows of all jobs that have written to a directory.

    Args:
        directory: What the option `account_path` says.
    """
    lines = (
        line
        for file in sorted(Path(directory).glob("*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    )
    return SendAccount.of(map(PartitionAccount.from_json, lines))
