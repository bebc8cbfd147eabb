"""Parsing of the JSON body of a query into a syntax tree."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

from arthurai.common.text import find_similar, quote_value
from arthurai.server.query.ast import (
    AliasRef,
    Call,
    Condition,
    OrderItem,
    Property,
    Query,
    SelectItem,
)
from arthurai.server.query.column_types import to_number, to_whole
from arthurai.server.query.errors import QueryError, QueryProblems, unknown_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from arthurai.server.query.ast import Node

T = TypeVar("T")

SOURCES: Final = ("inference", "enriched", "reference", "ground_truth")
MAX_DEPTH: Final = 24
MAX_NESTING: Final = 200
MAX_ITEMS: Final = 2000

_COMPARATORS: Final = ("eq", "ne", "lt", "lte", "gt", "gte", "in", "like", "NotNull", "IsNull")
_BY_LOWER: Final = {name.lower(): name for name in _COMPARATORS}
MAX_ROWS: Final = 2**62


def parse_query(body: object, path: str = "", depth: int = 0) -> Query:
    """Parse a base query.

    Args:
        body: Decoded JSON body.
        path: Place of this query in the body; empty for the outermost one.
        depth: Number of queries around this one.

    Raises:
        QueryError: The body is not a query; the message names each place.
    """
    query = parse_object(body, path)
    if depth == 0:
        check_nesting(query, path)
    check_depth(depth, path)
    prefix = f"{path}." if path else ""
    problems = QueryProblems()
    select = problems.attempt(lambda: _select(query, prefix, problems), ())
    source = problems.attempt(lambda: _source(query, prefix), "inference")
    inner = query.get("subquery")
    subquery = problems.attempt(
        lambda: None if inner is None else parse_query(inner, f"{prefix}subquery", depth + 1), None
    )
    filters = [
        *_clause(query, "filter", prefix, _filter, problems),
        *_clause(query, "where", prefix, _filter, problems),
    ]
    group_by = _clause(query, "group_by", prefix, parse_column, problems)
    order_by = _clause(query, "order_by", prefix, _order_item, problems)
    limit = problems.attempt(lambda: _row_count(query, "limit", prefix), None)
    offset = problems.attempt(lambda: _row_count(query, "offset", prefix), None)
    sample = problems.attempt(lambda: parse_sample(query, prefix), 1.0)
    parsed = Query(
        select=select,
        source=source,
        subquery=subquery,
        filters=tuple(filters),
        group_by=group_by,
        order_by=order_by,
        limit=limit,
        offset=offset or 0,
        sample=sample,
        path=path,
    )
    problems.raise_any(parsed if (inner is None) == (subquery is None) else None)
    return parsed


def _clause(
    query: Mapping[str, Any],
    key: str,
    prefix: str,
    read: Callable[[Any, str], T],
    problems: QueryProblems,
) -> tuple[T, ...]:
    """Read each item of a list; those that cannot be read are noted and left out."""
    found = (
        problems.attempt(partial(read, item, f"{prefix}{key}[{index}]"), None)
        for index, item in enumerate(problems.attempt(lambda: _list(query, key, prefix), []))
    )
    return tuple(item for item in found if item is not None)


def _select(
    query: Mapping[str, Any], prefix: str, problems: QueryProblems
) -> tuple[SelectItem, ...]:
    items = _clause(query, "select", prefix, _select_item, problems)
    if not _list(query, "select", prefix):
        near = [] if "select" in query else find_similar("select", islice(query, 20))
        meant = f"; did you mean it by {quote_value(near[0])}?" if near else ""
        raise QueryError(f"{prefix}select", f"at least one item is required{meant}")
    return items


def _source(query: Mapping[str, Any], prefix: str) -> str:
    source = query.get("from")
    if source is None:
        return "inference"
    if source not in SOURCES:
        raise unknown_name(f"{prefix}from", "source", str(source), SOURCES)
    return str(source)


def parse_object(value: object, path: str) -> dict[str, Any]:
    """Return a value that must be an object.

    Args:
        value: Decoded JSON.
        path: Its place.

    Raises:
        QueryError: It is not an object.
    """
    if not isinstance(value, dict):
        raise QueryError(path, f"must be an object, got {quote_value(value)}")
    return value


def check_depth(depth: int, path: str) -> None:
    """Raise when queries or calls are nested too deeply.

    Args:
        depth: Number of queries or calls around the place.
        path: The place.

    Raises:
        QueryError: The depth exceeds `MAX_DEPTH`.
    """
    if depth > MAX_DEPTH:
        raise QueryError(path, f"must be nested at most {MAX_DEPTH} levels deep")


def check_nesting(value: object, path: str = "") -> None:
    """Raise when JSON is nested so deeply that walking it would exhaust the stack.

    Args:
        value: Decoded JSON.
        path: Its place.

    Raises:
        QueryError: Lists and objects are nested more than `MAX_NESTING` deep.
    """
    level = [value]
    for _ in range(MAX_NESTING):
        level = [
            item
            for holder in level
            if isinstance(holder, list | dict)
            for item in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(item, list | dict)
        ]
        if not level:
            return
    raise QueryError(path, f"lists and objects must be nested at most {MAX_NESTING} deep")


def parse_filters(body: Mapping[str, Any], key: str, prefix: str) -> tuple[Condition, ...]:
    """Parse a list of filters.

    Args:
        body: Object that may have the list.
        key: Key of the list.
        prefix: Path of the object, with a dot at its end unless empty.

    Raises:
        QueryError: An item is not a filter.
    """
    problems = QueryProblems()
    found = _clause(body, key, prefix, _filter, problems)
    problems.raise_any()
    return found


def parse_sample(body: Mapping[str, Any], prefix: str) -> float:
    """Parse the share of rows to use, 1 when absent.

    Args:
        body: Object that may have `sample`.
        prefix: Path of the object, with a dot at its end unless empty.

    Raises:
        QueryError: The share is not above 0 and at most 1.
    """
    value = body.get("sample")
    if value is None:
        return 1.0
    share = float(to_number(value, f"{prefix}sample"))
    if not 0 < share <= 1:
        raise QueryError(
            f"{prefix}sample", f"must be above 0 and at most 1, got {quote_value(value)}"
        )
    return share


def parse_column(item: object, path: str) -> Property | AliasRef:
    """Parse `{"property": name}` or `{"alias": name}`.

    Args:
        item: Decoded JSON.
        path: Its place.

    Raises:
        QueryError: It is neither.
    """
    if not isinstance(item, dict):
        raise QueryError(
            path, f'must be an object with "property" or "alias", got {quote_value(item)}'
        )
    name, alias = item.get("property"), item.get("alias")
    if (name is None) == (alias is None):
        raise QueryError(path, 'exactly one of "property" and "alias" is required')
    if alias is not None:
        return AliasRef(_name(alias, f"{path}.alias"), f"{path}.alias")
    return Property(_name(name, f"{path}.property"), f"{path}.property", _stage(item))


def parse_condition(
    item: Mapping[str, Any], path: str, target: Node, default: str | None = None
) -> Condition:
    """Parse comparator and value of an object that contains a condition.

    Args:
        item: Object with `comparator`, `value` and optionally `value_type`.
        path: Its place.
        target: What is compared.
        default: Comparator when none is given.

    Raises:
        QueryError: The comparator is missing or unknown.
    """
    comparator = item.get("comparator", default)
    if comparator is None:
        raise QueryError(f"{path}.comparator", f"is required; known: {', '.join(_COMPARATORS)}")
    canonical = (
        _BY_LOWER.get(comparator.lower().replace("_", "")) if isinstance(comparator, str) else None
    )
    if canonical is None:
        raise unknown_name(f"{path}.comparator", "comparator", str(comparator), _COMPARATORS)
    value_type = item.get("value_type")
    return Condition(
        target=target,
        comparator=canonical,
        value=item.get("value"),
        value_type=value_type if isinstance(value_type, str) else None,
        path=path,
    )


def parse_call(body: Mapping[str, Any], path: str, depth: int = 0) -> Call:
    """Parse a function call.

    Args:
        body: Object with `function` and optionally `parameters`.
        path: Its place.
        depth: Number of calls around it.

    Raises:
        QueryError: Name or parameters are malformed.
    """
    check_depth(depth, path)
    function = _name(body.get("function"), f"{path}.function")
    parameters = body.get("parameters")
    if parameters is None:
        parameters = {}
    return Call(
        function,
        {
            key: parse_parameter(value, f"{path}.parameters.{key}", depth + 1)
            for key, value in parse_object(parameters, f"{path}.parameters").items()
        },
        path,
    )


def parse_parameter(value: Any, path: str, depth: int) -> Any:
    """Parse references inside a parameter into nodes; other values stay as they are.

    Args:
        value: Decoded JSON.
        path: Its place.
        depth: Number of calls around it.

    Raises:
        QueryError: A reference is malformed.
    """
    check_depth(depth, path)
    if not isinstance(value, dict):
        return value
    alias, nested = value.get("alias_ref"), value.get("nested_function")
    if alias is not None and nested is not None:
        raise QueryError(path, 'exactly one of "alias_ref" and "nested_function" is allowed')
    if alias is not None:
        return AliasRef(_name(alias, f"{path}.alias_ref"), f"{path}.alias_ref")
    if nested is None:
        return value
    place = f"{path}.nested_function"
    return parse_call(parse_object(nested, place), place, depth)


def _select_item(value: object, path: str) -> SelectItem:
    item = parse_object(value, path)
    if (item.get("property") is None) == (item.get("function") is None):
        raise QueryError(path, 'exactly one of "property" and "function" is required')
    alias = item.get("alias")
    if alias is not None:
        alias = _name(alias, f"{path}.alias")
    if item.get("function") is not None:
        return SelectItem(parse_call(item, path), alias, path)
    name = _name(item["property"], f"{path}.property")
    return SelectItem(Property(name, f"{path}.property", _stage(item)), alias, path)


def _filter(item: dict[str, Any], path: str) -> Condition:
    target = parse_column(item, path)
    return parse_condition(item, path, target)


def _order_item(item: dict[str, Any], path: str) -> OrderItem:
    target = parse_column(item, path)
    direction = item.get("direction")
    if direction is None:
        direction = "asc"
    if not isinstance(direction, str) or direction.lower() not in {"asc", "desc"}:
        raise unknown_name(f"{path}.direction", "direction", str(direction), ("asc", "desc"))
    return OrderItem(target, descending=direction.lower() == "desc", path=path)


def _list(body: Mapping[str, Any], key: str, prefix: str) -> list[Any]:
    value = body.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise QueryError(f"{prefix}{key}", f"must be a list, got {quote_value(value)}")
    if len(value) > MAX_ITEMS:
        raise QueryError(f"{prefix}{key}", f"must have at most {MAX_ITEMS} items, got {len(value)}")
    return value


def _name(value: object, path: str) -> str:
    if not isinstance(value, str) or not value:
        raise QueryError(path, f"must be a name, got {quote_value(value)}")
    return value


def _stage(item: Mapping[str, Any]) -> str | None:
    stage = item.get("stage")
    return stage if isinstance(stage, str) else None


def _row_count(body: Mapping[str, Any], key: str, prefix: str) -> int | None:
    value = body.get(key)
    if value is None:
        return None
    count = to_whole(value, f"{prefix}{key}")
    if count < 0:
        raise QueryError(f"{prefix}{key}", f"must not be negative, got {quote_value(value)}")
    return min(count, MAX_ROWS)
