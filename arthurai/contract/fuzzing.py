"""Generated requests: schemathesis makes them and judges the responses, our client sends them."""

from __future__ import annotations

import copy
import logging
import math
import re
from collections import defaultdict
from http import HTTPStatus
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from arthurai.common.bundle import base_path, load_bundle
from arthurai.contract.checked_client import UnsendableError
from arthurai.contract.operation_facts import query_parameters
from arthurai.contract.write_guard import WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from arthurai.common.bundle import Operation
    from arthurai.contract.checked_client import CheckedClient, Response
    from arthurai.contract.fixtures import Fixtures

_ORIGIN: Final = "http://contract.invalid"
_CONNECTION_HEADERS: Final = frozenset(
    {"host", "user-agent", "accept-encoding", "connection", "content-length", "accept"}
)
_REQUEST_PARTS: Final = (
    *("method", "url", "headers", "params", "data", "json", "files", "cookies"),
)
# What is removed at these addresses can still be read.
_ARCHIVED: Final = ("/models/{model_id}", "/model_groups/{model_group_id}", "/users/{user_id}")
# Many wrong passwords lock accounts, and a random address may be somebody's.
_NEVER_GENERATED: Final = frozenset(
    {"login", "saml_sso", "invite_users", "create_alert_notification_configuration"}
)
# A valid request is refused as long as nothing is set up that could answer it.
_NEEDS_MORE: Final = frozenset({"explain_inference"})
_MAX_MESSAGE: Final = 400


def load_schema(seed: int) -> Any:
    """Return the document as schemathesis reads it.

    Args:
        seed: What its random choices depend on.
    """
    import schemathesis
    from schemathesis.config import SchemathesisConfig

    logging.getLogger("schemathesis").setLevel(logging.ERROR)
    config = SchemathesisConfig()
    config.projects.default.seed = seed
    document = copy.deepcopy(load_bundle())  # schemathesis writes its links into it
    # Our client sends the credentials: without the declarations none are generated.
    document.pop("security", None)
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict):
                operation.pop("security", None)
    return schemathesis.openapi.from_dict(document, config=config)


def may_be_generated(operation_id: str) -> bool:
    """Return whether generated requests may be sent to an operation.

    Args:
        operation_id: Its name.
    """
    return operation_id not in _NEVER_GENERATED


class Fuzzer:
    """Generates requests for operations.

    Args:
        max_examples: Number of requests per operation and phase.
        seed: What they depend on.
    """

    def __init__(self, *, max_examples: int, seed: int) -> None:
        self._schema = load_schema(seed)
        found = [result.ok() for result in self._schema.get_all_operations()]
        self._operations = {o.definition.raw["operationId"]: o for o in found if o is not None}
        self._max_examples = max_examples
        self._seed = seed

    def covers(self, operation_id: str) -> bool:
        """Return whether requests are generated for an operation.

        Args:
            operation_id: Its name.
        """
        return operation_id in self._operations and may_be_generated(operation_id)

    def run(self, phase: str, operation: Operation, fixtures: Fixtures) -> None:
        """Send generated requests to an operation and judge the responses.

        Args:
            phase: One of `GENERATION_PHASES`.
            operation: The operation.
            fixtures: The objects to address.

        Raises:
            BoundReachedError: The run may send nothing more.
        """
        target = self._operations[operation.operation_id]
        send = CaseSender(operation, fixtures)
        if phase == "fuzzing":
            self._fuzz(target, fixtures.path(operation) or {}, send)
            return
        for case in (
            self._examples(target, fixtures.path(operation) or {})
            if phase == "examples"
            else self._coverage(target)
        ):
            send(case)

    def _examples(self, target: Any, path: Mapping[str, str]) -> Iterator[Any]:
        from hypothesis.errors import HypothesisException
        from schemathesis.errors import SchemathesisError
        from schemathesis.generation.hypothesis.examples import generate_one

        try:
            strategies = target.get_strategies_from_examples(path_parameters=dict(path))
            for strategy in strategies[: self._max_examples]:
                yield generate_one(strategy)
        except (HypothesisException, SchemathesisError):
            return

    def _coverage(self, target: Any) -> list[Any]:
        """Pick requests so that every kind of rule has its share."""
        from schemathesis.generation import GenerationMode

        config = self._schema.config.generation_for(operation=target, phase="coverage")
        by_rule: defaultdict[Any, list[Any]] = defaultdict(list)
        for case in self._schema.iter_coverage_cases(
            target,
            generation_modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE],
            generation_config=config,
        ):
            data = case.meta.phase.data
            place = data.parameter_location if data.parameter else None
            by_rule[str(data.scenario), str(place), data.parameter].append(case)
        rounds = zip_longest(*by_rule.values())
        picked = [case for round_ in rounds for case in round_ if case is not None]
        return picked[: self._max_examples]

    def _fuzz(self, target: Any, path: Mapping[str, str], send: Callable[[Any], Any]) -> None:
        import hypothesis
        from hypothesis.errors import HypothesisException
        from schemathesis.errors import SchemathesisError
        from schemathesis.generation import GenerationMode

        def receive(case: Any) -> None:
            send(case)

        settings = hypothesis_settings(max(1, self._max_examples // 2))
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                strategy = target.as_strategy(generation_mode=mode, path_parameters=dict(path))
                test = hypothesis.given(case=strategy)(receive)
                settings(hypothesis.seed(self._seed)(test))()
            except (HypothesisException, SchemathesisError):
                continue


def hypothesis_settings(max_examples: int, **more: Any) -> Any:
    """Return settings that only generate: no shrinking, no replay, no time limit.

    Args:
        max_examples: How many examples to generate.
        **more: Other settings.
    """
    import hypothesis
    from hypothesis import HealthCheck, Phase

    return hypothesis.settings(
        max_examples=max_examples,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        **more,
    )


class CaseSender:
    """Sends generated cases of one operation and judges the responses.

    Args:
        operation: The operation.
        fixtures: The objects to address.
    """

    def __init__(self, operation: Operation, fixtures: Fixtures) -> None:
        self._operation = operation
        self._fixtures = fixtures
        self._client: CheckedClient = fixtures.client.client
        self._checks = _case_checks(accepts_all=_must_accept_all(operation))

    def __call__(self, case: Any, *, linked: Collection[str] = (), recorder: Any = None) -> Any:
        """Send a case and judge the response.

        Args:
            case: The case of schemathesis; existing objects replace the generated ids.
            linked: Path parameters that an earlier response gave, which stay as they are.
            recorder: What was sent before in the same sequence, if it is one.

        Returns:
            The response as schemathesis knows it; `None` when nothing could be sent.

        Raises:
            BoundReachedError: The run may send nothing more.
        """
        operation = self._operation
        self._address(case, linked)
        prepared = _prepare(case)
        response = None if prepared is None else self._send(prepared)
        if response is None:
            return None
        judged = _to_schemathesis(prepared, response)
        if recorder is not None:
            recorder.record_response(case_id=case.id, response=judged)
        if response.status != HTTPStatus.NOT_IMPLEMENTED:
            self._judge(case, judged, response, linked, recorder)
        if response.ok and prepared.method == operation.method:
            self._judge_query(urlsplit(prepared.url).query, response)
            self._fixtures.adopt(operation.operation_id, case.path_parameters, response.json)
        if response.ok and operation.method == "DELETE":
            self._fixtures.mark_removed(operation, case.path_parameters)
        return judged

    def _address(self, case: Any, linked: Collection[str]) -> None:
        """Replace generated ids, unless they are meant to be wrong."""
        from schemathesis.core.parameters import ParameterLocation

        if case.meta is None or case.meta.is_negative_at(ParameterLocation.PATH):
            return
        for name, value in (self._fixtures.path(self._operation) or {}).items():
            given = case.path_parameters.get(name)
            if name not in linked or self._fixtures.mutates_shared(self._operation, given):
                case.path_parameters[name] = value

    def _send(self, prepared: Any) -> Response | None:
        url = urlsplit(prepared.url)
        headers = {
            name: value
            for name, value in prepared.headers.items()
            if name.lower() not in _CONNECTION_HEADERS
        }
        content = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body
        try:
            response = self._client.send(
                prepared.method,
                urlunsplit(("", "", url.path, url.query, "")),
                headers=headers,
                content=content,
                deliberate=True,
            )
        except (WriteRefusedError, UnsendableError):
            return None
        return response if response.status else None

    def _judge_query(self, query: str, response: Response) -> None:
        """Report parameters that the document forbids and the server accepted.

        schemathesis lets most of them pass: one wrong parameter does not make it doubt a request
        whose other parameters are right.
        """
        known = query_parameters(self._operation)
        for name, value in parse_qsl(query):
            if name in known and not _may_stand_for(known[name].schema, value):
                self._client.report(
                    self._operation.operation_id,
                    "invalid parameter accepted",
                    f"{response.status} for {name}={value[:100]}",
                    response.request,
                )

    def _judge(
        self, case: Any, judged: Any, response: Response, linked: Collection[str], recorder: Any
    ) -> None:
        from schemathesis.core.failures import FailureGroup

        sequence = _sequence_checks() if recorder is not None else []
        try:
            case.validate_response(
                judged, checks=self._checks, additional_checks=sequence, recorder=recorder
            )
        except FailureGroup as group:
            for failure in group.exceptions:
                if _is_refused_by_row(failure, response) or self._is_meant(failure, case, linked):
                    continue
                kind = str(getattr(failure, "title", type(failure).__name__)).lower()
                lines = str(getattr(failure, "message", failure)).splitlines()
                text = "; ".join(line.strip() for line in lines if line.strip())
                self._client.report(
                    self._operation.operation_id, kind, text[:_MAX_MESSAGE], response.request
                )

    def _is_meant(self, failure: Any, case: Any, linked: Collection[str]) -> bool:
        """Return whether what schemathesis takes for a failure is intended.

        Models are archived and users are deactivated, so they can still be read. An address that
        ends in a fixed word, such as the pinned columns of a model, is not an object that a removal
        takes away. What was removed as a v4 metric is not a v3 metric either. An object that was
        not created under the parent of the address is not missing there, nor is one whose id was
        linked into two places, and where there is a body, what it names may be what is missing.
        """
        kind = type(failure).__name__
        if kind == "UseAfterFree":
            path = failure.operation.partition(" ")[2]
            return not path.endswith("}") or path.endswith(_ARCHIVED)
        if kind == "EnsureResourceAvailability":
            path = case.path_parameters
            return (
                "requestBody" in self._operation.spec
                or not set(path) <= set(linked)
                or len(set(path.values())) < len(path)
                or self._fixtures.has_removed(path.values())
            )
        return False


def _to_schemathesis(prepared: Any, response: Response) -> Any:
    from schemathesis.core.transport import Response as JudgedResponse

    return JudgedResponse(
        status_code=response.status,
        headers={name: [value] for name, value in response.headers.items()},
        content=response.body,
        request=prepared,
        elapsed=response.seconds,
        verify=True,
    )


def _prepare(case: Any) -> Any:
    """Write a case as a request for our client to send; `None` when that cannot be done."""
    import requests  # what schemathesis writes requests with

    try:
        kwargs = case.as_transport_kwargs(base_url=f"{_ORIGIN}{base_path()}")
        parts = {name: kwargs[name] for name in _REQUEST_PARTS if name in kwargs}
        return requests.Request(**parts).prepare()
    except (requests.RequestException, ValueError, TypeError, LookupError):
        return None


def _case_checks(*, accepts_all: bool) -> list[Any]:
    """Return the checks that need to know how a request was made.

    `Conformance` checks responses against their schema.
    """
    from schemathesis.specs.openapi import checks

    chosen = [
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_headers_conformance,
        checks.negative_data_rejection,
        checks.unsupported_method,
    ]
    return [*chosen, checks.positive_data_acceptance] if accepts_all else chosen


def _sequence_checks() -> list[Any]:
    """Return the checks that need to know the requests that came before."""
    from schemathesis.specs.openapi import checks

    return [checks.use_after_free, checks.ensure_resource_availability]


def _must_accept_all(operation: Operation) -> bool:
    """Return whether every request that fits the document has to be accepted.

    A server may know more than the document: that a text is not a column to sort by, that no
    attribute has a name, or that an object lacks what a request must choose. Where all parameters
    are optional flags, counts and listed words it cannot.
    """
    return (
        operation.method == "GET"
        and operation.operation_id not in _NEEDS_MORE
        and "requestBody" not in operation.spec
        and all(
            parameter.is_closed and not parameter.repeatable and not parameter.required
            for parameter in query_parameters(operation).values()
        )
    )


def _is_refused_by_row(failure: Any, response: Response) -> bool:
    """Return whether invalid rows, taken for accepted, were refused one by one."""
    refused = response.get("counts", "failure")
    return (
        type(failure).__name__ == "AcceptedNegativeData"
        and response.status == HTTPStatus.MULTI_STATUS
        and isinstance(refused, int)
        and refused > 0
    )


def _may_stand_for(schema: Mapping[str, Any], text: str) -> bool:
    """Return whether a text in a query can stand for a value of a simple schema."""
    if "enum" in schema:
        return text in map(str, schema["enum"])
    if "pattern" in schema:
        return re.search(schema["pattern"], text) is not None
    if schema.get("type") == "boolean":
        return text.lower() in {"true", "false"}
    if schema.get("type") == "integer":
        try:
            number = float(text)
        except ValueError:
            return False
        low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
        return number.is_integer() and bool(low <= number <= high)
    return True
