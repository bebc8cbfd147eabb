"""Regions of the inputs in which a model does badly, and how to read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SIGNS = {"gt": ">", "gte": "≥", "lt": "<", "lte": "≤", "eq": "=", "ne": "≠", "in": "in"}
_MEASURES = ("accuracy", "precision", "recall", "f1")


class Hotspots(dict[str, Any]):
    """The answer of ``find_hotspots``: a dictionary whose ``data`` is a list of tree nodes.

    ``print()`` shows the nodes with their rules, indented as in the tree.
    """

    def __str__(self) -> str:
        return "\n".join(self.lines()) or "No hotspots."

    def lines(self) -> Iterator[str]:
        """Describe each node in a line.

        Yields:
            The rules on the way to the node, the number of inferences in it and its measures.
        """
        for node, depth in self._nodes():
            measures = ", ".join(
                f"{name} {node[name]:.3f}" for name in _MEASURES if node.get(name) is not None
            )
            rules = describe_rules(node.get("rules") or {})
            yield f"{'  ' * depth}{rules}: {node['n_samples']} inferences, {measures}"

    def rows(self) -> list[dict[str, Any]]:
        """Lay the nodes out as rows, for a table.

        Returns:
            For each node ``rules`` as text, ``depth`` (0 for the nodes reported, more for those
            below them), ``n_samples``, the measures and ``impurity``.
        """
        return [
            {
                "rules": describe_rules(node.get("rules") or {}),
                "depth": depth,
                **{name: node.get(name) for name in ("n_samples", *_MEASURES, "impurity")},
            }
            for node, depth in self._nodes()
        ]

    def _nodes(self) -> Iterator[tuple[Mapping[str, Any], int]]:
        waiting = [(node, 0) for node in reversed(self.get("data") or [])]
        while waiting:
            node, depth = waiting.pop()
            yield node, depth
            below = [node[side] for side in ("right", "left") if node.get(side)]
            waiting.extend((child, depth + 1) for child in below)


def describe_rules(rules: Mapping[str, Any]) -> str:
    """Write the rules of a node for people.

    Args:
        rules: Conditions by attribute, ``{"income": {"gt": 41000, "lte": 58000}}``.

    Returns:
        Such as ``41000 < income ≤ 58000 and region = north``; ``everything`` without rules.
    """
    return " and ".join(_rule(name, rule) for name, rule in rules.items()) or "everything"


def _rule(name: str, rule: Any) -> str:
    if not hasattr(rule, "items"):
        return f"{name} {rule}"
    bounds = dict(rule)
    low = next((sign for sign in ("gt", "gte") if sign in bounds), None)
    high = next((sign for sign in ("lt", "lte") if sign in bounds), None)
    parts = []
    if low and high:
        inner, outer = _SIGNS[low].replace(">", "<").replace("≥", "≤"), _SIGNS[high]
        parts.append(f"{bounds.pop(low)} {inner} {name} {outer} {bounds.pop(high)}")
    parts += [f"{name} {_SIGNS.get(sign, sign)} {bound}" for sign, bound in bounds.items()]
    return " and ".join(parts)
