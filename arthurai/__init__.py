"""Python SDK of the Arthur model-monitoring API.

Importing this package is cheap: each name below loads its module when it is first used, and plain
`import arthurai` makes all submodules reachable as attributes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from arthurai.common.lazy import attach
from arthurai.common.log import initialize_logging, initialize_on_import
from arthurai.version import __version__

if TYPE_CHECKING:
    from arthurai import client, common, core, explainability, query, version
    from arthurai._compat import time_helpers as util
    from arthurai.aio.client.client import AsyncArthurAI
    from arthurai.aio.model.model import AsyncArthurModel
    from arthurai.aio.model.model_groups import AsyncArthurModelGroup
    from arthurai.client.client import ArthurAI
    from arthurai.common.constants import (
        AccuracyMetric,
        Enrichment,
        EnrichmentStatus,
        ImageResponseType,
        InputType,
        ModelStatus,
        OutputType,
        Role,
        Stage,
        TextDelimiter,
        ValueType,
    )
    from arthurai.common.exceptions import (
        ArthurConnectionError,
        ArthurDownloadError,
        ArthurError,
        ArthurInternalError,
        ArthurTimeoutError,
        ArthurUnexpectedError,
        ArthurUserError,
        ConflictError,
        ExpectedParameterNotFoundError,
        ForbiddenError,
        MethodNotApplicableError,
        MissingArgumentError,
        MissingParameterError,
        NotFoundError,
        PaymentRequiredError,
        ResponseClientError,
        ResponseRedirectError,
        ResponseServerError,
        TooManyRequestsError,
        UnexpectedArgumentError,
        UnexpectedTypeError,
        UnexpectedValueError,
        UserTypeError,
        UserValueError,
    )
    from arthurai.common.vocabulary import AlertRuleBound, AlertRuleSeverity, AlertStatus
    from arthurai.common.webhook_signature import verify_webhook
    from arthurai.model.attributes import ArthurAttribute
    from arthurai.model.metrics import MetricType
    from arthurai.model.model import ArthurModel
    from arthurai.model.model_groups import ArthurModelGroup
    from arthurai.query import col, select

__all__ = [
    "AccuracyMetric",
    "AlertRuleBound",
    "AlertRuleSeverity",
    "AlertStatus",
    "ArthurAI",
    "ArthurAttribute",
    "ArthurConnectionError",
    "ArthurDownloadError",
    "ArthurError",
    "ArthurInternalError",
    "ArthurModel",
    "ArthurModelGroup",
    "ArthurTimeoutError",
    "ArthurUnexpectedError",
    "ArthurUserError",
    "AsyncArthurAI",
    "AsyncArthurModel",
    "AsyncArthurModelGroup",
    "ConflictError",
    "Enrichment",
    "EnrichmentStatus",
    "ExpectedParameterNotFoundError",
    "ForbiddenError",
    "ImageResponseType",
    "InputType",
    "MethodNotApplicableError",
    "MetricType",
    "MissingArgumentError",
    "MissingParameterError",
    "ModelStatus",
    "NotFoundError",
    "OutputType",
    "PaymentRequiredError",
    "ResponseClientError",
    "ResponseRedirectError",
    "ResponseServerError",
    "Role",
    "Stage",
    "TextDelimiter",
    "TooManyRequestsError",
    "UnexpectedArgumentError",
    "UnexpectedTypeError",
    "UnexpectedValueError",
    "UserTypeError",
    "UserValueError",
    "ValueType",
    "__version__",
    "client",
    "col",
    "common",
    "core",
    "explainability",
    "initialize_logging",
    "query",
    "select",
    "util",
    "verify_webhook",
    "version",
]

_DEFINED_IN = {
    "arthurai.aio.client.client": ("AsyncArthurAI",),
    "arthurai.aio.model.model": ("AsyncArthurModel",),
    "arthurai.aio.model.model_groups": ("AsyncArthurModelGroup",),
    "arthurai.client.client": ("ArthurAI",),
    "arthurai.common.constants": (
        "AccuracyMetric",
        "Enrichment",
        "EnrichmentStatus",
        "ImageResponseType",
        "InputType",
        "ModelStatus",
        "OutputType",
        "Role",
        "Stage",
        "TextDelimiter",
        "ValueType",
    ),
    "arthurai.common.exceptions": (
        "ArthurConnectionError",
        "ArthurDownloadError",
        "ArthurError",
        "ArthurInternalError",
        "ArthurTimeoutError",
        "ArthurUnexpectedError",
        "ArthurUserError",
        "ConflictError",
        "ExpectedParameterNotFoundError",
        "ForbiddenError",
        "MethodNotApplicableError",
        "MissingArgumentError",
        "MissingParameterError",
        "NotFoundError",
        "PaymentRequiredError",
        "ResponseClientError",
        "ResponseRedirectError",
        "ResponseServerError",
        "TooManyRequestsError",
        "UnexpectedArgumentError",
        "UnexpectedTypeError",
        "UnexpectedValueError",
        "UserTypeError",
        "UserValueError",
    ),
    "arthurai.common.vocabulary": ("AlertRuleBound", "AlertRuleSeverity", "AlertStatus"),
    "arthurai.common.webhook_signature": ("verify_webhook",),
    "arthurai.model.attributes": ("ArthurAttribute",),
    "arthurai.model.metrics": ("MetricType",),
    "arthurai.model.model": ("ArthurModel",),
    "arthurai.model.model_groups": ("ArthurModelGroup",),
    "arthurai.query": ("col", "select"),
}

__getattr__, __dir__ = attach(
    __name__,
    submodules=("client", "common", "core", "explainability", "query", "util", "version"),
    names={name: module for module, names in _DEFINED_IN.items() for name in names},
)

initialize_on_import()
