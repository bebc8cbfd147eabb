"""A model as users handle it."""

from __future__ import annotations

from dataclasses import dataclass

from arthurai.common.exceptions import arthur_excepted
from arthurai.model import lifecycle
from arthurai.model.base_model import MAX_ATTRIBUTES_TO_SHOW, ExplainabilityParameters
from arthurai.model.data_calls import DataCalls
from arthurai.model.model_groups import ArthurModelGroup
from arthurai.model.modeling.type_rules import AUTO_CATEGORICAL_MAX
from arthurai.model.monitoring_calls import MonitoringCalls
from arthurai.model.onboarding_calls import OnboardingCalls
from arthurai.model.picture_calls import PictureCalls
from arthurai.model.status_waiter import DEFAULT_TIMEOUT_MIN

__all__ = [
    "AUTO_CATEGORICAL_MAX",
    "INFERENCE_DATA_RETRIES",
    "MAX_ATTRIBUTES_TO_SHOW",
    "ArthurModel",
    "ArthurModelGroup",
    "ExplainabilityParameters",
]

INFERENCE_DATA_RETRIES = 3


@dataclass(eq=False, repr=False)
class ArthurModel(OnboardingCalls, DataCalls, MonitoringCalls, PictureCalls):
    """A model: its description, its data, its life on the platform.

    Models are made by :meth:`ArthurAI.model() <arthurai.client.client.ArthurAI.model>` and fetched
    by :meth:`ArthurAI.get_model() <arthurai.client.client.ArthurAI.get_model>`; the fields are
    those of :class:`~arthurai.model.base_model.ModelRecord`. A model can be pickled; its
    connection stays behind.
    """

    @arthur_excepted("failed to save the model")
    def save(
        self,
        skip_validation: bool = False,
        *,
        timeout_min: float | None = DEFAULT_TIMEOUT_MIN,
    ) -> str:
        """Save a new model, wait until it is ready, and send its reference data.

        A model whose creation failed before is tried again.

        Args:
            skip_validation: Do not check the reference data first.
            timeout_min: Most minutes to wait for the platform; ``None`` for no limit.

        Returns:
            The id of the model.

        Raises:
            MissingParameterError: Attributes are missing; the message lists every problem.
            UserValueError: Attributes do not fit together; the message lists every problem.
            UserTypeError: The reference data does not fit; the message lists every problem.
            MethodNotApplicableError: The model is saved already.
            ArthurUnexpectedError: The platform could not set up the model.
            ArthurTimeoutError: It did not get ready in time; see :meth:`await_model_ready`.
        """
        return lifecycle.save(self, skip_validation, timeout_min=timeout_min)

    def await_model_ready(self, *, timeout_min: float | None = DEFAULT_TIMEOUT_MIN) -> None:
        """Wait until the platform has set up the model.

        Args:
            timeout_min: Most minutes to wait; ``None`` for no limit.

        Raises:
            MethodNotApplicableError: The model is not saved.
            ArthurUnexpectedError: The platform could not set it up.
            ArthurTimeoutError: It did not get ready in time.
        """
        lifecycle.await_model_ready(self, timeout_min=timeout_min)

    @arthur_excepted("failed to update the model")
    def update(self) -> None:
        """Send local changes of a saved model.

        Raises:
            MethodNotApplicableError: The model is not saved.
            ResponseClientError: The platform does not allow the changes.
        """
        lifecycle.update(self)

    @arthur_excepted("failed to archive the model")
    def archive(self) -> None:
        """Put a saved model away; its data stays.

        Raises:
            MethodNotApplicableError: The model is not saved.
        """
        lifecycle.archive(self)

    @arthur_excepted("failed to swap the predicted attributes")
    def swap_predicted_attribute_positions(self, persist_if_saved: bool = True) -> None:
        """Exchange the positions of the two predicted attributes.

        Args:
            persist_if_saved: Send the change at once if the model is saved.

        Raises:
            MethodNotApplicableError: There are not exactly two.
        """
        lifecycle.swap_predicted_attribute_positions(self, persist_if_saved)
