"""Runs wire vectors: what the client puts on the wire, and what it makes of an answer.

A vector is a file `tests/vectors/<operationId>/<name>.json`:

- `low_level`: arguments for the generated function, by name; `call`: a public call that sends the
  same operation, if there is one;
- `request` and `call_request`: what the two put on the wire;
- `answers`: by name, what a server says to it (`status`, `body` or `text`, `content_type`) and
  what comes of it in each layer: `{"returns": …}` or `{"raises": <class>}`. `"the body"` stands for
  the body of the answer.

    python tests/contract/wire.py            # compare
    python tests/contract/wire.py --update   # write requests and outcomes; review the difference
"""

from __future__ import annotations

import argparse
import base64
import functools
import importlib
import json
import sys
import types
import typing
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from dateutil.parser import isoparse

from arthurai import ArthurAI
from arthurai.common.bundle import load_bundle, operations_of, resolve
from arthurai.common.exceptions import ArthurError
from arthurai.contract.conformance import Conformance
from arthurai.model.model import ArthurModel
from arthurai.transport.auth import ApiKey
from arthurai.transport.options import HttpOptions, parse_endpoint
from arthurai.transport.session import Session

if TYPE_CHECKING:
    from types import ModuleType

VECTORS = Path(__file__).parents[1] / "vectors"
BUNDLE = load_bundle()
OPERATIONS = operations_of(BUNDLE)
CONFORMANCE = Conformance(BUNDLE)
MODEL_ID = "1f8e2b34-93a7-4c8e-a7a1-6f0f2d8f9c55"  # as in the documented answers
GROUP_ID = "7c6a1b9e-21d4-4a55-b0f3-90f1e7a3c2d8"
SAME = "the body"


class Server:
    """Answers one operation as the vector says and all others with their documented example."""

    def __init__(self, operation_id: str, answer: dict[str, Any]) -> None:
        self.operation_id = operation_id
        self.answer = answer
        self.requests: list[httpx.Request] = []

    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self.respond)

    def release(self) -> None:
        pass

    def respond(self, request: httpx.Request) -> httpx.Response:
        operation = CONFORMANCE.operation(request.method, request.url.raw_path.decode())
        if operation is not None and operation.operation_id == self.operation_id:
            request.read()
            self.requests.append(request)
            return built(self.answer)
        return built(documented(operation.operation_id) if operation else {"status": 404})


def built(answer: dict[str, Any]) -> httpx.Response:
    if "body" in answer:
        content = json.dumps(answer["body"]).encode()
    elif "base64" in answer:
        content = base64.b64decode(answer["base64"])
    else:
        content = answer.get("text", "").encode()
    kind = answer.get("content_type", "application/json")
    return httpx.Response(answer["status"], content=content, headers={"Content-Type": kind})


def documented(operation_id: str) -> dict[str, Any]:
    """Give the first documented success of an operation."""
    for status, response in OPERATIONS[operation_id].spec["responses"].items():
        if status.startswith("2"):
            media = resolve(BUNDLE, response).get("content", {}).get("application/json")
            if media is None:
                return {"status": int(status), "text": ""}
            examples = [resolve(BUNDLE, e)["value"] for e in media.get("examples", {}).values()]
            return {"status": int(status), "body": examples[0] if examples else {}}
    raise AssertionError(operation_id)


def connect(server: Server) -> Session:
    return Session(
        parse_endpoint("local://"),
        ApiKey("key"),
        options=HttpOptions(attempts=1),
        local=server,  # type: ignore[arg-type]
    )


def low_level(vector: dict[str, Any], server: Server) -> Any:
    operation_id = server.operation_id
    module = importlib.import_module(
        f"arthurai_api.api.{OPERATIONS[operation_id].tag}.{operation_id}"
    )
    session = connect(server)
    given = vector["low_level"]
    if "files" in vector:
        from arthurai.transport.multipart import FilePart

        parts = [
            FilePart(name, f"{name}.json", text.encode(), "application/json")
            for name, text in vector["files"].items()
        ]
        request = module.build_request(**typed(module, given))
        return session.send(request, files=parts, fields=vector.get("fields", {})).json()
    if vector.get("download"):
        content, kind = session.download(module.build_request(**typed(module, given)))
        return [base64.b64encode(content).decode(), kind]
    if isinstance(given.get("body"), list):
        return session.send(module.build_request(given["model_id"]), json=given["body"]).json()
    return module.sync(client=session.api, **typed(module, given))


def typed(module: ModuleType, given: dict[str, Any]) -> dict[str, Any]:
    """Turn the JSON of a vector into what a generated function takes."""
    hints = typing.get_type_hints(module.build_request)
    return {name: _converted(value, hints[name]) for name, value in given.items()}


def _converted(value: Any, hint: Any) -> Any:
    kinds = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    if isinstance(value, list):
        (kind,) = (typing.get_args(kind)[0] for kind in kinds if typing.get_origin(kind) is list)
        return [_converted(item, kind) for item in value]
    for kind in kinds:
        if isinstance(value, dict) and hasattr(kind, "from_dict"):
            return kind.from_dict(value)
        if isinstance(value, str) and kind is datetime:
            return isoparse(value)
        if isinstance(value, str) and kind is date:
            return date.fromisoformat(value)
        if isinstance(value, str) and isinstance(kind, type) and issubclass(kind, Enum):
            return kind(value)
    return value


def model_of(session: Session) -> ArthurModel:
    fields = {
        **resolve(BUNDLE, BUNDLE["components"]["examples"]["model"])["value"],
        "id": MODEL_ID,
        "model_group_id": GROUP_ID,
    }
    return ArthurModel.from_dict(fields).attach(session)


@functools.cache
def offline() -> ArthurAI:
    return ArthurAI(url="https://arthur.invalid", access_key="key", offline=True)


def client_of(session: Session) -> ArthurAI:
    arthur = offline()
    arthur._adopt(session)
    return arthur


def curated(vector: dict[str, Any], server: Server) -> Any:
    call = vector["call"]
    session = connect(server)
    if call["on"] == "client":
        target: Any = client_of(session)
    elif call["on"] == "model":
        target = model_of(session)
    else:
        target = client_of(session).get_model_group(GROUP_ID)
    if "set" in call:
        return setattr(target, call["set"], call["value"])
    return getattr(target, call["name"])(*call.get("args", []), **call.get("arguments", {}))


def plain(value: Any) -> Any:
    """Give a result as JSON: what it holds, without what only the process knows."""
    if isinstance(value, ArthurModel):
        value = {"model": value.id, "status": value.status}
    elif hasattr(value, "to_dict") and not isinstance(value, dict):
        value = value.to_dict()
    elif is_dataclass(value) and not isinstance(value, type):
        value = {n: v for n, v in asdict(value).items() if n != "client"}
    if isinstance(value, dict):
        return {str(name): plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    value = getattr(value, "value", value)
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def outcome(run, vector: dict[str, Any], server: Server) -> dict[str, Any]:
    try:
        result = plain(run(vector, server))
    except ArthurError as error:
        return {"raises": type(error).__name__}
    return {"returns": SAME if result == server.answer.get("body", object()) else result}


def wire_form(request: httpx.Request) -> dict[str, Any]:
    """Give what matters of a request."""
    shown: dict[str, Any] = {
        "method": request.method,
        "path": request.url.raw_path.decode().partition("?")[0],
        "authorization": request.headers.get("authorization"),
        "accept": request.headers.get("accept"),
    }
    if request.url.query:
        shown["query"] = [[name, value] for name, value in request.url.params.multi_items()]
    kind = request.headers.get("content-type", "")
    if kind:
        shown["content_type"] = kind.partition(";")[0]
    if kind.startswith("multipart/"):
        boundary = kind.partition("boundary=")[2].encode()
        parts = request.content.split(b"--" + boundary)[1:-1]
        shown["parts"] = [part.strip(b"\r\n").decode("latin-1").split("\r\n") for part in parts]
    elif request.content:
        shown["body"] = json.loads(request.content)
    return shown


def observed(operation_id: str, vector: dict[str, Any]) -> dict[str, Any]:
    """Give the vector with requests and outcomes as they are now."""
    seen = {**vector, "answers": {}}
    for name, answer in vector["answers"].items():
        said = {k: v for k, v in answer.items() if k not in {"low_level", "call"}}
        for layer, run, key in (
            ("low_level", low_level, "request"),
            ("call", curated, "call_request"),
        ):
            if vector.get(layer) is None:
                continue
            server = Server(operation_id, said)
            result = outcome(run, vector, server)
            requests = [wire_form(request) for request in server.requests]
            if name == next(iter(vector["answers"])):
                seen[key] = requests[0] if len(requests) == 1 else requests
            seen["answers"].setdefault(name, dict(answer))[layer] = result
    return seen


def files() -> list[Path]:
    return sorted(VECTORS.glob("*/*.json"))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--update", action="store_true")
    update = parser.parse_args().update
    different = 0
    for path in files():
        before = json.loads(path.read_text("utf-8"))
        after = json.loads(json.dumps(observed(path.parent.name, before)))
        if after != before:
            different += 1
            print(f"{'written' if update else 'differs'}: {path.relative_to(VECTORS)}")
            if update:
                path.write_text(json.dumps(after, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return 1 if different and not update else 0


if __name__ == "__main__":
    sys.exit(main())
