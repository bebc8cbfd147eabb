"""The composition root: the embedded server as a WSGI application."""

from __future__ import annotations

import logging
import secrets
import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final, Self

from arthurai.common.bundle import load_bundle
from arthurai.server.authentication import SESSION_SECONDS, Authentication
from arthurai.server.authorization import Authorization
from arthurai.server.background.alert_scheduler import CHECK_SECONDS as RULE_SECONDS
from arthurai.server.background.alert_scheduler import AlertScheduler
from arthurai.server.background.clock import Clock
from arthurai.server.background.health_watch import HealthWatch
from arthurai.server.background.heartbeat import Heartbeat
from arthurai.server.background.model_deletions import CHECK_SECONDS as DELETION_SECONDS
from arthurai.server.background.model_deletions import ModelDeletions
from arthurai.server.context import Stores
from arthurai.server.delivery.delivery_log import DeliveryLog
from arthurai.server.delivery.mail_and_webhooks import Delivery, DeliverySettings
from arthurai.server.delivery.notifications import CHECK_SECONDS as SUMMARY_SECONDS
from arthurai.server.delivery.notifications import Notifications
from arthurai.server.enrichment.manager import Enrichments
from arthurai.server.http.dispatcher import Dispatcher
from arthurai.server.http.validation import Validation, shipped_validation
from arthurai.server.operator_limits import Limits
from arthurai.server.principals import ADMINISTRATOR
from arthurai.server.resources.alert_rules.rule_advice import RuleAdvisor
from arthurai.server.resources.usage.service import record_usage
from arthurai.server.secret import load_secret, load_stored_secret
from arthurai.server.services import Services
from arthurai.server.storage.backup import remove_unfinished_backups
from arthurai.server.storage.documents import ControlStore
from arthurai.server.storage.private_files import make_private
from arthurai.server.storage.reserved_space import keep_back, release_if_full
from arthurai.server.storage.retention_job import CHECK_SECONDS as RETENTION_SECONDS
from arthurai.server.storage.retention_job import RetentionJob
from arthurai.server.storage.store_pair import check_pair, find_control
from arthurai.server.storage.warehouse.data_store import DataStore
from arthurai.server.telemetry.server_telemetry import Telemetry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType
    from wsgiref.types import StartResponse, WSGIEnvironment

    from arthurai.server.http.dispatcher import RecentUse
    from arthurai.server.storage.documents.stored_users import User
    from arthurai.server.storage.s3_address import S3Place
    from arthurai.server.web.dashboard import Dashboard

logger = logging.getLogger("arthurai.server")

FIRST_ORGANIZATION: Final = "Local"
FIRST_USERNAME: Final = "admin"
FIRST_EMAIL: Final = "admin@localhost"
TAKE_OVER_SECONDS: Final = 20.0
"""How often a server looks for what another one has left."""
RESUME_SECONDS: Final = 300.0
"""How often one of several servers looks for rows that no enrichment has seen."""
CLOSE_SECONDS: Final = 10.0
"""How long closing waits for work in the background."""


@dataclass(frozen=True, slots=True)
class FirstLogin:
    """The credentials of the administrator created by the first start; known only then.

    Attributes:
        username: Login name.
        password: Password.
    """

    username: str
    password: str

    def __repr__(self) -> str:
        return f"FirstLogin(username={self.username!r}, password=…)"


class ArthurApp:
    """The server: a WSGI callable with its stores.

    Attributes:
        data_dir: Directory of everything the server keeps; `None` keeps it in memory.
        control: Organizations, users, keys, models and small documents.
        delivery: Sends mails and webhooks.
        telemetry: Counts what happens.
        notifications: Notifies people of alerts.
        heartbeat: Shows others that share the control database that this one runs.
        clock: Calls what is to be done regularly, once it was started.
        alerts: Evaluates alert rules when data arrive and, once started, by the clock.
        enrichments: Trains on reference data, scores and explains inferences.
        secret: Signs sessions and invitations.
        data: Inferences, reference data and ground truth.
        stores: Both of these.
        limits: What requests and the code of users may take.
        health: Whether the stores answer.
        authentication: Authenticates principals.
        authorization: Checks their permissions.
        first_login: The password set by `make_login`, if it set one.
        admin_key: An API key with all rights, in the first organization.
    """

    def __init__(
        self,
        data_dir: Path | None = None,
        *,
        bundle: Mapping[str, Any] | None = None,
        session_seconds: float = SESSION_SECONDS,
        limits: Limits | None = None,
        access_log: bool = False,
        delivery: DeliverySettings | None = None,
        allow_unconfined_code: bool = False,
        retention_days: int | None = None,
        report_dir: Path | None = None,
        control: str | None = None,
        warehouse: str | None = None,
        storage: S3Place | None = None,
    ) -> None:
        """Open or create a server.

        Args:
            data_dir: Where to keep everything; `None` keeps it in memory.
            bundle: The OpenAPI document; the shipped one by default.
            session_seconds: Duration of a session after a login.
            limits: What requests and the code of users may take.
            access_log: Log each request at level INFO instead of DEBUG.
            delivery: How mails and webhooks are sent; by default messages are only logged.
            allow_unconfined_code: Run the code of users even where the system cannot confine it.
            retention_days: Delete inferences that are older, once the clock runs.
            report_dir: Where summaries are written to.
            control: Address of a database in PostgreSQL for everything but rows, which stay in
                `data_dir`; `None` keeps it there, too.
            warehouse: Address of the catalog of a lake that servers share, see `open_warehouse`;
                `data_dir` is then the directory that they share. It needs `control`.
            storage: Where the files of such a lake are, in the place of `data_dir`.

        Raises:
            ControlDatabaseError: That database cannot be used.
            DataStoreError: The lake cannot be used.
            OSError: The directory cannot be used.
            ValueError: The directory was written by a newer release or is damaged.
        """
        document = load_bundle() if bundle is None else bundle
        self.data_dir = data_dir
        if warehouse is not None and control is None:
            raise ValueError("a warehouse that servers share needs control data in PostgreSQL")
        if data_dir is not None:
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            release_if_full(data_dir)
        # the data store locks the directory, so it comes first
        self.limits = limits or Limits()
        self.data: DataStore = DataStore(
            data_dir,
            max_memory=self.limits.database_memory,
            max_spill=self.limits.database_spill,
            warehouse=warehouse,
            storage=storage,
        )
        with ExitStack() as failing:
            failing.callback(self.data.close)
            with self.data.database.lock("first start"):
                secret = self._load_secret(data_dir, is_stored=storage is not None)
                location = find_control(data_dir, control) if storage is None else control
                self.control = ControlStore(location, secret)
                failing.callback(self.control.close)
                check_pair(self.control, self.data.database, data_dir)
                if data_dir is not None:
                    remove_unfinished_backups(data_dir, is_shared=warehouse is not None)
                    keep_back(data_dir)
                    make_private(data_dir)
            failing.pop_all()
        self.secret = secret
        self.heartbeat = Heartbeat(self.control)
        self.stores = Stores(self.control, self.data)
        self.health = HealthWatch(self.stores)
        self.telemetry = Telemetry(self.stores, data_dir)
        self.delivery = Delivery(
            delivery or DeliverySettings(),
            self.telemetry.count_delivery,
            outbox=self.control.outbox,
            secret=secret,
            log=DeliveryLog(self.control),
        )
        self.notifications = Notifications(self.stores, self.delivery, report_dir=report_dir)
        self.alerts = AlertScheduler(self.stores, self.notifications)
        if allow_unconfined_code:
            logger.warning(
                "the code of users runs even where this system cannot confine it: whoever may "
                "change enrichments can then read and change everything that this server can"
            )
        self.enrichments = Enrichments(
            self.stores,
            data_dir,
            self.alerts.schedule,
            files=self.data.database.files if storage is not None else None,
            limits=self.limits,
            allow_unconfined_code=allow_unconfined_code,
        )
        self.model_deletions = ModelDeletions(self.stores, self.enrichments.projects)
        self.model_deletions.run()
        self.telemetry.watch_queue("data_events", self.data.measure_events)
        self.telemetry.watch_queue("alert_rules", self.alerts.measure)
        self.telemetry.watch_queue("enrichments", self.enrichments.measure)
        self.authentication = Authentication(self.control, secret, session_seconds=session_seconds)
        self.authorization = Authorization(document, self.control)
        self.first_login: FirstLogin | None = None
        self.admin_key = self._bootstrap()
        services = Services(
            stores=self.stores,
            secret=secret,
            authentication=self.authentication,
            authorization=self.authorization,
            validation=(
                shipped_validation() if document is load_bundle() else Validation(document)
            ),
            enrichments=self.enrichments,
            notifications=self.notifications,
            delivery=self.delivery,
            telemetry=self.telemetry,
            limits=self.limits,
            health=self.health,
            rule_advisor=RuleAdvisor(self.stores),
            model_deletions=self.model_deletions,
        )
        self.clock = Clock(leases=self.control.leases)
        self._retention_days = retention_days
        self.delivery.resume()
        self._access_log = access_log
        self._is_closed = False
        self._dispatcher = Dispatcher(
            services,
            document,
            access_log=access_log,
            after_request=record_usage,
        )

    def _load_secret(self, data_dir: Path | None, *, is_stored: bool) -> bytes:
        return load_stored_secret(self.data.database.files) if is_stored else load_secret(data_dir)

    def _bootstrap(self) -> str:
        """Create the first organization with its administrator if there is none; return the key."""
        renewed = self.control.service_accounts.renew_keys()
        if renewed:
            logger.warning(
                "secret.key was replaced or has changed: %s API keys stop working, and new ones "
                "take their place; sessions and invitations have ended",
                renewed,
            )
        with self.control.transaction():
            organizations = self.control.organizations.list()
            if not organizations:
                organizations = [self.control.organizations.create(FIRST_ORGANIZATION)]
                user = self.control.users.create(
                    username=FIRST_USERNAME, email=FIRST_EMAIL, password_hash=None
                )
                self.control.users.join(user.id, organizations[0]["id"], ADMINISTRATOR)
            organization_id = organizations[0]["id"]
            return self.control.service_accounts.administrator_key(organization_id)

    @property
    def place(self) -> str | None:
        """Where data and files are; `None` for in memory."""
        return self.data.database.files.name if self.data.database.durable else None

    def make_login(self) -> None:
        """Set a password for the first administrator if nobody has one; it is in `first_login`."""
        users = self.control.users
        if users.has_any_password():
            return
        administrator = self._find_administrator()
        if administrator is None:
            return
        self.first_login = FirstLogin(administrator.username, secrets.token_urlsafe(12))
        users.set_password(administrator, users.hash_password(self.first_login.password))

    def _find_administrator(self) -> User | None:
        """Return the first active administrator of the first organization."""
        organization_id = self.control.organizations.list()[0]["id"]
        return next(
            (
                user
                for user in self.control.users.list_members(organization_id)
                if user.active and user.roles[organization_id] == ADMINISTRATOR
            ),
            None,
        )

    @cached_property
    def dashboard(self) -> Dashboard:
        """The pages for browsers."""
        from arthurai.server.web.dashboard import Dashboard

        return Dashboard(
            self._dispatcher,
            self.authentication,
            self.secret,
            settings={
                "data_dir": self.data_dir,
                "place": self.place,
                "list_servers": self.stores.list_servers,
                "server_id": self.control.leases.holder,
            },
            access_log=self._access_log,
        )

    def make_dashboard_link(
        self, url: str, credential: str | None = None, organization_id: str | None = None
    ) -> str:
        """Return the address of a link that logs in to the dashboard once.

        Args:
            url: Where the server listens.
            credential: Session token or API key to log in with; by default the administrator of the
                first organization logs in, or the server's own key when there is none.
            organization_id: The organization to work in; `None` for the first one.
        """
        if credential is None:
            user = self._find_administrator()
            opened = None if user is None else self.authentication.open_session(user)[0]
            credential = opened or self.admin_key
        return url.rstrip("/") + self.dashboard.make_link(credential, organization_id)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Respond to one request (WSGI)."""
        path = str(environ.get("PATH_INFO", ""))
        if path in {"", "/", "/ui", "/docs", "/docs/"} or path.startswith("/ui/"):
            return self.dashboard(environ, start_response)
        return self._dispatcher(environ, start_response)

    def max_body_bytes(self, environ: WSGIEnvironment) -> int:
        """Return how large the body of a request may be, before it is read.

        Args:
            environ: The WSGI environment as far as the headers tell.

        Raises:
            ApiError: The request is refused whatever its body is.
        """
        return self._dispatcher.max_body_bytes(environ)

    def defers(self, method: str, path: str) -> bool:
        """Return whether the response to a request may wait for something that others wait for.

        Args:
            method: HTTP method in capitals.
            path: The raw path.
        """
        return self._dispatcher.defers(method, path)

    def answers_at_once(self) -> bool:
        """Return whether a request for `/health` waits for nothing."""
        return self.health.is_known

    def find_recent_use(self, credential: str) -> RecentUse | None:
        """Return by whom, and in which organization, a credential was last used, if it was lately.

        Args:
            credential: The header `Authorization` or `Cookie`.
        """
        dispatcher = self._dispatcher
        known = dispatcher.find_recent_use(credential)
        if known is None and "dashboard" in self.__dict__:  # it was used
            of_session = self.dashboard.find_credential(credential)
            known = None if of_session is None else dispatcher.find_recent_use(of_session)
        return known

    def start_clock(self) -> None:
        """Evaluate alert rules, send summaries and prune by the clock as well, until `close`."""
        check = self.alerts.check_current_windows
        self.clock.add_job("evaluation of alert rules", lambda _: check(), seconds=RULE_SECONDS)
        summaries = self.notifications.send_due
        self.clock.add_job("summaries of alerts", summaries, seconds=SUMMARY_SECONDS)
        delete = self.model_deletions.run
        self.clock.add_job("deletion of models", lambda _: delete(), seconds=DELETION_SECONDS)
        retention = RetentionJob(self.stores, self._retention_days)
        self.clock.add_job("retention", retention.run, seconds=RETENTION_SECONDS)
        if self.control.database.is_shared:
            self.clock.add_job(
                "taking over", self._take_over, seconds=TAKE_OVER_SECONDS, on_each_server=True
            )
            resume = self.enrichments.take_over
            self.clock.add_job("enrichments", lambda _: resume(), seconds=RESUME_SECONDS)
        interval = self.data.upkeep.interval_seconds
        if interval is not None:
            upkeep = self.data.upkeep.maintain
            self.clock.add_job("upkeep of the warehouse", upkeep, seconds=interval)
        self.clock.start()

    def _take_over(self, moment: datetime) -> None:
        """Go on with what another server has left, if it is gone."""
        del moment
        self.delivery.take_over()
        self.alerts.take_over()

    def stop_background(self) -> None:
        """Have the work in the background end soon; returns at once."""
        self.clock.stop()
        self.alerts.stop()
        self.enrichments.stop()

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """Stop the background work and close the stores; a second call has no effect.

        Args:
            seconds: How long to wait for work in the background; what is not done by then is left
                to the next start.
        """
        if self._is_closed:
            return
        self._is_closed = True
        self.health.close()
        self.stop_background()
        left = _TimeLeft(seconds)
        with ExitStack() as closing:  # the last one named is closed first, and an error stops none
            closing.callback(self.control.close)
            closing.callback(self.heartbeat.close)
            closing.callback(left.spend, 1.0, self.data.close)
            closing.callback(left.spend, 0.9, self._close_delivery)
            closing.callback(left.spend, 0.7, partial(self.clock.close, self.data.interrupt))
            closing.callback(left.spend, 0.7, self.alerts.close)
            closing.callback(left.spend, 0.7, self.enrichments.close)

    def _close_delivery(self, deadline: float) -> None:
        self.delivery.close(max(0.0, deadline - time.monotonic()))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close(0.0 if exc_type is KeyboardInterrupt else CLOSE_SECONDS)


class _TimeLeft:
    """The time that closing may take; whoever interrupts it leaves none."""

    def __init__(self, seconds: float) -> None:
        self._started = time.monotonic()
        self._seconds = seconds

    def spend(self, share: float, close: Callable[[float], object]) -> None:
        """Close something by the moment at which a share of the time is over."""
        try:
            close(self._started + share * self._seconds)
        except KeyboardInterrupt:
            self._seconds = 0.0
            raise


create_app = ArthurApp
"""The factory under the name that WSGI servers look for."""
