"""The calls of a model about its enrichments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from arthurai.common.exceptions import arthur_excepted
from arthurai.model import enrichments
from arthurai.model.base_model import ModelRecord
from arthurai.model.status_waiter import DEFAULT_TIMEOUT_MIN
from arthurai.version import __version__

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date as Date  # noqa: N812 - `date` is a parameter below

    from arthurai.model.hotspots import Hotspots


class EnrichmentCalls(ModelRecord):
    """Anomaly detection, hotspots, bias mitigation and explanations."""

    @arthur_excepted("failed to fetch the enrichments")
    def get_enrichments(self) -> dict[str, dict[str, Any]]:
        """Fetch the state of all enrichments.

        Returns:
            ``enabled``, ``status`` and ``config`` by enrichment.

        Raises:
            MethodNotApplicableError: The model is not saved.
        """
        return enrichments.get_enrichments(self)

    @arthur_excepted("failed to fetch the enrichment")
    def get_enrichment(self, enrichment: str) -> dict[str, Any]:
        """Fetch the state of one enrichment.

        Args:
            enrichment: A member of :class:`~arthurai.common.constants.Enrichment`.

        Returns:
            ``enabled``, ``status`` and ``config``.

        Raises:
            MethodNotApplicableError: The model is not saved.
            UserValueError: There is no such enrichment.
        """
        return enrichments.get_enrichment(self, enrichment)

    @arthur_excepted("failed to update the enrichments")
    def update_enrichments(
        self, enrichment_configs: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, Any]:
        """Switch enrichments on or off, or configure them. The platform works on in the background.

        Args:
            enrichment_configs: ``{"enabled": …, "config": …}`` by enrichment, both optional; the
                dictionary stays as it is. The config of explainability is that of
                :meth:`enable_explainability`; with all of ``project_directory``,
                ``user_predict_function_import_path`` and ``requirements_file`` the project is
                packed and uploaded.

        Returns:
            The state of the enrichments.

        Raises:
            MethodNotApplicableError: The model is not saved.
            MissingParameterError: Only some of the three are given.
            UserValueError: There is no such enrichment, or the project does not work.
            ResponseClientError: The platform does not offer the enrichment for this model.
        """
        return enrichments.update_enrichments(self, enrichment_configs)

    @arthur_excepted("failed to update the enrichment")
    def update_enrichment(
        self,
        enrichment: str,
        enabled: bool | None = None,
        config: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Switch one enrichment on or off, or configure it; see :meth:`update_enrichments`.

        Args:
            enrichment: A member of :class:`~arthurai.common.constants.Enrichment`.
            enabled: Whether it shall be on; as it is where absent.
            config: Its settings; as they are where absent.

        Returns:
            The state of the enrichments.
        """
        return enrichments.update_enrichment(self, enrichment, enabled, config)

    def await_enrichments(
        self,
        enrichments_to_await: str | Iterable[str] | None = None,
        *,
        timeout_min: float | None = DEFAULT_TIMEOUT_MIN,
    ) -> dict[str, str]:
        """Wait until enrichments are ready or disabled, showing how far they are.

        Args:
            enrichments_to_await: Members of :class:`~arthurai.common.constants.Enrichment`; all
                where absent.
            timeout_min: Most minutes to wait; ``None`` for no limit.

        Returns:
            The status by enrichment.

        Raises:
            MethodNotApplicableError: The model is not saved.
            ArthurUnexpectedError: The platform could not set one up.
            ArthurTimeoutError: They did not get ready in time.
        """
        return enrichments.await_enrichments(self, enrichments_to_await, timeout_min=timeout_min)

    @arthur_excepted("failed to enable hotspots")
    def enable_hotspots(self) -> dict[str, Any]:
        """Have the regions of the inputs found in which the model does badly.

        Returns:
            The state of the enrichments.

        Raises:
            MethodNotApplicableError: The model is not saved, or not tabular.
            ResponseClientError: The platform does not offer hotspots for this model.
        """
        return enrichments.enable_hotspots(self)

    @arthur_excepted("failed to enable bias mitigation")
    def enable_bias_mitigation(self) -> dict[str, Any]:
        """Have curves computed from which thresholds by group can be read.

        Returns:
            The state of the enrichments.

        Raises:
            MethodNotApplicableError: The model is not saved, is no binary classifier, or has no
                sensitive attribute.
        """
        return enrichments.enable_bias_mitigation(self)

    @arthur_excepted("failed to find hotspots")
    def find_hotspots(
        self,
        metric: str = "accuracy",
        threshold: float = 0.5,
        batch_id: str | None = None,
        date: Date | str | None = None,
        ref_set_id: str | None = None,
    ) -> Hotspots:
        """Find the regions of the inputs in which a metric is below a threshold.

        Args:
            metric: A member of :class:`~arthurai.common.constants.AccuracyMetric`.
            threshold: The threshold, 0 to 1.
            batch_id: The batch to look at, of a batch model.
            date: A day (in UTC) of the week to look at, of a streaming model.
            ref_set_id: The reference set to look at.

        Returns:
            A dictionary whose ``data`` is a list of tree nodes; ``print()`` shows it readably, and
            ``rows()`` gives rows for a table.

        Raises:
            MethodNotApplicableError: The model is not saved.
            UserValueError: Not exactly one of the last three is given, or there is no such metric.
            ResponseClientError: Hotspots are not enabled, or there is no such batch.
        """
        return enrichments.find_hotspots(self, metric, threshold, batch_id, date, ref_set_id)

    @arthur_excepted("failed to explain the inference")
    def explain_inference(
        self,
        partner_inference_id: str,
        algorithm: str = "lime",
        page: int = 1,
        page_size: int = 500,
        n_samples: int | None = None,
        sort: str | None = None,
    ) -> dict[str, Any]:
        """Explain one inference: how much each input added to each prediction.

        Args:
            partner_inference_id: Identifier of the inference.
            algorithm: ``lime`` or ``shap``, in any case.
            page: Number of the page of scores, from 1 on.
            page_size: Most scores of a page.
            n_samples: How many perturbed inputs to try; that of the configuration where absent.
            sort: ``value``, ``word``, ``location`` or ``attribute_name``, with a leading ``-`` for
                descending order.

        Returns:
            ``explanation``, with the importance scores by algorithm and predicted attribute, and
            ``expected_value``.

        Raises:
            MethodNotApplicableError: The model is not saved.
            UserValueError: There is no such algorithm or order.
            ResponseClientError: There is no such inference, or explainability is not enabled.
        """
        return enrichments.explain_inference(
            self, partner_inference_id, algorithm, page, page_size, n_samples, sort
        )

    @arthur_excepted("failed to enable explainability")
    def enable_explainability(
        self,
        df: Any = None,
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
        explanation_algo: str | None = None,
        ignore_dirs: Sequence[str] | None = None,
        seed: int | None = None,
    ) -> dict[str, Any]:
        """Upload the model's own code and have its predictions explained.

        The entry module defines ``predict(batch)``, for images ``load_image(path)``, too. Before
        anything is uploaded, its predictions of the sample are compared with those in it, in a
        process of its own. What is packed is logged file by file; hidden files, keys, caches and
        virtual environments never are. No file of yours is changed.

        Args:
            df: Sample of inputs and predictions; not needed for images.
            project_directory: Directory with everything that the entry module needs.
            user_predict_function_import_path: The entry module, as it is imported from the
                directory: ``entrypoint`` or ``package.entrypoint``.
            streaming_explainability_enabled: Explain every inference that arrives, not only those
                asked for.
            requirements_file: File below the directory that lists the packages needed.
            python_version: Version of Python that runs the code, such as ``3.11``; the running one
                where absent.
            sdk_version: Version of this package for the platform to install.
            model_server_num_cpu: Processors of the model server, such as ``2`` or ``500m``.
            model_server_memory: Memory of the model server, such as ``1Gi``.
            model_server_max_replicas: Most model servers at a time.
            inference_consumer_num_cpu: Processors of what reads new inferences.
            inference_consumer_memory: Memory of what reads new inferences.
            inference_consumer_thread_pool_size: Threads of what reads new inferences.
            inference_consumer_score_percent: Share of inferences to explain, 0 to 1.
            explanation_nsamples: Perturbed inputs for one explanation.
            explanation_algo: ``lime`` or ``shap``; only ``lime`` for texts and images.
            ignore_dirs: Directories below the project that are not packed.
            seed: Start of the random numbers, for explanations that can be repeated.

        Returns:
            The state of the enrichments.

        Raises:
            MethodNotApplicableError: The model is not saved.
            MissingParameterError: The sample, the directory, the entry module or, for texts, the
                delimiter of the model is absent.
            UserValueError: The project does not work, or its predictions are not those of the
                sample.
            ResponseClientError: The platform does not offer explanations for this model.
        """
        return enrichments.enable_explainability(
            self,
            df,
            project_directory,
            user_predict_function_import_path,
            {
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
                "ignore_dirs": list(ignore_dirs or ()),
                "seed": seed,
            },
        )

    @arthur_excepted("failed to delete the explainer")
    def delete_explainer(self) -> None:
        """Stop explaining; to explain again, enable explainability anew.

        Raises:
            MethodNotApplicableError: The model is not saved.
            ResponseClientError: There is no explainer.
        """
        enrichments.delete_explainer(self)
