"""Connections of the workers of a cluster: what is sent to them has no credentials in it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.exceptions import MethodNotApplicableError, UserTypeError, UserValueError
from arthurai.common.settings import URL_VARIABLE, read_variable
from arthurai.common.text import list_names
from arthurai.transport.options import parse_endpoint

if TYPE_CHECKING:
    from arthurai.client.client import ArthurAI
    from arthurai.transport.session_core import SessionCore

CREDENTIAL_NAMES: Final = ("access_key", "login", "password", "redaction_key")

CredentialProvider = str | Callable[[], Mapping[str, str]]
"""A function that returns credentials, or where to find it: `"package.module:function"`."""


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a server is and how to talk to it, without credentials.

    Attributes:
        url: The address.
        organization_id: The organization to work in; `None` for that of the caller.
        verify_ssl: Whether certificates are checked.
        http_options: Time-outs and limits, without the proxy, which may hold a password.
        strict: Whether tables are checked as a whole.
    """

    url: str
    organization_id: str | None = None
    verify_ssl: bool = True
    http_options: dict[str, Any] = field(default_factory=dict)
    strict: bool | None = None

    @classmethod
    def of(cls, session: SessionCore) -> ServerAddress:
        """Return the address that a connection leads to.

        Args:
            session: The connection.
        """
        options = asdict(session.options)
        del options["proxy"]
        return cls(
            session.endpoint.url,
            session.organization_id,
            session.verify_ssl,
            options,
            session.strict,
        )

    @property
    def is_local(self) -> bool:
        """Whether the server runs inside of one process."""
        return parse_endpoint(self.url, allow_insecure=True).local

    def connect(self, provider: CredentialProvider | None) -> ArthurAI:
        """Connect, on a worker.

        Args:
            provider: What gives the credentials; `None` for those of the environment.

        Raises:
            UserValueError: The environment has the credentials of another server.
            ArthurError: As for `ArthurAI`.
        """
        from arthurai.client.client import ArthurAI

        credentials: dict[str, Any] = {} if provider is None else dict(read_credentials(provider))
        if not {"access_key", "login"} & credentials.keys():
            self._check_environment()
        return ArthurAI(
            url=self.url,
            organization_id=self.organization_id,
            verify_ssl=self.verify_ssl,
            http_options=self.http_options or None,
            strict=self.strict,
            allow_insecure=True,
            **credentials,
        )

    def _check_environment(self) -> None:
        """Raise if the credentials of the environment belong to another server.

        Raises:
            UserValueError: They do.
        """
        url = read_variable(URL_VARIABLE)
        if url is None:
            return
        theirs = parse_endpoint(url, allow_insecure=True).origin
        if theirs != parse_endpoint(self.url, allow_insecure=True).origin:
            raise UserValueError(
                f"the rows go to {self.url}, but the environment of this worker has credentials "
                f"for the server that {URL_VARIABLE} names: set it to the same server, or pass "
                "credentials=…, a function that returns them"
            )

    def check_sendable(self) -> None:
        """Raise if no other process can connect to this address.

        Raises:
            MethodNotApplicableError: It is that of a server in this process.
        """
        if self.is_local:
            raise MethodNotApplicableError(
                f"the server {self.url} runs inside of this process, so the workers of a cluster "
                "cannot send to it; start `arthurai serve` and connect to its address"
            )


def read_credentials(provider: CredentialProvider) -> dict[str, str]:
    """Return what a provider gives.

    Args:
        provider: The provider.

    Raises:
        UserTypeError: It gives something else than a mapping of texts.
        UserValueError: It gives something that is no credential.
    """
    given = find_provider(provider)()
    if not isinstance(given, Mapping):
        raise UserTypeError(
            '`credentials` must return a mapping such as {"access_key": …}, got '
            f"{type(given).__name__}"
        )
    unknown = [name for name in given if name not in CREDENTIAL_NAMES]
    if unknown:
        raise UserValueError(
            f"`credentials` must return some of {list_names(CREDENTIAL_NAMES)}, got {unknown[0]!r}"
        )
    for name, value in given.items():
        if not isinstance(value, str):
            raise UserTypeError(
                f"{name} of `credentials` must be a string, got {type(value).__name__}"
            )
    return dict(given)


def find_provider(provider: Any) -> Callable[[], Mapping[str, str]]:
    """Return the function of a provider.

    Args:
        provider: The function, or `"package.module:function"`.

    Raises:
        UserTypeError: It is neither.
        UserValueError: There is no such function.
    """
    if isinstance(provider, str):
        place, colon, name = provider.partition(":")
        try:
            found = getattr(importlib.import_module(place), name) if colon else None
        except (ImportError, AttributeError, ValueError):
            found = None
        if not callable(found):
            raise UserValueError(
                "`credentials` must name a function as 'package.module:function', got "
                f"{provider!r}, which cannot be found"
            )
        provider = found
    if not callable(provider):
        raise UserTypeError(
            f"`credentials` must be a function, or where it is found, got {type(provider).__name__}"
        )
    function: Callable[[], Mapping[str, str]] = provider
    return function
