"""`arthurai serve`: the embedded server over HTTP."""

from __future__ import annotations

import errno
import gc
import os
import shlex
import sys
from typing import TYPE_CHECKING, Any, Final

from arthurai.commands.command_line import describe_error, fail, store_errors
from arthurai.commands.serve_settings import resolve_settings
from arthurai.common.hosts import leads_to_loopback
from arthurai.common.settings import (
    PRIVATE_WEBHOOKS_VARIABLE,
    SMTP_SENDER_VARIABLE,
    SMTP_URL_VARIABLE,
    WEBHOOKS_VARIABLE,
)

if TYPE_CHECKING:
    import argparse
    import socket
    from collections.abc import Mapping

    from arthurai.server.app import ArthurApp

_WRONG_CALL: Final = 2
_KEPT_MEMORY_MILLISECONDS: Final = 1000
"""For how long Arrow keeps memory that is free, as the next rows need it: new memory is slow."""


def serve(options: argparse.Namespace) -> int:
    """Run a server until a signal stops it; return the exit status.

    Args:
        options: The arguments of the command.
    """
    # Arrow reads it when it is imported.
    os.environ.setdefault("MIMALLOC_PURGE_DELAY", str(_KEPT_MEMORY_MILLISECONDS))
    from arthurai.server.serving.json_logs import log_to_stderr
    from arthurai.server.serving.waitress_server import listen

    try:
        settings, limits = resolve_settings(options, os.environ)
    except (OSError, ValueError) as error:
        return fail(describe_error(error), _WRONG_CALL)
    host, port = settings["host"], settings["port"]
    try:
        listener = listen(host, port)
    except OSError as error:
        return fail(f"cannot listen on {host}:{port}: {error}; {_listening_remedy(error)}")
    log_to_stderr(settings["log_level"])
    os.umask(0o077)
    with listener:
        return _serve_on(listener, settings, limits)


def _serve_on(listener: socket.socket, settings: Mapping[str, Any], limits: list[str]) -> int:
    from arthurai.server.app import create_app
    from arthurai.server.delivery.mail_and_webhooks import DeliverySettings
    from arthurai.server.operator_limits import parse_limits
    from arthurai.server.serving.tls_connections import TlsConnections
    from arthurai.server.serving.waitress_server import Server, stop_on_signals

    tls = None
    try:
        delivery = DeliverySettings.from_environment(
            {
                SMTP_URL_VARIABLE: settings["smtp_url"] or "",
                SMTP_SENDER_VARIABLE: settings["smtp_from"] or "",
                WEBHOOKS_VARIABLE: settings["webhooks"] or "",
                PRIVATE_WEBHOOKS_VARIABLE: settings["webhooks_private"] or "",
            }
        )
        bounds = parse_limits(limits)
        if settings["tls_cert"] is not None:
            tls = TlsConnections(settings["tls_cert"], settings["tls_key"])
    except (OSError, ValueError) as error:
        return fail(describe_error(error))
    try:
        app = create_app(
            settings["data_dir"],
            limits=bounds,
            access_log=True,
            delivery=delivery,
            allow_unconfined_code=settings["allow_unconfined_code"],
            retention_days=settings["retention_days"],
            report_dir=settings["report_dir"],
            control=settings["control"],
            warehouse=settings["warehouse"],
            storage=settings["storage"],
        )
    except store_errors() as error:
        if settings["storage"] is not None:
            return fail(str(error))
        return fail(f"cannot use the data directory {settings['data_dir']}: {error}")
    with app:
        server = Server(
            app,
            listener,
            threads=settings["threads"],
            max_body_bytes=bounds.form_bytes,
            trusted_proxy=settings["trusted_proxy"],
            tls=tls,
        )
        # Not earlier: a start that fails before it prints the password must not set it.
        app.make_login()
        app.start_clock()
        with stop_on_signals(server):
            _announce(app, server.url)
            # What is loaded stays, and looking through it would hold up requests time and again.
            gc.freeze()
            server.run(on_stop=app.stop_background)
            app.close()
    return 0


def _listening_remedy(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "stop the program that listens there, or choose another --port"
    if error.errno == errno.EACCES:
        return "choose a --port from 1024 on, the lower ones need privileges"
    return "choose a --host that this machine has, e.g. 127.0.0.1, or 0.0.0.0 for all its addresses"


def _announce(app: ArthurApp, url: str) -> None:
    place = app.place or "in memory, lost when the server stops (keep it with --data-dir)"
    is_plain = url.startswith("http://")
    print(f"Arthur listens on {url}")
    print(f"Dashboard, logs in once within an hour: {app.make_dashboard_link(url)}")
    print(f"Data: {place}")
    if app.data.database.is_shared:
        print(f"Rows: {app.data.database.name}")
    if app.control.database.is_shared:
        print(f"Control data: {app.control.database.name}")
    if is_plain and not leads_to_loopback(url):
        print("Other machines can connect over plain http: use --tls-cert, or a TLS proxy.")
    insecure = ", allow_insecure=True" if is_plain else ""
    if app.first_login is None:
        command = f"arthurai key {shlex.quote(str(app.place))}"
        if app.control.database.is_shared:
            command += " --control ADDRESS"
        print(f"Keep the key of `{command}` in the variable ARTHUR_API_KEY for:")
        print(f'client = ArthurAI(url="{url}"{insecure})')
    else:
        print("First start: the administrator's password and key, shown only now.")
        print(f"ARTHUR_LOGIN={app.first_login.username}")
        print(f"ARTHUR_PASSWORD={app.first_login.password}")
        print(f"ARTHUR_API_KEY={app.admin_key}")
        print(f'client = ArthurAI(url="{url}", access_key="{app.admin_key}"{insecure})')
    sys.stdout.flush()
