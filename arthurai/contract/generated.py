"""Generated requests: schemathesis makes them and judges the answers, our caller sends them."""

from __future__ import annotations

import logging
import math
from collections import defaultdict
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from arthurai.common.bundle import base_path, load_bundle, resolve
from arthurai.contract.caller import BoundReachedError, UnsendableError
from arthurai.contract.gate import RefusedByGateError, only_reads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from arthurai.common.bundle import Operation
    from arthurai.contract.caller import Caller, Reply
    from arthurai.contract.world import World

WAYS: Final = ("examples", "coverage", "fuzzing")
"""How requests are generated: documented examples, each rule of a schema kept and broken once,
random ones that keep or break the schema."""

_ORIGIN: Final = "http://contract.invalid"
_NOT_OURS: Final = frozenset(
    {"host", "user-agent", "accept-encoding", "connection", "content-length", "accept"}
)
# Wrong passwords in great number lock accounts, and a made-up address may be somebody's.
_NEVER_GENERATED: Final = frozenset(
    {"login", "saml_sso", "invite_users", "create_alert_notification_configuration"}
)
_MULTI_STATUS: Final = 207
# Every value that the document allows for these stands in the document itself.
_CLOSED_TYPES: Final = frozenset({"boolean", "integer"})


class Generator:
    """Makes requests for operations.

    Args:
        max_examples: Requests for each operation and way.
        seed: What they depend on.
    """

    def __init__(self, *, max_examples: int, seed: int) -> None:
        self._schema, self._operations = _loaded(seed)
        self._max_examples = max_examples
        self._seed = seed

    def covers(self, operation_id: str) -> bool:
        """Say whether requests are generated for an operation.

        Args:
            operation_id: Its name.
        """
        return operation_id in self._operations and operation_id not in _NEVER_GENERATED

    def run(self, way: str, operation: Operation, world: World) -> None:
        """Send generated requests to an operation and judge the answers.

        Args:
            way: One of `WAYS`.
            operation: The operation.
            world: Knows objects to address.

        Raises:
            BoundReachedError: The run may send nothing more.
        """
        target = self._operations[operation.operation_id]
        send = _Sender(operation, target, world)
        if way == "examples":
            for case in self._examples(target, world.path(operation) or {}):
                send(case)
        elif way == "coverage":
            for case in self._coverage(target):
                send(case)
        else:
            self._fuzz(target, world.path(operation) or {}, send)

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

    def _fuzz(self, target: Any, path: Mapping[str, str], send: Callable[[Any], None]) -> None:
        import hypothesis
        from hypothesis import HealthCheck, Phase
        from hypothesis.errors import HypothesisException
        from schemathesis.errors import SchemathesisError
        from schemathesis.generation import GenerationMode

        half = max(1, self._max_examples // 2)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            def receive(case: Any) -> None:
                send(case)

            try:
                strategy = target.as_strategy(generation_mode=mode, path_parameters=dict(path))
                test = hypothesis.given(case=strategy)(receive)
                test = hypothesis.seed(self._seed)(test)
                hypothesis.settings(
                    max_examples=half,
                    database=None,
                    deadline=None,
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                )(test)()
            except (HypothesisException, SchemathesisError):
                continue


@cache
def _loaded(seed: int) -> tuple[Any, dict[str, Any]]:
    """Read the document, once for all runs of a process."""
    import schemathesis
    from schemathesis.config import SchemathesisConfig

    logging.getLogger("schemathesis").setLevel(logging.ERROR)
    config = SchemathesisConfig()
    config.projects.default.seed = seed
    bundle = load_bundle()
    # Credentials are the caller's business: without the declarations none are made up.
    document = {name: value for name, value in bundle.items() if name != "security"}
    document["paths"] = {
        path: {method: _without_security(operation) for method, operation in item.items()}
        for path, item in bundle["paths"].items()
    }
    # Results, cases and phases of schemathesis are unions of many classes.
    schema: Any = schemathesis.openapi.from_dict(document, config=config)
    found = [result.ok() for result in schema.get_all_operations()]
    return schema, {o.definition.raw["operationId"]: o for o in found if o is not None}


def _without_security(operation: Any) -> Any:
    if not isinstance(operation, dict):
        return operation
    return {name: value for name, value in operation.items() if name != "security"}


class _Sender:
    """Sends the cases of one operation."""

    def __init__(self, operation: Operation, target: Any, world: World) -> None:
        self.operation = operation
        self.target = target
        self.world = world
        self.caller: Caller = world.bench.caller
        self._checks = _checks(accepts_all=_accepts_all(operation))

    def __call__(self, case: Any) -> None:
        from schemathesis.core.parameters import ParameterLocation

        meta = case.meta
        if meta is not None and not meta.is_negative_at(ParameterLocation.PATH):
            path = self.world.path(self.operation)
            if path:
                case.path_parameters.update(path)
        prepared = _prepared(case)
        if prepared is None:
            return
        url = urlsplit(prepared.url)
        headers = {k: v for k, v in prepared.headers.items() if k.lower() not in _NOT_OURS}
        content = prepared.body
        if isinstance(content, str):
            content = content.encode()
        try:
            reply = self.caller.send(
                prepared.method,
                urlunsplit(("", "", url.path, url.query, "")),
                headers=headers,
                content=content,
                deliberate=True,
            )
        except (RefusedByGateError, UnsendableError):
            return
        if reply.status not in {0, 501}:
            self._judge(case, prepared, reply)
        if reply.ok and prepared.method == self.operation.method:
            self._judge_query(url.query, reply)
        if reply.ok and not only_reads(self.operation) and self.operation.method == "DELETE":
            self.world.forget_path(self.operation)
        self._adopt(reply)

    def _adopt(self, reply: Reply) -> None:
        """Remember what a generated request created, so that it is removed."""
        removal = _REMOVALS.get(self.operation.operation_id)
        made = reply.get("id")
        if reply.ok and removal is not None and isinstance(made, str):
            self.caller.gate.admit(made)
            name = self.world.bench.operations[removal].path.rpartition("{")[2].rstrip("}")
            path = self.world.path(self.operation) or {}
            self.world.created.append((removal, {**path, name: made}))

    def _judge_query(self, query: str, reply: Reply) -> None:
        """Report parameters that the document forbids and the server took.

        schemathesis lets most of them pass: that one parameter is wrong does not make it doubt a
        request whose other parameters are right.
        """
        bundle = self.caller.conformance.bundle
        known = {p["name"]: p for p in self.operation.spec["parameters"] if p["in"] == "query"}
        for name, value in parse_qsl(query):
            if name not in known:
                continue
            schema = resolve(bundle, known[name]["schema"])
            if schema.get("type") == "array":
                schema = resolve(bundle, schema.get("items", {}))
            if not _may_be(schema, value):
                self.caller.report(
                    self.operation.operation_id,
                    "invalid parameter accepted",
                    f"{name}={value[:100]} is answered with {reply.status}",
                    reply.request,
                )

    def _judge(self, case: Any, prepared: Any, reply: Reply) -> None:
        from schemathesis.core.failures import FailureGroup
        from schemathesis.core.transport import Response

        response = Response(
            status_code=reply.status,
            headers={name: [value] for name, value in reply.headers.items()},
            content=reply.body,
            request=prepared,
            elapsed=reply.seconds,
            verify=True,
        )
        try:
            case.validate_response(response, checks=self._checks)
        except FailureGroup as group:
            for failure in group.exceptions:
                if _refused_row_by_row(failure, reply):
                    continue
                self.caller.report(
                    self.operation.operation_id,
                    _kind(failure),
                    _told(failure),
                    reply.request,
                )


_REMOVALS: Final = {
    "create_model": "archive_model",
    "create_metric": "delete_metric",
    "create_metric_v3": "delete_metric",
    "create_alert_rule": "delete_alert_rule",
    "create_user": "delete_user",
    "create_service_account": "delete_service_account",
    "create_organization": "delete_organization",
    "create_alert_notification_configuration": "delete_alert_notification_configuration",
    "create_alert_summary_configuration": "delete_alert_summary_configuration",
}


def _prepared(case: Any) -> Any:
    """Write a case down as a request, which our caller sends; ``None`` when that cannot be done."""
    import requests  # what schemathesis writes requests down with

    try:
        kwargs = case.as_transport_kwargs(base_url=f"{_ORIGIN}{base_path()}")
        allowed = {
            name: kwargs[name]
            for name in ("method", "url", "headers", "params", "data", "json", "files", "cookies")
            if name in kwargs
        }
        return requests.Request(**allowed).prepare()
    except (requests.RequestException, ValueError, TypeError, LookupError):
        return None


def _checks(*, accepts_all: bool) -> list[Any]:
    from schemathesis.specs.openapi import checks

    chosen = [
        checks.status_code_conformance,
        checks.content_type_conformance,
        checks.response_headers_conformance,
        checks.negative_data_rejection,
        checks.unsupported_method,
    ]
    # The answers are checked against their schema by `Conformance`; what is left to schemathesis
    # is what takes knowledge of how a request was made.
    if accepts_all:
        chosen.append(checks.positive_data_acceptance)
    return chosen


def _accepts_all(operation: Operation) -> bool:
    """Say whether every request that fits the document has to be accepted.

    A server may know more than the document: that a text is no column to sort by, or that no
    attribute has a name. Where all parameters are flags, counts and listed words it cannot.
    """
    if operation.spec.get("requestBody") is not None or operation.method != "GET":
        return False
    return all(
        parameter["schema"].get("type") in _CLOSED_TYPES or "enum" in parameter["schema"]
        for parameter in operation.spec["parameters"]
        if parameter["in"] == "query"
    )


def _refused_row_by_row(failure: Any, reply: Reply) -> bool:
    """Say whether bad rows, taken for accepted, were refused one by one."""
    refused = reply.get("counts", "failure")
    accepted = type(failure).__name__ == "AcceptedNegativeData"
    return accepted and reply.status == _MULTI_STATUS and isinstance(refused, int) and refused > 0


def _may_be(schema: Mapping[str, Any], text: str) -> bool:
    """Say whether a text in a query can stand for a value of a simple schema."""
    if "enum" in schema:
        return text in map(str, schema["enum"])
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


def _kind(failure: Any) -> str:
    return str(getattr(failure, "title", type(failure).__name__)).lower()


def _told(failure: Any) -> str:
    lines: Iterable[str] = str(getattr(failure, "message", failure)).splitlines()
    return "; ".join(line.strip() for line in lines if line.strip())[:400]


__all__ = ["WAYS", "BoundReachedError", "Generator"]
