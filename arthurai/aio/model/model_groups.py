"""Model groups: the versions of one model.

Made by `python -m scripts.async_layer` from `arthurai/model/model_groups.py`; not edited by hand.
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from typing import TYPE_CHECKING, Any

from arthurai.aio.common.pagination import collect_pages, iterate_items
from arthurai.aio.model.base_model import check_session
from arthurai.common.checks import read_list
from arthurai.common.exceptions import (
    MethodNotApplicableError,
    UserTypeError,
    UserValueError,
    wrap_errors,
)
from arthurai.common.html_display import DisplayedList
from arthurai.model.base_model import find_session, name_of
from arthurai.model.json_dataclass import ArthurBaseJsonDataclass
from arthurai.model.lifecycle import remember_model_id
from arthurai.model.responses import parse_response
from arthurai.transport.connected_object import ConnectedObject
from arthurai.transport.raw_responses import RawCalls, raw_awaited

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from typing import Self

    from matplotlib.figure import Figure

    from arthurai.aio.model.model import AsyncArthurModel
    from arthurai.aio.model.viz.visualizer import AsyncDataVisualizer
    from arthurai.model.base_model import ArthurModelBase
    from arthurai.transport.async_session import AsyncSession
    from arthurai.typing import Strings, Values
    from arthurai_api.models.model import Model
    from arthurai_api.models.paginated_model_group_versions import PaginatedModelGroupVersions

_PAGE_SIZE = 100
_DEFAULT_PAGE_SIZE = 20


@wrap_errors
@dataclass
class AsyncArthurModelGroup(ConnectedObject, ArthurBaseJsonDataclass):
    """A group of model versions (beta).

    `await group.update(name=..., description=...)` changes it on the server; an assignment changes
    this object only. Attributes are those of `ArthurModelGroup`.
    """

    # Beside the fields, so that objects with other connections can share those.
    __slots__ = ("_session",)

    id: str | None = None
    name: str | None = None
    description: str | None = None
    archived: bool = False
    created_at: str | None = None
    updated_at: str | None = None
    client: InitVar[Any] = None

    def __post_init__(self, client: Any) -> None:
        self._session: Any = find_session(client)

    def __getstate__(self) -> dict[str, Any]:
        return dict(self.__dict__)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore the fields; those that older versions wrote name a connection, too."""
        self.__dict__.update(state)
        self._session = self.__dict__.pop("_session", None)

    def _over(self, change: Callable[[Any], Any]) -> Self:
        twin = self.__class__.__new__(self.__class__)
        object.__setattr__(twin, "_session", change(self._connection()))
        object.__setattr__(twin, "__dict__", self.__dict__)
        return twin

    @property
    def with_raw_response(self) -> AsyncRawModelGroupCalls:
        """The methods that send requests, with the responses behind results: `RawResult`."""
        return AsyncRawModelGroupCalls(self)

    def attach(self, session: Any) -> Self:
        """Connect a group that was made by hand or came out of a pickle.

        Args:
            session: An `ArthurAI`, or its session; all calls of the group go through it.

        Returns:
            The group itself.
        """
        self._session = find_session(session)
        return self

    def add_version(self, model: ArthurModelBase, label: str | None = None) -> None:
        """Make an unsaved model the next version of the group; `model.save()` sends it.

        Args:
            model: The model.
            label: Name of the version.

        Raises:
            UserValueError: The model belongs to a group already.
        """
        if model.model_group_id is not None:
            raise UserValueError(
                f"model {name_of(model)!r} is in group {model.model_group_id} already; "
                "a model cannot change its group"
            )
        model.model_group_id = self._saved_id()
        if label is not None:
            model.version_label = label

    async def get_version(
        self,
        sequence_num: int | None = None,
        label: str | None = None,
        include_archived: bool = False,
    ) -> AsyncArthurModel:
        """Fetch one version.

        Args:
            sequence_num: Its number, from 1.
            label: Its name, instead of the number.
            include_archived: Include archived versions.

        Returns:
            The model.

        Raises:
            UserValueError: Not exactly one of number and name is given, or the version
                does not exist.
            UserTypeError: The number is not an integer, or the label not a string.
            ResponseClientError: The version does not exist.
        """
        if (sequence_num is None) == (label is None):
            raise UserValueError("either sequence_num or label must be given")
        if sequence_num is not None and (
            not isinstance(sequence_num, int) or isinstance(sequence_num, bool)
        ):
            raise UserTypeError(f"sequence_num must be an integer, got {sequence_num!r}")
        if label is not None and not isinstance(label, str):
            raise UserTypeError(f"label must be a string, got {label!r}")
        found = (
            await self._page(
                sequence_num=sequence_num, label=label, include_archived=include_archived
            )
        ).data
        if not found:
            wanted = f"number {sequence_num}" if label is None else f"label {label!r}"
            raise UserValueError(f"group {self.name!r} has no version with {wanted}")
        model = self._model(found[0])
        remember_model_id(model)
        return model

    async def get_versions(self, include_archived: bool = False) -> list[AsyncArthurModel]:
        """Fetch all versions.

        Args:
            include_archived: Include archived versions.

        Returns:
            The models, in the order of the server.
        """
        found = await collect_pages(self._version_pages(include_archived), lambda page: page.data)
        return DisplayedList(self._model(version) for version in found)

    def iter_versions(self, include_archived: bool = False) -> AsyncIterator[AsyncArthurModel]:
        """Iterate over all versions; each page is fetched when it is needed.

        Args:
            include_archived: Include archived versions.

        Returns:
            The models, in the order of the server.
        """
        fetch = self._version_pages(include_archived)
        return (
            self._model(version) async for version in iterate_items(fetch, lambda page: page.data)
        )

    def _version_pages(
        self, include_archived: bool
    ) -> Callable[[int], Awaitable[PaginatedModelGroupVersions]]:
        async def fetch(page: int) -> PaginatedModelGroupVersions:
            return await self._page(
                page=page, page_size=_PAGE_SIZE, include_archived=include_archived
            )

        return fetch

    async def get_latest_version(self, include_archived: bool = False) -> AsyncArthurModel:
        """Fetch the newest version.

        Args:
            include_archived: Include archived versions.

        Returns:
            The model.

        Raises:
            ResponseClientError: The group has no version.
        """
        from arthurai_api.api.model_groups import get_latest_model_group_version
        from arthurai_api.models.model_expand import ModelExpand

        model = self._model(
            await get_latest_model_group_version.asyncio(
                self._saved_id(),
                client=self._connection().api,
                expand=[ModelExpand.ATTRIBUTES],
                include_archived=include_archived,
            )
        )
        remember_model_id(model)
        return model

    async def viz(
        self, sequence_nums: Values | None = None, labels: Strings | None = None
    ) -> AsyncDataVisualizer[Figure | list[Figure]]:
        """Return plots of several versions side by side.

        Args:
            sequence_nums: Numbers of the versions; all of them by default.
            labels: Names of the versions, instead of numbers.

        Raises:
            UserValueError: Both are given, or the version does not exist.
        """
        from arthurai.aio.model.viz.visualizer import AsyncDataVisualizer

        if sequence_nums is not None and labels is not None:
            raise UserValueError("viz takes sequence_nums or labels, not both")
        if sequence_nums is not None:
            numbers = read_list("sequence_nums", sequence_nums, "numbers")
            return AsyncDataVisualizer(
                [await self.get_version(sequence_num=number) for number in numbers]
            )
        if labels is not None:
            names = read_list("labels", labels)
            return AsyncDataVisualizer([await self.get_version(label=name) for name in names])
        return AsyncDataVisualizer(await self.get_versions())

    async def archive(self) -> None:
        """Archive the group and all its versions; the server does so in the background.

        Raises:
            MethodNotApplicableError: The group is not on the server.
        """
        from arthurai_api.api.model_groups import archive_model_group

        await archive_model_group.asyncio(self._saved_id(), client=self._connection().api)

    async def _page(
        self,
        *,
        include_archived: bool,
        sequence_num: int | None = None,
        label: str | None = None,
        page: int = 1,
        page_size: int = _DEFAULT_PAGE_SIZE,
    ) -> PaginatedModelGroupVersions:
        from arthurai_api.api.model_groups import list_model_group_versions
        from arthurai_api.models.model_expand import ModelExpand

        return await list_model_group_versions.asyncio(
            self._saved_id(),
            client=self._connection().api,
            expand=[ModelExpand.ATTRIBUTES],
            sequence_num=sequence_num,
            label=label,
            include_archived=include_archived,
            page=page,
            page_size=page_size,
        )

    def _model(self, found: Model) -> AsyncArthurModel:
        from arthurai.aio.model.model import AsyncArthurModel

        return parse_response(AsyncArthurModel, found).attach(self._connection())

    async def update(self, name: str | None = None, description: str | None = None) -> None:
        """Change the name or the description on the server, as an assignment does.

        Args:
            name: The new name; unchanged when omitted.
            description: The new description; unchanged when omitted.

        Raises:
            UserValueError: One is empty or not a string.
            MethodNotApplicableError: The group is not on the server.
        """
        for field, value in (("name", name), ("description", description)):
            if value is not None:
                await self._update(field, value)
                object.__setattr__(self, field, value)

    async def _update(self, name: str, value: Any) -> None:
        from arthurai_api.api.model_groups import update_model_group
        from arthurai_api.models.model_group_update_request import ModelGroupUpdateRequest

        if not isinstance(value, str) or not value:
            raise UserValueError(
                f"{name} of a model group must be a non-empty string, got {value!r}"
            )
        if self._session is not None:
            body = ModelGroupUpdateRequest.from_dict({name: value})
            await update_model_group.asyncio(
                self._saved_id(), client=self._connection().api, body=body
            )

    def _saved_id(self) -> str:
        if self.id is None:
            raise MethodNotApplicableError(
                "this model group has no id: fetch it with ArthurAI.get_model_group()"
            )
        return self.id

    def _connection(self) -> AsyncSession:
        if self._session is None:
            raise MethodNotApplicableError(
                f"model group {self.name!r} has no connection: fetch it with "
                "ArthurAI.get_model_group(), or connect it with group.attach(arthur.session)"
            )
        return check_session(self._session)


class AsyncRawModelGroupCalls(RawCalls):
    """The methods of a model group that send requests, which return a `RawResult` each."""

    get_version = raw_awaited(AsyncArthurModelGroup.get_version)
    get_versions = raw_awaited(AsyncArthurModelGroup.get_versions)
    get_latest_version = raw_awaited(AsyncArthurModelGroup.get_latest_version)
    viz = raw_awaited(AsyncArthurModelGroup.viz)
    update = raw_awaited(AsyncArthurModelGroup.update)
    archive = raw_awaited(AsyncArthurModelGroup.archive)
