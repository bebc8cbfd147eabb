"""Explanations of a model's predictions.

Made by `python -m scripts.async_layer` from `arthurai/model/explanations.py`; not edited by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from arthurai.aio.model.base_model import require_connection
from arthurai.aio.model.enrichments import update_enrichment
from arthurai.common.checks import check_choice, read_list
from arthurai.common.constants import Enrichment
from arthurai.model.base_model import require_id
from arthurai.model.explanations import logger
from arthurai.model.responses import check_page
from arthurai.version import __version__

if TYPE_CHECKING:
    import os
    from typing import Any

    from arthurai.model.base_model import ArthurModelBase
    from arthurai.typing import ExplanationAlgorithmName, Strings, Table

_SORT_KEYS: Final = ("value", "word", "location", "attribute_name")


async def explain_inference(
    self: ArthurModelBase,
    partner_inference_id: str,
    algorithm: ExplanationAlgorithmName = "lime",
    page: int = 1,
    page_size: int = 500,
    n_samples: int | None = None,
    sort: str | None = None,
) -> dict[str, Any]:
    """Explain one inference: how much each input contributed to each prediction.

    Args:
        partner_inference_id: Identifier of the inference.
        algorithm: `lime` or `shap`, in any case.
        page: Page number of the scores, from 1.
        page_size: Maximum number of scores per page.
        n_samples: How many perturbed inputs to try; that of the configuration when omitted.
        sort: `value`, `word`, `location` or `attribute_name`, with a leading `-` for
            descending order.

    Returns:
        `explanation`, with the importance scores by algorithm and predicted attribute, and
        `expected_value`. The scores of a row with a missing input are `None`; `reason` says which.

    Raises:
        MethodNotApplicableError: The model is not saved.
        UserValueError: The algorithm or the order is unknown.
        ResponseClientError: The inference does not exist, or explainability is not enabled.
    """
    from arthurai_api.api.enrichments import explain_inference as explain_inference_operation
    from arthurai_api.models.explanation_algorithm import ExplanationAlgorithm

    session, model_id = require_connection(self, "be explained")
    wanted = check_choice("algorithm", algorithm, ("lime", "shap"))
    check_page(page, page_size)
    if sort is not None:
        sort = sort.lower() if isinstance(sort, str) else sort
        known = [sign + name for name in _SORT_KEYS for sign in ("", "+", "-")]
        check_choice("sort", sort, known)
    found = (
        await explain_inference_operation.asyncio(
            model_id,
            partner_inference_id,
            client=session.api,
            algorithm=ExplanationAlgorithm(wanted),
            page=page,
            page_size=page_size,
            n_samples=n_samples,
            sort=sort,
        )
    ).as_received()
    reasons = {entry["reason"] for entry in found["explanation"] if entry.get("reason")}
    for entry in found["explanation"]:
        for score in entry["importance_scores"] if entry.get("reason") else ():
            score.setdefault("explanation_value", None)
    if reasons:
        logger.warning(
            "inference %r cannot be explained: %s; its scores are None",
            partner_inference_id,
            ", ".join(sorted(reasons)),
        )
    return found


async def enable_explainability(
    self: ArthurModelBase,
    df: Table | None = None,
    project_directory: str | os.PathLike[str] | None = None,
    user_predict_function_import_path: str | None = None,
    streaming_explainability_enabled: bool | None = True,
    requirements_file: str = "requirements.txt",
    python_version: str | None = None,
    sdk_version: str = __version__,
    model_server_num_cpu: str | None = None,
    model_server_memory: str | None = None,
    model_server_max_replicas: str | int | None = None,
    inference_consumer_num_cpu: str | None = None,
    inference_consumer_memory: str | None = None,
    inference_consumer_thread_pool_size: str | int | None = None,
    inference_consumer_score_percent: float | None = None,
    explanation_nsamples: int | None = None,
    explanation_algo: ExplanationAlgorithmName | None = None,
    ignore_dirs: Strings | None = None,
    seed: int | None = None,
) -> dict[str, Any]:
    """Upload the code of the model and enable explanations of its predictions.

    The entry module defines `predict(batch)`, for images `load_image(path)`, too. Before
    anything is uploaded, its predictions of the sample are compared with those in it, in a
    separate process. Each packed file is logged; hidden files, keys, caches and virtual
    environments are never packed. The project is not changed.

    Args:
        df: Sample of inputs and predictions; not needed for images.
        project_directory: Directory with everything that the entry module needs.
        user_predict_function_import_path: The entry module, as it is imported from the
            directory: `entrypoint` or `package.entrypoint`.
        streaming_explainability_enabled: Explain every inference that arrives, instead of only
            those that `explain_inference` is called for.
        requirements_file: File below the directory that lists the packages needed.
        python_version: Version of Python that runs the code, such as `3.11`; the running one
            by default.
        sdk_version: Version of this package for the server to install.
        model_server_num_cpu: Processors of the model server, such as `2` or `500m`.
        model_server_memory: Memory of the model server, such as `1Gi`.
        model_server_max_replicas: Maximum number of model servers.
        inference_consumer_num_cpu: Processors of what reads new inferences.
        inference_consumer_memory: Memory of what reads new inferences.
        inference_consumer_thread_pool_size: Threads of what reads new inferences.
        inference_consumer_score_percent: Share of inferences to explain, 0 to 1.
        explanation_nsamples: Perturbed inputs for one explanation.
        explanation_algo: `lime` or `shap`; only `lime` for texts and images.
        ignore_dirs: Directories below the project that are not packed.
        seed: Start of the random numbers, for explanations that can be repeated.

    Returns:
        The state of the enrichments.

    Raises:
        MethodNotApplicableError: The model is not saved.
        MissingParameterError: The sample, the directory, the entry module or, for texts, the
            delimiter of the model is missing.
        UserValueError: The project does not work, or its predictions are not those of the
            sample.
        ResponseClientError: The server does not offer explanations for this model.
    """
    from arthurai.explain.explanation_options import check_sample

    require_id(self, "have enrichments")
    check_sample(self, df, project_directory, user_predict_function_import_path)
    config = {
        "df": df,
        "project_directory": project_directory,
        "user_predict_function_import_path": user_predict_function_import_path,
        "streaming_explainability_enabled": streaming_explainability_enabled,
        "requirements_file": requirements_file,
        "python_version": python_version,
        "sdk_version": sdk_version,
        "model_server_num_cpu": model_server_num_cpu,
        "model_server_memory": model_server_memory,
        "model_server_max_replicas": model_server_max_replicas,
        "inference_consumer_num_cpu": inference_consumer_num_cpu,
        "inference_consumer_memory": inference_consumer_memory,
        "inference_consumer_thread_pool_size": inference_consumer_thread_pool_size,
        "inference_consumer_score_percent": inference_consumer_score_percent,
        "explanation_nsamples": explanation_nsamples,
        "explanation_algo": explanation_algo,
        "ignore_dirs": []
        if ignore_dirs is None
        else read_list("ignore_dirs", ignore_dirs, "directories"),
        "seed": seed,
    }
    return await update_enrichment(self, Enrichment.Explainability, enabled=True, config=config)


async def delete_explainer(self: ArthurModelBase) -> None:
    """Delete the explainer; to explain again, call `enable_explainability` again.

    Raises:
        MethodNotApplicableError: The model is not saved.
        ResponseClientError: The model has no explainer.
    """
    from arthurai_api.api.enrichments import delete_explainer as delete_explainer_operation

    session, model_id = require_connection(self, "have an explainer")
    await delete_explainer_operation.asyncio(model_id, client=session.api)
