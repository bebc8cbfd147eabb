"""State and configuration of the enrichments of a model.

Made by `python -m scripts.async_layer` from `arthurai/model/enrichments.py`; not edited by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from arthurai.aio.common.wait import wait_until
from arthurai.aio.model.base_model import require_connection
from arthurai.common.checks import check_choice, read_list
from arthurai.common.constants import (
    ENRICHMENTS_SPINNER_MESSAGE,
    ENRICHMENTS_UPDATE_MESSAGE,
    Enrichment,
)
from arthurai.common.exceptions import (
    ArthurUnexpectedError,
    ExpectedParameterNotFoundError,
    MethodNotApplicableError,
    UserValueError,
)
from arthurai.common.threads import run_in_thread
from arthurai.common.wait import DEFAULT_TIMEOUT_MIN
from arthurai.model.base_model import name_of, require_id
from arthurai.model.enrichments import _SETTLED, _copy_configs, _find_failed, logger
from arthurai.model.modeling.attribute_list import check_has_bias_attrs, find_positive_prediction

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.transport.multipart import FilePart
    from arthurai.typing import EnrichmentName, Strings


async def get_enrichments(self: ArthurModelBase) -> dict[str, dict[str, Any]]:
    """Fetch the state of all enrichments.

    Returns:
        `enabled`, `status` and `config` by enrichment.

    Raises:
        MethodNotApplicableError: The model is not saved.
    """
    from arthurai_api.api.enrichments import get_enrichments as get_enrichments_operation

    session, model_id = require_connection(self, "have enrichments")
    return (await get_enrichments_operation.asyncio(model_id, client=session.api)).as_received()


async def get_enrichment(self: ArthurModelBase, enrichment: EnrichmentName) -> dict[str, Any]:
    """Fetch the state of one enrichment.

    Args:
        enrichment: A member of `Enrichment`.

    Returns:
        `enabled`, `status` and `config`.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: The enrichment is unknown.
    """
    from arthurai_api.api.enrichments import (
        get_anomaly_detection,
        get_bias_mitigation,
        get_explainability,
        get_hotspots,
    )

    enrichment = check_choice("enrichment", enrichment, Enrichment.list())
    session, model_id = require_connection(self, "have enrichments")
    match enrichment:
        case Enrichment.Explainability:
            return (await get_explainability.asyncio(model_id, client=session.api)).as_received()
        case Enrichment.BiasMitigation:
            return (await get_bias_mitigation.asyncio(model_id, client=session.api)).as_received()
        case Enrichment.Hotspots:
            return (await get_hotspots.asyncio(model_id, client=session.api)).as_received()
        case _:
            return (await get_anomaly_detection.asyncio(model_id, client=session.api)).as_received()


async def update_enrichments(
    self: ArthurModelBase, enrichment_configs: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Enable, disable or configure enrichments; the server does the work in the background.

    Args:
        enrichment_configs: `{"enabled": …, "config": …}` by enrichment, both optional; the
            dictionary is not changed. The config of explainability is that of
            `enable_explainability`; with all of `project_directory`,
            `user_predict_function_import_path` and `requirements_file` the project is
            packed and uploaded.

    Returns:
        The state of the enrichments.

    Raises:
        MethodNotApplicableError: The model is not saved.
        MissingParameterError: Only some of the three are given.
        UserValueError: The enrichment is unknown, or the project does not work.
        ResponseClientError: The server does not offer the enrichment for this model.
    """
    from arthurai.transport.session_core import write_json
    from arthurai_api.api.enrichments import update_enrichments as update_enrichments_operation

    session, model_id = require_connection(self, "have enrichments")
    configs = _copy_configs(enrichment_configs)
    parts: list[FilePart] = []
    packager = None  # its files last as long as it does
    wanted = configs.get(Enrichment.Explainability)
    if wanted is not None and wanted.get("enabled") and "config" in wanted:
        from arthurai.explain.packager import ExplanationPackager

        packager = ExplanationPackager(self, **wanted["config"])
        parts = await run_in_thread(packager.prepare)
        wanted["config"] = packager.get_request_config()
    response = await session.send(
        session.api.build(update_enrichments_operation.build_request, model_id),
        files=parts,
        fields={"config": write_json(configs, "update_enrichments").decode()},
    )
    return session.api.parse(response, update_enrichments_operation.parse_response).as_received()


async def update_enrichment(
    self: ArthurModelBase,
    enrichment: EnrichmentName,
    enabled: bool | None = None,
    config: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Enable, disable or configure one enrichment; see `update_enrichments`.

    Args:
        enrichment: A member of `Enrichment`.
        enabled: Whether to enable it; unchanged when omitted.
        config: Its settings; unchanged when omitted.

    Returns:
        The state of the enrichments.
    """
    given = {"enabled": enabled, "config": config}
    return await update_enrichments(
        self, {enrichment: {name: value for name, value in given.items() if value is not None}}
    )


async def enable_bias_mitigation(self: ArthurModelBase) -> dict[str, Any]:
    """Start computing the curves that give thresholds by group.

    Returns:
        The state of the enrichments.

    Raises:
        MethodNotApplicableError: The model is not saved, is not a binary classifier, or has no
            sensitive attribute.
    """
    require_id(self, "have enrichments")
    if find_positive_prediction(self) is None:
        raise MethodNotApplicableError(
            f"model {name_of(self)!r} is not a binary classifier; threshold mitigation only "
            "supports binary classifiers"
        )
    if not check_has_bias_attrs(self):
        raise MethodNotApplicableError(
            f"no attribute of model {name_of(self)!r} is monitored for bias. Mark one "
            "with set_attribute_as_sensitive(), and call update()"
        )
    return await update_enrichment(self, Enrichment.BiasMitigation, enabled=True)


async def await_enrichments(
    self: ArthurModelBase,
    enrichments_to_await: EnrichmentName | Strings | None = None,
    *,
    timeout_min: float | None = DEFAULT_TIMEOUT_MIN,
) -> dict[str, str]:
    """Wait until enrichments are ready or disabled, and show the progress.

    Args:
        enrichments_to_await: Members of `Enrichment`; all when omitted.
        timeout_min: Maximum number of minutes to wait; `None` for no limit.

    Returns:
        The status by enrichment.

    Raises:
        MethodNotApplicableError: The model is not saved.
        ArthurUnexpectedError: The server could not set one up.
        ArthurTimeoutError: They did not get ready in time.
    """
    names = enrichments_to_await
    if names is not None:
        names = [
            check_choice("enrichments_to_await", name, Enrichment.list())
            for name in read_list("enrichments_to_await", names, single=True)
        ]
    states = await _wait_until_settled(self, names, timeout_min)
    if failed := _find_failed(states):
        raise ArthurUnexpectedError(
            f"the server could not set up {', '.join(failed)} for model {name_of(self)!r}; try "
            "again with update_enrichments()"
        )
    return states


async def await_enrichments_ready(model: ArthurModelBase) -> None:
    """Wait until the enrichments of a model are set up, before data is sent.

    Args:
        model: A saved model.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: Enrichments failed.
        ArthurTimeoutError: They did not get ready in time.
    """
    if failed := _find_failed(await _wait_until_settled(model, None, DEFAULT_TIMEOUT_MIN)):
        raise UserValueError(
            f"the enrichments {', '.join(failed)} of model {name_of(model)!r} failed; pass "
            "wait_for_enrichments=False to send all the same, or set them up again with "
            "update_enrichments()"
        )


async def fetch_enrichment_states(model: ArthurModelBase) -> dict[str, str]:
    """Return the status of each enrichment, a member of `EnrichmentStatus`, by name.

    Args:
        model: A saved model.

    Raises:
        ExpectedParameterNotFoundError: A status is missing in the response.
    """
    found = await get_enrichments(model)
    for name, state in found.items():
        if not isinstance(state, Mapping) or "status" not in state:
            raise ExpectedParameterNotFoundError(
                f"the response about enrichment {name!r} lacks 'status'"
            )
    return {name: state["status"] for name, state in found.items()}


async def _wait_until_settled(
    model: ArthurModelBase, names: Collection[str] | None, timeout_min: float | None
) -> dict[str, str]:
    require_id(model, "have enrichments")

    async def check() -> dict[str, str]:
        states = await fetch_enrichment_states(model)
        return {name: states[name] for name in names or states if name in states}

    states = await wait_until(
        check,
        lambda found: _SETTLED.issuperset(found.values()),
        what=f"the enrichments of model {name_of(model)!r}",
        timeout_min=timeout_min,
        message=ENRICHMENTS_SPINNER_MESSAGE,
        update_message=ENRICHMENTS_UPDATE_MESSAGE,
    )
    settled = ", ".join(f"{name} {status}" for name, status in states.items())
    logger.info("The enrichments of model %r are settled: %s", name_of(model), settled)
    return states
