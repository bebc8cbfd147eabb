"""One document, many changes to it, and what each of them means for existing programs.

Each row changes one thing and names everything that the comparison has to find, as
(severity, side, rule). B, G, A, C are breaking, generated, additive, cosmetic.
"""

import copy
import json

import pytest

from arthurai.contract.diff import Bump, bump_of, compare_documents

B, G, A, C = "breaking", "generated", "additive", "cosmetic"
REQ, RES, OP, DOC = "request", "response", "operation", "document"

BASE = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1", "description": "About things."},
    "servers": [{"url": "http://localhost/api"}],
    "security": [{"token": []}, {"cookie": []}],
    "tags": [{"name": "things", "description": "Things."}],
    "x-roles": {"User": {"thing": ["read"]}, "Owner": {"thing": ["read", "write"]}},
    "paths": {
        "/v3/things": {
            "get": {
                "operationId": "list_things",
                "tags": ["things"],
                "summary": "List things.",
                "x-permission": {"resource": "thing", "action": "read"},
                "x-stability-level": "beta",
                "parameters": [
                    {"$ref": "#/components/parameters/page"},
                    {
                        "name": "kind",
                        "in": "query",
                        "schema": {"$ref": "#/components/schemas/AskedKind"},
                    },
                    {
                        "name": "sort",
                        "in": "query",
                        "schema": {"type": "string", "default": "name"},
                    },
                ],
                "responses": {
                    "200": {
                        "description": "The things.",
                        "headers": {"X-Total": {"required": True, "schema": {"type": "integer"}}},
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/ThingList"},
                                "examples": {"none": {"value": {"data": []}}},
                            }
                        },
                    },
                    "404": {"$ref": "#/components/responses/NotFound"},
                },
            },
            "post": {
                "operationId": "create_thing",
                "tags": ["things"],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/NewThing"}}
                    },
                },
                "responses": {
                    "201": {
                        "description": "The thing.",
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}
                        },
                    }
                },
            },
        },
        "/v3/things/{thing_id}": {
            "parameters": [
                {"name": "thing_id", "in": "path", "required": True, "schema": {"type": "string"}}
            ],
            "put": {
                "operationId": "upload_thing",
                "tags": ["things"],
                "requestBody": {
                    "content": {
                        "multipart/form-data": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "file": {"type": "string", "format": "binary"},
                                    "final": {"type": "boolean"},
                                },
                            },
                            "encoding": {"file": {"contentType": "text/csv"}},
                        }
                    }
                },
                "responses": {"204": {"description": "Taken."}},
            },
        },
    },
    "components": {
        "parameters": {
            "page": {
                "name": "page",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": 100},
            }
        },
        "responses": {
            "NotFound": {
                "description": "No such thing.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
            }
        },
        "securitySchemes": {
            "token": {"type": "apiKey", "in": "header", "name": "Authorization"},
            "cookie": {"type": "apiKey", "in": "cookie", "name": "Authorization"},
        },
        "schemas": {
            "Row": {"type": "object", "properties": {"id": {"type": "string"}}},
            "Error": {
                "type": "object",
                "required": ["error"],
                "properties": {"error": {"type": "string"}},
            },
            "AskedKind": {"type": "string", "enum": ["small", "large"]},
            "Kind": {"type": "string", "enum": ["small", "large"], "x-open-enum": True},
            "State": {"type": "string", "enum": ["new", "old"]},
            "NewThing": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "maxLength": 255, "description": "Its name."},
                    "size": {"type": "number", "minimum": 0},
                    "labels": {"type": "array", "items": {"type": "string"}},
                    "kind": {"$ref": "#/components/schemas/AskedKind"},
                    "value": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
                    "options": {"type": "object", "additionalProperties": {"type": "string"}},
                    "code": {"type": "string", "pattern": "^[a-z]+$"},
                    "id": {"type": "string", "readOnly": True},
                },
            },
            "Thing": {
                "type": "object",
                "required": ["id", "kind"],
                "properties": {
                    "id": {"type": "string"},
                    "kind": {"$ref": "#/components/schemas/Kind"},
                    "state": {"oneOf": [{"$ref": "#/components/schemas/State"}, {"type": "null"}]},
                    "made_at": {"type": "string", "format": "date-time"},
                    "count": {"type": "integer", "minimum": 0},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                    "extra": {"type": "object"},
                },
            },
            "ThingList": {
                "type": "object",
                "required": ["data"],
                "properties": {
                    "data": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}
                },
            },
        },
    },
}

LIST = "paths /v3/things get"
CREATE = "paths /v3/things post"
ITEM = "paths /v3/things/{thing_id}"
UPLOAD = f"{ITEM} put"
SCHEMAS = "components schemas"
NEW = f"{SCHEMAS} NewThing"
THING = f"{SCHEMAS} Thing"


def at(document, path):
    """Walk to a place named by words; numbers are positions in lists."""
    for word in path.split():
        document = document[int(word) if isinstance(document, list) else word]
    return document


def put(path, value):
    def change(document):
        parent, _, key = path.rpartition(" ")
        place = at(document, parent)
        place[int(key) if isinstance(place, list) else key] = value

    return change


def drop(path):
    def change(document):
        parent, _, key = path.rpartition(" ")
        place = at(document, parent)
        del place[int(key) if isinstance(place, list) else key]

    return change


def add(path, value):
    return lambda document: at(document, path).append(value)


def rename(path, name):
    def change(document):
        parent, _, key = path.rpartition(" ")
        place = at(document, parent)
        place[name] = place.pop(key)

    return change


def both(*changes):
    def change(document):
        for one in changes:
            one(document)

    return change


def parameter(name, **fields):
    return {"name": name, "in": "query", "schema": {"type": "boolean"}, **fields}


TABLE = [
    # operations
    ("operation removed", drop(CREATE), {(B, OP, "operation-removed")}),
    ("path removed", drop(ITEM), {(B, OP, "operation-removed")}),
    (
        "operation added",
        put(f"{ITEM} delete", {"operationId": "delete_thing", "responses": {}}),
        {(A, OP, "operation-added")},
    ),
    (
        "operationId renamed",
        put(f"{LIST} operationId", "all_things"),
        {(G, OP, "operation-id-changed")},
    ),
    ("path changed", rename("paths /v3/things", "/v4/things"), {(B, OP, "path-changed")}),
    ("method changed", rename(UPLOAD, "patch"), {(B, OP, "method-changed")}),
    ("tag changed", put(f"{LIST} tags", ["stuff"]), {(G, OP, "tag-changed")}),
    ("second tag", put(f"{LIST} tags", ["things", "more"]), {(C, DOC, "document-changed")}),
    ("operation deprecated", put(f"{LIST} deprecated", True), {(A, OP, "deprecated-changed")}),
    ("summary", put(f"{LIST} summary", "Lists."), {(C, OP, "summary-changed")}),
    ("operation described", put(f"{LIST} description", "Text."), {(C, OP, "description-changed")}),
    ("own extension", put(f"{LIST} x-inferred", True), {(C, OP, "x-inferred-changed")}),
    ("callbacks", put(f"{LIST} callbacks", {"done": {}}), {(B, OP, "callbacks-changed")}),
    # permissions, stability, security
    (
        "other permission",
        put(f"{LIST} x-permission action", "write"),
        {(B, OP, "permission-changed")},
    ),
    ("permission dropped", drop(f"{LIST} x-permission"), {(A, OP, "permission-changed")}),
    (
        "permission asked for",
        put(f"{CREATE} x-permission", {"resource": "thing", "action": "write"}),
        {(B, OP, "permission-changed")},
    ),
    (
        "stability raised",
        put(f"{LIST} x-stability-level", "stable"),
        {(A, OP, "stability-changed")},
    ),
    (
        "stability lowered",
        put(f"{CREATE} x-stability-level", "beta"),
        {(B, OP, "stability-changed")},
    ),
    (
        "stability deprecated",
        put(f"{CREATE} x-stability-level", "deprecated"),
        {(A, OP, "stability-changed")},
    ),
    ("made public", put(f"{LIST} security", []), {(A, REQ, "security-dropped")}),
    (
        "one way to sign in removed",
        put("security", [{"token": []}]),
        {(B, REQ, "security-removed")},
    ),
    (
        "a way to sign in added",
        add("security", {"token": [], "cookie": []}),
        {(A, REQ, "security-added")},
    ),
    (
        "scheme moved to another header",
        put("components securitySchemes token name", "X-Key"),
        {(B, DOC, "security-scheme-changed")},
    ),
    (
        "scheme described",
        put("components securitySchemes token description", "A token."),
        {(C, DOC, "security-scheme-changed")},
    ),
    (
        "scheme added",
        put("components securitySchemes other", {"type": "http", "scheme": "basic"}),
        {(A, DOC, "security-scheme-added")},
    ),
    ("grant taken away", drop("x-roles Owner thing 1"), {(B, DOC, "grant-removed")}),
    ("grant given", add("x-roles User thing", "write"), {(A, DOC, "grant-added")}),
    # parameters
    (
        "optional parameter added",
        add(f"{LIST} parameters", parameter("brief")),
        {(A, REQ, "parameter-added")},
    ),
    (
        "required parameter added",
        add(f"{LIST} parameters", parameter("brief", required=True)),
        {(B, REQ, "required-parameter-added")},
    ),
    ("parameter removed", drop(f"{LIST} parameters 1"), {(B, REQ, "parameter-removed")}),
    (
        "parameter renamed",
        put(f"{LIST} parameters 2 name", "order"),
        {(B, REQ, "parameter-renamed")},
    ),
    ("parameter moved", put(f"{LIST} parameters 2 in", "header"), {(B, REQ, "parameter-moved")}),
    (
        "path parameter renamed",
        both(rename(ITEM, "/v3/things/{id}"), put("paths /v3/things/{id} parameters 0 name", "id")),
        {(G, REQ, "path-parameter-renamed")},
    ),
    (
        "parameter required",
        put(f"{LIST} parameters 1 required", True),
        {(B, REQ, "parameter-became-required")},
    ),
    (
        "path's parameter typed otherwise",
        put(f"{ITEM} parameters 0 schema type", "integer"),
        {(B, REQ, "type-changed")},
    ),
    (
        "parameter written otherwise",
        put(f"{LIST} parameters 2 style", "pipeDelimited"),
        {(B, REQ, "style-changed")},
    ),
    (
        "parameter deprecated",
        put("components parameters page deprecated", True),
        {(A, REQ, "deprecated-changed")},
    ),
    (
        "parameter described",
        put("components parameters page description", "Page."),
        {(C, REQ, "description-changed")},
    ),
    (
        "default changed",
        put(f"{LIST} parameters 2 schema default", "id"),
        {(B, REQ, "default-changed")},
    ),
    (
        "default removed",
        drop(f"{LIST} parameters 2 schema default"),
        {(B, REQ, "default-changed")},
    ),
    (
        "default added",
        put("components parameters page schema default", 1),
        {(A, REQ, "default-changed")},
    ),
    (
        "upper bound lowered",
        put("components parameters page schema maximum", 50),
        {(B, REQ, "bound-tightened")},
    ),
    (
        "upper bound raised",
        put("components parameters page schema maximum", 500),
        {(A, REQ, "bound-loosened")},
    ),
    (
        "lower bound removed",
        drop("components parameters page schema minimum"),
        {(A, REQ, "bound-loosened")},
    ),
    (
        "value of a parameter removed",
        drop(f"{SCHEMAS} AskedKind enum 0"),
        {(B, REQ, "enum-value-removed")},
    ),
    (
        "value of a parameter added",
        add(f"{SCHEMAS} AskedKind enum", "huge"),
        {(A, REQ, "enum-value-added")},
    ),
    # request bodies
    ("body removed", drop(f"{CREATE} requestBody"), {(B, REQ, "request-body-removed")}),
    (
        "body added",
        put(f"{LIST} requestBody", {"required": True, "content": {}}),
        {(B, REQ, "request-body-added")},
    ),
    (
        "optional body added",
        put(f"{LIST} requestBody", {"content": {}}),
        {(A, REQ, "request-body-added")},
    ),
    (
        "body required",
        put(f"{UPLOAD} requestBody required", True),
        {(B, REQ, "request-body-became-required")},
    ),
    (
        "body optional",
        put(f"{CREATE} requestBody required", False),
        {(A, REQ, "request-body-became-optional")},
    ),
    (
        "body's type replaced",
        rename(f"{CREATE} requestBody content application/json", "application/xml"),
        {(B, REQ, "content-type-removed"), (A, REQ, "content-type-added")},
    ),
    (
        "body's type added",
        put(f"{CREATE} requestBody content text/csv", {"schema": {"type": "string"}}),
        {(A, REQ, "content-type-added")},
    ),
    (
        "part's encoding changed",
        put(f"{UPLOAD} requestBody content multipart/form-data encoding file contentType", "a/b"),
        {(B, REQ, "encoding-changed")},
    ),
    (
        "part removed",
        drop(f"{UPLOAD} requestBody content multipart/form-data schema properties final"),
        {(B, REQ, "property-removed")},
    ),
    # schemas of requests
    (
        "required member added",
        both(put(f"{NEW} properties owner", {"type": "string"}), add(f"{NEW} required", "owner")),
        {(B, REQ, "required-property-added")},
    ),
    (
        "optional member added",
        put(f"{NEW} properties owner", {"type": "string"}),
        {(A, REQ, "property-added")},
    ),
    ("member removed", drop(f"{NEW} properties size"), {(B, REQ, "property-removed")}),
    ("member required", add(f"{NEW} required", "size"), {(B, REQ, "property-became-required")}),
    ("member optional", put(f"{NEW} required", []), {(A, REQ, "property-became-optional")}),
    (
        "read-only member removed",
        drop(f"{NEW} properties id"),
        {(C, DOC, "document-changed")},
    ),
    (
        "member made read-only",
        put(f"{NEW} properties size readOnly", True),
        {(B, REQ, "property-removed")},
    ),
    (
        "number narrowed",
        put(f"{NEW} properties size type", "integer"),
        {(B, REQ, "type-narrowed")},
    ),
    (
        "type changed",
        put(f"{NEW} properties name type", "integer"),
        {(B, REQ, "type-changed")},
    ),
    (
        "types added",
        put(f"{NEW} properties name type", ["string", "integer"]),
        {(A, REQ, "type-widened")},
    ),
    (
        "null allowed",
        put(f"{NEW} properties name type", ["string", "null"]),
        {(A, REQ, "null-allowed")},
    ),
    (
        "length limited",
        put(f"{NEW} properties name maxLength", 100),
        {(B, REQ, "bound-tightened")},
    ),
    (
        "length bounded below",
        put(f"{NEW} properties name minLength", 1),
        {(B, REQ, "bound-tightened")},
    ),
    (
        "pattern changed",
        put(f"{NEW} properties code pattern", "^[a-z0-9]+$"),
        {(B, REQ, "pattern-changed")},
    ),
    ("pattern removed", drop(f"{NEW} properties code pattern"), {(A, REQ, "pattern-removed")}),
    (
        "format that changes the Python type",
        put(f"{NEW} properties code format", "uuid"),
        {(B, REQ, "format-changed")},
    ),
    (
        "format that does not",
        put(f"{NEW} properties code format", "email"),
        {(B, REQ, "format-added")},
    ),
    (
        "elements unique",
        put(f"{NEW} properties labels uniqueItems", True),
        {(B, REQ, "unique-items-changed")},
    ),
    (
        "elements of another type",
        put(f"{NEW} properties labels items type", "integer"),
        {(B, REQ, "type-changed")},
    ),
    (
        "alternative removed",
        drop(f"{NEW} properties value oneOf 1"),
        {(B, REQ, "alternative-removed")},
    ),
    (
        "alternative added",
        add(f"{NEW} properties value oneOf", {"type": "boolean"}),
        {(A, REQ, "alternative-added")},
    ),
    (
        "other members forbidden",
        put(f"{NEW} additionalProperties", False),
        {(B, REQ, "additional-members-forbidden")},
    ),
    (
        "values of a map typed otherwise",
        put(f"{NEW} properties options additionalProperties type", "integer"),
        {(B, REQ, "type-changed")},
    ),
    (
        "values of a map untyped",
        drop(f"{NEW} properties options additionalProperties"),
        {(A, REQ, "additional-members-widened")},
    ),
    (
        "listed values only",
        put(f"{NEW} properties code enum", ["a"]),
        {(B, REQ, "enum-added")},
    ),
    (
        "member deprecated",
        put(f"{NEW} properties size deprecated", True),
        {(A, REQ, "deprecated-changed")},
    ),
    (
        "member described",
        put(f"{NEW} properties name description", "The name."),
        {(C, REQ, "description-changed")},
    ),
    ("class renamed by a title", put(f"{NEW} title", "FreshThing"), {(G, REQ, "title-changed")}),
    ("example", put(f"{NEW} examples", [{"name": "a"}]), {(C, REQ, "examples-changed")}),
    (
        "unknown keyword",
        put(f"{NEW} dependentRequired", {"size": ["kind"]}),
        {(B, REQ, "dependentRequired-added")},
    ),
    # responses
    (
        "success answered otherwise",
        rename(f"{CREATE} responses 201", "200"),
        {(B, RES, "status-removed"), (B, RES, "status-added")},
    ),
    (
        "second success",
        put(f"{CREATE} responses 202", {"description": "Later."}),
        {(B, RES, "status-added")},
    ),
    (
        "error added",
        put(f"{CREATE} responses 409", {"description": "Taken."}),
        {(A, RES, "status-added")},
    ),
    ("error removed", drop(f"{LIST} responses 404"), {(A, RES, "status-removed")}),
    (
        "answer's type replaced",
        rename(f"{LIST} responses 200 content application/json", "text/csv"),
        {(B, RES, "content-type-removed"), (A, RES, "content-type-added")},
    ),
    (
        "answer has no body any more",
        drop(f"{CREATE} responses 201 content"),
        {(B, RES, "content-type-removed")},
    ),
    ("header removed", drop(f"{LIST} responses 200 headers"), {(B, RES, "header-removed")}),
    (
        "header added",
        put(f"{CREATE} responses 201 headers", {"Location": {"schema": {"type": "string"}}}),
        {(A, RES, "header-added")},
    ),
    (
        "header optional",
        put(f"{LIST} responses 200 headers X-Total required", False),
        {(B, RES, "header-became-optional")},
    ),
    (
        "answer described",
        put("components responses NotFound description", "Nothing."),
        {(C, RES, "description-changed")},
    ),
    (
        "example of an answer",
        put(f"{LIST} responses 200 content application/json examples", {}),
        {(C, RES, "examples-changed")},
    ),
    # schemas of responses
    (
        "answered member removed",
        drop(f"{THING} properties made_at"),
        {(B, RES, "property-removed")},
    ),
    (
        "answered member added",
        put(f"{THING} properties owner", {"type": "string"}),
        {(A, RES, "property-added")},
    ),
    (
        "required answered member added",
        both(
            put(f"{THING} properties owner", {"type": "string"}), add(f"{THING} required", "owner")
        ),
        {(A, RES, "required-property-added")},
    ),
    (
        "answered member renamed",
        rename(f"{THING} properties count", "amount"),
        {(B, RES, "property-removed"), (A, RES, "property-added")},
    ),
    (
        "answered member optional",
        put(f"{THING} required", ["id"]),
        {(B, RES, "property-became-optional")},
    ),
    (
        "answered member required",
        add(f"{THING} required", "count"),
        {(A, RES, "property-became-required")},
    ),
    ("open list grows", add(f"{SCHEMAS} Kind enum", "huge"), {(A, RES, "enum-value-added")}),
    ("closed list grows", add(f"{SCHEMAS} State enum", "gone"), {(B, RES, "enum-value-added")}),
    ("list shrinks", drop(f"{SCHEMAS} State enum 1"), {(A, RES, "enum-value-removed")}),
    ("list closed", drop(f"{SCHEMAS} Kind x-open-enum"), {(B, RES, "x-open-enum-changed")}),
    (
        "list opened",
        put(f"{SCHEMAS} State x-open-enum", True),
        {(A, RES, "x-open-enum-changed")},
    ),
    ("list dropped", drop(f"{SCHEMAS} State enum"), {(B, RES, "enum-removed")}),
    (
        "list reordered",
        put(f"{SCHEMAS} State enum", ["old", "new"]),
        {(C, DOC, "document-changed")},
    ),
    (
        "answer may be null",
        put(f"{THING} properties id type", ["string", "null"]),
        {(B, RES, "null-allowed")},
    ),
    (
        "answer may be null by a choice",
        put(
            f"{THING} properties kind",
            {"oneOf": [{"$ref": "#/components/schemas/Kind"}, {"type": "null"}]},
        ),
        {(B, RES, "null-allowed")},
    ),
    (
        "answer is never null",
        put(f"{THING} properties state", {"$ref": "#/components/schemas/State"}),
        {(A, RES, "null-forbidden")},
    ),
    (
        "answer widened",
        put(f"{THING} properties count type", "number"),
        {(B, RES, "type-widened")},
    ),
    (
        "answer changed",
        put(f"{THING} properties count", {"type": "string"}),
        {(B, RES, "type-changed")},
    ),
    (
        "answer not a time",
        drop(f"{THING} properties made_at format"),
        {(B, RES, "format-changed")},
    ),
    (
        "answer bounded",
        put(f"{THING} properties count maximum", 10),
        {(A, RES, "bound-tightened")},
    ),
    (
        "answer's bound dropped",
        drop(f"{THING} properties count minimum"),
        {(B, RES, "bound-loosened")},
    ),
    (
        "free members forbidden",
        put(f"{THING} properties extra additionalProperties", False),
        {(B, RES, "additional-members-forbidden")},
    ),
    (
        "a list became one",
        put(f"{SCHEMAS} ThingList properties data", {"$ref": "#/components/schemas/Thing"}),
        {(B, RES, "type-changed")},
    ),
    (
        "answered default",
        put(f"{THING} properties count default", 0),
        {(C, RES, "default-changed")},
    ),
    (
        "answer described in its schema",
        put(f"{THING} description", "A thing."),
        {(C, RES, "description-changed")},
    ),
    (
        "elements without a schema",
        drop(f"{THING} properties parts items"),
        {(B, RES, "items-widened")},
    ),
    (
        "body without a schema",
        drop(f"{LIST} responses 200 content application/json schema"),
        {(B, RES, "body-schema-changed")},
    ),
    (
        "scope needed",
        put("security 0 token", ["things"]),
        {(B, REQ, "security-removed"), (A, REQ, "security-added")},
    ),
    # the document
    (
        "member of a schema that no operation uses",
        drop(f"{SCHEMAS} Row properties id"),
        {(B, REQ, "property-removed"), (B, RES, "property-removed")},
    ),
    (
        "schema that nothing uses",
        put(f"{SCHEMAS} Unused", {"type": "string"}),
        {(C, DOC, "document-changed")},
    ),
    (
        "component renamed",
        both(
            rename(f"{SCHEMAS} State", "Condition"),
            put(f"{THING} properties state oneOf 0 $ref", "#/components/schemas/Condition"),
        ),
        {(G, DOC, "schema-removed"), (A, DOC, "schema-added")},
    ),
    (
        "component added",
        put(f"{SCHEMAS} Other", {"type": "object", "properties": {}}),
        {(A, DOC, "schema-added")},
    ),
    (
        "base path changed",
        put("servers 0 url", "/v9"),
        {(B, DOC, "server-removed"), (A, DOC, "server-added")},
    ),
    ("server added", add("servers", {"url": "http://elsewhere/api"}), {(A, DOC, "server-added")}),
    ("version", put("info version", "2"), {(C, DOC, "info-changed")}),
    ("tag described", put("tags 0 description", "All things."), {(C, DOC, "tags-changed")}),
]


@pytest.mark.parametrize(
    ("change", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_a_change_is_judged(change, expected):
    new = copy.deepcopy(BASE)
    change(new)
    assert new != BASE
    found = compare_documents(BASE, new)
    assert {(one.severity, one.side, one.rule) for one in found} == expected
    severities = {severity for severity, _side, _rule in expected}
    bump = bump_of(found)
    if severities & {B, G}:
        assert bump is Bump.MAJOR
    elif A in severities:
        assert bump is Bump.MINOR
    else:
        assert bump is Bump.PATCH


def test_the_table_is_large_enough():
    breaking = [row for row in TABLE if any(severity == B for severity, _, _ in row[2])]
    assert len({row[0] for row in TABLE}) == len(TABLE) >= 60
    assert len(breaking) >= 35


def test_equal_documents_have_no_changes():
    assert compare_documents(BASE, copy.deepcopy(BASE)) == []


def test_the_order_of_members_is_no_change():
    shuffled = json.loads(json.dumps(BASE, sort_keys=True))
    assert compare_documents(BASE, shuffled) == []


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_what_is_added_one_way_is_removed_the_other_way(row):
    new = copy.deepcopy(BASE)
    row[1](new)
    forth, back = compare_documents(BASE, new), compare_documents(new, BASE)
    assert bool(forth) == bool(back)
