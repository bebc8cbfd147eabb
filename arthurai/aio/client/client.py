"""`ArthurAI`: a connection to an Arthur server, and the way to its models.

Made by `python -m scripts.async_layer` from `arthurai/client/client.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.aio.client.model_lists import fetch_models, iterate_models
from arthurai.aio.client.model_lookup import find_model, find_model_group
from arthurai.client.async_connection import AsyncConnection
from arthurai.client.client_config import UNKNOWN_ORG_ID
from arthurai.client.model_arguments import check_model_type, complete_names
from arthurai.common.checks import check_text, read_list, report_unreadable, spell_choice
from arthurai.common.constants import InputType, OutputType
from arthurai.common.constants import Role as KnownRole
from arthurai.common.deprecation import warn_deprecated
from arthurai.common.exceptions import MissingParameterError, ResponseClientError, wrap_errors
from arthurai.common.html_display import DisplayedList
from arthurai.common.text import list_names
from arthurai.common.threads import run_in_thread
from arthurai.transport.raw_responses import RawCalls, raw, raw_awaited

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from typing import Any, Literal, Self

    from arthurai.aio.model.model import AsyncArthurModel
    from arthurai.aio.model.model_groups import AsyncArthurModelGroup
    from arthurai.client.client_config import ClientConfig
    from arthurai.client.dashboard_link import DashboardLink
    from arthurai.transport.async_session import AsyncSession
    from arthurai.typing import Estimator, InputTypeName, OutputTypeName, RoleName, Strings
    from arthurai_api.models.model import Model


@wrap_errors
class AsyncArthurAI(AsyncConnection):
    """A connection to an Arthur server, for event loops.

    The methods are those of `ArthurAI`, with the same arguments, results and errors; those that
    talk to the server are awaited. The arguments are those of `ArthurAI`, too. Connect with
    `async with AsyncArthurAI(...) as arthur:`, or with `await arthur.connect()` and at the end
    `await arthur.close()`.

    Any number of tasks may use a connection. A canceled call gives up its request at once.
    """

    async def _connect(self, config: ClientConfig) -> AsyncSession:
        from arthurai.aio.client.connect import connect

        return await connect(config)

    # -- the connection ------------------------------------------------------------------------

    @property
    def organization_id(self) -> str | None:
        """The organization this connection works in; `None` when the server chooses.

        `unknown` for an offline connection, which has not asked.
        """
        session = self.session
        return UNKNOWN_ORG_ID if session.offline else session.organization_id

    @property
    def with_raw_response(self) -> AsyncRawClientCalls:
        """The methods that send requests, with the responses behind results: `RawResult`."""
        return AsyncRawClientCalls(self)

    def _over(self, change: Callable[[Any], Any]) -> Self:
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        made._adopt(change(self.session))
        return made

    async def dashboard(self) -> DashboardLink:
        """Return the address of the dashboard, to open in a browser; a notebook shows a link.

        For an embedded server (`local://`) the first call starts a listener on a free port of this
        machine, which ends with the server. The address logs in as this connection, once, within
        an hour; call again for another.

        Raises:
            MethodNotApplicableError: The connection is closed, or the server belongs to another
                process.
        """
        from arthurai.client.dashboard_link import DashboardLink

        return DashboardLink(await self.session.open_dashboard())

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
    ) -> AsyncArthurModel:
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
        from arthurai.aio.model.model import AsyncArthurModel

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
        return AsyncArthurModel(
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

    async def monitor(
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
    ) -> AsyncArthurModel:
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
        from arthurai.aio.model.lifecycle import save
        from arthurai.model.modeling.estimators import describe_estimator

        found = await run_in_thread(describe_estimator, estimator, X, y)
        model = self.model(
            partner_model_id,
            display_name=found.name if display_name is None else display_name,
            description=description,
            tags=tags,
            is_batch=is_batch,
            **found.model_arguments,
        )
        model.build(found.table, rename=True, **found.build_arguments)
        await save(model)
        return model

    async def get_model(
        self, identifier: str, id_type: Literal["id", "partner_model_id"] = "id"
    ) -> AsyncArthurModel:
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

        found = await find_model(self.session, identifier, id_type)
        model = self._to_model(found)
        remember_model_id(model)
        return model

    def _to_model(self, found: Model) -> AsyncArthurModel:
        from arthurai.aio.model.model import AsyncArthurModel

        with report_unreadable("model"):
            model = AsyncArthurModel.from_dict(found.as_received())
        model.attach(self.session)
        return model

    async def list_models(self, /, **filters: Any) -> list[AsyncArthurModel]:
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
        models = await fetch_models(self.session, filters)
        return DisplayedList(self._to_model(model) for model in models)

    def iter_models(self, **filters: Any) -> AsyncIterator[AsyncArthurModel]:
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
        return (self._to_model(model) async for model in iterate_models(self.session, filters))

    async def get_model_group(self, id_or_model: str | AsyncArthurModel) -> AsyncArthurModelGroup:
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
        return await find_model_group(self.session, id_or_model)

    # -- organizations and accounts ------------------------------------------------------------

    async def get_service_accounts(self, description: str | None = None) -> list[dict[str, Any]]:
        """List service accounts; requires the permission to read service accounts.

        Args:
            description: Only those with this description.

        Returns:
            Dicts with id, organization_id, description and token, which is the API key.
        """
        from arthurai_api.api.service_accounts import list_service_accounts

        page = await list_service_accounts.asyncio(client=self.api, description=description)
        return [account.as_received() for account in page.data or ()]

    async def create_service_account(self, description: str, role: RoleName) -> dict[str, Any]:
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
        return (await create_service_account.asyncio(client=self.api, body=body)).as_received()

    async def get_current_org(self) -> dict[str, Any]:
        """Return the organization this connection works in, with its id and name."""
        from arthurai_api.api.organizations import get_current_organization

        return (await get_current_organization.asyncio(client=self.api)).as_received()

    async def set_current_org(self, org_id: str) -> None:
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
            await set_current_organization.asyncio(client=self.api, body=body)
        except ResponseClientError as error:
            raise type(error)(
                f"cannot work in organization org_id={org_id!r}: {error}", exchange=error.exchange
            ) from error
        self.session.organization_id = org_id


class AsyncRawClientCalls(RawCalls):
    """The methods of a connection that send requests, which return a `RawResult` each."""

    model = raw(AsyncArthurAI.model)
    get_model = raw_awaited(AsyncArthurAI.get_model)
    list_models = raw_awaited(AsyncArthurAI.list_models)
    get_model_group = raw_awaited(AsyncArthurAI.get_model_group)
    get_service_accounts = raw_awaited(AsyncArthurAI.get_service_accounts)
    create_service_account = raw_awaited(AsyncArthurAI.create_service_account)
    get_current_org = raw_awaited(AsyncArthurAI.get_current_org)
    set_current_org = raw_awaited(AsyncArthurAI.set_current_org)
