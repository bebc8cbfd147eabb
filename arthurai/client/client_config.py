"""The parameters of `ArthurAI`, from its arguments and from `config`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.exceptions import UserTypeError, UserValueError
from arthurai.common.text import list_names, suggest

if TYPE_CHECKING:
    from arthurai.transport.options import HttpOptions

UNKNOWN_ORG_ID: Final = "unknown"
_SECRET_NAMES = frozenset({"access_key", "password", "redaction_key", "http_options"})


@dataclass(frozen=True, slots=True)
class ClientConfig:
    """The parameters of `ArthurAI`, before the environment is read."""

    verify_ssl: bool | None = None
    url: str | None = None
    access_key: str | None = field(default=None, repr=False)
    offline: bool = False
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    organization_id: str | None = None
    allow_insecure: bool = False
    http_options: Mapping[str, Any] | HttpOptions | None = field(default=None, repr=False)
    strict: bool | None = None
    redaction_key: str | None = field(default=None, repr=False)

    def merge(self, config: Mapping[str, Any] | None) -> ClientConfig:
        """Return this configuration with the values of a `config` dict added.

        Raises:
            UserTypeError: `config` is not a dict.
            UserValueError: It has an unknown key, or contradicts an argument.
        """
        if config is None:
            return self
        if not isinstance(config, Mapping):
            hint = "; did you mean url=…?" if isinstance(config, str) else ""
            raise UserTypeError(f"config must be a dict, got {type(config).__name__}{hint}")
        defaults = {f.name: f.default for f in fields(self)}
        values = {name: getattr(self, name) for name in defaults}
        for name, value in config.items():
            if name not in defaults:
                raise UserValueError(
                    f"unknown key {name!r} in config, must be one of {list_names(defaults)}"
                    f"{suggest(name, defaults)}"
                )
            if value is None or value == values[name]:
                continue
            if values[name] != defaults[name]:
                shown = "" if name in _SECRET_NAMES else f" ({values[name]!r} and {value!r})"
                raise UserValueError(
                    f"{name} is given as an argument and differently in config{shown}; give it once"
                )
            values[name] = value
        return ClientConfig(**values)
