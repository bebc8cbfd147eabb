"""`ArthurAI`: a connection to an Arthur server, and the way to its models."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from arthurai._compat.arthur_http_client import new_requests_client
from arthurai._compat.http_verbs import HTTPClient
from arthurai.client.client_config import UNKNOWN_ORG_ID, ClientConfig
from arthurai.client.model_arguments import check_model_type, complete_names
from arthurai.client.model_lists import fetch_models, iterate_models
from arthurai.client.model_lookup import find_model, find_model_group
from arthurai.common.checks import (
    check_text,
    read_list,
    report_unreadable,
    spell_choice,
)
from arthurai.common.constants import API_PREFIX, InputType, OutputType
from arthurai.common.constants import Role as KnownRole
from arthurai.common.deprecation import warn_deprecated
from arthurai.common.exceptions import (
    MethodNotApplicableError,
    MissingParameterError,
    ResponseClientError,
    wrap_errors,
)
from arthurai.common.html_display import DisplayedList
from arthurai.common.text import list_names
from arthurai.transport.connected_object import ConnectedObject
from arthurai.transport.options import HttpOptions, parse_endpoint
from arthurai.transport.raw_responses import RawCalls, raw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType

    from arthurai.client.dashboard_link import DashboardLink
    from arthurai.model.model import ArthurModel
    from arthurai.model.model_groups import ArthurModelGroup
    from arthurai.transport.api_client import ApiClient
    from arthurai.transport.session import Session
    from arthurai.typing import Estimator, InputTypeName, OutputTypeName, RoleName, Strings
    from arthurai_api.models.model import Model

__all__ = ["ORG_ID_BODY", "ORG_ID_HEADER", "UNKNOWN_ORG_ID", "ArthurAI", "new_requests_client"]

ORG_ID_BODY: Final = "organization_id"
ORG_ID_HEADER: Final = "Arthur-Organization-ID"


@wrap_errors
class ArthurAI(ConnectedObject):
    """A connection to an Arthur server.

    Omitted arguments are taken from the environment: `ARTHUR_ENDPOINT_URL`, `ARTHUR_API_KEY`,
    `ARTHUR_LOGIN`, `ARTHUR_PASSWORD`, `ARTHUR_ORGANIZATION_ID`, `VERIFY_SSL`. For embedded servers
    only `VERIFY_SSL` is read, because the others belong to another server.

    A connection can be used from several threads, and in a forked child, which opens sockets of its
    own. Pickling drops the credentials: an unpickled object has to be connected again by
    `reconnect`. Use `with` or `close` to close sockets and stop the embedded server.

    For operations of the API without a method here, use `api`, the generated client. `client` has
    HTTP verbs for programs of the official SDK, `session` is what models are attached to.

    Args:
        config: Any of the other parameters as a dict. A parameter that is given in both places with
            different values is an error.
        verify_ssl: Whether certificates are checked; true by default.
        url: `https://host`, or an embedded server: `local://` in memory, `local:///some/dir` with a
            data directory.
        access_key: API key. It wins over a login in the environment.
        offline: Leave out the first contact, the look-up of the organization. Later calls send as
            always; without url or credentials models can be built, but not saved.
        login: User name or e-mail address. It wins over an access key.
        password: Its password; prompted for when omitted.
        organization_id: The organization to work in; by default the caller's own.
        allow_insecure: Accept a url with plain http. For servers on this machine
            `ARTHUR_ALLOW_INSECURE` can do so as well.
        http_options: Time-outs, proxy, certificate authorities and limits; see
            `HttpOptions`.
        strict: Check every table as a whole and send nothing when anything is wrong, in all calls
            that do not say otherwise; without it `ARTHUR_STRICT` decides, by default no.
        redaction_key: Key of the hashes that `redact={"email": "hash"}` sends instead of values;
            without it `ARTHUR_REDACTION_KEY`. It stays in this program.

    Raises:
        ArthurUserError: An argument is missing, impossible, or refused by the server.
        ArthurUnexpectedError: The server failed.
    """

    def __init__(
        self,
        config: Mapping[str, Any] | None = None,
        verify_ssl: bool | None = None,
        url: str | None = None,
        access_key: str | None = None,
        offline: bool = False,
        login: str | None = None,
        password: str | None = None,
        organization_id: str | None = None,
        allow_insecure: bool = False,
        *,
        http_options: Mapping[str, Any] | HttpOptions | None = None,
        strict: bool | None = None,
        redaction_key: str | None = None,
    ) -> None:
        merged = ClientConfig(
            verify_ssl=verify_ssl,
            url=url,
            access_key=access_key,
            offline=offline,
            login=login,
            password=password,
            organization_id=organization_id,
            allow_insecure=allow_insecure,
            http_options=http_options,
            strict=strict,
            redaction_key=redaction_key,
        ).merge(config)
        self._adopt(self._connect(merged))

    def _connect(self, config: ClientConfig) -> Session:
        from arthurai.client.connect import connect

        return connect(config)

    def _adopt(self, session: Session) -> None:
        self._session: Session | None = session
        self._client = HTTPClient.over(session, API_PREFIX)
        self.verify_ssl = session.verify_ssl

    # -- the connection ------------------------------------------------------------------------

    @property
    def session(self) -> Session:
        """The session that everything is sent over.

        Raises:
            MethodNotApplicableError: This object was unpickled and is not connected.
        """
        if self._session is None:
            raise MethodNotApplicableError(
                "this ArthurAI was unpickled and has no credentials: call "
                "reconnect(access_key=…), or reconnect(login=…, password=…)"
            )
        return self._session

    @property
    def client(self) -> HTTPClient:
        """HTTP verbs on paths below `/api/v3`, with this connection's credentials."""
        self.session  # noqa: B018 - raises when there is no connection
        return self._client

    @property
    def api(self) -> ApiClient:
        """The generated client with this connection's credentials, retries and exceptions.

        For operations without a method here: `list_users.sync(client=arthur.api)`.
        """
        return self.session.api

    @property
    def organization_id(self) -> str | None:
        """The organization this connection works in; `None` when the server chooses.

        `unknown` for an offline connection, which has not asked.
        """
        session = self.session
        return UNKNOWN_ORG_ID if session.offline else session.organization_id

    @property
    def with_raw_response(self) -> RawClientCalls:
        """The methods that send requests, with the responses behind results: `RawResult`."""
        return RawClientCalls(self)

    def _over(self, change: Callable[[Any], Any]) -> Self:
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        made._adopt(change(self.session))
        return made

    def dashboard(self) -> DashboardLink:
        """Return the address of the dashboard, to open in a browser; a notebook shows a link.

        For an embedded server (`local://`) the first call starts a listener on a free port of this
        machine, which ends with the server. The address logs in as this connection, once, within
        an hour; call again for another.

        Raises:
            MethodNotApplicableError: The connection is closed, or the server belongs to another
                process.
        """
        from arthurai.client.dashboard_link import DashboardLink

        return DashboardLink(self.session.open_dashboard())

    def close(self) -> None:
        """Close sockets and stop the embedded server; closing twice is harmless."""
        if self._session is not None:
            self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        if self._session is None:
            return "ArthurAI(not connected)"
        return (
            f"ArthurAI(url={self._session.endpoint.url!r}, "
            f"organization_id={self._session.organization_id!r})"
        )

    def __getstate__(self) -> dict[str, Any]:
        """Return the address and options of the connection, without credentials and proxy."""
        session = self._session
        if session is None:
            return self._memory
        options = asdict(session.options)
        del options["proxy"]
        return {
            "url": session.endpoint.url,
            "verify_ssl": session.verify_ssl,
            "organization_id": session.organization_id,
            "offline": session.offline,
            "http_options": options,
            "strict": session.strict,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Remember the address and options of the connection; nothing is opened."""
        self._session = None
        self._memory = {
            name: value
            for name, value in state.items()
            if name in {f.name for f in fields(ClientConfig)}
        }
        self.verify_ssl = state["verify_ssl"]

    def reconnect(
        self,
        access_key: str | None = None,
        login: str | None = None,
        password: str | None = None,
    ) -> None:
        """Connect again after unpickling, to the same server and organization.

        The credentials must be passed: a pickle from somewhere else must not be able to send those
        of the environment to a server of its choice.

        Args:
            access_key: API key.
            login: User name or e-mail address.
            password: Its password; prompted for when omitted.

        Raises:
            MethodNotApplicableError: This object is connected.
            MissingParameterError: Key and login are missing, and the server is not embedded.
            ArthurError: As for `ArthurAI`.
        """
        if self._session is not None:
            raise MethodNotApplicableError("this ArthurAI is connected already; create another one")
        memory = dict(self._memory)
        if memory["offline"] and access_key is None and login is None:
            memory["url"] = None
        else:
            endpoint = parse_endpoint(memory["url"], allow_insecure=True)
            if endpoint.local and endpoint.directory is None:
                memory["organization_id"] = None  # it belonged to a server that is gone
            if not endpoint.local and access_key is None and login is None:
                raise MissingParameterError(
                    f"reconnecting to {endpoint.url} needs access_key, or login and password"
                )
        config = ClientConfig(
            access_key=access_key, login=login, password=password, allow_insecure=True, **memory
        )
        self._adopt(self._connect(config))

    # -- models --------------------------------------------------------------------------------

    def model(
        self,
        partner_model_id: str | None = None,
        input_type: InputTypeName | None = None,
        output_type: OutputTypeName | None = None,
        model_type: OutputTypeName | None = None,
        display_name: str | None = None,
        description: str | None = None,
        tags: Strings | None = None,
        classifier_threshold: float | None = None,
        is_batch: bool = False,
        text_delimiter: str | None = None,
        expected_throughput_gb_per_day: int | None = None,
        pixel_height: int | None = None,
        pixel_width: int | None = None,
    ) -> ArthurModel:
        """Create a model. Nothing is sent before its `save`.

        Args:
            partner_model_id: Your own id of the model, at most 255 characters. When omitted, it is
                generated from the display name, the time and a random part.
            input_type: What goes into the model, an `InputType`.
            output_type: What comes out of it, an `OutputType`.
            model_type: Deprecated name of `output_type`, which wins.
            display_name: Name shown to people; by default `partner_model_id`.
            description: What the model is for.
            tags: Labels to find it by.
            classifier_threshold: Probability from which a prediction of a binary classifier counts
                as positive; 0.5 by default.
            is_batch: Whether its data are sent in batches.
            text_delimiter: Where texts are split into tokens, a `TextDelimiter`.
            expected_throughput_gb_per_day: Expected amount of data, in gigabytes per day.
            pixel_height: Height of the images in pixels.
            pixel_width: Width of the images in pixels.

        Returns:
            A model without attributes; call its `build` or `infer_schema` next.

        Raises:
            MissingParameterError: Input type, output type or both names are missing.
            UserValueError: A type is unknown, or the id is too long.
        """
        from arthurai.model.model import ArthurModel

        if model_type is not None:
            warn_deprecated("model_type", "use output_type")
            output_type = output_type if output_type is not None else model_type
        for name, value, types in (
            ("input_type", input_type, InputType.list()),
            ("output_type", output_type, OutputType.list()),
        ):
            if value is None:
                raise MissingParameterError(
                    f"{name} is missing, must be one of {list_names(types)}"
                )
            check_model_type(name, value, types)
        partner_model_id, display_name = complete_names(partner_model_id, display_name)
        return ArthurModel(
            partner_model_id=partner_model_id,
            input_type=str(input_type),
            output_type=str(output_type),
            client=self._session,
            display_name=display_name,
            description=description,
            tags=None if tags is None else read_list("tags", tags, "strings"),
            classifier_threshold=classifier_threshold,
            is_batch=is_batch,
            text_delimiter=text_delimiter,
            expected_throughput_gb_per_day=expected_throughput_gb_per_day,
            pixel_height=pixel_height,
            pixel_width=pixel_width,
        )

    def monitor(
        self,
        estimator: Estimator,
        X: Any,  # noqa: N803 - the name in scikit-learn
        y: Any,
        *,
        display_name: str | None = None,
        partner_model_id: str | None = None,
        description: str | None = None,
        tags: Strings | None = None,
        is_batch: bool = False,
    ) -> ArthurModel:
        """Make a model of a fitted scikit-learn classifier or regressor, and save it.

        `X`, what the estimator predicts of it, and `y` become the reference data, which drift is
        measured against; best are data that it was not trained on. Send what it is used for with
        `model.send_inferences(X, estimator, ground_truths=y)`, or decorate its predict function
        with `model.monitor`.

        Args:
            estimator: A fitted classifier or regressor, also a pipeline or a search. A classifier
                without `predict_proba` is monitored by its labels, with a warning.
            X: What it predicts from: a frame, an array, or texts. Columns of an array have the
                names that the estimator remembers, else `x0`, `x1` and so on.
            y: The truth: classes (strings, whole numbers, or booleans, which become 0 and 1), or
                numbers. Its column has the name of the Series, else `target`.
            display_name: Name shown to people; by default the class of the estimator.
            partner_model_id: Your own id of the model; generated when omitted.
            description: What the model is for.
            tags: Labels to find it by.
            is_batch: Whether its data are sent in batches.

        Returns:
            The saved model.

        Raises:
            UserTypeError: The estimator is of another kind, or `X` is not a table.
            UserValueError: The estimator is not fitted or cannot predict `X`, or `y` does not fit.
            ArthurError: The model could not be saved.
        """
        from arthurai.model.lifecycle import save
        from arthurai.model.modeling.estimators import describe_estimator

        found = describe_estimator(estimator, X, y)
        model = self.model(
            partner_model_id,
            display_name=found.name if display_name is None else display_name,
            description=description,
            tags=tags,
            is_batch=is_batch,
            **found.model_arguments,
        )
        model.build(found.table, rename=True, **found.build_arguments)
        save(model)
        return model

    def get_model(
        self, identifier: str, id_type: Literal["id", "partner_model_id"] = "id"
    ) -> ArthurModel:
        """Fetch a model; requires the permission to read models.

        Args:
            identifier: The id of the model.
            id_type: `id` for the id of the platform, `partner_model_id` for your own.

        Returns:
            The model with its attributes.

        Raises:
            UserValueError: `id_type` is unknown, or `identifier` is empty.
            UserTypeError: `identifier` is not a string.
            ResponseClientError: There is no such model in the organization.
        """
        from arthurai.model.lifecycle import remember_model_id

        found = find_model(self.session, identifier, id_type)
        model = self._to_model(found)
        remember_model_id(model)
        return model

    def _to_model(self, found: Model) -> ArthurModel:
        from arthurai.model.model import ArthurModel

        with report_unreadable("model"):
            model = ArthurModel.from_dict(found.as_received())
        model.attach(self.session)
        return model

    def list_models(self, /, **filters: Any) -> list[ArthurModel]:
        """List models, all pages of them; requires the permission to read models.

        Args:
            **filters: Parameters of the operation `list_models`, e.g. `display_name`, `tag`,
                `statuses`, `input_types`, `include_archived`, `created_since`, `sort`. Single
                values are accepted for lists. `page` and `page_size` fetch that page only;
                `expand=[]` omits the attributes, for long lists.

        Returns:
            The models, with their attributes unless `expand` says otherwise.

        Raises:
            UserValueError: A filter is unknown, or has an invalid value.
            ArthurError: Everything else that can go wrong.
        """
        models = fetch_models(self.session, filters)
        return DisplayedList(self._to_model(model) for model in models)

    def iter_models(self, **filters: Any) -> Iterator[ArthurModel]:
        """Iterate over models; each page is fetched when it is needed.

        Models that appear or vanish meanwhile may be left out, or come twice. Requires the
        permission to read models.

        Args:
            **filters: Those of `list_models`; `page` is not one of them, and `page_size` is the
                number of models per request.

        Returns:
            The models, with their attributes unless `expand` says otherwise.

        Raises:
            UserValueError: A filter is unknown, or has an invalid value.
            ArthurError: Everything else that can go wrong, at once or later.
        """
        return (self._to_model(model) for model in iterate_models(self.session, filters))

    def get_model_group(self, id_or_model: str | ArthurModel) -> ArthurModelGroup:
        """Fetch a group of model versions; requires the permission to read model groups.

        Args:
            id_or_model: The id of the group, or a model that belongs to it.

        Returns:
            The group.

        Raises:
            UserTypeError: `id_or_model` is neither.
            UserValueError: The model does not belong to a group, or the id is empty.
            ResponseClientError: There is no such group in the organization.
        """
        return find_model_group(self.session, id_or_model)

    # -- organizations and accounts ------------------------------------------------------------

    def get_service_accounts(self, description: str | None = None) -> list[dict[str, Any]]:
        """List service accounts; requires the permission to read service accounts.

        Args:
            description: Only those with this description.

        Returns:
            Dicts with id, organization_id, description and token, which is the API key.
        """
        from arthurai_api.api.service_accounts import list_service_accounts

        page = list_service_accounts.sync(client=self.api, description=description)
        return [account.as_received() for account in page.data or ()]

    def create_service_account(self, description: str, role: RoleName) -> dict[str, Any]:
        """Create a service account; requires the permission to write service accounts.

        Args:
            description: Its name.
            role: What it may do, a `Role`.

        Returns:
            A dict with id, organization_id, description and token, which is the API key.
        """
        from arthurai_api.api.service_accounts import create_service_account
        from arthurai_api.models.role import Role
        from arthurai_api.models.service_account_request import ServiceAccountRequest

        check_text("description", description)
        check_text("role", role)
        body = ServiceAccountRequest(
            description=description, role=Role(spell_choice(role, KnownRole.values()))
        )
        return create_service_account.sync(client=self.api, body=body).as_received()

    def get_current_org(self) -> dict[str, Any]:
        """Return the organization this connection works in, with its id and name."""
        from arthurai_api.api.organizations import get_current_organization

        return get_current_organization.sync(client=self.api).as_received()

    def set_current_org(self, org_id: str) -> None:
        """Switch to another organization.

        Args:
            org_id: Its id.

        Raises:
            ResponseClientError: The caller does not belong to it, or it does not exist.
        """
        from arthurai_api.api.organizations import set_current_organization
        from arthurai_api.models.set_current_organization_request import (
            SetCurrentOrganizationRequest,
        )

        check_text("org_id", org_id)
        body = SetCurrentOrganizationRequest(organization_id=org_id)
        try:
            set_current_organization.sync(client=self.api, body=body)
        except ResponseClientError as error:
            raise type(error)(
                f"cannot work in organization org_id={org_id!r}: {error}", exchange=error.exchange
            ) from error
        self.session.organization_id = org_id


class RawClientCalls(RawCalls):
    """The methods of a connection that send requests, which return a `RawResult` each."""

    model = raw(ArthurAI.model)
    get_model = raw(ArthurAI.get_model)
    list_models = raw(ArthurAI.list_models)
    get_model_group = raw(ArthurAI.get_model_group)
    get_service_accounts = raw(ArthurAI.get_service_accounts)
    create_service_account = raw(ArthurAI.create_service_account)
    get_current_org = raw(ArthurAI.get_current_org)
    set_current_org = raw(ArthurAI.set_current_org)
