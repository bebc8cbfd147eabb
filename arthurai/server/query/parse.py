"""From the JSON body of a request to typed nodes."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from arthurai.common.text import find_similar
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
from arthurai.server.query.errors import QueryError, shown, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCES: Final = ("inference", "enriched", "reference", "ground_truth")
MAX_DEPTH: Final = 24
MAX_NESTING: Final = 200
MAX_ITEMS: Final = 2000

_COMPARATORS: Final = ("eq", "ne", "lt", "lte", "gt", "gte", "in", "like", "NotNull", "IsNull")
_BY_LOWER: Final = {name.lower(): name for name in _COMPARATORS}
_MAX_ROWS: Final = 2**62


def parse_query(body: Any, path: str = "", depth: int = 0) -> Query:
    """Read a base query.

    Args:
        body: Decoded JSON body.
        path: Place of this query in the body; empty for the outermost one.
        depth: Number of queries around this one.

    Raises:
        QueryError: The body is no query; the message names the place.
    """
    if not isinstance(body, dict):
        raise QueryError(path, f"must be a query object, got {shown(body)}")
    if depth == 0:
        check_nesting(body, path)
    check_depth(depth, path)
    prefix = f"{path}." if path else ""
    items = _list(body, "select", prefix)
    if not items:
        near = [] if "select" in body else find_similar("select", islice(body, 20))
        meant = f"; did you mean it by {shown(near[0])}?" if near else ""
        raise QueryError(f"{prefix}select", f"at least one item is required{meant}")
    subquery = body.get("subquery")
    source = body.get("from")
    if source is None:
        source = "inference"
    if source not in SOURCES:
        raise unknown(f"{prefix}from", "source", str(source), SOURCES)
    return Query(
        select=tuple(
            _select_item(item, f"{prefix}select[{index}]") for index, item in enumerate(items)
        ),
        source=source,
        subquery=(
            None if subquery is None else parse_query(subquery, f"{prefix}subquery", depth + 1)
        ),
        filters=(*parse_filters(body, "filter", prefix), *parse_filters(body, "where", prefix)),
        group_by=tuple(
            column_ref(item, f"{prefix}group_by[{index}]")
            for index, item in enumerate(_list(body, "group_by", prefix))
        ),
        order_by=tuple(
            _order_item(item, f"{prefix}order_by[{index}]")
            for index, item in enumerate(_list(body, "order_by", prefix))
        ),
        limit=_row_count(body, "limit", prefix),
        offset=_row_count(body, "offset", prefix) or 0,
        sample=parse_sample(body, prefix),
        path=path,
    )


def check_depth(depth: int, path: str) -> None:
    """Refuse queries nested deeper than anyone needs.

    Args:
        depth: Number of levels around the place.
        path: The place.

    Raises:
        QueryError: The depth exceeds `MAX_DEPTH`.
    """
    if depth > MAX_DEPTH:
        raise QueryError(path, f"nested more than {MAX_DEPTH} levels deep")


def check_nesting(value: Any, path: str = "") -> None:
    """Refuse JSON nested so deeply that walking it would exhaust the stack.

    Args:
        value: Decoded JSON.
        path: Its place.

    Raises:
        QueryError: Lists and objects lie more than `MAX_NESTING` deep.
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
    raise QueryError(path, f"lists and objects nested more than {MAX_NESTING} deep")


def parse_filters(body: Mapping[str, Any], key: str, prefix: str) -> tuple[Condition, ...]:
    """Read a list of filter items.

    Args:
        body: Object that holds the list, if any.
        key: Key of the list.
        prefix: Path of the object, with a dot at its end unless empty.

    Raises:
        QueryError: An item is no filter.
    """
    return tuple(
        _filter(item, f"{prefix}{key}[{index}]")
        for index, item in enumerate(_list(body, key, prefix))
    )


def parse_sample(body: Mapping[str, Any], prefix: str) -> float:
    """Read the share of rows to use, 1 when absent.

    Args:
        body: Object that may hold `sample`.
        prefix: Path of the object, with a dot at its end unless empty.

    Raises:
        QueryError: The share is not above 0 and at most 1.
    """
    value = body.get("sample")
    if value is None:
        return 1.0
    share = float(to_number(value, f"{prefix}sample"))
    if not 0 < share <= 1:
        raise QueryError(f"{prefix}sample", f"must be above 0 and at most 1, got {shown(value)}")
    return share


def column_ref(item: Any, path: str) -> Property | AliasRef:
    """Read `{"property": name}` or `{"alias": name}`.

    Args:
        item: Decoded JSON.
        path: Its place.

    Raises:
        QueryError: It is neither.
    """
    if not isinstance(item, dict):
        raise QueryError(path, f'must be an object with "property" or "alias", got {shown(item)}')
    name, alias = item.get("property"), item.get("alias")
    if (name is None) == (alias is None):
        raise QueryError(path, 'exactly one of "property" and "alias" is required')
    if alias is not None:
        return AliasRef(_name(alias, f"{path}.alias"), f"{path}.alias")
    return Property(_name(name, f"{path}.property"), f"{path}.property", _stage(item))


def parse_condition(
    item: Mapping[str, Any], path: str, target: Any, default: str | None = None
) -> Condition:
    """Read comparator and value of an object that holds a condition.

    Args:
        item: Object with `comparator`, `value` and perhaps `value_type`.
        path: Its place.
        target: Node the condition is about.
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
        raise unknown(f"{path}.comparator", "comparator", str(comparator), _COMPARATORS)
    value_type = item.get("value_type")
    return Condition(
        target=target,
        comparator=canonical,
        value=item.get("value"),
        value_type=value_type if isinstance(value_type, str) else None,
        path=path,
    )


def parse_call(body: Mapping[str, Any], path: str, depth: int = 0) -> Call:
    """Read a function call.

    Args:
        body: Object with `function` and perhaps `parameters`.
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
    if not isinstance(parameters, dict):
        raise QueryError(f"{path}.parameters", f"must be an object, got {shown(parameters)}")
    return Call(
        function,
        {
            key: parse_parameter(value, f"{path}.parameters.{key}", depth + 1)
            for key, value in parameters.items()
        },
        path,
    )


def parse_parameter(value: Any, path: str, depth: int) -> Any:
    """Turn references inside a parameter into nodes; other values stay as they are.

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
    if not isinstance(nested, dict):
        raise QueryError(f"{path}.nested_function", f"must be an object, got {shown(nested)}")
    return parse_call(nested, f"{path}.nested_function", depth)


def _select_item(item: Any, path: str) -> SelectItem:
    if not isinstance(item, dict):
        raise QueryError(path, f"must be an object, got {shown(item)}")
    if (item.get("property") is None) == (item.get("function") is None):
        raise QueryError(path, 'exactly one of "property" and "function" is required')
    alias = item.get("alias")
    if alias is not None:
        alias = _name(alias, f"{path}.alias")
    if item.get("function") is not None:
        return SelectItem(parse_call(item, path), alias, path)
    name = _name(item["property"], f"{path}.property")
    return SelectItem(Property(name, f"{path}.property", _stage(item)), alias, path)


def _filter(item: Any, path: str) -> Condition:
    target = column_ref(item, path)
    return parse_condition(item, path, target)


def _order_item(item: Any, path: str) -> OrderItem:
    target = column_ref(item, path)
    direction = item.get("direction")
    if direction is None:
        direction = "asc"
    if not isinstance(direction, str) or direction.lower() not in {"asc", "desc"}:
        raise unknown(f"{path}.direction", "direction", str(direction), ("asc", "desc"))
    return OrderItem(target, descending=direction.lower() == "desc", path=path)


def _list(body: Mapping[str, Any], key: str, prefix: str) -> list[Any]:
    value = body.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise QueryError(f"{prefix}{key}", f"must be a list, got {shown(value)}")
    if len(value) > MAX_ITEMS:
        raise QueryError(
            f"{prefix}{key}", f"has {len(value)} items, at most {MAX_ITEMS} are allowed"
        )
    return value


def _name(value: Any, path: str) -> str:
    if not isinstance(value, str) or not value:
        raise QueryError(path, f"must be a name, got {shown(value)}")
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
        raise QueryError(f"{prefix}{key}", f"must not be negative, got {shown(value)}")
    return min(count, _MAX_ROWS)
