"""Connect: from arguments, `config` and environment variables to a session.

Made by `python -m scripts.async_layer` from `arthurai/client/connect.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.aio.client.organization_lookup import explain_first_contact, find_organization
from arthurai.client.connect import _NOWHERE, find_credentials, find_endpoint, logger
from arthurai.common.checks import check_bool
from arthurai.common.exceptions import UserValueError
from arthurai.common.settings import ORGANIZATION_VARIABLE, read_variable
from arthurai.common.threads import run_in_thread
from arthurai.transport.async_session import AsyncSession
from arthurai.transport.auth import ApiKey, Login
from arthurai.transport.local import open_local
from arthurai.transport.options import HttpOptions, resolve_verify_ssl

if TYPE_CHECKING:
    from arthurai.client.client_config import ClientConfig
    from arthurai.transport.auth import Credentials


async def connect(config: ClientConfig) -> AsyncSession:
    """Open a session, and find out the organization it is for.

    Everything is checked before the first credential is sent. Offline nothing is sent here: the
    first call after it logs in, for the organization that the server chooses. Nor is anything sent
    when the organization is given and the caller has a key.

    Raises:
        ArthurUserError: An argument is missing, impossible or refused by the server.
        ArthurUnexpectedError: The server failed.
    """
    verify_ssl = resolve_verify_ssl(config.verify_ssl)
    options = HttpOptions.parse(config.http_options)
    strict = config.strict if config.strict is None else check_bool("strict", config.strict)
    redaction_key = config.redaction_key
    if redaction_key is not None:
        from arthurai.upload.redact_columns import check_key

        check_key(redaction_key)
    endpoint = find_endpoint(config)
    if config.offline and config.organization_id is not None:
        raise UserValueError(
            f"organization_id={config.organization_id!r} has no effect with offline=True; omit one "
            f"of them"
        )
    if endpoint is _NOWHERE:
        return AsyncSession(
            endpoint,
            verify_ssl=verify_ssl,
            options=options,
            offline=True,
            strict=strict,
            redaction_key=redaction_key,
        )
    if not verify_ssl and endpoint.origin.startswith("https:"):
        logger.warning(
            "certificates are not checked: anyone on the network path can read and change data"
        )
    credentials, name = find_credentials(config, endpoint)
    organization = config.organization_id
    if organization is None and not endpoint.local and not config.offline:
        organization = read_variable(ORGANIZATION_VARIABLE)
    local = await run_in_thread(open_local, endpoint) if endpoint.local else None
    if credentials is None and local is not None:
        credentials = ApiKey(local.admin_key)
    try:
        session = AsyncSession(
            endpoint,
            credentials,
            organization_id=organization,
            verify_ssl=verify_ssl,
            options=options,
            offline=config.offline,
            local=local,
            strict=strict,
            redaction_key=redaction_key,
        )
    except BaseException:
        if local is not None:
            await run_in_thread(local.release)
        raise
    if config.offline:
        return session
    try:
        await _first_contact(session, credentials, name)
    except BaseException:
        await session.close()
        raise
    return session


async def _first_contact(session: AsyncSession, credentials: Credentials | None, name: str) -> None:
    """Log in if there is a login, and look up the organization unless it is known."""
    if isinstance(credentials, Login):
        with explain_first_contact(session, name):
            await session.log_in()
    if session.organization_id is None:
        session.organization_id = await find_organization(session, name)
