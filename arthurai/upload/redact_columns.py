"""Values that are replaced before they leave the program, and rows that do not leave it at all."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.exceptions import MissingParameterError, UserTypeError, UserValueError
from arthurai.common.settings import REDACTION_KEY_VARIABLE
from arthurai.common.text import list_names, suggest
from arthurai.common.vocabulary import META_COLUMNS, ValueType
from arthurai.upload.coerce import is_missing
from arthurai.upload.columnar import ABSENT, SparseColumn, is_arrow, to_list

if TYPE_CHECKING:
    from arthurai.upload.columnar import Column
    from arthurai.upload.upload_schema import UploadSchema

HASH: Final = "hash"
DROP: Final = "drop"
MIN_KEY_BYTES: Final = 16
_TEXTS: Final = frozenset({ValueType.String, ValueType.Unstructured_Text})
_HASHED_META: Final = ("partner_inference_id", "batch_id")
_HASHED: Final = re.compile(r"hmac:[0-9a-f]{32}")
_HASH_BYTES: Final = 16
_SAMPLE_BYTES: Final = 8

Action = str | Callable[[Any], Any]
"""`"hash"`, `"drop"`, or a function from a value to what is sent instead."""


class Redaction:
    """What happens to the values of some columns before they are checked, encoded and sent.

    Args:
        actions: Action by name of an attribute, or of `partner_inference_id` and the like.
        schema: The model's attributes.
        key: Key of the hashes; needed when a column is hashed.

    Raises:
        MissingParameterError: A column is hashed and there is no key.
        UserTypeError: An action or the whole is something else.
        UserValueError: A name is not an attribute, or its values cannot be hashed or dropped.
    """

    def __init__(
        self, actions: Mapping[str, Action], schema: UploadSchema, key: str | None
    ) -> None:
        self._key = b"" if key is None else key.encode()
        self.actions: dict[str, Action] = {}
        for given, action in check_actions(actions).items():
            name = schema.renamed.get(given, given)
            _check_name(given, name, action, schema)
            self.actions[name] = action
        if HASH in self.actions.values():
            check_key(key)

    def apply(self, columns: Mapping[str, Column]) -> dict[str, Column]:
        """Return columns with the values replaced.

        Raises:
            UserValueError: A function raised an exception.
        """
        return {
            name: self._replace(name, column) if name in self.actions else column
            for name, column in columns.items()
        }

    def apply_to_row(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a flat row with the values replaced; see `apply`."""
        return {
            name: self._value(name, value) if name in self.actions else value
            for name, value in row.items()
        }

    def redact_value(self, name: str, value: Any) -> Any:
        """Return what is sent for a value of a column.

        Raises:
            UserValueError: The column is not redacted, or its function raised an exception.
        """
        if name not in self.actions:
            raise UserValueError(
                f"name must be a redacted column, one of {list_names(self.actions)}, got {name!r}"
            )
        return self._value(name, value)

    def _replace(self, name: str, column: Column) -> Column:
        if self.actions[name] == DROP:
            return [None] * len(column)
        known: dict[Any, Any] = {}
        replaced: list[Any] = []
        hashes = self.actions[name] == HASH
        for value in to_list(column):
            if value is ABSENT:
                replaced.append(ABSENT)
            elif hashes and type(value) is str:
                if value not in known:
                    known[value] = self._value(name, value)
                replaced.append(known[value])
            else:
                replaced.append(self._value(name, value))
        if isinstance(column, SparseColumn):
            return SparseColumn(replaced)
        if hashes and is_arrow(column):
            import pyarrow as pa

            return pa.array(replaced, pa.string())
        return replaced

    def _value(self, name: str, value: Any) -> Any:
        action = self.actions[name]
        if value is None or action == DROP or is_missing(value):
            return None
        if not isinstance(action, str):
            try:
                return action(value)
            except Exception as error:  # noqa: BLE001 - whatever the function of the user raises
                # Without the error itself, whose text often has the value in it.
                raise UserValueError(
                    f"the function in redact[{name!r}] raised {type(error).__name__} for a value "
                    "of the column; nothing was sent of its rows"
                ) from None
        return hash_value(value, self._key)


def hash_value(value: object, key: bytes) -> str:
    """Return the keyed hash of a value: HMAC-SHA-256 of its text in UTF-8, cut to 128 bits.

    Args:
        value: The value; one that is such a hash already is returned as it is.
        key: The key.
    """
    text = value if isinstance(value, str) else str(value)
    if _HASHED.fullmatch(text):
        return text
    digest = hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256")
    return f"hmac:{digest[:_HASH_BYTES].hex()}"


def check_actions(actions: Any) -> dict[str, Action]:
    """Return the actions of `redact`.

    Raises:
        UserTypeError: It is not a dictionary of actions by name.
    """
    if not isinstance(actions, Mapping):
        raise UserTypeError(
            '`redact` must be a dictionary such as {"email": "hash"}, got '
            f"{type(actions).__name__}"
        )
    found: dict[str, Action] = {}
    for name, action in actions.items():
        word = action.casefold() if isinstance(action, str) else action
        if not isinstance(name, str) or not (word in (HASH, DROP) or callable(action)):
            raise UserTypeError(
                f"redact[{name!r}] must be 'hash', 'drop' or a function, got {action!r:.60}"
            )
        found[name] = word
    return found


def check_key(key: Any) -> str:
    """Return the key of hashes.

    Raises:
        MissingParameterError: There is none.
        UserTypeError: It is not a string.
        UserValueError: It is too short to keep others from trying all keys.
    """
    how = (
        f"pass redaction_key=… to ArthurAI or set {REDACTION_KEY_VARIABLE}, for example to the "
        "result of secrets.token_hex(); keep it, equal values have equal hashes under one key only"
    )
    if key is None:
        raise MissingParameterError(f"there is no key to hash values with: {how}")
    if not isinstance(key, str):
        raise UserTypeError(f"`redaction_key` must be a string, got {type(key).__name__}")
    if len(key.encode()) < MIN_KEY_BYTES:
        raise UserValueError(
            f"`redaction_key` must have at least {MIN_KEY_BYTES} characters, got {len(key)}: {how}"
        )
    return key


def check_sample(sample: Any) -> float | None:
    """Return the share of rows to send, `None` for all.

    Raises:
        UserTypeError: It is not a number.
        UserValueError: It is not above 0 and at most 1.
    """
    if sample is None:
        return None
    if isinstance(sample, bool) or not isinstance(sample, int | float):
        raise UserTypeError(f"`sample` must be a number, got {type(sample).__name__}")
    if not 0 < sample <= 1:
        raise UserValueError(f"`sample` must be above 0 and at most 1, got {sample!r}")
    return None if sample == 1 else float(sample)


def is_sampled(inference_id: Any, share: float) -> bool:
    """Return whether the row of an id is in the sample.

    It depends on the id alone, so that inference and ground truth agree, in every process; rows
    without an id are always in it.

    Args:
        inference_id: The `partner_inference_id` as it is sent.
        share: The share of rows that is sent.
    """
    if not isinstance(inference_id, str):
        return True
    digest = hashlib.blake2b(
        inference_id.encode("utf-8", "surrogatepass"), digest_size=_SAMPLE_BYTES
    ).digest()
    limit: float = share * 2 ** (8 * _SAMPLE_BYTES)
    return int.from_bytes(digest) < limit


def _check_name(given: str, name: str, action: Action, schema: UploadSchema) -> None:
    attribute = schema.sendable.get(name)
    if attribute is None:
        if name not in META_COLUMNS:
            known = [*schema.sendable, *META_COLUMNS]
            raise UserValueError(
                f"`redact` must name columns of the model, got {given!r}{suggest(given, known)}"
            )
        if action == DROP or (action == HASH and name not in _HASHED_META):
            raise UserValueError(
                f"redact[{given!r}] must be a function"
                f"{' or hash' if name in _HASHED_META else ''}, got {action!r}"
            )
    elif action == HASH and attribute.value_type not in _TEXTS:
        raise UserValueError(
            f"redact[{given!r}] must be 'drop' or a function, got 'hash': hashes are text, but the "
            f"attribute holds {attribute.value_type}"
        )
