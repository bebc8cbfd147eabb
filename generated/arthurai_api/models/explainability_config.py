from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.explanation_algorithm import ExplanationAlgorithm
from ..types import UNSET, Unset
from ..types import ApiObject as _ApiObject

T = TypeVar("T", bound="ExplainabilityConfig")


@_attrs_define(kw_only=True, repr=False)
class ExplainabilityConfig(_ApiObject):
    """How explanations are computed and served. Numbers may be written as strings.

    Attributes:
        python_version (float | None | str | Unset): Python of the model code, `major.minor`; needed at the first time,
            and with each project.
        sdk_version (None | str | Unset): Version of the SDK that packed the model code; needed at the first time.
        user_predict_function_import_path (None | str | Unset): Module with the function `predict`, without `.py`;
            needed at the first time.
        streaming_explainability_enabled (bool | None | Unset): Whether every inference is explained, or only requested
            ones.
        shap_expected_values (list[float] | None | str | Unset): Base value of each prediction, for SHAP; older
            responses have the list as JSON text.
        explanation_algo (ExplanationAlgorithm | None | Unset): LIME when absent.
        explanation_nsamples (int | None | str | Unset): Perturbations per explanation; 2000 when absent.
        model_server_cpu (float | None | str | Unset): Processors of the model server, `2` or `800m`; `2` when absent.
        model_server_memory (float | None | str | Unset): Memory of the model server, `1500Mi` or `1Gi`; `1500Mi` when
            absent.
        model_server_max_replicas (int | None | str | Unset): Most copies of the model server; 30 when absent.
        inference_consumer_cpu (float | None | str | Unset): Processors of the worker that explains the stream; `500m`
            when absent.
        inference_consumer_memory (float | None | str | Unset): Memory of that worker; `512Mi` when absent.
        inference_consumer_score_percent (float | None | str | Unset): Share of the inferences to explain, from 0 to 1;
            1 when absent.
        inference_consumer_thread_pool_size (int | None | str | Unset): Threads of that worker; 5 when absent.
        seed (int | None | str | Unset): Makes explanations repeatable.
        service_account_id (None | str | Unset): The key that the explainer works with.
        reason (None | str | Unset): Why setting up failed; set by the server and ignored in requests.
    """

    python_version: float | None | str | Unset = UNSET
    sdk_version: None | str | Unset = UNSET
    user_predict_function_import_path: None | str | Unset = UNSET
    streaming_explainability_enabled: bool | None | Unset = UNSET
    shap_expected_values: list[float] | None | str | Unset = UNSET
    explanation_algo: ExplanationAlgorithm | None | Unset = UNSET
    explanation_nsamples: int | None | str | Unset = UNSET
    model_server_cpu: float | None | str | Unset = UNSET
    model_server_memory: float | None | str | Unset = UNSET
    model_server_max_replicas: int | None | str | Unset = UNSET
    inference_consumer_cpu: float | None | str | Unset = UNSET
    inference_consumer_memory: float | None | str | Unset = UNSET
    inference_consumer_score_percent: float | None | str | Unset = UNSET
    inference_consumer_thread_pool_size: int | None | str | Unset = UNSET
    seed: int | None | str | Unset = UNSET
    service_account_id: None | str | Unset = UNSET
    reason: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        python_version: float | None | str | Unset
        if isinstance(self.python_version, Unset):
            python_version = UNSET
        else:
            python_version = self.python_version

        sdk_version: None | str | Unset
        if isinstance(self.sdk_version, Unset):
            sdk_version = UNSET
        else:
            sdk_version = self.sdk_version

        user_predict_function_import_path: None | str | Unset
        if isinstance(self.user_predict_function_import_path, Unset):
            user_predict_function_import_path = UNSET
        else:
            user_predict_function_import_path = self.user_predict_function_import_path

        streaming_explainability_enabled: bool | None | Unset
        if isinstance(self.streaming_explainability_enabled, Unset):
            streaming_explainability_enabled = UNSET
        else:
            streaming_explainability_enabled = self.streaming_explainability_enabled

        shap_expected_values: list[float] | None | str | Unset
        if isinstance(self.shap_expected_values, Unset):
            shap_expected_values = UNSET
        elif isinstance(self.shap_expected_values, list):
            shap_expected_values = self.shap_expected_values

        else:
            shap_expected_values = self.shap_expected_values

        explanation_algo: None | str | Unset
        if isinstance(self.explanation_algo, Unset):
            explanation_algo = UNSET
        elif isinstance(self.explanation_algo, ExplanationAlgorithm):
            explanation_algo = self.explanation_algo.value
        else:
            explanation_algo = self.explanation_algo

        explanation_nsamples: int | None | str | Unset
        if isinstance(self.explanation_nsamples, Unset):
            explanation_nsamples = UNSET
        else:
            explanation_nsamples = self.explanation_nsamples

        model_server_cpu: float | None | str | Unset
        if isinstance(self.model_server_cpu, Unset):
            model_server_cpu = UNSET
        else:
            model_server_cpu = self.model_server_cpu

        model_server_memory: float | None | str | Unset
        if isinstance(self.model_server_memory, Unset):
            model_server_memory = UNSET
        else:
            model_server_memory = self.model_server_memory

        model_server_max_replicas: int | None | str | Unset
        if isinstance(self.model_server_max_replicas, Unset):
            model_server_max_replicas = UNSET
        else:
            model_server_max_replicas = self.model_server_max_replicas

        inference_consumer_cpu: float | None | str | Unset
        if isinstance(self.inference_consumer_cpu, Unset):
            inference_consumer_cpu = UNSET
        else:
            inference_consumer_cpu = self.inference_consumer_cpu

        inference_consumer_memory: float | None | str | Unset
        if isinstance(self.inference_consumer_memory, Unset):
            inference_consumer_memory = UNSET
        else:
            inference_consumer_memory = self.inference_consumer_memory

        inference_consumer_score_percent: float | None | str | Unset
        if isinstance(self.inference_consumer_score_percent, Unset):
            inference_consumer_score_percent = UNSET
        else:
            inference_consumer_score_percent = self.inference_consumer_score_percent

        inference_consumer_thread_pool_size: int | None | str | Unset
        if isinstance(self.inference_consumer_thread_pool_size, Unset):
            inference_consumer_thread_pool_size = UNSET
        else:
            inference_consumer_thread_pool_size = self.inference_consumer_thread_pool_size

        seed: int | None | str | Unset
        if isinstance(self.seed, Unset):
            seed = UNSET
        else:
            seed = self.seed

        service_account_id: None | str | Unset
        if isinstance(self.service_account_id, Unset):
            service_account_id = UNSET
        else:
            service_account_id = self.service_account_id

        reason: None | str | Unset
        if isinstance(self.reason, Unset):
            reason = UNSET
        else:
            reason = self.reason

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if python_version is not UNSET:
            field_dict["python_version"] = python_version
        if sdk_version is not UNSET:
            field_dict["sdk_version"] = sdk_version
        if user_predict_function_import_path is not UNSET:
            field_dict["user_predict_function_import_path"] = user_predict_function_import_path
        if streaming_explainability_enabled is not UNSET:
            field_dict["streaming_explainability_enabled"] = streaming_explainability_enabled
        if shap_expected_values is not UNSET:
            field_dict["shap_expected_values"] = shap_expected_values
        if explanation_algo is not UNSET:
            field_dict["explanation_algo"] = explanation_algo
        if explanation_nsamples is not UNSET:
            field_dict["explanation_nsamples"] = explanation_nsamples
        if model_server_cpu is not UNSET:
            field_dict["model_server_cpu"] = model_server_cpu
        if model_server_memory is not UNSET:
            field_dict["model_server_memory"] = model_server_memory
        if model_server_max_replicas is not UNSET:
            field_dict["model_server_max_replicas"] = model_server_max_replicas
        if inference_consumer_cpu is not UNSET:
            field_dict["inference_consumer_cpu"] = inference_consumer_cpu
        if inference_consumer_memory is not UNSET:
            field_dict["inference_consumer_memory"] = inference_consumer_memory
        if inference_consumer_score_percent is not UNSET:
            field_dict["inference_consumer_score_percent"] = inference_consumer_score_percent
        if inference_consumer_thread_pool_size is not UNSET:
            field_dict["inference_consumer_thread_pool_size"] = inference_consumer_thread_pool_size
        if seed is not UNSET:
            field_dict["seed"] = seed
        if service_account_id is not UNSET:
            field_dict["service_account_id"] = service_account_id
        if reason is not UNSET:
            field_dict["reason"] = reason

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        cls._check_object(src_dict)
        _fields_ = dict(src_dict)
        python_version: float | None | str | Unset = _fields_.pop("python_version", UNSET)

        sdk_version: None | str | Unset = _fields_.pop("sdk_version", UNSET)

        user_predict_function_import_path: None | str | Unset = _fields_.pop(
            "user_predict_function_import_path", UNSET
        )

        streaming_explainability_enabled: bool | None | Unset = _fields_.pop(
            "streaming_explainability_enabled", UNSET
        )

        def _parse_shap_expected_values(data: object) -> list[float] | None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, list):
                _shap_expected_values_type_0 = data
                if _shap_expected_values_type_0 is None:
                    _shap_expected_values_type_0 = []
                shap_expected_values_type_0 = cast(list[float], _shap_expected_values_type_0)

                return shap_expected_values_type_0
            return cast(list[float] | None | str | Unset, data)

        shap_expected_values = _parse_shap_expected_values(
            _fields_.pop("shap_expected_values", UNSET)
        )

        def _parse_explanation_algo(data: object) -> ExplanationAlgorithm | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            if isinstance(data, str):
                explanation_algo_type_0 = ExplanationAlgorithm(data)

                return explanation_algo_type_0
            raise TypeError(f"explanation_algo is {type(data).__name__}")

        explanation_algo = _parse_explanation_algo(_fields_.pop("explanation_algo", UNSET))

        explanation_nsamples: int | None | str | Unset = _fields_.pop("explanation_nsamples", UNSET)

        model_server_cpu: float | None | str | Unset = _fields_.pop("model_server_cpu", UNSET)

        model_server_memory: float | None | str | Unset = _fields_.pop("model_server_memory", UNSET)

        model_server_max_replicas: int | None | str | Unset = _fields_.pop(
            "model_server_max_replicas", UNSET
        )

        inference_consumer_cpu: float | None | str | Unset = _fields_.pop(
            "inference_consumer_cpu", UNSET
        )

        inference_consumer_memory: float | None | str | Unset = _fields_.pop(
            "inference_consumer_memory", UNSET
        )

        inference_consumer_score_percent: float | None | str | Unset = _fields_.pop(
            "inference_consumer_score_percent", UNSET
        )

        inference_consumer_thread_pool_size: int | None | str | Unset = _fields_.pop(
            "inference_consumer_thread_pool_size", UNSET
        )

        seed: int | None | str | Unset = _fields_.pop("seed", UNSET)

        service_account_id: None | str | Unset = _fields_.pop("service_account_id", UNSET)

        reason: None | str | Unset = _fields_.pop("reason", UNSET)

        _model_ = cls(
            python_version=python_version,
            sdk_version=sdk_version,
            user_predict_function_import_path=user_predict_function_import_path,
            streaming_explainability_enabled=streaming_explainability_enabled,
            shap_expected_values=shap_expected_values,
            explanation_algo=explanation_algo,
            explanation_nsamples=explanation_nsamples,
            model_server_cpu=model_server_cpu,
            model_server_memory=model_server_memory,
            model_server_max_replicas=model_server_max_replicas,
            inference_consumer_cpu=inference_consumer_cpu,
            inference_consumer_memory=inference_consumer_memory,
            inference_consumer_score_percent=inference_consumer_score_percent,
            inference_consumer_thread_pool_size=inference_consumer_thread_pool_size,
            seed=seed,
            service_account_id=service_account_id,
            reason=reason,
        )
        _model_._keep(src_dict)

        _model_.additional_properties = _fields_
        return _model_

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
